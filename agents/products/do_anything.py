"""DoAnything: an open-ended task in a browser, by whatever route the task names."""

from __future__ import annotations

from agents.loop import run_loop
from agents.outcome import Outcome
from agents.ports import ModelRoute, RunContext


async def run(context: RunContext, *, route: ModelRoute) -> Outcome:
    """Carry the task out. The route stays open: whoever made it closes it.

    Raises: Cancelled, Parked, LeaseLost.
    """
    return await run_loop(context, route)
