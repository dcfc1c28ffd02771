"""What a form offers to choose from: boxes, options of lists, by what was said of them."""

from __future__ import annotations

from typing import Any

from agents.browser.extract_names import plain, singular
from agents.model.embedded.doing.drawn import drawn_box
from agents.model.embedded.grammar.phrases import Target
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import rank
from agents.model.embedded.likeness import BOXES, likeness, norm
from agents.model.embedded.view import Element, View


def _target(words: str) -> Target:
    return {"words": words, "raw": words, "kind": None, "nth": None, "in": None}


def box_for(view: View, raw: str) -> Element | None:
    """The box that a piece without value means ("insured" and “Insure it”)."""
    matches = rank(view, _target(raw), roles=BOXES)
    if matches and matches[0].score >= 0.6:
        return matches[0].element
    if drawn := drawn_box(view, raw):
        return drawn
    start = plain(raw).split()[0][:5] if plain(raw) else ""
    boxes = [e for e in view.elements if e.role in ("checkbox", "switch")]
    near = [e for e in boxes if len(start) == 5 and plain(e.name).startswith(start)]
    return near[0] if len(near) == 1 and _tells(near[0], plain(raw).split()[1:]) else None


def option_of(view: View, raw: str) -> Element | None:
    """ "priority urgent" where only the option “Urgent” has a name."""
    words = raw.split()
    for at in range(1, len(words)):
        end = norm(" ".join(words[at:]))
        named = [e for e in view.elements if e.role in BOXES and norm(e.name) == end and not e.off]
        if len(named) == 1 and _tells(named[0], words[:at]):
            return named[0]
    return None


def _tells(e: Element, words: list[str]) -> bool:
    """Whether words say where a choice stands, so that it leaves nothing of them out."""
    about = f"{e.name} {e.group} {e.head} {e.sect} {e.row} {e.near} {e.attr}"
    there = {singular(w) for w in plain(about).split()} | STOPWORDS
    return {singular(w) for w in plain(" ".join(words)).split()} <= there


def offering(view: View, value: dict[str, Any]) -> Element | None:
    """The one select that has the value among its options ("Dr. Lind")."""
    text = value.get("text") or ""
    selects = [e for e in view.elements if e.tag == "select" and not e.off and text]
    found = [
        e
        for e in selects
        if any(
            likeness(text, o) >= 0.85 or plain(text) == plain(o) for o in e.d.get("options") or []
        )
    ]
    return found[0] if len(found) == 1 else None
