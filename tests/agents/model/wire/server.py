"""A loopback server that speaks one provider's wire format and answers what a test queued."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Say:
    """A successful answer. calls: (tool name, arguments or raw JSON text)."""

    text: str = ""
    calls: list[tuple[str, Any]] = field(default_factory=list)
    input_tokens: int = 100
    cached_tokens: int = 40
    output_tokens: int = 20
    finish: str = "stop"
    cost: float | None = None

    def arguments(self, index: int) -> str:
        value = self.calls[index][1]
        return value if isinstance(value, str) else json.dumps(value)


@dataclass
class Refuse:
    """An HTTP error in the provider's own shape."""

    status: int
    message: str = "no"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass
class Hang:
    """No answer until the client goes away."""


@dataclass
class Break:
    """Half a stream, then the connection is cut."""

    say: Say


@dataclass
class Raw:
    """A 200 with a body of anything."""

    body: bytes
    content_type: str = "text/event-stream"


@dataclass
class Seen:
    """One request as the server got it."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Wire:
    """Queue of answers and list of requests; `format` renders a Say as the provider streams it."""

    def __init__(
        self,
        stream: Callable[[Say], list[bytes]],
        error: Callable[[Refuse], dict[str, Any]],
    ) -> None:
        self._stream = stream
        self._error = error
        self.answers: list[Any] = []
        self.seen: list[Seen] = []
        self.hung = asyncio.Event()
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.seen.append(Seen(request.path_qs, dict(request.headers), body))
        answer = self.answers.pop(0)
        if isinstance(answer, Hang):
            self.hung.set()
            await asyncio.Event().wait()
        if isinstance(answer, Refuse):
            data = answer.body or json.dumps(self._error(answer)).encode()
            return web.Response(
                status=answer.status,
                body=data,
                headers={"content-type": "application/json", **answer.headers},
            )
        if isinstance(answer, Raw):
            return web.Response(body=answer.body, content_type=answer.content_type)
        broken = isinstance(answer, Break)
        frames = self._stream(answer.say if broken else answer)
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for frame in frames[: len(frames) // 2] if broken else frames:
            await response.write(frame)
        if broken:
            assert request.transport is not None
            request.transport.abort()
            return response
        await response.write_eof()
        return response


@asynccontextmanager
async def serve(wire: Wire) -> AsyncIterator[Wire]:
    """The wire on a free loopback port; `wire.url` is its origin."""
    app = web.Application(client_max_size=32 * 2**20)
    app.router.add_post("/{path:.*}", wire.handle)
    server = TestServer(app, handler_cancellation=True)
    await server.start_server()
    wire.url = str(server.make_url("")).rstrip("/")
    try:
        yield wire
    finally:
        await server.close()


def sse(data: dict[str, Any], event: str | None = None) -> bytes:
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def pieces(text: str, size: int = 7) -> list[str]:
    """Text cut the way providers cut it: anywhere."""
    return [text[i : i + size] for i in range(0, len(text), size)]
