"""What can be wrong before anything was started. Each finding is one sentence that helps."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import IO

from agents.browser.executable import find_browser
from agents.errors import BrowserError
from dashboard.supervisor.plan import Plan, StartError

# The database, the logs and two browsers' profiles of a first start.
NEEDED_BYTES = 100 * 1000 * 1000


def check_data_dir(plan: Plan) -> None:
    """Make the data directory and its parts; they must take files, and have room for them."""
    directory = plan.data_dir
    try:
        for path in (directory, plan.logs_dir, plan.run_dir):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=path) as file:
                file.write(b"writable")
        free = shutil.disk_usage(directory).free
    except OSError as error:
        raise StartError(
            f"The data directory {directory} cannot be written ({error.strerror}): "
            "correct that, or name another one with WEBAGENT_DATA_DIR."
        ) from None
    if free < NEEDED_BYTES:
        raise StartError(
            f"The disk of the data directory {directory} is full ({free // 1_000_000} MB are free, "
            f"{NEEDED_BYTES // 1_000_000} are needed): make room, or name another directory with "
            "WEBAGENT_DATA_DIR."
        )


def take_lock(plan: Plan) -> IO[str]:
    """Hold the data directory for this process, as long as the returned file is open."""
    file = (plan.run_dir / "up.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise StartError(
            f"The data directory {plan.data_dir} is in use by a running instance (process "
            f"{owner}): stop that one, or name another directory with WEBAGENT_DATA_DIR."
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def check_port(host: str, port: int, *, variable: str) -> None:
    """A port must be free to listen on."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            # As the servers do: a port in TIME_WAIT is free, one with a listener is not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = "is taken by another program: stop that one, or choose another port"
        elif error.errno in (errno.EACCES, errno.EPERM):
            why = "needs rights that this user does not have: choose one above 1023"
        else:
            why = f"cannot be listened on ({error.strerror}): choose another address"
            variable = "WEBAGENT_HOST"
        raise StartError(f"Port {port} on {host} {why} with {variable}.") from None


def check_ports(plan: Plan) -> None:
    """The ports of the web server and of the practice site."""
    check_port(plan.config.host, plan.config.port, variable="WEBAGENT_PORT")
    if plan.practice:
        check_port(plan.practice_host, plan.practice_port, variable="WEBAGENT_PRACTICE_PORT")


def check_browser() -> Path:
    """A browser must be there; its path."""
    try:
        return Path(find_browser())
    except BrowserError as error:
        raise StartError(str(error)) from None
