"""Whether a row's date lies in a wanted span of days."""

from __future__ import annotations

import re
from datetime import date, datetime

from agents.browser.extract_names import Record, canonical
from agents.model.embedded.grammar.dates import span_of
from agents.model.embedded.reading.measures import SLASHED, quantity


def within(row: Record, wanted: list[str]) -> bool:
    """Whether the row's one date is surely in the span; one that may be either is not."""
    first, last = (date.fromisoformat(x) for x in wanted)
    spans = _spans(row)
    return bool(spans) and all(first <= a and b <= last for a, b in spans)


def _spans(row: Record) -> list[tuple[date, date]]:
    """The days that the row's date may mean."""
    if isinstance(stamp := row.get("datetime"), str) and (exact := span_of(stamp)):
        return [exact]
    dated = [str(v) for k, v in row.items() if canonical(k) == "date" and v]
    others = [str(v) for k, v in row.items() if k not in ("url", "image", "title", "description")]
    for texts in (dated, others):
        found = {s for t in texts for s in [_read(t)] if s}
        if len(found) == 1:
            return list(found.pop())
        if found:
            return []
    return []


def _read(text: str) -> tuple[tuple[date, date], ...]:
    """A text's date: one span, or two where day and month may be either."""
    if slashed := SLASHED.search(text):
        one, two, year = (int(x) for x in slashed.groups())
        year += 2000 if year < 100 else 0
        days = [(two, one), (one, two)]
        made = {date(year, m, d) for m, d in days if m <= 12 and d <= 31}
        return tuple((d, d) for d in sorted(made))
    if len(text) < 80 and re.search(r"[a-z]{3,}\.? .*\d{4}|\d{4}-\d\d|^\W*\d{4}\W*$", text, re.I):
        return (found,) if (found := span_of(text)) else ()
    measured = quantity(text)
    if len(text) < 40 and measured and measured[0] == "date":
        day = datetime.fromtimestamp(measured[1]).date()
        return ((day, day),)
    return ()
