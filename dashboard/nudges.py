"""Nudges: "topic, version" to pages, streams and workers, after commit.

A nudge never carries content and may be lost: readers fetch what follows their cursor. Topics:
`session:<id>`, `task:<id>`, `project:<id>`, `inbox:<project id>`, `sessions:<project id>`,
`workers`. Beside them `tick` sends what is never stored (token deltas, progress).
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import redis
import redis.asyncio
import structlog
from django.conf import settings
from django.db import transaction

CHANNEL = "webagent:nudges"
# A connection can be dead without a word: after such a silence it is asked, and must answer.
SILENCE_S = 5.0
ANSWER_S = 2.0
QUIET_S = 1.0
EVERYTHING = "*"
log = structlog.get_logger(__name__)


class _Publisher:
    """One client a process. After a failure it is quiet for a second, and then wakes everybody.

    Nudges are a courtesy: nobody waits for them, but readers that missed one should not have to
    wait for their next heartbeat.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: redis.Redis | None = None
        self._quiet_until = 0.0
        self._owed: threading.Timer | None = None

    def send(self, messages: list[dict[str, Any]]) -> None:
        if not messages:
            return
        if time.monotonic() < self._quiet_until:
            self._owe(messages)
            return
        try:
            with self._lock:
                if self._client is None:
                    self._client = redis.Redis.from_url(
                        settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5
                    )
            self._client.publish(CHANNEL, json.dumps(messages, separators=(",", ":")))
        except (redis.RedisError, OSError) as error:
            self._quiet_until = time.monotonic() + QUIET_S
            self._owe(messages)
            log.warning("nudge not sent", error=type(error).__name__)

    def _owe(self, messages: list[dict[str, Any]]) -> None:
        """Wake all readers when it works again; ticks are not missed."""
        if all("tick" in message for message in messages):
            return
        with self._lock:
            if self._owed is None:
                self._owed = threading.Timer(QUIET_S, self._make_good)
                self._owed.daemon = True
                self._owed.start()

    def _make_good(self) -> None:
        with self._lock:
            self._owed = None
        self.send([{"topic": EVERYTHING, "version": _now_ms()}])


_publisher = _Publisher()


def after_commit(topic: str, version: int | None = None) -> None:
    """Nudge the readers of a topic once the open transaction has committed.

    version: grows with every change of what the topic names; by default, now in ms.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        _publisher.send([{"topic": topic, "version": version or _now_ms()}])
        return
    # One message a transaction. A hook that a rollback dropped is found missing here.
    batch = next(
        (hook.batch for _, hook, _ in connection.run_on_commit if isinstance(hook, _Flush)), None
    )
    if batch is None:
        flush = _Flush()
        batch = flush.batch
        transaction.on_commit(flush)
    batch[topic] = version or _now_ms()


def _now_ms() -> int:
    return int(time.time() * 1000)


class _Flush:
    """Commit hook that sends a transaction's nudges in one message."""

    def __init__(self) -> None:
        self.batch: dict[str, int] = {}

    def __call__(self) -> None:
        _publisher.send([{"topic": t, "version": v} for t, v in self.batch.items()])


def tick(topic: str, kind: str, data: dict[str, Any]) -> None:
    """Send something beside the ledger to those who look right now. Best effort, never stored."""
    _publisher.send([{"topic": topic, "tick": kind, "data": data}])


