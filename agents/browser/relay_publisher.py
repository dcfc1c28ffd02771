"""The browser's side of the relay: cast while somebody watches, apply what people send.

Runs in the worker process of each host, on its event loop. See `agents.browser.relay`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from agents.browser.frames import Frame, Quality
from agents.browser.handle import BrowserHandle
from agents.browser.hub import CastStatus, FrameHub, Viewer
from agents.browser.relay import (
    EVENT,
    FRAME,
    PREFIX,
    STATE,
    WATCH_HOLDS_S,
    Subscriptions,
    cast_channel,
    host_channel,
    publish,
)
from agents.browser.takeover import (
    InputDriver,
    OpenDialog,
    TakeoverError,
    dialog_event,
    parse_input,
)
from agents.errors import BrowserError

log = logging.getLogger(__name__)

HandleOf = Callable[[str], Awaitable[BrowserHandle | None]]
_MAX_QUALITY = Quality(3840, 95)


class RelayPublisher:
    """Publishes the casts of this host's browsers, each only while a web process watches it.

    hub: makes the casts, its factory knowing this host's browsers. handle_of: a session's
    browser if it runs here; without it no inputs are taken.
    """

    def __init__(
        self,
        subscriptions: Subscriptions,
        host: str,
        hub: FrameHub,
        *,
        handle_of: HandleOf | None = None,
        prefix: str = PREFIX,
        holds_s: float = WATCH_HOLDS_S,
    ) -> None:
        self._subscriptions = subscriptions
        self._channel = host_channel(host, prefix)
        self._prefix = prefix
        self._hub = hub
        self._handle_of = handle_of
        self._holds_s = holds_s
        self._watches: dict[str, _Watch] = {}
        self._hands: dict[tuple[str, str], _Hands] = {}
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=1024)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen for watchers. Raises: RedisError when the server cannot be reached."""
        await self._subscriptions.add(self._channel, self._receive)
        self._task = asyncio.ensure_future(self._work())

    async def aclose(self) -> None:
        await self._subscriptions.remove(self._channel, self._receive)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        watches, self._watches = list(self._watches.values()), {}
        hands, self._hands = list(self._hands.values()), {}
        await asyncio.gather(*(w.stop() for w in watches), *(h.driver.aclose() for h in hands))

    async def publish(self, session: str, payload: bytes) -> None:
        """Send to the web processes that watch; lost when the server is away, like any frame."""
        with contextlib.suppress(BrowserError):
            channel = cast_channel(session, self._prefix)
            await publish(self._subscriptions.redis, channel, payload)

    def _receive(self, payload: bytes) -> None:
        try:
            message = json.loads(payload)
            if not isinstance(message["session"], str) or not isinstance(message["from"], str):
                raise TypeError("session and from are strings")
            self._inbox.put_nowait(message)
        except asyncio.QueueFull:
            log.warning("too many live view messages; one is dropped")
        except (ValueError, KeyError, TypeError):
            log.warning("an unreadable live view message")

    async def _work(self) -> None:
        """Handle messages one after the other, so that inputs keep their order."""
        while True:
            message = await self._inbox.get()
            try:
                await self._handle(message)
            except Exception:  # one message's: the ones behind it are for other people
                log.exception("a live view message of %s failed", message["session"])

    async def _handle(self, message: dict[str, Any]) -> None:
        session, sender, kind = message["session"], message["from"], message.get("type")
        if kind == "watch":
            asked = Quality(int(message["max_width"]), int(message["jpeg"]))
            quality = Quality(
                max(1, min(asked.max_width, _MAX_QUALITY.max_width)),
                max(1, min(asked.jpeg, _MAX_QUALITY.jpeg)),
            )
            watch = self._watches.get(session)
            if watch is None:
                watch = self._watches[session] = _Watch(self, self._hub, session, self._holds_s)
            watch.renew(sender, quality)
        elif kind == "leave" and session in self._watches:
            self._watches[session].leave(sender)
        elif kind == "follow":
            await self._hub.follow(session, str(message["target_id"]))
        elif kind == "input":
            await self._input(session, sender, message.get("input"))
        elif kind == "let_go":
            hands = self._hands.pop((session, sender), None)
            if hands is not None:
                await hands.driver.aclose()

    def watch_ended(self, watch: _Watch) -> None:
        if self._watches.get(watch.session) is watch:
            del self._watches[watch.session]

    async def _input(self, session: str, sender: str, data: Any) -> None:
        try:
            hands = await self._hands_of(session, sender)
            await hands.driver.apply(parse_input(data))
        except BrowserError as error:
            event = {"type": "error", "code": error.code, "message": str(error)}
            await self._send_event(session, sender, event)

    async def _hands_of(self, session: str, sender: str) -> _Hands:
        handle = await self._handle_of(session) if self._handle_of is not None else None
        if handle is None:
            raise TakeoverError("There is no browser to act on.", code="no_page")
        hands = self._hands.get((session, sender))
        if hands is None or hands.driver.debug_port != handle.debug_port:
            if hands is not None:
                await hands.driver.aclose()
            hands = self._hands[(session, sender)] = _Hands(
                self, self._hub, session, sender, handle
            )
        return hands

    async def _send_event(self, session: str, sender: str, event: dict[str, Any]) -> None:
        text = json.dumps({"to": sender, "event": event})
        await self.publish(session, EVENT + text.encode())

    def tell_dialog(self, session: str, sender: str, dialog: OpenDialog | None) -> None:
        task = asyncio.ensure_future(self._send_event(session, sender, dialog_event(dialog)))
        _background.add(task)
        task.add_done_callback(_background.discard)


