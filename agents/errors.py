"""Everything the engine raises on purpose.

    AgentError
    ├── ModelError          the model route failed or answered nonsense
    ├── BrowserError        the browser or a page in it failed
    │   └── BrowserGone     the browser process is dead; a new one is needed
    ├── PolicyError         a rule refused the action; nothing was touched
    ├── ActionError         a call on the page failed; readable by a model
    └── BudgetExceeded      steps, time, tokens or money ran out

    RunSignal               outcomes, not failures
    ├── Cancelled
    │   └── Unconfirmed     nobody decided in time: the run ends without the action
    ├── Parked              a long wait: give the lease up, keep the checkpoint
    ├── Rejected            a person refused an action and stopped the task
    └── LeaseLost           another worker holds the task: stop and let go

Every AgentError has a stable `code`, `retryable`, and a message fit to show to a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.ports import Usage


class AgentError(Exception):
    """Base of the engine's failures. `str(error)` is fit to show to a person."""

    code = "agent_error"
    retryable = False

    def __init__(
        self, message: str, *, code: str | None = None, retryable: bool | None = None
    ) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        if retryable is not None:
            self.retryable = retryable


class ModelError(AgentError):
    """The model route failed: unreachable, refused, timed out, or answered nonsense.

    spent: what answers that could not be used cost all the same.
    """

    code = "model_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retryable: bool | None = None,
        retry_after_s: float | None = None,
        spent: Usage | None = None,
    ) -> None:
        super().__init__(message, code=code, retryable=retryable)
        self.retry_after_s = retry_after_s
        self.spent = spent


class BrowserError(AgentError):
    """The browser or a page in it failed."""

    code = "browser_error"
    retryable = True


class BrowserGone(BrowserError):
    """The browser process is dead or unreachable; the task can go on in a new one."""

    code = "browser_gone"


class PolicyError(AgentError):
    """A rule refused the action before it touched anything. `rule` names the rule."""

    code = "policy_denied"

    def __init__(self, message: str, *, rule: str, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.rule = rule


class ActionError(AgentError):
    """A call on the page failed. The message says what was wrong and what to try."""

    code = "action_failed"
    retryable = True


class BudgetExceeded(AgentError):
    """A limit of the task ran out. `limit` is `steps`, `time`, `tokens` or `cost`."""

    code = "budget_exceeded"

    def __init__(self, message: str, *, limit: str) -> None:
        super().__init__(message, code=f"{limit}_limit_reached")
        self.limit = limit


class RunSignal(Exception):
    """An outcome of a run that is not a failure."""


class Cancelled(RunSignal):
    """Somebody cancelled the task or stopped its session."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class Unconfirmed(Cancelled):
    """Nobody decided on a risky action in time, and the run was to end then."""


class Parked(RunSignal):
    """The run waits for a person for long: its checkpoint is saved, its lease can go."""


class Rejected(RunSignal):
    """A person refused a risky action and said that the task ends there. `str()` says so."""

    code = "rejected"


class LeaseLost(RunSignal):
    """Another worker owns the task now. Write nothing more and let go of the browser."""
