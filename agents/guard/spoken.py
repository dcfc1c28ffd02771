"""What was named by calls that nobody was asked about, for what their page sends right after.

Tabs, links, list entries, boxes and choices do nothing by themselves, whatever they are called.
When a page changes something on a server right after "Delete account" was chosen, that is what was
meant.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from agents.executor.gate import ProposedAction
from agents.guard.labels import read
from agents.guard.labels_fields import kind_of_field
from agents.guard.risk_facts import ALWAYS_ASK, ElementFacts, Verdict, main_of
from agents.guard.risk_typing import as_field
from agents.guard.risk_words import STRONG, Said

SPOKEN_S = 15.0  # for so long what is sent is taken for what was named
_NAMING = frozenset(
    {
        *("click", "dblclick", "tap", "press", "down", "up", "drag_to", "popup", "download"),
        *("check", "set_checked", "select_option"),
    }
)


@dataclass
class Words:
    """Deeds that were named, until when (the loop's clock), and by which call."""

    _named: dict[str, tuple[float, str]] = field(default_factory=dict)

    def heard(self, action: ProposedAction, verdict: Verdict) -> None:
        """Note the deeds that a call names and does not do by itself."""
        name = action.tool.rpartition(".")[2] or action.tool
        if action.element is None or name not in _NAMING:
            return
        until = asyncio.get_running_loop().time() + SPOKEN_S
        for risk in _deeds(action.element) - verdict.risks:
            self._named[risk] = (until, verdict.effect)

    def judged(self, verdict: Verdict) -> Verdict:
        """The verdict on a request: what was named counts when it changes something unnamed."""
        if not verdict.risks or verdict.risks & ALWAYS_ASK or not self._named:
            return verdict
        now = asyncio.get_running_loop().time()
        self._named = {risk: each for risk, each in self._named.items() if each[0] >= now}
        if not self._named:
            return verdict
        risks = verdict.risks | self._named.keys()
        level, main = main_of(risks)
        after = next(iter(self._named.values()))[1]
        return replace(
            verdict,
            risks=risks,
            level=level,
            main=main,
            effect=f"{verdict.effect}, right after: {after}",
            reasons=(*verdict.reasons, *(f"{risk}: a call named it" for risk in self._named)),
        )


def _deeds(element: ElementFacts) -> frozenset[str]:
    """What the words of an element, or of what is chosen in it, name."""
    kinds = set(Said.of(element).kinds)
    if element.chosen:
        kinds |= read(element.chosen).kinds
        if kind_of_field(as_field(element)) == "role":
            kinds.add("permission_change")
    return frozenset(kinds & {*STRONG})