class Subscription:
    """What a reader holds: coalesced versions of its topics, and ticks in order (bounded)."""

    MAX_TICKS = 256

    def __init__(self, hub: NudgeHub, topics: Iterable[str]) -> None:
        self._hub = hub
        self.topics: set[str] = set(topics)
        self._versions: dict[str, int] = {}
        self._ticks: list[dict[str, Any]] = []
        self._ready = asyncio.Event()

    def _push(self, message: dict[str, Any]) -> None:
        if "tick" in message:
            if len(self._ticks) < self.MAX_TICKS:
                self._ticks.append(message)
        else:
            self._versions[message["topic"]] = message["version"]
        self._ready.set()

    def wake(self) -> None:
        """Make the reader look at everything it follows."""
        for topic in self.topics:
            self._versions.setdefault(topic, 0)
        self._ready.set()

    async def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for news. False when the time ran out."""
        if timeout_s is None:
            await self._ready.wait()
            return True
        try:
            async with asyncio.timeout(timeout_s):
                await self._ready.wait()
        except TimeoutError:
            return False
        return True

    def take(self) -> tuple[dict[str, int], list[dict[str, Any]]]:
        """Topics that changed with their newest versions, and ticks, since the last call."""
        versions, self._versions = self._versions, {}
        ticks, self._ticks = self._ticks, []
        self._ready.clear()
        return versions, ticks

    def add(self, topic: str) -> None:
        """Follow one more topic."""
        self.topics.add(topic)
        self._hub._index[topic].add(self)

    def remove(self, topic: str) -> None:
        """Follow one topic less."""
        self._hub._drop_topic(self, topic)
        self.topics.discard(topic)

    def close(self) -> None:
        """Stop following."""
        self._hub._drop(self)


class NudgeHub:
    """One Redis subscription for all readers of this event loop.

    While Redis is away readers are woken every two seconds, and once when it is back.
    """

    def __init__(self) -> None:
        self._index: dict[str, set[Subscription]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    def subscribe(self, *topics: str) -> Subscription:
        """Begin to follow topics. Close the subscription when done."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="nudge-hub")
        subscription = Subscription(self, topics)
        for topic in topics:
            self._index[topic].add(subscription)
        return subscription

    def _drop(self, subscription: Subscription) -> None:
        for topic in subscription.topics:
            self._drop_topic(subscription, topic)

    def _drop_topic(self, subscription: Subscription, topic: str) -> None:
        readers = self._index.get(topic)
        if readers is not None:
            readers.discard(subscription)
            if not readers:
                del self._index[topic]

    def _wake_all(self) -> None:
        for subscription in {s for readers in self._index.values() for s in readers}:
            subscription.wake()

    async def _run(self) -> None:
        # A cancel that meets a time-out of the client is swallowed there; it still counts here.
        me = asyncio.current_task()
        assert me is not None
        while not me.cancelling():
            client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1)
            try:
                async with client.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL)
                    await self._listen(pubsub)
            except (redis.RedisError, OSError, TimeoutError) as error:
                log.warning("nudges are down, polling", error=type(error).__name__)
                await asyncio.sleep(2)
                self._wake_all()
            finally:
                with suppress(redis.RedisError, OSError, RuntimeError):
                    await client.aclose()

    async def _listen(self, pubsub: Any) -> None:
        """Pass on what comes. Raises: TimeoutError when Redis is silent though it was asked."""
        asked = True  # it confirms the subscription
        task = asyncio.current_task()
        while True:
            if task is not None and task.cancelling():
                raise asyncio.CancelledError  # swallowed by the client while it connected
            message = await pubsub.get_message(timeout=ANSWER_S if asked else SILENCE_S)
            if message is None:
                if asked:
                    raise TimeoutError("Redis does not answer")
                await pubsub.ping()
            elif message["type"] == "subscribe":
                self._wake_all()
            elif message["type"] == "message":
                self._deliver(message["data"])
            asked = message is None

    def _deliver(self, data: bytes) -> None:
        for message in json.loads(data):
            if message["topic"] == EVERYTHING:
                self._wake_all()
            for subscription in tuple(self._index.get(message["topic"], ())):
                subscription._push(message)

    async def aclose(self) -> None:
        """Stop reading Redis."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task


_hubs: dict[int, tuple[asyncio.AbstractEventLoop, NudgeHub]] = {}


def hub() -> NudgeHub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _hubs.get(id(loop))
    if found is None or found[0] is not loop:
        for key, (other, _) in list(_hubs.items()):
            if other.is_closed():
                del _hubs[key]
        found = _hubs[id(loop)] = (loop, NudgeHub())
    return found[1]
