"""One cast per browser, however many people watch it.

A cast starts with its first viewer and stops with its last: nothing is captured while nobody
looks. Every viewer has a slot for one frame; a newer frame replaces it, so a slow viewer skips
pictures and holds nobody up. The last picture is kept, so a new viewer of a page that stands
still sees it at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from agents.browser.frames import CastState, Frame, FrameSource, OpenTab, Quality
from agents.browser.handle import BrowserHandle
from agents.errors import BrowserError

log = logging.getLogger(__name__)

SourceFactory = Callable[[str], Awaitable[FrameSource | None]]

_KEPT_PICTURES = 64
_LOOK_AGAIN_S = 5.0


@dataclass(frozen=True)
class CastStatus:
    """What a viewer should be told about the cast. last_frame_at: seconds since the epoch."""

    state: CastState
    reason: str = ""
    last_frame_at: float | None = None
    tabs: tuple[OpenTab, ...] = ()


class Viewer:
    """One watcher's slot. Made by `FrameHub.watch`."""

    def __init__(self, cast: _Cast, quality: Quality) -> None:
        self._cast = cast
        self.quality = quality
        self.visible = True
        self._frame: Frame | None = None
        self._status: CastStatus | None = None
        self._ready = asyncio.Event()
        self._in_flight = False

    async def next(self) -> Frame | CastStatus:
        """The next thing to show: a change of state, or the newest frame. Waits for it.

        After a frame the next one comes only when `ack` was called; states come all the same.
        """
        while True:
            await self._ready.wait()
            if self._status is not None:
                status, self._status = self._status, None
                return status
            if self._frame is not None and not self._in_flight:
                frame, self._frame = self._frame, None
                self._in_flight = True
                return frame
            self._ready.clear()

    def ack(self) -> None:
        """The frame that was handed out has been shown."""
        self._in_flight = False
        if self._frame is not None:
            self._ready.set()

    def ask(self, quality: Quality) -> None:
        """Change what this viewer wants; the cast delivers the most that any viewer wants."""
        if quality != self.quality:
            self.quality = quality
            self._cast.viewers_changed()

    def show(self, visible: bool) -> None:
        """Hidden viewers get nothing, and do not keep a cast running."""
        if visible == self.visible:
            return
        self.visible = visible
        if visible:
            self._cast.greet(self)
        else:
            self._frame = None
        self._cast.viewers_changed()

    @property
    def last_frame(self) -> Frame | None:
        """The newest picture of the browser that anybody was sent."""
        return self._cast.hub.last_frame(self._cast.key)

    async def follow(self, target_id: str) -> None:
        """Have the cast show this tab, for everybody."""
        await self._cast.follow(target_id)

    def put_frame(self, frame: Frame) -> None:
        if self.visible:
            self._frame = frame
            self._ready.set()

    def put_status(self, status: CastStatus) -> None:
        self._status = status
        self._ready.set()


class FrameHub:
    """All casts of this process. Lives on one event loop.

    factory: makes the source for a key (a session id); None while it has no browser. It is asked
    again when a browser is gone: after `refresh`, else every five seconds while somebody watches.
    """

    def __init__(self, factory: SourceFactory, *, look_again_s: float = _LOOK_AGAIN_S) -> None:
        self._factory = factory
        self._look_again_s = look_again_s
        self._casts: dict[str, _Cast] = {}
        self._kept: OrderedDict[str, Frame] = OrderedDict()

    @property
    def casting(self) -> list[str]:
        """Keys whose browsers are being captured now."""
        return [key for key, cast in self._casts.items() if cast.running]

    @asynccontextmanager
    async def watch(self, key: str, quality: Quality) -> AsyncIterator[Viewer]:
        """Watch one browser for the length of the block."""
        cast = self._casts.get(key)
        if cast is None:
            cast = self._casts[key] = _Cast(self, key, self._factory, self._look_again_s)
        viewer = Viewer(cast, quality)
        cast.add(viewer)
        try:
            yield viewer
        finally:
            cast.remove(viewer)
            if not cast.viewers:
                self._casts.pop(key, None)
                await cast.stop()

    def refresh(self, key: str, browser: BrowserHandle | None = None) -> None:
        """The key may have another browser now: look at once. Harmless when nobody watches.

        browser: the one that it has; a cast of that one goes on undisturbed.
        """
        if key in self._casts:
            self._casts[key].look_again(browser)

    async def follow(self, key: str, target_id: str) -> None:
        """Show this tab of the key's browser, if it is being watched."""
        if key in self._casts:
            await self._casts[key].follow(target_id)

    def last_frame(self, key: str) -> Frame | None:
        return self._kept.get(key)

    def keep(self, key: str, frame: Frame) -> None:
        self._kept[key] = frame
        self._kept.move_to_end(key)
        while len(self._kept) > _KEPT_PICTURES:
            self._kept.popitem(last=False)

    def forget(self, key: str) -> None:
        """Drop the kept picture, for a session that is deleted."""
        self._kept.pop(key, None)

    async def aclose(self) -> None:
        """Stop every cast. Viewers are told that it is closed."""
        casts = list(self._casts.values())
        self._casts.clear()
        for cast in casts:
            cast.state("closed", "The live view is shutting down.")
        await asyncio.gather(*(cast.stop() for cast in casts))


