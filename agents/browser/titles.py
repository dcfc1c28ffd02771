"""When the page of a tab changes its title: Chromium does not announce it, the document does.

A look in a world of its own, which the page's scripts do not see, waits in the page until the title
is another. A page that stands still costs nothing: nobody asks it again and again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from agents.browser.cdp import CdpConnection, CdpError
from agents.errors import BrowserGone

_WORLD = "titles"
_PAUSE_S = 0.2  # some pages change their titles all the time
_FIRST_RETRY_S, _LAST_RETRY_S = 0.1, 2.0
_NEXT_TITLE = """
new Promise(tell => {
  globalThis.earlier?.disconnect();
  const title = document.title;
  const look = globalThis.earlier = new MutationObserver(() => {
    if (document.title === title) return;
    look.disconnect();
    tell();
  });
  look.observe(document.head ?? document, { childList: true, characterData: true, subtree: true });
})
"""


class TitleWatch:
    """Calls `on_change` when the title of a tab's page may have changed, until it is stopped.

    Also when the page is another one than before. The caller asks for the title then.
    """

    def __init__(
        self, cdp: CdpConnection, session: str, target: str, on_change: Callable[[], None]
    ) -> None:
        """session: attached to the target. Nothing is enabled in it."""
        self._cdp, self._session, self._target = cdp, session, target
        self._on_change = on_change
        self._moved = asyncio.Event()
        self._watching = False
        self._task = asyncio.ensure_future(self._run())

    @property
    def watching(self) -> bool:
        """Whether the page would tell now."""
        return self._watching and not self._task.done()

    def moved(self) -> None:
        """The tab is at another page: watch that one."""
        self._moved.set()

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        failures = 0
        while True:
            self._moved.clear()
            try:
                await self._next()
                failures = 0
                pause_s = _PAUSE_S
            except CdpError:  # the page went elsewhere, or hangs
                failures += 1
                pause_s = min(_FIRST_RETRY_S * 2**failures, _LAST_RETRY_S)
            except BrowserGone:
                return
            finally:
                self._watching = False
                self._on_change()
            await asyncio.sleep(pause_s)

    async def _next(self) -> None:
        """Return when the title has changed or the tab has moved. Raises: CdpError, BrowserGone."""
        # The main frame has its tab's id.
        params = {"frameId": self._target, "worldName": _WORLD}
        world = await self._cdp.call("Page.createIsolatedWorld", params, session_id=self._session)
        told = self._cdp.start(
            "Runtime.evaluate",
            {
                "expression": _NEXT_TITLE,
                "contextId": world["executionContextId"],
                "awaitPromise": True,
            },
            session_id=self._session,
        )
        self._watching = True
        self._on_change()  # it may have changed before it was watched
        moved = asyncio.ensure_future(self._moved.wait())
        try:
            await asyncio.wait({told, moved}, return_when=asyncio.FIRST_COMPLETED)
            if told.done():
                told.result()
        finally:
            told.cancel()
            moved.cancel()
