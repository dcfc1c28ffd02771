"""Conditions on days and months: "since September 2026", "between 3 and 9 May 2026"."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Any

from agents.model.embedded.grammar.masking import Masked
from agents.model.embedded.grammar.phrases import clean

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = (
    rf"(?:\d{{4}}-\d\d(?:-\d\d)?|(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH},?(?: {_YEAR})?"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?:,? {_YEAR})?|{_MONTH},?(?: of)? {_YEAR}|{_YEAR})"
)
_FINER = re.compile(rf"\d{{4}}-\d\d|{_MONTH}", re.I)
_WHEN = re.compile(
    r"\s+(?:(?:that|which|who)\s+(?:were|was|are|is|have been)\s+)?(?:[a-z]+(?:ed|en|t)\s+)?"
    rf"(?P<op>since|after|before|until|till|up to|by|in|during|from|on|between)\s+(?P<one>{_DATE})"
    rf"(?:\s*(?:and|to|until|till|[-–])\s*(?P<two>{_DATE}))?(?P<on>\s+on(?:wards?)?)?$",
    re.I,
)


def span_of(text: str, year: int | None = None) -> tuple[date, date] | None:
    """First and last day of "September 2026", "3 May 2026", "2026-09"; None without a year."""
    if match := re.search(r"(\d{4})-(\d\d)(?:-(\d\d))?", text):
        parts = [int(x) if x else None for x in match.groups()]
    else:
        named = re.search(_MONTH, text, re.I)
        years = re.search(_YEAR, text)
        days = re.search(r"(?<!\d)(\d{1,2})(?!\d)", text)
        parts = [
            int(years.group()) if years else year,
            _MONTHS.index(named.group()[:3].lower()) + 1 if named else None,
            int(days.group(1)) if days and named else None,
        ]
    at, month, day = parts
    if at is None:
        return None
    try:
        first = date(at, month or 1, day or 1)
        last = date(at, month or 12, day or monthrange(at, month or 12)[1])
    except ValueError:
        return None
    return first, last


def take_dates(text: str, wish: dict[str, Any], k: Masked) -> str:
    """The text without its condition on days; whole years are left to others."""
    match = _WHEN.search(text)
    if match is None or not _FINER.search(match.group()):
        return text
    two = span_of(match.group("two") or "")
    one = span_of(match.group("one"), two[0].year if two else None)
    if one is None or bool(two) != bool(match.group("two")):
        return text
    op = "since" if match.group("on") else match.group("op").lower()
    ends = {
        "since": (one[0], date.max),
        "after": (date.fromordinal(one[1].toordinal() + 1), date.max),
        "before": (date.min, date.fromordinal(one[0].toordinal() - 1)),
        "until": (date.min, one[1]),
        "till": (date.min, one[1]),
        "up to": (date.min, one[1]),
        "by": (date.min, one[1]),
    }
    first, last = (one[0], two[1]) if two else ends.get(op, one)
    value = [first.isoformat(), last.isoformat()]
    wish["filters"].append({"field": "date", "op": "dates", "value": value})
    return clean(text[: match.start()])