class _Cast:
    """The sink of one key's source, and its viewers."""

    def __init__(
        self, hub: FrameHub, key: str, factory: SourceFactory, look_again_s: float
    ) -> None:
        self.hub = hub
        self.key = key
        self.viewers: set[Viewer] = set()
        self._factory = factory
        self._look_again_s = look_again_s
        self._status = CastStatus("starting")
        self._source: FrameSource | None = None
        self._quality: Quality | None = None
        self._task: asyncio.Task[None] | None = None
        self._looking = asyncio.Event()
        self._changing: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> bool:
        return self._task is not None

    def add(self, viewer: Viewer) -> None:
        self.viewers.add(viewer)
        self.greet(viewer)
        self.viewers_changed()

    def remove(self, viewer: Viewer) -> None:
        self.viewers.discard(viewer)
        self.viewers_changed()

    def greet(self, viewer: Viewer) -> None:
        """Bring a viewer up to date: the state, and the picture that stands."""
        viewer.put_status(self._status)
        kept = self.hub.last_frame(self.key)
        if kept is not None:
            fresh = self._status.state == "live" and self._task is not None
            viewer.put_frame(kept if fresh else kept.as_kept())

    def viewers_changed(self) -> None:
        """Start, stop or tune the cast to what its viewers want together."""
        wanted: Quality | None = None
        for viewer in self.viewers:
            if viewer.visible:
                wanted = viewer.quality if wanted is None else wanted | viewer.quality
        if wanted is None:
            if self._task is not None:
                self._task.cancel()
                self._task = None
                self._status = CastStatus("starting")
        elif self._task is None:
            self._quality = wanted
            self._task = asyncio.ensure_future(self._run())
            self._keep_until_done(self._task)
        elif wanted != self._quality:
            self._quality = wanted
            if self._source is not None:
                self._keep_until_done(asyncio.ensure_future(self._source.set_quality(wanted)))

    def _keep_until_done(self, task: asyncio.Task[None]) -> None:
        self._changing.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._changing.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a cast of %s failed", self.key, exc_info=task.exception())
            if task is self._task:
                self._task = None
                self.state("closed", "The live view has failed.")

    async def follow(self, target_id: str) -> None:
        if self._source is not None:
            await self._source.follow(target_id)

    def look_again(self, browser: BrowserHandle | None) -> None:
        if browser is None or self._source is None or self._source.browser != browser:
            self._looking.set()

    async def stop(self) -> None:
        """Wait until the source has let go of the browser."""
        tasks = list(self._changing)
        for task in tasks:
            if not task.cancelling():  # a second one would cut the source's own ending short
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            self._looking.clear()
            try:
                source = await self._factory(self.key)
            except BrowserError as error:
                source = None
                self.state("closed", str(error))
            if source is not None:
                await self._run_source(source)
            if self._status.state != "closed":
                self.state("closed", "No browser is open.")
            try:
                async with asyncio.timeout(self._look_again_s):
                    await self._looking.wait()
            except TimeoutError:
                pass

    async def _run_source(self, source: FrameSource) -> None:
        """Run a source until its browser is gone, or a refresh asks for another."""
        assert self._quality is not None
        self._source = source
        run = asyncio.ensure_future(source.run(self, self._quality))
        look = asyncio.ensure_future(self._looking.wait())
        try:
            await asyncio.wait({run, look}, return_when=asyncio.FIRST_COMPLETED)
            if run.done():
                run.result()
        finally:
            if self._source is source:  # else a cast that came after this one has its own by now
                self._source = None
            for task in (run, look):
                task.cancel()
            await asyncio.gather(run, look, return_exceptions=True)

    # --- the sink of the source --------------------------------------------------------------
    def frame(self, frame: Frame) -> None:
        self.hub.keep(self.key, frame)
        for viewer in self.viewers:
            viewer.put_frame(frame)

    def state(self, state: CastState, reason: str = "") -> None:
        kept = self.hub.last_frame(self.key)
        at = kept.timestamp if kept is not None else None
        tabs = self._status.tabs if state != "closed" else ()
        self._tell(CastStatus(state, reason, at, tabs))

    def tabs(self, tabs: tuple[OpenTab, ...]) -> None:
        self._tell(replace(self._status, tabs=tabs))

    def _tell(self, status: CastStatus) -> None:
        if status != self._status:
            self._status = status
            for viewer in self.viewers:
                viewer.put_status(status)
