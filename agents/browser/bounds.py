"""Calls on a browser that end in time, and at once when the browser is gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import TypeVar

from playwright.async_api import Error as PlaywrightError

from agents.browser.attach import first_line
from agents.errors import BrowserError, BrowserGone

T = TypeVar("T")

_LAST_WORDS_S = 0.2


class Bounds:
    """gone: set when the browser has ended or was left; leaving: it was left."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()
        self.leaving = False

    def require(self) -> None:
        """Raises: BrowserGone."""
        if self.gone.is_set():
            if self.leaving:
                raise BrowserGone("The browser session was left.")
            raise BrowserGone("The browser ended or its connection broke.")

    async def bounded(self, work: Awaitable[T], timeout_s: float, what: str) -> T:
        """Await a call on the page for at most `timeout_s`, ended early by the browser's death.

        Raises: BrowserError; BrowserGone.
        """
        call = asyncio.ensure_future(work)
        death = asyncio.ensure_future(self.gone.wait())
        try:
            await asyncio.wait(
                {call, death}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED
            )
            if call.done():
                return call.result()
            self.require()
            raise BrowserError(
                f"{what} did not answer within {timeout_s:.0f} s.", code="page_timeout"
            )
        except PlaywrightError as error:
            # A dying browser breaks its calls a moment before it says that it has gone.
            if "closed" in str(error) and not self.gone.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.gone.wait(), _LAST_WORDS_S)
            self.require()
            raise BrowserError(f"{what} failed: {first_line(error)}", code="page_error") from error
        finally:
            death.cancel()
            if not call.done():
                call.cancel()
                await asyncio.wait({call}, timeout=1)
            elif not call.cancelled():
                call.exception()
