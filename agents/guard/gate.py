"""The action gate of a run: every guarded call and every request of a page passes here.

Code judges the risk (`agents.guard.risk`); the task's approval mode, its policy and what people
allowed for its rest say whether a person is asked. The run then waits as a coroutine, inside the
step; a long wait parks it, and the resumed step comes back to the same question by its key.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

import structlog

from agents.errors import AgentError, BrowserError, PolicyError, Rejected, RunSignal
from agents.events import TaskActionDone, TaskActionIntent, TaskPolicyDenied
from agents.executor.gate import Grant, PeopleGate, ProposedAction
from agents.guard.hold import HeldRequest, NetworkHold
from agents.guard.intents import observe
from agents.guard.policy import Policy, check_address
from agents.guard.risk import classify, classify_request
from agents.guard.risk_facts import ALWAYS_ASK, CallFacts, ElementFacts, Verdict
from agents.plain import clip, plain, plain_text
from agents.ports import ActionRecord, Answer, InputRequestSpec
from agents.run import Run

log = structlog.get_logger(__name__)

GRANT_S = 15.0  # for so long the page may send what an approved call set off
MOST_HELD = 5  # requests that wait at once; more are refused
_BUYING = frozenset({"payment", "purchase", "legal_acceptance"})
_TEXT = 4_000
_FILE = "the task's policy has a person decide on each download"
_SECRET_KINDS = frozenset({"password", "one_time_code"})


@dataclass
class _Open:
    """A risky call under way: requests of its kind need no second decision."""

    risks: frozenset[str]
    hosts: frozenset[str]
    until: float


class RunGate(PeopleGate):
    """Judges one run's calls and requests. redact: takes the caller's secrets out of text."""

    def __init__(self, run: Run, *, redact: Callable[[str], str] = lambda text: text) -> None:
        self._run = run
        self._redact = redact
        self._mode = run.context.task.approval
        self._policy = Policy.parse(run.context.task.policy)
        self._browser: Any = None
        self._hold: NetworkHold | None = None
        self._open: _Open | None = None
        self._pending: set[str] = set()  # keys of what was asked and is not answered
        self._asking: set[asyncio.Task[Any]] = set()  # requests of pages that wait
        self._held = asyncio.Event()
        self._refused: list[str] = []
        self._signal: BaseException | None = None

    # --- the rule ---------------------------------------------------------------------------
    def must_ask(self, verdict: Verdict) -> frozenset[str]:
        """The risks of a verdict that a person decides on. Raises: PolicyError."""
        if verdict.risks and self._mode == "never":
            raise PolicyError(
                f"{verdict.effect}: this task may do nothing that needs an approval "
                f"({', '.join(sorted(verdict.risks))}).",
                rule="approval:never",
            )
        wants = {risk: self._policy.approval_of(risk) for risk in verdict.risks}
        denied = sorted(risk for risk, choice in wants.items() if choice == "deny")
        if denied:
            raise PolicyError(
                f"{verdict.effect}: the task's policy denies {', '.join(denied)}.",
                rule="policy:approvals",
            )
        return frozenset(
            risk
            for risk, choice in wants.items()
            if risk in ALWAYS_ASK or choice == "ask" or (self._mode == "ask" and choice != "allow")
        )

    def _may_open(self, url: str) -> None:
        """Raises: PolicyError, before the tab leaves the page that it shows."""
        check_address(url)
        egress = getattr(self._run.context, "egress", None)
        if egress is not None:
            egress.check_url(url)

    # --- calls ------------------------------------------------------------------------------
    async def allow(self, action: ProposedAction) -> Grant | None:
        """Raises: PolicyError; Rejected, Parked, Cancelled, LeaseLost."""
        if action.url is not None:
            self._may_open(action.url)
        if not action.mutating:
            return None
        verdict = _judge(action)
        takes_file = action.tool == "download" and self._policy.downloads.mode == "ask"
        if takes_file:
            verdict = _with_file(verdict)
        asked = self._asks_for(action, verdict)
        self._open = None
        if not verdict.risks:
            return None
        grant = Grant(verdict.main or "unknown", verdict.level, verdict.effect, verdict.fingerprint)
        host = _host(action.url or action.page_url)
        if asked and not await self._stands(verdict, action.tool, host):
            action, verdict, grant = await self._asked(action, verdict, host)
        self._open = _Open(
            verdict.risks,
            _hosts(action),
            asyncio.get_running_loop().time() + GRANT_S,
        )
        if takes_file:
            self._browser.grant_download()
        return grant

    def _asks_for(self, action: ProposedAction, verdict: Verdict) -> frozenset[str]:
        """As `must_ask`; a password goes into password fields, or where a person lets it."""
        asked = self.must_ask(verdict)
        if _FILE in verdict.reasons:
            asked |= {"unknown"}
        misplaced = "sensitive_data" in verdict.risks and _SECRET_KINDS & set(action.typed_kinds)
        return asked | {"sensitive_data"} if misplaced else asked

    async def _stands(self, verdict: Verdict, tool: str, host: str) -> bool:
        """Whether a person allowed this for the rest of the task; never for the highest level."""
        return verdict.level != "high" and await self._run.context.standing(tool, host)

    async def _asked(
        self, action: ProposedAction, verdict: Verdict, host: str
    ) -> tuple[ProposedAction, Verdict, Grant]:
        """Ask until what was approved is what would happen now. Raises: PolicyError; signals."""
        earlier = self._run.state.rejected.get(_what(verdict, action.arguments))
        if earlier is not None:
            raise _refusal(verdict.effect, earlier, again=True)
        while True:
            what = _what(verdict, action.arguments)
            key = _key("confirm", action.action_id, what, action.attempt)
            spec = await self._spec(key, verdict, action=action, host=host)
            answer = await self._ask(spec)
            decided = self._approved(answer, verdict, what)
            edits = decided.get("edits") or {}
            if edits:
                action = replace(action, arguments=action.edit(edits))
                action = replace(action, url=str(edits.get("url") or action.url or "") or None)
                if action.url is not None:
                    self._may_open(action.url)
            wanted = _judge(action) if edits else verdict
            now = replace(action, element=await action.look()) if action.element else action
            fresh = _judge(now)
            asked = self._asks_for(now, fresh)
            same = fresh.fingerprint == wanted.fingerprint
            if same and not (asked - verdict.risks):
                grant = Grant(
                    fresh.main or verdict.main or "unknown",
                    fresh.level,
                    fresh.effect,
                    fresh.fingerprint,
                    asked=True,
                    request_id=answer.request_id,
                    edits=edits,
                )
                return now, fresh, grant
            # The page is not what the person saw, or the edit made another thing of it.
            action, verdict = now, fresh
            if not asked:
                return now, fresh, Grant(
                    fresh.main or "unknown", fresh.level, fresh.effect, fresh.fingerprint
                )  # fmt: skip

    def _approved(self, answer: Answer, verdict: Verdict, what: str) -> Mapping[str, Any]:
        """The decision if it is an approval. Raises: PolicyError; Rejected."""
        decided = answer.response if isinstance(answer.response, Mapping) else {}
        if answer.status == "answered" and decided.get("approved") is True:
            return decided
        reason = clip(plain_text(str(decided.get("reason") or "")), 1_000)
        if answer.status in ("expired", "canceled"):
            told = "nobody decided in time" if answer.status == "expired" else "it was withdrawn"
            raise PolicyError(
                f"{verdict.effect}: it needs a person's approval, and {told}.",
                rule=f"approval:{answer.status}",
            )
        if decided.get("outcome") == "stop":
            by = f" by {answer.answered_by}" if answer.answered_by else ""
            why = f" Reason: {reason}" if reason else ""
            raise Rejected(f"Stopped{by}: {verdict.effect} was rejected.{why}")
        self._run.state.rejected[what] = reason
        raise _refusal(verdict.effect, reason)

    # --- requests of pages ------------------------------------------------------------------
    async def begin(self, browser: Any) -> None:
        """Hold what this browser's pages send. Raises: BrowserError."""
        self._browser = browser
        port = getattr(getattr(browser, "handle", None), "debug_port", None)
        if port is not None:
            self._hold = NetworkHold(port, self.request)
            await self._hold.open()

    async def request(self, held: HeldRequest) -> bool:
        """Whether a page's request may go. Waits for a person when one must decide."""
        control = self._run.control
        if "human" in control.held:
            return True  # the person who drives sends it
        page_url = held.referrer or self._page_url()
        verdict = classify_request(held.method, held.url, held.content_type, held.body, page_url)
        try:
            asked = self.must_ask(verdict)
        except PolicyError as error:
            await self._deny(error, held)
            return False
        host = _host(held.url)
        if not asked or self._covered(verdict, host):
            return True
        if await self._stands(verdict, "request", host):
            return True
        if len(self._asking) >= MOST_HELD:
            self._refused.append(f"{verdict.effect}: too many requests wait for a decision.")
            return False
        task = asyncio.ensure_future(self._decide_request(held, verdict, host))
        self._asking.add(task)
        self._held.set()
        try:
            return await task
        finally:
            task.cancel()
            self._asking.discard(task)
            if not self._asking:
                self._held.clear()

    def _covered(self, verdict: Verdict, host: str) -> bool:
        """Whether an approved call that is under way may send this."""
        grant = self._open
        if grant is None or asyncio.get_running_loop().time() > grant.until:
            return False
        if host not in grant.hosts:
            return False
        allowed = grant.risks | (_BUYING if grant.risks & _BUYING else frozenset())
        return not (verdict.risks & ALWAYS_ASK) - allowed

    async def _decide_request(self, held: HeldRequest, verdict: Verdict, host: str) -> bool:
        """Ask about a request; approved, it is noted before it goes, and goes once."""
        state = self._run.state
        earlier = state.rejected.get(verdict.fingerprint)
        if earlier is not None:
            self._refused.append(str(_refusal(verdict.effect, earlier, again=True)))
            return False
        used = state.sent.get(verdict.fingerprint, 0)
        key = _key("request", "", verdict.fingerprint, used + 1)
        try:
            spec = await self._spec(key, verdict, held=held, host=host)
            answer = await self._ask(spec)
            self._approved(answer, verdict, verdict.fingerprint)
            state.sent[verdict.fingerprint] = used + 1
            action_id = f"{state.step}.request.{used + 1}"
            await self._run.save(
                TaskActionIntent(
                    action_id=action_id,
                    step=state.step,
                    tool="request",
                    effect=self._words(verdict.effect),
                    risk=verdict.main or "unknown",
                    fingerprint=verdict.fingerprint,
                    request_id=answer.request_id,
                ),
                TaskActionDone(
                    action_id=action_id, step=state.step, outcome="done", detail="Released."
                ),
                bill=False,
            )
            return True
        except PolicyError as error:
            self._refused.append(str(error))
        except (RunSignal, AgentError, Exception) as signal:  # told to whoever waits in `clear`
            self._signal = signal
        return False

    async def _deny(self, error: PolicyError, held: HeldRequest) -> None:
        """Tell of a request that nobody is asked about."""
        self._refused.append(str(error))
        event = TaskPolicyDenied(
            rule=error.rule,
            reason=self._words(str(error), 1_000),
            target=self._words(f"{held.method} {held.url}", 500),
            step=self._run.state.step,
        )
        with suppress(RunSignal):
            await self._run.context.emit(event)

    async def waiting(self) -> None:
        """Returns when a request of a page waits for a decision."""
        await self._held.wait()

    async def clear(self) -> list[str]:
        """Wait until no request waits. Raises: what ended the wait."""
        while self._asking:
            await asyncio.wait(set(self._asking))
            await asyncio.sleep(0)
        if self._signal is not None:
            signal, self._signal = self._signal, None
            raise signal
        refused, self._refused = self._refused, []
        return refused

    # --- after a crash ----------------------------------------------------------------------
    async def settle(self, record: ActionRecord) -> Literal["done", "not_done", "unknown"]:
        """What became of a risky call whose worker stopped: looked at, or a person is asked."""
        intent = record.intent or {}
        tries = int(intent.get("tries", 1))
        mark = f"{record.action_id}:{tries}"
        seen = await observe(self._browser, mark) if self._browser is not None else "gone"
        log.info("open intent", action=record.action_id, seen=seen)
        if seen == "untouched":
            return "not_done"
        if intent.get("level") != "high" and not intent.get("asked"):
            return "unknown"  # the model is told, and looks
        if seen == "touched":
            return "done"
        effect = str(intent.get("effect") or record.tool)
        spec = InputRequestSpec(
            key=_key("intent", record.action_id, str(intent.get("fingerprint")), tries),
            kind="choice",
            prompt=(
                f"The worker stopped in the middle of this: {effect}. "
                "The page has moved on since. Did it happen?"
            ),
            choices=[
                {"value": "done", "label": "Yes, it happened"},
                {"value": "not_done", "label": "No, it did not happen"},
                {"value": "unknown", "label": "I cannot tell"},
            ],
            risk=str(intent.get("risk") or "") or None,
            context=await self._shot({"step": self._run.state.step, "effect": effect}),
        )
        answer = await self._ask(spec)
        if answer.status == "answered" and answer.response == "not_done":
            # Whoever says so does not approve it again: that is asked by itself.
            record.intent = {**intent, "tries": tries + 1}
            return "not_done"
        return "done" if answer.response == "done" else "unknown"

    # --- asking -----------------------------------------------------------------------------
    async def _ask(self, spec: InputRequestSpec) -> Answer:
        """Save where the run stands, ask, and come back when nobody holds the run."""
        run = self._run
        await run.save(bill=False)
        self._pending.add(spec.key)
        answer = await run.context.ask(spec)
        self._pending.discard(spec.key)
        if run.control.held:
            await run.control.boundary()
        return answer

    async def _spec(
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
                    ("method", held.method), ("url", held.url), ("body", held.body[:2_000])
                )
            ]  # fmt: skip
        context = {
            "page_url": action.page_url if action else self._page_url(),
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
            prompt=self._words(verdict.effect, 2_000),
            risk=verdict.main or "unknown",
            context=await self._shot(self._clean(context)),
        )

    async def _shot(self, context: dict[str, Any]) -> dict[str, Any]:
        """The context with a picture of the page as it is; without one if there is none."""
        context |= {"screenshot_artifact_id": None, "screenshot_size": None}
        try:
            shot = await self._browser.screenshot()
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
            return self._words(value, 20_000)
        if isinstance(value, list):
            return [self._clean(item) for item in value]
        if isinstance(value, dict):
            return {str(key): self._clean(item) for key, item in value.items()}
        return plain(value)

    def _words(self, text: str, limit: int = _TEXT) -> str:
        return clip(plain_text(self._redact(text)), limit)

    def _page_url(self) -> str:
        try:
            return str(self._browser.page.url)
        except (BrowserError, AttributeError):
            return self._run.state.page_url

    # --- ending -----------------------------------------------------------------------------
    async def interrupted(self) -> None:
        """Take back what was asked and nobody waits for."""
        for task in list(self._asking):
            task.cancel()
        keys, self._pending = list(self._pending), set()
        if keys:
            with suppress(RunSignal):
                await self._run.context.withdraw(keys)

    async def aclose(self) -> None:
        """Watch no more; what waits is refused."""
        hold, self._hold = self._hold, None
        if hold is not None:
            await hold.close()
        for task in list(self._asking):
            task.cancel()


