"""The row of a list that a question names, and the one value in it that answers.

"When does the Thursday ferry to Tiree leave?": the row says Thursday, its part of the table
"Oban to Tiree", and its column "Departs" is what leaving asks for. Every word of the question
must be said by the row, by what heads it, or by the column; two rows that fit alike are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.async_api import Page

from agents.browser.extract import Listing, find_lists
from agents.browser.extract_names import Record, canonical, plain, singular
from agents.browser.extract_tables import SECTION
from agents.browser.extract_values import PRICE, by_content
from agents.model.embedded.grammar.nouns import is_mere_kind
from agents.model.embedded.reading import cells
from agents.model.embedded.reading.measures import quantity

# What a verb asks for, in the words that columns have.
_ASKS_FOR = {
    "leave": "departure", "depart": "departure", "start": "start", "begin": "start",
    "arrive": "arrival", "end": "end", "finish": "end", "cost": "price", "pay": "price",
    "teach": "teacher", "hiring": "company", "hire": "company", "mean": "description",
    "live": "location", "located": "location", "weigh": "weight", "last": "duration",
}  # fmt: skip
_PLACES = re.compile(r"(?i)\b(?:venue|address|room|hall|gate|platform|where|shelf|building)\b")
# Verbs that say no more than that something has a date, or somebody who did it.
_DONE = re.compile(
    r"\w+(?:ed|en)|wrote|made|built|born|came|took|happen\w*|won|led|sold|begun|post"
)
_YES_NO = re.compile(r"(?:is|are|was|were|do|does|did|has|have|can|will)\b", re.I)
_SKIP = frozenset({"url", "image", "datetime"})


@dataclass(frozen=True)
class _Fit:
    row: Record
    told: frozenset[str]
    ordered: bool


async def cell_of_row(page: Page, question: str, asked: set[str]) -> cells.Cell | None:
    """The value of the one row that a question is about; None without one."""
    title = await page.title()
    found: dict[str, cells.Cell] = {}
    for listing in (await find_lists(page))[:10]:
        cell = _in_list(listing, question, asked, f"{title} {page.url} {listing.near}")
        if cell is not None:
            found.setdefault(cell.value, cell)
    return next(iter(found.values())) if len(found) == 1 else None


def _in_list(listing: Listing, question: str, asked: set[str], around: str) -> cells.Cell | None:
    fits = [f for row in listing.records if (f := _fit(row, question, asked, around))]
    most = max((len(f.told) for f in fits), default=0)
    best = [f for f in fits if len(f.told) == most]
    best = [f for f in best if f.ordered] or best
    if len(best) != 1 or not most:
        return None
    row, rest = best[0].row, asked - best[0].told
    rest -= cells.said(rest, around)
    column = _column(row, question, asked, rest) or _saying(row, question, asked, rest)
    if column is None:
        return None
    title = str(row.get("title") or next(iter(row.values())))
    return cells.Cell(title, column, str(row[column]), 1.0)


def _fit(row: Record, question: str, asked: set[str], around: str) -> _Fit | None:
    """How a row is named by a question, by its own words and by what heads its part."""
    own = " ".join(str(v) for k, v in row.items() if k not in _SKIP and len(str(v)) < 120)
    told = cells.said(asked, own) - cells.said(asked, around)
    if not told or not cells.says_literals(question, f"{own} {row.get(SECTION) or ''} {around}"):
        return None
    head = [w for w in plain(str(row.get(SECTION) or "")).split() if singular(w) in asked]
    said_so = [w for w in plain(question).split() if w in head]
    return _Fit(row, frozenset(told), head == said_so)


def _saying(row: Record, question: str, asked: set[str], rest: set[str]) -> str | None:
    """The value that says more of the question than what the row is called does."""
    if any(not is_mere_kind(w) for w in rest):
        return None
    shown = [k for k, v in row.items() if v not in (None, "") and k not in {*_SKIP, SECTION}]
    title = "title" if "title" in row else shown[0]
    more = asked - cells.said(asked, str(row.get(title)))
    saying = [k for k in shown if k != title and cells.said(more, str(row[k]))]
    saying = [k for k in saying if not str(row[k]).rstrip().endswith("?")]
    if not _YES_NO.match(question):
        saying = [k for k in saying if not _names(row[k], asked)]  # it repeats the question
    return saying[0] if len(saying) == 1 and cells.suits(question, str(row[saying[0]])) else None


def _column(row: Record, question: str, asked: set[str], rest: set[str]) -> str | None:
    """The column that answers: its name is what is left of the question, or its kind is asked."""
    lowered = question.lower()
    wanted = {_ASKS_FOR.get(w, _ASKS_FOR.get(w.rstrip("s"), w)) for w in rest}
    shown = [k for k, v in row.items() if v not in (None, "") and k not in {*_SKIP, SECTION}]
    if _YES_NO.match(question):
        return None  # what it is called or kept in does not say whether it is so
    named = [k for k in shown if any(_same(w, k) for w in wanted) and not _names(row[k], asked)]
    if named:
        wanted -= {_ASKS_FOR.get(w, "") for w in rest}
    left = {w for w in wanted if not any(_same(w, k) for k in named)}
    left = {w for w in left if not is_mere_kind(w)}
    if len(named) == 1 and not left and cells.suits(question, str(row[named[0]])):
        return named[0]
    if named or not all(_DONE.fullmatch(w) or is_mere_kind(w) for w in rest):
        return None
    kind = [k for k in shown if _is_kind(lowered, k, row[k]) and not _names(row[k], asked)]
    return kind[0] if len(kind) == 1 else None


def _names(value: object, asked: set[str]) -> bool:
    words = {singular(w) for w in plain(str(value)).split()}
    return bool(words) and words <= asked


def _same(word: str, column: str) -> bool:
    name = plain(column)
    stems = [singular(w) for w in name.split()]
    known = canonical(word) or canonical(f"{word}s")
    return (
        word in stems
        or (known is not None and known == canonical(name))
        or any(len(word) > 4 and s[:5] == word[:5] for s in stems)
    )


def _is_kind(question: str, column: str, value: object) -> bool:
    """Whether a value is of the kind that the question's first word asks for."""
    text = str(value)
    if question.startswith("when"):
        measured = quantity(text)
        return by_content(text) == "date" or bool(measured and measured[0] in ("date", "clock"))
    if question.startswith("how long"):
        measured = quantity(text)
        return bool(measured and measured[0] == "time")
    if question.startswith("how much"):
        return bool(PRICE.search(text))
    if question.startswith("who"):
        return canonical(column) == "author"
    if question.startswith("where"):
        return canonical(column) == "location" or bool(_PLACES.search(column))
    return False
