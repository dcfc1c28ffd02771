"""What a row of a list offers: its own controls, and those behind its menu ("⋯")."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import plain, singular
from agents.model.embedded.doing.forms import SUBMIT
from agents.model.embedded.grammar.words import STOPWORDS, same_as
from agents.model.embedded.ground import Match
from agents.model.embedded.likeness import context_score, norm
from agents.model.embedded.view import Element, View

Step = dict[str, Any]
_MENU = re.compile(
    r"(?:more|(?:\w+ )?(?:actions?|options|menu)|manage|[⋯…⋮≡☰•.]+)"
    r"(?: (?:for|of|on) .*)?",
    re.I,
)
_EDITS = re.compile(r"edit|change|modify|update", re.I)


def says(element: Element, verb: str) -> bool:
    """Whether a control's name, tooltip or marks begin a word with the verb, or its like.

    "Saved" and "Following" tell what is so already, and a tab only shows things.
    """
    if element.role == "tab":
        return False
    words = {verb, *same_as(verb)}
    if verb.startswith("mark as "):
        words |= {f"mark {verb[8:]}", f"set as {verb[8:]}", f"set to {verb[8:]}", verb[8:]}
    text = norm(f"{element.name} {element.tip or ''} {element.attr or ''}")
    text = f"{text} {re.sub(r'[-_]', ' ', text)}"
    return any(re.search(rf"(?:^|[\W_]){re.escape(w)}(?!e?d\b|ing\b)", text) for w in words)


def menu_of(view: View, context: str) -> Element | None:
    """The button that opens the menu of the one row that shows the context."""
    found = [
        e
        for e in view.elements
        if e.role in ("button", "link", "generic")
        and e.row
        and not e.off
        and (e.popup or _MENU.fullmatch(e.name.strip()) or _is_nameless(view, e))
        and context_score(context, e) >= 0.75
    ]
    found = [e for e in found if context_score(context, e) >= 0.97] or found
    return found[0] if len({e.rowId for e in found}) == 1 else None


def _is_nameless(view: View, e: Element) -> bool:
    """A row's only button, of which nothing is said: three drawn dots."""
    marks = re.sub(r"\b(?:svg|btn|button|icon)\b", "", e.attr or "")
    if e.name or e.role != "button" or re.search(r"[a-z]{5,}", marks, re.I):
        return bool(not e.name and re.search(r"kebab|ellips|dots|more|menu", e.attr or "", re.I))
    return sum(o.rowId == e.rowId and o.role == "button" for o in view.elements) == 1


def in_menu(view: View, verb: str, known: list[str]) -> Element | None:
    """What an opened menu offers for a verb."""
    fresh = [e for e in view.elements if e.key not in known or e.role == "menuitem"]
    named = [e for e in fresh if not e.off and says(e, verb)]
    named.sort(key=lambda e: len(e.name))  # the entry, not the row around the menu
    exact = [e for e in named if e.role in ("menuitem", "button", "link")]
    return next(iter(exact or named), None)


def has_editor(view: View, context: str) -> bool:
    """Whether the row that shows the context can be edited: a button, or its menu."""
    rows = [e for e in view.elements if e.row and context_score(context, e) >= 0.75]
    edits = any(_EDITS.match(e.name) or (not e.name and says(e, "edit")) for e in rows)
    return edits or menu_of(view, context) is not None


def editing(steps: list[Step], at: int) -> list[Step]:
    """ "Change the role of Ann to Editor": edit Ann's row, set the field, save."""
    step = steps[at]
    context = step["target"]["in"]
    none = {"kind": None, "nth": None, "in": None}
    goal = {**none, "words": "", "raw": context, "in": context}
    field = {**step["target"], **none, "raw": step["target"]["words"]}
    out = [
        {"do": "act_on", "verb": "edit", "target": goal},
        {"do": "set", "target": field, "value": step["value"]},
    ]
    after = steps[at + 1] if at + 1 < len(steps) else {"do": ""}
    said = f"{after.get('verb', '')} {(after.get('target') or {}).get('words') or ''}".strip()
    if after["do"] not in ("submit", "press") and not SUBMIT.match(said):
        out.append({"do": "submit"})
    return [{"text": step["text"], **s} for s in out]


REFUSES = re.compile(r"no\b|cancel|keep|close|back|abort|not now|dismiss|later|x$|×", re.I)


def affirms(view: View, verb: str = "") -> Element | None:
    """The button of an open dialog that says yes: the one that is no refusal."""
    tops = [e for e in view.elements if e.top and e.role in ("button", "link") and not e.off]
    yes = [e for e in tops if not REFUSES.match(norm(e.name)) and norm(e.name)]
    clear = [e for e in yes if re.match(r"yes|ok|confirm|agree", norm(e.name))]
    clear = clear or [e for e in yes if verb and says(e, verb)] or yes
    return clear[0] if len(clear) == 1 else None


