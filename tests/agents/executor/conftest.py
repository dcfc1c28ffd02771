"""A bench for step code: a real browser, a small site, an executor and what it reported."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from agents.browser.session import BrowserSession
from agents.control import RunControl
from agents.executor import Executor, ExecutorLimits
from agents.guard.policy import DefaultGate
from agents.ports import ActionRecord, StepResult, StoredArtifact, Variable
from tests.agents.browser.conftest import (
    Site,
    browser_handle,
    browser_options,
    browser_session,
    driver,
    served,
    site,
)

__all__ = [
    "Bench",
    "browser_handle",
    "browser_options",
    "browser_session",
    "driver",
    "site",
]


@dataclass
class MemoryArtifacts:
    """Artifacts in memory, by id."""

    data: dict[str, bytes] = field(default_factory=dict)
    stored: list[StoredArtifact] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    full: bool = False

    async def put(
        self, data: bytes, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        if self.full:
            raise OSError(28, "No space left on device")
        identity = f"art_{len(self.stored) + 1}"
        digest = hashlib.sha256(data).hexdigest()
        item = StoredArtifact(identity, name, media_type, len(data), digest)
        self.data[identity] = data
        self.stored.append(item)
        self.kinds.append(kind)
        return item

    async def put_file(
        self, path: str, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        data = Path(path).read_bytes()
        return await self.put(data, name=name, media_type=media_type, kind=kind, step=step)

    async def read(self, artifact_id: str) -> bytes:
        return self.data[artifact_id]


@dataclass
class Bench:
    """Runs step code and keeps what was reported."""

    browser: Any
    site: Any
    control: RunControl = field(default_factory=RunControl)
    artifacts: MemoryArtifacts = field(default_factory=MemoryArtifacts)
    reported: list[ActionRecord] = field(default_factory=list)
    gate: Any = field(default_factory=DefaultGate)
    variables: dict[str, Variable] = field(default_factory=dict)
    limits: ExecutorLimits = field(default_factory=ExecutorLimits)
    step: int = 0

    async def on_action(self, record: ActionRecord) -> None:
        self.reported.append(record)

    def executor(self) -> Executor:
        return Executor(
            self.browser,
            control=self.control,
            on_action=self.on_action,
            gate=self.gate,
            variables=self.variables,
            artifacts=self.artifacts,
            limits=self.limits,
        )

    async def run(self, code: str, **options: Any) -> StepResult:
        self.step += 1
        executor = self.executor()
        result = await executor.run(code, step=self.step, **options)
        # What the loop adds when it writes a step down.
        result.notices += [executor.redact(n.message) for n in self.browser.drain_notices()]
        return result

    async def value(self, code: str, **options: Any) -> Any:
        """The value of code that must succeed."""
        result = await self.run(code, **options)
        assert result.ok, result.error_message
        return result.value

    async def show(self, body: str, path: str = "/page") -> str:
        """Put a page up and open it; its address."""
        url = self.site.add(path, f"<!doctype html><title>A page</title>{body}")
        await self.browser.page.goto(url)
        return url

    def tools(self, status: str = "completed") -> list[str]:
        return [record.tool for record in self.reported if record.status == status]


class QuietBrowser:
    """Stands in for a browser where step code never gets as far as a page."""

    class _Page:
        url = "about:blank"

        def is_closed(self) -> bool:
            return False

        def on(self, event: str, listener: Any) -> None:
            """Nothing ever happens on it."""

        def remove_listener(self, event: str, listener: Any) -> None:
            """Nobody is told anything anyway."""

        async def title(self) -> str:
            return "nothing"

        async def wait_for_timeout(self, timeout: float) -> None:
            await asyncio.sleep(timeout / 1000)

    def __init__(self) -> None:
        self.page = self._Page()
        self.pages = [self.page]
        self.alive = True
        self.gone = asyncio.Event()

    async def ready(self) -> Any:
        return self.page

    async def idle(self, *, timeout_s: float = 1.5, quiet_s: float = 0.1) -> bool:
        return True

    def drain_notices(self) -> list[Any]:
        return []

    def drain_downloads(self) -> list[Any]:
        return []


@pytest.fixture
def quiet_bench() -> Bench:
    """Without a browser."""
    return Bench(QuietBrowser(), None)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_site() -> AsyncIterator[Site]:
    """One site for a module's tests."""
    async with served() as site:
        yield site


@pytest.fixture
def bench(shared_session: BrowserSession, shared_site: Site) -> Bench:
    """On one empty tab of the shared browser. Needs its loop: `on_shared_loop`."""
    return Bench(shared_session, shared_site)


@pytest.fixture
def own_bench(browser_session: BrowserSession, site: Site) -> Bench:
    """With a browser of its own, for tests that kill it."""
    return Bench(browser_session, site)
