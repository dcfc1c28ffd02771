"""Opening an address, also from a page that does its best to be somewhere else."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Frame, Page, Response

from agents.errors import ActionError, BrowserError, PolicyError
from agents.executor.page_errors import not_open, unreachable

_TRIES = 4
_NOTICED_S = 0.3
_JUDGED_S = 5.0  # a name that is looked up for longer: the browser's own words have to do


async def insist(page: Page, url: str, wait_until: Any, timeout_ms: float) -> Response | None:
    """Open an address; again, when the page that is left navigates itself in between.

    Raises: Playwright's errors, the last one when it went elsewhere each time.
    """
    ends = time.monotonic() + timeout_ms / 1000
    moved = asyncio.Event()

    def note(frame: Frame) -> None:
        if frame is page.main_frame:
            moved.set()

    page.on("framenavigated", note)
    try:
        for left in reversed(range(_TRIES)):
            moved.clear()
            try:
                return await page.goto(url, wait_until=wait_until, timeout=_left_ms(ends))
            except PlaywrightError as error:
                if not left or not (_went_elsewhere(error) or await _was_left(error, moved)):
                    raise
            await _silence(page, ends)
    finally:
        page.remove_listener("framenavigated", note)
    raise AssertionError


async def told_of_tunnel(browser: Any, url: str, error: PlaywrightError) -> None:
    """Say why the browser's own proxy opened no tunnel: a browser keeps that answer to itself.

    Raises: PolicyError; ActionError. Returns when something else was the reason.
    """
    egress = getattr(browser, "egress", None)
    if egress is None or "ERR_TUNNEL_CONNECTION_FAILED" not in str(error):
        return
    try:
        async with asyncio.timeout(_JUDGED_S):
            await egress.judge(url)
    except TimeoutError:
        return
    except PolicyError as refusal:
        raise PolicyError(not_open(url, str(refusal)), rule=refusal.rule) from None
    except BrowserError as failure:
        raise ActionError(unreachable(url, str(failure)), code="navigation_failed") from None


async def _was_left(error: PlaywrightError, moved: asyncio.Event) -> bool:
    """Whether a broken-off opening is the page's doing; a download or an empty answer is not."""
    if "ERR_ABORTED" not in str(error):
        return False
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_NOTICED_S):
            await moved.wait()
    return moved.is_set()


async def _silence(page: Page, ends: float) -> None:
    """Leave a page for an empty one with its scripts off, so that no timer of it is in the way."""
    cdp = await page.context.new_cdp_session(page)
    try:
        await cdp.send("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            await page.goto("about:blank", timeout=_left_ms(ends))
        except PlaywrightError as error:
            if not _went_elsewhere(error):
                raise
        finally:
            await cdp.send("Emulation.setScriptExecutionDisabled", {"value": False})
    finally:
        await cdp.detach()


def _went_elsewhere(error: PlaywrightError) -> bool:
    return "interrupted by another navigation" in str(error)


def _left_ms(ends: float) -> float:
    return max(1.0, (ends - time.monotonic()) * 1000)
