"""Live pictures of a browser on this host, by the debugging protocol's screencast.

The browser sends a JPEG when the page changed, and the next one only after an acknowledgement;
we acknowledge on receipt, so a slow viewer never slows the page. A static page sends nothing.
"""

from __future__ import annotations

import asyncio
import binascii
import secrets
import time
from pathlib import Path
from typing import Any

from agents.browser.cdp import CdpConnection, CdpError
from agents.browser.devtools import page_targets
from agents.browser.frames import PAGE, Frame, FrameSink, OpenTab, Quality
from agents.browser.front import read_front
from agents.browser.handle import BrowserHandle
from agents.browser.titles import TitleWatch
from agents.errors import BrowserError, BrowserGone

_NOTE_S = 0.5
_TABS_S = 0.1
_TITLES_AGAIN_S = 0.3  # after a sign of a change, which comes before the browser knows the title
_OTHER_TITLES_S = 2.0
_FIRST_RETRY_S = 0.1
_LAST_RETRY_S = 2.0
# A page that is just moving to another process refuses to start for some milliseconds.
_START_PAUSES_S = (0.02, 0.05, 0.1, 0.3, 0.6)
# A cast begins with a picture, also of a page that stands still. Now and then none comes.
_FIRST_PATIENCE_S = 1.0
_LAST_PATIENCE_S = 15.0


