"""What a model is told: versioned texts, and the rendering of a run into a conversation.

The texts live in one folder a version, so that a changed prompt is a new folder and a stored
run can name the words it was steered by.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from agents.prompts.render import (
    Part,
    new_boundary,
    render_conversation,
    render_history,
    render_task,
    render_turn,
)

__all__ = [
    "VERSION",
    "Part",
    "new_boundary",
    "render_conversation",
    "render_history",
    "render_task",
    "render_turn",
    "system_prompt",
    "tool_description",
]

VERSION = "v1"

Tool = Literal["execute_playwright_code", "ask_person", "finish"]


@cache
def text(name: str, version: str = VERSION) -> str:
    """The stored text `name` of a version. Raises: FileNotFoundError."""
    path = Path(__file__).parent / version / f"{name}.md"
    return path.read_text(encoding="utf-8").strip()


def system_prompt(
    variables: Mapping[str, str] | None = None,
    output_schema: Mapping[str, Any] | None = None,
    *,
    guidance: str = "",
    version: str = VERSION,
) -> str:
    """The standing orders of a run. The same for every step of it, so that providers can cache it.

    variables: name -> description, never values. guidance: the owner's own words, added last.
    """
    parts = [text("system", version)]
    if variables:
        lines = [f'- variables["{name}"]: {said}' for name, said in variables.items()]
        parts.append("# Variables\n" + "\n".join(line.rstrip(": ") for line in lines))
    if output_schema:
        schema = json.dumps(output_schema, ensure_ascii=False, separators=(",", ":"))
        parts.append("# Output\n`output` of finish must satisfy this JSON Schema:\n" + schema)
    if guidance.strip():
        parts.append("# From the owner of this agent\n" + guidance.strip())
    return "\n\n".join(parts)


def tool_description(tool: Tool, *, stub: str = "", version: str = VERSION) -> str:
    """What the model reads about one tool.

    stub: the executor's API as a Python stub, shown with `execute_playwright_code` only.
    """
    said = text(tool, version)
    if tool != "execute_playwright_code" or not stub:
        return said
    return f"{said}\n```python\n{stub.strip()}\n```"
