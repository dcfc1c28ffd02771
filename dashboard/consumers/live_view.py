"""The live view socket: frames out, a person's input in. Protocol: `agents.browser.viewing`.

Whoever belongs to the session's project may watch; input is taken from the person who drives,
and while their socket is open it keeps their lease. Close codes: `limits.py`.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from agents.browser.takeover import TakeoverError
from agents.browser.takeover_messages import Input
from agents.browser.viewing import ViewerConnection
from agents.errors import BrowserError
from dashboard import nudges
from dashboard.consumers import limits
from dashboard.consumers.access import actor_of
from dashboard.consumers.casts import Hands, View, casts, look, renew
from dashboard.services import access_news

ACK = '{"type":"ack"}'
LOOK_PAUSE_S = 0.2
INPUT_CHECK_S = 2.0
# A hand on a mouse tells of itself with every picture of its screen; `ViewerConnection` keeps its
# own measure of that, and merges what nothing depends on.
DRIVERS_MESSAGES_A_SECOND = 300


class LiveViewConsumer(AsyncWebsocketConsumer):
    """One viewer of one session's browser."""

    async def connect(self) -> None:
        self._place: limits.Place | None = None
        self._owed = 0  # frames sent and not yet acknowledged
        self._pace = limits.Pace()
        self._drivers_pace = limits.Pace(DRIVERS_MESSAGES_A_SECOND)
        self._tasks: list[asyncio.Task[None]] = []
        self._hands: Hands | None = None
        self._moved = False
        self._checked_at = 0.0
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=64)
        self.session_id: str = self.scope["url_route"]["kwargs"]["session_id"]
        self.actor = await actor_of(self.scope)
        if self.actor is None or self.actor.user is None:
            # Accepted first: a browser is not told the code of a socket that never opened.
            await self._refuse(limits.SIGNED_OUT)
            return
        self._user = self.actor.user
        view = await look(self.session_id, self.actor.project, self._user)
        if view is None:
            await self._refuse(limits.NOT_FOUND)
            return
        self._place = limits.Place.take(self._user.pk)
        if self._place is None:
            await self._refuse(limits.TOO_MANY_SOCKETS)
            return
        self._view: View = view
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        await self.accept()
        self._viewer = ViewerConnection(
            casts().hub,
            self.session_id,
            send_bytes=self._send_bytes,
            send_text=self._send_text,
            on_input=self._on_input,
            quality=query.get("quality", ["page"])[0],
            control=view.as_control(),
        )
        self._tasks = [
            asyncio.create_task(self._viewer.run()),
            asyncio.create_task(self._keep_up()),
            asyncio.create_task(self._tell_events()),
        ]

    async def disconnect(self, code: int) -> None:
        if self._place is not None:
            self._place.free()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._let_go()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self._tasks:
            return
        if text_data == ACK and self._owed:
            self._owed -= 1
        else:
            pace = self._drivers_pace if self._view.driving else self._pace
            code = pace.refusal(text_data, bytes_data)
            if code is not None:
                await self.close(code=code)
                return
        await self._viewer.receive(text_data or "")

    async def _refuse(self, code: int) -> None:
        await self.accept()
        await self.close(code=code)

    async def _send_bytes(self, data: bytes) -> None:
        self._owed += 1
        await self.send(bytes_data=data)

    async def _send_text(self, text: str) -> None:
        await self.send(text_data=text)

    # --- keeping up with the session -----------------------------------------------------------
    async def _keep_up(self) -> None:
        """Follow who drives and which browser it is; keep the lease of a person who drives."""
        own_topic = access_news.topic(self._user.pk)
        following = nudges.hub().subscribe(f"session:{self.session_id}", own_topic)
        every_s = settings.CONFIG.driver_lease_s / 3
        rechecked = time.monotonic()
        try:
            while True:
                await following.wait(every_s)
                versions, _ = following.take()
                if own_topic in versions or time.monotonic() - rechecked > limits.RECHECK_S:
                    rechecked = time.monotonic()
                    self.actor = await actor_of(self.scope)
                if self.actor is None:
                    await self.close(code=limits.SIGNED_OUT)
                    return
                if not await self._look():
                    await self.close(code=limits.NOT_FOUND)
                    return
                if self._view.mine and self._may_drive():
                    await self._renew()
                await asyncio.sleep(LOOK_PAUSE_S)  # a busy session nudges many times a second
        finally:
            following.close()

    async def _look(self) -> bool:
        """Take in the session's present state. False when it is not ours to see any more."""
        assert self.actor is not None
        view = await look(self.session_id, self.actor.project, self._user)
        if view is None:
            return False
        before, self._view = self._view, view
        if view.handle != before.handle:
            casts().hub.refresh(self.session_id, view.handle)
        if not view.driving:
            await self._let_go()
        await self._viewer.set_control(view.as_control())
        return True

    async def _renew(self) -> bool:
        moved, self._moved = self._moved, False
        self._checked_at = time.monotonic()
        return bool(await renew(self.session_id, self._view.token, moved=moved))

    # --- input -----------------------------------------------------------------------------------
    async def _on_input(self, message: Input) -> None:
        """Apply an input of the person who drives. Raises: BrowserError."""
        if not self._view.driving or not self._may_drive():
            raise TakeoverError("You are not driving this browser.", code="not_driving")
        self._moved = True
        # Control may have been taken away a moment ago, and the nudge been lost.
        late = time.monotonic() - self._checked_at > INPUT_CHECK_S
        if late and not await self._renew():
            await self._look()
            raise TakeoverError("You are not driving this browser any more.", code="not_driving")
        handle = self._view.handle
        if handle is None:
            raise BrowserError("The browser is closed.", code="browser_gone")
        if self._hands is None or self._hands.handle != handle:
            await self._let_go()
            self._hands = await casts().hands(self.session_id, handle, self._on_event)
        await self._hands.apply(message)

    def _may_drive(self) -> bool:
        """Whether the person's role still lets them: it may have changed since they took over."""
        return self.actor is not None and bool({"run", "admin"} & self.actor.scopes)

    def _on_event(self, event: dict[str, Any]) -> None:
        if not self._events.full():
            self._events.put_nowait(event)

    async def _tell_events(self) -> None:
        while True:
            await self._viewer.tell(await self._events.get())

    async def _let_go(self) -> None:
        hands, self._hands = self._hands, None
        if hands is not None:
            await hands.aclose()
