"""A browser as a run sees it: the active page, its state, its screenshot, what happened in it.

Attached with `connect_over_cdp` on the browser's default context, for a fresh browser and for one
that another worker left behind alike. Nothing here ends the browser but `close()`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from playwright.async_api import Browser, BrowserContext, CDPSession, ElementHandle, Page
from playwright.async_api import Error as PlaywrightError

from agents.browser import masking, process
from agents.browser import observe as observing
from agents.browser.attach import attach, disconnect, first_line, free
from agents.browser.bounds import Bounds
from agents.browser.capture import Screenshot, capture
from agents.browser.devtools import page_targets
from agents.browser.dialogs import Dialogs
from agents.browser.documents import DocumentGuard, denied_download
from agents.browser.downloads import MAX_DOWNLOAD_BYTES, Downloaded, Downloads
from agents.browser.egress import Denied
from agents.browser.egress_policy import SessionEgress
from agents.browser.front import read_front, write_front
from agents.browser.notices import Notice, Notices
from agents.browser.process import BrowserHandle
from agents.browser.tabs import MAX_TABS, Tabs
from agents.errors import BrowserError, BrowserGone
from agents.guard import probe as guard_probe

__all__ = ["BrowserSession", "Downloaded", "Notice", "PageState", "Screenshot"]

T = TypeVar("T")

_CONNECT_S = 10.0
_CALL_S = 10.0
_OBSERVE_S = 15.0
_TITLE_S = 1.0
_QUIET_S = 0.1


@dataclass(frozen=True)
class PageState:
    """Where the browser is. tab: index of the active tab, from 0."""

    url: str
    title: str
    tab: int
    tab_count: int


class BrowserSession:
    """One browser, attached. Made by `open`; lives on the event loop that made it."""

    def __init__(
        self,
        handle: BrowserHandle,
        browser: Browser,
        driver_lost: asyncio.Event,
        cdp: CDPSession,
        downloads_dir: Path,
        *,
        max_tabs: int,
        max_download_bytes: int,
    ) -> None:
        self.handle = handle
        self._bounds = Bounds()
        self._require, self._bounded = self._bounds.require, self._bounds.bounded
        self._browser = browser
        self._context = browser.contexts[0]
        self._cdp = cdp
        self._notices = Notices()
        self._tabs = Tabs(
            browser.contexts[0],
            self._notices,
            width=handle.width,
            height=handle.height,
            close_target=self._close_target,
            on_front=lambda target: write_front(handle.user_data_dir, target),
            limit=max_tabs,
        )
        self.dialogs = Dialogs(browser.contexts[0], self._tabs, self._notices)
        self._downloads = Downloads(
            cdp,
            downloads_dir.absolute(),
            self._notices,
            on_begin=self._tabs.close_if_empty,
            max_bytes=max_download_bytes,
        )
        self._documents = DocumentGuard(cdp)
        self.egress: SessionEgress | None = None  # the session's rules, once it has some
        browser.on("disconnected", lambda _: self.gone.set())
        self._driver_watch = asyncio.ensure_future(self._watch_driver(driver_lost))

    @classmethod
    async def open(
        cls,
        handle: BrowserHandle,
        *,
        downloads_dir: Path,
        max_tabs: int = MAX_TABS,
        max_download_bytes: int = MAX_DOWNLOAD_BYTES,
        timeout_s: float = _CONNECT_S,
    ) -> BrowserSession:
        """Attach to a running browser; every tab keeps its page, cookies and script state.

        Pages that hang so that nobody can attach are stopped, at the worst closed.

        Raises: BrowserGone when the browser is dead or does not answer; BrowserError when
        downloads_dir cannot be used.
        """
        if not process.is_alive(handle):
            raise BrowserGone("The browser has ended.")
        incoming = str(Downloads.incoming(Path(downloads_dir)))
        browser, driver_lost, closed = await attach(handle, incoming, timeout_s)
        session: BrowserSession | None = None
        try:
            async with asyncio.timeout(_CALL_S * 2):
                cdp = await browser.new_browser_cdp_session()
                session = cls(
                    handle,
                    browser,
                    driver_lost,
                    cdp,
                    Path(downloads_dir),
                    max_tabs=max_tabs,
                    max_download_bytes=max_download_bytes,
                )
                session.dialogs.start()
                await observing.install(session.context)
                await guard_probe.install(
                    session.context,
                    debug_port=handle.debug_port,
                    target_of=session._tabs.target_of,
                )
                await masking.install(session.context)
                await session._downloads.start()
                await session._tabs.start(await session._front_order())
        except BaseException as error:  # cancelled too: nobody else could let go
            await (session.detach() if session is not None else disconnect(browser))
            if isinstance(error, (PlaywrightError, TimeoutError, IndexError)):
                raise BrowserGone(f"The browser does not answer: {first_line(error)}") from error
            raise
        for url in closed:
            session._notices.add(
                "tab_closed", f"The tab at {url} hung and could not be saved; it was closed."
            )
        return session

    # --- the page ---------------------------------------------------------------------------
    @property
    def gone(self) -> asyncio.Event:
        """Set when the browser has ended or was left."""
        return self._bounds.gone

    @property
    def alive(self) -> bool:
        """Attached, and the browser's process runs."""
        return not self.gone.is_set() and process.is_alive(self.handle)

    @property
    def context(self) -> BrowserContext:
        return self._browser.contexts[0]

    @property
    def page(self) -> Page:
        """The active tab's page. Raises: BrowserGone; BrowserError while there is no tab."""
        self._require()
        return self._tabs.active.page

    @property
    def pages(self) -> list[Page]:
        """Pages of all tabs, in the order they were opened."""
        return self._tabs.pages

    @property
    def target_id(self) -> str | None:
        """The active tab's target id in the debugging protocol; None while it is being set up."""
        self._require()
        return self._tabs.active.target_id

    async def ready(self) -> Page:
        """The active page, once crashed, closed or flooded tabs have been replaced."""
        self._require()
        return (await self._bounded(self._tabs.ready(), 30.0, "The tab")).page

    async def state(self) -> PageState:
        """Address and title of the active tab; the title is empty while the page hangs."""
        page = await self.ready()
        title = ""
        with contextlib.suppress(BrowserError):
            title = await self._bounded(page.title(), _TITLE_S, "The page's title")
        self._require()
        return PageState(page.url, title[:500], self._tabs.active_index, len(self._tabs.pages))

    async def idle(self, *, timeout_s: float = 1.5, quiet_s: float = _QUIET_S) -> bool:
        """Let the active page settle after an action: document parsed, network quiet a moment.

        True when it did; False when the time ran out, which is no error.
        Raises: BrowserGone.
        """
        started = time.monotonic()
        with contextlib.suppress(BrowserError, TimeoutError):
            async with asyncio.timeout(timeout_s):
                while True:
                    tab = await self._tabs.ready()
                    if not tab.is_parsed():
                        with contextlib.suppress(PlaywrightError):
                            await tab.page.wait_for_load_state(
                                "domcontentloaded", timeout=timeout_s * 1000
                            )
                    # What an action sets off may begin a moment after it: quiet counts from now.
                    left = quiet_s - min(tab.quiet_for(), time.monotonic() - started)
                    if left <= 0 and tab is self._tabs.active:
                        return True
                    await asyncio.sleep(min(max(left, 0.01), 0.05))
        self._require()
        return False

    async def screenshot(self, *, quality: int = 70, full_page: bool = False) -> Screenshot:
        """JPEG of the active tab's viewport, or of the whole page down to 10,000 px.

        quality: 1-100. Raises: BrowserError when the page does not paint in time; BrowserGone.
        """

        async def shoot() -> Screenshot:
            await self.ready()
            tab = self._tabs.active
            if tab.cdp is None:
                raise BrowserError("The page does not answer.", code="page_timeout")
            await masking.cover(tab.page)
            shot = capture(
                tab.cdp,
                width=self.handle.width,
                height=self.handle.height,
                quality=quality,
                full_page=full_page,
            )
            return await self._bounded(shot, _CALL_S, "The screenshot")

        return await self._freeing(shoot)

    async def observe(
        self, *, max_chars: int = 24_000, cursor: str | None = None
    ) -> observing.Observation:
        """What is on the active page, as text with numbered refs (`agents.browser.observe`)."""

        async def look() -> observing.Observation:
            page = await self.ready()
            seen = observing.observe(page, max_chars=max_chars, cursor=cursor)
            return await self._bounded(seen, _OBSERVE_S, "The page")

        return await self._freeing(look)

    async def resolve_ref(self, ref: str) -> ElementHandle:
        """The element that an observation's ref names. Raises: ActionError when it is stale."""
        found = observing.resolve_ref(await self.ready(), ref)
        return await self._bounded(found, _CALL_S, "The page")

    async def free_page(self) -> bool:
        """Stop the script that keeps the active page from answering; False if there is none."""
        page = await self.ready()
        tab = self._tabs.active
        if tab.cdp is None or not await free(tab.cdp):
            return False
        self._notices.add(
            "page_hung", f"A script kept the page at {page.url} from answering; it was stopped."
        )
        return True

    async def stop_loading(self) -> None:
        """Break off what the active page loads. Raises: BrowserError when it cannot be told."""
        tab = await self._bounded(self._tabs.ready(), _CALL_S, "The tab")
        if tab.cdp is None:
            raise BrowserError("The page does not answer.", code="page_timeout")
        await self._bounded(tab.cdp.send("Page.stopLoading"), _CALL_S, "The page")

    # --- tabs -------------------------------------------------------------------------------
    async def switch_tab(self, index: int) -> PageState:
        """Make tab `index` (from 0) the active one. Raises: ActionError when there is none."""
        self._require()
        await self._tabs.activate(self._tabs.at(index))
        return await self.state()

    async def close_tab(self, index: int) -> PageState:
        """Close tab `index`; its opener becomes active if it was. The last leaves an empty one."""
        self._require()
        await self._bounded(self._tabs.close(self._tabs.at(index)), _CALL_S * 2, "Closing the tab")
        return await self.state()

    async def new_tab(self, url: str | None = None, *, timeout_s: float = 30.0) -> PageState:
        """Open a tab, make it active and go to `url` if given.

        The address is not judged here: the caller's policy and the egress guard do that.
        Raises: ActionError with too many tabs; BrowserError when the page cannot be loaded.
        """
        self._require()
        tab = await self._bounded(self._tabs.open(), _CALL_S * 2, "The new tab")
        if url:
            going = tab.page.goto(url, wait_until="domcontentloaded", timeout=timeout_s * 1000)
            await self._bounded(going, timeout_s + 1, "The page")
        return await self.state()

    async def follow_front_tab(self) -> PageState:
        """Take the tab that is noted as in front as active. For when a person hands back."""
        self._require()
        self.dialogs.answer_left()
        await self._tabs.follow(await self._front_order())
        return await self.state()

    # --- what happened ----------------------------------------------------------------------
    def undrained_notices(self) -> list[Notice]:
        """What `drain_notices` will give, left in place."""
        return self._notices.peek()

    def drain_notices(self) -> list[Notice]:
        """Dialogs, popups, crashes, refused downloads since the last call, oldest first."""
        return self._notices.drain()

    def drain_downloads(self) -> list[Downloaded]:
        """Files completed since the last call, oldest first."""
        return self._downloads.drain()

    async def next_download(self, *, timeout_s: float = 30.0) -> Downloaded:
        """The oldest file not drained yet; waits for it. Raises: BrowserError; BrowserGone."""
        self._require()
        return await self._bounded(self._downloads.next(timeout_s), timeout_s + 1, "The download")

    def leave_dialogs_to(self, person_drives: Callable[[], bool]) -> None:
        """While this says so, dialogs wait for the person who drives."""
        self.dialogs.person_drives = person_drives

    # --- what it may do ---------------------------------------------------------------------
    async def limit(self, egress: SessionEgress, on_denied: Callable[[Denied], None]) -> None:
        """Hold tabs and downloads to the session's rules; connections are held by its proxy.

        Raises: BrowserGone; BrowserError when the browser does not take the rules.
        """
        self._require()
        self.egress = egress
        rules = egress.policy.downloads
        self._downloads.limit(
            rules.mode,
            rules.max_bytes,
            lambda rule, url: on_denied(denied_download(rule, url, egress.explain(rule))),
        )
        following = self._documents.follow(egress, on_denied)
        await self._bounded(following, _CALL_S, "The browser")

    def grant_download(self) -> None:
        """A person lets the next file come, where the policy has them asked."""
        self._downloads.grant()

    # --- leaving ----------------------------------------------------------------------------
    async def detach(self) -> None:
        """Let go; the browser runs on as it is and can be opened again by its handle."""
        if self._bounds.leaving:
            return
        self._bounds.leaving = True
        self._driver_watch.cancel()
        self.dialogs.stop()
        await self._tabs.stop()
        await self._downloads.stop()
        await self._documents.stop()
        await guard_probe.uninstall(self._context)
        if not self.gone.is_set():
            await disconnect(self._browser)
        self.gone.set()

    async def close(self, *, timeout_s: float = 5.0) -> None:
        """End the browser, all its processes. Its profile is flushed to disk first if it can be."""
        if not self.gone.is_set():
            with contextlib.suppress(PlaywrightError, TimeoutError):
                async with asyncio.timeout(min(2.0, timeout_s / 2)):
                    await self._cdp.send("Browser.close")
        await self.detach()
        await process.terminate(self.handle, timeout_s)

    # --- inside -----------------------------------------------------------------------------
    async def _freeing(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call on the page; when it fails since a script hangs, stop that and try again."""
        try:
            return await call()
        except BrowserError as error:
            if isinstance(error, BrowserGone) or not await self.free_page():
                raise
            return await call()

    async def _front_order(self) -> list[str]:
        """Target ids of the tabs: the one noted as in front, then the newest."""
        pages = await page_targets(self.handle.debug_port)
        front = read_front(self.handle.user_data_dir)
        return sorted((page["id"] for page in pages), key=lambda target: target != front)

    async def _watch_driver(self, driver_lost: asyncio.Event) -> None:
        await driver_lost.wait()
        self.gone.set()

    async def _close_target(self, target_id: str) -> None:
        await self._cdp.send("Target.closeTarget", {"targetId": target_id})
