"""What leaves a run is cleaned at every depth; only names that we made ourselves stay."""

from __future__ import annotations

from agents.checkpoint import RunState
from agents.events import TaskActionCompleted, TaskActionStarted, TaskInputRequest
from agents.guard.exits import _STATE, clean, clean_event, clean_request, clean_schema
from agents.guard.redactor import Redactor
from agents.ports import Act, ActionRecord, Answer, Ask, Finish, InputRequestSpec, StepResult, Turn

VALUE = "hunter2-long-pass"
NAMED_AS_OURS = {
    name: VALUE for name in ("key", "id", "user_id", "type", "status", "group", "action", "kind")
}
CLEAN = dict.fromkeys(NAMED_AS_OURS, "{{pw}}")
REDACTOR = Redactor({"pw": VALUE, "word": "string", "one": "click", "n": "1"})


def test_a_field_is_not_passed_over_for_its_name():
    assert clean(NAMED_AS_OURS, REDACTOR) == CLEAN
    done = TaskActionCompleted(
        action_id="1.1", step=1, tool="locator.click", result=NAMED_AS_OURS, duration_ms=1
    )
    cleaned = clean_event(done, REDACTOR)
    assert cleaned.result == CLEAN
    assert (cleaned.action_id, cleaned.tool) == ("1.1", "locator.click")
    begun = TaskActionStarted(action_id="1.1", step=1, tool="x", arguments=NAMED_AS_OURS)
    assert clean_event(begun, REDACTOR).arguments == CLEAN


def test_a_question_is_cleaned_and_a_confirmation_keeps_what_we_made():
    schema = {"type": "object", "properties": {"a": {"type": "string", "format": VALUE}}}
    context = {"action_id": "1.1", "tool": "locator.click", "arguments": [NAMED_AS_OURS]}
    spec = InputRequestSpec("k", "confirmation", "?", input_schema=schema, context=context)
    cleaned = clean_request(spec, REDACTOR)
    assert cleaned.context == {**context, "arguments": [CLEAN]}
    assert cleaned.input_schema["properties"]["a"] == {"type": "string", "format": "{{pw}}"}
    asked = InputRequestSpec("k", "form", "?", choices=[NAMED_AS_OURS], context=NAMED_AS_OURS)
    cleaned = clean_request(asked, REDACTOR)
    assert (cleaned.choices, cleaned.context) == ([CLEAN], CLEAN)
    event = TaskInputRequest(
        request_id="req_1", id="req_1", task_id="task_1", kind="form", prompt="?",
        input_schema=schema, context=NAMED_AS_OURS, created_at="now",
    )  # fmt: skip
    assert clean_event(event, REDACTOR).context == CLEAN
    assert clean_schema({"properties": {"type": {"type": VALUE}}}, REDACTOR) == {
        "properties": {"type": {"type": "{{pw}}"}}
    }


def test_a_checkpoint_holds_no_value_and_can_be_read_again():
    record = ActionRecord("1.1", "locator.click", "t", NAMED_AS_OURS, "completed", True)
    state = RunState(boundary="1", memory={"key": VALUE}, seen=["art_1"])
    state.add(Turn(1, Act("x"), StepResult(True, NAMED_AS_OURS, actions=[record])))
    state.add(Turn(2, Ask("?", context=NAMED_AS_OURS), answer=Answer("answered", NAMED_AS_OURS)))
    state.add(Turn(3, Finish("done", output=NAMED_AS_OURS)))
    data = clean(state.as_json(), REDACTOR, level=_STATE)
    assert VALUE not in str(data)
    again = RunState.from_json(data)
    assert (again.boundary, again.memory, again.seen) == ("1", {"key": "{{pw}}"}, ["art_1"])
    assert again.turns[0].result.actions[0].tool == "locator.click"
    assert again.turns[1].answer.response == again.turns[2].decision.output == CLEAN
