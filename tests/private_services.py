"""Pytest plugin, loaded before Django's settings: a data directory and a Valkey for this run.

And one certificate: nothing here speaks TLS, and every HTTP client would read the world's first.
What is imported and collected stays to the end: looking for garbage in it costs a third on top.

Every test process has its own, so that parallel ones hear none of each other's nudges and jobs.
With WEBAGENT_REDIS_URL set (as `make test-services` does), each process takes a database of that
server instead.
"""

from __future__ import annotations

import atexit
import gc
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import certifi
import pytest

gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """From here on garbage is looked for again, among what the tests make."""
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _data_dir() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="webagent-tests-"))
    os.environ["WEBAGENT_DATA_DIR"] = str(directory)
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


def _one_certificate(directory: Path) -> None:
    """All that this process and its children trust; a client that reads 140 takes 40 ms to make."""
    end = "-----END CERTIFICATE-----\n"
    first, _, _ = Path(certifi.where()).read_text().partition(end)
    file = directory / "certificates.pem"
    file.write_text(first + end)
    os.environ["SSL_CERT_FILE"] = str(file)


def _own_database(url: str) -> str:
    """The same server, another database for every parallel process: gw0 has 1, gw1 has 2..."""
    number = re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or "-1"
    return urlsplit(url)._replace(path=f"/{int(number) + 1}").geturl()


def start_valkey(directory: Path) -> str:
    """A server on loopback that keeps nothing and ends with this process; its URL."""
    from dashboard.supervisor.broker import server_binary
    from dashboard.supervisor.children import die_with_parent

    for _ in range(5):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", directory]
        server = subprocess.Popen(
            [server_binary(), "--port", str(port), *options],
            stdout=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )
        atexit.register(_end, server)
        deadline = time.monotonic() + 40
        while server.poll() is None and time.monotonic() < deadline:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    return f"redis://127.0.0.1:{port}/0"
            time.sleep(0.01)
    raise RuntimeError("The tests' Valkey did not start.")


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    server.wait()


def _keep_compiled(directory: Path) -> None:
    """Playwright's drivers, of this process and its children, compile themselves once a run."""
    os.environ.setdefault("NODE_COMPILE_CACHE", str(directory / "node"))


_directory = _data_dir()
_one_certificate(_directory)
_keep_compiled(_directory)
_given = os.environ.get("WEBAGENT_REDIS_URL")
# A parallel process inherits its parent's environment: a private server there is not "given".
if _given and "WEBAGENT_TESTS_PRIVATE_REDIS" not in os.environ:
    os.environ["WEBAGENT_REDIS_URL"] = _own_database(_given)
else:
    os.environ["WEBAGENT_TESTS_PRIVATE_REDIS"] = "1"
    os.environ["WEBAGENT_REDIS_URL"] = start_valkey(_directory)
