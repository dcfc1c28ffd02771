"""Browser processes that outlive the worker that started them.

A browser is started in its own process session, with its own user-data directory and a debugging
port on loopback. Nothing ties it to its starter, so a worker that dies leaves cookies, DOM and
script state as they were; the next worker attaches again by the handle. Whose a process is, is
told by pid *and* start time, since pids come round again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from functools import lru_cache
from pathlib import Path

import psutil

from agents.browser.ending import POLL_S, children, is_alive, terminate
from agents.browser.executable import find_browser, is_headless_shell
from agents.browser.flags import PORT_FILE, browser_environment, command_line
from agents.browser.handle import BrowserHandle
from agents.browser.options import BrowserOptions
from agents.browser.orphans import OWNER_FILE, find_orphans, reap
from agents.errors import BrowserError

__all__ = [
    "BrowserHandle",
    "BrowserOptions",
    "find_browser",
    "find_orphans",
    "is_alive",
    "launch",
    "network_namespaces",
    "reap",
    "terminate",
]

LOG_NAME = "browser.log"
NETNS = (sys.executable, "-I", "-S", str(Path(__file__).with_name("netns.py")))
BROWSER_NICENESS = 5


async def launch(
    options: BrowserOptions,
    *,
    user_data_dir: Path,
    proxy_port: int | None,
    timeout_s: float = 20.0,
) -> BrowserHandle:
    """Start a detached browser and wait until its debugging port answers.

    user_data_dir: created if missing; an existing profile is used as it is.
    proxy_port: everything the browser sends goes through 127.0.0.1:proxy_port; None: direct.

    Raises: BrowserError with one sentence that says what to do.
    """
    executable = find_browser(options.executable, headless=options.headless)
    directory = Path(user_data_dir).absolute()
    argv = command_line(
        executable,
        options,
        user_data_dir=directory,
        proxy_port=proxy_port,
        headless_shell=is_headless_shell(executable),
    )
    if options.own_network and proxy_port is not None:
        argv = [*NETNS, str(proxy_port), "--", *argv]
    child = _spawn(argv, browser_environment(options), directory)
    children[child.pid] = child
    try:
        port = await _wait_for_port(child, directory, timeout_s)
        return BrowserHandle(
            pid=child.pid,
            start_time=psutil.Process(child.pid).create_time(),
            debug_port=port,
            proxy_port=proxy_port,
            host=socket.gethostname(),
            user_data_dir=str(directory),
            width=options.width,
            height=options.height,
        )
    except BaseException as error:  # cancelled too: nobody else could end the child
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        children.pop(child.pid).wait(5)
        if isinstance(error, psutil.Error):
            raise _start_failed(directory, "it ended at once") from error
        raise


@lru_cache(maxsize=1)
def network_namespaces() -> bool:
    """Whether browsers can have a network of their own on this system. Asked once."""
    try:
        done = subprocess.run([*NETNS, "1", "--probe"], capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


class _Detached(subprocess.Popen[bytes]):
    """A child that is meant to outlive us: no warning when we end first."""

    def __del__(self) -> None:
        pass


def _spawn(argv: list[str], env: dict[str, str], directory: Path) -> subprocess.Popen[bytes]:
    """Start the process, leader of a session of its own; its complaints go to a file."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        (directory / PORT_FILE).unlink(missing_ok=True)  # a dead browser's port is not ours
        _free_profile(directory)
        log = (directory / LOG_NAME).open("wb")
    except OSError as error:
        raise BrowserError(
            f"The browser's directory {directory} cannot be used: {error.strerror or error}.",
            code="browser_directory",
        ) from error
    try:
        with log:
            child = _Detached(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=directory,
                env=env,
                start_new_session=True,
            )
        # Before it forks: a busy page must not starve the ledger, the streams and the leases.
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, child.pid, BROWSER_NICENESS)
        return child
    except OSError as error:
        raise BrowserError(
            f"{argv[0]} cannot be started ({error.strerror or error}): point "
            "WEBAGENT_BROWSER_PATH at a Chromium or Chrome executable.",
            code="browser_start_failed",
        ) from error


async def _wait_for_port(child: subprocess.Popen[bytes], directory: Path, timeout_s: float) -> int:
    """The port the browser chose, read from the file it writes once it listens."""
    deadline = time.monotonic() + timeout_s
    file = directory / PORT_FILE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError):
            # Two lines; the second one is the sign that the file is written in full.
            lines = file.read_text().splitlines()
            if len(lines) >= 2:
                return int(lines[0])
        if child.poll() is not None:
            raise _start_failed(directory, f"it ended with status {child.returncode}")
        await asyncio.sleep(POLL_S)
    raise _start_failed(directory, f"it did not open its debugging port within {timeout_s:.0f} s")


def _start_failed(directory: Path, what: str) -> BrowserError:
    try:
        said = (directory / LOG_NAME).read_text(errors="replace")[-20_000:]
    except OSError:
        said = ""
    low = said.lower()
    if "without --no-sandbox" in low:
        hint = "it refuses to run as root with its sandbox: set no_sandbox or use another user"
    elif "no usable sandbox" in low or ("namespace" in low and "sandbox" in low):
        hint = (
            "this system forbids its sandbox: allow unprivileged user namespaces, "
            "or set no_sandbox if you accept less isolation"
        )
    elif "no network namespace" in low:
        hint = "this system gives it no network of its own: set WEBAGENT_BROWSER_NETNS=off"
    elif "error while loading shared libraries" in low:
        hint = "a system library is missing: `playwright install-deps chromium` installs them"
    elif "no space left" in low or "disk full" in low:
        hint = "the disk is full: free some space"
    elif "missing x server" in low or "ozone platform" in low:
        hint = "there is no display: run it headless"
    else:
        hint = f"see {directory / LOG_NAME}"
    return BrowserError(f"The browser did not start ({what}): {hint}.", code="browser_start_failed")


def _free_profile(directory: Path) -> None:
    """Make sure that no browser runs on the profile, and take a dead one's lock off it.

    The headless shell takes no lock, so two of them would write into one profile; Chromium takes
    one, and with a dead browser's lock hands over to nobody and ends.
    """
    if not any(entry.name != OWNER_FILE for entry in directory.iterdir()):
        return
    mark = f"--user-data-dir={directory}"
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            words = process.cmdline()
            is_helper = any(word.startswith("--type=") for word in words)
            if mark in words and not is_helper and process.status() != psutil.STATUS_ZOMBIE:
                raise BrowserError(
                    f"The profile {directory} is in use by the browser with pid {process.pid}.",
                    code="profile_in_use",
                )
    for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
        (directory / name).unlink(missing_ok=True)
