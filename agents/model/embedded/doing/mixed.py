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
    held = [at for at in _HELD.finditer(text) if at[1] in variables]
    if not held:
        return None
    if held[0].group() == text:
        return f"field = {where}\nawait field.fill(variables[{quote(held[0][1])}])"
    lines = [f"field = {where}", f"await field.fill({quote(text[: held[0].start()])})"]
    ends = [at.start() for at in held[1:]] + [len(text)]
    for at, end in zip(held, ends, strict=True):
        lines.append(f"await field.press_sequentially(variables[{quote(at[1])}])")
        if text[at.end() : end]:
            lines.append(f"await field.press_sequentially({quote(text[at.end() : end])})")
    return "\n".join(lines)
