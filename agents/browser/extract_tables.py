"""Tables as a person reads them: which rows are heads, which head a section, what each cell is.

Input are the grids that `extract_tables.js` reads, with spans filled in. Many tables carry no
header cells: a first row in bold, or one without figures over rows with them, heads the columns.
"""

from __future__ import annotations

import re
from typing import Any

Row = dict[str, Any]
Table = dict[str, Any]
SECTION = "section"  # the column of what heads a part of the rows ("Oban to Tiree")


def shape_table(table: Table) -> Table:
    """Headers and rows of a grid.

    Gives {"caption", "headers": [str], "rows": [{header: text}], "totals": {label: text} of the
    rows that sum up ("Total due"), "sure": whether it holds data}.
    Several header rows are joined ("Sales Q1"); a column without header is called `column N`.
    Rows that head a part of the table go into the column `section` of those below them; links
    stay as `url`.
    """
    width = max((len(r["cells"]) for r in table["rows"]), default=0)
    parts = _parts(table["rows"], width)
    rows = [row for row, _ in parts]
    heads, body_at = _heads(rows, bool(table.get("data")))
    headers = _headers(heads, rows[body_at:], width)
    titles = [[c["t"] for c in row["cells"]] for row in heads]
    sections = len({section for _, section in parts[body_at:] if section}) > 1
    shaped = []
    totals: dict[str, str] = {}
    for row, section in parts[body_at:]:
        texts = [c["t"] for c in row["cells"]]
        if row["head"] or not any(texts) or texts in titles:
            continue
        if (label := _sums_up(row, width)) and (shaped or row["foot"]):
            totals[label] = next(t for t in reversed(texts) if t)
            continue
        if row["foot"]:
            continue
        record = {headers[x]: text for x, text in enumerate(texts)}
        if sections and section:
            record.setdefault(SECTION, section)
        href = next((c["h"] for c in row["cells"] if c["h"]), "")
        if href:
            record.setdefault("url", href)
        shaped.append(record)
    empty = _empty(headers, shaped)
    return {
        "caption": table["caption"] or "",
        "headers": [h for h in headers if h not in empty],
        "rows": [{k: v for k, v in r.items() if k not in empty} for r in shaped],
        "totals": totals,
        "sure": bool(table.get("data") or (heads and len(shaped) > 1) or _is_grid(rows)),
    }


_SUM = re.compile(r"(?:grand |sub[ -]?)?totals?\b.*|sum|balance(?: due)?|amount due", re.I)


def _sums_up(row: Row, width: int) -> str:
    """The label of a row that sums the others up: it spans columns, and a figure ends it."""
    cells = row["cells"]
    last = next((c["t"] for c in reversed(cells) if c["t"]), "")
    if width < 3 or len(cells) < 2 or not re.search(r"\d", last):
        return ""
    label = next((c["t"] for c in cells if c["t"]), "")
    wide = cells[0].get("cs", 1) >= width - 1
    filled = list(dict.fromkeys(c["t"] for c in cells if c["t"]))
    summed = len(filled) == 2 and bool(_SUM.fullmatch(label))
    return label if (wide or summed) and len(label) < 40 else ""


def _parts(rows: list[Row], width: int) -> list[tuple[Row, str]]:
    """The rows but those that head a section, each with the section that it stands in."""
    out, section = [], ""
    for row in rows:
        cells = row["cells"]
        if width > 1 and cells and cells[0].get("cs", 1) >= width:
            section = section if row["foot"] else cells[0]["t"]
        else:
            out.append((row, section))
    return out


def _heads(rows: list[Row], data: bool) -> tuple[list[Row], int]:
    """The rows that name the columns, and where the others begin."""
    body_at = next((i for i, r in enumerate(rows) if not r["head"]), len(rows))
    if body_at or not rows:
        return rows[:body_at], body_at
    if _in_bold(rows) or (not data and looks_like_header(rows)):
        return rows[:1], 1
    return [], 0


def _in_bold(rows: list[Row]) -> bool:
    """Whether the first row, and not every one, is written in bold."""

    def bold(row: Row) -> bool:
        filled = [c for c in row["cells"] if c["t"]]
        return len(filled) > 1 and all(c.get("b") for c in filled)

    return len(rows) > 2 and bold(rows[0]) and not all(map(bold, rows))


def _headers(heads: list[Row], body: list[Row], width: int) -> list[str]:
    headers: list[str] = []
    for x in range(width):
        parts: list[str] = []
        for row in heads:
            cell = row["cells"][x] if x < len(row["cells"]) else None
            if cell and cell["t"] and cell["t"] not in parts:
                parts.append(cell["t"])
        text = " ".join(parts) or ("name" if x == 0 and row_headers(body) else f"column {x + 1}")
        headers.append(text if text not in headers else f"{text} {x + 1}")
    return headers


def _empty(headers: list[str], rows: list[Row]) -> list[str]:
    """Columns that hold only controls (a checkbox, an icon, "More") carry no data."""
    return [
        h
        for h in headers
        if h.startswith("column ")
        and (len({r.get(h) for r in rows}) < 2 < len(rows) or not any(r.get(h) for r in rows))
    ]


def row_headers(rows: list[Row]) -> bool:
    """Whether each row begins with a cell that names it."""
    return bool(rows) and all(r["cells"] and r["cells"][0].get("th") for r in rows)


def looks_like_header(rows: list[Row]) -> bool:
    """Whether the first row is all words and the others hold figures."""
    first = [c["t"] for c in rows[0]["cells"]]
    return (
        len(rows) > 2
        and all(first)
        and not any(re.search(r"\d", t) for t in first)
        and any(re.search(r"\d", c["t"]) for r in rows[1:] for c in r["cells"])
    )


def _is_grid(rows: list[Row]) -> bool:
    """A table without header cells that still holds data: even rows, several filled columns."""
    widths = {len(r["cells"]) for r in rows}
    filled = [sum(bool(c["t"]) for c in r["cells"]) / len(r["cells"]) for r in rows if r["cells"]]
    return len(widths) == 1 and widths.pop() > 1 and sum(filled) / len(filled) > 0.8
