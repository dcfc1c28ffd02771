"""Questions that one cell of a table, or the value beside a label, answers.

"When does it open on Sunday?" beside a row "Sunday"; "How long does express delivery to Germany
take?" where the row "Germany" meets the column "Express". A cell is taken only when its row is
named in the question, and nearly all of what was asked stands in its row's label, its column's
head or the heading above.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from agents.browser.extract import read, shape_table
from agents.browser.extract_names import plain, singular
from agents.browser.extract_values import PRICE
from agents.model.embedded.grammar.nouns import is_mere_kind
from agents.model.embedded.grammar.words import STOPWORDS

MAX_ROWS = 300  # of a table
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_A_DAY = (
    r"\b(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?)s?\b"
)
_DAY = re.compile(_A_DAY, re.I)  # "sunny" is none
_SPAN = re.compile(rf"{_A_DAY}\.?\s*(?:[-–—]|to|until|through)\s*{_A_DAY}", re.I)
_WANTED = {
    "when": re.compile(r"\d|closed|mon|tue|wed|thu|fri|sat|sun|daily|noon|midnight|all day", re.I),
    "what time": re.compile(r"\d|closed|noon|midnight", re.I),
    "how": re.compile(r"\d|\b(?:none|free|no|one|two|three|four|five|six|ten)\b", re.I),
    "who": re.compile(r"[A-Za-z]{2}"),
}
ASKING = frozenset(
    re.findall(
        r"\w+",
        "i they we you my me one should must need how when where why who what which is are does do "
        "can will much many long often it did was were has have there any if whether tell get take "
        "takes cost costs be your us until till bring allowed go find use "
        "far big large old tall heavy wide high time whose s",
    )
)


@dataclass(frozen=True)
class Cell:
    """A value with the words around it. share: of the asked words that these say, in [0, 1]."""

    label: str
    head: str
    value: str
    share: float
    around: str = ""


_OPENING = frozenset(["open", "close", "closed", "opening", "hour"])
_HOURS = re.compile(r"(?i)\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]m)?\s*(?:[-–—]|to)\s*\d|closed|all day")
_COSTS = re.compile(r"(?:how much|what) .*\bcosts?$|how much (?:is|are|for)\b")
_AMOUNT = re.compile(r"(?i)\s*\W*[\d.,' ]+\W*|.*\b(?:free|gratis|included|no charge)\b.*")
_LITERAL = re.compile(r"(?<![\w.])(?:\d+(?:[.:/-]\d+)+|[A-Z]+[-/ ]?\d[\w.-]*\w|\d+)(?![\w])")


def says_literals(question: str, text: str) -> bool:
    """Whether a text says the numbers and codes of a question as they stand ("4.1.0")."""
    return all(
        re.search(rf"(?<![\w.]){re.escape(x)}(?![\w]|\.\d)", text, re.I)
        for x in _LITERAL.findall(question)
    )


def asked_words(question: str) -> set[str]:
    """What a question is about: its words without those that only ask."""
    words = {w for w in plain(question).split() if w not in STOPWORDS and w not in ASKING}
    return {singular(w) for w in words}


async def cell_for(page: Page, question: str) -> Cell | None:
    """The one cell that answers a question; None without one, or when several fit alike."""
    asked = asked_words(question)
    if not asked:
        return None
    found: list[Cell] = []
    for raw in await read(page, max_records=MAX_ROWS):
        for table in raw["tables"]:
            found += _of_table(shape_table(table), table, asked, f"{raw['title']} {raw['url']}")
        for pair in raw["pairs"]:
            around = f"{pair['near']} {raw['title']} {raw['url']}"
            found += _of_label(pair["k"], pair["v"], asked, around)
    fits = [c for c in found if c.share >= 0.99 and suits(question, c.value)]
    fits = [c for c in fits if says_literals(question, f"{c.label} {c.head} {c.around}")]
    fits = _closest(question, fits)
    values = list(dict.fromkeys(c.value for c in fits))
    if len(values) != 1:
        return None
    return next(c for c in fits if c.value == values[0])


def _closest(question: str, fits: list[Cell]) -> list[Cell]:
    """Those whose head says most of the question: "high water", and not the low one."""
    words = set(plain(question).split()) - STOPWORDS
    told = [len(words & set(plain(c.head).split())) for c in fits]
    return [c for c, n in zip(fits, told, strict=True) if n == max(told)]


def suits(question: str, value: str) -> bool:
    """Whether a value is of the kind that is asked for: a number, a time, a name."""
    lowered = question.lower()
    if _COSTS.match(lowered) and not (PRICE.search(value) or _AMOUNT.fullmatch(value)):
        return False  # "Portable disk 1 TB" is no price
    want = next((w for start, w in _WANTED.items() if lowered.startswith(start)), None)
    return bool(value.strip()) and (want is None or bool(want.search(value)))


def _of_table(
    shaped: dict[str, Any], table: dict[str, Any], asked: set[str], title: str
) -> list[Cell]:
    out = []
    heads = shaped["headers"]
    plainly = len(heads) == 2 and all(h.startswith("column ") or h == "name" for h in heads[:1])
    if all(h.startswith("column ") or h == "name" for h in heads) and len(heads) > 2:
        return _grouped(shaped, asked, f"{table['near']} {title}")
    around = f"{table['near']} {shaped['caption']} {title} {heads[0] if heads else ''}"
    for row in shaped["rows"]:
        label = str(row.get(heads[0]) or "") if heads else ""
        in_label = said(asked, label)
        if not in_label:
            continue
        for head in heads[1:]:
            shown = "" if head.startswith("column ") else head
            in_head = said(asked, shown) - in_label
            if not plainly and not in_head and len(heads) > 2:
                continue
            value = str(row.get(head) or "")
            when = asked & _OPENING if _HOURS.search(value) else set()
            share = _share(asked, in_label | in_head | when, around)
            out.append(Cell(label, shown, str(row.get(head) or ""), share, around))
    return out


def _share(asked: set[str], told: set[str], around: str) -> float:
    """How much of what is asked is told, or said around it; a mere kind ("ticket") need not be."""
    rest = asked - told
    open_ = {w for w in rest - said(rest, around) if not is_mere_kind(w)}
    return 1 - len(open_) / len(asked)


def _grouped(shaped: dict[str, Any], asked: set[str], around: str) -> list[Cell]:
    """Rows without column heads: all but the last cell say what the last one is."""
    out = []
    for row in shaped["rows"]:
        *labels, value = [str(row.get(h) or "") for h in shaped["headers"]]
        label = " ".join(dict.fromkeys(labels))
        if in_label := said(asked, label):
            out.append(Cell(label, "", value, _share(asked, in_label, around), around))
    return out


def _of_label(label: str, value: str, asked: set[str], around: str) -> list[Cell]:
    in_label = said(asked, label)
    if not in_label or len(plain(label).split()) > len(in_label) + 2:
        return []
    when = asked & _OPENING if _HOURS.search(value) else set()
    return [Cell(label, "", value, _share(asked, in_label | when, around), around)]


def said(asked: set[str], text: str) -> set[str]:
    """Which of the asked words a text says; days also by ranges, "open" by "opening"."""
    words = {singular(w) for w in plain(text).split()} | _days_in(text)
    stems = {w[:-3] for w in words if w.endswith("ing") and len(w) > 5}
    return {w for w in asked if w in words or w in stems or (w.endswith("ing") and w[:-3] in words)}


def _days_in(text: str) -> set[str]:
    """The days of "Mon – Fri", "weekdays", "Sat & Sun"."""
    shown = [next(i for i, d in enumerate(_DAYS) if d.startswith(m[:3].lower()))
             for m in _DAY.findall(text)]  # fmt: skip
    if len(shown) == 2 and _SPAN.search(text):
        span = range(shown[0], shown[1] + 1 + 7 * (shown[1] < shown[0]))
        shown = [i % 7 for i in span]
    if re.search(r"\b(?:every day|daily)\b", text, re.I):
        shown = list(range(7))
    if re.search(r"\bweekdays?\b", text, re.I):
        shown += range(5)
    if re.search(r"\bweekends?\b", text, re.I):
        shown += [5, 6]
    return {_DAYS[i] for i in shown}
