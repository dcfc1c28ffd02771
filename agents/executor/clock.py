"""The time of a step, which stands still while people think."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class StepClock:
    """Counts a step's seconds. Waits may overlap; the clock runs when the last one ends."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._began = time.monotonic()
        self._waited_s = 0.0
        self._waits = 0
        self._since = 0.0

    @property
    def left_s(self) -> float:
        """Seconds that the step may still take."""
        now = self._since if self._waits else time.monotonic()
        return self._limit_s - (now - self._began - self._waited_s)

    @property
    def stands(self) -> bool:
        """Whether somebody is waited for."""
        return self._waits > 0

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Wait for people without the step's time going by."""
        if not self._waits:
            self._since = time.monotonic()
        self._waits += 1
        try:
            yield
        finally:
            self._waits -= 1
            if not self._waits:
                self._waited_s += time.monotonic() - self._since
