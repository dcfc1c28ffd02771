"""The event vocabulary: one frozen payload class for each type in the ledger.

`docs/events.md` is generated from this file. A payload class carries the words of its type:
`task.input_request` is `TaskInputRequest`. Extra fields are forbidden. Payloads are redacted
before they are built; nothing here may carry a secret. Fields of `Words` are read as they stand.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.readable import Words

TerminalReason = Literal["done", "failed", "canceled", "expired"]


class Payload(BaseModel):
    """Base of all payloads. `type` is the name on the wire."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: ClassVar[str]


class TaskStatusChanged(Payload):
    """The task moved to another status."""

    type: ClassVar[str] = "task.status_changed"
    status: str
    previous: str | None = None
    reason: Words | None = Field(None, description="Why, when it was not the plain next step.")


class TaskPlanReady(Payload):
    """The agent shows what it is about to do. A later one replaces it."""

    type: ClassVar[str] = "task.plan_ready"
    steps: list[Words] = Field(description="One short line a step, in order.")
    source: str = Field("model", description="Model route that planned it.")


class TaskStepStarted(Payload):
    """The agent decided on a step; its code is about to run."""

    type: ClassVar[str] = "task.step_started"
    step: int = Field(description="1-based, counts through the whole task.")
    code: str = Field(description="The Playwright program of the step.")
    reasoning: Words = Field("", description="The agent's own words on why.")
    model: str = Field("", description="route:model that decided.")
    page_url: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: str | None = Field(None, description="Decimal string; null when unknown.")


class TaskStepCompleted(Payload):
    """The step's code ended."""

    type: ClassVar[str] = "task.step_completed"
    step: int
    success: bool
    summary: Words = Field("", description="One line: what came of it.")
    value: Any = Field(None, description="JSON value of the code's last expression, bounded.")
    printed: str = Field("", description="What the code printed, bounded.")
    error_code: str | None = None
    error_message: Words | None = None
    page_url: str | None = None
    page_title: Words | None = None
    duration_ms: int = 0
    observation_artifact_id: str | None = Field(None, description="What the agent saw next.")


class TaskActionStarted(Payload):
    """One call on the page is about to run."""

    type: ClassVar[str] = "task.action.started"
    action_id: str = Field(description="`<step>.<n>`, unique in the task.")
    step: int
    tool: str = Field(description="The guarded call, e.g. `page.goto`, `locator.click`.")
    target: Words = Field("", description="What it is aimed at, in words a person knows.")
    arguments: dict[str, Any] = Field(default_factory=dict, description="Redacted.")
    box: list[float] | None = Field(None, description="Target in CSS px: x, y, width, height.")


class TaskActionCompleted(Payload):
    """The call came back."""

    type: ClassVar[str] = "task.action.completed"
    action_id: str
    step: int
    tool: str
    target: Words = ""
    result: Any = Field(None, description="JSON, bounded and redacted.")
    duration_ms: int
    page_url: str | None = None


class TaskActionFailed(Payload):
    """The call failed; the message is written for the agent and for people."""

    type: ClassVar[str] = "task.action.failed"
    action_id: str
    step: int
    tool: str
    target: Words = ""
    error_code: str
    error_message: Words
    duration_ms: int
    page_url: str | None = None


class TaskActionIntent(Payload):
    """A risky call or request is about to be made. It counts as possibly made from here on."""

    type: ClassVar[str] = "task.action.intent"
    action_id: str
    step: int
    tool: str
    effect: Words = Field(description="What it does, in one sentence.")
    risk: str = Field(description="The main one of its risks.")
    fingerprint: str = Field("", description="What was judged: the call, its element, its page.")
    request_id: str | None = Field(None, description="The confirmation that allowed it, if any.")


class TaskActionDone(Payload):
    """What became of an intent."""

    type: ClassVar[str] = "task.action.done"
    action_id: str
    step: int
    outcome: Literal["done", "failed", "not_done", "unknown"] = Field(
        description="not_done: it is certain that nothing happened; unknown: a person was asked."
    )
    detail: Words = ""


class TaskScreenshot(Payload):
    """A picture of the page after a step that changed it."""

    type: ClassVar[str] = "task.screenshot"
    artifact_id: str
    step: int | None = None
    page_url: str | None = None
    page_title: Words | None = None
    width: int
    height: int


