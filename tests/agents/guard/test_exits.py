"""What leaves a run is cleaned at every depth; only names that we made ourselves stay."""

from __future__ import annotations

import base64
import io
import os
import zipfile

import pytest

from agents.checkpoint import RunState
from agents.events import TaskActionCompleted, TaskActionStarted, TaskInputRequest
from agents.guard.binaries import covered
from agents.guard.exits import (
    _STATE,
    CleanArtifacts,
    clean,
    clean_event,
    clean_request,
    clean_schema,
)
from agents.guard.redactor import Redactor
from agents.ports import Act, ActionRecord, Answer, Ask, Finish, InputRequestSpec, StepResult, Turn
from tests.agents.fakes import FakeStore

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


@pytest.mark.parametrize(
    "shape",
    [
        VALUE.encode(), VALUE.upper().encode(), VALUE.encode("utf-16-le"), VALUE[::-1].encode(),
        base64.b64encode(VALUE.encode()), VALUE.encode().hex().encode(), "Zürich-ç-é-pass".encode(),
    ],
)  # fmt: skip
def test_a_value_in_a_binary_file_is_covered_and_the_rest_keeps_its_place(shape: bytes):
    redactor = Redactor({"pw": VALUE, "accents": "Zürich-ç-é-pass"})
    before, after = b"\0\xff\x00%PDF ", b" \xfe\0 /Length 17\xe4"
    masked = covered(before + shape + after, redactor)
    assert len(masked) == len(before + shape + after)
    assert masked.startswith(before) and masked.endswith(after)
    assert set(masked[len(before) : -len(after)]) <= set(b"*\0=")


def test_a_binary_file_without_a_value_is_left_alone():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "nothing " * 1_000)
    for data in (os.urandom(1_000_000), packed.getvalue(), b"\0click 1"):
        assert covered(data, REDACTOR) is data


async def test_files_lose_values_whatever_they_are(tmp_path):
    store = FakeStore()
    artifacts = CleanArtifacts(store, REDACTOR)
    data = b"\0\1" + VALUE.encode() + b"\2"
    file = tmp_path / "f"
    file.write_bytes(data)
    told = {"name": f"{VALUE}.bin", "media_type": "application/pdf", "kind": "download"}
    for stored in (await artifacts.put(data, **told), await artifacts.put_file(str(file), **told)):
        assert store.files[stored.id] == b"\0\1" + b"*" * len(VALUE) + b"\2"
        assert stored.name == "{{pw}}.bin"
    assert file.read_bytes() == data
