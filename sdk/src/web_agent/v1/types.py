"""The DoAnything resources as dataclasses.

Fields that a newer server adds are not lost: they stand in `extra` under their wire names, and
a status this version does not know stays a plain string.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Generic, TypeVar

T = TypeVar("T")
E = TypeVar("E", bound="_Status")


class _Status(str, Enum):
    def __str__(self) -> str:
        return str(self.value)


class TaskStatus(_Status):
    """Where a task stands. Compares equal to its wire name: `TaskStatus.DONE == "done"`."""

    PENDING = "pending"
    RUNNING = "running"
    AWAITING_INPUT = "awaiting_input"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_terminal(self) -> bool:
        """Nothing of the task follows this status."""
        return self in (TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.CANCELED)


class SessionStatus(_Status):
    """Where a session stands."""

    PENDING = "pending"
    RUNNING = "running"
    IDLE = "idle"
    STOPPED = "stopped"
    FAILED = "failed"


class EventType:
    """Names of the events that most programs look for."""

    COMPLETED = "task.completed"
    STATUS_CHANGED = "task.status_changed"
    PLAN_READY = "task.plan_ready"
    MESSAGE = "task.message"
    INPUT_REQUEST = "task.input_request"
    ARTIFACT = "task.artifact"
    HEARTBEAT = "stream.heartbeat"


@dataclass(frozen=True)
class Usage:
    """What a task has used. `cost_usd` is None when the price is not known."""

    steps: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal | None = None
    browser_seconds: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskError:
    """Why a task did not end well."""

    code: str = ""
    message: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class InputRequest:
    """A question of the agent to a person."""

    id: str
    task_id: str = ""
    kind: str = ""
    prompt: str = ""
    risk: str | None = None
    input_schema: dict[str, Any] | None = None
    choices: list[Any] | None = None
    context: dict[str, Any] = field(default_factory=dict)
    revision: int = 1
    status: str = "pending"
    response: Any = None
    answered_by: str | None = None
    expires_at: datetime | None = None
    created_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """One thing that was asked for, and what came of it."""

    id: str
    session_id: str = ""
    project_id: str = ""
    product: str = ""
    instructions: str = ""
    status: TaskStatus | str = TaskStatus.PENDING
    output: Any = None
    terminal_reason: str | None = None
    error: TaskError | None = None
    is_task_successful: bool | None = None
    usage: Usage = field(default_factory=Usage)
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    input_requests: list[InputRequest] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def is_terminal(self) -> bool:
        """The task is over."""
        return isinstance(self.status, TaskStatus) and self.status.is_terminal


@dataclass(frozen=True)
class BrowserInfo:
    """What the session's browser shows."""

    status: str = ""
    page_url: str = ""
    page_title: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Session:
    """A browser's life: its first task and the follow-ups."""

    id: str
    project_id: str = ""
    product: str = ""
    title: str = ""
    status: SessionStatus | str = SessionStatus.PENDING
    created_at: datetime | None = None
    updated_at: datetime | None = None
    live_url: str | None = None
    browser: BrowserInfo = field(default_factory=BrowserInfo)
    tasks: list[Task] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """Something that happened. `id` is the cursor for `last_event_id`; heartbeats have none."""

    id: str | None
    type: str
    data: dict[str, Any] = field(default_factory=dict)
    task_id: str | None = None
    session_id: str | None = None
    project_id: str | None = None
    occurred_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """A message that waits for the agent's next step."""

    id: str
    task_id: str = ""
    content: str = ""
    created_at: datetime | None = None
    seen_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Artifact:
    """A file that came out of a task; `sha256` is hex."""

    id: str
    name: str = ""
    kind: str = ""
    media_type: str = ""
    size_bytes: int = 0
    sha256: str = ""
    task_id: str | None = None
    step: int | None = None
    created_at: datetime | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Intervention:
    """Where a task stands after an answer or a change of who drives."""

    task_id: str = ""
    status: TaskStatus | str = TaskStatus.PENDING
    control: str = ""
    input_request: InputRequest | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list, newest first. Pass `next_cursor` as `cursor` for the next one."""

    items: list[T]
    next_cursor: str | None = None


@dataclass
class CreateTaskRequest:
    """A task to start. `extra` holds fields that this version does not know."""

    instructions: str
    start_url: str | None = None
    model: str | dict[str, Any] | None = None
    max_steps: int | None = None
    max_cost_usd: Decimal | str | float | None = None
    max_duration_minutes: float | None = None
    output_schema: dict[str, Any] | None = None
    approval: str | None = None
    policy: dict[str, Any] | None = None
    variables: dict[str, Any] | None = field(default=None, repr=False)
    callback_url: str | None = None
    metadata: dict[str, Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The request body: what is set, under its wire name."""
        body = {
            f.name: getattr(self, f.name)
            for f in fields(self)
            if f.name != "extra" and getattr(self, f.name) is not None
        }
        if "max_cost_usd" in body:
            body["max_cost_usd"] = str(body["max_cost_usd"])
        return {**body, **self.extra}


