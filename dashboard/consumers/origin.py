"""Sockets are opened by our own pages only: cookies alone would let any site open one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class SameOrigin:
    """Refuses a websocket whose Origin is missing or is not the address it was opened at."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get(b"origin", "")
        host = headers.get(b"host", "")
        trusted = origin in settings.CSRF_TRUSTED_ORIGINS
        if not trusted and (not origin or urlsplit(origin).netloc.lower() != host.lower()):
            await send({"type": "websocket.close", "code": 4403})
            return
        await self._app(scope, receive, send)
