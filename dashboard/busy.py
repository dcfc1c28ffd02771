"""When the database has no time for a change: which errors say so, and what people are told."""

from __future__ import annotations

import sqlite3

from django.db import OperationalError

from dashboard.errors import QuotaExceeded

_SQLITE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
# Lock not available, deadlock detected, too many connections. Source: PostgreSQL, appendix A.
_POSTGRES = ("55P03", "40P01", "53300")


class Busy(QuotaExceeded):
    """Too much is asked for at once. The transaction that was refused has changed nothing."""

    def __init__(self) -> None:
        super().__init__(
            "Too many requests are being served at this moment, and this one was not carried out. "
            "Try again in a few seconds.",
            retry_after_s=3,
        )


class NoTurn(OperationalError):
    """A writer's turn did not come in time."""


def is_busy(error: BaseException | None) -> bool:
    """Whether trying again later may help, since others were writing."""
    while error is not None:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if isinstance(error, NoTurn) or type(error).__name__ == "PoolTimeout" or code in _SQLITE:
            return True
        if getattr(error, "sqlstate", None) in _POSTGRES:
            return True
        error = error.__cause__
    return False
