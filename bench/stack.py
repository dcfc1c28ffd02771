"""Starts the whole product for a benchmark, on free ports and a directory of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Stack:
    """A running product."""

    base: str
    practice: str
    project_id: str
    api_key: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    @property
    def sessions(self) -> str:
        return f"{self.base}/v1/projects/{self.project_id}/do_anything/sessions"

    def child(self, word: str) -> psutil.Process:
        """The child process whose command line has this word."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            if word in " ".join(process.cmdline()):
                return process
        raise LookupError(word)

    def get(self, url: str) -> dict[str, Any]:
        return self._send(urllib.request.Request(url))

    def post(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._send(urllib.request.Request(url, data=json.dumps(body).encode()))

    def _send(self, request: urllib.request.Request) -> dict[str, Any]:
        request.add_header("Authorization", f"Bearer {self.api_key}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


def free_ports() -> tuple[int, int]:
    """Two neighbouring ports that are free now."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
        with socket.socket() as second:
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
        return port, port + 1


@contextmanager
def running(**settings: str) -> Iterator[Stack]:
    """The product, started and ended. settings: `WEBAGENT_` names in lower case."""
    port, practice_port = free_ports()
    data = Path(tempfile.mkdtemp(prefix="webagent-bench-"))
    environment = {
        **os.environ,
        "WEBAGENT_DATA_DIR": str(data),
        "WEBAGENT_PORT": str(port),
        "WEBAGENT_ALLOW_SCRIPTED": "1",
        **{f"WEBAGENT_{name.upper()}": value for name, value in settings.items()},
    }
    log = (data / "up.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_ready(base, process, data / "up.log")
        printed = (data / "up.log").read_text()
        project = re.search(r"Project\s+(\S+)", printed)
        key = re.search(r"API key\s+(\S+)", printed)
        assert project and key, printed
        practice = f"http://127.0.0.1:{practice_port}"
        yield Stack(base, practice, project[1], key[1], process, environment)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()
        shutil.rmtree(data, ignore_errors=True)


def raise_session_limit(stack: Stack, sessions: int) -> None:
    """The default project allows fewer sessions at once than a bench runs."""
    code = (
        "from dashboard.models import Project\n"
        f"Project.objects.update(max_concurrent_sessions={sessions})"
    )
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", code],
        cwd=ROOT,
        env=stack.environment,
        check=True,
    )


def _wait_ready(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(log.read_text())
        if "API key" in log.read_text():
            try:
                with urllib.request.urlopen(f"{base}/readyz", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                pass
        time.sleep(0.1)
    raise TimeoutError(log.read_text())
