"""The rendered run as the messages of one provider request.

Order serves the providers' prompt caches: standing orders, task, past turns, and last the page,
which is the only part that changes wholly from step to step. The cache mark stands before it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agents.model.protocol import EXECUTE, TOOL_NAMES, ToolName, tool_schemas
from agents.model.settings import ToolMode
from agents.ports import DecideInput
from agents.prompts import Part, render_conversation, system_prompt, tool_description

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, UserContent
    from pydantic_ai.models import ModelRequestParameters

TRIMMED_HISTORY_CHARS = 12_000
TRIMMED_OBSERVATION_CHARS = 8_000
MAX_LIST_ITEMS = 8
_CHATTY = frozenset({"plan", "choices", "evidence"})

TEXT_PROTOCOL = """# How to answer
Answer with one JSON object and nothing else:
{"name": "<tool>", "arguments": {...}}
where <tool> is one of these, with the arguments of its schema:
"""


def parameters(turn: DecideInput, *, stub: str, mode: ToolMode) -> ModelRequestParameters:
    """The tools as the mode offers them: definitions, a schema of the answer, or nothing."""
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition
    from pydantic_ai.tools import ToolDefinition

    schemas = tool_schemas(turn.output_schema)
    if mode == "text":
        return ModelRequestParameters()
    if mode == "json":
        decision = OutputObjectDefinition(json_schema=_decision_schema(schemas), name="decision")
        return ModelRequestParameters(output_mode="native", output_object=decision)
    tools = [
        ToolDefinition(
            name=name,
            description=tool_description(name, stub=stub if name == EXECUTE else ""),
            parameters_json_schema=schemas[name],
            # Strict modes want every property required; ours are optional on purpose.
            strict=False,
        )
        for name in TOOL_NAMES
    ]
    return ModelRequestParameters(function_tools=tools, allow_text_output=True)


def _decision_schema(schemas: dict[ToolName, dict[str, Any]]) -> dict[str, Any]:
    """One object, `name` and `arguments`, for whichever tool.

    Lists are bounded: inside a grammar, a small model repeats an item until its tokens are gone.
    """
    return {
        "anyOf": [
            {
                "type": "object",
                "properties": {"name": {"enum": [name]}, "arguments": _bounded(schema)},
                "required": ["name", "arguments"],
                "additionalProperties": False,
            }
            for name, schema in schemas.items()
        ]
    }


def _bounded(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with a limit on its lists, except the result's own."""
    properties = {
        name: {"maxItems": MAX_LIST_ITEMS, **part} if name in _CHATTY else part
        for name, part in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def messages(
    turn: DecideInput,
    *,
    stub: str,
    mode: ToolMode,
    cache_point: bool,
    screenshot: bytes | None,
    trimmed: bool = False,
) -> list[ModelMessage]:
    """The whole conversation of one decision.

    trimmed: the provider said that the prompt is too long; keep the task, the newest turns and
    the top of the page.
    """
    orders = system_prompt(turn.variables, turn.output_schema, guidance=turn.guidance)
    if mode != "native":
        orders += "\n\n" + _text_tools(turn, stub)
    parts = _rendered(turn, trimmed)
    if mode == "native":
        return _native(orders, parts, cache_point, screenshot)
    return _as_text(orders, parts, screenshot)


def _rendered(turn: DecideInput, trimmed: bool) -> Sequence[Part]:
    if not trimmed:
        return render_conversation(turn)
    from dataclasses import replace

    observation = turn.observation
    if len(observation) > TRIMMED_OBSERVATION_CHARS:
        cut = len(observation) - TRIMMED_OBSERVATION_CHARS
        observation = observation[:TRIMMED_OBSERVATION_CHARS] + f"\n[… {cut} characters cut …]"
    short = replace(turn, observation=observation, turns=list(turn.turns)[-6:])
    return render_conversation(short, max_chars=TRIMMED_HISTORY_CHARS)


def _native(
    orders: str, parts: Sequence[Part], cache_point: bool, screenshot: bytes | None
) -> list[ModelMessage]:
    from pydantic_ai.messages import (
        CachePoint,
        ModelRequest,
        ModelResponse,
        SystemPromptPart,
        TextPart,
        ToolCallPart,
        ToolReturnPart,
        UserPromptPart,
    )

    result: list[ModelMessage] = []
    pending: list[Any] = [SystemPromptPart(orders)]
    for index, part in enumerate(parts):
        if part.role == "assistant":
            if pending:
                result.append(ModelRequest(pending))
                pending = []
            said: list[Any] = []
            arguments = part.arguments or {}
            if part.text and arguments.get("reasoning") != part.text:
                said.append(TextPart(part.text))
            said.append(ToolCallPart(part.tool, arguments, tool_call_id=part.call_id))
            result.append(ModelResponse(said))
        elif part.role == "tool":
            pending.append(ToolReturnPart(part.tool, part.text, tool_call_id=part.call_id))
        elif index < len(parts) - 1:
            pending.append(UserPromptPart(part.text))
        else:
            content: list[UserContent] = [CachePoint()] if cache_point and index else []
            content.append(part.text)
            content += _image(screenshot)
            pending.append(UserPromptPart(content if len(content) > 1 else part.text))
    result.append(ModelRequest(pending))
    return result


def _as_text(orders: str, parts: Sequence[Part], screenshot: bytes | None) -> list[ModelMessage]:
    """For models without tool calls: calls and results become plain turns of talk."""
    from pydantic_ai.messages import (
        ModelRequest,
        ModelResponse,
        SystemPromptPart,
        TextPart,
        UserPromptPart,
    )

    result: list[ModelMessage] = []
    asked: list[str] = []
    first: list[Any] = [SystemPromptPart(orders)]
    for part in parts:
        if part.role == "assistant":
            result.append(ModelRequest([*first, UserPromptPart("\n\n".join(asked) or "Go on.")]))
            first, asked = [], []
            call = {"name": part.tool, "arguments": part.arguments or {}}
            result.append(ModelResponse([TextPart(json.dumps(call, ensure_ascii=False))]))
        elif part.role == "tool":
            asked.append("Result: " + part.text)
        else:
            asked.append(part.text)
    last: list[UserContent] = ["\n\n".join(asked), *_image(screenshot)]
    result.append(
        ModelRequest([*first, UserPromptPart(last if len(last) > 1 else "\n\n".join(asked))])
    )
    return result


def _image(screenshot: bytes | None) -> list[Any]:
    if not screenshot:
        return []
    from pydantic_ai.messages import BinaryContent

    kind = "image/png" if screenshot.startswith(b"\x89PNG") else "image/jpeg"
    return [BinaryContent(data=screenshot, media_type=kind)]


def _text_tools(turn: DecideInput, stub: str) -> str:
    lines = [TEXT_PROTOCOL]
    for name, schema in tool_schemas(turn.output_schema).items():
        said = tool_description(name, stub=stub if name == EXECUTE else "")
        lines.append(f"## {name}\n{said}\n{json.dumps(schema, ensure_ascii=False)}")
    return "\n\n".join(lines)


def repair(mode: ToolMode, said: str, problem: str) -> list[ModelMessage]:
    """What is added to the conversation when an answer held no decision."""
    from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, UserPromptPart

    how = (
        f"Call exactly one of the tools {', '.join(TOOL_NAMES)}."
        if mode == "native"
        else 'Answer with one JSON object {"name": ..., "arguments": {...}} and nothing else.'
    )
    added: list[ModelMessage] = []
    if said.strip():
        added.append(ModelResponse([TextPart(said[:4_000])]))
    added.append(ModelRequest([UserPromptPart(f"{problem} {how}")]))
    return added
