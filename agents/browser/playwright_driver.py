"""One Playwright driver (a node process) per event loop, shared by all sessions on it."""

from __future__ import annotations

import asyncio
import contextlib
import weakref

from playwright.async_api import Browser, Playwright, async_playwright

from agents.errors import BrowserError

_START_S = 30.0


class _Driver:
    """A running driver. `lost` is set when it ends, by `stop` or by a crash."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        self._manager = async_playwright()
        self.playwright: Playwright | None = None

    async def start(self) -> Playwright:
        self.playwright = await self._manager.start()
        # Playwright's public API does not tell of its driver's death: calls fail, but browsers
        # never say that they are disconnected.
        client = self._manager._client
        assert client is not None
        client._connection.on("close", lambda *_: self.lost.set())
        client._transport.on_error_future.add_done_callback(
            lambda error: error.cancelled() or error.exception()
        )
        return self.playwright

    async def stop(self) -> None:
        if self.playwright is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await self.playwright.stop()
        self.lost.set()


class _Drivers:
    """The present driver of one loop: started when first needed, anew when it has died."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._driver: _Driver | None = None

    async def get(self) -> _Driver:
        async with self._lock:
            if self._driver is not None and self._driver.lost.is_set():
                await self._driver.stop()
                self._driver = None
            if self._driver is None:
                driver = _Driver()
                try:
                    async with asyncio.timeout(_START_S):
                        await driver.start()
                except Exception as error:  # a bare one when the driver ends at once
                    raise BrowserError(
                        f"Playwright's driver did not start ({error or 'no answer'}): "
                        "reinstall the playwright package.",
                        code="driver_start_failed",
                    ) from error
                self._driver = driver
            return self._driver

    async def stop(self) -> None:
        async with self._lock:
            driver, self._driver = self._driver, None
            if driver is not None:
                await driver.stop()


_by_loop: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Drivers] = (
    weakref.WeakKeyDictionary()
)


async def connect(
    endpoint: str, *, artifacts_dir: str, timeout_s: float
) -> tuple[Browser, asyncio.Event]:
    """Attach to a running browser; with it an event that is set when the driver is lost.

    A driver that dies meanwhile is replaced once.
    Raises: Playwright's errors; TimeoutError; BrowserError without a driver.
    """
    drivers = _by_loop.setdefault(asyncio.get_running_loop(), _Drivers())
    for attempt in (1, 2):
        driver = await drivers.get()
        assert driver.playwright is not None
        try:
            async with asyncio.timeout(timeout_s + 2):
                browser = await driver.playwright.chromium.connect_over_cdp(
                    endpoint,
                    timeout=timeout_s * 1000,
                    artifacts_dir=artifacts_dir,
                    is_local=True,
                )
                return browser, driver.lost
        except Exception:  # what is raised does not tell whether the driver died
            if attempt == 2 or not driver.lost.is_set():
                raise
    raise AssertionError("unreachable")


async def close_driver() -> None:
    """Stop this loop's driver. Browsers go on running; sessions on it lose their connection."""
    drivers = _by_loop.get(asyncio.get_running_loop())
    if drivers is not None:
        await drivers.stop()
