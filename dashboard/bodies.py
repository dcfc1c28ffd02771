"""How large the body of a request may be, whatever the server and the address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpRequest

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Scope, Receive, Any], Awaitable[None]]

MAX_BYTES = 2 * 1024 * 1024
WORDS = "The body is too large (2 MiB at most)."
_KEY = "webagent.too_large"


def is_too_large(request: HttpRequest) -> bool:
    """Whether there was more of a body than is read; `request.body` is empty or cut then."""
    return bool(getattr(request, "scope", {}).get(_KEY))


class BodyLimit:
    """Lets a request with too large a body through without it, for the edges to answer.

    They know who asks, and what every answer carries. What was declared too large is not read at
    all; what comes in pieces is read up to the limit.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Any) -> None:
        if scope["type"] == "http":
            receive = _Counted(scope, receive)
        await self._app(scope, receive, send)


class _Counted:
    """The messages of a request, to the limit of its body."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self._left = MAX_BYTES
        self._is_over = False  # the application has had the last piece
        if _declared(scope) > MAX_BYTES:
            scope[_KEY] = True

    async def __call__(self) -> Message:
        if self._scope.get(_KEY) and not self._is_over:
            self._is_over = True
            return {"type": "http.request", "body": b"", "more_body": False}
        message = await self._receive()
        while self._is_over and message["type"] == "http.request":
            message = await self._receive()  # the rest of what nobody wants
        if message["type"] != "http.request":
            return message
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self._scope[_KEY] = True
            return await self()
        self._is_over = not message.get("more_body", False)
        return message


def _declared(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0
