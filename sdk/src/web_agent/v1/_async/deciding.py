"""A program's own handler of confirmations, beside the events of its run."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

from web_agent.v1._agent_calls import CONFIRMATION_RESOLVED, decision
from web_agent.v1.agent_types import (
    WebAgentConfirmationAnswer,
    WebAgentConfirmationHandler,
    WebAgentConfirmationRequest,
    WebAgentStreamEvent,
)

Send = Callable[[str, Mapping[str, Any]], Awaitable[None]]


class Deciding:
    """Asks the handler and sends what it decides, while the events go on.

    Somebody else may decide, the request may expire, and the run may end while a handler thinks:
    then it is cancelled. An async handler needs asyncio.
    """

    def __init__(self, handler: WebAgentConfirmationHandler | None, send: Send) -> None:
        """send: brings a decision on a confirmation (its id) to the server."""
        self._handler = handler
        self._send = send
        self._thinking: dict[str, asyncio.Future[WebAgentConfirmationAnswer]] = {}

    async def ask(self, request: WebAgentConfirmationRequest) -> None:
        """Ask the handler; a plain function's answer is sent at once. Raises: what it raises."""
        if self._handler is None:
            return
        answer = self._handler(request)
        if inspect.isawaitable(answer):
            self._thinking[request.id] = asyncio.ensure_future(answer)
        else:
            await self._answered(request.id, answer)

    def hear(self, event: WebAgentStreamEvent) -> None:
        """Leave a handler whose confirmation is settled without it."""
        if event.type == CONFIRMATION_RESOLVED:
            thinking = self._thinking.pop(str(event.data.get("confirmation_id")), None)
            if thinking is not None:
                thinking.cancel()

    async def next(
        self, events: AsyncGenerator[WebAgentStreamEvent, None]
    ) -> WebAgentStreamEvent | None:
        """The next event, None at the end. Decisions that are made meanwhile are sent.

        Raises: what the handler raises.
        """
        if not self._thinking:
            return await anext(events, None)
        coming = asyncio.ensure_future(anext(events, None))
        try:
            while not coming.done():
                waited: set[asyncio.Future[Any]] = {coming, *self._thinking.values()}
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
                for request_id in [key for key, one in self._thinking.items() if one.done()]:
                    await self._answered(request_id, self._thinking.pop(request_id).result())
            return coming.result()
        finally:
            if not coming.done():
                coming.cancel()
                await asyncio.wait({coming})

    async def close(self) -> None:
        """Leave every handler that still thinks."""
        thinking, self._thinking = list(self._thinking.values()), {}
        for one in thinking:
            one.cancel()
        await asyncio.gather(*thinking, return_exceptions=True)

    async def _answered(self, request_id: str, answer: WebAgentConfirmationAnswer) -> None:
        body = decision(answer)
        if body is not None:
            await self._send(request_id, body)
