"""What differs when nothing can be awaited: callbacks and pauses."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from anyio import sleep

from web_agent.v1.types import Event

OnEvent = Callable[[Event], Awaitable[None] | None]
# Returns the response to an input request; None leaves it to others.
OnInputRequest = Callable[[Event], Awaitable[Any] | Any]

__all__ = ["OnEvent", "OnInputRequest", "call_back", "sleep"]


async def call_back(callback: Callable[[Event], Any], event: Event) -> Any:
    """What the callback returns, plain or async."""
    result = callback(event)
    return await result if inspect.isawaitable(result) else result
