"""How a run ended."""

from __future__ import annotations

from dataclasses import dataclass

from agents.errors import AgentError
from agents.events import TerminalReason
from agents.ports import JSON


@dataclass(frozen=True)
class Outcome:
    """The end of a run, ready to become `task.completed`.

    is_task_successful: True only when the result was checked against what was seen, False when
    the agent said that it failed, None when nothing could be checked.
    error: {"code", "message"} for everything but `done`.
    text: the agent's closing words, or what was reached when a limit ended the run.
    """

    output: JSON
    terminal_reason: TerminalReason
    is_task_successful: bool | None = None
    error: dict[str, str] | None = None
    text: str = ""

    @classmethod
    def done(cls, output: JSON, *, text: str, verified: bool | None) -> Outcome:
        """The agent finished by itself."""
        return cls(output, "done", verified, None, text)

    @classmethod
    def failed(cls, code: str, message: str, *, output: JSON = None, text: str = "") -> Outcome:
        """The run could not go on."""
        error = {"code": code, "message": message}
        return cls(output, "failed", False, error, text or message)

    @classmethod
    def expired(cls, code: str, message: str, *, output: JSON = None, text: str = "") -> Outcome:
        """The run's time ran out."""
        error = {"code": code, "message": message}
        return cls(output, "expired", False, error, text or message)

    @classmethod
    def of_error(cls, error: AgentError, *, output: JSON = None, text: str = "") -> Outcome:
        """The honest end for an engine error."""
        return cls.failed(error.code, str(error), output=output, text=text)
