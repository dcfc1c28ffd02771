"""What people see while a model is still writing: its words, not the JSON around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic_core import from_json

_SHOWN = ("reasoning", "prompt", "text")


class DeltaWriter:
    """Turns a provider's stream into deltas of plain words.

    Text goes through as it comes. Of a tool call's arguments, which arrive as growing JSON text,
    the words meant for people are read out of the unfinished JSON and their growth is sent.

    json_text: the whole text is such a call, `{"name", "arguments"}`.
    """

    def __init__(self, on_delta: Callable[[str], None], *, json_text: bool = False) -> None:
        self._on_delta = on_delta
        self._json_text = json_text
        self._arguments: dict[int, str] = {}
        self._sent: dict[tuple[int, str], int] = {}

    def feed(self, event: Any) -> None:
        """One pydantic-ai stream event."""
        from pydantic_ai.messages import (
            PartDeltaEvent,
            PartStartEvent,
            TextPart,
            TextPartDelta,
            ToolCallPart,
            ToolCallPartDelta,
        )

        if isinstance(event, PartStartEvent):
            if isinstance(event.part, TextPart):
                self._text(event.index, event.part.content)
            elif isinstance(event.part, ToolCallPart):
                self._call(event.index, event.part.args)
        elif isinstance(event, PartDeltaEvent):
            if isinstance(event.delta, TextPartDelta):
                self._text(event.index, event.delta.content_delta)
            elif isinstance(event.delta, ToolCallPartDelta):
                self._call(event.index, event.delta.args_delta)

    def _text(self, index: int, text: str) -> None:
        if self._json_text:
            self._call(index, text)
        else:
            self._send(text)

    def _call(self, index: int, arguments: Any) -> None:
        if isinstance(arguments, dict):
            self._grow(index, arguments)
        elif isinstance(arguments, str) and arguments:
            text = self._arguments[index] = self._arguments.get(index, "") + arguments
            try:
                value = from_json(text, allow_partial="trailing-strings")
            except ValueError:
                return
            if isinstance(value, dict):
                self._grow(index, value)

    def _grow(self, index: int, value: dict[str, Any]) -> None:
        if self._json_text:
            value = value.get("arguments", {})
            if not isinstance(value, dict):
                return
        for name in _SHOWN:
            said = value.get(name)
            if isinstance(said, str):
                seen = self._sent.get((index, name), 0)
                if len(said) > seen:
                    self._sent[index, name] = len(said)
                    self._send(said[seen:])

    def _send(self, text: str) -> None:
        if text:
            self._on_delta(text)
