"""What the engine needs of its host, and the values that cross between its rooms.

The engine never imports Django. `agents/jobs.py` builds a `RunContext` over the real database;
tests build one in memory (`tests/agents/fakes.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol

from agents.events import Payload

JSON = Any


@dataclass(frozen=True)
class Variable:
    """A value the caller hands to the task. `value` never reaches the model, a log or a page.

    kind: text, password, one_time_code, card or username; passwords go into password fields.
    """

    value: str = field(repr=False)
    description: str = ""
    sensitive: bool = False
    allowed_domains: tuple[str, ...] | None = None
    kind: str = "text"


@dataclass(frozen=True)
class TaskSpec:
    """What was asked for. Immutable for the life of a run."""

    id: str
    session_id: str
    project_id: str
    product: str
    instructions: str
    start_url: str | None = None
    model: dict[str, Any] = field(default_factory=dict)  # {"route": ..., "model": ..., ...}
    output_schema: dict[str, Any] | None = None
    max_steps: int = 100
    max_cost_usd: Decimal | None = None
    max_duration_s: float = 3600.0
    approval: str = "delegated"
    policy: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    max_tokens: int | None = None  # input and output together; None: no limit
    step_timeout_s: float = 60.0  # for the code of one step
    options: dict[str, Any] = field(default_factory=dict)  # what its product alone reads


@dataclass(frozen=True)
class Usage:
    """What something cost. `cost_usd` is None when it is not known, which is not zero."""

    steps: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal | None = Decimal(0)
    browser_seconds: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        unknown = self.cost_usd is None or other.cost_usd is None
        return Usage(
            steps=self.steps + other.steps,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_usd=None if unknown else self.cost_usd + other.cost_usd,  # type: ignore[operator]
            browser_seconds=self.browser_seconds + other.browser_seconds,
        )


@dataclass(frozen=True)
class InputRequestSpec:
    """A question to a person. `key` makes asking idempotent: the same key is asked once."""

    key: str
    kind: Literal[
        "question",
        "choice",
        "form",
        "sign_in",
        "captcha",
        "confirmation",
        "outline",
        "alignment",
        "takeover",
    ]
    prompt: str
    choices: list[dict[str, Any]] | None = None  # [{"value": ..., "label": ...}]
    input_schema: dict[str, Any] | None = None  # JSON Schema of the response
    risk: str | None = None
    context: dict[str, Any] = field(default_factory=dict)
    expires_in_s: float | None = None


@dataclass(frozen=True)
class Answer:
    """How a request ended. `status` is answered, skipped, expired or canceled."""

    status: str
    response: JSON = None
    answered_by: str | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class IncomingMessage:
    """A person's message to the running task, not yet seen by the agent."""

    id: str
    content: str
    author: str | None = None


@dataclass(frozen=True)
class StoredArtifact:
    """A file that was stored; `sha256` is hex."""

    id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str


