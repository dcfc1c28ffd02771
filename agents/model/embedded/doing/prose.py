"""Fields for longer texts, and which of them a text belongs into."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.ground import LEAST, rank
from agents.model.embedded.view import Element, View

PROSE_WORDS = 4  # a value of so many words is a text


def areas(pool: list[Element]) -> list[Element]:
    """The fields that take longer texts."""
    return [e for e in pool if e.tag == "textarea" or (e.role == "textbox" and e.tag == "div")]


_LONG = re.compile(
    r"(?:the |my |a )?(?:comment|message|note|text|description|question|review|feedback|reply|"
    r"answer)",
    re.I,
)


def unnamed(view: View, target: dict[str, Any]) -> Element | None:
    """ "... as the comment": the only field for texts, where none is called so."""
    if not _LONG.fullmatch(target.get("words") or "") or target.get("in"):
        return None
    named = rank(view, target, editable=True)
    if named and named[0].score >= LEAST:
        return None
    empty = [e for e in areas(view.elements) if not e.off and not e.ro and not e.value]
    return empty[0] if len(empty) == 1 else None


def area(view: View, target: dict[str, Any]) -> Element | None:
    """ "Write ... about my home": the field for texts that says so, or the only one."""
    found = [e for e in areas(view.elements) if not e.off and not e.ro]
    named = [m.element for m in rank(view, target, editable=True) if m.score >= LEAST]
    fitting = [e for e in named if e in found]
    empty = [e for e in found if not e.value]
    return fitting[0] if fitting else empty[0] if len(empty) == 1 else None
