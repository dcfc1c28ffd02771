"""One more guest, two more tickets: a number that the page keeps of something."""

from __future__ import annotations

from agents.model.embedded.doing import buying, steppers
from agents.model.embedded.grammar.phrases import Target
from agents.model.embedded.ground import LEAST, decide, rank
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View
from agents.ports import Decision


async def step_to(run: Run, step: Step) -> Decision | None:
    """Press "+" and "−", type into the number's field, or put so many more into the cart."""
    view, target, label = await run.view(), step["target"], step["target"]["words"]
    if "by" not in step or step["st"].get("acts") or steppers.stepper(view, label):
        return await steppers.step_to(run, step)
    more = int(step["by"])
    if field := _number_field(view, target):
        value = {"text": str(int(field.value or 0) + more)}
        again = {"text": step["text"], "do": "set", "target": target, "value": value}
        step["splice"] = [{**again, "st": {"chosen": field.key}}]
        return None
    if steppers.closed(view, label):
        return await steppers.step_to(run, step)
    if any(buying.is_add(e, {"verb": "add"}) for e in view.elements):
        step.update(do="add", verb="add", target={**target, "count": more})
        return await buying.add(run, step)
    step["splice"] = [{"do": "unknown", "words": step["text"], "text": step["text"]}]
    return None


def _number_field(view: View, target: Target) -> Element | None:
    """The field or list that holds the number."""
    kind, found = decide(rank(view, target, roles={"spinbutton", "combobox", "textbox", "slider"}))
    if kind != "one" or found[0].score < LEAST + 0.1:
        return None
    held = str(found[0].element.value or "").strip()
    return found[0].element if held.isdigit() else None
