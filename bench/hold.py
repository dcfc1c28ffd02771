"""What the network hold costs a page: 200 scripts, styles and pictures, with it and without.

    python bench/hold.py [--runs 10] [--executable PATH]

Prints medians: the time until the page has loaded, CPU of this process and of the browser. The
site runs in a process of its own. Each load is of new addresses, so that no cache answers.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import multiprocessing
import statistics
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
from aiohttp import web

sys.path.insert(0, str(Path(__file__).parents[1]))

from agents.browser.playwright_driver import close_driver
from agents.browser.process import BrowserHandle, BrowserOptions, launch, terminate
from agents.browser.session import BrowserSession
from agents.guard.hold import HeldRequest, NetworkHold

SCRIPTS, STYLES, PICTURES = 50, 30, 120
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


async def _answer(request: web.Request) -> web.Response:
    if request.path.endswith(".js"):
        return web.Response(text="1", content_type="text/javascript")
    if request.path.endswith(".css"):
        return web.Response(text="p { margin: 0 }", content_type="text/css")
    if request.path.endswith(".gif"):
        return web.Response(body=PIXEL, content_type="image/gif")
    n = request.query["n"]
    parts = [f"<script src=/s/{i}-{n}.js></script>" for i in range(SCRIPTS)]
    parts += [f"<link rel=stylesheet href=/c/{i}-{n}.css>" for i in range(STYLES)]
    parts += [f"<img src=/i/{i}-{n}.gif>" for i in range(PICTURES)]
    return web.Response(text=f"<title>bench</title>{''.join(parts)}", content_type="text/html")


def serve(told: Connection) -> None:
    """The site, for ever; its port is told."""

    async def run() -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", _answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        told.send(runner.addresses[0][1])
        await asyncio.get_running_loop().create_future()

    asyncio.run(run())


def browser_cpu_s(handle: BrowserHandle) -> float:
    """CPU seconds of all the browser's processes so far."""
    leader = psutil.Process(handle.pid)
    used = [process.cpu_times() for process in [leader, *leader.children(recursive=True)]]
    return sum(each.user + each.system for each in used)


async def ignore(target: str) -> None:
    """Nobody is told of what could not be judged."""


async def refuse(held: HeldRequest) -> bool:
    return False


async def load(page: Any, handle: BrowserHandle, url: str) -> tuple[float, float, float]:
    """(wall, own CPU, browser's CPU) of loading a page, in ms."""
    wall, own, theirs = time.perf_counter(), time.process_time(), browser_cpu_s(handle)
    await page.goto(url, wait_until="load")
    return (
        (time.perf_counter() - wall) * 1000,
        (time.process_time() - own) * 1000,
        (browser_cpu_s(handle) - theirs) * 1000,
    )


async def main(runs: int, executable: str | None) -> None:
    here, there = multiprocessing.get_context("spawn").Pipe()
    site = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    site.start()
    port = await asyncio.to_thread(here.recv)
    found: dict[str, list[tuple[float, float, float]]] = {"without": [], "held": []}
    with tempfile.TemporaryDirectory() as root:
        options = BrowserOptions(executable=executable)
        handle = await launch(options, user_data_dir=Path(root) / "profile", proxy_port=None)
        session = await BrowserSession.open(handle, downloads_dir=Path(root) / "downloads")
        for number in range(2 * (runs + 1)):
            which = "held" if number % 2 else "without"
            hold = NetworkHold(handle.debug_port, refuse, lost=lambda: None, failed=ignore)
            if which == "held":
                await hold.open()
            took = await load(session.page, handle, f"http://127.0.0.1:{port}/?n={number}")
            await hold.close()
            if number > 1:  # the first load of each kind warms up
                found[which].append(took)
        await session.close()
        await terminate(handle)
    await close_driver()
    site.terminate()
    for which, took in found.items():
        wall, own, theirs = (statistics.median(column) for column in zip(*took, strict=True))
        print(f"{which:<8} loaded {wall:5.0f} ms, own CPU {own:4.0f} ms, browser {theirs:5.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--executable")
    arguments = parser.parse_args()
    asyncio.run(main(arguments.runs, arguments.executable))
