"""DoAnything: an open-ended task in a browser, by whatever route the task names."""

from __future__ import annotations

from dataclasses import replace

from agents.loop import run_loop
from agents.outcome import Outcome
from agents.ports import ModelRoute, RunContext


async def run(context: RunContext, *, route: ModelRoute) -> Outcome:
    """Carry the task out. The route stays open: whoever made it closes it.

    An answer in words alone is the output: a task has no other place for it.
    Raises: Cancelled, Parked, LeaseLost.
    """
    outcome = await run_loop(context, route)
    wants_words = outcome.output is None and not context.task.output_schema
    if wants_words and outcome.terminal_reason == "done" and outcome.text:
        return replace(outcome, output=outcome.text)
    return outcome
