"""Opening one of several things: what a search found, and what an item's name may mean."""

from __future__ import annotations

from agents.browser.extract_names import Record, plain, singular
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.phrases import Target
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import SURE, Match, rank
from agents.model.embedded.likeness import BOXES, EDITABLE, likeness, norm
from agents.model.embedded.run import Run
from agents.model.embedded.view import Element, View

_THINGS = frozenset(["request", "case", "application", "appointment", "booking", "note", "entry"])
_AROUND = frozenset(["nav", "navigation", "header", "banner", "footer", "contentinfo", "aside"])
_BETWEEN = frozenset(["wait", "wait_for", "cookies", "nothing", "sort", "submit", "press"])


def searched(run: Run) -> str:
    """What was searched for right before this step; empty when nothing was."""
    for step in reversed(run.steps[: run.memory["at"]]):
        if step["do"] == "search":
            return str((step.get("value") or {}).get("text") or "")
        if step["do"] not in _BETWEEN:
            return ""
    return ""


def _stems(text: str) -> set[str]:
    return {singular(w) for w in plain(text).split()} - STOPWORDS


def lists_hits(records: list[Record], query: str, n: int, before: str) -> bool:
    """Whether a list with an nth record holds what was found: new words, or nothing else.

    before: the page's text before the search.
    """
    wanted = _stems(query)
    told = [" ".join(str(value) for value in record.values()) for record in records]
    having = [wanted <= _stems(text) for text in told]
    if len(records) < n or not having[n - 1]:
        return False
    known = norm(before)
    shown = [norm(str(value)) for name, value in records[n - 1].items() if name != "url"]
    return all(having) or not all(words in known for words in shown)


def hits(view: View, query: str, before: str) -> list[Element]:
    """What a search brought up, in reading order: results, or the suggestions below the field.

    before: the page's text before the search; what stood in it already was not found.
    """
    wanted = _stems(query)
    if not wanted:
        return []
    known = norm(before)
    pool = [
        e
        for e in view.elements
        if e.role in ("link", "option", "menuitem", "listitem", "treeitem", "generic")
        and not e.off
        and e.tag not in ("option", "body", "main")
        and (e.role == "option" or e.place not in _AROUND)
        and len(e.name) <= 200
        and (not known or norm(e.name) not in known)
    ]
    named = [e for e in pool if wanted <= _stems(e.name)]
    found = named or [e for e in pool if e.role == "link" and wanted <= _stems(e.row or "")]
    out: list[Element] = []
    for element in sorted(found, key=lambda e: e.order):
        same = (o for o in out if _one(o, element))
        if next(same, None) is None:
            out.append(element)
    return out


def _one(a: Element, b: Element) -> bool:
    """Whether both open the same: one link twice, a card and the link in it."""
    if a.doc is not b.doc:
        return False
    inside = b.path.startswith(a.path + " ") or a.path.startswith(b.path + " ")
    return inside or bool(a.href and a.href == b.href) or bool(a.row and a.row == b.row)


def items_meant(view: View, target: Target, matches: list[Match]) -> list[Match]:
    """For "open the yoga event", "open the house on Mill Lane": the things that may be meant.

    The noun need not stand in the thing's name, nor the name be all that was said.
    """
    fitting = [m for m in matches if m.score >= 0.9 or m.element.role not in BOXES | EDITABLE]
    if target.get("quoted") or target.get("kind") or target.get("nth") is not None:
        return fitting
    if not fitting or fitting[0].score < SURE:
        for words in _names(target):
            told = {**target, "words": words, "raw": words, "in": None}
            found = [m for m in rank(view, told, roles=("link", "generic")) if m.element.row]
            if found and found[0].score >= SURE:
                return _alike(found, words)
    return _alike(fitting, target.get("words") or "")


def row_link(view: View, said: str) -> Element | None:
    """ "Open The Copper Wolves in Leeds": the link of the one row that says all the words."""
    wanted = {w for w in _stems(said) if not is_item_noun(w)}
    rows: dict[int, list[Element]] = {}
    for e in view.elements:
        held = e.row and e.role in ("link", "button") and e.place not in _AROUND and not e.off
        if held and len(wanted) >= 2 and wanted <= _stems(e.row) and len(e.row) <= 240:
            rows.setdefault(e.rowId, []).append(e)
    if len(rows) != 1:
        return None
    inside = next(iter(rows.values()))
    links = [e for e in inside if e.role == "link" and e.name] or inside
    return links[0] if len({e.href or e.key for e in links}) == 1 else None


def _names(target: Target) -> list[str]:
    """Other readings of what was said: without its noun, or the place alone."""
    first, _, last = (target.get("words") or "").rpartition(" ")
    out = [first] if first and (is_item_noun(last) or last in _THINGS) else []
    return out + ([target["in"]] if target.get("in") else [])


def _alike(matches: list[Match], words: str) -> list[Match]:
    """The best, and with the same score whatever else in a row of its own has those words, too."""
    if not matches or not words:
        return matches
    best, wanted = matches[0], _stems(words)
    if not best.element.row or likeness(words, best.element.name) >= 0.95:
        return matches
    rivals = [
        m
        for m in matches
        if m is not best
        and m.element.role == best.element.role
        and m.element.row
        and m.element.row != best.element.row
        and wanted <= _stems(m.element.name)
        and norm(m.element.name) != norm(best.element.name)
    ]
    for rival in rivals:
        rival.score = best.score
    return sorted(matches, key=lambda m: -m.score)
