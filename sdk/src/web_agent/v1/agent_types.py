"""What agent runs take and give, as dataclasses.

Fields that a newer server adds are not lost: they stand in `extra` under their wire names.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from web_agent.v1.types import Event, _build, _decimal

WebAgentApprovalMode = Literal["ask", "delegated", "never"]
WebAgentStatus = Literal["completed", "blocked", "needs_confirmation", "failed", "cancelled"]
WEB_AGENT_APPROVAL_RISK_VALUES: tuple[str, ...] = (
    "auth",
    "account_creation",
    "sensitive_data",
    "external_submit",
    "payment",
    "purchase",
    "legal_acceptance",
    "destructive",
    "permission_change",
    "captcha",
    "file_upload",
    "out_of_scope",
    "ambiguous",
    "unknown",
)
ENDED: frozenset[str] = frozenset(
    {"completed", "blocked", "needs_confirmation", "failed", "cancelled"}
)


# --- what a run takes ---------------------------------------------------------------------------
@dataclass
class WebAgentVariable:
    """A value that code may type into pages; the model sees its name and description only."""

    value: str = field(repr=False)
    description: str | None = None
    sensitive: bool | None = None
    allowed_domains: list[str] | None = None
    kind: str | None = None

    def to_json(self) -> dict[str, Any]:
        """What is set, under its wire name."""
        return _set_fields(self)


@dataclass
class WebAgentRunInput:
    """A goal, and what is special about this run. `extra` holds fields unknown here."""

    goal: str
    start_url: str | None = None
    browser_id: str | None = None
    approval: WebAgentApprovalMode | None = None
    on_confirm: WebAgentConfirmationHandler | None = field(default=None, repr=False)
    captcha: Any = None
    variables: Mapping[str, Any] | None = field(default=None, repr=False)
    output_schema: Any = None
    metadata: dict[str, Any] | None = None
    signal: WebAgentSignal | None = field(default=None, repr=False)
    extra: dict[str, Any] = field(default_factory=dict)


class WebAgentSignal(Protocol):
    """Something that says when to stop: `asyncio.Event`, `threading.Event` and their like."""

    def is_set(self) -> bool: ...


@dataclass(frozen=True)
class WebAgentConfirmationDecision:
    """The answer to a confirmation request. edits: arguments to change, by name."""

    approved: bool
    reason: str | None = None
    response: Any = None
    edits: dict[str, Any] | None = None
    outcome: Literal["continue", "stop"] | None = None
    remember: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """What is set, under its wire name."""
        return _set_fields(self)


# --- what a run gives ---------------------------------------------------------------------------
@dataclass(frozen=True)
class WebAgentPage:
    """Which page."""

    url: str = ""
    title: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WebAgentError:
    """Why a run did not go well. `code` is stable, `message` fit to show."""

    code: str = ""
    message: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WebAgentConfirmationRequest:
    """What a run waits for a decision on. `kind` is `confirmation`, or what else is asked for."""

    id: str
    risk: str = "unknown"
    title: str = ""
    reason: str = ""
    step: int | None = None
    page: WebAgentPage = field(default_factory=WebAgentPage)
    code: str = ""
    screenshot_artifact_id: str | None = None
    expires_at: datetime | None = None
    kind: str = "confirmation"
    status: str = "pending"
    choices: list[Any] | None = None
    input_schema: dict[str, Any] | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WebAgentStep:
    """One step: the code that was run, and what came of it."""

    step: int = 0
    code: str = ""
    reasoning: str = ""
    model: str = ""
    success: bool | None = None
    summary: str = ""
    error: WebAgentError | None = None
    page: WebAgentPage = field(default_factory=WebAgentPage)
    elapsed_ms: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WebAgentUsage:
    """What a run used. `cost_usd` is None when the price is not known."""

    turns: int = 0
    tool_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    cost_usd: Decimal | None = None
    browser_seconds: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WebAgentArtifact:
    """A file of a run; `run.artifact(id)` has its bytes. `sha256` is hex."""

    id: str
    kind: str = ""
    name: str = ""
    media_type: str = ""
    size_bytes: int = 0
    sha256: str = ""
    step: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WebAgentSchemaMetadata:
    """How the output fits the schema that was asked for."""

    kind: str = "json_schema"
    valid: bool | None = None
    error: str | None = None
    attempts: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WebAgentTimings:
    """When it began and ended. Waiting for people is part of it."""

    started_at: datetime | None = None
    finished_at: datetime | None = None
    elapsed_ms: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WebAgentResult:
    """How a run ended, or, before its end, how it stands.

    output: as the server checked it, or what the output schema's own validation made of it.
    transcript: only when it was asked for with `artifacts={"retain_transcript": True}`.
    """

    run_id: str
    status: str = "pending"
    text: str = ""
    output: Any = None
    error: WebAgentError | None = None
    needs_confirmation: WebAgentConfirmationRequest | None = None
    browser_id: str = ""
    debug_url: str | None = None
    is_task_successful: bool | None = None
    steps: list[WebAgentStep] = field(default_factory=list)
    usage: WebAgentUsage = field(default_factory=WebAgentUsage)
    artifacts: list[WebAgentArtifact] = field(default_factory=list)
    transcript: list[dict[str, Any]] | None = None
    schema: WebAgentSchemaMetadata | None = None
    timings: WebAgentTimings = field(default_factory=WebAgentTimings)
    metadata: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Nothing more will happen to it."""
        return self.status in ENDED


