"""Words of a text that stands in a field, changed for others; the rest of it stays."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.ground import LEAST, rank
from agents.model.embedded.run import Run, Step, answered
from agents.model.embedded.view import Element, View
from agents.ports import Decision

WHOLE = 200  # so much of a field's value is read; of a longer one the end is not known


async def replace(run: Run, step: Step) -> Decision | None:
    """ "Replace the word cat with dog": in the one field that has it."""
    if await answered(run, step):
        return None
    view = await run.view()
    old, new = step["old"], step["new"]
    said = re.compile(rf"(?<!\w){re.escape(old)}(?!\w)")
    found = [e for e in _typed(view, step["target"]) if said.search(e.value or "")]
    if len(found) != 1:
        seen = "no field" if not found else f"{len(found)} fields"
        return run.ask_takeover(step, f"I see {seen} with “{old}” for “{step['text']}”.")
    field = found[0]
    if len(field.value) >= WHOLE:
        return run.ask_takeover(step, f"The text with “{old}” is too long for me to change.")
    value = said.sub(lambda _: new, field.value)
    target = {"words": field.name, "raw": field.name or old, "kind": None, "nth": None, "in": None}
    step["splice"] = [
        {"do": "fill", "target": target, "value": {"text": value}, "text": step["text"],
         "st": {"chosen": field.key}}
    ]  # fmt: skip
    return None


def _typed(view: View, target: dict[str, Any]) -> list[Element]:
    """Fields whose text can be set again as it was; only those called so, where that is said."""
    pool = [
        e for e in view.elements
        if e.tag in ("input", "textarea") and e.role in ("textbox", "searchbox")
        and not e.off and not e.ro
    ]  # fmt: skip
    if not target.get("words"):
        return pool
    named = [m.element for m in rank(view, target, editable=True) if m.score >= LEAST]
    return [e for e in pool if e in named]
