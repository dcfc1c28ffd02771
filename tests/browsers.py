"""The browser that tests share.

A browser costs half a second of processor time to start and end, Playwright's driver a whole one:
each process of a run starts them once, and anew when a test has ended them. The driver belongs to
an event loop, so all tests that use these fixtures run on the session's loop.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from agents.browser import session as sessions
from agents.browser.capture import Screenshot, capture
from agents.browser.playwright_driver import close_driver
from agents.browser.process import BrowserOptions, launch, terminate
from agents.browser.session import BrowserSession

on_shared_loop = pytest.mark.asyncio(loop_scope="session")
EMPTY_S = 3.0
SMALL = 0.25


class SharedBrowser:
    """One browser and one session on it, for one test after another."""

    def __init__(self, folder: Path) -> None:
        self._folder = self._own = folder
        self._started = 0
        self._session: BrowserSession | None = None

    async def session(self) -> BrowserSession:
        """On one empty tab. A new browser when there is none, or no more."""
        if self._session is None or not self._session.alive:
            await self.end()
            self._started += 1
            self._own = self._folder / str(self._started)
            profile, downloads = self._own / "profile", self._own / "downloads"
            handle = await launch(BrowserOptions(), user_data_dir=profile, proxy_port=None)
            self._session = await BrowserSession.open(handle, downloads_dir=downloads)
        return self._session

    async def clean(self) -> None:
        """Leave nothing of a test's: no page, cookie, notice or file."""
        session = self._session
        if session is None or not session.alive:
            return
        if not await emptied(session):
            await session.new_tab()
            while len(session.pages) > 1:
                await session.close_tab(0)
        await session.context.clear_cookies()
        session.leave_dialogs_to(lambda: False)
        session.drain_notices()
        session.drain_downloads()
        for file in (self._own / "downloads").iterdir():
            if file.is_file():
                file.unlink()

    async def end(self) -> None:
        """End the browser, if there is one."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
            await terminate(session.handle)


async def emptied(session: BrowserSession) -> bool:
    """Whether its only tab is empty now, without a past. A new tab costs twice as much."""
    if len(session.pages) != 1:
        return False
    page = session.page
    try:
        async with asyncio.timeout(EMPTY_S):
            await page.evaluate("() => { try { sessionStorage.clear(); } catch {} name = ''; }")
            await page.goto("about:blank")
            tools = await session.context.new_cdp_session(page)
            await tools.send("Page.resetNavigationHistory")
            await tools.detach()
    except (PlaywrightError, TimeoutError):
        return False
    return session.pages == [page]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def driver() -> AsyncIterator[None]:
    """Stops the Playwright driver after the last test."""
    yield
    await close_driver()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_browser(
    driver: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SharedBrowser]:
    """The process's browser. Most tests want `shared_session`."""
    browser = SharedBrowser(tmp_path_factory.mktemp("browser"))
    yield browser
    await browser.end()


@pytest_asyncio.fixture(loop_scope="session")
async def shared_session(shared_browser: SharedBrowser) -> AsyncIterator[BrowserSession]:
    """The process's browser, attached, on one empty tab."""
    yield await shared_browser.session()
    await shared_browser.clean()


async def small_picture(
    cdp: CDPSession, *, width: int, height: int, quality: int, full_page: bool
) -> Screenshot:
    """As `capture`: the compositor's picture of the viewport, but a quarter as wide and high.

    To paint, read back and encode a picture costs eight times what it costs to observe the page,
    and four times what this costs. The page notices neither.
    """
    if full_page:
        return await capture(cdp, width=width, height=height, quality=quality, full_page=True)
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": SMALL}
    asked = {"format": "jpeg", "quality": quality, "clip": clip}
    answer = await cdp.send("Page.captureScreenshot", asked)
    return Screenshot(base64.b64decode(answer["data"]), width, height)


@pytest.fixture
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that let pictures be taken and do not look at them.

    What is on one, and how large it is, others prove: tests/agents/browser, tests/agents/executor.
    """
    monkeypatch.setattr(sessions, "capture", small_picture)