_background: set[asyncio.Future[None]] = set()


class _Hands:
    """One remote person's driver."""

    def __init__(
        self,
        publisher: RelayPublisher,
        hub: FrameHub,
        session: str,
        sender: str,
        handle: BrowserHandle,
    ) -> None:
        def show(target_id: str) -> None:
            task = asyncio.ensure_future(hub.follow(session, target_id))
            _background.add(task)
            task.add_done_callback(_background.discard)

        self.driver = InputDriver(
            handle.debug_port,
            user_data_dir=handle.user_data_dir,
            shown=lambda: hub.last_frame(session),
            on_tab=show,
            on_dialog=lambda dialog: publisher.tell_dialog(session, sender, dialog),
        )


class _Watch:
    """One session that web processes watch: who does, until when, and the viewer for them all."""

    def __init__(
        self, publisher: RelayPublisher, hub: FrameHub, session: str, holds_s: float
    ) -> None:
        self.session = session
        self._publisher = publisher
        self._hub = hub
        self._holds_s = holds_s
        self._watchers: dict[str, tuple[float, Quality]] = {}
        self._viewer: Viewer | None = None
        self._greet = False
        self._newcomers = False
        self._status = CastStatus("starting")
        self._changed = asyncio.Event()
        self._task = asyncio.ensure_future(self._run())

    def renew(self, watcher: str, quality: Quality) -> None:
        self._greet = True
        self._newcomers = self._newcomers or watcher not in self._watchers
        self._watchers[watcher] = (asyncio.get_running_loop().time() + self._holds_s, quality)
        self._changed.set()

    def leave(self, watcher: str) -> None:
        self._watchers.pop(watcher, None)
        self._changed.set()

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await self._changed.wait()
        try:
            async with self._hub.watch(self.session, self._wanted()) as viewer:
                self._viewer = viewer
                forward = asyncio.ensure_future(self._forward(viewer))
                try:
                    await self._hold(viewer)
                finally:
                    # Now, not after letting go of the browser: who comes in between starts anew.
                    self._publisher.watch_ended(self)
                    forward.cancel()
                    await asyncio.gather(forward, return_exceptions=True)
        finally:
            self._publisher.watch_ended(self)

    async def _hold(self, viewer: Viewer) -> None:
        """Return when the last watcher has left, or not been heard of for long enough."""
        loop = asyncio.get_running_loop()
        while self._watchers:
            viewer.ask(self._wanted())
            if self._greet:
                self._greet = False
                await self._send_state()
            if self._newcomers:
                self._newcomers = False
                await self._send_kept()
            self._changed.clear()
            until = min(until for until, _ in self._watchers.values())
            try:
                async with asyncio.timeout_at(until):
                    await self._changed.wait()
            except TimeoutError:
                now = loop.time()
                self._watchers = {w: v for w, v in self._watchers.items() if v[0] > now}

    def _wanted(self) -> Quality:
        wanted = Quality(1, 1)
        for _, quality in self._watchers.values():
            wanted |= quality
        return wanted

    async def _forward(self, viewer: Viewer) -> None:
        while True:
            item = await viewer.next()
            if isinstance(item, Frame):
                await self._publisher.publish(self.session, FRAME + item.encoded)
                viewer.ack()
            else:
                self._status = item
                await self._send_state()

    async def _send_kept(self) -> None:
        """A page that stands still sends nothing new to whoever comes later."""
        kept = self._hub.last_frame(self.session)
        if kept is not None:
            await self._publisher.publish(self.session, FRAME + kept.as_kept().encoded)

    async def _send_state(self) -> None:
        status = self._status
        tabs = [asdict(tab) for tab in status.tabs]
        text = json.dumps({"state": status.state, "reason": status.reason, "tabs": tabs})
        await self._publisher.publish(self.session, STATE + text.encode())
