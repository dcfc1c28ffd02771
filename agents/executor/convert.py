"""Values on their way over the sandbox's border, in both directions."""

from __future__ import annotations

import ast
import datetime
import re
from typing import Any

from pydantic_monty import MontyClassProxy, MontyClassTypeProxy, MontyStdTypeProxy

from agents.executor.recipes import Recipe
from agents.executor.values import FrameLocator, Locator, Page, SandboxObject, Variable
from agents.plain import bounded
from agents.ports import JSON

MAX_DEPTH = 24
MAX_INT_BITS = 1024
MAX_PATTERN = 500
_UNAWAITED = re.compile(r"^<coroutine external_future\(\d+\)>$")
_FLAGS = {"IGNORECASE": re.I, "I": re.I, "MULTILINE": re.M, "M": re.M, "DOTALL": re.S, "S": re.S}
# Parameters that take text or a pattern.
PATTERN_PARAMETERS = frozenset({"has_text", "has_not_text", "name", "text", "url", "test_id"})
# Parameters that take an element.
ELEMENT_PARAMETERS = frozenset({"has", "has_not", "locator", "target", "selector"})
TEXT_PARAMETERS = frozenset({"selector", "role", "key", "url", "test_id", "text", "has_text"})


def is_unawaited(value: Any) -> bool:
    """Whether a value is a call of ours that the code forgot to await."""
    return isinstance(value, str) and bool(_UNAWAITED.match(value))


def to_json(value: Any, limit: int) -> JSON:
    """A value of the sandbox as JSON of at most about `limit` characters.

    What JSON has no form for is described in words: `<Locator button "Save">`.
    """
    return bounded(_described(value, 0), limit)


def _described(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return "<a call that was not awaited>" if is_unawaited(value) else value
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= MAX_INT_BITS else "<a very large number>"
    if depth >= MAX_DEPTH:
        return "<nested too deeply>"
    if isinstance(value, dict):
        return {_key(k): _described(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_described(item, depth + 1) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((_described(item, depth + 1) for item in value), key=repr)
    return _describe_foreign(value)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    return str(_described(key, MAX_DEPTH - 2))


def _describe_foreign(value: Any) -> str:
    if isinstance(value, SandboxObject):
        return value.describe()
    if isinstance(value, bytes | bytearray):
        return f"<{len(value)} bytes>"
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, MontyClassProxy | MontyClassTypeProxy | MontyStdTypeProxy):
        return f"<{value.name}>"
    if isinstance(value, type):
        return f"<class {value.__name__}>"
    return f"<{type(value).__name__}>"


def incoming(name: str, value: Any, *, takes_variable: bool) -> Any:
    """An argument from the sandbox as Playwright wants it.

    Raises: TypeError with what the parameter takes.
    """
    if isinstance(value, Variable):
        if takes_variable:
            return value
        raise TypeError(
            f"{name} cannot be a variable: its value goes only into fields, with fill, type, "
            "press_sequentially, select_option or keyboard.type"
        )
    if isinstance(value, Locator):
        if name in ELEMENT_PARAMETERS:
            return value.recipe
        raise TypeError(f"{name} cannot be a locator: it takes a plain value")
    if isinstance(value, FrameLocator | Page | SandboxObject):
        raise TypeError(f"{name} cannot be a {type(value).__name__}")
    if isinstance(value, str):
        if is_unawaited(value):
            raise TypeError(f"{name} was not awaited: put `await` before the call that gives it")
        if name in PATTERN_PARAMETERS and value.startswith("re.compile("):
            return pattern(value)
        return value
    if isinstance(value, re.Pattern):
        return pattern(f"re.compile({value.pattern!r})") if name in PATTERN_PARAMETERS else value
    if name in TEXT_PARAMETERS and not isinstance(value, Recipe):
        raise TypeError(f"{name} must be text, not {type(value).__name__}")
    return _plain_argument(name, value, 0)


def _plain_argument(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list | tuple) and depth < 6:
        return [_plain_argument(name, item, depth + 1) for item in value]
    if isinstance(value, dict) and depth < 6:
        return {str(k): _plain_argument(name, v, depth + 1) for k, v in value.items()}
    raise TypeError(f"{name} cannot be a {type(value).__name__}: it takes a plain value")


def pattern(text: str) -> re.Pattern[str]:
    """A pattern from its repr, the form in which one crosses the border.

    Raises: TypeError when it is too long or not a pattern.
    """
    if len(text) > MAX_PATTERN:
        raise TypeError(f"a pattern may have at most {MAX_PATTERN} characters")
    try:
        call = ast.parse(text, mode="eval").body
        if not isinstance(call, ast.Call) or not call.args:
            raise ValueError("no pattern")
        source = ast.literal_eval(call.args[0])
        flags = re.RegexFlag(0)
        if len(call.args) > 1:
            for name in re.findall(r"[A-Z]+", ast.unparse(call.args[1])):
                flags |= _FLAGS.get(name, re.RegexFlag(0))
        return re.compile(source, flags)
    except (SyntaxError, ValueError, re.error, RecursionError) as error:
        raise TypeError(f"not a pattern: {error}") from None
