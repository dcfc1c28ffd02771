"""Rows as they were asked for: of the wanted kind, filtered, in order, with their fields."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract import pick, pick_all
from agents.browser.extract_names import Record, match_column
from agents.model.embedded.likeness import likeness
from agents.model.embedded.reading import grids
from agents.model.embedded.reading.checks import narrowed, wanted_noun, with_looks
from agents.model.embedded.reading.measures import column_of, order_rows
from agents.model.embedded.run import Step


def kept_for(rows: list[Record], shaped: Record) -> Record:
    """The full record that a shaped one came from."""
    values = {str(v) for v in shaped.values() if v is not None}
    return max(rows, key=lambda r: len(values & {str(v) for v in r.values()}))


def rows_of(value: Any, step: Step) -> list[Record]:
    """Records out of what a program brought back: a list, or tables with their rows."""
    if not isinstance(value, list):
        return []
    tables = [v for v in value if isinstance(v, dict) and "rows" in v and "headers" in v]
    rows = [r for r in value if isinstance(r, dict) and r not in tables]
    if tables and not rows:
        if near := step.get("near"):
            tables = sorted(tables, key=lambda t: -likeness(near, t.get("caption") or ""))
        rows = tables[0]["rows"]
    elif tables:
        rows = [*rows, *(r for t in tables for r in t["rows"])]
    trimmed = [{k: v.strip() if isinstance(v, str) else v for k, v in r.items()} for r in rows]
    trimmed = [r for r in trimmed if not _introduces(r)]
    shown = [r for r in trimmed if any(v not in (None, "") for v in r.values())]
    return grids.unfolded(shown, step)


def _introduces(row: Record) -> bool:
    """Whether a row is a sentence that leads to a list: "The following are supported:"."""
    said = [v for k, v in row.items() if k not in ("url", "section") and isinstance(v, str)]
    return len(said) == 1 and said[0].endswith(":") and len(said[0].split()) > 3


def shape_rows(rows: list[Record], step: Step) -> list[Record]:
    """Filter, sort, cut and name the rows as asked."""
    rows = narrowed(rows, step)
    order = step.get("order")
    if order:
        rows = order_rows(with_looks(rows, order.get("by") or ""), order)
        rows = rows[order["nth"] - 1 :] if order.get("nth") else rows
    rows = rows[step.get("skip") or 0 :]
    if step.get("tail") and step.get("limit"):
        rows = rows[-step["limit"] :]
    elif step.get("limit"):
        rows = rows[: step["limit"]]
    if order and rows and (by := order.get("by")) in (step.get("fields") or ()):
        rows = [_measured(r, by, column_of(rows, order)) for r in rows]
    if fields := step.get("fields"):
        if rows and step.get("beside"):
            return _with_names(rows, fields, step)
        if rows and step.get("implied"):
            # Fields were added to a list whose own were never named: keep what it shows.
            rows = [
                {**r, **{f: pick(r, [f])[f] for f in fields if match_column(f, list(r)) is None}}
                for r in rows
            ]
        else:
            rows = pick_all(rows, fields)
    return rows


def _measured(row: Record, by: str, column: str | None) -> Record:
    """ "The biggest home": what it was compared by is its size, whatever the page calls it."""
    if column is None or column not in row or pick(row, [by])[by] is not None:
        return row
    return {**row, by: row[column]}


def _with_names(rows: list[Record], fields: list[str], step: Step) -> list[Record]:
    """The wanted fields of each, led by what it is called when none of them says so."""
    shaped = pick_all(rows, fields)
    noun = wanted_noun(step)
    columns = list(dict.fromkeys(k for r in rows for k in r))
    used = {str(v) for r in shaped for v in r.values() if v is not None}
    named = [match_column(noun, columns), "title", "name", *columns]
    for column in named:
        shown = [r.get(column) for r in rows] if column else []
        texts = [v for v in shown if isinstance(v, str) and re.search(r"[A-Za-z]", v)]
        if column in _NO_NAMES or len(texts) * 2 <= len(rows):
            continue
        if any(str(v) in used for v in texts):
            return shaped  # one of the fields is the name
        return [{noun or "name": v, **r} for v, r in zip(shown, shaped, strict=True)]
    return shaped


_NO_NAMES = frozenset(["url", "image", "rank", "datetime"])


def honoured(shaped: list[Record], step: Step) -> bool:
    """Whether rows are left, and each field that was asked for is shown by some of them."""
    return bool(shaped) and not absent(shaped, step) and together(shaped, step)


def together(shaped: list[Record], step: Step) -> bool:
    """Whether some row shows all that was asked for: else they are parts of different things."""
    fields = step.get("fields") or []
    whole = [r for r in shaped if all(r.get(f) not in (None, "") for f in fields)]
    return any(len(fields) < 2 or len({str(r[f]) for f in fields}) > 1 for r in whole)


def absent(shaped: list[Record], step: Step) -> list[str]:
    """The fields that were asked for and that hardly any of the rows show."""
    fields = step.get("fields") or []
    shown = {f: sum(r.get(f) not in (None, "") for r in shaped) for f in fields}
    return [f for f in fields if shown[f] < SHOWN_SHARE * len(shaped) or not shown[f]]


SHOWN_SHARE = 0.34