class ArtifactStore(Protocol):
    """Where files of a task go. Storing also appends `task.artifact` for visible kinds."""

    async def put(
        self, data: bytes, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        """Store bytes. kind: screenshot, download, observation, output, file."""
        ...

    async def put_file(
        self, path: str, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        """Store a file from disk without reading it into memory; the source may be moved."""
        ...

    async def read(self, artifact_id: str) -> bytes:
        """Bytes of one of this session's artifacts. Raises KeyError if there is none."""
        ...


class RunContext(Protocol):
    """All a product's `run()` may touch. One per run; every write carries the run's fence."""

    task: TaskSpec
    checkpoint: dict[str, Any] | None  # as last saved; None on a first run
    usage: Usage  # totals so far, earlier runs of the task included
    elapsed_s: float  # active seconds so far (waiting for people does not count)
    artifacts: ArtifactStore
    control: Any  # agents.control.RunControl

    async def emit(
        self,
        *events: Payload,
        checkpoint: dict[str, Any] | None = None,
        usage: Usage | None = None,
    ) -> None:
        """Append events, save the checkpoint and charge usage in ONE transaction.

        usage: what this step cost (a difference, not a total).
        Raises: LeaseLost when another worker owns the task.
        """
        ...

    async def ask(self, request: InputRequestSpec) -> Answer:
        """Ask a person and wait. Same key again returns the earlier request's answer.

        Raises: Parked after a long wait (resume asks again with the same key); Cancelled.
        """
        ...

    async def withdraw(self, keys: Sequence[str] | None = None) -> None:
        """Take pending questions back: the step that asked them was cut short.

        Without keys: all confirmations that are pending, also those of an earlier run.
        """
        ...

    async def standing(self, tool: str, host: str) -> bool:
        """Whether a person approved this tool on this host for the rest of the task."""
        ...

    async def follow_origins(self) -> None:
        """Bring the rules of the browser up to what people opened and closed for its session."""
        ...

    async def messages(self, step: int) -> Sequence[IncomingMessage]:
        """Messages not seen yet; marks them seen and appends `task.message_seen`.

        Asked again for the same step (a resumed run), returns that step's messages again.
        """
        ...

    async def say(self, content: str, *, step: int | None = None) -> None:
        """The agent says something to people: a Message row and `task.message`."""
        ...

    def tick(self, kind: str, data: dict[str, Any]) -> None:
        """Send something beside the ledger (token deltas, progress). Best effort, never stored."""
        ...

    async def browser(self) -> Any:
        """The session's browser (agents.browser.session.BrowserSession), started if need be.

        Raises: BrowserError when no browser can be started.
        """
        ...

    async def replace_browser(self, reason: str) -> Any:
        """Close the dead browser, start a new one on the same profile, tell people."""
        ...


@dataclass
class ActionRecord:
    """One guarded call, as it was made. Stored in checkpoints, shown in the timeline."""

    action_id: str
    tool: str
    target: str
    arguments: dict[str, Any]
    status: Literal["started", "completed", "failed"]
    mutating: bool
    result: JSON = None
    error_code: str | None = None
    error_message: str | None = None
    duration_ms: int = 0
    box: list[float] | None = None
    rule: str | None = None  # the rule that refused it
    intent: dict[str, Any] | None = None  # of a risky call: what was allowed (executor.gate.Grant)
    loading: str | None = None  # what opens, by GET, the page that it waits for; not of quick ones

    @property
    def loads_again(self) -> bool:
        """Whether all that is left of a call that began is a page, which any browser can load."""
        if self.status != "started" or self.intent is not None:
            return False
        return self.loading is not None or self.tool == "page.goto"


# Why the loop itself opens an address, after a browser or what a page was loading was lost.
REOPENED = "Open the last address again."

ActionListener = Callable[[ActionRecord], Awaitable[None]]


@dataclass
class StepResult:
    """What came of a step's code.

    value: JSON value of the last expression. changed: the page was touched or moved.
    error_message is written for a model: what went wrong, at which line, what to try.
    """

    ok: bool
    value: JSON = None
    printed: str = ""
    error_code: str | None = None
    error_message: str | None = None
    actions: list[ActionRecord] = field(default_factory=list)
    changed: bool = False
    interrupted: bool = False
    duration_ms: int = 0
    downloads: list[StoredArtifact] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)  # dialogs, popups, denied navigations


# --- the model's side -------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """Run this Playwright program next."""

    code: str
    reasoning: str = ""
    plan: list[str] | None = None  # set when the plan is new or changed


@dataclass(frozen=True)
class Ask:
    """Ask a person before going on."""

    prompt: str
    kind: Literal["question", "choice", "form", "sign_in", "captcha", "takeover"] = "question"
    choices: list[dict[str, Any]] | None = None
    input_schema: dict[str, Any] | None = None
    reasoning: str = ""
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finish:
    """The task is over.

    text: the answer in words. output: structured result or None. success: what the model claims;
    None when it cannot tell.
    evidence: short quotes of what was seen that prove it; the loop checks them.
    """

    text: str
    output: JSON = None
    success: bool | None = True
    evidence: list[str] = field(default_factory=list)
    reasoning: str = ""


Decision = Act | Ask | Finish


@dataclass(frozen=True)
class Turn:
    """One past turn of the run, as the model is told about it. JSON: `agents.checkpoint`."""

    step: int
    decision: Decision
    result: StepResult | None = None  # of an Act
    answer: Answer | None = None  # of an Ask
    observation: str = ""  # page text after it; older ones are dropped from the prompt
    notes: tuple[str, ...] = ()  # what the loop told the model before it: limits, repeats, crashes
    messages: tuple[IncomingMessage, ...] = ()  # what people had written before it


@dataclass(frozen=True)
class Reply:
    """A decision and what it cost."""

    decision: Decision
    usage: Usage
    model: str  # "route:model"


@dataclass
class DecideInput:
    """All that a route may know when it decides. Nothing in here is a secret."""

    instructions: str
    step: int
    steps_left: int
    turns: Sequence[Turn]
    observation: str  # the page, as untrusted text
    page_url: str
    page_title: str
    messages: Sequence[IncomingMessage]
    variables: dict[str, str]  # name -> description; never values
    output_schema: dict[str, Any] | None
    notes: Sequence[str]
    screenshot_png: bytes | None
    page: Any  # agents.browser.session.BrowserSession: read-only use (grounding)
    memory: dict[str, Any]  # the route's own state; saved in the checkpoint, JSON only
    on_delta: Callable[[str], None]
    downloads: Sequence[str] = ()
    boundary: str = ""  # random mark of this run that fences page text in the prompt
    today: str = ""  # when the run began, "Sunday, 2026-11-22" in UTC
    guidance: str = ""  # the owner's own words, added to the standing orders


class ModelRoute(Protocol):
    """Something that decides what to do next: a provider's model, the keyless planner, a script."""

    name: str  # "route:model"
    wants_screenshot: bool

    async def decide(self, turn: DecideInput) -> Reply:
        """The next decision. Raises: ModelError."""
        ...

    async def aclose(self) -> None: ...
