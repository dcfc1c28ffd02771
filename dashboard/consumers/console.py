"""The console socket: one for each page, carrying `{topic, version}` and ticks, never content.

From the page: `{"subscribe": ["inbox", "task:<id>", ...]}`, which replaces the earlier list.
To the page: `{"topic", "version"}`; `{"topic", "tick", "data"}`; `{"refused": [...]}`; and once
subscribed `{"subscribed": [...]}`. Close codes: `limits.py`; after 4409 the page opens a new one.
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer

from dashboard import nudges
from dashboard.consumers import limits
from dashboard.consumers.access import actor_of, topic_for
from dashboard.services import access_news

MAX_TOPICS = 40


class ConsoleConsumer(AsyncWebsocketConsumer):
    """Tells a page which of its regions are out of date."""

    async def connect(self) -> None:
        self._names: dict[str, str] = {}
        self._place: limits.Place | None = None
        self._relay: asyncio.Task[None] | None = None
        self._pace = limits.Pace()
        self.actor = await actor_of(self.scope)
        # Accepted first: a browser is not told the code of a socket that never opened, and its page
        # could not tell a sign-out from a server that is down.
        await self.accept()
        if self.actor is None or self.actor.user is None:
            await self.close(code=limits.SIGNED_OUT)
            return
        self._place = limits.Place.take(self.actor.user.pk)
        if self._place is None:
            await self.close(code=limits.TOO_MANY_SOCKETS)
            return
        self._own_topic = access_news.topic(self.actor.user.pk)
        self._following = nudges.hub().subscribe(self._own_topic)
        self._relay = asyncio.create_task(self._tell())

    async def disconnect(self, code: int) -> None:
        if self._place is not None:
            self._place.free()
            self._following.close()
        if self._relay is not None:
            self._relay.cancel()
            with suppress(asyncio.CancelledError):
                await self._relay

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._relay is None:
            return  # refused: what was on its way is not read
        code = self._pace.refusal(text_data, bytes_data)
        if code is not None:
            await self.close(code=code)
            return
        try:
            names = json.loads(text_data or "")["subscribe"]
            if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
                raise TypeError
        except (ValueError, TypeError, KeyError, RecursionError):
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
        """Relay nudges, for as long as the person may listen."""
        checked = time.monotonic()
        while True:
            await self._following.wait(limits.RECHECK_S)
            versions, ticks = self._following.take()
            if self._own_topic in versions or time.monotonic() - checked >= limits.RECHECK_S:
                checked = time.monotonic()
                code = await self._look_again()
                if code is not None:
                    await self.close(code=code)
                    return
            for topic, version in versions.items():
                if topic in self._names:
                    await self._say({"topic": self._names[topic], "version": version})
            for message in ticks:
                name = self._names.get(message["topic"])
                if name is not None:
                    await self._say(
                        {"topic": name, "tick": message["tick"], "data": message["data"]}
                    )

    async def _look_again(self) -> int | None:
        """Who is there now? The code to close with, or None when all is as before."""
        before, self.actor = self.actor, await actor_of(self.scope)
        if self.actor is None or before is None:
            return limits.SIGNED_OUT
        # In another project by now: the page subscribes anew, to what it may hear.
        return None if self.actor.project == before.project else limits.OTHER_PROJECT

    async def _say(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message, separators=(",", ":")))
