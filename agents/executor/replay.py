"""What a step did before its worker died, so that running it again repeats nothing.

The step's code runs from its beginning; calls that are on record are answered from the record,
in the order in which they were made, and the page is not touched again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from agents.executor.probe import HIDDEN
from agents.ports import ActionRecord

CUT = "__cut__"


def cut_result(value: Any, preview: Any) -> dict[str, Any]:
    """The mark of a result that was too large to be kept whole."""
    return {CUT: len(value) if isinstance(value, str | list | dict) else 0, "preview": preview}


def is_cut(result: Any) -> bool:
    return isinstance(result, dict) and CUT in result


class Replay:
    """The records of one interrupted step, handed out in order."""

    def __init__(self, records: Iterable[ActionRecord] = ()) -> None:
        latest: dict[str, ActionRecord] = {}
        for record in records:
            latest[record.action_id] = replace(record)  # the newest state of a call counts
        self._left = list(latest.values())

    def take(self, tool: str, target: str, arguments: dict[str, Any]) -> ActionRecord | None:
        """The record of this call, if it is the next one; None when the code went another way.

        Once it did, nothing more is answered from the past.
        """
        if not self._left:
            return None
        record = self._left[0]
        if record.tool == tool and _same(record, target, arguments):
            return self._left.pop(0)
        self._left.clear()
        return None


def _same(record: ActionRecord, target: str, arguments: dict[str, Any]) -> bool:
    known = dict(record.arguments)
    aimed = known.pop("at", record.target)
    if aimed != target or known.keys() != arguments.keys():
        return False
    return all(known[key] in (value, HIDDEN) for key, value in arguments.items())
