"""The limits of a task: steps, active time, tokens, money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agents.errors import BudgetExceeded
from agents.ports import TaskSpec, Usage

STEPS_WARNING = 3
SHARE_WARNING = 0.8


@dataclass(frozen=True)
class Budget:
    """What a task may use. None: no limit."""

    max_steps: int
    max_duration_s: float
    max_tokens: int | None = None
    max_cost_usd: Decimal | None = None

    @classmethod
    def of(cls, task: TaskSpec) -> Budget:
        """The limits that the task was given."""
        return cls(task.max_steps, task.max_duration_s, task.max_tokens, task.max_cost_usd)

    def check(self, usage: Usage, elapsed_s: float) -> None:
        """Raises: BudgetExceeded when time, tokens or money ran out.

        Steps are not checked here: after the last one the model may still finish.
        """
        if elapsed_s >= self.max_duration_s:
            raise BudgetExceeded(
                f"The task's time limit of {_duration(self.max_duration_s)} is over.", limit="time"
            )
        tokens = usage.input_tokens + usage.output_tokens
        if self.max_tokens is not None and tokens >= self.max_tokens:
            raise BudgetExceeded(
                f"The task's limit of {self.max_tokens} tokens is used up ({tokens}).",
                limit="tokens",
            )
        if (
            self.max_cost_usd is not None
            and usage.cost_usd is not None
            and usage.cost_usd >= self.max_cost_usd
            and (usage.cost_usd > 0 or self.max_cost_usd < 0)
        ):
            raise BudgetExceeded(
                f"The task's cost limit of ${self.max_cost_usd} is used up (${usage.cost_usd}).",
                limit="cost",
            )

    def out_of_steps(self) -> BudgetExceeded:
        """The error for a task whose steps are used up."""
        return BudgetExceeded(
            f"The task's limit of {self.max_steps} steps is used up.", limit="steps"
        )

    def steps_left(self, decided: int) -> int:
        """Steps that may still be decided on, the coming one included."""
        return max(0, self.max_steps - decided)

    def time_left_s(self, elapsed_s: float) -> float:
        """Active seconds left, at least 0."""
        return max(0.0, self.max_duration_s - elapsed_s)

    def cost_is_unknown(self, usage: Usage) -> bool:
        """A cost limit was set that nothing can be measured against."""
        return self.max_cost_usd is not None and usage.cost_usd is None

    def warnings(self, decided: int, usage: Usage, elapsed_s: float) -> list[str]:
        """What the model is told when a limit comes near, so that it can wrap up."""
        said: list[str] = []
        left = self.steps_left(decided)
        if left == 0:
            said.append("No steps are left. Call finish now with what you have.")
        elif left == 1:
            said.append("This is the last step. Finish with what you have if you can.")
        elif left <= STEPS_WARNING and self.max_steps > STEPS_WARNING:
            said.append(f"Only {left} steps are left. Wrap up.")
        if elapsed_s >= self.max_duration_s * SHARE_WARNING:
            left_s = _duration(self.time_left_s(elapsed_s))
            said.append(f"Only {left_s} are left. Wrap up.")
        tokens = usage.input_tokens + usage.output_tokens
        if self.max_tokens is not None and tokens >= self.max_tokens * SHARE_WARNING:
            said.append("The token limit is nearly used up. Wrap up.")
        if (
            self.max_cost_usd
            and usage.cost_usd is not None
            and usage.cost_usd >= self.max_cost_usd * Decimal(str(SHARE_WARNING))
        ):
            said.append("The cost limit is nearly used up. Wrap up.")
        return said


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes"
