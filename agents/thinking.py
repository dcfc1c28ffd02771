"""Asking the route what to do next: with retries, within the time left, stoppable by people."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Awaitable, Callable
from typing import Any

from agents.control import Interrupted
from agents.errors import BudgetExceeded, ModelError
from agents.events import TaskNotice
from agents.plain import clip, plain_text
from agents.ports import DecideInput, Finish, ModelRoute, Reply, Usage
from agents.run import Run
from agents.sight import Sight, View

MODEL_RETRIES = 4
BACKOFF_MOST_S = 30.0
RETRY_AFTER_MOST_S = 300.0
MISREAD = "model_nonsense"  # an answer came, but not one that can be used

Sleep = Callable[[float], Awaitable[None]]


class Thinking:
    """One route, asked for one decision after another."""

    def __init__(self, run: Run, route: ModelRoute, sight: Sight, sleep: Sleep) -> None:
        self._run = run
        self._route = route
        self._sight = sight
        self._sleep = sleep

    async def decide(self, view: View) -> Reply | None:
        """The route's decision, with retries. None when a person cut it short.

        Raises: ModelError for good; BudgetExceeded when the time is over, or answers that could
        not be used took what was left.
        """
        run = self._run
        shot = await self._sight.picture() if self._route.wants_screenshot else None
        memory = copy.deepcopy(run.state.memory)
        extra: list[str] = []
        for attempt in range(MODEL_RETRIES + 1):
            given = self._input(view, memory, shot.data if shot else None, extra)
            left_s = run.budget.time_left_s(run.context.elapsed_s)
            run.context.tick("model.started", {"step": given.step, "attempt": attempt + 1})
            try:
                work = asyncio.wait_for(self._route.decide(given), max(0.05, left_s))
                reply = await run.control.interruptible(work)
            except Interrupted:
                return None
            except TimeoutError:
                run.budget.check(run.context.usage, run.context.elapsed_s)
                raise BudgetExceeded("The task's time limit is over.", limit="time") from None
            except ModelError as error:
                run.charge(error.spent or Usage())
                delay_s = self._retry_delay(error, attempt, left_s)
                if delay_s is None:
                    return self._fallback(error)
                extra = _mend(error)
                await self._tell_retry(error, delay_s, given.step)
                run.budget.check(run.context.usage, run.context.elapsed_s)
                try:
                    await run.control.interruptible(self._sleep(delay_s))
                except Interrupted:
                    return None
                continue
            run.state.memory = memory
            run.context.tick("model.completed", {"step": given.step})
            return reply
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _input(
        self, view: View, memory: dict[str, Any], shot: bytes | None, extra: list[str]
    ) -> DecideInput:
        run, state, task = self._run, self._run.state, self._run.context.task
        step = state.step + 1
        warnings = run.budget.warnings(state.decided, run.context.usage, run.context.elapsed_s)
        return DecideInput(
            instructions=task.instructions,
            step=step,
            steps_left=run.budget.steps_left(state.decided),
            turns=tuple(state.turns),
            observation=view.text,
            page_url=view.url,
            page_title=view.title,
            messages=tuple(state.messages),
            variables={name: item.description for name, item in task.variables.items()},
            output_schema=task.output_schema,
            notes=(*state.notes, *warnings, *extra),
            screenshot_png=shot,
            page=self._sight.session,
            memory=memory,
            on_delta=lambda text: run.context.tick("model.delta", {"step": step, "text": text}),
            downloads=tuple(item.name for item in state.files),
            boundary=state.boundary,
            today=state.today,
        )

    def _retry_delay(self, error: ModelError, attempt: int, left_s: float) -> float | None:
        """Seconds to wait before the next try, None when there is none."""
        if not error.retryable or attempt >= MODEL_RETRIES:
            return None
        delay_s = min(BACKOFF_MOST_S, float(2**attempt))
        if error.retry_after_s is not None:
            delay_s = max(0.0, error.retry_after_s)
        return None if delay_s > min(RETRY_AFTER_MOST_S, left_s) else delay_s

    async def _tell_retry(self, error: ModelError, delay_s: float, step: int) -> None:
        message = f"{clip(plain_text(str(error)), 500)} Trying again in {delay_s:.0f} s."
        detail = {"code": error.code, "delay_s": delay_s}
        await self._run.save(TaskNotice(kind="retry", message=message, step=step, detail=detail))

    def _fallback(self, error: ModelError) -> Reply:
        """When the model fails while mending its answer, the answer that it gave counts."""
        turns = self._run.state.turns
        if turns and isinstance(turns[-1].decision, Finish):
            return Reply(turns[-1].decision, Usage(), self._route.name)
        raise error


def _mend(error: ModelError) -> list[str]:
    return [f"Your last answer could not be used: {error}"] if error.code == MISREAD else []
