"""What one person's sockets may ask of a web process: their number, their pace, their size."""

from __future__ import annotations

import time
from collections import Counter

from django.conf import settings

MESSAGES_A_SECOND = 30
MAX_MESSAGE_BYTES = 64 * 1024
RECHECK_S = 60.0  # a lost nudge may let somebody listen for as long as this

# Close codes. Below 4000 they are the protocol's own, which Daphne does not let us send.
SIGNED_OUT = 4401
NOT_FOUND = 4404
TOO_MANY_SOCKETS = 4408
OTHER_PROJECT = 4409
TOO_LARGE = 4413
TOO_FAST = 4429

_open: Counter[int] = Counter()


class Place:
    """One of the places that a person has for sockets, in this web process."""

    def __init__(self, user_id: int) -> None:
        self._user_id: int | None = user_id
        _open[user_id] += 1

    @classmethod
    def take(cls, user_id: int) -> Place | None:
        """A place for one more socket; None when all are taken."""
        return cls(user_id) if _open[user_id] < settings.CONFIG.sockets_per_user else None

    def free(self) -> None:
        """Give the place back. Again is fine."""
        if self._user_id is None:
            return
        _open[self._user_id] -= 1
        if not _open[self._user_id]:
            del _open[self._user_id]
        self._user_id = None


class Pace:
    """Counts the messages of one socket in windows of a second."""

    def __init__(self, limit: int = MESSAGES_A_SECOND) -> None:
        self._limit = limit
        self._since, self._count = 0.0, 0

    def refusal(self, text: str | None, data: bytes | None) -> int | None:
        """Take in one message: the code to close the socket with, or None when it is fine."""
        now = time.monotonic()
        if now - self._since > 1:
            self._since, self._count = now, 0
        self._count += 1
        if self._count > self._limit:
            return TOO_FAST
        # A character is at least a byte: the exact size is asked only where it matters.
        size = len(data or b"") + len(text or "")
        if size > MAX_MESSAGE_BYTES or len((text or "").encode()) > MAX_MESSAGE_BYTES:
            return TOO_LARGE
        return None
