"""The live view across hosts: a browser is cast where it runs, and Redis carries the frames.

Pub/sub only, nothing is stored. A web process that has viewers repeats a *watch* message to the
browser's host every two seconds; the host casts while it has heard one in the last six. So a web
process that dies costs six seconds of casting, and nobody watching means nothing captured.

Channels (the first byte of what comes back tells a frame from a state or an event, which are JSON):
    <prefix>:host:<host>     JSON to the browser's host: watch, leave, follow, input, let_go
    <prefix>:cast:<session>  frames, states and events, to every web process that watches
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import Callable
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from agents.browser.frames import FrameSink, OpenTab, Quality, decode_frame
from agents.browser.handle import BrowserHandle
from agents.browser.takeover_messages import Input
from agents.errors import BrowserError

log = logging.getLogger(__name__)

PREFIX = "live"
WATCH_EVERY_S = 2.0
WATCH_HOLDS_S = 6.0
FRAME = b"\x01"
STATE = b"\x02"
EVENT = b"\x03"
_RETRY_S = 0.5
_PUBLISH_S = 5.0

Receive = Callable[[bytes], None]


def host_channel(host: str, prefix: str = PREFIX) -> str:
    return f"{prefix}:host:{host}"


def cast_channel(session: str, prefix: str = PREFIX) -> str:
    return f"{prefix}:cast:{session}"


class Subscriptions:
    """One pub/sub connection of a process, shared by all its channels; it heals itself."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self._receivers: dict[str, set[Receive]] = {}
        self._pubsub: PubSub | None = None
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def add(self, channel: str, receive: Receive) -> None:
        """Call `receive(payload)` for what is published; it must not block.

        Raises: RedisError when the server cannot be reached.
        """
        async with self._turn:
            first = channel not in self._receivers
            self._receivers.setdefault(channel, set()).add(receive)
            try:
                if self._pubsub is None:
                    self._pubsub = self.redis.pubsub(ignore_subscribe_messages=True)
                    await self._pubsub.subscribe(channel)
                    self._task = asyncio.ensure_future(self._read(self._pubsub))
                elif first:
                    await self._pubsub.subscribe(channel)
            except BaseException:  # cancelled too: whoever asked will not take it back
                self._drop(channel, receive)
                if not self._receivers:
                    await self._close()
                raise

    async def remove(self, channel: str, receive: Receive) -> None:
        async with self._turn:
            self._drop(channel, receive)
            if not self._receivers:
                await self._close()
            elif channel not in self._receivers and self._pubsub is not None:
                with contextlib.suppress(RedisError, OSError):
                    await self._pubsub.unsubscribe(channel)

    async def aclose(self) -> None:
        async with self._turn:
            self._receivers.clear()
            await self._close()

    def _drop(self, channel: str, receive: Receive) -> None:
        receivers = self._receivers.get(channel, set())
        receivers.discard(receive)
        if not receivers:
            self._receivers.pop(channel, None)

    async def _close(self) -> None:
        task, self._task = self._task, None
        pubsub, self._pubsub = self._pubsub, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task}, timeout=_PUBLISH_S)
        if pubsub is not None:
            with contextlib.suppress(RedisError, OSError):
                await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def _read(self, pubsub: PubSub) -> None:
        while True:
            try:
                # Reconnects and subscribes again by itself; an error means that this failed too.
                message = await pubsub.get_message(timeout=None)
            except (RedisError, OSError):
                await asyncio.sleep(_RETRY_S)
                continue
            if message is None or message["type"] != "message":
                continue
            channel = message["channel"]
            name = channel.decode() if isinstance(channel, bytes) else channel
            for receive in list(self._receivers.get(name, ())):
                receive(message["data"])


async def publish(redis: Redis, channel: str, payload: str | bytes) -> int:
    """How many processes listen. Raises: BrowserError when the server cannot be reached.

    The call is a task of its own: cancelled inside the client, it may leave a broken connection
    in the pool, or forget that it was cancelled.
    """
    task: asyncio.Future[int] = asyncio.ensure_future(redis.publish(channel, payload))
    task.add_done_callback(_retrieve)
    await asyncio.wait({task}, timeout=_PUBLISH_S)
    if not task.done():
        task.cancel()
        raise _unreachable()
    try:
        return task.result()
    except (RedisError, OSError) as error:
        raise _unreachable() from error


def _retrieve(task: asyncio.Future[int]) -> None:
    if not task.cancelled():
        task.exception()


