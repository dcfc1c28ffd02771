"""What a run of fills has put in already: no second value goes over it unless that was said."""

from __future__ import annotations

import re

from agents.model.embedded.grammar.phrases import Target
from agents.model.embedded.likeness import name_score, norm
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


def in_a_row(run: Run) -> dict[str, str]:
    """The fields that the steps right before this one have filled, and what each was called."""
    out: dict[str, str] = {}
    for step in reversed(run.steps[: run.memory["at"]]):
        if step["do"] not in _GIVES:
            break
        if step.get("filled"):
            out.setdefault(step["filled"], (step.get("target") or {}).get("words") or "")
    return out


def overwrites(run: Run, step: Step, element: Element, target: Target) -> bool:
    """Whether the field holds another value of this task and is not the one that was named."""
    filled = in_a_row(run)
    if element.key not in filled or step["st"].get("asks"):
        return False  # or a person picked it
    if _CHANGES.search(step.get("text") or "") or not (element.value or "").strip():
        return False
    words = target.get("words") or ""
    same = norm(words) == norm(filled[element.key])
    return not words or not same or name_score(words, element) < _SURE
