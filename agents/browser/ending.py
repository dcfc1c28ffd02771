"""Whether a browser lives, and how all of it is ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import time
from typing import Literal

import psutil

from agents.browser.handle import BrowserHandle
from agents.errors import BrowserError

# psutil derives the start time from the boot time, which moves a little when the clock is set.
START_TIME_SLACK_S = 2.0
POLL_S = 0.01

# Browsers that this process started: kept so that their exit status is collected (no zombies).
children: dict[int, subprocess.Popen[bytes]] = {}


def is_alive(handle: BrowserHandle) -> bool:
    """Whether this very process still runs on this host (pid and start time agree)."""
    if handle.host != socket.gethostname():
        return False
    return _standing(handle) == "alive"


def collect(pid: int) -> None:
    """Collect the exit status of a browser that this process started, if it has ended."""
    child = children.get(pid)
    if child is not None and child.poll() is not None:
        del children[pid]


async def terminate(handle: BrowserHandle, timeout_s: float = 5.0) -> None:
    """End the browser and every process of it; returns when none is left.

    Asks first (a profile is flushed to disk), kills after half the time. A process that is not
    the handle's any more is left alone. Safe to call twice.

    Raises: BrowserError when something survives even SIGKILL for `timeout_s`.
    """
    if handle.host != socket.gethostname():
        raise BrowserError(
            f"The browser runs on {handle.host}; only a worker there can end it.",
            code="browser_elsewhere",
        )
    deadline = time.monotonic() + timeout_s
    asked_until = time.monotonic() + timeout_s / 2
    # Looked up again each round: a process may have forked between the look and the signal.
    while members := _family(handle):
        if time.monotonic() >= deadline:
            raise BrowserError(
                f"The browser with pid {handle.pid} could not be ended.", code="browser_stuck"
            )
        if time.monotonic() < asked_until and _standing(handle) == "alive":
            _ask(members, handle.pid)
            await _wait_gone(members, asked_until)
        else:
            for process in members:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            await _wait_gone(members, deadline)
    collect(handle.pid)


def kill(handle: BrowserHandle) -> None:
    """End the browser this instant: its pages do nothing more. `terminate` clears up after it."""
    if is_alive(handle):
        with contextlib.suppress(psutil.Error):
            psutil.Process(handle.pid).kill()


def _standing(handle: BrowserHandle) -> Literal["alive", "dead", "stranger"]:
    """What the pid is now: our browser, nobody (or our browser's zombie), or somebody else."""
    collect(handle.pid)
    try:
        process = psutil.Process(handle.pid)
        if abs(process.create_time() - handle.start_time) > START_TIME_SLACK_S:
            return "stranger"
        return "dead" if process.status() == psutil.STATUS_ZOMBIE else "alive"
    except psutil.Error:
        return "dead"


def _family(handle: BrowserHandle) -> list[psutil.Process]:
    """Living processes of the handle's browser: its session's members and its descendants.

    When the leader is dead its helpers may linger; they are told by the session id they keep,
    as no new process can take a pid that is still somebody's session id.
    """
    standing = _standing(handle)
    if standing == "stranger":
        return []
    family: dict[int, psutil.Process] = {}
    if standing == "alive":
        with contextlib.suppress(psutil.Error):
            leader = psutil.Process(handle.pid)
            family = {process.pid: process for process in leader.children(recursive=True)}
            family[handle.pid] = leader
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid not in family and os.getsid(process.pid) == handle.pid:
                family[process.pid] = process
    return [process for process in family.values() if _lives(process)]


def _lives(process: psutil.Process) -> bool:
    collect(process.pid)
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _ask(members: list[psutil.Process], leader: int) -> None:
    """SIGTERM to the browser itself: its helpers follow it, and ended first look like crashes.

    A shell script around the browser does not pass the signal on, so what is no helper gets it.
    """
    for process in members:
        if process.pid == leader or not _is_helper(process):
            with contextlib.suppress(psutil.Error):
                process.terminate()


def _is_helper(process: psutil.Process) -> bool:
    try:
        return any(arg.startswith("--type=") for arg in process.cmdline())
    except psutil.Error:
        return True


async def _wait_gone(members: list[psutil.Process], deadline: float) -> None:
    """Wait until the processes have ended, or the deadline."""
    while any(_lives(process) for process in members):
        if time.monotonic() >= deadline:
            return
        await asyncio.sleep(POLL_S)
