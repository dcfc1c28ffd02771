"""The order in which the whole product ends."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dashboard.supervisor.up import Supervisor


class Child:
    """A process that takes its time to end, and notes both."""

    def __init__(self, name: str, heard: list[str]) -> None:
        self.name, self._heard = name, heard

    async def stop(self, timeout_s: float) -> None:
        self._heard.append(f"{self.name} is asked")
        for _ in range(5):
            await asyncio.sleep(0)
        self._heard.append(f"{self.name} has ended")


async def test_a_worker_puts_its_runs_down_before_what_serves_them_ends(tmp_path: Path) -> None:
    plan: Any = SimpleNamespace(data_dir=tmp_path, run_dir=tmp_path, environment={})
    terminal: Any = None
    supervisor, heard = Supervisor(plan, terminal), list[str]()
    children: Any = {n: Child(n, heard) for n in ("valkey", "web", "worker", "practice")}
    supervisor.children = children
    await supervisor._end()
    assert len(heard) == 8
    for name in ("valkey", "practice"):
        assert heard.index("worker has ended") < heard.index(f"{name} is asked")
