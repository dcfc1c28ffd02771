"""After a deed that was cut short: the same deed again or a question, never another button."""

from __future__ import annotations

from agents.model.embedded.run import READING, Run, Step, settle_answer
from agents.ports import REOPENED, Act, Decision, StepResult

# The page took nothing yet: what was meant may be something else on the page.
_MISSED = frozenset(
    {
        "element_not_found",
        "element_hidden",
        "element_covered",
        "element_disabled",
        "element_readonly",
        "element_moving",
        "element_outside",
        "several_elements",
        "wrong_element",
        "no_such_option",
        "bad_value",
        "bad_selector",
        "bad_arguments",
        "no_focus",
    }
)
# The touch may have reached the page.
_UNSURE = frozenset(
    {"interrupted_action", "action_timeout", "page_timeout", "navigation_timeout", "step_timeout"}
)
_CUT = frozenset({"browser_gone", "interrupted", "interrupted_action"})
_TYPED = frozenset({"fill", "set", "select", "check", "uncheck", "upload", "focus"})
_PLAIN = frozenset({"click", "submit", *_TYPED})  # these can begin anew at any time
_SENDS = frozenset({"click", "submit", "act_on", "press", "add", "checkout", "respond", "path"})

_TELLS = READING | {"answer"}


def may_try_another(step: Step, result: StepResult) -> bool:
    """Whether a failed step may take the next best thing on the page.

    A field may always be another one; a button only when nothing was pressed or refused.
    """
    return step["do"] in _TYPED or result.error_code in _MISSED


def unsure(result: StepResult) -> bool:
    """Whether a step that failed may have done all the same what it was to do."""
    touched = [record for record in result.actions if record.mutating]
    # The press came through, and the browser was lost before the step could end.
    pressed = result.error_code in _CUT and touched and touched[-1].status == "completed"
    return (
        result.error_code in _UNSURE
        or bool(pressed)
        or any(
            record.status == "started" or (record.intent is not None and record.error_code in _CUT)
            for record in touched
        )
    )


def take_back(run: Run) -> None:
    """A new browser shows the page without what was typed: those steps are to be done again."""
    memory = run.memory
    newest = max(
        (
            turn.step
            for turn in run.turn.turns
            if isinstance(turn.decision, Act) and turn.decision.reasoning == REOPENED
        ),
        default=0,
    )
    if newest <= memory.get("reopened", 0):
        return
    memory["reopened"] = newest
    at = memory["at"]
    if at >= len(run.steps):
        return
    step, result = run.steps[at], run.result
    if result is not None and step["do"] not in _TYPED and (result.ok or unsure(result)):
        return  # nothing is typed for a deed that is done, or may be
    first = at
    while first and run.steps[first - 1]["do"] in _TYPED:
        first -= 1
    for done in run.steps[first:at]:
        if done.get("state") == "done":
            done.pop("state")
    while first < at and "state" in run.steps[first]:
        first += 1  # left out by a person
    memory["at"] = first
    if step["do"] in _PLAIN and (first < at or result is not None):
        step["st"], run.result, run.answer = {}, None, None


def _leave_out_what_follows(run: Run) -> None:
    """What was to be read of the page that a skipped deed brings is not read of another one."""
    for later in run.steps[run.memory["at"] + 1 :]:
        if later["do"] not in _TELLS:
            return
        later["do"] = "nothing"
        run.skip(later)


async def settle(run: Run, step: Step) -> Decision | bool:
    """A deed that may have happened is a question. True when a person settled the step."""
    st = step["st"]
    if st.pop("unsure", False):
        outcome = await settle_answer(run, step)
        if outcome == "skip":
            run.skip(step)
            _leave_out_what_follows(run)
        if outcome == "reworded":
            step["replace"] = st.pop("reworded")
        return outcome in ("done", "skip", "reworded")
    result = run.result
    if result is None or result.ok or step["do"] not in _SENDS or not unsure(result):
        return False
    run.result = None
    st["unsure"] = True
    return run.ask_takeover(
        step,
        f"“{step['text']}” was cut short, and it may have happened or not: look at the page.",
    )
