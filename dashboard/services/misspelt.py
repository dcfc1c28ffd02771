"""Keys that a door ignores, told where one was likely meant to be another."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from itertools import islice
from typing import Any

from agents.events import TaskNotice
from agents.plain import clip, plain_text

_LIKENESS = 0.75  # of 1; clients may send keys of their own, and are not told of those
_LOOKED_AT = 100  # keys: to compare each of thousands would be work for nothing
_MOST = 10


def among(given: Any, known: Collection[str]) -> tuple[tuple[str, str], ...]:
    """(key as given, the field that was likely meant) of an object; not of fields given as well."""
    if not isinstance(given, dict):
        return ()
    absent = [name for name in known if name not in given]
    found = []
    unknown = islice((str(key)[:100] for key in given if key not in known), _LOOKED_AT)
    for key in sorted(unknown):
        near = difflib.get_close_matches(key.lower(), absent, n=1, cutoff=_LIKENESS)
        if near:
            found.append((clip(plain_text(key), 60), near[0]))
    return tuple(found[:_MOST])


def notice(key: str, meant: str) -> TaskNotice:
    """What the task's events and timeline say of it."""
    message = f"There is no field {key}; it was ignored. Did you mean {meant}?"
    return TaskNotice(kind="unknown_field", message=message, detail={"key": key, "meant": meant})
