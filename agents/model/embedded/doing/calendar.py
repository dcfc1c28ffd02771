"""Picking a day in a calendar that opens under a field: turn months, then click the day."""

from __future__ import annotations

import re
from datetime import datetime

from agents.model.embedded.doing.formats import moment
from agents.model.embedded.doing.touch import click_code, outcome_of
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate, quote
from agents.ports import Decision

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_SHORT = [m[:3] for m in _MONTHS]
_HEAD = re.compile(rf"\b({'|'.join(m[:3] for m in _MONTHS)})[a-z]*\.?,?\s*(\d{{4}})\b", re.I)
MAX_TURNS = 30


def wants_calendar(element: Element) -> bool:
    """Whether a date field only takes clicks: read-only, or marked as a date picker."""
    about = f"{element.attr} {element.d.get('tip') or ''}"
    marked = re.search(r"date-?picker|calendar|hasDatepicker|flatpickr", about, re.I)
    return element.tag == "input" and element.type in ("text", "") and bool(element.ro or marked)


def opened_beside(view: View, known: set[str]) -> bool:
    """Whether a calendar is there that was not before: a month's days, all of them new."""
    pool = [e for e in [*view.elements, *view.texts] if e.w < 120 and e.key not in known]
    days = {norm(e.text or "") for e in pool}
    return all(str(n) in days for n in range(1, 29))


def shown_month(view: View) -> tuple[int, int] | None:
    """(year, month) of the open calendar."""
    for element in [*view.elements, *view.texts]:
        text = element.text or ""
        match = (_HEAD.search if len(text) < 40 else _HEAD.match)(text)  # a panel begins with it
        if element.w < 500 and match:
            names = [m[:3] for m in _MONTHS]
            return int(match.group(2)), names.index(match.group(1)[:3].lower()) + 1
    body = _HEAD.search(view.body)
    if body:
        return int(body.group(2)), [m[:3] for m in _MONTHS].index(body.group(1)[:3].lower()) + 1
    return None


async def pick_day(run: Run, step: Step, text: str) -> Decision | None:
    """One step towards the day; None when it was clicked or cannot be."""
    st = step["st"]
    result = await outcome_of(run, step)
    if st.get("day") == "clicked":
        return None
    when = moment(text)
    if when is None:
        run.fail(step, f"“{text}” is no date that I can read")
        return None
    view = await run.view()
    if not st.get("menus") and (menus := _menus(view)):
        code = await _menus_code(*menus, when)
        return await run.act(step, code, f"Turn the calendar to {when:%B %Y}.", menus=True)
    month = (when.year, when.month) if st.get("menus") else shown_month(view)
    if month is None or (result is not None and not result.ok) or st.get("turns", 0) > MAX_TURNS:
        run.fail(step, "the calendar did not open or could not be turned")
        return None
    offset = (when.year - month[0]) * 12 + when.month - month[1]
    if offset:
        button = _turner(view, offset > 0)
        if button is None:
            run.fail(step, "the calendar has no control for other months")
            return None
        code = f"await {await locate(button)}.click()"
        return await run.act(
            step, code, f"Turn the calendar to {when:%B %Y}.", turns=st.get("turns", 0) + 1
        )
    day = _day(view, when)
    if day is None:
        run.fail(step, f"the calendar shows no day {when.day}")
        return None
    return await run.act(step, await click_code(day), f"Pick {when:%d %B %Y}.", day="clicked")


def _menus(view: View) -> tuple[Element, Element] | None:
    """The calendar's own choice of month, and its choice of (or field for) the year."""
    month = year = None
    for e in view.elements:
        options = e.d.get("options") or [] if e.tag == "select" else []
        years = options or [e.value or ""]
        if options and all(o[:3].lower() in _SHORT for o in options):
            month = month or e
        elif (options or re.search(r"\byear", f"{e.name} {e.attr}", re.I)) and all(
            re.fullmatch(r"\d{4}", y) for y in years
        ):
            year = year or e
    return (month, year) if month is not None and year is not None else None


async def _menus_code(month: Element, year: Element, when: datetime) -> str:
    name = next(o for o in month.d["options"] if o[:3].lower() == _SHORT[when.month - 1])
    where = await locate(year)
    first = (
        f"await {where}.select_option(label={quote(str(when.year))})"
        if year.tag == "select"
        else f'field = {where}\nawait field.fill("{when.year}")\nawait field.press("Enter")'
    )
    return f"{first}\nawait {await locate(month)}.select_option(label={quote(name)})"


def _turner(view: View, forward: bool) -> Element | None:
    wanted = (
        r"next|following|forward|^>$|^›$|^»$|→" if forward else r"prev|previous|back|^<$|^‹$|^«$|←"
    )
    best: tuple[int, Element] | None = None
    for e in [*view.elements, *view.texts]:
        about = f"{e.name} {e.tip or ''}"
        score = 2 * bool(re.search(wanted, about.strip(), re.I)) + bool(
            re.search(wanted, e.attr or "", re.I)
        )
        score += bool(score) and bool(
            re.search(r"month|calendar|datepicker|date", f"{about} {e.attr} {e.path}", re.I)
        )
        score -= bool(re.search(r"year", about, re.I))
        if score > 1 and not e.off and (best is None or score > best[0]):
            best = (score, e)
    return best[1] if best else None


def _day(view: View, when: datetime) -> Element | None:
    number = str(when.day)
    cells = [
        e
        for e in [*view.elements, *view.texts]
        if norm(e.text or "") == number and not e.off and e.w < 120
    ]
    dated = [
        e
        for e in view.elements
        if e.label
        and str(when.year) in e.label
        and re.search(rf"\b{when.day}\b", e.label)
        and f"{when:%B}" in e.label
    ]
    cells = [
        e
        for e in cells
        if not re.search(
            r"other-?month|outside|disabled|muted|adjacent|prev|old\b", e.attr or "", re.I
        )
    ]
    grid = [
        e
        for e in cells
        if re.search(r"td|table|calendar|picker|day|grid", f"{e.path} {e.attr} {e.role}", re.I)
    ]
    pool = dated or grid or cells
    # Days of the month before come first in the grid, those of the next one last.
    return (pool[0] if when.day < 15 else pool[-1]) if pool else None
