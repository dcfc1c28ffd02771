"""The worker's side of the live view between hosts: casts this host's browsers when watched."""

from __future__ import annotations

import asyncio

import redis.asyncio
import structlog
from redis import RedisError

from agents.browser.frames import FrameSource
from agents.browser.handle import BrowserHandle
from agents.browser.hub import FrameHub
from agents.browser.process import is_alive
from agents.browser.relay import Subscriptions
from agents.browser.relay_publisher import RelayPublisher
from agents.browser.screencast import Screencast
from agents.jobs.db import db
from dashboard.models import AgentSession

log = structlog.get_logger(__name__)

RETRY_S = 5.0


class LiveRelay:
    """Serves watchers on other hosts; those of this host look at the browser themselves."""

    def __init__(self, host: str, redis_url: str) -> None:
        self._host = host
        self._redis = redis.asyncio.Redis.from_url(redis_url, socket_connect_timeout=2)
        self._subscriptions = Subscriptions(self._redis)
        self._hub = FrameHub(self._cast)
        self._publisher = RelayPublisher(
            self._subscriptions, host, self._hub, handle_of=self._handle_of
        )

    async def run(self) -> None:
        """Listen for watchers until cancelled."""
        try:
            while True:
                try:
                    await self._publisher.start()
                    break
                except (RedisError, OSError) as error:
                    log.warning("live view relay waits for Redis", error=type(error).__name__)
                    await asyncio.sleep(RETRY_S)
            await asyncio.Event().wait()
        finally:
            await self._publisher.aclose()
            await self._hub.aclose()
            await self._subscriptions.aclose()
            await self._redis.aclose()

    async def _handle_of(self, session_id: str) -> BrowserHandle | None:
        row = await db(AgentSession.objects.filter(pk=session_id, browser_host=self._host).first)
        if row is None or not row.browser:
            return None
        handle = BrowserHandle.from_dict(row.browser)
        return handle if is_alive(handle) else None

    async def _cast(self, session_id: str) -> FrameSource | None:
        handle = await self._handle_of(session_id)
        if handle is None:
            return None
        return Screencast(handle.debug_port, user_data_dir=handle.user_data_dir)
