"""Shapes on the wire. The names are the contract's; responses never drop or rename a field."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BeforeValidator, Field, PlainSerializer

from dashboard.services.numbers import PlainNumbers
from dashboard.services.options import CleanText


def _wire(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


Time = Annotated[
    datetime,
    PlainSerializer(_wire, return_type=str, when_used="json"),
    Field(description="RFC 3339, UTC"),
]
Money = Annotated[str, Field(description="Decimal string", examples=["0.0123"])]


class ErrorOut(Schema):
    """The only shape of an error."""

    code: str
    detail: str
    extra: dict[str, Any]


class UsageOut(Schema):
    """What a task has used. `cost_usd` is null when the price is not known."""

    steps: int
    input_tokens: int
    output_tokens: int
    cost_usd: Money | None
    browser_seconds: float


class TaskErrorOut(Schema):
    """Why a task did not end well."""

    code: str
    message: str


class InputRequestOut(Schema):
    """A question of the agent to a person."""

    id: str
    task_id: str
    kind: str
    prompt: str
    risk: str | None
    input_schema: dict[str, Any] | None
    choices: list[dict[str, Any]] | None
    context: dict[str, Any]
    revision: int
    status: Literal["pending", "answered", "expired", "canceled"]
    response: Any = None
    answered_by: str | None
    expires_at: str | None
    created_at: str


TaskStatusOut = Literal[
    "pending", "running", "awaiting_input", "paused", "done", "failed", "canceled"
]


class TaskOut(Schema):
    """One thing that was asked for, and what came of it."""

    id: str
    session_id: str
    project_id: str
    product: str
    instructions: str
    status: TaskStatusOut
    output: Any = None
    terminal_reason: str | None
    error: TaskErrorOut | None
    is_task_successful: bool | None = Field(description="null when nothing verified the result")
    usage: UsageOut
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    input_requests: list[InputRequestOut]


class BrowserOut(Schema):
    """What the session's browser shows."""

    status: str
    page_url: str
    page_title: str


SessionStatusOut = Literal["pending", "running", "idle", "stopped", "failed"]


class SessionOut(Schema):
    """A browser's life: its first task and the follow-ups."""

    id: str
    project_id: str
    product: str
    title: str
    status: SessionStatusOut
    created_at: Time
    updated_at: Time
    live_url: str
    browser: BrowserOut
    metadata: dict[str, Any]
    tasks: list[TaskOut]


class SessionPage(Schema):
    """One page of sessions, newest first."""

    items: list[SessionOut]
    next_cursor: str | None


class ArtifactOut(Schema):
    """A file of a task."""

    id: str
    task_id: str
    kind: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    step: int | None
    created_at: Time


class ArtifactPage(Schema):
    """One page of artifacts, newest first."""

    items: list[ArtifactOut]
    next_cursor: str | None


class MessageOut(Schema):
    """A message that waits for the agent's next step."""

    id: str
    task_id: str
    content: str
    created_at: Time
    seen_at: Time | None


def _flag(value: Any) -> Any:
    return False if value is None else value


class StopIn(Schema):
    """How to end a session."""

    force: Annotated[bool, BeforeValidator(_flag)] = Field(
        False, description="false: the running step finishes; true: it is interrupted"
    )


class CancelIn(Schema):
    """Why a task is cancelled."""

    reason: CleanText | None = Field(None, max_length=500)


class MessageIn(Schema):
    """What to tell the running agent."""

    content: CleanText = Field(min_length=1, max_length=10_000)


class InterveneIn(PlainNumbers, Schema):
    """An answer to an input request, or a change of who drives."""

    kind: (
        Literal["answer_input_request", "skip_input_request", "take_control", "release_control"]
        | None
    ) = Field(None, description="default: answer_input_request")
    input_request_id: CleanText | None = Field(None, max_length=40)
    response: Any = None
    revision: int | None = Field(None, description="Refuse if the request changed since")
    note: CleanText | None = Field(None, max_length=2000, description="Told at release")


class IntervenedOut(Schema):
    """Where the request or the control stands now."""

    task_id: str
    status: TaskStatusOut
    control: str
    input_request: InputRequestOut | None
