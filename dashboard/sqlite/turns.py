"""Turns: threads of this process take them in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """A lock that is handed to whoever has waited longest.

    `threading.Lock` promises no order, and SQLite's own waiting sleeps for longer the longer it has
    waited: under many writers the newest one wins, and an old one may never do.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_taken = False

    def take(self, timeout_s: float) -> bool:
        """Wait for one's turn; False when it did not come in time."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        try:
            if mine.wait(timeout_s):
                return True
        except BaseException:  # Ctrl-C: nobody would give back a turn that comes to this place
            if not self._leave(mine):
                self.give()
            raise
        return not self._leave(mine)

    def _leave(self, mine: threading.Event) -> bool:
        """Wait no longer; False when one's turn came just now."""
        with self._guard:
            if mine.is_set():
                return False
            self._waiting.remove(mine)
        return True

    def give(self) -> None:
        """End one's turn: the next one's begins."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False

    @property
    def length(self) -> int:
        """How many wait."""
        return len(self._waiting)
