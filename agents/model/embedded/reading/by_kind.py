"""Facts whose name holds a word that only says their kind: "the outstanding amount", "the hours".

No label needs to say such a word when the value is of that kind: "Outstanding", and below it
"€18,420.50"; a column "Permit holders only" in a table's one row, and in it "8am to 6pm".
"""

from __future__ import annotations

import re

from playwright.async_api import Page

from agents.browser.extract import find_lists
from agents.browser.extract_names import plain, singular
from agents.browser.extract_values import PRICE
from agents.model.embedded.grammar.words import STOPWORDS

_HOURS = re.compile(
    r"\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]\.?m\.?)?\s*(?:[-–—]|to|until)\s*(?:\d|noon|midnight)|closed"
    r"|all day|24 hours|days? only",
    re.I,
)
_KINDS = [
    (frozenset(["amount", "sum", "price", "cost", "fee", "charge", "balance"]), PRICE),
    (frozenset(["hour", "time"]), _HOURS),
]


def kind_of(field: str) -> tuple[str, re.Pattern[str] | None]:
    """The field without its last word, and how its values look, if that word tells only this."""
    *head, last = plain(field).split() or [""]
    look = next((look for words, look in _KINDS if singular(last) in words), None)
    return " ".join(head), look


_SIZES = frozenset(["size", "dimension", "measurement"])
_UNIT = r"\s?(?:mm|cm|m|in(?:ches)?|ft|feet|px)\b"
_LONG = r"\d[\d.,]{0,12}"
_BY = re.compile(
    rf"{_LONG}(?:{_UNIT})?\s?(?:x|×|by)\s?{_LONG}(?:\s?(?:x|×|by)\s?{_LONG})?{_UNIT}", re.I
)


def measured(body: str, field: str) -> str | None:
    """ "140 by 200 cm": the one size that a page shows, when its size is asked for."""
    if singular(plain(field)) not in _SIZES:
        return None
    found = {m.group() for m in _BY.finditer(body)}
    return found.pop() if len(found) == 1 else None


def labelled(body: str, field: str) -> str | None:
    """The one value of its kind that stands right behind or below what the field is called."""
    name, look = kind_of(field)
    if look is None or not name:
        return None
    said = re.compile(
        rf"\b{re.escape(name)}\b[^\S\n]*(?:\n\s*|:?[^\S\n]+)(?P<value>[^\n]{{1,40}})", re.I
    )
    shown = (m["value"].strip() for m in said.finditer(body))
    found = {v for v in shown if look.fullmatch(v)}
    return found.pop() if len(found) == 1 else None


async def of_column(page: Page, field: str, subject: str) -> str | None:
    """The value under the column that is called after the subject, in a table of one row."""
    name, look = kind_of(field)
    words = {singular(w) for w in plain(subject).split() if w not in STOPWORDS}
    if look is None or name or not words:
        return None
    found = set()
    for listing in await find_lists(page):
        if listing.kind != "table" or len(listing.records) != 1:
            continue
        for column, value in listing.records[0].items():
            called = {singular(w) for w in plain(column).split()}
            if words <= called and isinstance(value, str) and look.search(value):
                found.add(value)
    return found.pop() if len(found) == 1 else None
