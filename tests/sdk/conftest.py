"""The SDK against a loopback server, async and sync alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import web_agent.v1
import web_agent.v1.sync

from tests.sdk.fake import KEY, PROJECT, Fake, serve

OPTIONS: dict[str, Any] = {"api_key": KEY, "project_id": PROJECT, "backoff_s": 0.001}


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    async with serve() as server:
        yield server


@pytest.fixture
async def client(fake: Fake) -> AsyncIterator[web_agent.v1.Client]:
    # Loading certificates takes longer than most of these tests, and loopback has none.
    async with httpx.AsyncClient(verify=False) as http:
        yield web_agent.v1.Client(base_url=fake.url, http_client=http, **OPTIONS)


class Twin:
    """Either client behind one face: `await twin.do("sessions.create", ...)`."""

    def __init__(self, kind: str, client: Any) -> None:
        self.kind = kind
        self.client = client

    def _method(self, name: str) -> Any:
        resource, _, method = name.partition(".")
        return getattr(getattr(self.client, resource), method)

    async def do(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        if self.kind == "async":
            return await self._method(name)(*args, **kwargs)
        return await asyncio.to_thread(self._method(name), *args, **kwargs)

    async def events(self, **kwargs: Any) -> list[Any]:
        """All events of the task's stream."""
        stream = self._method("events.stream")("sess_1", "task_1", **kwargs)
        if self.kind == "async":
            return [event async for event in stream]
        return await asyncio.to_thread(list, stream)


@pytest.fixture(params=["async", "sync"])
async def twin(request: pytest.FixtureRequest, fake: Fake) -> AsyncIterator[Twin]:
    options = {**OPTIONS, "base_url": fake.url}
    if request.param == "async":
        async with httpx.AsyncClient(verify=False) as http:
            yield Twin("async", web_agent.v1.Client(http_client=http, **options))
    else:
        with httpx.Client(verify=False) as http:
            yield Twin("sync", web_agent.v1.sync.Client(http_client=http, **options))
