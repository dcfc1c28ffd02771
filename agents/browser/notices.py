"""Things that happened in the browser on their own, told to the agent and to people."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

_MAX_MESSAGE = 1_000


@dataclass(frozen=True)
class Notice:
    """One happening. kind: dialog, dialog_flood, popup, too_many_tabs, tab_closed, tab_crashed,
    download_refused, download_failed. message is fit for a model and for a person;
    detail["count"] tells how many like it came in a row."""

    kind: str
    message: str
    detail: dict[str, Any] = field(default_factory=dict)


class Notices:
    """A short list that a hostile page cannot blow up: repeats are counted, the oldest go."""

    def __init__(self, limit: int = 50) -> None:
        self._items: deque[Notice] = deque(maxlen=limit)

    def add(self, kind: str, message: str, **detail: Any) -> None:
        message = message[:_MAX_MESSAGE]
        if self._items and (last := self._items[-1]).kind == kind and last.message == message:
            count = last.detail.get("count", 1) + 1
            self._items[-1] = replace(last, detail={**detail, "count": count})
            return
        self._items.append(Notice(kind, message, detail))

    def peek(self) -> list[Notice]:
        """All since the last drain, oldest first; they stay."""
        return list(self._items)

    def drain(self) -> list[Notice]:
        """All since the last call, oldest first."""
        items = list(self._items)
        self._items.clear()
        return items
