"""Whose address it is, when a reverse proxy stands in front."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpRequest

Scope = dict[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
_HEADERS = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via")


class ClientAddress:
    """Puts the address that the proxy saw in place of the proxy's own.

    X-Forwarded-For grows to the right: each proxy appends whom it was called by, and all that
    stands left of that is the caller's own word. So with `count` proxies the entry that counts is
    the `count`-th from the right. With a count of 0 the header is not looked at.
    Source: MDN, X-Forwarded-For, "Selecting an IP address".
    """

    def __init__(self, app: App, count: int) -> None:
        self._app = app
        self._count = count

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if self._count and scope["type"] in ("http", "websocket"):
            address = _forwarded(scope, self._count)
            if address is not None:
                scope = {**scope, "client": (address, 0)}
        await self._app(scope, receive, send)


def _forwarded(scope: Scope, count: int) -> str | None:
    lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    entries = [entry.strip() for entry in b",".join(lines).decode("latin-1").split(",")]
    if len(entries) < count:
        return None
    try:
        return str(ipaddress.ip_address(entries[-count].strip("[]")))
    except ValueError:
        return None


def is_local(request: HttpRequest) -> bool:
    """Whether the caller itself, and not a proxy in front of the server, is on this machine."""
    if any(name in request.headers for name in _HEADERS):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
