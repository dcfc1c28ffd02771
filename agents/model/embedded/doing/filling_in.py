"""Filling in what is named on a form, without sending it."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.doing import composing, placing, several
from agents.model.embedded.doing.hidden_forms import labels_of, opener_for
from agents.model.embedded.doing.touch import click_code
from agents.model.embedded.grammar.details import ENDS
from agents.model.embedded.ground import describe
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import View
from agents.ports import Decision


async def fill_form(run: Run, step: Step) -> Decision | None:
    """Put each piece into the field that it names; the form is not sent."""
    several.settle(run, step)
    if step.get("state") == "failed":
        return None
    view = await run.view()
    if asks := several.before_placing(run, step, view):
        return asks
    later = [p for p in _left(step) if not p.get("choice") and composing.place(view, p) is None]
    if later and len(later) < len(step["pieces"]) and _leads_on(view):
        kept = {"text": step["text"], "verb": "", "noun": "", "pieces": step["pieces"]}
        step["splice"] = [{"do": "carry", **kept}]  # the rest is asked for on the next page
        return None
    placeless = [p for p in _left(step) if composing.place(view, p) is None]
    if placeless and (way := await _hidden(run, step, placeless)):
        return way
    placed, left = _known_by_kind(view, step), _left(step)
    late = [p for p in left if _comes_late(view, p)] if placed and not step.get("again") else []
    left = [p for p in left if p not in late]
    step["splice"] = placed + composing.compose(view, {**step, "pieces": left})
    if late:
        step["splice"].append({**_fresh(step), "pieces": late, "again": True})
    return None


async def _hidden(run: Run, step: Step, pieces: list[dict[str, Any]]) -> Decision | None:
    """Open the dialog or part in which fields lie that do not show yet, once."""
    way = await opener_for(run, step, labels_of(pieces)) if not step["st"].get("shown") else None
    if way is None:
        return None
    why = f"The form does not show yet: open {describe(way)}."
    return await run.act(step, await click_code(way), why, shown=True, phase="")


def _fresh(step: Step) -> Step:
    return {"do": "fill_form", "text": step["text"]}


def _comes_late(view: View, piece: dict[str, Any]) -> bool:
    """Whether a time has no place yet: free times show when a day was picked."""
    return bool(piece.get("time")) and composing.place(view, piece) is None


_KINDS = ("day", "time", "count", "choice", "agrees", "off")


def _known_by_kind(view: View, step: Step) -> list[Step]:
    """Steps for days, times and counts, which may have more than one field, and for choices."""
    pieces = [
        p for p in step["pieces"] if p.get("label") in ENDS or any(p.get(kind) for kind in _KINDS)
    ]
    return [{"text": step["text"], **s} for s in placing.steps_for(view, pieces)]


def _left(step: Step) -> list[dict[str, Any]]:
    return [p for p in step["pieces"] if not p.get("done") and not p.get("off")]


def _leads_on(view: View) -> bool:
    on = re.compile(r"(?:save and )?(?:next(?: step| page)?|continue|proceed)", re.I)
    return any(e.role == "button" and on.fullmatch(norm(e.name)) for e in view.elements)
