"""The tabs of a browser: which there are, which one is active, how they settle and die."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Page, Request, ViewportSize
from playwright.async_api import Error as PlaywrightError

from agents.browser.notices import Notices
from agents.errors import ActionError, BrowserError

MAX_TABS = 20
_SETUP_S = 5.0
# A request that runs longer is a stream or a poll: nobody should wait for it.
_STREAM_AFTER_S = 5.0
_NEVER_WAITED_FOR = frozenset({"eventsource", "websocket", "media", "ping", "manifest"})
# A page that crashes again this soon after it was reopened is not reopened a third time.
_CRASH_LOOP_S = 30.0


class Tab:
    """One tab and what we know of it."""

    def __init__(self, page: Page, opener: Tab | None) -> None:
        self.page = page
        self.opener = opener
        self.cdp: CDPSession | None = None
        self.target_id: str | None = None
        self.crashed_at: float | None = None
        self.setup: asyncio.Task[None] | None = None
        self._pending: dict[Request, float] = {}
        self._last_activity = time.monotonic()
        page.on("request", self._begun)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)

    def _begun(self, request: Request) -> None:
        if request.resource_type not in _NEVER_WAITED_FOR:
            self._last_activity = time.monotonic()
            self._pending[request] = self._last_activity

    def _ended(self, request: Request) -> None:
        if self._pending.pop(request, None) is not None:
            self._last_activity = time.monotonic()

    def is_parsed(self) -> bool:
        """Whether its document is read to the end, as far as Playwright was told.

        Playwright's own wait says the same, with three messages to its driver each time.
        """
        return "domcontentloaded" in self.page._impl_obj.main_frame._load_states

    def quiet_for(self) -> float:
        """Seconds since the tab last had a request under way; 0 while it has one."""
        now = time.monotonic()
        if self._pending:
            self._pending = {
                request: begun
                for request, begun in self._pending.items()
                if now - begun < _STREAM_AFTER_S
            }
        return 0.0 if self._pending else now - self._last_activity


class Tabs:
    """Follows a context's pages. A new tab becomes active; a closed one gives way to its opener.

    There is always a tab: when the last one closes or crashes, another is opened.
    """

    def __init__(
        self,
        context: BrowserContext,
        notices: Notices,
        *,
        width: int,
        height: int,
        close_target: Callable[[str], Awaitable[None]],
        on_front: Callable[[str], None],
        limit: int = MAX_TABS,
    ) -> None:
        self._context = context
        self._notices = notices
        self._viewport = ViewportSize(width=width, height=height)
        self._close_target = close_target
        self._on_front = on_front
        self._limit = limit
        self._tabs: list[Tab] = []
        self._front: Tab | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._repairs: set[asyncio.Task[Any]] = set()
        self._downloaders: deque[str] = deque(maxlen=MAX_TABS)
        self._ours = 0  # tabs being opened on request, which are no popups
        self._closing = False

    # --- start and stop ---------------------------------------------------------------------
    async def start(self, target_order: list[str]) -> None:
        """Take over the pages that are there. target_order: target ids, the active one first."""
        self._context.on("page", self._on_page)
        pages = list(self._context.pages)
        for page in pages[self._limit :]:
            self._refuse(page)
        for page in pages[: self._limit]:
            self._adopt(page, None)
        setups = [tab.setup for tab in self._tabs if tab.setup is not None]
        await asyncio.gather(*setups)
        ranks = {target: rank for rank, target in enumerate(target_order)}
        if self._tabs:
            self._active = min(
                self._tabs, key=lambda tab: ranks.get(tab.target_id or "", len(ranks))
            )
        else:
            await self.open()

    async def stop(self) -> None:
        """Stop following; the tabs stay as they are."""
        self._closing = True
        self._context.remove_listener("page", self._on_page)
        tasks = [task for task in self._tasks | self._repairs if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- what there is ----------------------------------------------------------------------
    @property
    def pages(self) -> list[Page]:
        return [tab.page for tab in self._tabs]

    @property
    def _active(self) -> Tab | None:
        return self._front

    @_active.setter
    def _active(self, tab: Tab | None) -> None:
        self._front = tab
        if tab is not None and tab.target_id is not None:
            self._on_front(tab.target_id)

    @property
    def active(self) -> Tab:
        """The active tab. Raises: BrowserError in the moment when there is none."""
        if self._active is None:
            raise BrowserError("The browser has no open tab at the moment.", code="no_tab")
        return self._active

    @property
    def active_index(self) -> int:
        return self._tabs.index(self.active)

    def find(self, page: Page) -> Tab | None:
        return next((tab for tab in self._tabs if tab.page == page), None)

    def target_of(self, page: Page) -> str | None:
        """Its target id in the debugging protocol, once it is known."""
        tab = self.find(page)
        return tab.target_id if tab is not None else None

    async def ready(self) -> Tab:
        """The active tab, after crashed and closed ones were replaced."""
        while self._repairs:
            await asyncio.wait(set(self._repairs))
        tab = self.active
        if tab.setup is None or (tab.cdp is None and tab.setup.done()):
            tab.setup = self.spawn(self._set_up(tab))  # it hung when it was new
        if not tab.setup.done():
            await asyncio.wait({tab.setup})
            return self.active
        return tab

    # --- what people and agents ask for -----------------------------------------------------
    async def open(self) -> Tab:
        """A new empty tab, made active. Raises: ActionError when there are too many."""
        if len(self._tabs) >= self._limit:
            raise ActionError(
                f"There are {len(self._tabs)} tabs open already: close one first.",
                code="too_many_tabs",
            )
        self._ours += 1
        try:
            async with asyncio.timeout(_SETUP_S * 2):
                page = await self._context.new_page()
        except TimeoutError:
            raise BrowserError("The browser did not open a new tab.", code="page_timeout") from None
        finally:
            self._ours -= 1
        tab = self.find(page) or self._adopt(page, self._active)
        if tab.setup is not None:
            await asyncio.wait({tab.setup})
        await self.activate(tab)
        return tab

    def at(self, index: int) -> Tab:
        if not isinstance(index, int) or not 0 <= index < len(self._tabs):
            raise ActionError(
                f"There is no tab {index}: open tabs are 0 to {len(self._tabs) - 1}.",
                code="no_such_tab",
            )
        return self._tabs[index]

    async def activate(self, tab: Tab) -> None:
        """Make a tab the active one, in front for whoever watches."""
        self._active = tab
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(_SETUP_S):
                await tab.page.bring_to_front()

    async def close(self, tab: Tab) -> None:
        """Close a tab; a last one is replaced by an empty one first."""
        if len(self._tabs) == 1:
            await self.open()
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(_SETUP_S):
                await tab.page.close()
        self._forget(tab)
        await self.ready()

    async def replace(self, tab: Tab, url: str | None) -> None:
        """Put a fresh tab in the place of one that is beyond help, at `url` or empty."""
        was_active = tab is self._active
        self._drop(tab)
        try:
            fresh = await self.open()
        except (BrowserError, PlaywrightError):
            return  # the browser itself is going; its end is reported elsewhere
        fresh.opener = tab.opener
        fresh.crashed_at = tab.crashed_at
        if not was_active and self._tabs:
            previous = next((t for t in reversed(self._tabs) if t is not fresh), fresh)
            await self.activate(previous)
        if tab.target_id is not None:
            with contextlib.suppress(PlaywrightError, TimeoutError):
                async with asyncio.timeout(_SETUP_S):
                    await self._close_target(tab.target_id)
        if url and url != "about:blank":
            with contextlib.suppress(PlaywrightError):
                await fresh.page.goto(url, wait_until="commit", timeout=10_000)

    async def follow(self, target_order: list[str]) -> None:
        """Take the first of these targets that is a tab of ours as the active one."""
        await self.ready()
        by_target = {tab.target_id: tab for tab in self._tabs if tab.target_id}
        tab = next((by_target[target] for target in target_order if target in by_target), None)
        if tab is not None:
            self._active = tab

    def close_if_empty(self, target_id: str) -> None:
        """Close a tab that was opened only to start a download; headless shell lets it stand.

        target_id: where a download came from. The tab may become known only after it.
        """
        self._downloaders.append(target_id)
        for tab in self._tabs:
            if tab.target_id == target_id:
                self.repair(self._close_if_empty(tab))

    async def _close_if_empty(self, tab: Tab) -> None:
        if tab.opener is not None and tab.page.url in ("", "about:blank"):
            async with asyncio.timeout(_SETUP_S):
                await tab.page.close()

    # --- what happens by itself -------------------------------------------------------------
    def _on_page(self, page: Page) -> None:
        if self._closing or self.find(page) is not None:
            return
        if len(self._tabs) >= self._limit:
            self._refuse(page)
            return
        popup = self._ours == 0
        self._adopt(page, self._active)
        if popup:
            self._notices.add("popup", "A new tab was opened and is the active one now.")

    def _refuse(self, page: Page) -> None:
        self._notices.add(
            "too_many_tabs",
            f"The page opens more than {self._limit} tabs; further ones are closed at once.",
        )
        self.spawn(page.close())

    def _adopt(self, page: Page, opener: Tab | None) -> Tab:
        tab = Tab(page, opener)
        self._tabs.append(tab)
        self._active = tab
        page.on("close", lambda _: self._on_close(tab))
        page.on("crash", lambda _: self._on_crash(tab))
        tab.setup = self.spawn(self._set_up(tab))
        return tab

    async def _set_up(self, tab: Tab) -> None:
        """Same viewport in every tab, and a line to it that works when its scripts hang."""
        try:
            async with asyncio.timeout(_SETUP_S):
                tab.cdp = await self._context.new_cdp_session(tab.page)
                info = await tab.cdp.send("Target.getTargetInfo")
                tab.target_id = info["targetInfo"]["targetId"]
                if tab is self._active:
                    self._on_front(tab.target_id)
                await tab.page.set_viewport_size(self._viewport)
                opener = await tab.page.opener()
                if opener is not None:
                    tab.opener = self.find(opener) or tab.opener
            if tab.target_id in self._downloaders:
                await self._close_if_empty(tab)
        except (PlaywrightError, TimeoutError):
            return  # closed or hanging: each later call finds out for itself, in bounded time

    def _on_close(self, tab: Tab) -> None:
        if self._closing or tab not in self._tabs:
            return
        was_active = tab is self._active
        self._forget(tab)
        if not self._tabs:
            self.repair(self._reopen())
        elif was_active and self._active is not None:
            self._notices.add("tab_closed", "The active tab closed; another one is active now.")
            self.spawn(self.activate(self._active))

    async def _reopen(self) -> None:
        with contextlib.suppress(BrowserError, PlaywrightError):
            await self.open()
            self._notices.add("tab_closed", "The last tab closed; an empty one was opened.")

    def _on_crash(self, tab: Tab) -> None:
        if self._closing or tab not in self._tabs:
            return
        now = time.monotonic()
        url: str | None = tab.page.url
        looping = tab.crashed_at is not None and now - tab.crashed_at < _CRASH_LOOP_S
        tab.crashed_at = now
        if looping:
            message = f"The tab at {url} crashed again; an empty tab took its place."
            url = None
        else:
            message = f"The tab at {url} crashed and was reopened; what was typed there is lost."
        self._notices.add("tab_crashed", message, url=tab.page.url)
        self.repair(self.replace(tab, url))

    def _drop(self, tab: Tab) -> None:
        """Out of the list without a successor."""
        if tab in self._tabs:
            self._tabs.remove(tab)

    def _forget(self, tab: Tab) -> None:
        """Out of the list; its opener, else the last tab, becomes active."""
        self._drop(tab)
        if self._active is tab:
            opener = tab.opener
            while opener is not None and opener not in self._tabs:
                opener = opener.opener
            self._active = opener or (self._tabs[-1] if self._tabs else None)

    # --- background work --------------------------------------------------------------------
    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something whose failure concerns nobody (the tab it was for has gone)."""
        return self._track(work, self._tasks)

    def repair(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something that `ready()` waits for."""
        return self._track(work, self._repairs)

    def _track(
        self, work: Coroutine[Any, Any, Any], into: set[asyncio.Task[Any]]
    ) -> asyncio.Task[Any]:
        async def quietly() -> None:
            with contextlib.suppress(PlaywrightError, BrowserError, ActionError, TimeoutError):
                await work

        task = asyncio.ensure_future(quietly())
        into.add(task)
        task.add_done_callback(into.discard)
        return task
