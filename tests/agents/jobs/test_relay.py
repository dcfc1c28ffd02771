"""The worker's relay: pictures of a real browser reach a watcher that only has Redis."""

from __future__ import annotations

import asyncio

import pytest
import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings

from agents.browser.frames import Frame, Quality
from agents.browser.hub import FrameHub
from agents.browser.relay import RelaySource, Subscriptions
from agents.jobs.relay import LiveRelay
from dashboard.services import sessions
from tests.agents.browser.conftest import (  # noqa: F401 - pytest finds them by name
    browser_handle,
    browser_options,
    browser_session,
    driver,
)
from tests.conftest import make_session

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


async def test_pictures_cross_hosts_over_redis(operator, browser_session):  # noqa: F811
    handle = browser_session.handle
    session = await sync_to_async(make_session)(operator)
    await sync_to_async(sessions.set_browser)(
        session.pk, status="live", handle=handle.as_dict(), host="far-host"
    )
    relay = asyncio.create_task(LiveRelay("far-host", settings.REDIS_URL).run())
    client = redis.asyncio.Redis.from_url(settings.REDIS_URL)
    subscriptions = Subscriptions(client)

    async def source(key: str) -> RelaySource:
        return RelaySource(subscriptions, key, "far-host")

    hub = FrameHub(source)
    try:
        async with hub.watch(session.pk, Quality(800, 50)) as viewer:
            async with asyncio.timeout(30):
                while not isinstance(frame := await viewer.next(), Frame):
                    pass
        assert frame.jpeg.startswith(b"\xff\xd8")
    finally:
        await hub.aclose()
        relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)
        await subscriptions.aclose()
        await client.aclose()
