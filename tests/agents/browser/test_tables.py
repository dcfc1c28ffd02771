"""Tables are read as people see them, with or without header cells."""

from __future__ import annotations

from typing import Any

from agents.browser.extract_tables import shape_table


def test_a_table_in_parts_without_header_cells() -> None:
    def row(*texts: str, bold: int = 0, span: int = 1) -> dict[str, Any]:
        cells = [{"t": t, "h": "", "th": 0, "b": bold, "cs": span} for t in texts]
        return {"cells": cells, "head": False, "foot": False}

    head = row("Day", "Departs", bold=1)
    rows = [row("Out", "Out", bold=1, span=2), head, row("Mon", "08:10"), row("Tue", "09:00")]
    rows += [row("Back", "Back", bold=1, span=2), head, row("Mon", "17:00")]
    shaped = shape_table({"rows": rows, "caption": ""})
    assert shaped["sure"]
    assert shaped["rows"] == [
        {"Day": "Mon", "Departs": "08:10", "section": "Out"},
        {"Day": "Tue", "Departs": "09:00", "section": "Out"},
        {"Day": "Mon", "Departs": "17:00", "section": "Back"},
    ]
