"""Reading what models answer, however they put it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agents.model.deltas import DeltaWriter
from agents.model.failures import scrub
from agents.model.protocol import (
    EXECUTE,
    FINISH,
    MAX_CODE_CHARS,
    Misread,
    ToolCall,
    read_call,
    read_reply,
    tool_schemas,
)
from agents.ports import Act, Ask, Finish


@pytest.mark.parametrize(
    "text",
    [
        "```python\nawait page.reload()\n```",
        "I'll reload.\n\n```py\nawait page.reload()\n```\nThen we see.",
        "```\nawait page.reload()\n```",
        '{"code": "await page.reload()"}',
        '```json\n{"name": "execute_playwright_code", "arguments": {"code": '
        '"await page.reload()"}}\n```',
        '{"tool": "execute_playwright_code", "parameters": "{\\"code\\": '
        '\\"await page.reload()\\"}"}',
        '{"function": {"name": "execute_playwright_code", "arguments": {"code": '
        '"await page.reload()"}}}',
        '{"execute_playwright_code": {"code": "await page.reload()"}}',
        '<think>{"code": "wrong()"}</think> {"code": "```python\\nawait page.reload()\\n```"}',
        "```python\nawait page.reload()",
    ],
)
def test_text_answers_are_read(text: str) -> None:
    decision = read_reply(text, [])
    assert isinstance(decision, Act)
    assert decision.code.strip() == "await page.reload()"


def test_text_questions_and_endings_are_read() -> None:
    assert read_reply('{"question": "Which?"}', []) == Ask("Which?")
    assert read_reply('{"text": "12", "success": "false"}', []) == Finish("12", success=False)


@pytest.mark.parametrize(
    "text", ["", "  ", "Of course!", "{}", '{"a": 1}', "{" * 500, "```python\n```", "<think>x"]
)
def test_what_holds_no_decision_is_misread(text: str) -> None:
    with pytest.raises(Misread):
        read_reply(text, [])


def test_the_first_usable_call_wins() -> None:
    calls = [ToolCall("launch_rocket", {}), ToolCall(EXECUTE, {"code": "x()"})]
    assert read_reply("why", calls) == Act("x()", "why")


def test_real_line_breaks_inside_json_are_taken() -> None:
    decision = read_call(ToolCall(EXECUTE, '{"code": "a()\nb()", "reasoning": "r"}'))
    assert decision == Act("a()\nb()", "r")


def test_bare_code_as_arguments_is_taken() -> None:
    assert read_call(ToolCall(EXECUTE, "await page.reload()")) == Act("await page.reload()")


@pytest.mark.parametrize(
    "call",
    [
        ToolCall(EXECUTE, '{"code": '),
        ToolCall(EXECUTE, {"code": ""}),
        ToolCall(EXECUTE, {"code": 5}),
        ToolCall(EXECUTE, {"code": "x" * (MAX_CODE_CHARS + 1)}),
        ToolCall(EXECUTE, [1]),
        ToolCall("ask_person", {}),
        ToolCall(FINISH, {"success": True}),
        ToolCall("nope", {}),
    ],
)
def test_unusable_calls_say_what_was_wrong(call: ToolCall) -> None:
    with pytest.raises(Misread) as caught:
        read_reply("", [call])
    assert str(caught.value).endswith((".", "step."))


@pytest.mark.parametrize(
    ("given", "output"),
    [
        ('{"a": 1}', {"a": 1}),
        ("```json\n[1, 2]\n```", [1, 2]),
        ("{broken", "{broken"),
        ("plain", "plain"),
        ({"a": 1}, {"a": 1}),
        (None, None),
        ("", None),
    ],
)
def test_structured_output_comes_as_json_or_text(given: Any, output: Any) -> None:
    decision = read_call(ToolCall(FINISH, {"text": "done", "output": given}))
    assert isinstance(decision, Finish)
    assert decision.output == output


def test_the_callers_schema_becomes_the_tools_own() -> None:
    schema = {"type": "object", "properties": {"price": {"type": "number"}}, "$schema": "x"}
    output = tool_schemas(schema)[FINISH]["properties"]["output"]
    assert output == {"type": "object", "properties": {"price": {"type": "number"}}}
    pointing = {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {}}}
    assert tool_schemas(pointing)[FINISH]["properties"]["output"]["type"] == "string"


def test_words_are_read_out_of_unfinished_json() -> None:
    from pydantic_ai.messages import (
        PartDeltaEvent,
        PartStartEvent,
        ToolCallPart,
        ToolCallPartDelta,
    )

    seen: list[str] = []
    writer = DeltaWriter(seen.append)
    writer.feed(PartStartEvent(index=0, part=ToolCallPart(FINISH, "")))
    text = json.dumps({"reasoning": "Ünïcode “said” \n twice", "code": "x()", "text": "All good"})
    for char in text:
        writer.feed(PartDeltaEvent(index=0, delta=ToolCallPartDelta(args_delta=char)))
    assert "".join(seen) == "Ünïcode “said” \n twiceAll good"


def test_whatever_looks_like_a_key_is_scrubbed() -> None:
    said = "key sk-proj-abcdef123456 and Bearer abcdefgh12345 and hunter2-long"
    assert scrub(said, ["hunter2-long"]) == "key *** and *** and ***"
