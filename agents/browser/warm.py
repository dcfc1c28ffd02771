"""Spare browsers, started ahead of need, so that a session begins without the start's wait.

A spare has a fresh profile and a proxy port from the start, as both are fixed on the command line.
A session with a saved profile therefore starts its own browser and does not come here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path

from agents.browser.handle import BrowserHandle
from agents.browser.options import BrowserOptions
from agents.browser.orphans import claim_directory
from agents.browser.process import is_alive, launch, terminate
from agents.errors import BrowserError

log = logging.getLogger(__name__)

OpenProxy = Callable[[], Awaitable[int | None]]
CloseProxy = Callable[[int], Awaitable[None]]


async def _no_proxy() -> int | None:
    return None


async def _nothing_to_close(port: int) -> None:
    return None


class WarmPool:
    """Keeps `size` browsers ready. Lives on one event loop; ends its spares at `aclose`.

    open_proxy: allots the endpoint that a browser's traffic goes through and returns its port;
    the port's owner finds it again by `handle.proxy_port`. close_proxy: gives one back whose
    browser was never handed out.
    """

    def __init__(
        self,
        options: BrowserOptions,
        *,
        root_dir: Path,
        size: int = 1,
        open_proxy: OpenProxy = _no_proxy,
        close_proxy: CloseProxy = _nothing_to_close,
    ) -> None:
        self._options = options
        self._root = Path(root_dir)
        self._size = size
        self._open_proxy = open_proxy
        self._close_proxy = close_proxy
        self._spares: deque[BrowserHandle] = deque()
        self._filling: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def ready(self) -> int:
        """Spares that could be handed out now."""
        return sum(is_alive(spare) for spare in self._spares)

    def start(self) -> None:
        """Begin to fill up, in the background."""
        if self._filling is None and not self._closed and len(self._spares) < self._size:
            self._filling = asyncio.ensure_future(self._fill())

    async def filled(self) -> None:
        """Wait until the filling under way is over (it may have failed; `ready` tells)."""
        while self._filling is not None:
            await asyncio.wait({self._filling})

    async def take(self) -> BrowserHandle:
        """A running browser with a fresh profile, the caller's from now on.

        A spare if there is one, else one is started. Raises: BrowserError when it cannot be.
        """
        while self._spares:
            spare = self._spares.popleft()
            if is_alive(spare):
                claim_directory(Path(spare.user_data_dir), spare=False)
                self.start()
                return spare
            await self._discard(spare)
        handle = await self._launch(spare=False)
        self.start()
        return handle

    async def aclose(self) -> None:
        """End all spares. Browsers that were handed out are not touched."""
        self._closed = True
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.wait({self._filling})
        while self._spares:
            await self._discard(self._spares.popleft())

    async def _fill(self) -> None:
        try:
            while len(self._spares) < self._size:
                self._spares.append(await self._launch(spare=True))
        except BrowserError as error:
            # Whoever needs a browser next gets the error itself; a spare is only a convenience.
            log.warning("no spare browser: %s", error)
        finally:
            self._filling = None

    async def _launch(self, *, spare: bool) -> BrowserHandle:
        directory = self._root / f"b-{uuid.uuid4().hex}"
        port = await self._open_proxy()
        try:
            try:
                directory.mkdir(parents=True, mode=0o700)
                claim_directory(directory, spare=spare)
            except OSError as error:
                raise BrowserError(
                    f"The browser's directory {directory} cannot be made: "
                    f"{error.strerror or error}.",
                    code="browser_directory",
                ) from error
            return await launch(self._options, user_data_dir=directory, proxy_port=port)
        except BaseException:  # cancelled too: nobody else knows of the directory and the port
            shutil.rmtree(directory, ignore_errors=True)
            if port is not None:
                await self._close_proxy(port)
            raise

    async def _discard(self, spare: BrowserHandle) -> None:
        with contextlib.suppress(BrowserError):
            await terminate(spare)
        await asyncio.to_thread(shutil.rmtree, spare.user_data_dir, ignore_errors=True)
        if spare.proxy_port is not None:
            await self._close_proxy(spare.proxy_port)
