"""Browsers that nobody claims any more, and the notes by which a claim is known.

A worker that dies leaves its browsers running, on purpose. Those whose session is over, or whose
row was never written, are found by their profile's directory and ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from pathlib import Path

import psutil

from agents.browser.ending import START_TIME_SLACK_S, terminate
from agents.browser.flags import PORT_FILE
from agents.browser.handle import BrowserHandle
from agents.errors import BrowserError

OWNER_FILE = "owner"


def find_orphans(
    root_dir: Path | str, keep: set[int], *, min_age_s: float = 60.0
) -> list[BrowserHandle]:
    """Browsers on this host with a profile under `root_dir` that nobody claims.

    keep: pids that sessions still own. Browsers younger than `min_age_s` are left alone, since
    their row may not be committed yet; so are warm spares whose pool's process is alive.
    """
    root = Path(root_dir).absolute()
    orphans = []
    for process in psutil.process_iter():
        if process.pid in keep:
            continue
        with contextlib.suppress(psutil.Error, OSError):
            handle = _handle_of(process, root)
            if handle is None or time.time() - handle.start_time < min_age_s:
                continue
            if _claimed(Path(handle.user_data_dir), min_age_s):
                continue
            orphans.append(handle)
    return orphans


def _handle_of(process: psutil.Process, root: Path) -> BrowserHandle | None:
    """The handle of a browser's main process with its profile under `root`, else None."""
    args = process.cmdline()
    directory = next((a.partition("=")[2] for a in args if a.startswith("--user-data-dir=")), None)
    if directory is None or not Path(directory).is_relative_to(root):
        return None
    if any(arg.startswith("--type=") for arg in args) or os.getsid(process.pid) != process.pid:
        return None
    if process.status() == psutil.STATUS_ZOMBIE:
        return None
    try:
        port = int((Path(directory) / PORT_FILE).read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        port = 0  # it never got that far, or its directory is gone; it can be ended all the same
    return BrowserHandle(
        pid=process.pid,
        start_time=process.create_time(),
        debug_port=port,
        proxy_port=None,
        host=socket.gethostname(),
        user_data_dir=directory,
    )


def claim_directory(directory: Path, *, spare: bool) -> None:
    """Note who holds a profile directory: a pool's spare, or (from now on) a session."""
    text = ""
    if spare:
        text = f"{os.getpid()} {psutil.Process().create_time()}"
    (directory / OWNER_FILE).write_text(text)


def _claimed(directory: Path, min_age_s: float) -> bool:
    """Whether a living pool holds the profile as a spare, or it was handed out just now."""
    file = directory / OWNER_FILE
    try:
        text = file.read_text()
        if not text:
            return time.time() - file.stat().st_mtime < min_age_s
        pid, start_time = text.split()
        owner = psutil.Process(int(pid))
        return abs(owner.create_time() - float(start_time)) <= START_TIME_SLACK_S
    except (OSError, ValueError, psutil.Error):
        return False


async def reap(
    root_dir: Path | str, keep: set[int], *, min_age_s: float = 60.0
) -> list[BrowserHandle]:
    """End the orphans that `find_orphans` tells of; those that were ended."""
    ended = []
    for handle in await asyncio.to_thread(find_orphans, root_dir, keep, min_age_s=min_age_s):
        with contextlib.suppress(BrowserError):
            await terminate(handle)
            ended.append(handle)
    return ended
