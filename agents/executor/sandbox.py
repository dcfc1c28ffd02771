"""The sandbox: step code runs in pydantic-monty, in a process of its own, reused while healthy.

The code has no files, network, environment or clock of ours; only the host objects passed in.
Each step gets a fresh session of a warm process. A process that crashed, was cut short or ran into
its time limit is ended and replaced; nothing of one session is left for the next.
"""

from __future__ import annotations

import asyncio
import atexit
import time
from dataclasses import dataclass
from typing import Any

from pydantic_monty import (
    AsyncMonty,
    AsyncMontySession,
    MontyCrashedError,
    MontyError,
    MontyRuntimeError,
    MontySyntaxError,
)

from agents.executor.diagnostics import (
    SYNTAX,
    StepError,
    returns_as_expression,
    run_error,
)
from agents.executor.stub import check_code_aside, close_checker

# Waiting for a page holds a process, computing hardly ever does; 18 MB each, started on demand.
MAX_PROCESSES = 64
SESSIONS_PER_PROCESS = 200
# The library's threads touch Python for a moment after a session ends. An interpreter that exits
# right then aborts (about every second one, pydantic-monty 1.4): give them that moment.
_LEAVE_S = 0.25


@dataclass(frozen=True)
class ExecutorLimits:
    """What one step may use. Times in s unless the name says otherwise."""

    cpu_s: float = 5.0
    turn_s: float = 2.0  # computing between two calls
    sleep_s: float = 20.0  # all sleeps of a step together
    memory_bytes: int = 64 * 1024 * 1024
    recursion: int = 200
    calls: int = 300  # calls on the page
    trips: int = 20_000  # any crossing to the host, building a locator included
    code_chars: int = 50_000
    printed_chars: int = 20_000
    value_chars: int = 100_000
    read_chars: int = 200_000  # one reading call's result
    record_chars: int = 4_000  # what of a result is kept in an ActionRecord
    action_timeout_ms: float = 8_000
    navigation_timeout_ms: float = 30_000
    max_timeout_ms: float = 60_000


@dataclass
class Printed:
    """Collects what the code prints; the flood beyond the limit is counted, not kept."""

    limit: int
    text: str = ""
    dropped: int = 0

    def __call__(self, stream: str, text: str) -> None:
        room = self.limit - len(self.text)
        self.text += text[:room] if room > 0 else ""
        self.dropped += max(0, len(text) - max(room, 0))


class _Pool:
    """The process's sandbox workers. Works from any event loop; its children end with us."""

    def __init__(self) -> None:
        self._monty: AsyncMonty | None = None
        self._leaves_softly = False

    async def get(self) -> AsyncMonty:
        if self._monty is None:
            fresh = AsyncMonty(
                min_processes=1,
                max_processes=MAX_PROCESSES,
                checkout_timeout=30,
                max_checkouts_per_worker=SESSIONS_PER_PROCESS,
            )
            await fresh.__aenter__()
            if not self._leaves_softly:
                self._leaves_softly = True
                atexit.register(time.sleep, _LEAVE_S)
            if self._monty is None:
                self._monty = fresh
            else:  # another task was faster
                await fresh.__aexit__(None, None, None)
        return self._monty

    async def close(self) -> None:
        monty, self._monty = self._monty, None
        if monty is not None:
            await monty.__aexit__(None, None, None)


_pool = _Pool()


async def warm_up() -> None:
    """Start the first sandbox process and its type checker, so that no step waits for them."""
    await feed("1", inputs={}, external={}, limits=ExecutorLimits(), printed=Printed(100))


async def close_sandbox() -> None:
    """End the sandbox processes of this process. The next step starts new ones."""
    await _pool.close()
    await asyncio.to_thread(close_checker)


async def feed(
    code: str,
    *,
    inputs: dict[str, Any],
    external: dict[str, Any],
    limits: ExecutorLimits,
    printed: Printed,
) -> Any:
    """Check and run code; the value of its last expression, as the sandbox gives it.

    inputs: objects by name; external: host functions by name.
    Raises: StepError. When cancelled, the process that ran the code is ended.
    """
    code = _checked_text(code, limits)
    if wrong := await check_code_aside(code):
        raise StepError(wrong, code="invalid_code")
    session = (await _pool.get()).checkout(
        script_name="step.py",
        limits={
            "max_feed_duration_secs": limits.cpu_s,
            "max_turn_duration_secs": limits.turn_s,
            "max_total_sleep_secs": limits.sleep_s,
            "max_memory": limits.memory_bytes,
            "max_recursion_depth": limits.recursion,
            "max_suspensions": limits.trips,
        },
    )
    try:
        async with session:
            return await _run(session, code, inputs, external, printed)
    except MontyCrashedError as error:
        raise StepError(
            "The sandbox ended while it ran this code (it may have used too much memory or "
            "computed for too long). Use a simpler program.",
            code="sandbox_crashed",
        ) from error
    except TimeoutError as error:
        raise StepError(
            "No sandbox was free to run the code; try again.", code="sandbox_busy"
        ) from error


async def _run(
    session: AsyncMontySession,
    code: str,
    inputs: dict[str, Any],
    external: dict[str, Any],
    printed: Printed,
) -> Any:
    running = asyncio.ensure_future(
        session.feed_run(code, inputs=inputs, external_lookup=external, print_callback=printed)
    )
    try:
        return await running
    except MontySyntaxError as error:
        raise StepError(f"{SYNTAX}: {error}", code="invalid_code") from None
    except MontyRuntimeError as error:
        raise run_error(error) from None
    except MontyCrashedError:
        raise
    except MontyError as error:
        raise StepError(str(error)[:500], code="sandbox_error") from error


def _checked_text(code: str, limits: ExecutorLimits) -> str:
    if not isinstance(code, str):
        raise StepError("The code must be text.", code="invalid_code")
    if len(code) > limits.code_chars:
        raise StepError(
            f"The code has {len(code)} characters; at most {limits.code_chars} are allowed. "
            "Make smaller steps.",
            code="invalid_code",
        )
    if "\x00" in code:
        raise StepError("The code contains a NUL character.", code="invalid_code")
    try:
        code.encode()
    except UnicodeEncodeError:
        raise StepError("The code contains lone surrogates.", code="invalid_code") from None
    return returns_as_expression(code)
