"""What differs when nothing can be awaited: callbacks and pauses."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep
from typing import Any

from web_agent.v1.types import Event

OnEvent = Callable[[Event], None]
# Returns the response to an input request; None leaves it to others.
OnInputRequest = Callable[[Event], Any]

__all__ = ["OnEvent", "OnInputRequest", "call_back", "sleep"]


def call_back(callback: Callable[[Event], Any], event: Event) -> Any:
    """What the callback returns."""
    return callback(event)
