"""The console socket: one for each page, carrying `{topic, version}` and ticks, never content.

From the page: `{"subscribe": ["inbox", "task:<id>", ...]}`, which replaces the earlier list.
To the page: `{"topic", "version"}`; `{"topic", "tick", "data"}`; `{"refused": [...]}`; and once
subscribed `{"subscribed": [...]}`. Close codes: 4401 signed out, 4408 too many sockets, 4409 now in
another project (open a new one), 4429 too many messages.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from contextlib import suppress
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from dashboard import nudges
from dashboard.consumers.access import actor_of, topic_for

MAX_TOPICS = 40
MAX_SOCKETS = 20  # of one user, in one web process
MESSAGES_A_SECOND = 30
MAX_MESSAGE_BYTES = 64 * 1024
RECHECK_S = 60.0
_open_sockets: Counter[int] = Counter()


class ConsoleConsumer(AsyncWebsocketConsumer):
    """Tells a page which of its regions are out of date."""

    async def connect(self) -> None:
        self._names: dict[str, str] = {}
        self._counted: int | None = None
        self._relay: asyncio.Task[None] | None = None
        self._window = (0.0, 0)
        self.actor = await actor_of(self.scope)
        if self.actor is None or self.actor.user is None:
            await self.close(code=4401)
            return
        if _open_sockets[self.actor.user.pk] >= MAX_SOCKETS:
            await self.close(code=4408)
            return
        self._counted = self.actor.user.pk
        _open_sockets[self._counted] += 1
        self._following = nudges.hub().subscribe()
        await self.accept()
        self._relay = asyncio.create_task(self._tell())

    async def disconnect(self, code: int) -> None:
        if self._counted is not None:
            _open_sockets[self._counted] -= 1
            if not _open_sockets[self._counted]:
                del _open_sockets[self._counted]
            self._following.close()
        if self._relay is not None:
            self._relay.cancel()
            with suppress(asyncio.CancelledError):
                await self._relay

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        second, count = self._window
        now = time.monotonic()
        self._window = (now, 1) if now - second > 1 else (second, count + 1)
        if self._window[1] > MESSAGES_A_SECOND:
            await self.close(code=4429)
            return
        if text_data is None or len(text_data) > MAX_MESSAGE_BYTES:
            await self._say({"error": "send small JSON objects"})
            return
        try:
            message = json.loads(text_data)
            names = message["subscribe"]
            if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
                raise TypeError
        except (ValueError, TypeError, KeyError):
            await self._say({"error": 'send {"subscribe": ["inbox", ...]}'})
            return
        await self._subscribe(names)

    async def _subscribe(self, names: list[str]) -> None:
        assert self.actor is not None
        wanted, refused = {}, []
        for name in list(dict.fromkeys(names))[:MAX_TOPICS]:
            topic = await topic_for(self.actor, name[:80])
            if topic is None:
                refused.append(name[:80])
            else:
                wanted[topic] = name
        for topic in set(self._names) - set(wanted):
            self._following.remove(topic)
        for topic in set(wanted) - set(self._names):
            self._following.add(topic)
        self._names = wanted
        await self._say({"subscribed": sorted(wanted.values())})
        if refused:
            await self._say({"refused": refused})

    async def _tell(self) -> None:
        """Relay nudges; look again now and then whether the person may still listen."""
        checked = time.monotonic()
        while True:
            await self._following.wait(RECHECK_S)
            if time.monotonic() - checked >= RECHECK_S:
                checked = time.monotonic()
                before, self.actor = self.actor, await actor_of(self.scope)
                # In another project by now: the page subscribes anew, to what it may hear.
                if self.actor is None or before is None or self.actor.project != before.project:
                    await self.close(code=4401 if self.actor is None else 4409)
                    return
            versions, ticks = self._following.take()
            for topic, version in versions.items():
                if topic in self._names:
                    await self._say({"topic": self._names[topic], "version": version})
            for message in ticks:
                name = self._names.get(message["topic"])
                if name is not None:
                    await self._say(
                        {"topic": name, "tick": message["tick"], "data": message["data"]}
                    )

    async def _say(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message, separators=(",", ":")))