@dataclass
class CreateSessionRequest(CreateTaskRequest):
    """A session to start, with its first task."""

    title: str | None = None
    profile_id: str | None = None
    recording: dict[str, Any] | None = None
    keep_alive: bool | None = None


# --- from the wire ------------------------------------------------------------------------------


def parse_time(value: Any) -> datetime | None:
    """An RFC 3339 time; None for what is not one."""
    if not isinstance(value, str):
        return None
    text = value[:-1] + "+00:00" if value.endswith(("Z", "z")) else value
    head, dot, rest = text.partition(".")
    if dot:
        # Python 3.10 reads exactly 3 or 6 digits of a second.
        digits = len(rest) - len(rest.lstrip("0123456789"))
        text = f"{head}.{rest[:digits][:6]:0<6}{rest[digits:]}"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _decimal(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def _status(kind: type[E], value: Any) -> E | str:
    try:
        return kind(value)
    except ValueError:
        return str(value)


_TIMES = frozenset({"created_at", "updated_at", "started_at", "finished_at", "expires_at"}) | {
    "occurred_at",
    "seen_at",
}


def _build(kind: type[T], data: Any, /, **made: Any) -> T:
    """A dataclass from a JSON object: known fields by name, the others into `extra`.

    A null in a field that has a default counts as not given, so that lists stay lists.
    """
    given: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    names = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {"extra": {}}
    for name, value in given.items():
        if name not in names or name == "extra":
            values["extra"][name] = value
        elif name in _TIMES:
            values[name] = parse_time(value)
        elif value is not None:
            values[name] = value
    if "id" in names:
        values.setdefault("id", "")
    values.update(made)
    return kind(**values)


def parse_usage(data: Any) -> Usage:
    """A task's usage."""
    cost = data.get("cost_usd") if isinstance(data, Mapping) else None
    return _build(Usage, data, cost_usd=_decimal(cost))


def parse_input_request(data: Any) -> InputRequest:
    """An input request."""
    return _build(InputRequest, data)


def parse_task(data: Any) -> Task:
    """A task with all that hangs on it."""
    error = data.get("error")
    return _build(
        Task,
        data,
        status=_status(TaskStatus, data.get("status", "pending")),
        error=_build(TaskError, error) if isinstance(error, Mapping) else None,
        usage=parse_usage(data.get("usage") or {}),
        input_requests=[parse_input_request(r) for r in data.get("input_requests") or []],
    )


def parse_session(data: Any) -> Session:
    """A session with its tasks."""
    return _build(
        Session,
        data,
        status=_status(SessionStatus, data.get("status", "pending")),
        browser=_build(BrowserInfo, data.get("browser") or {}),
        tasks=[parse_task(t) for t in data.get("tasks") or []],
    )


def parse_event(data: Any) -> Event:
    """An event; its id as text, which is what `last_event_id` takes."""
    number = data.get("id")
    payload = data.get("data")
    return _build(
        Event,
        data,
        id=None if number is None else str(number),
        type=str(data.get("type", "")),
        data=dict(payload) if isinstance(payload, Mapping) else {},
    )


def parse_message(data: Any) -> Message:
    """A message."""
    return _build(Message, data)


def parse_artifact(data: Any) -> Artifact:
    """A file's description."""
    return _build(Artifact, data)


def parse_intervention(data: Any) -> Intervention:
    """The answer to an intervention."""
    request = data.get("input_request")
    return _build(
        Intervention,
        data,
        status=_status(TaskStatus, data.get("status", "pending")),
        input_request=parse_input_request(request) if isinstance(request, Mapping) else None,
    )