def nth_control(view: View, verb: str, words: str, nth: int) -> Element | None:
    """ "Book the second train": the verb's control in the nth row that has one."""
    acts = [
        e
        for e in view.elements
        if e.row and e.role in ("button", "link", "menuitem") and says(e, verb)
    ]
    named = [e for e in acts if words and context_score(words, e) >= 0.75]
    rows = list({e.rowId: e for e in reversed(named or of_kind(view, acts, words))}.values())
    rows.sort(key=lambda e: e.order)
    index = nth - 1 if nth > 0 else nth
    return rows[index] if len(rows) > 1 and -len(rows) <= index < len(rows) else None


def of_each(view: View, verb: str, within: str) -> list[Element]:
    """The verb's control of every row that shows the words, from the top; all rows without."""
    acts = [e for e in view.elements if e.row and not e.off and e.role in ("button", "link")]
    acts = [e for e in acts if says(e, verb) and (not within or context_score(within, e) >= 0.75)]
    rows = list({e.rowId: e for e in reversed(acts)}.values())
    return sorted(rows, key=lambda e: e.order)


def of_kind(view: View, acts: list[Element], words: str) -> list[Element]:
    """Those of the rows' controls that belong to things of a kind ("read messages"); [] if unsure.

    Where the page has several lists, the heading of one has to name the kind.
    """
    stems = [singular(w) for w in plain(words).split() if w not in STOPWORDS]
    if stems and stems[-1] not in _ANY:
        kind = stems.pop()
        headed = [e for e in acts if kind in _stems(f"{e.head} {e.group}")]
        if not headed and (not _one_list(acts) or _kept_elsewhere(view, kind)):
            return []
        acts = headed or acts
    elif stems:
        stems.pop()
    acts = [e for e in acts if _stems(f"{e.row} {e.head} {e.group}").issuperset(stems)]
    return acts if _one_list(acts) else []


_ANY = frozenset(["item", "row", "entry", "one", "line", "element", "thing", "record", "result"])


def _kept_elsewhere(view: View, kind: str) -> bool:
    """Whether a link or tab that is not the open one leads to things of the kind."""
    return any(
        e.role in ("link", "tab") and not e.row and not e.on and e.href != view.url
        for e in view.elements
        if _stems(e.name) == {kind}
    )


def _stems(text: str) -> set[str]:
    return {singular(w) for w in plain(text).split()}


def _one_list(acts: list[Element]) -> bool:
    """Whether the controls' places differ in one step alone: the row's number in its list."""
    places = {(e.doc.prefix, *e.path.split(" > ")) for e in acts}
    if len({len(place) for place in places}) > 1:
        return False
    return sum(len(set(steps)) > 1 for steps in zip(*places, strict=True)) <= 1


def name_in(phrase: str) -> str:
    """The name at the end of a phrase, behind the word for what it is: "the note Groceries"."""
    found = re.search(r"[a-z] ((?:[A-Z0-9][\w'’-]*)(?: [A-Z0-9][\w'’-]*)*)$", phrase)
    return found[1] if found else ""


def name_here(view: View, words: str) -> str:
    """The name in "walk Heron loop", where only "Heron loop" stands on the page."""
    kind, _, name = words.partition(" ")
    here = name and kind.islower() and norm(words) not in norm(view.body)
    return name if here and norm(name) in norm(view.body) else ""


def without_rows(view: View, found: list[Match], verb: str) -> list[Match]:
    """Without the rows that can be clicked, too, and only hold the button for the deed."""
    said = [e for e in view.elements if e.role == "button" and says(e, verb.split()[0])]

    def holds(row: Element) -> bool:
        return any(row.doc is e.doc and e.path.startswith(f"{row.path} ") for e in said)

    return [m for m in found if not holds(m.element)]


# A page's only button of these may be for something bigger than the noun that was said.
FOR_GOOD = frozenset(
    ["delete", "remove", "cancel", "close", "deactivate", "clear", "withdraw", "leave", "ban",
     "suspend", "revoke", "reset", "pay", "buy", "order"]
)  # fmt: skip


def of_page(view: View, verb: str, target: dict[str, Any]) -> Element | None:
    """ "Star the repository": the one button called just so, where the page is about one thing.

    A name has to stand in the page's own title or heading; a mere noun may mean the page itself.
    """
    said = target.get("raw") or ""
    exact = [
        e
        for e in view.elements
        if e.role == "button" and not e.off and not re.search(r"\w\w", e.row or "")
        and e.place not in ("nav", "aside") and any(norm(n) == verb for n in e.names)
    ]  # fmt: skip
    if len(exact) != 1 or not said or target.get("all") or target.get("nth") or target.get("in"):
        return None
    heads = [e.text or "" for e in view.texts if e.role == "heading"]
    shown = _stems(" ".join([view.title, *heads[:3]]))
    words = _stems(said) - STOPWORDS
    plain_noun = verb not in FOR_GOOD and bool(re.fullmatch(r"(?:the|this|that|my)\s+[a-z]+", said))
    return exact[0] if words <= shown or plain_noun else None
