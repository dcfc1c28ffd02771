"""What is seen of a thing of a list, as people call it: its name, and where that stands."""

from __future__ import annotations

import re

from agents.browser.extract_names import plain, singular
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.likeness import norm
from agents.model.embedded.view import Element, View


def named_only(words: str) -> str:
    """What can be seen of "the employee Hugo Bell", "the completed ones", "it"."""
    words = re.sub(r"\s+ones?$", "", words)
    if re.fullmatch(r"it|this|that|them|one", words, re.I):
        return ""
    first, _, rest = words.partition(" ")
    words = rest if first.lower() in _NOUNS and rest else words
    rest, _, last = words.rpartition(" ")
    return rest if last.lower() in _NOUNS | _KINDS and rest else words


def holders(view: View, context: str) -> list[Element]:
    """The rows, links or cards that show all words of the context: nothing that acts itself."""
    wanted = _stems(context)
    if found := _showing(view, context, wanted):
        return found
    words = [singular(w) for w in plain(context).split() if singular(w) in wanted]
    # "The watercolour course": the noun need not stand in the row itself.
    return _showing(view, context, set(words[:-1])) if len(words) > 1 else []


def _showing(view: View, context: str, wanted: set[str]) -> list[Element]:
    if not wanted:
        return []
    pool = [
        e
        for e in [*view.elements, *view.texts]
        if e.role in ("link", "generic", "listitem", "gridcell", "heading", "text", "button")
        and not e.off
        and not e.float
        and len(e.text or "") <= 240
        and wanted <= _stems(e.text or e.name)
        and (e.role != "button" or norm(e.name) == norm(context))
    ]
    # The smallest things that say it; of things inside of one another the one that is clicked.
    least = [
        e for e in pool
        if not any(o is not e and o.doc is e.doc and o.path.startswith(e.path + " ") for o in pool)
    ]  # fmt: skip
    exact = [e for e in least if norm(e.text or e.name) == norm(context)]
    least = exact or least
    out: list[Element] = []
    for e in least:
        over = [o for o in pool if o in view.elements and e.path.startswith(o.path + " ")]
        pick = min(over, key=lambda o: len(o.text or ""), default=e)
        if pick not in out:
            out.append(pick)
    clickable = [e for e in out if e in view.elements]
    return clickable or out


def _stems(text: str) -> set[str]:
    return {singular(w) for w in plain(text).split()} - STOPWORDS - _NOUNS


# What a person calls a thing that stands in a list; the row itself need not say it.
_NOUNS = frozenset(
    {"card", "task", "todo", "item", "email", "mail", "message", "event", "appointment", "row",
     "entry", "user", "employee", "file", "folder", "record", "ticket", "note", "order", "booking",
     "product", "called", "named", "one"}
)  # fmt: skip


_KINDS = frozenset(
    {"class", "course", "channel", "game", "room", "song", "track", "lesson", "session", "movie",
     "film", "article", "lead", "contact", "recipe", "plan", "package", "membership", "tariff"}
)  # fmt: skip
