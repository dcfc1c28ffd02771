"""The supervisor itself: checks, starts, watches, and ends everything within ten seconds."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

from agents.browser.ending import terminate
from agents.browser.orphans import find_orphans
from agents.errors import BrowserError
from dashboard.conf import BASE_DIR
from dashboard.supervisor import broker, checks, ready, schema
from dashboard.supervisor.children import Child
from dashboard.supervisor.plan import Plan, StartError
from dashboard.supervisor.welcome import Terminal, block

READY_WITHIN_S = 90.0
DEATHS_WHILE_STARTING = 3
# Together below ten seconds: children, the browsers they left, then what both were served by.
CHILDREN_STOP_S = 6.0
BROWSERS_STOP_S = 2.0
LAST_STOP_S = 1.0
LOG_ROTATION_EVERY_S = 60.0
_TITLES = {
    "valkey": "Valkey",
    "web": "web server",
    "worker": "worker",
    "practice": "practice site",
}


class Supervisor:
    """One running product. `run()` returns the exit status of the command."""

    def __init__(self, plan: Plan, terminal: Terminal) -> None:
        self.plan = plan
        self.terminal = terminal
        self.children: dict[str, Child] = {}
        self._began = time.time()
        self._environment = dict(plan.environment)
        self._stop = asyncio.Event()
        self._failure: asyncio.Future[str] | None = None
        self._is_ready = False

    async def run(self) -> int:
        """Start, serve until a signal comes, and end. Raises: StartError."""
        loop = asyncio.get_running_loop()
        self._failure = loop.create_future()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._on_signal)
        lock = self._check()
        try:
            starting = loop.create_task(self._start())
            stopping = loop.create_task(self._stop.wait())
            try:
                await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if starting.done():
                    starting.result()
                    await self._serve(stopping)
            finally:
                for task in (starting, stopping):
                    task.cancel()
                await asyncio.gather(starting, stopping, return_exceptions=True)
        finally:
            await self._end()
            lock.close()
        return 0

    def _on_signal(self) -> None:
        if not self._stop.is_set():
            self.terminal.write("")
            self.terminal.say("Stopping...")
        self._stop.set()

    # --- start ------------------------------------------------------------------------------
    def _check(self) -> Any:
        if not self.plan.data_dir.exists():
            self._check_around()  # a first start that is refused leaves nothing behind
        checks.check_data_dir(self.plan)
        lock = checks.take_lock(self.plan)
        try:
            browser = self._check_around()
        except StartError:
            lock.close()
            raise
        self.terminal.say(f"Browser: {browser}")
        _raise_file_limit()
        return lock

    def _check_around(self) -> Path:
        """What no data directory is needed to know; the browser's path. Raises: StartError."""
        checks.check_ports(self.plan)
        if url := self.plan.config.redis_url:
            broker.check_named_server(url)
        else:
            broker.server_binary()
        return checks.check_browser()

    async def _start(self) -> None:
        migrate = schema.needs_migration(self.plan)
        await self._start_valkey()
        if migrate:
            self.terminal.say("Preparing the database...")
            found = await self._prepare(migrate=True)
            schema.write_stamp(self.plan)
            await self._start_servers()
        else:
            await self._start_servers()
            found = await self._prepare(migrate=False)
        await self._wait_ready()
        self._is_ready = True
        self.terminal.say("Ready.")
        self.terminal.write(block(self.plan, found))

    async def _start_valkey(self) -> None:
        url = self.plan.config.redis_url
        if not url:
            path, url = broker.write_config(self.plan)
            await self._start_child("valkey", [broker.server_binary(), str(path)])
            await broker.wait_until_open(url)
        self._environment["WEBAGENT_REDIS_URL"] = url

    async def _start_servers(self) -> None:
        commands = self.plan.commands()
        names = ", ".join(_TITLES[name] for name in commands)
        self.terminal.say(f"Starting: {names}...")
        for name, command in commands.items():
            await self._start_child(name, command)

    async def _start_child(self, name: str, command: list[str]) -> None:
        child = Child(
            name,
            command,
            environment=self._environment,
            directory=BASE_DIR,
            log=self.plan.logs_dir / f"{name}.log",
            on_change=self._on_child,
        )
        child.rotate_log()
        self.children[name] = child
        await child.start()

    def _on_child(self, child: Child, change: str) -> None:
        pids = {name: c.pid for name, c in self.children.items()}
        (self.plan.run_dir / "processes.json").write_text(json.dumps(pids))
        title = _TITLES[child.name]
        if change == "started":
            if child.deaths:
                self.terminal.say(f"The {title} runs again.")
            return
        how = f"by signal {-child.status}" if child.status < 0 else f"with status {child.status}"
        if self._is_ready:
            self.terminal.say(f"The {title} ended {how}; starting it again. See {child.log}.")
        elif child.deaths >= DEATHS_WHILE_STARTING and self._failure and not self._failure.done():
            lines = "\n".join(f"  | {line}" for line in child.last_lines())
            self._failure.set_result(
                f"The {title} does not start (it ended {how}); see {child.log}:\n{lines}"
            )

    async def _prepare(self, *, migrate: bool) -> dict[str, Any]:
        command = [sys.executable, "-m", "dashboard.supervisor.prepare"]
        command += ["--migrate"] if migrate else []
        log = self.plan.logs_dir / "prepare.log"
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                *command, str(self._began), stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=errors,
                env=self._environment, cwd=BASE_DIR,
            )  # fmt: skip
        try:
            output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
            reason = lines[-1] if lines else f"status {process.returncode}"
            raise StartError(f"The database could not be prepared ({reason}); see {log}.")
        found: dict[str, Any] = json.loads(output.splitlines()[-1])
        return found

    async def _wait_ready(self) -> None:
        assert self._failure is not None
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                while not await ready.is_ready(self.plan):
                    if self._failure.done():
                        raise StartError(self._failure.result())
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise StartError(
                f"It was not ready within {READY_WITHIN_S:.0f} seconds; see the logs in "
                f"{self.plan.logs_dir}."
            ) from None

    # --- serve and end ----------------------------------------------------------------------
    async def _serve(self, stopping: asyncio.Task[bool]) -> None:
        while not stopping.done():
            await asyncio.wait({stopping}, timeout=LOG_ROTATION_EVERY_S)
            for child in self.children.values():
                child.rotate_log()

    async def _end(self) -> None:
        """End every child, browsers included.

        Valkey and the practice site come last: what a run waits for there must not fail before
        its worker has put it down.
        """
        last = [c for name, c in self.children.items() if name in ("valkey", "practice")]
        first = [child for child in self.children.values() if child not in last]
        await asyncio.gather(*(child.stop(CHILDREN_STOP_S) for child in first))
        await self._end_browsers()
        await asyncio.gather(*(child.stop(LAST_STOP_S) for child in last))
        (self.plan.run_dir / "processes.json").unlink(missing_ok=True)
        if self._stop.is_set():
            self.terminal.say("Everything has ended.")

    async def _end_browsers(self) -> None:
        """Browsers outlive their workers; when the whole product ends, they do too."""

        async def end(handle: Any) -> None:
            with contextlib.suppress(BrowserError):
                await terminate(handle, timeout_s=BROWSERS_STOP_S)

        left = find_orphans(self.plan.data_dir, set(), min_age_s=0)
        await asyncio.gather(*(end(handle) for handle in left))


def _raise_file_limit() -> None:
    """A thousand event streams need more than the usual 1,024 files."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 65_536
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, 65_536), hard))