class TaskMessage(Payload):
    """Somebody said something: a person to the agent or the agent to people."""

    type: ClassVar[str] = "task.message"
    message_id: str
    role: Literal["person", "agent", "system"]
    content: Words
    author: str | None = Field(None, description="Display name of the person.")
    step: int | None = None


class TaskMessageSeen(Payload):
    """The agent read the message at the start of a step."""

    type: ClassVar[str] = "task.message_seen"
    message_id: str
    step: int


class TaskInputRequest(Payload):
    """The agent needs a person. The task waits until it is answered or expires."""

    type: ClassVar[str] = "task.input_request"
    request_id: str
    id: str
    task_id: str
    kind: str
    prompt: Words
    risk: str | None = None
    input_schema: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None
    context: dict[str, Any] = Field(default_factory=dict)
    revision: int = 1
    status: str = "pending"
    response: Any = None
    answered_by: str | None = None
    expires_at: str | None = None
    created_at: str
    outline: Any = None


class TaskInputRequestResolved(Payload):
    """The request was answered, skipped, canceled or expired."""

    type: ClassVar[str] = "task.input_request_resolved"
    request_id: str
    status: str
    response: Any = None
    answered_by: str | None = None


class TaskConfirmationRequested(Payload):
    """A risky action waits for a decision."""

    type: ClassVar[str] = "task.confirmation_requested"
    request_id: str
    risk: str
    title: Words
    reason: Words = ""
    step: int
    page_url: str | None = None


class TaskConfirmationResolved(Payload):
    """The risky action was approved or denied."""

    type: ClassVar[str] = "task.confirmation_resolved"
    request_id: str
    approved: bool
    reason: Words = ""


class TaskCostUpdate(Payload):
    """Running totals of the task."""

    type: ClassVar[str] = "task.cost_update"
    steps: int
    input_tokens: int
    output_tokens: int
    cost_usd: str | None = Field(None, description="Decimal string; null when unknown.")
    browser_seconds: float = 0.0


class TaskArtifact(Payload):
    """A file came out of the task."""

    type: ClassVar[str] = "task.artifact"
    artifact_id: str
    name: Words
    kind: str = Field(description="download, output, report, file")
    media_type: str
    size_bytes: int
    sha256: str
    step: int | None = None


class TaskPolicyDenied(Payload):
    """A rule refused something. Nothing was touched."""

    type: ClassVar[str] = "task.policy_denied"
    rule: str
    reason: Words
    target: Words = ""
    step: int | None = None


class TaskTakeControlStarted(Payload):
    """A person drives the browser now; the agent is held."""

    type: ClassVar[str] = "task.take_control_started"
    by: str


class TaskTakeControlEnded(Payload):
    """The person handed the browser back."""

    type: ClassVar[str] = "task.take_control_ended"
    by: str
    note: Words = ""
    reason: Literal["released", "idle", "lost", "taken_over"] = "released"


class TaskBrowserLiveUrlChanged(Payload):
    """The browser moved: started, replaced after a crash, closed; or it could not be had."""

    type: ClassVar[str] = "task.browser_live_url_changed"
    live_url: str
    status: str
    reason: Words = ""


class TaskPageChanged(Payload):
    """The active tab shows another address."""

    type: ClassVar[str] = "task.page_changed"
    page_url: str
    page_title: Words = ""
    tab: int = 0
    tab_count: int = 1


class TaskNotice(Payload):
    """Something a person should know: a dialog, a new tab, a retry, a resumed task."""

    type: ClassVar[str] = "task.notice"
    kind: str = Field(description="dialog, popup, retry, resumed, repeated_action, ...")
    message: Words
    step: int | None = None
    detail: dict[str, Any] = Field(default_factory=dict)


class TaskCompleted(Payload):
    """The one terminal event, for every outcome. Nothing of the task follows it."""

    type: ClassVar[str] = "task.completed"
    output: Any = None
    terminal_reason: TerminalReason
    is_task_successful: bool | None = Field(
        None, description="null when nothing verified the result."
    )
    error: dict[str, Words] | None = Field(None, description="{code, message}")


PAYLOADS: dict[str, type[Payload]] = {
    cls.type: cls for cls in Payload.__subclasses__() if "type" in cls.__dict__
}
