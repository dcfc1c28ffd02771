"""Pressing one control again and again: "Click Load more until all reviews are shown"."""

from __future__ import annotations

from agents.model.embedded.doing.rows import FOR_GOOD, says
from agents.model.embedded.doing.touch import click_code, click_target, outcome_of, recover
from agents.model.embedded.ground import SURE, describe, rank
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View
from agents.ports import Decision

MAX_PRESSES = 50


async def press_on(run: Run, step: Step) -> Decision | None:
    """Press until the words are there, else until the control is gone, off, or does nothing."""
    st = step["st"]
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        return await recover(run, step, result, st.get("label", "it"))
    presses = st.get("presses", 0)
    view = await run.view()
    if step["until"] and norm(step["until"]) in norm(view.body):
        run.saw(step["until"])
        return None
    control = _control(view, step)
    if control is None and not presses:
        return await click_target(run, step, step["target"])
    idle = bool(presses) and view.mark == run.mark_before
    if control is None or control.off or idle:
        if step["until"]:
            run.fail(step, f"“{step['until']}” did not appear after {_times(presses)}")
        return None
    if presses and any(says(control, verb) for verb in FOR_GOOD):
        run.fail(step, f"“{control.name}” may do something for good, so it is pressed once only")
        return None
    if presses >= MAX_PRESSES:
        run.fail(step, f"“{control.name}” was still there after {_times(presses)}")
        return None
    why = f"Press {describe(control)}{f' again ({presses + 1})' if presses else ''}."
    code = f"{await click_code(control)}\nawait page.wait_for_timeout(400)"
    return await run.act(step, code, why, presses=presses + 1, label=describe(control))


def _control(view: View, step: Step) -> Element | None:
    """The control that is meant: on later turns the one of the same name, and no likeness of it."""
    matches = [m for m in rank(view, step["target"]) if m.score >= SURE]
    name = step["st"].get("name")
    found = next((m.element for m in matches if name in (None, norm(m.element.name))), None)
    if found is not None:
        step["st"]["name"] = norm(found.name)
    return found


def _times(presses: int) -> str:
    return "one press" if presses == 1 else f"{presses} presses"
