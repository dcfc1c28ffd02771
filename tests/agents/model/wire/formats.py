"""The providers' streaming formats, as their API references show them.

https://platform.openai.com/docs/api-reference/chat-streaming
https://platform.openai.com/docs/api-reference/responses-streaming
https://docs.anthropic.com/en/docs/build-with-claude/streaming
https://ai.google.dev/api/generate-content
"""

from __future__ import annotations

import json
from typing import Any

from tests.agents.model.wire.server import Refuse, Say, Wire, pieces, sse


def openai_chat() -> Wire:
    return Wire(_chat_stream, _openai_error)


def openai_responses() -> Wire:
    return Wire(_responses_stream, _openai_error)


def anthropic() -> Wire:
    return Wire(_anthropic_stream, _anthropic_error)


def google() -> Wire:
    return Wire(_google_stream, _google_error)


# --- OpenAI chat completions, OpenRouter, compatible servers --------------------------------------


def _chat_chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_760_000_000,
        "model": "gpt-5.4-mini",
        "provider": "Wire",
        "choices": [
            {
                "index": 0,
                "delta": delta,
                "finish_reason": finish,
                "native_finish_reason": finish,
            }
        ],
    }


def _chat_stream(say: Say) -> list[bytes]:
    chunks = [_chat_chunk({"role": "assistant", "content": ""})]
    chunks += [_chat_chunk({"content": piece}) for piece in pieces(say.text)]
    for index, (name, _) in enumerate(say.calls):
        head = {"index": index, "id": f"call_{index}", "type": "function"}
        chunks.append(
            _chat_chunk({"tool_calls": [{**head, "function": {"name": name, "arguments": ""}}]})
        )
        chunks += [
            _chat_chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
            for piece in pieces(say.arguments(index))
        ]
    finish = say.finish if say.finish != "stop" or not say.calls else "tool_calls"
    chunks.append(_chat_chunk({}, finish))
    usage: dict[str, Any] = {
        "prompt_tokens": say.input_tokens,
        "completion_tokens": say.output_tokens,
        "total_tokens": say.input_tokens + say.output_tokens,
        "prompt_tokens_details": {"cached_tokens": say.cached_tokens},
    }
    if say.cost is not None:
        usage["cost"] = say.cost
    chunks.append({**_chat_chunk({}), "choices": [], "usage": usage})
    return [*(sse(chunk) for chunk in chunks), b"data: [DONE]\n\n"]


def _openai_error(refuse: Refuse) -> dict[str, Any]:
    code = {
        401: "invalid_api_key",
        404: "model_not_found",
        429: "rate_limit_exceeded",
        400: "context_length_exceeded" if "context" in refuse.message else "bad_request",
    }.get(refuse.status)
    return {"error": {"message": refuse.message, "type": "error", "param": None, "code": code}}


# --- OpenAI responses -----------------------------------------------------------------------------


def _responses_stream(say: Say) -> list[bytes]:
    events: list[dict[str, Any]] = []
    output: list[dict[str, Any]] = []

    def emit(kind: str, **data: Any) -> None:
        events.append({"type": kind, "sequence_number": len(events), **data})

    def response(status: str, **more: Any) -> dict[str, Any]:
        return {
            "id": "resp_1",
            "object": "response",
            "created_at": 1_760_000_000,
            "status": status,
            "model": "gpt-5.4-mini",
            "output": list(output),
            "parallel_tool_calls": False,
            "tool_choice": "auto",
            "tools": [],
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            **more,
        }

    emit("response.created", response=response("in_progress"))
    emit("response.in_progress", response=response("in_progress"))
    if say.text:
        output.append(_responses_text(emit, say.text))
    for index, (name, _) in enumerate(say.calls):
        output.append(_responses_call(emit, len(output), index, name, say.arguments(index)))
    usage = {
        "input_tokens": say.input_tokens,
        "input_tokens_details": {"cached_tokens": say.cached_tokens},
        "output_tokens": say.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": say.input_tokens + say.output_tokens,
    }
    emit("response.completed", response=response("completed", usage=usage))
    return [sse(event, event["type"]) for event in events]


