"""The product as its users start it: `manage.py up` as a process, on free ports."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import psutil

from agents.browser.flags import PORT_FILE

ROOT = Path(__file__).resolve().parents[2]
CHILDREN = ("valkey", "web", "worker", "practice")


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def wait_for(happened: Callable[[], object], timeout_s: float, what: str) -> None:
    """Look every 20 ms until it is so. Fails with `what` in words when the time is up.

    A look that costs more is repeated less often, or it would take the processor from what it
    waits for: going through a machine's processes costs 20 ms.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        began = time.monotonic()
        if happened():
            return
        assert began < deadline, f"not within {timeout_s:.0f} s: {what}"
        time.sleep(min(0.2, max(0.02, 3 * (time.monotonic() - began))))


def is_running(pid: int) -> bool:
    """Whether the process lives; one that only waits to be collected does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def processes_of(directory: Path) -> list[psutil.Process]:
    """Living processes that have this data directory in their command line or environment."""
    found = []
    for process in psutil.process_iter():
        try:
            words = " ".join(process.cmdline()) + process.environ().get("WEBAGENT_DATA_DIR", "")
            if str(directory) in words and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return [process for process in found if process.pid != os.getpid()]


@dataclass(frozen=True)
class Browser:
    """One running browser, as anybody on this machine can find it."""

    pid: int
    debug_port: int

    @classmethod
    def of(cls, process: psutil.Process) -> Browser:
        """From its main process. Raises: OSError when it has no port yet."""
        words = process.cmdline()
        directory = next(w.partition("=")[2] for w in words if w.startswith("--user-data-dir="))
        return cls(process.pid, int((Path(directory) / PORT_FILE).read_text().split()[0]))

    def tabs(self) -> list[dict[str, str]]:
        """Its pages: url, title, webSocketDebuggerUrl..."""
        listed = httpx.get(f"http://127.0.0.1:{self.debug_port}/json/list", timeout=5).json()
        return [target for target in listed if target["type"] == "page"]

    def command(self, url: str, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a debugging command to the tab at this address; its answer.

        An empty answer when the tab died of it.
        """
        socket_url = next(tab["webSocketDebuggerUrl"] for tab in self.tabs() if tab["url"] == url)

        async def send() -> dict[str, Any]:
            async with aiohttp.ClientSession() as client, client.ws_connect(socket_url) as line:
                await line.send_json({"id": 1, "method": method, "params": parameters})
                while True:
                    message = await line.receive(timeout=10)
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        return {}
                    answer: dict[str, Any] = json.loads(message.data)
                    if answer.get("method") == "Inspector.targetCrashed":
                        return {}
                    if answer.get("id") == 1:
                        assert "error" not in answer, answer
                        return answer

        return asyncio.run(send())