class RelaySource:
    """A FrameSource for a browser on another host. Its twin there is `RelayPublisher`."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        session: str,
        host: str,
        *,
        browser: BrowserHandle | None = None,
        prefix: str = PREFIX,
        every_s: float = WATCH_EVERY_S,
        silent_s: float = WATCH_HOLDS_S,
    ) -> None:
        self.browser = browser
        self._subscriptions = subscriptions
        self._session = session
        self._to = host_channel(host, prefix)
        self._from = cast_channel(session, prefix)
        self._me = secrets.token_hex(8)
        self._every_s = every_s
        self._silent_s = silent_s
        self._quality = Quality()
        self._heard = asyncio.Event()
        self._closed = asyncio.Event()
        self._sink: FrameSink | None = None

    async def run(self, sink: FrameSink, quality: Quality) -> None:
        """Deliver until cancelled. Returns when the browser is gone, having said `closed`."""
        self._sink, self._quality = sink, quality
        sink.state("starting")
        try:
            while not await self._subscribed():
                sink.state("reconnecting", "The message server cannot be reached.")
                await asyncio.sleep(_RETRY_S)
            await self._watch(sink)
        finally:
            await self._subscriptions.remove(self._from, self._receive)
            with contextlib.suppress(BrowserError):
                await self._publish({"type": "leave"})

    async def set_quality(self, quality: Quality) -> None:
        """Change what is delivered from now on."""
        self._quality = quality
        with contextlib.suppress(BrowserError):
            await self._publish(self._watch_message())

    async def follow(self, target_id: str) -> None:
        """Show this tab now."""
        with contextlib.suppress(BrowserError):
            await self._publish({"type": "follow", "target_id": target_id})

    async def _subscribed(self) -> bool:
        try:
            await self._subscriptions.add(self._from, self._receive)
        except (RedisError, OSError):
            return False
        return True

    async def _watch(self, sink: FrameSink) -> None:
        """Say again and again that somebody watches, until the host says that it is over."""
        loop = asyncio.get_running_loop()
        heard_at = loop.time()
        while not self._closed.is_set():
            with contextlib.suppress(BrowserError):
                await self._publish(self._watch_message())
            try:
                async with asyncio.timeout(self._every_s):
                    await self._closed.wait()
            except TimeoutError:
                pass
            if self._heard.is_set():
                self._heard.clear()
                heard_at = loop.time()
            elif loop.time() - heard_at > self._silent_s:
                sink.state("reconnecting", "The browser's host is silent.")

    def _watch_message(self) -> dict[str, Any]:
        quality = {"max_width": self._quality.max_width, "jpeg": self._quality.jpeg}
        return {"type": "watch", **quality}

    async def _publish(self, message: dict[str, Any]) -> None:
        text = json.dumps({"session": self._session, "from": self._me, **message})
        await publish(self._subscriptions.redis, self._to, text)

    def _receive(self, payload: bytes) -> None:
        self._heard.set()
        sink = self._sink
        if sink is None:
            return
        try:
            if payload[:1] == FRAME:
                sink.frame(decode_frame(payload[1:]))
            elif payload[:1] == STATE:
                message = json.loads(payload[1:])
                if message["state"] == "closed":
                    self._closed.set()
                sink.state(message["state"], message["reason"])
                sink.tabs(tuple(OpenTab(**tab) for tab in message["tabs"]))
        except (ValueError, KeyError, TypeError):
            log.warning("an unreadable live view message for %s", self._session)


class RelayInput:
    """A person's hands on a browser of another host: `apply` as `InputDriver` has it.

    on_event: told what comes back, as the JSON that viewers get: `dialog` and `error` messages.
    """

    def __init__(
        self,
        subscriptions: Subscriptions,
        session: str,
        host: str,
        *,
        on_event: Callable[[dict[str, Any]], None],
        prefix: str = PREFIX,
    ) -> None:
        self._subscriptions = subscriptions
        self._session = session
        self._to = host_channel(host, prefix)
        self._from = cast_channel(session, prefix)
        self._me = secrets.token_hex(8)
        self._on_event = on_event

    async def start(self) -> None:
        """Raises: BrowserError when the message server cannot be reached."""
        try:
            await self._subscriptions.add(self._from, self._receive)
        except (RedisError, OSError) as error:
            raise _unreachable() from error

    async def apply(self, message: Input) -> None:
        """Send an input on its way. Raises: BrowserError when it cannot be sent."""
        await self._publish({"type": "input", "input": message.model_dump()})

    async def aclose(self) -> None:
        await self._subscriptions.remove(self._from, self._receive)
        with contextlib.suppress(BrowserError):
            await self._publish({"type": "let_go"})

    async def _publish(self, message: dict[str, Any]) -> None:
        text = json.dumps({"session": self._session, "from": self._me, **message})
        if not await publish(self._subscriptions.redis, self._to, text):
            raise BrowserError("The browser's host does not listen.", code="host_unreachable")

    def _receive(self, payload: bytes) -> None:
        if payload[:1] != EVENT:
            return
        try:
            message = json.loads(payload[1:])
            if message["to"] == self._me:
                self._on_event(message["event"])
        except (ValueError, KeyError, TypeError):
            log.warning("an unreadable takeover message for %s", self._session)


def _unreachable() -> BrowserError:
    return BrowserError("The message server cannot be reached.", code="host_unreachable")
