"""How a model says what it wants: three tools, and the reading of whatever it answered instead.

A good model calls one tool. A small one writes a code block or some JSON; both are read. What
cannot be read is a `Misread`, whose message tells the model what was wrong.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from agents.ports import Act, Ask, Decision, Finish

EXECUTE: Final = "execute_playwright_code"
ASK: Final = "ask_person"
FINISH: Final = "finish"

MAX_CODE_CHARS = 20_000
Kind = Literal["question", "choice", "form", "sign_in", "captcha", "takeover"]
ToolName = Literal["execute_playwright_code", "ask_person", "finish"]
TOOL_NAMES: tuple[ToolName, ...] = (EXECUTE, ASK, FINISH)
_KINDS: tuple[Kind, ...] = get_args(Kind)


class Misread(ValueError):
    """The answer held no decision. The message is written for the model."""


@dataclass(frozen=True)
class ToolCall:
    """A call as the provider delivered it: arguments are an object, or its JSON text."""

    name: str
    arguments: Any


_REASONING = {"type": "string", "description": "One or two short sentences: why this is next."}
_EXECUTE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "reasoning": _REASONING,
        "code": {"type": "string", "description": "Async Python; `page` is given."},
        "plan": {
            "type": "array",
            "items": {"type": "string"},
            "description": "All steps ahead, a short line each; only when new or changed.",
        },
    },
    "required": ["reasoning", "code"],
}
_ASK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "reasoning": _REASONING,
        "prompt": {"type": "string", "description": "The question, complete in itself."},
        "kind": {"type": "string", "enum": list(_KINDS)},
        "choices": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"value": {"type": "string"}, "label": {"type": "string"}},
                "required": ["value", "label"],
            },
            "description": "For kind `choice`.",
        },
        "input_schema": {
            "type": "object",
            "description": "For kind `form`: a JSON Schema of the answer.",
        },
    },
    "required": ["prompt"],
}
_FINISH_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "reasoning": _REASONING,
        "text": {"type": "string", "description": "The answer, in plain words."},
        "success": {
            "type": "boolean",
            "description": "False when the task could not be done as asked.",
        },
        "evidence": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Short exact quotes of what you saw that prove the result.",
        },
    },
    "required": ["text", "success"],
}


def tool_schemas(output_schema: dict[str, Any] | None) -> dict[ToolName, dict[str, Any]]:
    """JSON Schema of each tool's parameters, kept to what every provider accepts.

    `reasoning` comes first because models write parameters in this order: the thought then comes
    before the code, and people see it stream while the code is still being written.
    """
    properties = {**_FINISH_SCHEMA["properties"], "output": _output_property(output_schema)}
    return {
        EXECUTE: _EXECUTE_SCHEMA,
        ASK: _ASK_SCHEMA,
        FINISH: {**_FINISH_SCHEMA, "properties": properties},
    }


def _output_property(schema: dict[str, Any] | None) -> dict[str, Any]:
    """Schema of `finish.output`.

    A schema with references is described in the prompt instead: its pointers are absolute and
    would point nowhere once it sits inside another schema. JSON in a string is the one free-form
    shape that all providers accept.
    """
    if schema and schema.get("type") in {"object", "array"} and '"$ref"' not in json.dumps(schema):
        return {k: v for k, v in schema.items() if k not in {"$schema", "$id"}}
    return {
        "type": "string",
        "description": "The structured result as JSON text, when there is more than a sentence.",
    }


def read_reply(text: str, calls: list[ToolCall]) -> Decision:
    """The decision in a model's answer; the first usable tool call wins.

    Raises: Misread, with a message that tells the model how to answer.
    """
    problem: Misread | None = None
    for call in calls:
        try:
            return read_call(call, said=text)
        except Misread as error:
            problem = problem or error
    if problem is not None:
        raise problem
    return read_text(text)


def read_call(call: ToolCall, *, said: str = "") -> Decision:
    """A tool call as a decision. Raises: Misread."""
    arguments = _arguments(call)
    reasoning = _text(arguments, "reasoning", "thought", "thoughts") or said.strip()
    name = call.name.rsplit(".", 1)[-1].removeprefix("functions_")
    if name in {EXECUTE, "execute_code", "run_code", "python"}:
        return _act(arguments, reasoning)
    if name in {ASK, "ask", "ask_user", "question"}:
        return _ask(arguments, reasoning)
    if name in {FINISH, "done", "complete", "final_answer"}:
        return _finish(arguments, reasoning)
    raise Misread(f"There is no tool `{call.name[:60]}`. The tools are: {', '.join(TOOL_NAMES)}.")


def _arguments(call: ToolCall) -> dict[str, Any]:
    value = call.arguments
    if isinstance(value, str):
        text = value.strip() or "{}"
        try:
            # Models often leave real line breaks inside the code string; strict=False takes them.
            value = json.loads(text, strict=False)
        except ValueError:
            if call.name == EXECUTE and not text.startswith("{"):
                return {"code": text}
            raise Misread(
                f"The arguments of `{call.name[:60]}` were not valid JSON. Send them again."
            ) from None
    if not isinstance(value, dict):
        raise Misread(f"The arguments of `{call.name[:60]}` must be a JSON object.")
    return value


def _act(arguments: dict[str, Any], reasoning: str) -> Act:
    code = _text(arguments, "code", "script", "source", "input")
    code = _unfence(code)
    if not code.strip():
        raise Misread(f"`{EXECUTE}` was called without `code`.")
    if len(code) > MAX_CODE_CHARS:
        raise Misread(
            f"`code` has {len(code)} characters; at most {MAX_CODE_CHARS} are run in one step."
        )
    plan = arguments.get("plan")
    if isinstance(plan, str):
        plan = plan.splitlines()
    lines = [str(item).strip()[:300] for item in plan or [] if str(item).strip()][:40]
    return Act(code=code, reasoning=reasoning, plan=lines or None)


def _ask(arguments: dict[str, Any], reasoning: str) -> Ask:
    prompt = _text(arguments, "prompt", "question", "text").strip()
    if not prompt:
        raise Misread(f"`{ASK}` was called without `prompt`.")
    kind: Kind = arguments.get("kind")  # type: ignore[assignment]
    raw = arguments.get("choices") or arguments.get("options")
    choices = _choices(raw if isinstance(raw, list) else [])
    if kind not in _KINDS:
        kind = "choice" if choices else "question"
    if kind == "choice" and not choices:
        kind = "question"
    schema = arguments.get("input_schema")
    return Ask(
        prompt=prompt,
        kind=kind,
        choices=choices or None,
        input_schema=schema if isinstance(schema, dict) else None,
        reasoning=reasoning,
    )


def _choices(raw: list[Any]) -> list[dict[str, Any]]:
    choices = []
    for item in raw[:20]:
        if isinstance(item, dict):
            value = item.get("value", item.get("label"))
            if value is not None:
                choices.append({"value": value, "label": str(item.get("label", value))})
        elif item is not None:
            choices.append({"value": item, "label": str(item)})
    return choices


def _finish(arguments: dict[str, Any], reasoning: str) -> Finish:
    text = _text(arguments, "text", "answer", "result", "summary", "message").strip()
    output = _loosely_json(arguments.get("output"))
    if not text and output is None:
        raise Misread(f"`{FINISH}` was called without `text`.")
    evidence = arguments.get("evidence")
    if isinstance(evidence, str):
        evidence = [evidence]
    quotes = [str(q)[:500] for q in evidence or [] if str(q).strip()][:20]
    success = arguments.get("success", True)
    if isinstance(success, str):
        success = success.strip().lower() not in {"false", "no", "0"}
    return Finish(
        text=text or json.dumps(output, ensure_ascii=False),
        output=output,
        success=bool(success),
        evidence=quotes,
        reasoning=reasoning,
    )


def _loosely_json(value: Any) -> Any:
    """JSON text of an object or a list as its value; everything else as it is."""
    if isinstance(value, str):
        text = _unfence(value).strip()
        if text[:1] in "{[" and text:
            try:
                return json.loads(text, strict=False)
            except ValueError:
                return value
        return value or None
    return value


def _text(arguments: dict[str, Any], *names: str) -> str:
    for name in names:
        value = arguments.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


# --- answers in plain text ----------------------------------------------------------------------

_FENCE = re.compile(
    r"```[ \t]*([A-Za-z0-9_+-]*)[^\n]*\n(.*?)(?:^[ \t]*```|\Z)", re.DOTALL | re.MULTILINE
)
_CODE_LANGUAGES = {"python", "py", "python3", "playwright"}
_THINKING = re.compile(r"<(think|thinking)>.*?(</\1>|\Z)", re.DOTALL | re.IGNORECASE)


def _unfence(text: str) -> str:
    match = _FENCE.fullmatch(text.strip())
    return match.group(2).rstrip("\n") if match else text


def read_text(text: str) -> Decision:
    """A decision written as text: a JSON object, or a fenced code block. Raises: Misread."""
    visible = _THINKING.sub("", text).strip()
    if not visible:
        raise Misread("Your answer was empty.")
    blocks = [(m.group(1).lower(), m.group(2).rstrip("\n")) for m in _FENCE.finditer(visible)]
    candidates = [body for language, body in blocks if language in {"json", "", "tool_call"}]
    for candidate in [*candidates, visible]:
        value = _object_in(candidate)
        if value is not None and (decision := _decision_in(value)) is not None:
            return decision
    for language, body in blocks:
        if body.strip() and (language in _CODE_LANGUAGES or (not language and "page" in body)):
            said = _FENCE.sub("", visible).strip()
            return _act({"code": body}, said[:2000])
    raise Misread("Your answer called no tool.")


def _object_in(text: str) -> dict[str, Any] | None:
    """The first JSON object in the text that looks like a decision."""
    decoder = json.JSONDecoder(strict=False)
    position = text.find("{")
    tries = 0
    while position != -1 and tries < 20:
        tries += 1
        try:
            value, _ = decoder.raw_decode(text, position)
        except ValueError:
            position = text.find("{", position + 1)
            continue
        if isinstance(value, dict):
            return value
        position = text.find("{", position + 1)
    return None


def _decision_in(value: dict[str, Any]) -> Decision | None:
    name = value.get("name") or value.get("tool") or value.get("action") or value.get("function")
    if isinstance(name, dict):
        value, name = name, name.get("name")
    if isinstance(name, str):
        for key in ("arguments", "parameters", "args", "input"):
            if key in value:
                return read_call(ToolCall(name, value[key]))
        return read_call(ToolCall(name, value))
    for name in TOOL_NAMES:
        if isinstance(value.get(name), dict):
            return read_call(ToolCall(name, value[name]))
    if isinstance(value.get("code"), str):
        return read_call(ToolCall(EXECUTE, value))
    if isinstance(value.get("prompt") or value.get("question"), str):
        return read_call(ToolCall(ASK, value))
    if "success" in value or "evidence" in value:
        return read_call(ToolCall(FINISH, value))
    return None
