"""The page that a call opens: known while it is on its way, waited for, and loaded again.

A press is over in a moment, the page that it opens may take long. If the worker or the browser dies
meanwhile, that page is all that is left of the press. Where it was asked for by GET, as of a link,
its address is simply opened again, and nothing is pressed twice.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, Page, Request
from playwright.async_api import TimeoutError as PlaywrightTimeout

from agents.errors import ActionError, BrowserError
from agents.executor.calls import Call
from agents.executor.kinds import kind_of
from agents.executor.opening import insist, told_of_tunnel
from agents.executor.page_errors import check_is_the_sites
from agents.guard.risk_facts import ElementFacts
from agents.plain import clip
from agents.ports import JSON, ActionRecord

WAITS_MS = 40_000  # for a page that a press opens
_TOLD_AFTER_S = 0.25  # most pages come sooner: these cost no write
_GRACE_S = 2.0  # beyond Playwright's own time limit: then the page is not answering at all
_PRESSED = "waiting for scheduled navigations"  # in Playwright's log: the press itself was made
_ADDRESS_CHARS = 8_000
_ASKING = frozenset({"GET", "HEAD", "OPTIONS"})


_DEEDS = {"click": "a click on", "dblclick": "a double click on", "tap": "a tap on",
          "press": "a key pressed in"}  # fmt: skip


def _opener(past: ActionRecord) -> str:
    """`a click on link "Next"`: what a person would call the call."""
    method = past.tool.rpartition(".")[2]
    return f"{_DEEDS.get(method, 'an action on')} {past.target}"


def loading_again(
    browser: Any, call: Call, past: ActionRecord, notice: Callable[[str], None]
) -> Call:
    """In the place of a call: open the page that it was opening when all stopped."""
    url = str(past.loading)
    notice(
        f"The page that {_opener(past)} opens was still loading when the worker or the browser "
        "stopped. It was loaded again; nothing was done twice."
    )

    async def run(timeout: float) -> JSON:
        page = await browser.ready()
        try:
            answer = await insist(page, url, "domcontentloaded", timeout)
        except PlaywrightError as error:
            if "Download is starting" not in str(error):
                await told_of_tunnel(browser, url, error)
                raise
            return None
        if answer is not None:
            check_is_the_sites(answer.headers, url)
        return None

    return Call(
        tool="page.goto",
        kind=kind_of("page", "goto"),
        target=clip(url, 300),
        arguments={"url": url},
        run=run,
        wrap=call.wrap,
        timeout_ms=WAITS_MS,
        url=url,
    )


class LatePage(ActionError):
    """A press was made, and the page that it opens did not come in time."""


class Underway:
    """What the tab is on its way to since a call began."""

    def __init__(self, page: Page, *, by_link: bool) -> None:
        self._page = page
        self._by_link = by_link
        self._request: Request | None = None
        self._address: str | None = None
        self._sends = False
        self._changed = asyncio.Event()
        self._over = asyncio.Event()
        self._over.set()

    @property
    def going(self) -> bool:
        """Whether the tab left for another page that has not come yet."""
        return not self._over.is_set()

    @property
    def address(self) -> str | None:
        """What opens that page again and does nothing else.

        A link does no more than its address does; of anything else that also sent something,
        nobody knows whether that arrived.
        """
        return self._address if self._by_link or not self._sends else None

    async def arrive(self, seconds: float, target: str) -> None:
        """Wait for the page. Raises: LatePage when it does not come."""
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            raise LatePage(
                f"{target} was pressed, but the page that this opens did not come in time.",
                code="navigation_timeout",
            ) from None

    def follow(self) -> None:
        """Listen to the tab."""
        self._page.on("request", self._begun)
        self._page.on("requestfailed", self._failed)
        self._page.on("framenavigated", self._navigated)

    def leave(self) -> None:
        """Listen no more."""
        self._page.remove_listener("request", self._begun)
        self._page.remove_listener("requestfailed", self._failed)
        self._page.remove_listener("framenavigated", self._navigated)

    async def tell(self, told: Callable[[str | None], Awaitable[None]]) -> None:
        """Say each address once it takes long; until cancelled."""
        while True:
            await self._changed.wait()
            await asyncio.sleep(_TOLD_AFTER_S)
            self._changed.clear()
            await told(self.address)

    # --- what the tab tells -----------------------------------------------------------------
    def _begun(self, request: Request) -> None:
        if not self._is_the_pages(request):
            if request.method not in _ASKING and request.resource_type != "ping":
                self._sends = True
                self._changed.set()
            return
        self._request = request
        asked = all(each.method == "GET" for each in _chain(request))
        fits = request.url.startswith(("http://", "https://")) and len(request.url) < _ADDRESS_CHARS
        self._address = request.url if asked and fits else None
        self._over.clear()
        self._changed.set()

    def _is_the_pages(self, request: Request) -> bool:
        with contextlib.suppress(PlaywrightError):  # of workers, and of frames that are not there
            return request.is_navigation_request() and request.frame == self._page.main_frame
        return False

    def _failed(self, request: Request) -> None:
        if request is self._request:  # broken off, or a file
            self._over.set()

    def _navigated(self, frame: Frame) -> None:
        if frame is self._page.main_frame:
            self._over.set()


def _chain(request: Request) -> list[Request]:
    """A request and those that were redirected to it."""
    found: list[Request] = []
    each: Request | None = request
    while each is not None:
        found.append(each)
        each = each.redirected_from
    return found


@contextlib.asynccontextmanager
async def watched(
    browser: Any,
    call: Call,
    record: ActionRecord,
    element: ElementFacts | None,
    redact: Callable[[str], str],
    write: Callable[[ActionRecord], Awaitable[None]],
) -> AsyncIterator[Underway | None]:
    """Follow what the call opens, and write down what takes long; None where that says nothing.

    Risky calls have marks of their own, files their own way.
    """
    page: Page | None = None
    if call.kind.mutating and not call.kind.repeatable and record.tool != "download":
        with contextlib.suppress(BrowserError):
            page = browser.page
    if page is None:
        yield None
        return
    underway, turn = Underway(page, by_link=_is_link(element)), asyncio.Lock()

    async def told(address: str | None) -> None:
        if address is not None and redact(address) != address:
            address = None  # with a secret in it, it cannot be kept
        if record.intent is None and address != record.loading:
            async with turn:
                record.loading = address
                await write(record)

    underway.follow()
    telling = asyncio.ensure_future(underway.tell(told))
    try:
        yield underway
    finally:
        underway.leave()
        async with turn:  # nothing of it is written after the end
            telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


async def made(call: Call, timeout_ms: float, underway: Underway | None, left_s: float) -> JSON:
    """Make a call, and wait for the page that it opens. left_s: of the step.

    Raises: what the call raises; LatePage.
    """
    value: JSON = None
    try:
        async with asyncio.timeout(timeout_ms / 1000 + _GRACE_S):
            value = await call.run(timeout_ms)
    except PlaywrightTimeout as error:
        if underway is None or not underway.going or _PRESSED not in str(error):
            raise
    if underway is not None and underway.going:
        await underway.arrive(max(0.05, min(WAITS_MS / 1000, left_s - 0.2)), call.target)
    return value


def _is_link(element: ElementFacts | None) -> bool:
    if element is None or element.submits or element.method or element.handler:
        return False
    return element.href.startswith(("http://", "https://"))