@dataclass
class Stack:
    """One instance. It may be stopped and started again on the same data."""

    data_dir: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    practice_port: int = 0
    process: subprocess.Popen[str] | None = None
    _first_key: str = ""

    def __post_init__(self) -> None:
        if not self.port:
            self.port, self.practice_port = free_ports(2)

    # --- where things are -------------------------------------------------------------------
    @property
    def url(self) -> str:
        """Origin of the console and the API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def practice_url(self) -> str:
        """Origin of the practice site."""
        return f"http://127.0.0.1:{self.practice_port}"

    @property
    def output(self) -> str:
        """What `up` has printed so far, its complaints included."""
        return (self.data_dir.parent / f"{self.data_dir.name}.out").read_text()

    def printed(self, name: str) -> str:
        """A value of the printed block: `Project`, `API key`, `Sign in (once)`..."""
        found = re.search(rf"^  {re.escape(name)}  +(\S+)", self.output, re.MULTILINE)
        assert found, f"{name} is not in: {self.output}"
        return found[1]

    @property
    def project_id(self) -> str:
        return self.printed("Project")

    @property
    def api_key(self) -> str:
        """The key that the first start printed."""
        if not self._first_key:
            self._first_key = self.printed("API key")
        return self._first_key

    @property
    def api_root(self) -> str:
        """Base of the project's resources."""
        return f"{self.url}/v1/projects/{self.project_id}"

    def client(self) -> httpx.Client:
        """An HTTP client that sends the API key."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        return httpx.Client(headers=headers, timeout=30)

    # --- processes --------------------------------------------------------------------------
    def child_environment(self) -> dict[str, str]:
        """Environment of `up` and of other commands on the same data."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("WEBAGENT_")}
        browser = os.environ.get("WEBAGENT_BROWSER_PATH")
        return (
            inherited
            | ({"WEBAGENT_BROWSER_PATH": browser} if browser else {})
            | {
                "WEBAGENT_DATA_DIR": str(self.data_dir),
                "WEBAGENT_PORT": str(self.port),
                "WEBAGENT_PRACTICE_PORT": str(self.practice_port),
                "WEBAGENT_ALLOW_SCRIPTED": "1",
            }
            | self.environment
        )

    def launch(self, *options: str) -> None:
        """Start `manage.py up` and return at once."""
        with (self.data_dir.parent / f"{self.data_dir.name}.out").open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", *options],
                cwd=ROOT, env=self.child_environment(), text=True,
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def start(self, *options: str, timeout_s: float = 90) -> float:
        """Start, and wait until a task submitted now would run; the seconds it took."""
        began = time.monotonic()
        self.launch(*options)
        # Cheap to look for, unlike /readyz, and printed right after that answered 200.
        wait_for(self._has_welcomed_or_is_over, timeout_s, "the block is printed")
        took = time.monotonic() - began
        assert self.is_ready()
        return took

    def _has_welcomed_or_is_over(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"it ended while starting: {self.output}"
        return "Ctrl-C ends everything" in self.output

    def is_ready(self) -> bool:
        """Whether /readyz answers 200."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self, timeout_s: float = 40) -> float:
        """SIGTERM, as a service manager would; the seconds it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout_s)
        return time.monotonic() - began

    def close(self) -> None:
        """End whatever is left of it."""
        if self.process is not None and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for process in processes_of(self.data_dir):
            process.kill()

    def pids(self) -> dict[str, int | None]:
        """Name -> pid of every child; None while one is between two lives."""
        try:
            found: dict[str, int | None] = json.loads(
                (self.data_dir / "run" / "processes.json").read_text()
            )
        except (OSError, ValueError):  # being written, or nothing runs
            return {}
        return found

    def pid(self, name: str) -> int:
        """Pid of a running child: valkey, web, worker or practice."""
        wait_for(lambda: self.pids().get(name), 30, f"{name} runs")
        return self.pids()[name] or 0

    def kill(self, name: str) -> int:
        """`kill -9` of a child; the pid it had."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def browsers(self) -> list[psutil.Process]:
        """Main processes of the browsers of this instance."""
        mark = f"--user-data-dir={self.data_dir}"
        found = []
        for process in processes_of(self.data_dir):
            try:
                words = process.cmdline()
            except psutil.Error:
                continue
            is_main = not any(word.startswith("--type=") for word in words)
            if is_main and any(word.startswith(mark) for word in words):
                found.append(process)
        return found

    def browser_showing(self, url: str) -> Browser:
        """The browser of this instance that has a tab at this address; waits for it."""
        found: list[Browser] = []

        def look() -> bool:
            for process in self.browsers():
                with contextlib.suppress(psutil.Error, OSError, ValueError, httpx.HTTPError):
                    browser = Browser.of(process)
                    if any(tab["url"] == url for tab in browser.tabs()):
                        found.append(browser)
            return bool(found)

        wait_for(look, 40, f"a browser shows {url}")
        return found[0]

    @contextlib.contextmanager
    def locked_database(self) -> Iterator[None]:
        """Nobody else can write while the block runs."""
        url = self.environment.get("WEBAGENT_DATABASE_URL")
        if url:
            import psycopg

            with psycopg.connect(url) as connection:
                connection.execute("LOCK TABLE dashboard_agentsession IN EXCLUSIVE MODE")
                yield
                connection.rollback()
            return
        found = sqlite3.connect(self.data_dir / "webagent.sqlite3", isolation_level=None)
        try:
            found.execute("PRAGMA busy_timeout = 10000")
            found.execute("BEGIN IMMEDIATE")
            yield
            found.execute("ROLLBACK")
        finally:
            found.close()

    def sql(self, statement: str) -> None:
        """Change a row behind the product's back, as time or an accident would."""
        url = self.environment.get("WEBAGENT_DATABASE_URL")
        if url:
            import psycopg

            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(statement)
            return
        found = sqlite3.connect(self.data_dir / "webagent.sqlite3", isolation_level=None)
        try:
            found.execute("PRAGMA busy_timeout = 20000")
            found.execute(statement)
        finally:
            found.close()

    @contextlib.contextmanager
    def broken_storage(self) -> Iterator[None]:
        """No file can be stored while the block runs; for root neither, unlike with modes."""
        folder = self.data_dir / "files" / "artifacts"
        aside = folder.with_name("artifacts.aside")
        folder.mkdir(parents=True, exist_ok=True)
        folder.rename(aside)
        folder.write_text("in the way")
        try:
            yield
        finally:
            folder.unlink()
            aside.rename(folder)

    # --- doors ------------------------------------------------------------------------------
    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another management command on the same data."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.child_environment(), text=True, capture_output=True, timeout=60,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def sign_in_link(self) -> str:
        """A fresh address that signs the administrator in once."""
        done = self.manage("sign_in_link")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def console(self) -> httpx.Client:
        """An HTTP client that is signed in to the console."""
        client = httpx.Client(base_url=self.url, follow_redirects=True, timeout=30)
        answer = use_link(client, self.sign_in_link())
        assert answer.status_code == 200, answer.text[:500]
        return client


def use_link(client: httpx.Client, link: str) -> httpx.Response:
    """Open a sign-in link and press its button: a look alone does not use it up."""
    page = client.get(link)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    if token is None:
        return page
    return client.post(link, data={"csrfmiddlewaretoken": token[1]}, headers={"Referer": link})


def assert_all_gone(pids: Iterable[int], timeout_s: float) -> None:
    """None of these processes runs when the time is up."""
    pids = list(pids)
    wait_for(lambda: not any(is_running(pid) for pid in pids), timeout_s, "every process ended")
