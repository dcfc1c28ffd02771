"""A loop to try: a world, a double of its browser, and one worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from agents.loop import run_loop
from agents.outcome import Outcome
from agents.ports import Act, Finish
from tests.agents.doubles import DoubleBrowser, DoubleExecutor
from tests.agents.fakes import FakeContext, World, make_task

ADD = Act("await page.click('add')", reasoning="Add one.")
DONE = Finish("Done.")


class Setup:
    """A world, its browser and one worker's context."""

    def __init__(self, *, browsers: int = 1, **task: Any) -> None:
        self.world = World(make_task(**task))
        self.browsers = [DoubleBrowser(pid=number + 1) for number in range(browsers)]
        self.used = 0
        self.context = self.worker()
        self.slept: list[float] = []

    @property
    def browser(self) -> DoubleBrowser:
        return self.browsers[self.used]

    def worker(self, **options: Any) -> FakeContext:
        async def current() -> DoubleBrowser:
            return self.browser

        async def following() -> DoubleBrowser:
            self.used += 1
            return self.browser

        self.context = FakeContext(self.world, browser=current, new_browser=following, **options)
        return self.context

    async def run(self, route: Any) -> Outcome:
        context = self.context

        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        return await run_loop(
            context,
            route,
            executor_factory=lambda s, on, files: DoubleExecutor(s, on, context.control),
            sleep=sleep,
        )


async def until(done: Callable[[], bool]) -> None:
    """Let the loop go on until something is so."""
    for _ in range(10_000):
        if done():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came about")