class Screencast:
    """A FrameSource over a loopback debugging port. It follows the active tab.

    Active is the tab last named by `follow` or noted in the browser's profile as in front (see
    `agents.browser.front`), or one opened since then; when it closes, the newest of the others.

    user_data_dir: where to look for that note; None: nowhere.
    browser: which one it is, for who asks whether another has taken its place.
    """

    def __init__(
        self,
        debug_port: int,
        *,
        target_id: str | None = None,
        user_data_dir: str | Path | None = None,
        browser: BrowserHandle | None = None,
    ) -> None:
        self.debug_port = debug_port
        self.browser = browser
        self._profile = user_data_dir
        self._noted: str | None = None
        self._wanted = target_id
        self._quality = PAGE
        self._sink: FrameSink | None = None
        self._cdp: CdpConnection | None = None
        self._pages: dict[str, dict[str, Any]] = {}  # target id -> TargetInfo, oldest first
        self._tabs_changed = asyncio.Event()
        self._title: TitleWatch | None = None  # of the tab that is shown
        self._target: str | None = None
        self._session: str | None = None
        self._casting: str | None = None
        self._view = 0
        self._frames = 0
        self._turn = asyncio.Lock()
        self._again = asyncio.Event()
        self._live = False
        self._patience_s = _FIRST_PATIENCE_S
        self._picture_by: float | None = None  # when the next one is overdue; loop time

    @property
    def target_id(self) -> str | None:
        """The tab that is shown."""
        return self._target

    async def run(self, sink: FrameSink, quality: Quality) -> None:
        """Deliver until cancelled. Returns when the browser is gone, having said `closed`."""
        self._sink, self._quality = sink, quality
        sink.state("starting")
        failures = 0
        while True:
            try:
                self._live = False
                await self._cast()
                failures = 0
            except BrowserGone:
                sink.state("closed", "The browser is closed.")
                return
            except BrowserError:
                failures += 1
            sink.state("reconnecting")
            # The port answers or refuses at once when it is tried again: BrowserGone above.
            await asyncio.sleep(min(_FIRST_RETRY_S * 2**failures, _LAST_RETRY_S))

    async def set_quality(self, quality: Quality) -> None:
        """Change what is delivered from now on."""
        if quality != self._quality:
            self._quality = quality
            if self._session is not None:
                try:
                    await self._start_cast(self._session)
                except BrowserError:
                    pass  # the next connection, or the next tab, starts with it

    async def follow(self, target_id: str) -> None:
        """Show this tab now."""
        self._wanted = target_id
        self._again.set()

    async def _cast(self) -> None:
        """One connection, from attaching to losing it."""
        cdp = await CdpConnection.connect(self.debug_port)
        self._cdp, self._target, self._session = cdp, None, None
        self._pages.clear()
        cdp.on(self._on_event)
        lost = asyncio.ensure_future(cdp.closed.wait())
        telling = asyncio.ensure_future(self._tell_tabs(cdp))
        try:
            # Only this list is in an order, newest first; Target.getTargets is in none.
            for page in reversed(await page_targets(self.debug_port)):
                self._add_page({**page, "targetId": page["id"]})
            await cdp.call("Target.setDiscoverTargets", {"discover": True})
            self._read_note()
            self._again.set()
            while not lost.done():
                changed = asyncio.ensure_future(self._again.wait())
                try:
                    await asyncio.wait(
                        {lost, changed}, timeout=_NOTE_S, return_when=asyncio.FIRST_COMPLETED
                    )
                finally:
                    changed.cancel()
                self._read_note()
                if self._again.is_set():
                    self._again.clear()
                    await self._show_active()
                elif self._overdue():
                    await self._start_cast_again()
        finally:
            lost.cancel()
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            await self._watch_title(None)
            self._cdp = self._session = self._target = None
            await cdp.close()

    def _read_note(self) -> None:
        """Follow the tab that was noted as in front, when the note has changed."""
        if self._profile is None:
            return
        noted = read_front(self._profile)
        if noted is not None and noted != self._noted:
            self._noted = self._wanted = noted
            self._again.set()

    def _add_page(self, info: dict[str, Any]) -> bool:
        target = info["targetId"]
        if info["type"] != "page" or target in self._pages:
            return False
        self._pages[target] = info
        self._tabs_changed.set()
        return True

    async def _tell_tabs(self, cdp: CdpConnection) -> None:
        """Tell of the tabs when they change. Chromium does not announce titles, so ask for them:
        of the tab that is shown when its page tells, of the others now and then.
        """
        again = False
        while True:
            try:
                async with asyncio.timeout(_TITLES_AGAIN_S if again else self._titles_s()):
                    await self._tabs_changed.wait()
                again = True
            except TimeoutError:
                again = False
            self._tabs_changed.clear()
            try:
                infos = (await cdp.call("Target.getTargets"))["targetInfos"]
            except BrowserError:
                continue
            for info in infos:
                if info["targetId"] in self._pages:
                    self._pages[info["targetId"]] = info
            if self._sink is not None:
                self._sink.tabs(
                    tuple(
                        OpenTab(target, info["url"], info["title"], target == self._target)
                        for target, info in self._pages.items()
                    )
                )
            await asyncio.sleep(_TABS_S)  # some pages move all the time

    def _titles_s(self) -> float | None:
        """How long to wait before asking without a sign; None where every title tells itself."""
        told = self._title is not None and self._title.watching and len(self._pages) == 1
        return None if told else _OTHER_TITLES_S

    async def _watch_title(self, session: str | None) -> None:
        """Have the page of this debugging session, or of none, tell when its title changes."""
        before, self._title = self._title, None
        if before is not None:
            await before.stop()
        if session is not None and session == self._session and self._cdp and self._target:
            self._title = TitleWatch(self._cdp, session, self._target, self._tabs_changed.set)

    async def _show_active(self) -> None:
        """Attach to the tab that should be shown, unless it is shown already."""
        wanted = self._wanted if self._wanted in self._pages else next(reversed(self._pages), None)
        if wanted is None or wanted == self._target or self._cdp is None:
            return
        cdp, previous = self._cdp, self._session
        try:
            attached = await cdp.call(
                "Target.attachToTarget", {"targetId": wanted, "flatten": True}
            )
        except CdpError:
            self._pages.pop(wanted, None)  # closed in the meantime; show the next one
            self._again.set()
            return
        self._patience_s = _FIRST_PATIENCE_S
        # Set before casting, or the first frames would count as frames of an unknown tab.
        self._target, self._session = wanted, attached["sessionId"]
        self._view = secrets.randbits(31) + 1
        self._tabs_changed.set()
        if previous is not None:
            cdp.post("Target.detachFromTarget", {"sessionId": previous})
        await self._watch_title(attached["sessionId"])
        await self._start_cast(attached["sessionId"])

    def _overdue(self) -> bool:
        due = self._picture_by
        return due is not None and asyncio.get_running_loop().time() > due

    async def _start_cast_again(self) -> None:
        """Ask once more for the first picture, more and more seldom: the page may be busy."""
        if self._session is not None:
            self._patience_s = min(2 * self._patience_s, _LAST_PATIENCE_S)
            await self._start_cast(self._session)

    async def _start_cast(self, session: str) -> None:
        """Start, or start anew with the present quality. Raises: CdpError, BrowserGone."""
        async with self._turn:
            cdp = self._cdp
            if cdp is None:
                return
            # Without Page.enable: whoever enables it has to answer the page's dialogs, and a
            # spectator must not keep an alert open.
            if self._casting == session:
                self._casting = None
                await cdp.call("Page.stopScreencast", session_id=session)
            for pause_s in _START_PAUSES_S:
                params = {
                    "format": "jpeg",
                    "quality": self._quality.jpeg,
                    "maxWidth": self._quality.max_width,
                    "maxHeight": self._quality.max_width,
                }
                try:
                    await cdp.call("Page.startScreencast", params, session_id=session)
                    self._casting = session
                    now = asyncio.get_running_loop().time()
                    self._picture_by = now + self._patience_s
                    return
                except CdpError:
                    if session != self._session:
                        return
                await asyncio.sleep(pause_s)
            raise CdpError("The browser does not start a screencast.")

    def _on_event(self, method: str, params: dict[str, Any], session: str | None) -> None:
        if method == "Page.screencastFrame":
            self._on_frame(params, session)
        elif method == "Target.targetCreated":
            if self._add_page(params["targetInfo"]) and self._target is not None:
                self._wanted = params["targetInfo"]["targetId"]
                self._again.set()
        elif method == "Target.targetInfoChanged":
            info = params["targetInfo"]
            known = self._pages.get(info["targetId"], info)
            if info["targetId"] == self._target and info["url"] != known["url"] and self._title:
                self._title.moved()
            self._tabs_changed.set()
        elif method == "Target.targetDestroyed":
            if self._pages.pop(params["targetId"], None) is not None:
                self._tabs_changed.set()
            if params["targetId"] == self._target:
                self._target = self._session = None
                self._again.set()
        elif method == "Inspector.targetCrashed" and session == self._session:
            self._live = False
            if self._sink is not None:
                self._sink.state("reconnecting", "The page has crashed.")

    def _on_frame(self, params: dict[str, Any], session: str | None) -> None:
        if self._cdp is None or self._sink is None:
            return
        self._cdp.post(
            "Page.screencastFrameAck", {"sessionId": params["sessionId"]}, session_id=session
        )
        if session != self._session:
            return  # the tab shown before sent one more
        frame = self._frame_of(params)
        if frame is None:
            return
        self._picture_by = None
        if not self._live:
            self._live = True
            self._sink.state("live")
        self._sink.frame(frame)

    def _frame_of(self, params: dict[str, Any]) -> Frame | None:
        try:
            jpeg = binascii.a2b_base64(params["data"])
        except (binascii.Error, ValueError):
            return None
        self._frames += 1
        shown = params["metadata"]
        return Frame(
            jpeg,
            number=self._frames,
            timestamp=shown.get("timestamp") or time.time(),
            device_width=shown["deviceWidth"],
            device_height=shown["deviceHeight"],
            page_scale=shown["pageScaleFactor"],
            offset_top=shown["offsetTop"],
            scroll_x=shown["scrollOffsetX"],
            scroll_y=shown["scrollOffsetY"],
            view=self._view,
            target_id=self._target or "",
        )
