"""The stub that models see, and the check of code against it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any

from pydantic_monty import (
    FunctionSnapshot,
    Monty,
    MontyCrashedError,
    MontyError,
    MontySession,
    MontySyntaxError,
    MontyTypingError,
)

from agents.executor.diagnostics import (
    SYNTAX,
    blocking,
    code_error,
    returns_as_expression,
)
from agents.executor.signatures import api_text, stub_text

STUB: str = stub_text()

# The checker runs what passes; the first line stops it before the code itself does anything.
_STOP = "step_starts_here"
_TIME_LIMIT_S = 3.0
_CHECKS_PER_SESSION = 500


class Checker:
    """Checks code in a sandbox process of its own that keeps the stub parsed.

    A new session has to parse it again, 40 ms of CPU against 3; this one lives for 500 checks.
    Usable from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stack: contextlib.ExitStack | None = None
        self._session: MontySession | None = None
        self._checks = 0

    def check(self, code: str) -> str | None:
        """What is wrong with the code, in words for a model; None when it may be run."""
        if "\x00" in code:
            return f"{SYNTAX}: it contains a NUL character."
        try:
            code.encode()
        except UnicodeEncodeError:
            return f"{SYNTAX}: it contains lone surrogates."
        text = returns_as_expression(code)
        with self._lock:
            for attempt in (1, 2):
                try:
                    self._feed(f"{_STOP}\n{text}")
                except MontyTypingError as error:
                    problems = blocking(error.display(), text, first_line=2)
                    return str(code_error(problems, text)) if problems else None
                except MontySyntaxError as error:
                    return f"{SYNTAX}: {error}"
                except MontyCrashedError as error:
                    self._close()
                    if attempt == 1 and not error.timed_out:
                        continue  # it may have been ended from outside
                    return f"{SYNTAX}: it is too complicated to be checked. Make smaller steps."
                except MontyError:
                    self._close()  # the checker's own trouble is no reason to refuse the code
                break
        return None

    def close(self) -> None:
        """End the checker's process; the next check starts another."""
        with self._lock:
            self._close()

    def _feed(self, text: str) -> None:
        if self._checks >= _CHECKS_PER_SESSION:
            self._close()
        if self._session is None:
            self._open()
        assert self._session is not None
        self._checks += 1
        stopped: Any = self._session.feed_start(text)
        while isinstance(stopped, FunctionSnapshot):  # it asks for the stubs of an import
            stopped = stopped.resume_not_handled()
        # Left like this it would be in the way of the next; without its name it ends in an error,
        # and what ended in an error is not kept.
        with contextlib.suppress(MontyError):
            stopped.resume()

    def _open(self) -> None:
        stack = contextlib.ExitStack()
        pool = stack.enter_context(
            Monty(min_processes=1, max_processes=1, request_timeout=_TIME_LIMIT_S)
        )
        self._session = stack.enter_context(
            pool.checkout(
                script_name="step.py",
                type_check=True,
                type_check_stubs=f"{api_text()}\n{_STOP}: int\n",
                type_check_format="concise",
                limits={"max_suspensions": 10 * _CHECKS_PER_SESSION},
            )
        )
        self._stack, self._checks = stack, 0

    def _close(self) -> None:
        stack, self._stack, self._session = self._stack, None, None
        if stack is not None:
            with contextlib.suppress(MontyError, OSError):
                stack.close()


_checker = Checker()


def check_code(code: str) -> str | None:
    """What is wrong with a step's code, in words for a model; None when it may be run.

    Nothing of the code is run. About 3 ms; 100 ms the first time.
    """
    return _checker.check(code)


async def check_code_aside(code: str) -> str | None:
    """The same on another thread."""
    return await asyncio.to_thread(_checker.check, code)


def close_checker() -> None:
    """End the checker's process."""
    _checker.close()
