"""Free cells of a timetable: the one below a day and beside a time, by where they stand."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.doing.formats import moment
from agents.model.embedded.likeness import norm
from agents.model.embedded.view import Element, View

Piece = dict[str, Any]
_WEEKDAY = re.compile(r"(?:on )?(?P<day>(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?", re.I)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(rf"(?<![a-z])(?:{'|'.join(_MONTHS)})[a-z]*")
_TAKEN = re.compile(
    r"^\W*(?:(?:fully |already )?(?:booked|taken|reserved|occupied|blocked)|full|closed|sold out|"
    r"busy|(?:not |un)available)\b",
    re.I,
)
_CELLS = frozenset(["link", "button", "generic", "gridcell", "radio", "checkbox", "option", "cell"])


def slot(view: View, pieces: list[Piece]) -> tuple[Element, list[Piece]] | None:
    """The cell to press for a day and a time among the pieces, and those two pieces."""
    open_ = [p for p in pieces if not p.get("done") and p.get("value")]
    days = [p for p in open_ if p.get("day") or _WEEKDAY.fullmatch(p["raw"])]
    times = [p for p in open_ if p.get("time")]
    if len(days) != 1 or len(times) != 1:
        return None
    labels = [e for e in [*view.texts, *view.elements] if e.text and len(e.text) <= 24]
    heads = [e for e in labels if _is_day(e.text, days[0]["value"].get("text", ""))]
    sides = [e for e in labels if _is_time(e.text, times[0]["value"].get("text", ""))]
    found = {
        e.key: e
        for e in view.elements
        if e.role in _CELLS and not e.off and not _TAKEN.search(e.text or e.name)
        for head in heads
        for side in sides
        if e not in (head, side) and _below(head, e) and _beside(side, e)
    }
    cells = list(found.values())
    inner = [c for c in cells if not any(o.path.startswith(f"{c.path} ") for o in cells)]
    return (inner[0], [days[0], times[0]]) if len(inner) == 1 else None


def _is_day(shown: str, said: str) -> bool:
    """Whether a column's head is the day: “Thu”, “Thursday”, “Thu 12 Mar”."""
    words = norm(shown)
    if weekday := _WEEKDAY.fullmatch(said):
        day = weekday["day"].lower()
        first = re.match(r"[a-z]+", words)
        return bool(first and day.startswith(first.group()) and len(first.group()) >= 3)
    when = moment(said)
    if when is None:
        return False
    day = re.search(rf"(?<!\d){when.day}(?!\d)", words)
    month = re.search(rf"\b{_MONTHS[when.month - 1]}|(?<!\d)0?{when.month}(?!\d)", words)
    week = re.match(rf"{when:%a}".lower(), words)
    other = _MONTH.search(re.sub(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*", "", words))
    return bool(day and (month or (week and not other)))


def _is_time(shown: str, said: str) -> bool:
    first = re.match(r"\d{1,2}(?::\d\d)?(?: ?[ap]\.?m\.?)?", shown.strip(), re.I)
    wanted = moment(said)
    given = moment(first.group()) if first and re.search(r":|m", first.group(), re.I) else None
    return bool(wanted and given and wanted.time() == given.time())


def _below(head: Element, e: Element) -> bool:
    """Whether the middle of the cell is in the head's column, further down."""
    middle, half = head.x + head.w / 2, max(head.w, e.w) / 2
    return e.y > head.y and abs(e.x + e.w / 2 - middle) <= half


def _beside(side: Element, e: Element) -> bool:
    middle, half = side.y + side.h / 2, max(side.h, e.h) / 2
    return e.x > side.x and abs(e.y + e.h / 2 - middle) <= half
