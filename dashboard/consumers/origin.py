"""Sockets are opened by our own pages only: cookies alone would let any site open one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class SameOrigin:
    """Refuses a websocket that no page of ours opened, before it is accepted (HTTP 403).

    Its Host must be one of ALLOWED_HOSTS, and its Origin that very host, or a trusted origin. A
    missing Origin is refused: every browser sends one, and programs have the API.
    """

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if not _is_ours(headers.get(b"origin", ""), headers.get(b"host", "")):
            await send({"type": "websocket.close", "code": 4403})
            return
        await self._app(scope, receive, send)


def _is_ours(origin: str, host: str) -> bool:
    domain, _ = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        given = urlsplit(origin)
    except ValueError:
        return False
    schemes = ("https",) if settings.SESSION_COOKIE_SECURE else ("http", "https")
    return given.scheme in schemes and given.netloc.lower() == host.lower()
