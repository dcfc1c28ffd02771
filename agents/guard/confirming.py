"""Confirmations: what people are shown of a risky call or request, and how they are asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog

from agents.errors import BrowserError
from agents.executor.gate import ProposedAction
from agents.guard.hold import HeldRequest
from agents.guard.risk_facts import ElementFacts, Verdict
from agents.plain import clip, plain, plain_text
from agents.ports import ActionRecord, Answer, InputRequestSpec
from agents.run import Run

log = structlog.get_logger(__name__)

_TEXT = 4_000
_BODY = 2_000


class Confirming:
    """Asks people for one run. redact: takes the caller's secrets out of text.

    pending: keys of what was asked and is not answered.
    """

    def __init__(self, run: Run, redact: Callable[[str], str]) -> None:
        self.browser: Any = None
        self.pending: set[str] = set()
        self._run = run
        self._redact = redact

    async def ask(self, spec: InputRequestSpec) -> Answer:
        """Save where the run stands, ask, and come back when nobody holds the run."""
        run = self._run
        await run.save(bill=False)
        self.pending.add(spec.key)
        answer = await run.context.ask(spec)
        self.pending.discard(spec.key)
        if run.control.held:
            await run.control.boundary()
        return answer

    async def spec(
        self,
        key: str,
        verdict: Verdict,
        *,
        host: str,
        action: ProposedAction | None = None,
        held: HeldRequest | None = None,
    ) -> InputRequestSpec:
        """The confirmation as people get it."""
        state = self._run.state
        decision = state.open.decision if state.open else None
        box = action.element.box if action is not None and action.element else None
        arguments = [argument.as_json() for argument in action.editable] if action else []
        if held is not None:
            arguments = [
                {"name": name, "label": name.capitalize(), "type": "string", "value": value,
                 "editable": False}
                for name, value in (
                    ("method", held.method), ("url", held.url), ("body", _shown(held))
                )
            ]  # fmt: skip
        dialog = action.dialog if action is not None else None
        context = {
            **({"dialog": dialog.as_json()} if dialog is not None else {}),
            "page_url": action.page_url if action else self.page_url(),
            "page_title": state.page_title,
            "step": state.step,
            "action_id": action.action_id if action else "",
            "tool": action.tool if action else "request",
            "target": action.target if action else f"{held.method} {held.url}" if held else "",
            "effect": verdict.effect,
            "why": decision.reasoning if decision else "",
            "risks": sorted(verdict.risks),
            "level": verdict.level,
            "reasons": list(verdict.reasons),
            "host": host,
            "box": list(box) if box else None,
            "code": clip(decision.code, 20_000) if decision else "",
            "arguments": arguments,
            "fingerprint": verdict.fingerprint,
            "group": f"{self._run.context.task.id}:{state.step}",
        }
        return InputRequestSpec(
            key=key,
            kind="confirmation",
            prompt=self.words(verdict.effect, 2_000),
            risk=verdict.main or "unknown",
            context=await self.shot(self._clean(context)),
        )

    async def shot(self, context: dict[str, Any]) -> dict[str, Any]:
        """The context with a picture of the page as it is; without one if there is none."""
        context |= {"screenshot_artifact_id": None, "screenshot_size": None}
        try:
            shot = await self.browser.screenshot()
            stored = await self._run.context.artifacts.put(
                shot.data,
                name=f"approval-{self._run.state.step}.jpg",
                media_type="image/jpeg",
                kind="screenshot",
                step=self._run.state.step,
            )
        except (BrowserError, OSError, AttributeError) as error:
            log.warning("no picture for an approval", error=str(error))
            return context
        size = [shot.width, shot.height]
        return context | {"screenshot_artifact_id": stored.id, "screenshot_size": size}

    def _clean(self, value: Any) -> Any:
        """JSON without the caller's secrets."""
        if isinstance(value, str):
            return self.words(value, 20_000)
        if isinstance(value, list):
            return [self._clean(item) for item in value]
        if isinstance(value, dict):
            return {str(key): self._clean(item) for key, item in value.items()}
        return plain(value)

    def words(self, text: str, limit: int = _TEXT) -> str:
        return clip(plain_text(self._redact(text)), limit)

    def page_url(self) -> str:
        try:
            return str(self.browser.page.url)
        except (BrowserError, AttributeError):
            return self._run.state.page_url

    async def did_it_happen(self, record: ActionRecord, tries: int) -> InputRequestSpec:
        """The question about a risky call whose worker stopped in the middle of it."""
        intent = record.intent or {}
        effect = str(intent.get("effect") or record.tool)
        return InputRequestSpec(
            key=key_of("intent", record.action_id, str(intent.get("fingerprint")), tries),
            kind="choice",
            prompt=(
                f"The worker stopped in the middle of this: {effect}. "
                "What it sent may not have arrived. Look at the page or its site: did it happen?"
            ),
            choices=[
                {"value": "done", "label": "Yes, it happened"},
                {"value": "not_done", "label": "No, it did not happen"},
                {"value": "unknown", "label": "I cannot tell"},
            ],
            risk=str(intent.get("risk") or "") or None,
            context=await self.shot({"step": self._run.state.step, "effect": effect}),
        )


def _shown(held: HeldRequest) -> str:
    """The body for people: all of a short one, beginning and end of a long one, and what is cut."""
    text, size = held.body, held.size or len(held.body.encode())
    missing = "[… not all of it can be shown as text …]" if held.unread else ""
    if held.unread == "most" and not text:
        return missing
    if held.tail or len(text) > _BODY:
        half = _BODY // 2
        cut = f"[… cut: beginning and end of {size:,} bytes …]"
        return f"{text[:half]}\n{cut}\n{(held.tail or text)[-half:]}"
    return f"{text}\n{missing}" if missing else text


def key_of(kind: str, action_id: str, fingerprint: str, attempt: int) -> str:
    """The name of a question: the same call on the same page asks once."""
    tail = f":{attempt}" if attempt > 1 else ""
    return f"{kind}:{action_id}:{fingerprint[:56]}{tail}"


def what_of(verdict: Verdict, arguments: Mapping[str, Any]) -> str:
    """The call on its page, arguments included, in few letters."""
    said = json.dumps(plain(dict(arguments)), sort_keys=True)
    return f"{verdict.fingerprint}.{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        return parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def hosts_of(action: ProposedAction) -> frozenset[str]:
    """Where an approved call may send things: its page's host, and its form's."""
    urls = [action.page_url, action.url or ""]
    element: ElementFacts | None = action.element
    if element is not None:
        urls += [element.frame_url, element.href, element.target]
        urls += [element.form.action] if element.form else []
        if element.default is not None and element.default.form is not None:
            urls.append(element.default.form.action)
    return frozenset(host for host in map(host_of, urls) if host)
