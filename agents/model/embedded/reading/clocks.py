"""Times to choose from: the chips that a page shows once a day is chosen."""

from __future__ import annotations

import re

from agents.browser.extract import find_lists
from agents.browser.extract_names import Record, plain, singular
from agents.model.embedded.reading.checks import availability
from agents.model.embedded.reading.shaping import rows_of
from agents.model.embedded.run import Run, Step

_TIMES = frozenset(["time", "slot", "hour"])
_FREE = frozenset(["free", "available", "open", "bookable", "possible", "appointment", "booking"])
_CLOCK = re.compile(
    r"(?:from )?\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?:\s*(?:[-–—]|to)\s*\d{1,2}[:.]\d\d"
    r"(?: ?[ap]\.?m\.?)?)?|\d{1,2} ?[ap]\.?m\.?",
    re.I,
)


async def of_day(run: Run, step: Step) -> list[Record] | None:
    """The rows of the one list that shows only times; None when no such list was asked for.

    "The free times" leaves out those that cannot be chosen.
    """
    words = [singular(w) for w in plain(step.get("noun") or "").split()]
    if not words or words[-1] not in _TIMES or not set(words[:-1]) <= _FREE:
        return None
    found: dict[tuple[str, ...], list[Record]] = {}
    for listing in await find_lists(run.page):
        rows = rows_of(listing.records, step)
        names = tuple(str(r.get("title") or next(iter(r.values()))) for r in rows)
        if rows and all(_CLOCK.fullmatch(n.strip()) for n in names):
            found.setdefault(names, rows)
    if len(found) != 1:
        return None
    (rows,) = found.values()
    if set(words) & {"free", "available", "open", "bookable"}:
        rows = [r for r in rows if availability(r) is not False]
    step["noun"] = ""  # that they are times is what their form tells
    return rows
