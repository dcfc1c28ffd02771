"""Agent runs: the loop of every task, held to what an agent's owner asked for beside the task.

`TaskSpec.options`, all optional: `guidance` (text for the standing orders), `max_tool_calls`,
`observation_chars`, `tool_result_chars`, `captcha` (`ask` or `never`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agents.errors import BudgetExceeded, Unconfirmed
from agents.loop import run_loop
from agents.outcome import Outcome
from agents.plain import bounded, clip
from agents.ports import (
    Act,
    Ask,
    DecideInput,
    Decision,
    Finish,
    ModelRoute,
    Reply,
    RunContext,
    Turn,
)

UNCONFIRMED = "confirmation_expired"
_LAST_CALL = "No tool calls are left. Call finish now with what you have."
_NO_CAPTCHA = "The page asks for a captcha, and this run may not hand captchas to a person."


async def run(context: RunContext, *, route: ModelRoute) -> Outcome:
    """Carry the run out. A confirmation that nobody gave in time ends it, without the action.

    Raises: Cancelled, Parked, LeaseLost.
    """
    try:
        return await run_loop(context, Guided(route, context.task.options))
    except Unconfirmed as unconfirmed:
        message = unconfirmed.reason or "Nobody confirmed the action in time; it was not done."
        return Outcome.expired(UNCONFIRMED, message)


class Guided:
    """A route within the owner's limits: what it is told, shown, and allowed to decide.

    options: see the module.
    """

    def __init__(self, route: ModelRoute, options: Mapping[str, Any]) -> None:
        self._route = route
        self._guidance = str(options.get("guidance") or "")
        self._max_calls: int | None = options.get("max_tool_calls")
        self._observation_chars: int | None = options.get("observation_chars")
        self._result_chars: int | None = options.get("tool_result_chars")
        self._captchas = options.get("captcha") != "never"
        self.name = route.name
        self.wants_screenshot = route.wants_screenshot

    async def decide(self, turn: DecideInput) -> Reply:
        """The route's decision. Raises: ModelError; BudgetExceeded when no tool call is left."""
        left = self._calls_left(turn)
        notes = (*turn.notes, _LAST_CALL) if left == 0 else turn.notes
        reply = await self._route.decide(
            replace(
                turn,
                guidance=self._guidance,
                notes=notes,
                observation=_clipped(turn.observation, self._observation_chars),
                turns=self._bounded(turn.turns),
                memory=turn.memory.setdefault("route", {}),
            )
        )
        if left == 0 and isinstance(reply.decision, Act):
            raise BudgetExceeded(
                f"The run's limit of {self._max_calls} tool calls is used up.", limit="tool_call"
            )
        return replace(reply, decision=self._allowed(reply.decision))

    async def aclose(self) -> None:
        """Nothing to close: whoever made the route closes it."""

    def _calls_left(self, turn: DecideInput) -> int | None:
        """Tool calls that may still be made; None: no limit. Counted once each, as they end."""
        if self._max_calls is None:
            return None
        memory = turn.memory
        counted = int(memory.get("counted", 0))
        made = [t.step for t in turn.turns if isinstance(t.decision, Act) and t.step > counted]
        memory["calls"] = int(memory.get("calls", 0)) + len(made)
        memory["counted"] = max([counted, *made])
        return max(0, self._max_calls - memory["calls"])

    def _bounded(self, turns: Sequence[Turn]) -> Sequence[Turn]:
        limit = self._result_chars
        if limit is None:
            return turns
        return tuple(
            turn
            if turn.result is None
            else replace(
                turn,
                result=replace(
                    turn.result,
                    value=bounded(turn.result.value, limit),
                    printed=clip(turn.result.printed, limit),
                ),
            )
            for turn in turns
        )

    def _allowed(self, decision: Decision) -> Decision:
        if self._captchas or not isinstance(decision, Ask) or decision.kind != "captcha":
            return decision
        return Finish(_NO_CAPTCHA, success=False, reasoning=decision.reasoning)


def _clipped(text: str, limit: int | None) -> str:
    return text if limit is None else clip(text, limit)
