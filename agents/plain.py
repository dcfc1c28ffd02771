"""Values from outside made fit for JSON, a database column and a prompt."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from typing import Any

from agents.ports import JSON

MAX_DEPTH = 32


def plain_text(text: str) -> str:
    """Text without NUL and lone surrogates, which PostgreSQL and UTF-8 refuse."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


def storable(value: Any) -> Any:
    """The same JSON with all its text as `plain_text`: the last gate before a database column."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, dict):
        return {plain_text(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def plain(value: Any, *, depth: int = 0) -> JSON:
    """The value as strict JSON: no NaN, no foreign types, no bottomless nesting."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= MAX_DEPTH:
        return "…"
    if isinstance(value, dict):
        return {plain_text(str(k)): plain(v, depth=depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        if _is_simple(value):
            return list(value)
        return [plain(item, depth=depth + 1) for item in value]
    return plain_text(str(value))


def _is_simple(items: Collection[Any]) -> bool:
    """Whether all are texts that stay as they are, told at once: lists may be long."""
    if not all(type(item) is str for item in items):
        return False
    at_once = "".join(items)
    return at_once.isascii() and "\x00" not in at_once


# What stands for a sensitive value; a longer name is no variable's.
_PLACEHOLDER = re.compile(r"\{\{[A-Za-z_]\w{0,63}\}\}")
_PLACEHOLDER_CHARS = 68


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, saying how much was cut from the middle.

    Never cut within a `{{name}}`: that one is left out whole.
    """
    if len(text) <= limit:
        return text
    room = limit - 48  # for the words that say so
    if room < 16:
        return text[: _around(text, max(0, limit - 1))[0]] + "…"
    head = _around(text, room * 3 // 4)[0]
    tail = _around(text, len(text) - room // 4)[1]
    return f"{text[:head]}\n[… {tail - head} characters left out …]\n{text[tail:]}"


def _around(text: str, at: int) -> tuple[int, int]:
    """Start and end of the placeholder around this place, or the place itself twice."""
    window = max(0, at - _PLACEHOLDER_CHARS)
    for held in _PLACEHOLDER.finditer(text, window, at + _PLACEHOLDER_CHARS):
        if held.start() < at < held.end():
            return held.start(), held.end()
    return at, at


def bounded(value: Any, limit: int) -> JSON:
    """The value as JSON of at most about `limit` characters; larger ones become clipped text.

    A list keeps whole items from its start, so that it stays a list.
    """
    return fitted(plain(value), limit)


def fitted(value: JSON, limit: int) -> JSON:
    """`bounded` for what is strict JSON already."""
    if isinstance(value, str):
        return clip(value, limit)
    if value is None or isinstance(value, bool | int | float):
        return value
    if len(shown(value)) <= limit:
        return value
    if isinstance(value, list):
        kept: list[Any] = []
        room = limit - 48  # for the item that says so
        for item in value:
            room -= len(shown(item)) + 2
            if room < 0:
                break
            kept.append(item)
        if kept:
            return [*kept, f"[… {len(value) - len(kept)} more items left out …]"]
    return clip(shown(value), limit)


def shown(value: JSON) -> str:
    """The value as a model or a person reads it: text as it is, the rest as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_KIND = re.compile(r"^(?:[A-Z]\w*(?:Error|Exception): )+")
_PLACE = re.compile(r"\s*\(at line \d+: .*\)\s*$", re.DOTALL)


def without_code(message: str) -> str:
    """What went wrong in a step, for people: without the error's class and the line of code."""
    return _PLACE.sub("", _KIND.sub("", message))
