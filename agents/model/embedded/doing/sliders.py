"""Moving sliders that a page draws itself: no input, a knob that the arrow keys move."""

from __future__ import annotations

import re

from agents.model.embedded.doing.formats import shown
from agents.model.embedded.doing.touch import outcome_of
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate
from agents.ports import Decision


def is_drawn_slider(element: Element) -> bool:
    return element.role == "slider" and element.tag != "input"


async def slide(run: Run, step: Step, element: Element) -> Decision | None:
    """Move a slider that is no input: press an arrow once, see what that did, press the rest."""
    st, where = step["st"], await locate(element)
    st["knob"] = element.key
    wanted = _numbers(step["value"].get("text", ""))
    if not wanted:
        run.fail(step, f"“{shown(step['value'])}” is no number")
        return None
    view = await run.view()
    result = await outcome_of(run, step)
    if st.get("phase") == "slid" or (result is not None and not result.ok):
        if result is not None and not result.ok:
            run.fail(step, (result.error_message or "the slider did not move").splitlines()[0])
        return None
    if element.value not in (None, "") and _numbers(element.value) and st.get("phase") != "probe":
        now, each = _numbers(element.value)[0], float(element.d.get("step") or 1)
    elif st.get("phase") != "probe":
        # Two presses back and forth show where the value stands and how far one press goes.
        code = (
            f'knob = {where}\nawait knob.focus()\nawait knob.press("Home")\nawait '
            f"page.wait_for_timeout(150)"
        )
        return await run.act(step, code, "Move the slider to its start.", phase="probe", gauges=[])
    elif not st.get("gauges"):
        code = f'await {where}.press("ArrowRight")\nawait page.wait_for_timeout(150)'
        return await run.act(step, code, "Press once to see how far it goes.", gauges=_gauges(view))
    else:
        after = {path: (value, x, y) for path, value, x, y in _gauges(view)}
        moved = [
            (abs(x - element.x) + abs(y - element.y), value, after[path][0])
            for path, value, x, y in st["gauges"]
            if path in after and after[path][0] != value
        ]
        if not moved:
            run.fail(step, "the page does not show where the slider stands")
            return None
        _, old, now = min(moved)
        each = now - old
    presses = round((wanted[0] - now) / each)
    key = "ArrowRight" if presses > 0 else "ArrowLeft"
    code = (
        f'knob = {where}\nfor _ in range({min(abs(presses), 500)}):\n    await knob.press("{key}")'
    )
    return await run.act(step, code, f"Set the slider to {wanted[0]:g}.", phase="slid")


async def slide_on(run: Run, step: Step) -> Decision | None:
    """Go on with the knob that was begun with."""
    knobs = [e for e in (await run.view()).elements if is_drawn_slider(e)]
    begun = [e for e in knobs if e.key == step["st"].get("knob")] or knobs
    if len(begun) == 1:
        return await slide(run, step, begun[0])
    run.fail(step, "the slider that was begun with is on the page no more")
    return None


def _numbers(text: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", text)]


def _gauges(view: View) -> list[tuple[str, float, int, int]]:
    """Everything on the page that is just a number: one of them shows the slider's value."""
    pool = [
        e
        for e in [*view.texts, *view.elements]
        if re.fullmatch(r"-?\d+(?:\.\d+)?\s?\S{0,3}", e.text or "")
    ]
    return [(e.path, _numbers(e.text)[0], e.x, e.y) for e in pool][:200]
