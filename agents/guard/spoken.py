"""What is known beside a request: what the last calls were called, and what was sent before.

Tabs, links, list entries, boxes and choices do nothing by themselves, whatever they are called.
When a page changes something on a server right after "Delete account" was chosen, that is what was
meant. And what was sent once as a purchase is one again, however little its address says: a browser
sends a form anew when its answer is loaded again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from agents.executor.gate import ProposedAction
from agents.guard.labels import read
from agents.guard.labels_fields import kind_of_field
from agents.guard.risk_facts import ALWAYS_ASK, ElementFacts, Verdict, main_of
from agents.guard.risk_typing import as_field
from agents.guard.risk_words import STRONG, Said, box_accepts

SPOKEN_S = 15.0  # for so long what is sent is taken for what was named
_PRESSES = frozenset(
    {"click", "dblclick", "tap", "up", "drag_to", "popup", "download", "check", "set_checked"}
)
_BUYING = frozenset({"payment", "purchase", "legal_acceptance"})
_KEYS = frozenset({"press", "down", "type", "press_sequentially"})


@dataclass
class Words:
    """sent: gives the grave risks of what was let go, with commas, by fingerprint; is added to.
    named: deeds that were named, until when (the loop's clock), and by which call."""

    sent: Callable[[], dict[str, str]]
    _named: dict[str, tuple[float, str]] = field(default_factory=dict)

    def heard(self, action: ProposedAction, verdict: Verdict) -> None:
        """Note the deeds that a call names and does not do by itself."""
        if action.element is None:
            return
        until = asyncio.get_running_loop().time() + SPOKEN_S
        named = _deeds(action.element, action.tool.rpartition(".")[2])
        for risk in named - verdict.risks:
            self._named[risk] = (until, verdict.effect)

    def let_go(self, verdict: Verdict, risks: frozenset[str]) -> None:
        """Note what was sent with these risks, by an approval."""
        if risks & _BUYING:
            self._named.pop("legal_acceptance", None)  # it was sent with that
        if risks & ALWAYS_ASK:
            self.sent()[verdict.fingerprint] = ",".join(sorted(risks & ALWAYS_ASK))

    def judged(self, verdict: Verdict) -> Verdict:
        """The verdict on a request, with what is known beside it."""
        if verdict.risks & ALWAYS_ASK or not verdict.risks:
            return verdict
        again = self.sent().get(verdict.fingerprint)
        if again:
            return _graver(
                verdict, frozenset(again.split(",")), "it was sent before", "sent before"
            )
        now = asyncio.get_running_loop().time()
        self._named = {risk: each for risk, each in self._named.items() if each[0] >= now}
        if not self._named:
            return verdict
        call = next(iter(self._named.values()))[1]
        named = frozenset(self._named)
        return _graver(verdict, named, f"right after: {call}", "a call named it")


def _graver(verdict: Verdict, more: frozenset[str], told: str, why: str) -> Verdict:
    risks = verdict.risks | more
    level, main = main_of(risks)
    return replace(
        verdict,
        risks=risks,
        level=level,
        main=main,
        effect=f"{verdict.effect}, {told}",
        reasons=(*verdict.reasons, *(f"{risk}: {why}" for risk in sorted(more))),
    )


def _deeds(element: ElementFacts, name: str) -> frozenset[str]:
    """What the words of an element name, or of what a call chooses or may choose in it."""
    presses = name in (*_PRESSES, "press", "down")
    said = Said.of(element)
    kinds = set(said.kinds) if presses else set[str]()
    box = element.type == "checkbox" or element.role in ("checkbox", "switch")
    accepts = {"legal_acceptance"} if presses and box and box_accepts(element, said) else set[str]()
    if element.chosen and (name == "select_option" or name in _KEYS):
        for option in element.chosen.split(" | "):
            kinds |= read(option).kinds
        if kind_of_field(as_field(element)) == "role":
            kinds.add("permission_change")
    return frozenset(kinds & {*STRONG} | accepts)
