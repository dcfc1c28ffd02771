"""Child processes that are kept running, and end with their parent."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

FIRST_BACKOFF_S = 0.1
LONGEST_BACKOFF_S = 15.0
STEADY_AFTER_S = 20.0  # who lived this long starts over with the first backoff
MAX_LOG_BYTES = 20 * 1024 * 1024


def die_with_parent() -> None:
    """Have the kernel kill this process when the one that started it dies (Linux).

    Elsewhere a killed supervisor leaves its children behind; the next start names the taken port.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """One supervised process, in a process group of its own so that Ctrl-C reaches us first."""

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        environment: Mapping[str, str],
        directory: Path,
        log: Path,
        on_change: Callable[[Child, str], None],
    ) -> None:
        """on_change: told `started`, and `ended` when it ended unasked."""
        self.name = name
        self.command = command
        self.log = log
        self.deaths = 0
        self.status = 0  # exit status of the last death
        self._environment = dict(environment)
        self._directory = directory
        self._on_change = on_change
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Of the running process, None between two."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    async def start(self) -> None:
        """Start it; from now on it is started again whenever it ends."""
        await self._spawn()
        self._task = asyncio.get_running_loop().create_task(self._keep(), name=self.name)

    async def _spawn(self) -> None:
        supervisor = os.getpid()

        def before_exec() -> None:
            die_with_parent()
            if os.getppid() != supervisor:  # it died before the line above
                os._exit(1)

        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                cwd=self._directory,
                start_new_session=True,
                preexec_fn=before_exec,
            )
        self._on_change(self, "started")

    async def _keep(self) -> None:
        backoff_s = FIRST_BACKOFF_S
        while True:
            process, began = self._process, time.monotonic()
            assert process is not None
            self.status = await process.wait()
            _signal_group(process.pid, signal.SIGKILL)  # what it left behind: drivers, sandboxes
            if self._stopping:
                return
            self.deaths += 1
            self._on_change(self, "ended")
            if time.monotonic() - began > STEADY_AFTER_S:
                backoff_s = FIRST_BACKOFF_S
            await asyncio.sleep(backoff_s)
            backoff_s = min(LONGEST_BACKOFF_S, backoff_s * 2)
            if self._stopping:
                return
            await self._spawn()

    async def stop(self, timeout_s: float) -> None:
        """Ask it to end, and end it by force when the time is up."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(timeout_s):
                    await process.wait()
            except TimeoutError:
                _signal_group(process.pid, signal.SIGKILL)
                await process.wait()
            _signal_group(process.pid, signal.SIGKILL)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def last_lines(self, count: int = 6) -> list[str]:
        """The end of its log."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - 8192))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            return []
        return [line for line in text.splitlines() if line.strip()][-count:]

    def rotate_log(self) -> None:
        """Keep the log within twice 20 MB. The child appends, so it can go on meanwhile."""
        with contextlib.suppress(OSError):
            if self.log.stat().st_size > MAX_LOG_BYTES:
                shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
                os.truncate(self.log, 0)


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
