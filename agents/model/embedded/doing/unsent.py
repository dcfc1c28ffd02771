"""Forms that stayed: the button was pressed, and the page refused what stands in a field."""

from __future__ import annotations

from agents.model.embedded.ground import describe
from agents.model.embedded.run import Run
from agents.model.embedded.view import Element, View

_SENDS = frozenset({"submit", "click", "act_on", "press"})


def refused(view: View, form: int | None = None) -> list[Element]:
    """The fields for which the page did not let a form go, the first one first.

    A browser puts the cursor into the first field that is not valid; pages that check by
    themselves mark fields with `aria-invalid`; of those count the ones in `form`, which was used.
    """
    bad = [e for e in view.elements if e.bad and not e.off]
    held = [e for e in bad if e.focus] or [
        e for e in bad if e.bad == "marked" and form is not None and e.form == form
    ]
    return [*held, *(e for e in bad if held and e not in held and e.form == held[0].form)]


def notice(run: Run) -> None:
    """At the end: the step that should have sent a form has failed when the form refused."""
    done = [s for s in run.steps if s.get("state") == "done"]
    step = done[-1] if done else None
    view = run._view  # what the decision looked at, after the step's last deed
    if step is None or view is None or step is not run.steps[-1] or step["do"] not in _SENDS:
        return
    if fields := refused(view, (run.memory.get("form") or [None, None])[1]):
        run.fail(step, why(fields))


def why(fields: list[Element]) -> str:
    """In words for people: which fields, and what the browser says about the first."""
    names = ", ".join(describe(e) for e in fields[:5])
    said = fields[0].bad
    return f"the form was not sent, because of {names}" + (f" ({said})" if said != "marked" else "")
