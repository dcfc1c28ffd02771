"""Nudges that could not be sent, and readers that would have missed them."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
import redis

from dashboard import nudges


class Flaky:
    """A Redis client that fails as often as it is told to."""

    def __init__(self, client: redis.Redis, failures: int) -> None:
        self._client, self.failures = client, failures

    def publish(self, channel: str, message: str) -> None:
        if self.failures:
            self.failures -= 1
            raise redis.ConnectionError
        self._client.publish(channel, message)


@pytest.fixture
async def hub():
    made = nudges.NudgeHub()
    yield made
    with suppress(asyncio.CancelledError):
        await made.aclose()


async def test_readers_are_woken_when_nudges_can_be_sent_again(hub, settings, monkeypatch):
    monkeypatch.setattr(nudges, "QUIET_S", 0.05)
    publisher = nudges._Publisher()
    publisher._client = Flaky(redis.Redis.from_url(settings.REDIS_URL), failures=2)
    reader = hub.subscribe("task:1")
    assert await reader.wait(30)  # the hub listens
    reader.take()
    await asyncio.to_thread(publisher.send, [{"topic": "task:1", "version": 7}])
    await asyncio.to_thread(publisher.send, [{"topic": "task:2", "version": 1}])
    assert await reader.wait(30)
    assert set(reader.take()[0]) == {"task:1"}
    assert publisher._owed is None


async def test_ticks_are_not_made_good(hub):
    publisher = nudges._Publisher()
    publisher._client = Flaky(redis.Redis(), failures=1)
    publisher.send([{"topic": "task:1", "tick": "model.delta", "data": {}}])
    assert publisher._owed is None
