"""The plan as people read it."""

from __future__ import annotations

import re

from agents.model.embedded.doing import formats
from agents.model.embedded.run import Run


def plan_lines(run: Run) -> list[str]:
    """The plan as people read it: the instruction's own words, one line a step."""
    lines: list[str] = []
    for step in run.steps:
        text = re.sub(r"\s+", " ", step.get("text", "")).strip()
        text = text[:1].upper() + text[1:]
        if step["do"] == "unknown":
            text = f"Look for “{text}” here, or ask"
        elif step["do"] in ("fill", "set") and step.get("target", {}).get("raw"):
            text = f"Put “{formats.shown(step['value'])}” into {step['target']['raw']}"
        if text and (not lines or lines[-1] != text):
            lines.append(text)
    return lines
