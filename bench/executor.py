"""What the executor adds to a call on the page, against the same call of plain Playwright.

    python -m bench.executor [--calls 100] [--rounds 7] [--items 200 3000]

Both run the same calls on the same tab, in turns, so that a busy machine slows both. Wall time is
the median over rounds of the mean per call; `least` compares the fastest rounds of both sides,
which other work on the machine disturbs least. CPU is that of this process, the sandbox,
Playwright's driver and the browser together. The settling wait after a touch is shown by itself:
it is time given to the page, on purpose, and plain Playwright code has to take it in other ways.
All calls are made on each size of page: what grows with it is a look that reads too much.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from aiohttp import web

from agents.browser.playwright_driver import close_driver
from agents.browser.process import BrowserOptions, launch
from agents.browser.session import BrowserSession
from agents.control import RunControl
from agents.executor import Executor, ExecutorLimits, close_sandbox, warm_up
from agents.executor.stub import STUB
from agents.ports import ActionRecord, Variable

PAGE = """<!doctype html><title>Bench</title>
<h1>Bench</h1><label>Name <input id=name></label><label><input type=checkbox id=c> Agree</label>
<button id=b>Add</button><select id=s><option>a</option><option>b</option></select>
<ul>"""


def page_of(items: int) -> str:
    """A page with so many links under its controls."""
    return PAGE + "".join(f"<li><a href='#{i}'>Item {i}</a></li>" for i in range(items))


# name, plain Playwright, the same as step code
CALLS: list[tuple[str, Callable[[Any], Awaitable[Any]], str]] = [
    ("title", lambda p: p.title(), "page.title()"),
    ("text_content", lambda p: p.locator("h1").text_content(), 'page.locator("h1").text_content()'),
    (
        "count by role",
        lambda p: p.get_by_role("listitem").count(),
        'page.get_by_role("listitem").count()',
    ),
    (
        "all_inner_texts",
        lambda p: p.locator("li").all_inner_texts(),
        'page.locator("li").all_inner_texts()',
    ),
    ("is_visible", lambda p: p.locator("#b").is_visible(), 'page.locator("#b").is_visible()'),
    (
        "click by role",
        lambda p: p.get_by_role("button", name="Add").click(),
        'page.get_by_role("button", name="Add").click()',
    ),
    (
        "check by label",
        lambda p: p.get_by_label("Agree").check(),
        'page.get_by_label("Agree").check()',
    ),
    (
        "fill by label",
        lambda p: p.get_by_label("Name").fill("abc"),
        'page.get_by_label("Name").fill("abc")',
    ),
    (
        "fill a variable",
        lambda p: p.get_by_label("Name").fill("abc"),
        'page.get_by_label("Name").fill(variables["name"])',
    ),
    ("click a selector", lambda p: p.locator("#b").click(), 'page.locator("#b").click()'),
    (
        "select an option",
        lambda p: p.locator("#s").select_option("b"),
        'page.locator("#s").select_option("b")',
    ),
    (
        "press a key",
        lambda p: p.get_by_label("Name").press("End"),
        'page.get_by_label("Name").press("End")',
    ),
]


@dataclass
class Cost:
    """Per call, ms."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def median(self) -> tuple[float, float]:
        return statistics.median(self.wall), statistics.median(self.cpu)