@dataclass(frozen=True)
class WebAgentStreamEvent:
    """Something that happened in a run; `data` is all of it, as it came.

    id: the cursor; None for what is live only (`model.started`, `model.delta`).
    """

    id: str | None
    type: str
    run_id: str = ""
    browser_id: str = ""
    occurred_at: datetime | None = None
    step: int | None = None
    text: str = ""
    code: str = ""
    success: bool | None = None
    summary: str = ""
    message: str = ""
    page: WebAgentPage | None = None
    debug_url: str | None = None
    usage: dict[str, Any] | None = None
    artifact: dict[str, Any] | None = None
    approved: bool | None = None
    valid: bool | None = None
    error: WebAgentError | str | None = None
    confirmation: WebAgentConfirmationRequest | None = None
    result: WebAgentResult | None = None
    data: dict[str, Any] = field(default_factory=dict)


WebAgentConfirmationAnswer = WebAgentConfirmationDecision | Mapping[str, Any] | bool | None
WebAgentConfirmationHandler = Callable[
    [WebAgentConfirmationRequest],
    WebAgentConfirmationAnswer | Awaitable[WebAgentConfirmationAnswer],
]


# --- from and to the wire -----------------------------------------------------------------------
def _set_fields(thing: Any) -> dict[str, Any]:
    pairs = ((f.name, getattr(thing, f.name)) for f in fields(thing))
    return {name: value for name, value in pairs if value is not None}


def _page(data: Any) -> WebAgentPage:
    return _build(WebAgentPage, data)


def _error(data: Any) -> WebAgentError | None:
    return _build(WebAgentError, data) if isinstance(data, Mapping) else None


def parse_confirmation(data: Any) -> WebAgentConfirmationRequest:
    """A confirmation request."""
    return _build(WebAgentConfirmationRequest, data, page=_page(data.get("page")))


def _step(data: Any) -> WebAgentStep:
    return _build(WebAgentStep, data, page=_page(data.get("page")), error=_error(data.get("error")))


def parse_result(data: Any) -> WebAgentResult:
    """A run, with all that hangs on it."""
    waiting, schema = data.get("needs_confirmation"), data.get("schema")
    usage = data.get("usage") or {}
    return _build(
        WebAgentResult,
        data,
        run_id=str(data["run_id"]),
        error=_error(data.get("error")),
        needs_confirmation=parse_confirmation(waiting) if isinstance(waiting, Mapping) else None,
        steps=[_step(step) for step in data.get("steps") or []],
        usage=_build(WebAgentUsage, usage, cost_usd=_decimal(usage.get("cost_usd"))),
        artifacts=[_build(WebAgentArtifact, item) for item in data.get("artifacts") or []],
        schema=_build(WebAgentSchemaMetadata, schema) if isinstance(schema, Mapping) else None,
        timings=_build(WebAgentTimings, data.get("timings") or {}),
    )


def parse_stream_event(event: Event) -> WebAgentStreamEvent:
    """An event of a run. What an event of a task keeps in `data` lies flat in it."""
    flat = {**event.extra, **({"data": event.data} if event.data else {})}
    names = {f.name for f in fields(WebAgentStreamEvent)} - {"id", "type", "data", "occurred_at"}
    known: dict[str, Any] = {
        name: value for name, value in flat.items() if name in names and value is not None
    }
    if isinstance(known.get("page"), Mapping):
        known["page"] = _page(known["page"])
    if isinstance(known.get("error"), Mapping):
        known["error"] = _error(known["error"])
    if isinstance(known.get("confirmation"), Mapping):
        known["confirmation"] = parse_confirmation(known["confirmation"])
    if isinstance(known.get("result"), Mapping):
        known["result"] = parse_result(known["result"])
    return WebAgentStreamEvent(
        id=event.id, type=event.type, occurred_at=event.occurred_at, data=flat, **known
    )
