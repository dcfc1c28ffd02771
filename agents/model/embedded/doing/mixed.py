"""Texts with variables inside of them: "Hello, I am {{name}}" is typed piece by piece."""

from __future__ import annotations

import re
from collections.abc import Collection

from agents.model.embedded.view import quote

_HELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def mixed_code(where: str, text: str, variables: Collection[str]) -> str | None:
    """Code that types a text with the values of its variables; None when it has none in it.

    where: code of the field's locator. A name in braces that is no variable is typed as it stands.
    """
    pieces = [
        (text[at.start() : at.end()], at[1]) for at in _HELD.finditer(text) if at[1] in variables
    ]
    if not pieces or _HELD.fullmatch(text):
        return None
    lines, at = [f"field = {where}"], 0
    for said, name in pieces:
        start = text.index(said, at)
        lines.append(_typed(text[at:start], first=at == 0))
        lines.append(f"await field.press_sequentially(variables[{quote(name)}])")
        at = start + len(said)
    if text[at:]:
        lines.append(_typed(text[at:], first=False))
    return "\n".join(line for line in lines if line)


def _typed(text: str, *, first: bool) -> str:
    if first:
        return f"await field.fill({quote(text)})"
    return f"await field.press_sequentially({quote(text)})" if text else ""
