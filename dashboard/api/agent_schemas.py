"""Shapes of the agent API on the wire. Answers are in snake_case."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import BeforeValidator, Field, StrictBool

from dashboard.api.schemas import Money, SessionStatusOut, TaskErrorOut, Time
from dashboard.services.agent_options import Spelled
from dashboard.services.options import CleanText

RunStatusOut = Literal[
    "pending", "running", "awaiting_input", "paused",
    "completed", "blocked", "needs_confirmation", "failed", "cancelled",
]  # fmt: skip


class PageOut(Schema):
    """Which page."""

    url: str
    title: str


class ConfirmationOut(Schema):
    """What a run waits for a decision on."""

    id: str
    risk: str = Field(description="One of the 14 risks; `ambiguous` for a plain question")
    title: str
    reason: str
    step: int | None
    page: PageOut
    code: str
    screenshot_artifact_id: str | None
    expires_at: str | None
    kind: str = Field(description="confirmation, or what else the agent asks for")
    status: str
    choices: list[dict[str, Any]] | None = None
    input_schema: dict[str, Any] | None = None
    detail: dict[str, Any] = Field(description="effect, tool, target, host, level, risks, box, …")


class StepOut(Schema):
    """One step: the code that was run, and what came of it."""

    step: int
    code: str = ""
    reasoning: str = ""
    model: str = ""
    success: bool | None
    summary: str
    error: TaskErrorOut | None
    page: PageOut
    elapsed_ms: int | None


class RunUsageOut(Schema):
    """What the run used. `cost_usd` is null when the price is not known."""

    turns: int
    tool_calls: int
    input_tokens: int
    output_tokens: int
    total_tokens: int
    cost_usd: Money | None
    browser_seconds: float


class RunArtifactOut(Schema):
    """A file of the run: `GET …/runs/{id}/artifacts/{artifact_id}` has its bytes."""

    id: str
    kind: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    step: int | None


class SchemaOut(Schema):
    """How the output fits the schema. `valid` is null when no answer was checked."""

    kind: str
    valid: bool | None
    error: str | None
    attempts: int


class TimingsOut(Schema):
    """When it began and ended. Waiting for people is part of it."""

    started_at: Time
    finished_at: Time | None
    elapsed_ms: int | None


class RunSummaryOut(Schema):
    """A run in short."""

    run_id: str
    status: RunStatusOut
    goal: str
    session_id: str
    browser_id: str = Field(description="The same as `session_id`: a session is one browser")
    debug_url: str = Field(description="Where a person watches it")
    metadata: dict[str, Any]
    created_at: Time


class RunPage(Schema):
    """One page of runs, newest first."""

    items: list[RunSummaryOut]
    next_cursor: str | None


class RunOut(RunSummaryOut):
    """A run as it stands; after its end, its result."""

    text: str
    output: Any = None
    error: TaskErrorOut | None
    needs_confirmation: ConfirmationOut | None
    is_task_successful: bool | None = Field(description="null when nothing verified the result")
    steps: list[StepOut]
    usage: RunUsageOut
    artifacts: list[RunArtifactOut]
    transcript: list[dict[str, Any]] = Field([], description="Only with `retain_transcript`")
    schema_: SchemaOut | None = Field(alias="schema")
    timings: TimingsOut


class AgentSessionOut(Schema):
    """A browser that several runs share."""

    session_id: str
    browser_id: str
    project_id: str
    title: str
    status: SessionStatusOut
    debug_url: str
    page: PageOut
    run_ids: list[str]
    metadata: dict[str, Any]
    created_at: Time


def _flag(value: Any) -> Any:
    return False if value is None else value


class ConfirmIn(Spelled):
    """A decision."""

    approved: StrictBool
    reason: CleanText | None = Field(None, max_length=2000)
    response: Any = Field(None, description="The answer to a request that is no confirmation")
    edits: dict[str, Any] | None = Field(None, description="Arguments to change, by name")
    outcome: Literal["continue", "stop"] | None = Field(None, description="After a denial")
    remember: Annotated[bool, BeforeValidator(_flag)] = Field(
        False, description="Allow the same tool on the same host for the rest of this run"
    )


class ConfirmedOut(Schema):
    """Where the run stands after the decision."""

    run_id: str
    status: RunStatusOut
    confirmation: ConfirmationOut


class CancelRunIn(Spelled):
    """Why a run is cancelled."""

    reason: CleanText | None = Field(None, max_length=500)
