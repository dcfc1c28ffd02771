"""Model servers for tasks of the real product: each task may have one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

from agents.model.protocol import EXECUTE, FINISH
from tests.agents.model.wire.formats import openai_chat
from tests.agents.model.wire.server import Say, Wire
from tests.sites.hostile.server import HOST, Loop, bound_socket

KEY = "sk-e2e-0123456789abcdef"


def act(code: str) -> Say:
    """The model decides to run code."""
    return Say(calls=[(EXECUTE, {"code": code, "reasoning": "Go on."})])


def finish(text: str = "Done.", **more: Any) -> Say:
    """The model says that it is done."""
    return Say(calls=[(FINISH, {"text": text, "success": True, **more})])


class ModelServer:
    """A server that speaks chat completions and gives these answers, the last one for ever."""

    def __init__(self, loop: Loop, *answers: Any) -> None:
        self._loop = loop
        self.wire: Wire = openai_chat()
        self.wire.answers = list(answers)
        self._runner = web.AppRunner(self._app(), handler_cancellation=True, shutdown_timeout=0.1)
        self.port = loop.run(self._start)

    def _app(self) -> web.Application:
        async def handle(request: web.Request) -> web.StreamResponse:
            if len(self.wire.answers) == 1:
                self.wire.answers *= 2
            return await self.wire.handle(request)

        app = web.Application(client_max_size=32 * 2**20)
        app.router.add_post("/{path:.*}", handle)
        return app

    async def _start(self) -> int:
        await self._runner.setup()
        await web.SockSite(self._runner, bound_socket()).start()
        port: int = self._runner.addresses[0][1]
        return port

    def close(self) -> None:
        self._loop.run(self._runner.cleanup)

    @property
    def model(self) -> dict[str, Any]:
        """What a task names to get this server."""
        return {
            "route": "openai-compatible",
            "model": "tester",
            "base_url": f"http://{HOST}:{self.port}/v1",
        }

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Bodies of the requests so far."""
        return [seen.body for seen in self.wire.seen]


@contextmanager
def model_loop() -> Iterator[Loop]:
    """The thread that model servers of a test run on."""
    loop = Loop()
    try:
        yield loop
    finally:
        loop.close()
