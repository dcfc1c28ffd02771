"""Django's SQLite backend, whose writers wait in a queue.

SQLite lets one write at a time, and has the others ask again after growing pauses of up to 100 ms,
whoever came first. With many writers that is a lottery: some lose it until their time is up. Here
the threads of a process take turns in order, and only the one whose turn it is asks SQLite, often.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from dashboard.busy import NoTurn, is_busy
from dashboard.sqlite.turns import Turns

# What takes SQLite's write lock. Transactions do so as they begin (`transaction_mode`).
_WRITES = ("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE", "REPLACE")
_PAUSE_S = 0.002
turns = Turns()


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection. It has the turn from the start of a transaction to its end."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._has_turn = False
        self.execute_wrappers.append(self._in_turn)

    def _in_turn(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if self._has_turn or not sql.startswith(_WRITES):
            return execute(sql, params, many, context)
        wait_s = float(self.settings_dict["OPTIONS"].get("timeout", 5.0))
        deadline = time.monotonic() + wait_s
        if not turns.take(wait_s):
            raise NoTurn("database is locked: too many wait to write")
        self._has_turn = True
        is_over = True
        try:
            answer = self._when_free(deadline, lambda: execute(sql, params, many, context))
            is_over = not sql.startswith("BEGIN")
            return answer
        finally:
            if is_over:
                self._end_turn()

    def _when_free(self, deadline: float, write: Callable[[], Any]) -> Any:
        """Write as soon as no other process does. Raises: OperationalError after the deadline."""
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    return write()
                except OperationalError as error:
                    if not is_busy(error) or time.monotonic() > deadline:
                        raise
                time.sleep(random.uniform(_PAUSE_S / 2, _PAUSE_S * 2))
        finally:
            timeout_ms = round(1000 * self.settings_dict["OPTIONS"].get("timeout", 5.0))
            self.connection.execute(f"PRAGMA busy_timeout = {timeout_ms}")

    def _end_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            turns.give()

    def _commit(self) -> None:
        super()._commit()
        self._end_turn()  # a commit that fails is rolled back

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._end_turn()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._end_turn()
