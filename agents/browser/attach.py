"""Attaching to a running browser, also to one whose pages hang."""

from __future__ import annotations

import asyncio
import contextlib

from playwright.async_api import Browser, CDPSession
from playwright.async_api import Error as PlaywrightError

from agents.browser.devtools import close_stuck_pages
from agents.browser.ending import is_alive
from agents.browser.handle import BrowserHandle
from agents.browser.playwright_driver import connect
from agents.errors import BrowserGone

_ANSWER_S = 1.5


async def attach(
    handle: BrowserHandle, artifacts_dir: str, timeout_s: float
) -> tuple[Browser, asyncio.Event, list[str]]:
    """Connect; when a hanging page prevents it, close that and try again.

    The browser, the event of the driver's loss, and addresses of pages that had to be closed.
    """
    last: Exception | None = None
    closed: list[str] = []
    for attempt in (1, 2):
        try:
            browser, lost = await connect(
                handle.endpoint, artifacts_dir=artifacts_dir, timeout_s=timeout_s
            )
            return browser, lost, closed
        except (PlaywrightError, TimeoutError) as error:
            last = error
            if not is_alive(handle):
                break
            if attempt == 1:
                closed = await close_stuck_pages(handle.debug_port)
    raise BrowserGone(f"The browser does not answer: {first_line(last)}") from last


async def disconnect(browser: Browser) -> None:
    with contextlib.suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(5):
            await browser.close()  # over CDP this lets go of the browser, it does not end it


def first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or ["no answer in time"])[0][:200]


async def free(cdp: CDPSession) -> bool:
    """Stop the script that keeps a page from answering; True when there was one and it stopped.

    Works only on a session that was attached before the page hung.
    """
    if await _answers(cdp):
        return False
    with contextlib.suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(_ANSWER_S):
            await cdp.send("Runtime.terminateExecution")
        return await _answers(cdp)
    return False


async def _answers(cdp: CDPSession) -> bool:
    with contextlib.suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(_ANSWER_S):
            await cdp.send("Runtime.evaluate", {"expression": "1"})
            return True
    return False