def cpu_ms() -> float:
    """CPU time so far of this process and everything under it."""
    total = 0.0
    me = psutil.Process()
    for process in [me, *me.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total * 1000


async def measure(cost: Cost, calls: int, work: Callable[[], Awaitable[Any]]) -> None:
    cpu, wall = cpu_ms(), time.perf_counter()
    await work()
    cost.wall.append((time.perf_counter() - wall) * 1000 / calls)
    cost.cpu.append((cpu_ms() - cpu) / calls)


class NoFiles:
    """No call of this bench stores anything."""


async def listen(record: ActionRecord) -> None:
    return None


async def compare(session: BrowserSession, calls: int, rounds: int) -> None:
    settled = [0.0]
    idle = session.idle

    async def timed_idle(**options: Any) -> bool:
        begun = time.perf_counter()
        try:
            return await idle(**options)
        finally:
            settled[0] += time.perf_counter() - begun

    session.idle = timed_idle  # type: ignore[method-assign]
    try:
        await _compare(session, calls, rounds, settled)
    finally:
        session.idle = idle  # type: ignore[method-assign]


async def _compare(session: BrowserSession, calls: int, rounds: int, settled: list[float]) -> None:
    executor = Executor(
        session,
        control=RunControl(),
        on_action=listen,
        variables={"name": Variable("abc")},
        artifacts=NoFiles(),  # type: ignore[arg-type]
        limits=ExecutorLimits(calls=calls + 1, cpu_s=60),
    )
    heads = ("plain", "executor", "added", "least", "settle", "added CPU")
    print(f"{'call':<18}" + "".join(f"{head:>10}" for head in heads) + "  ms")
    added, added_cpu = [], []
    for name, plain, code in CALLS:
        direct, guarded, settle = Cost(), Cost(), []

        async def by_hand(plain: Any = plain) -> None:
            for _ in range(calls):
                await plain(session.page)

        async def by_step(code: str = code) -> None:
            result = await executor.run(
                f"for i in range({calls}):\n    await {code}", step=1, timeout_s=300
            )
            assert result.ok, result.error_message

        await plain(session.page)
        for _ in range(rounds):
            await measure(direct, calls, by_hand)
            settled[0] = 0.0
            await measure(guarded, calls, by_step)
            settle.append(settled[0] * 1000 / calls)
        (wall, cpu), (own_wall, own_cpu) = direct.median(), guarded.median()
        rest = statistics.median(settle)
        more = statistics.median(
            b - s - a for a, b, s in zip(direct.wall, guarded.wall, settle, strict=True)
        )
        best = [b - s for b, s in zip(guarded.wall, settle, strict=True)]
        least = min(best) - min(direct.wall)
        added.append(more)
        added_cpu.append(own_cpu - cpu)
        row = (wall, own_wall, more, least, rest, own_cpu - cpu)
        print(f"{name:<18}" + "".join(f"{each:>10.2f}" for each in row))
    means = f"{statistics.mean(added):>10.2f}{'':>20}{statistics.mean(added_cpu):>10.2f}"
    print(f"{'mean':<18}{'':>20}{means}")


async def fixed_costs(session: BrowserSession, rounds: int) -> None:
    """What a step costs before its first call: check-out, type check, start."""
    executor = Executor(
        session,
        control=RunControl(),
        on_action=listen,
        variables={},
        artifacts=NoFiles(),  # type: ignore[arg-type]
    )
    cost = Cost()
    for _ in range(max(20, rounds)):
        await measure(cost, 1, lambda: executor.run("await page.title()", step=1))
    print(f"a step of one call: {statistics.median(cost.wall):.2f} ms")
    cost = Cost()
    for _ in range(max(20, rounds)):
        await measure(cost, 1, lambda: executor.run("page.titel()", step=1))
    print(f"a step refused by the type check: {statistics.median(cost.wall):.2f} ms")
    print(f"the stub that models see: {len(STUB)} characters, about {len(STUB) // 4} tokens")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--items", type=int, nargs="+", default=[200, 3_000])
    options = parser.parse_args()

    async def serve(request: web.Request) -> web.Response:
        text = page_of(int(request.match_info["items"]))
        return web.Response(text=text, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{items}", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with tempfile.TemporaryDirectory() as folder:
        handle = await launch(BrowserOptions(), user_data_dir=Path(folder) / "p", proxy_port=None)
        session = await BrowserSession.open(handle, downloads_dir=Path(folder) / "d")
        try:
            await warm_up()
            for items in options.items:
                address = f"http://127.0.0.1:{runner.addresses[0][1]}/{items}"
                await session.page.goto(address)
                print(f"\na page of {items} items")
                await compare(session, options.calls, options.rounds)
            await fixed_costs(session, options.rounds)
        finally:
            await session.close()
            await close_sandbox()
            await close_driver()
            await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
