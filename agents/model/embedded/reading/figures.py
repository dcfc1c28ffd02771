"""Figures with a label above or below them: "26" over "New comments", "Revenue" over "$4,679".

A page that shows several such figures has them all on the same side of their labels.
"""

from __future__ import annotations

import re

from agents.browser.extract_names import plain, singular
from agents.model.embedded.view import View

_FIGURE = re.compile(r"[-+]?[£$€¥]?\s?\d[\d,. ]*(?:[kKmM]|bn)?\s?[%€£$]?")


def beside(view: View, names: list[str]) -> dict[str, str]:
    """The figure of each name; nothing unless all have one, on the same side."""
    lines = [line.strip() for line in view.body.split("\n") if line.strip()]
    for step in (-1, 1):
        found = {name: _at(lines, name, step) for name in names}
        other = {name: _at(lines, name, -step) for name in names}
        if all(found.values()) and not all(other.values()):
            return {k: v for k, v in found.items() if v}
    return {}


def _at(lines: list[str], name: str, step: int) -> str | None:
    """The one figure next to the line that is just the name."""
    wanted = _stems(name)
    found = {
        lines[n + step]
        for n, line in enumerate(lines)
        if _stems(line) == wanted and 0 <= n + step < len(lines)
        and _FIGURE.fullmatch(lines[n + step])
    }  # fmt: skip
    return found.pop() if len(found) == 1 else None


def _stems(text: str) -> list[str]:
    return [singular(w) for w in plain(text).split()]
