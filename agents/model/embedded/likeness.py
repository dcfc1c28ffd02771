"""How well an element's names, kind and place fit what was said of it; scores in [0, 1]."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import fuzz

from agents.browser.extract_names import plain, singular
from agents.browser.field_names import is_known, same_words
from agents.model.embedded.grammar.words import KINDS, STOPWORDS, same_as
from agents.model.embedded.view import Element

EDITABLE = frozenset(
    ["textbox", "searchbox", "combobox", "spinbutton", "slider", "date", "color", "file", "listbox"]
)


BOXES = frozenset(["checkbox", "radio", "switch", "menuitemcheckbox", "menuitemradio", "option"])


_WEIGHTS = (("label", 1.0), ("text", 1.0), ("ph", 0.97), ("near", 0.95), ("tip", 0.95))


_SYMBOLS = {
    "×": "x",
    "✕": "x",
    "✖": "x",
    "⨯": "x",
    "☰": "menu",
    "🔍": "search",
    "★": "star",
    "☆": "star",
    "♥": "like",
    "♡": "like",
    "❤": "like",
    "🗑": "trash",
    "+": "plus",
    "−": "minus",
    "→": "next",
    "›": "next",
    "»": "next",
    "←": "previous",
    "‹": "previous",
    "«": "previous",
    "⚙": "settings",
}


def norm(text: str) -> str:
    """Words for comparison: lower case, no punctuation around them, icons by name."""
    text = text.strip()
    if text in _SYMBOLS:
        return _SYMBOLS[text]
    text = re.sub(r"[\"“”„«»]", "", text) or text
    lowered = re.sub(r"\s+", " ", re.sub(r"[\s\u00a0]*[*:…]+\s*$", "", text.lower())).strip()
    inner = re.sub(r"^[^\w#@$€£+\-./]+|[^\w%)+\-]+$", "", lowered)
    return inner or lowered


_MAIL = re.compile(r"\be[- ]mail\b")


def likeness(wanted: str, name: str) -> float:
    """How alike a wanted name and a given one are, in [0, 1]; "surname" is "last name"."""
    if not wanted or not name:
        return 0.0
    said, given = plain(wanted), plain(name)
    told, known = same_words(said), same_words(given)
    if told != known and is_known(told) and is_known(known):
        return min(_alike(wanted, name), _OTHER)
    if (told, known) == (said, given):
        return _alike(wanted, name)
    return max(_alike(wanted, name), _SAID_OTHERWISE * _alike(told, known))


_OTHER = 0.8  # a mobile may be the phone that is meant, if there is no other
_SAID_OTHERWISE = 0.96


def _alike(wanted: str, name: str) -> float:
    if not wanted or not name:
        return 0.0
    if wanted.strip() == name.strip():
        return 1.0
    a, b = (_MAIL.sub("email", norm(text)) for text in (wanted, name))
    if not a or not b:
        return 0.0
    if a == b:
        return 0.985
    if re.sub(r"[\s\-_]", "", a) == re.sub(r"[\s\-_]", "", b):
        return 0.97
    if b in same_as(a):
        return 0.86
    words, given = a.split(), b.split()
    short = len(b) <= max(24, 3 * len(a))
    if re.search(rf"(?:^|\W){re.escape(a)}(?:\W|$)", b):
        bonus = 0.12 * len(a) / len(b)
        return (0.82 if b.startswith(a) else 0.78) + bonus if short else 0.66 + bonus
    stems, have = [singular(w) for w in words if w not in STOPWORDS], {singular(w) for w in given}
    if not stems:
        return 0.0
    if all(s in have for s in stems):
        return 0.72 + 0.2 * len(stems) / max(len(have), 1) if short else 0.6
    if any(re.search(rf"(?:^|\W){re.escape(s)}(?:\W|$)", b) for s in same_as(a) if len(s) > 2):
        return 0.7
    ratio = fuzz.ratio(a, b) / 100
    if ratio >= 0.84 and len(a) > 3 and not _digits_differ(a, b):
        return 0.55 + 0.35 * (ratio - 0.5)
    stems += [w.strip(".,:;()") for w in stems]
    known = {s for w in given if (s := w.strip(".,:;()")) and w not in STOPWORDS}
    # "the accept terms box" against "I accept": all of the page's words were said.
    if known and len(known) >= 2 and {singular(w) for w in known} <= set(stems):
        return 0.66
    shared = sum(s in have for s in stems) / len(stems)
    return 0.5 * shared


def _digits_differ(a: str, b: str) -> bool:
    return re.findall(r"\d+", a) != re.findall(r"\d+", b)


def name_score(words: str, element: Element) -> float:
    """Best likeness of the wanted words and anything the element is called."""
    best = 0.0
    for field, weight in _WEIGHTS:
        value = element.d.get(field)
        if field == "ph" and "@" in (value or ""):
            continue  # "name@example.com" shows what to type, not what it is called
        if value:
            best = max(best, weight * likeness(words, value))
    if best < 0.9 and norm(label_above(element)) == norm(words):
        best = 0.97
    if best < 0.8:
        own = re.sub(
            r"[_\-.\[\]]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", element.d.get("attr") or "")
        )
        wanted = plain(words)
        if wanted and own:
            tokens = plain(own).split()
            joined = "".join(tokens)
            hit = all(w in tokens for w in wanted.split()) or wanted.replace(" ", "") in tokens
            also = any(
                s in tokens if " " not in s else s.replace(" ", "") in joined
                for s in same_as(wanted)
                if len(s) > 2
            )
            inside = len(wanted) > 3 and wanted.replace(" ", "") in joined
            best = max(best, 0.74 if hit else 0.66 if also else 0.6 if inside else 0.0)
    if best < 0.6 and element.d.get("group") and element.role in BOXES | EDITABLE:
        both = f"{element.d['group']} {element.name}"
        best = max(best, 0.9 * likeness(words, both), 0.5 * likeness(words, element.d["group"]))
    if best < 0.62 and element.role in BOXES | EDITABLE | PRESSED:
        best = max(best, _by_place(words, element))
    if best < 0.5 and element.d.get("href"):
        slug = re.sub(r"[^a-z0-9]+", " ", element.d["href"].lower())
        best = max(best, 0.5 if plain(words) and f" {plain(words)} " in f" {slug} " else 0.0)
    return best


def label_above(element: Element) -> str:
    """What is all that stands beside a field without a label of its own: it is read as one."""
    row = (element.d.get("row") or "").strip()
    label = element.d.get("label") or ""
    example = not label or label == element.d.get("ph")  # what to type, said twice
    alone = element.role in EDITABLE and example and len(row) <= 40
    if alone and element.d.get("col"):
        return str(element.d["near"])
    return row if alone else ""


PRESSED = frozenset(["button", "generic"])


def _by_place(words: str, element: Element) -> float:
    """ "The dark theme" is “Dark” beside the word “Theme”; "the alarm volume" is “Volume”."""
    wanted = [w for w in plain(words).split() if w not in STOPWORDS]
    name = [w for w in plain(element.name).split() if w not in STOPWORDS]
    if not wanted or not name or len(name) > len(wanted):
        return 0.0
    of = any(w in STOPWORDS for w in plain(words).split()[1:])  # "the owner of Borealis"
    if not of and element.role in BOXES | EDITABLE and len(wanted) > 1 and name == wanted[-1:]:
        return 0.63 if len(name[0]) > 4 else 0.0
    beside = set(plain(element.d.get("group") or "").split())
    rest = [w for w in wanted if w not in name]
    if len(name) + len(rest) == len(wanted) and rest and set(rest) <= beside:
        return 0.74
    return 0.0


def fits_kind(kind: str | None, element: Element, roles: Iterable[str] | None = None) -> float:
    """1 when the element is of the wanted kind, less when it is not."""
    if roles is not None and element.role not in roles:
        return 0.0
    if kind is None:
        return 1.0
    wanted = KINDS.get(kind, ())
    if kind == "column" and element.tag == "th":
        return 1.0  # a head that a script listens to need not be marked as a control
    if element.role in wanted or (kind == "textarea" and element.tag == "textarea"):
        if kind == "textarea" and element.tag != "textarea":
            return 0.85
        # The first role of a kind is what people mean by the word.
        return 1.0 if element.role == wanted[0] or kind in ("field", "item", "option") else 0.93
    if kind == "image" and element.svg:
        return 0.9
    return 0.72 if kind in ("item", "link", "button", "icon", "section", "tab") else 0.5


_MENTIONED = 0.86


def context_score(context: str, element: Element) -> float:
    """How surely the element stands in the wanted row, group, section or near the words."""
    wanted = norm(context)
    own = norm(element.d.get("text") or "")
    if own and re.search(rf"(?:^|\W){re.escape(wanted)}(?:\W|$)", own):
        return 1.0
    for field, worth in (
        ("row", 0.97),
        ("group", 0.97),
        ("sect", 0.92),
        ("head", 0.9),
        ("lead", 0.9),
        ("near", 0.9),
        ("attr", 0.7),
    ):
        value = norm(element.d.get(field) or "")
        if value and re.search(rf"(?:^|\W){re.escape(wanted)}(?:\W|$)", value):
            # "To do (only from Doing)" mentions Doing in brackets, and is not called so.
            plainly = re.sub(r"\([^()]*\)", " ", value)
            there = re.search(rf"(?:^|\W){re.escape(wanted)}(?:\W|$)", plainly)
            return worth if there or field != "row" else _MENTIONED
    if element.doc.frame.name and wanted in norm(element.doc.frame.name):
        return 0.9
    place = {
        "header": "header banner",
        "footer": "footer contentinfo",
        "sidebar": "aside complementary",
        "navigation": "nav navigation",
        "menu": "nav navigation menu",
        "dialog": "dialog alertdialog",
    }
    if any(word in wanted and (element.place or "-") in where for word, where in place.items()):
        return 0.95
    words = [w for w in wanted.split() if w not in STOPWORDS]
    row = norm(
        f"{element.d.get('row') or ''} {element.d.get('head') or ''} {element.d.get('group') or ''}"
    )
    hits = sum(bool(re.search(rf"\b{re.escape(singular(w))}", row)) for w in words)
    if words and hits == len(words):
        return 0.75
    # "the VPN down ticket": the noun need not stand in the row itself.
    return 0.65 if hits >= 2 and hits * 3 >= len(words) * 2 else 0.0
