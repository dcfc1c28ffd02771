"""Filling in what is named on a form, without sending it."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.doing import composing, placing
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import View
from agents.ports import Decision


async def fill_form(run: Run, step: Step) -> Decision | None:
    """Put each piece into the field that it names; the form is not sent."""
    view = await run.view()
    later = [p for p in step["pieces"] if not p.get("choice") and composing.place(view, p) is None]
    if later and len(later) < len(step["pieces"]) and _leads_on(view):
        kept = {"text": step["text"], "verb": "", "noun": "", "pieces": step["pieces"]}
        step["splice"] = [{"do": "carry", **kept}]  # the rest is asked for on the next page
        return None
    step["splice"] = _timed(view, step) + composing.compose(view, {**step, "pieces": _left(step)})
    return None


def _timed(view: View, step: Step) -> list[Step]:
    """Steps for days, times and counts, which a page may ask for in more than one field."""
    timed = [p for p in step["pieces"] if p.get("day") or p.get("time") or p.get("count")]
    return [{"text": step["text"], **s} for s in placing.steps_for(view, timed)]


def _left(step: Step) -> list[dict[str, Any]]:
    return [p for p in step["pieces"] if not p.get("done")]


def _leads_on(view: View) -> bool:
    on = re.compile(r"(?:save and )?(?:next(?: step| page)?|continue|proceed)", re.I)
    return any(e.role == "button" and on.fullmatch(norm(e.name)) for e in view.elements)
