"""A real browser and a small site on loopback for tests of the engine.

`browser_session` is an attached browser of its own for each test; `site` serves pages that a test
adds, plus a few that misbehave on purpose.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from agents.browser.process import BrowserHandle, BrowserOptions, launch, terminate
from agents.browser.session import BrowserSession
from tests.browsers import driver

__all__ = ["driver"]


class Site:
    """Pages by path, on a free loopback port. `add` puts up a page or a handler."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[str, str] | Callable] = {}
        self.requests: list[web.Request] = []
        self.origin = ""
        self.closing = asyncio.Event()

    def url(self, path: str = "/") -> str:
        return self.origin + path

    def add(self, path: str, body: str | Callable, content_type: str = "text/html") -> str:
        """Serve `body` (text, or an aiohttp handler) under `path`; the page's address."""
        self._pages[path] = body if callable(body) else (body, content_type)
        return self.url(path)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        page = self._pages.get(request.path)
        if page is None:
            return web.Response(status=404, text="nothing here")
        if callable(page):
            return await page(request)
        return web.Response(text=page[0], content_type=page[1])

    async def _hang(self, request: web.Request) -> web.StreamResponse:
        await self.closing.wait()
        return web.Response(text="too late")

    async def start(self) -> web.AppRunner:
        self.add("/hang", self._hang)
        self.add("/blank", "<title>blank</title><p>nothing to see</p>")
        self.add("/favicon.ico", "", "image/x-icon")
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        server = web.TCPSite(runner, "127.0.0.1", 0)
        await server.start()
        port = runner.addresses[0][1]
        self.origin = f"http://127.0.0.1:{port}"
        return runner


@asynccontextmanager
async def served() -> AsyncIterator[Site]:
    """A site of one's own, while it lasts."""
    site = Site()
    runner = await site.start()
    yield site
    site.closing.set()
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[Site]:
    async with served() as site:
        yield site


@pytest.fixture
def browser_options() -> BrowserOptions:
    return BrowserOptions()


@pytest_asyncio.fixture(loop_scope="session")
async def browser_handle(
    tmp_path: Path, browser_options: BrowserOptions
) -> AsyncIterator[BrowserHandle]:
    """A running browser that nobody is attached to."""
    handle = await launch(browser_options, user_data_dir=tmp_path / "profile", proxy_port=None)
    yield handle
    await terminate(handle)


@pytest_asyncio.fixture(loop_scope="session")
async def browser_session(
    driver: None, browser_handle: BrowserHandle, tmp_path: Path
) -> AsyncIterator[BrowserSession]:
    """An attached browser, on an empty page."""
    session = await BrowserSession.open(browser_handle, downloads_dir=tmp_path / "downloads")
    yield session
    await session.close()
