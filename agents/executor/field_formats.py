"""Values of fields that have a format of their own: dates, times, colours."""

from __future__ import annotations

import re

from agents.executor.page_errors import Problem
from agents.executor.recipes import Recipe

_FORMATS = {
    "date": (r"\d{4,6}-\d\d-\d\d", "2024-12-31"),
    "time": (r"\d\d:\d\d(:\d\d(\.\d+)?)?", "23:59"),
    "datetime-local": (r"\d{4,6}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?", "2024-12-31T23:59"),
    "month": (r"\d{4,6}-\d\d", "2024-12"),
    "week": (r"\d{4,6}-W\d\d", "2024-W52"),
    "color": (r"#[0-9a-fA-F]{6}", "#336699"),
}


def check_format(recipe: Recipe, kind: str, text: str) -> None:
    """A field with a format of its own silently stays empty when it gets another.

    Raises: Problem. Source: HTML, valid date, time, month, week and colour strings.
    """
    form, example = _FORMATS.get(kind, (None, ""))
    if form is not None and text and not re.fullmatch(form, text):
        raise Problem(
            f"{recipe.words()} is a {kind} field: give the value like {example}.",
            code="bad_value",
            raises=ValueError,
        )