def _with_file(verdict: Verdict) -> Verdict:
    """The same call, which also brings a file that the policy has people decide on."""
    return replace(
        verdict,
        risks=verdict.risks | {"unknown"},
        level="medium" if verdict.level in ("none", "low") else verdict.level,
        main=verdict.main if verdict.level in ("medium", "high") else "unknown",
        reasons=(*verdict.reasons, _FILE),
    )


def _judge(action: ProposedAction) -> Verdict:
    return classify(
        CallFacts(
            tool=action.tool,
            arguments=action.arguments,
            page_url=action.page_url,
            url=action.url,
            typed_kinds=action.typed_kinds,
        ),
        action.element,
    )


def _refusal(effect: str, reason: str, *, again: bool = False) -> PolicyError:
    """The reason comes first: what retells a failure may keep only its beginning."""
    said = f": {reason.rstrip('.')}" if reason else ""
    was = "has already rejected this" if again else "rejected this"
    return PolicyError(
        f"A person {was}{said}. It was: {effect}. Do not try it again; go on without it, or "
        "finish and say so.",
        rule="approval:rejected",
    )


def _key(kind: str, action_id: str, fingerprint: str, attempt: int) -> str:
    """The name of a question: the same call on the same page asks once."""
    tail = f":{attempt}" if attempt > 1 else ""
    return f"{kind}:{action_id}:{fingerprint[:56]}{tail}"


def _what(verdict: Verdict, arguments: Mapping[str, Any]) -> str:
    """The call on its page, arguments included, in few letters."""
    said = json.dumps(plain(dict(arguments)), sort_keys=True)
    return f"{verdict.fingerprint}.{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        return parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def _hosts(action: ProposedAction) -> frozenset[str]:
    """Where an approved call may send things: its page's host, and its form's."""
    urls = [action.page_url, action.url or ""]
    element: ElementFacts | None = action.element
    if element is not None:
        urls += [element.frame_url, element.href, element.target]
        urls += [element.form.action] if element.form else []
        if element.default is not None and element.default.form is not None:
            urls.append(element.default.form.action)
    return frozenset(host for host in map(_host, urls) if host)
