"""Which fact of a page answers a part of a question, if one does for sure.

Every word of the part must be said: the wanted thing by the fact's label, the rest by its row, by
what heads it or by the page. Names, codes and numbers count only as they stand. Facts of different
values that fit alike answer nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from agents.browser.extract_names import plain, singular
from agents.model.embedded.reading.alike import (
    forms,
    names_kind,
    same,
    suits,
    tells,
    tells_exactly,
)
from agents.model.embedded.reading.factbook import Book, Fact, Item
from agents.model.embedded.reading.totals import asks_for_total

MAX_SOFT = 1  # verbs that nothing on the page says
MAX_VALUE = 300
_VERB = re.compile(
    r"\w{2,}(?:ed|en|ing)|go|happen|apply|made|built|sold|won|led|held|found|done|spent|sent|paid"
    r"|say|show|call|cancel|charge|work|need|use|mean|contain|wrote|write"
)
_HOURLY = frozenset(["opening", "open", "hour", "time"])
_HOURS = re.compile(r"\d{1,2}[:.]\d\d|\d ?[ap]m\b|closed|all day", re.I)
_TAIL = re.compile(r".*?\s(?P<sum>(?:[£$€]\s?)?\d+[.,]\d\d(?:\s?[£$€])?)")


@dataclass(frozen=True)
class Told:
    """What answers a part: under which label, and in which row, card or section."""

    label: str
    value: str
    group: str
    score: float


def answer(book: Book, part: dict[str, Any], wish: dict[str, Any], group: str = "") -> Told | None:
    """The one answer of a page to a part of a question.

    group: where another part of the same question was answered; there the thing it is about need
    not be named again.
    """
    if group and (told := _in_group(book, part, wish, group)):
        return told
    found = [t for f in book.facts if (t := _fit(book, f, part, wish))]
    found = found or _by_unit(book, part, wish)
    found = found or [t for i in book.items if (t := _of_item(book, i, part, wish))]
    return _one(found)


_DOES = re.compile(r"\b(?:do|does|did|can|will) (?:it|they|one) (\w+)", re.I)


def _by_unit(book: Book, part: dict[str, Any], wish: dict[str, Any]) -> list[Told]:
    """ "How many pages": the one value that is so many of them ("Yield: 7,500 pages")."""
    if part["kind"] != "number" or len(part["attr"]) != 1:
        return []
    does = {singular(w.lower()) for w in _DOES.findall(part["text"])}
    rest = [w for w in part["rest"] if w not in {*wish["kinds"], *does} and not _VERB.fullmatch(w)]
    if not all(tells_exactly(book.text, t) for t in wish["exact"]) or not all(
        map(book.tells, rest)
    ):
        return []
    said = re.compile(rf"\d[\d,. ]*\s+{re.escape(part['attr'][0])}(?:s|es)?", re.I)
    return [Told(f.label, f.value, f.group, 1.0) for f in book.facts if said.fullmatch(f.value)]


def _one(found: list[Told]) -> Told | None:
    best = max((t.score for t in found), default=0.0)
    top = [t for t in found if t.score >= best - 0.01]
    return top[0] if len({plain(t.value) for t in top}) == 1 else None


def _in_group(book: Book, part: dict[str, Any], wish: dict[str, Any], group: str) -> Told | None:
    inside = [f for f in book.facts if f.group == group]
    near = {**wish, "exact": []}
    if told := _one([t for f in inside if (t := _fit(book, f, part, near))]):
        return told
    if part["kind"] and not part["rest"] and set(part["attr"]) <= {"price", "day", "date", "time"}:
        pieces = [p for i in book.items if i.group == group for p in i.pieces]
        pieces += [f.value for f in inside if not f.label or names_kind(part["kind"], f.label)]
        fits = [_bare(p) for p in pieces if _is_just(part["kind"], p)]
        if len(set(fits)) == 1:
            return Told("", fits[0], group, 1.0)
        # "Stuffed peppers 5.70": what was found says its price itself.
        if part["kind"] == "money" and (tail := _TAIL.fullmatch(wish.get("value") or "")):
            return Told("price", tail["sum"], group, 1.0)
    return None


def _fit(book: Book, fact: Fact, part: dict[str, Any], wish: dict[str, Any]) -> Told | None:
    """How a fact answers a part; None when a word of it is not said."""
    if not fact.label or len(fact.value) > MAX_VALUE or _is_label(book, fact):
        return None
    if not suits(part["kind"], fact.value):
        return None
    row = " | ".join(p for p in fact.row.split(" | ") if p != fact.value)
    record = fact.row.count(" | ") > 1
    own = " ".join([row, *(fact.heads[1:] if record else fact.heads)])
    around = f"{' '.join(fact.heads)} {book.around[fact.frame]}"
    score = _exactly(wish["exact"], fact.label, own, around, record)
    if score is None:
        return None
    kinds, soft = set(wish["kinds"]), 0
    sums = asks_for_total(part["attr"]) or (part["kind"] == "money" and part["attr"] == ["price"])
    if fact.line and sums and not _is_of_line(part, wish, row):
        return None  # of a line, where the total stands below
    named = [w for w in part["attr"] if tells(fact.label, w)]
    told = {*part["attr"], *part["rest"]}
    spare = [w for w in forms(fact.label) if not any(same(t, w) for t in told)]
    # "How long is the guarantee": a label may say what is measured, in place of "duration".
    hard = part["attr"] if part["kind"] not in ("money", "measure") else []
    for word in hard:
        if word in named or word in kinds:
            continue
        if word in _HOURLY and _HOURS.search(fact.value):
            continue  # what a time table shows are hours, whatever heads it
        if not (tells(own, word) or tells(around, word) or book.tells(word)):
            return None
        if named and spare and not (tells(own, word) or tells(around, word)):
            return None  # "payment method" is no "delivery method", though the page names both
        score -= 0.5
    mere = names_kind(part["kind"], fact.label)
    if not named and not mere and any(tells_exactly(fact.value, t) for t in wish["exact"]):
        return None  # it repeats what the question names
    beside = [w for w in part["rest"] if tells(fact.label, w) and w not in kinds]
    own_words = 0
    for word in part["rest"]:
        if word in beside or word in kinds:
            continue
        if tells(own, word):
            own_words += 1
        elif tells(around, word):
            score -= 0.2
        elif _VERB.fullmatch(word) and soft < MAX_SOFT and not _is_name(word, part["text"]):
            soft += 1
        else:
            return None
    if not (named or beside or mere) or (hard and not named and not mere):
        return None
    if record and not wish["exact"] and not own_words and _rows(book, fact) > 1 and part["rest"]:
        return None  # nothing says that it is this row
    first = row.split(" | ")[0]
    score -= 0.1 * sum(not any(same(t, w) for t in told) for w in forms(first)) if fact.row else 0
    score += 3 * len(named) + 2 * len(beside) + (1 if mere else 0) + 0.5 * own_words
    return Told(fact.label, fact.value, fact.group, score - 0.5 * len(spare) - soft)


def _is_of_line(part: dict[str, Any], wish: dict[str, Any], row: str) -> bool:
    """Whether a question is about one line of a table: it says what stands in it."""
    return any(tells_exactly(row, t) for t in wish["exact"]) or any(
        tells(row, w) for w in part["rest"] if w not in wish["kinds"]
    )


def _is_name(word: str, text: str) -> bool:
    """Whether a word that looks like a verb tells which thing is meant: "the savings account"."""
    return bool(re.search(rf"\b(?:the|an?|my|your|our)\s+{re.escape(word)}s?\b", text, re.I))


def _exactly(exact: list[str], label: str, own: str, around: str, record: bool) -> float | None:
    """How near to a fact the names and codes are said; None when one is not."""
    score, near = 0.0, 0
    for token in exact:
        if tells_exactly(f"{own} {label}", token):
            near += 1
            score += 2
        elif tells_exactly(around, token):
            score += 1
        else:
            return None
    return None if exact and record and not near else score


def _rows(book: Book, fact: Fact) -> int:
    """How many rows or cards beside this one have the same label."""
    return len({f.group for f in book.facts if f.label == fact.label and f.frame == fact.frame})


def _is_label(book: Book, fact: Fact) -> bool:
    """Whether what stands as a value is called so elsewhere: a label is no value."""
    named = fact.value.casefold()
    return named == fact.label.casefold() or any(
        f.label.casefold() == named and f.group == fact.group for f in book.facts
    )


def _of_item(book: Book, item: Item, part: dict[str, Any], wish: dict[str, Any]) -> Told | None:
    """The one piece of an entry without labels that is of the wanted kind: its date, its person."""
    text = " ".join(item.pieces)
    looks = part["kind"] == "email"  # it is told by its look, not by a word
    words = [w for w in [*part["rest"], *([] if looks else part["attr"])]
             if w not in wish["kinds"]]  # fmt: skip
    said = [w for w in words if tells(text, w)]
    if part["kind"] not in ("date", "person", "money", "clock", "email"):
        return None
    if not said and not (looks and wish["exact"]):
        return None
    if len(said) < len(words) or (len(said) < 2 and not wish["exact"]):
        return None
    around = f"{' '.join(item.heads)} {book.around[item.frame]}"
    if _exactly(wish["exact"], "", f"{text} {' '.join(item.heads)}", around, False) is None:
        return None
    fits = {_bare(p) for p in item.pieces if _is_just(part["kind"], p)}
    fits = {f for f in fits if not said or not all(tells(f, w) for w in said)}
    return Told("", fits.pop(), item.group, float(len(said))) if len(fits) == 1 else None


def _is_just(kind: str, piece: str) -> bool:
    """Whether a piece is a value of a kind, and no sentence that has one in it."""
    return suits(kind, piece) and len(piece) < 40 and len(piece.split()) <= 6


def _bare(piece: str) -> str:
    return re.sub(r"^\((.*)\)$", r"\1", piece.strip())