def _responses_text(emit: Any, text: str) -> dict[str, Any]:
    item = {"id": "msg_1", "type": "message", "role": "assistant", "status": "in_progress"}
    where = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    emit("response.output_item.added", output_index=0, item={**item, "content": []})
    part = {"type": "output_text", "text": "", "annotations": []}
    emit("response.content_part.added", **where, part=part)
    for piece in pieces(text):
        emit("response.output_text.delta", **where, delta=piece, logprobs=[])
    emit("response.output_text.done", **where, text=text, logprobs=[])
    done = {**item, "status": "completed", "content": [{**part, "text": text}]}
    emit("response.content_part.done", **where, part={**part, "text": text})
    emit("response.output_item.done", output_index=0, item=done)
    return done


def _responses_call(
    emit: Any, position: int, index: int, name: str, arguments: str
) -> dict[str, Any]:
    item = {
        "id": f"fc_{index}",
        "type": "function_call",
        "call_id": f"call_{index}",
        "name": name,
        "arguments": "",
        "status": "in_progress",
    }
    where = {"item_id": f"fc_{index}", "output_index": position}
    emit("response.output_item.added", output_index=position, item=item)
    for piece in pieces(arguments):
        emit("response.function_call_arguments.delta", **where, delta=piece)
    emit("response.function_call_arguments.done", **where, arguments=arguments, name=name)
    done = {**item, "arguments": arguments, "status": "completed"}
    emit("response.output_item.done", output_index=position, item=done)
    return done


# --- Anthropic messages ---------------------------------------------------------------------------


def _anthropic_stream(say: Say) -> list[bytes]:
    # Anthropic counts cache reads beside the input tokens, not inside them.
    usage = {
        "input_tokens": say.input_tokens - say.cached_tokens,
        "cache_read_input_tokens": say.cached_tokens,
        "cache_creation_input_tokens": 0,
        "output_tokens": 1,
    }
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-6",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    events: list[dict[str, Any]] = [{"type": "message_start", "message": message}]
    blocks: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    if say.text:
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces(say.text)]
        blocks.append(({"type": "text", "text": ""}, deltas))
    for index, (name, _) in enumerate(say.calls):
        start = {"type": "tool_use", "id": f"toolu_{index}", "name": name, "input": {}}
        text = say.arguments(index)
        deltas = [{"type": "input_json_delta", "partial_json": p} for p in ["", *pieces(text)]]
        blocks.append((start, deltas))
    for index, (start, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events += [{"type": "content_block_delta", "index": index, "delta": d} for d in deltas]
        events.append({"type": "content_block_stop", "index": index})
    stop = "tool_use" if say.calls else {"length": "max_tokens"}.get(say.finish, "end_turn")
    events.append(
        {
            "type": "message_delta",
            "delta": {"stop_reason": stop, "stop_sequence": None},
            "usage": {**usage, "output_tokens": say.output_tokens},
        }
    )
    events.append({"type": "message_stop"})
    return [sse(event, event["type"]) for event in events]


def _anthropic_error(refuse: Refuse) -> dict[str, Any]:
    kind = {
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        429: "rate_limit_error",
        500: "api_error",
        529: "overloaded_error",
    }.get(refuse.status, "invalid_request_error")
    error = {"type": kind, "message": refuse.message}
    return {"type": "error", "error": error, "request_id": "req_1"}


# --- Google generateContent -----------------------------------------------------------------------


def _google_stream(say: Say) -> list[bytes]:
    parts: list[dict[str, Any]] = [{"text": piece} for piece in pieces(say.text)]
    parts += [
        {"functionCall": {"name": name, "args": json.loads(say.arguments(index))}}
        for index, (name, _) in enumerate(say.calls)
    ]
    chunks: list[dict[str, Any]] = [
        {"candidates": [{"content": {"role": "model", "parts": [part]}, "index": 0}]}
        for part in parts
    ]
    last = chunks[-1] if chunks else {"candidates": [{"content": {"role": "model"}, "index": 0}]}
    last["candidates"][0]["finishReason"] = "STOP"
    last["usageMetadata"] = {
        "promptTokenCount": say.input_tokens,
        "cachedContentTokenCount": say.cached_tokens,
        "candidatesTokenCount": say.output_tokens,
        "totalTokenCount": say.input_tokens + say.output_tokens,
    }
    chunks = chunks or [last]
    head = {"modelVersion": "gemini-3.8-flash", "responseId": "r1"}
    return [sse({**chunk, **head}) for chunk in chunks]


def _google_error(refuse: Refuse) -> dict[str, Any]:
    status = {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        429: "RESOURCE_EXHAUSTED",
        500: "INTERNAL",
    }.get(refuse.status, "UNKNOWN")
    return {"error": {"code": refuse.status, "message": refuse.message, "status": status}}
