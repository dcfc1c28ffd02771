"""Buttons that add a thing to a cart, a box or a list: which they are, and whose."""

from __future__ import annotations

import re

from agents.browser.extract_names import plain, singular
from agents.model.embedded.grammar.phrases import bare
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import LEAST, rank
from agents.model.embedded.likeness import likeness, norm
from agents.model.embedded.run import Step
from agents.model.embedded.view import Element, View

ADD = re.compile(
    (
        r"\b(?:add(?: item)? to (?:shopping )?(?:cart|basket|bag|trolley)|add(?: it)?$|"
        r"buy(?: it)?(?: now)?|purchase|order now|in den warenkorb|reserve|book(?: "
        r"now)?|get it)"
    ),
    re.I,
)


def presses(e: Element) -> bool:
    """Whether it is pressed as buttons are: one by its role, or a drawn one with a short name."""
    drawn = e.role == "generic" and not e.popup and 0 < len(e.name) <= 24
    return (e.role in ("button", "link") or drawn) and not e.off


def is_add(e: Element, step: Step) -> bool:
    verb = step["verb"]
    if "wish" in verb or "favo" in verb:
        return bool(re.search(r"wish|favo|heart|save", f"{e.name} {e.attr}", re.I))
    if (place := verb.removeprefix("add to ")) != verb and re.fullmatch(
        rf"add\b(?:.*\bto (?:the |my |your )?{re.escape(place)}| it)?", e.name.strip(), re.I
    ):
        return True
    if place != verb and any(norm(n) in _to(place) for n in e.names):
        return True
    return bool(ADD.search(e.name)) or bool(
        re.search(r"add-?to-?(?:cart|basket|bag)|buy-?now", e.attr or "", re.I)
    )


def mentions(e: Element, name: str) -> bool:
    words = [w for w in norm(name).split() if len(w) > 1]
    about = norm(f"{e.row} {e.name}" if e.row else f"{e.name} {e.head}")
    return all(w in about or singular(w) in about for w in words)


def meant(view: View, found: list[Element], name: str) -> list[Element]:
    """Of those that mention a name, the ones whose thing is called so; just so before in part."""
    if not name or len(found) < 2:
        return found
    wanted = {singular(w) for w in plain(name).split()} - STOPWORDS
    titles = {e.key: [_stems(t) for t in _titles(view, e)] for e in found}
    called = [e for e in found if any(wanted <= t for t in titles[e.key])]
    exact = [e for e in called if any(wanted == t for t in titles[e.key])]
    if exact or called:
        return exact or called
    best = max(likeness(name, e.row) for e in found)
    return [e for e in found if likeness(name, e.row) >= best - 0.02]


def rows_of(found: list[Element]) -> list[Element]:
    """The first button of each row; without rows all of them do the same."""
    out = {e.row or "": e for e in reversed(found)}
    return list(out.values())[::-1]


def _titles(view: View, e: Element) -> list[str]:
    """What the thing of a button's row may be called: its links, its heading, the button's name."""
    row = norm(e.row or "")
    links = [o.name for o in view.elements if o.role == "link" and o.rowId == e.rowId >= 0]
    heads = [t.text for t in view.texts if t.role == "heading" and t.text and norm(t.text) in row]
    return [*links, *heads, ADD.sub("", e.name), e.head or ""]


def _stems(text: str) -> set[str]:
    return {singular(w) for w in plain(text).split()} - STOPWORDS


_ADDED_TO = re.compile(
    r"(?:add|put|place)\b.*\b(?:to|in|into|on|onto)\s+(?:the |my |your |our )?(.+)$", re.I
)


def things_added(view: View, step: Step) -> list[Step]:
    """ "Add the stew and the soup to my box": things here that have a button for it.

    A step each; empty when they are not all here, or when quoted words have a field to go into.
    """
    text, where = step["value"].get("text") or "", _ADDED_TO.match(step.get("text") or "")
    if not text or not where:
        return []
    if re.search(rf"[\"“'‘]{re.escape(text)}", step["text"]):
        fields = rank(view, step["target"], editable=True)
        if fields and fields[0].score >= LEAST:
            return []
    verb = f"add to {where.group(1).strip(' .').lower()}"
    adding = {"do": "add", "verb": verb, "text": step["text"], "quantity": 1}
    adders = [e for e in view.elements if presses(e) and is_add(e, adding)]
    if one := _by_its_names(view, adders, step, text):
        return [one]
    names = [text] if any(mentions(e, text) for e in adders) else _NAMES.split(text)
    if not all(any(mentions(e, bare(name)) for e in adders) for name in names):
        return []
    return [{**adding, "target": {"words": bare(n), "raw": n, "kind": None}} for n in names]


def _to(place: str) -> set[str]:
    """What a button that adds to a place is called, an icon's tooltip too."""
    place = re.sub(r"^(?:the|my|your) ", "", place)
    return {f"add to {word}{place}" for word in ("", "the ", "my ", "your ")}


def _by_its_names(view: View, adders: list[Element], step: Step, text: str) -> Step | None:
    """ "The Sunday screening of Night Ferry": the one row with all its names, day and heading.

    What it is (a screening) need not stand there; more than one such row is no answer.
    """
    names = re.findall(r"(?<![\w'’-])(?:[A-Z]|\d)[\w'’-]*", text)
    lowered = [w for w in norm(text).split() if w not in STOPWORDS]
    if len(names) < 2 or not adders:
        return None
    own = [e for e in adders if e.row and _tells_all(e, names)]
    fuller = [e for e in own if _tells_all(e, lowered)] or own
    if len(fuller) != 1:
        return None
    target = {"words": text, "raw": text, "kind": None, "nth": None, "in": None}
    return {"do": "click", "text": step["text"], "target": target, "st": {"chosen": fuller[0].key}}


def _tells_all(e: Element, words: list[str]) -> bool:
    about = f" {plain(f'{e.row} {e.head} {e.sect}')} "
    return all(f" {plain(w)} " in about for w in words)


_NAMES = re.compile(r",\s*(?:and\s+)?|\s+and\s+|\s+&\s+")
