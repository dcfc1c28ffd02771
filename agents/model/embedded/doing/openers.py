"""The control that opens the form for a new thing."""

from __future__ import annotations

from agents.browser.extract_names import plain, singular
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.likeness import norm
from agents.model.embedded.view import Element, View

_MAKERS = frozenset(
    ["raise", "file", "add", "create", "new", "plus", "register", "compose", "start", "insert"]
)


def opener(view: View, verb: str, noun: str, where: str = "") -> Element | None:
    """The control that starts a new thing: its name, or its row, says of what."""
    stems = {singular(w) for w in plain(noun).split() if w not in STOPWORDS}
    best: tuple[float, Element] | None = None
    second = 0.0
    for e in view.elements:
        if e.role not in ("button", "link", "menuitem", "tab", "generic") or e.off:
            continue
        words = {singular(w) for w in plain(norm(e.name)).split()} | {norm(e.name)}
        makers = _MAKERS | {verb} | ({"submit"} if e.role == "link" else set())
        if not words & makers or len(words) > 8 or _sends_own(view, e):
            continue
        row = {singular(w) for w in plain(e.row or "").split()}
        if stems and stems <= words:
            score = 3.0
        elif stems and stems <= row and len(words) <= 3:
            score = 2.5 - 0.01 * len(row)
        elif not words - _MAKERS - {verb, "item", "a", "an", norm(e.name)}:
            score = 1.5
        else:
            continue
        if score < 2 and e.role == "link" and words <= {"start"}:
            continue  # the way to the front page
        score += 0.3 * (e.role in ("button", "link")) - 0.5 * (not e.view)
        if where:
            score += 4.0 * (plain(where) in plain(e.row or "")[:80])
        if best is None or score > best[0]:
            best, second = (score, e), best[0] if best else 0.0
        else:
            second = max(second, score)
    if best and best[0] < 2.5 and second == best[0] and best[1].row:
        return None  # one in each row: which is meant was not said
    if where and best and best[0] < 4.0:
        return None  # what adds is there, but not where it was said
    return best[1] if best else None


def _sends_own(view: View, e: Element) -> bool:
    """Whether a button sends the text of its own form: it opens nothing."""
    if e.type != "submit" or e.form is None or e.form < 0:
        return False
    return any(o.tag == "textarea" and o.form == e.form and not o.value for o in view.elements)
