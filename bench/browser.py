"""What a browser costs: start, attach, pick up again, a spare, a screenshot, settling, the end.

    python bench/browser.py [--runs 20] [--executable PATH]

Prints the median and the 95th percentile in ms, and the memory of one browser on an empty page.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from agents.browser.playwright_driver import close_driver
from agents.browser.process import BrowserHandle, BrowserOptions, find_browser, launch, terminate
from agents.browser.session import BrowserSession
from agents.browser.warm import WarmPool

T = TypeVar("T")
PAGE = "data:text/html,<title>bench</title><h1>bench</h1>" + "<p>words</p>" * 200


class Clock:
    """Collects durations by name."""

    def __init__(self) -> None:
        self.ms: dict[str, list[float]] = defaultdict(list)

    async def time(self, name: str, work: Awaitable[T]) -> T:
        started = time.perf_counter()
        result = await work
        self.ms[name].append((time.perf_counter() - started) * 1000)
        return result

    def show(self) -> None:
        for name, values in self.ms.items():
            p95 = sorted(values)[max(0, round(len(values) * 0.95) - 1)]
            print(f"{name:<28} p50 {statistics.median(values):7.1f} ms   p95 {p95:7.1f} ms")


def memory_mb(handle: BrowserHandle) -> float:
    """Unique memory (USS) of all the browser's processes."""
    leader = psutil.Process(handle.pid)
    family = [leader, *leader.children(recursive=True)]
    return sum(process.memory_full_info().uss for process in family) / 1024 / 1024


async def one_life(clock: Clock, options: BrowserOptions, root: Path) -> float:
    handle = await clock.time(
        "start", launch(options, user_data_dir=root / "profile", proxy_port=None)
    )
    try:
        downloads = root / "downloads"
        session = await clock.time("attach", BrowserSession.open(handle, downloads_dir=downloads))
        await session.page.goto(PAGE)
        await session.detach()
        session = await clock.time(
            "pick up again", BrowserSession.open(handle, downloads_dir=downloads)
        )
        await clock.time("screenshot", session.screenshot())
        await session.idle()
        await clock.time("settle, quiet page", session.idle())
        await clock.time("state", session.state())
        memory = memory_mb(handle)
        await clock.time("close", session.close())
        return memory
    finally:
        await terminate(handle)


async def main(runs: int, executable: str | None) -> None:
    options = BrowserOptions(executable=executable)
    clock, memory = Clock(), []
    print(find_browser(executable))
    with tempfile.TemporaryDirectory() as root:
        await one_life(
            Clock(), options, Path(root) / "first"
        )  # disk cache and driver are warm then
        for run in range(runs):
            memory.append(await one_life(clock, options, Path(root) / str(run)))
        pool = WarmPool(options, root_dir=Path(root) / "pool")
        for _ in range(runs):
            pool.start()
            await pool.filled()
            await terminate(await clock.time("take a spare", pool.take()))
        await pool.aclose()
    await close_driver()
    clock.show()
    print(f"{'memory, one small page':<28} {statistics.median(memory):.0f} MB (USS)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--executable")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.runs, arguments.executable))
