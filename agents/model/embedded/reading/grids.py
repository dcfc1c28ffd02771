"""Week plans: tables whose columns are days, and whose cells are what takes place then.

"Which courses take place on Wednesdays" is asked of the cells, each with its day and its time.
"""

from __future__ import annotations

import re

from agents.browser.extract_names import Record, plain, singular
from agents.model.embedded.run import Step

_DAY = re.compile(r"(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?s?\b", re.I)
_EMPTY = re.compile(r"\W*|closed|none|n/?a", re.I)
_MERELY = re.compile(r"(?:yes|no|open|closed|free|\W|[\d:.,%£$€ –-]|[ap]m)+", re.I)


def unfolded(rows: list[Record], step: Step) -> list[Record]:
    """The cells of a week plan as entries, when a day is asked for; else the rows."""
    days = _days(rows)
    told = " ".join([*(str(f["value"]) for f in step.get("filters") or []), step.get("near") or ""])
    told = f"{told} {step.get('noun') or ''}"
    if len(days) < 3 or not _DAY.search(told):
        return rows
    cells = [(d, str(r.get(d) or "").strip(), r) for r in rows for d in days]
    shown = [c for c in cells if not _EMPTY.fullmatch(c[1])]
    if all(_MERELY.fullmatch(text) for _, text, _ in shown):
        return rows  # opening hours, prices by day: the row is the thing
    step.setdefault("st", {})["week"] = True
    out = []
    for day, text, row in shown:
        other = {k: v for k, v in row.items() if k not in days and k not in ("url", "image")}
        out.append({"title": text, "day": day, **other})
    return sorted(out, key=lambda r: days.index(r["day"]))


def _days(rows: list[Record]) -> list[str]:
    columns = dict.fromkeys(k for r in rows for k in r)
    return [c for c in columns if _DAY.match(singular(plain(c))) and len(plain(c).split()) <= 3]
