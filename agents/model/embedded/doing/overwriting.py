"""What a run of fills has put in already: no second value goes over it unless that was said."""

from __future__ import annotations

import re

from agents.model.embedded.grammar.phrases import Target
from agents.model.embedded.ground import name_score
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element

_GIVES = frozenset(
    {"fill", "set", "select", "check", "uncheck", "avoid", "step_to", "pick_date", "nothing"}
)
_CHANGES = re.compile(
    r"\b(?:change|replace|instead|correct|overwrite|clear|again|edit|update|rather|append|retype)\b",
    re.I,
)
_SURE = 0.8  # a field named so well is the one that was meant


def in_a_row(run: Run) -> set[str]:
    """Keys of the fields that the steps right before this one have filled."""
    out: set[str] = set()
    for step in reversed(run.steps[: run.memory["at"]]):
        if step["do"] not in _GIVES:
            break
        if step.get("filled"):
            out.add(step["filled"])
    return out


def overwrites(run: Run, step: Step, element: Element, target: Target) -> bool:
    """Whether the field holds another value of this task and is not the one that was named."""
    if element.key not in in_a_row(run) or step["st"].get("chosen") == element.key:
        return False
    if _CHANGES.search(step.get("text") or "") or not (element.value or "").strip():
        return False
    words = target.get("words") or ""
    return not words or name_score(words, element) < _SURE
