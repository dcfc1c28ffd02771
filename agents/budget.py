"""The limits of a task: steps, active time, tokens, money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from agents.errors import BudgetExceeded
from agents.ports import TaskSpec, Usage

STEPS_WARNING = 3
SHARE_WARNING = 0.8
# Dollars for a million tokens where nobody knows the price: what the dearest models in wide use
# ask, so that a limit rather ends a task too early than not at all.
ASSUMED_INPUT_USD = Decimal(5)
ASSUMED_OUTPUT_USD = Decimal(25)
_MILLION = Decimal(1_000_000)


def spent_usd(usage: Usage) -> Decimal:
    """What counts against limits: the cost, or its assumption where it is not known."""
    if usage.cost_usd is not None:
        return usage.cost_usd
    return (
        usage.input_tokens * ASSUMED_INPUT_USD + usage.output_tokens * ASSUMED_OUTPUT_USD
    ) / _MILLION


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
        if self.cost_is_unknown(usage) and not tokens:
            raise BudgetExceeded(
                "The route reports neither price nor tokens: the cost limit cannot be held.",
                limit="cost",
            )
        spent = spent_usd(usage)
        if self.max_cost_usd is not None and spent > 0 and spent >= self.max_cost_usd:
            how = "" if usage.cost_usd is not None else " at the assumed price"
            used = f"${spent.normalize():f}{how}"
            raise BudgetExceeded(
                f"The task's cost limit of ${self.max_cost_usd} is used up ({used}).",
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
        """A cost limit was set that only an assumed price can be held against."""
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
        nearly = (self.max_cost_usd or 0) * Decimal(str(SHARE_WARNING))
        if self.max_cost_usd and spent_usd(usage) >= nearly:
            said.append("The cost limit is nearly used up. Wrap up.")
        return said


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{round(seconds / 60, 1):g} minutes"
