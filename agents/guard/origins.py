"""The door for approved origins: after a secret was typed, a person may open one more to a session.

A call that would lead a tab to an origin which is closed for nothing but what was typed waits for
a decision of its own. It opens that origin, to the whole browser, and grants nothing else; and no
other approval opens an origin. What pages fetch by themselves is never asked about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from agents.browser.approved_origins import origin_of
from agents.browser.egress_policy import TAINTED
from agents.errors import PolicyError
from agents.executor.gate import Argument, ProposedAction
from agents.guard.confirming import Confirming, host_of, key_of
from agents.guard.judging import refusal
from agents.guard.policy import Policy, check_address
from agents.guard.risk_facts import ElementFacts, Verdict
from agents.ports import Answer, InputRequestSpec
from agents.run import Run

ABOUT = "origin"  # what the context of such a request says that it is about
RISK = "sensitive_data"
_PRESSES = frozenset({"click", "dblclick", "tap", "popup", "download"})
_ENTER = frozenset({"enter", "numpadenter", "return"})
_ADDRESS = 4_000

Approved = Callable[[Answer, Verdict, str], Mapping[str, Any]]
Vetted = Callable[[ProposedAction], None]


class Origins:
    """Asks people for one run.

    approved: what the gate makes of an answer; raises unless it is an approval. vetted: raises for
    a call that would be refused whatever people say of its origin.
    """

    def __init__(
        self, run: Run, people: Confirming, policy: Policy, approved: Approved, vetted: Vetted
    ) -> None:
        self._run, self._people, self._policy = run, people, policy
        self._approved, self._vetted = approved, vetted

    async def admit(self, action: ProposedAction) -> ProposedAction:
        """The call as it stands once nothing that it leads to waits for a person.

        While somebody decides, the page may become another one: the element is read again.
        Raises: PolicyError, before the tab leaves the page that it shows; Rejected, Parked, ...
        """
        if action.url is not None:
            check_address(action.url)
        egress = getattr(self._run.context, "egress", None)
        if egress is None:
            return action
        while (url := await self._closed(egress, action)) is not None:
            await self._ask(egress, action, url)
            if action.element is not None:
                action = replace(action, element=await action.look())
        if action.url is not None:
            egress.check_url(action.url)
        return action

    @property
    def _may_ask(self) -> bool:
        denied = self._policy.approval_of(RISK) == "deny"
        return self._run.context.task.approval != "never" and not denied

    async def _closed(self, egress: Any, action: ProposedAction) -> str | None:
        """The first address of a call that a person has to open, or None. Raises: PolicyError."""
        if not self._may_ask:
            return None
        if action.url is not None:
            return action.url if await egress.closed_by_taint(action.url) else None
        for url in leads_to(action):
            with suppress(PolicyError):  # the click is made, and what it leads to is refused
                # An origin that has a secret in its name is shown to nobody.
                if self._is_clean(url) and await egress.closed_by_taint(url):
                    return url
        return None

    def _is_clean(self, url: str) -> bool:
        origin = origin_of(url)
        return self._people.words(origin, _ADDRESS) == origin

    async def _ask(self, egress: Any, action: ProposedAction, url: str) -> None:
        """Returns when the origin is open. Raises: PolicyError; Rejected and other signals."""
        origin = origin_of(url)
        if not self._is_clean(url):
            raise PolicyError(
                "The address has a secret in the name of its host: nobody may open it.",
                rule=TAINTED,
            )
        self._vetted(action)
        verdict = _verdict(origin, egress.taints)
        what = f"{ABOUT} {verdict.fingerprint}"
        earlier = self._run.state.rejected.get(what)
        if earlier is not None:
            raise refusal(verdict.effect, earlier, again=True)
        answer = await self._people.ask(await self._spec(action, url, verdict, egress.taints))
        self._approved(answer, verdict, what)
        await self._run.context.follow_origins()
        if await egress.closed_by_taint(url):
            raise PolicyError(
                f"{origin} was opened by a person and has been closed again since.",
                rule=TAINTED,
            )

    async def _spec(
        self, action: ProposedAction, url: str, verdict: Verdict, secrets: list[str]
    ) -> InputRequestSpec:
        """The confirmation; nothing of it can be edited."""
        origin = origin_of(url)
        told = (
            Argument("origin", "Would be reachable", "string", origin),
            Argument("url", "Address to be opened", "string", self._people.words(url, _ADDRESS)),
            Argument("secrets", "Typed in this session", "string", ", ".join(secrets)),
        )
        spec = await self._people.spec(
            key_of(ABOUT, action.action_id, verdict.fingerprint, action.attempt),
            verdict,
            action=replace(action, editable=told),
            host=host_of(origin),
        )
        about = {"about": ABOUT, "origin": origin, "secrets": list(secrets)}
        return replace(spec, context=spec.context | about)


def _verdict(origin: str, secrets: list[str]) -> Verdict:
    """Always of the high level: decided by itself, and never for the rest of a task."""
    names = [f"“{name}”" for name in secrets]
    typed = " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    was = "was" if len(secrets) == 1 else "were"
    return Verdict(
        risks=frozenset({RISK}),
        level="high",
        main=RISK,
        effect=f"Open {origin} to the whole browser for the rest of the session, in which {typed} "
        f"{was} typed",
        fingerprint=hashlib.sha256(origin.encode()).hexdigest()[:32],
        reasons=(
            f"Since {typed} {was} typed, the browser reaches only the sites that it belongs to.",
            f"Approved, every page in this browser can send to {origin}.",
        ),
    )


def leads_to(action: ProposedAction) -> list[str]:
    """Where a press would take the tab, as far as its element says so. Not what its scripts do."""
    group, _, name = action.tool.rpartition(".")
    element = action.element
    if element is None or _is_part(element, action.page_url):
        return []
    pressed: list[ElementFacts | None] = []
    if name in ("press", "down") and group != "mouse":
        key = str(action.arguments.get("key") or "").rpartition("+")[2].lower()
        if key in _ENTER and element.tag != "textarea":
            pressed = [element, element.default]
    elif name in _PRESSES or (group == "mouse" and name in ("down", "up")):
        pressed = [element, element.hit]
    return list(dict.fromkeys(url for each in pressed if each for url in _targets(each)))


def _targets(element: ElementFacts) -> list[str]:
    form = element.form.action if element.form is not None and element.submits else ""
    return [url for url in (element.href, form) if url]


def _is_part(element: ElementFacts, page_url: str) -> bool:
    """Whether it stands in a frame of the page: what a frame loads is a part, and not asked."""
    here, there = (url.partition("#")[0] for url in (page_url, element.frame_url))
    return bool(element.frame_url) and here[:2_000] != there[:2_000]
