"""Work: sessions, their tasks, what people say to them, what they ask, what comes out."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from dashboard.models.base import TenantQuerySet, public_id
from dashboard.models.projects import Project, User


class SessionStatus(models.TextChoices):
    """pending > running <> idle > stopped | failed. Running while a task is not terminal."""

    PENDING = "pending", "queued"
    RUNNING = "running", "running"
    IDLE = "idle", "idle"
    STOPPED = "stopped", "stopped"
    FAILED = "failed", "failed"


class Control(models.TextChoices):
    """Who drives: agent > taking > human > agent."""

    AGENT = "agent", "Agent is driving"
    TAKING = "taking", "Taking control"
    HUMAN = "human", "A person is driving"


class AgentSession(models.Model):
    """One browser's life: a first task and its follow-ups, and the event ledger's counter.

    Transitions: pending > running (first claim); running > idle (task terminal) > running
    (follow-up); any > stopped (stop); running > failed (its task failed since no browser could
    be had). `last_seq` is taken under this row's lock, so reading order of events is commit order.
    """

    NOUN = "session"
    id = public_id("sess")
    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    product = models.CharField(max_length=30, default="do_anything")
    title = models.CharField(max_length=200, blank=True)
    status = models.CharField(
        max_length=10, choices=SessionStatus, default=SessionStatus.PENDING, db_index=True
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    created_by = models.CharField(max_length=200, blank=True)
    last_seq = models.BigIntegerField(default=0)
    metadata = models.JSONField(default=dict, blank=True)
    keep_alive = models.BooleanField(default=False)
    profile = models.ForeignKey(
        "BrowserProfile", null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions"
    )
    callback_url = models.CharField("callback URL", max_length=2000, blank=True)
    callback = models.ForeignKey(
        "Endpoint", null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions"
    )
    # the browser
    # none starting live closed lost; failed: it could not be had
    browser_status = models.CharField(max_length=12, default="none")
    browser = models.JSONField(null=True, blank=True)  # agents.browser.process.BrowserHandle
    browser_host = models.CharField(max_length=200, blank=True)
    user_data_dir = models.TextField(blank=True)  # its profile on that host; outlives the browser
    browser_used_at = models.DateTimeField(null=True, blank=True)
    # agents.browser.egress_policy.SessionEgress: the rules its browser is held to
    egress = models.JSONField(null=True, blank=True)
    page_url = models.TextField("page address", blank=True)
    page_title = models.TextField(blank=True)
    # stop and takeover
    stop_requested = models.CharField(max_length=5, blank=True)  # "", soft, force
    control = models.CharField(max_length=8, choices=Control, default=Control.AGENT)
    driver = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="driving"
    )
    driver_name = models.CharField(max_length=200, blank=True)
    driver_token = models.CharField(max_length=64, blank=True)
    driver_lease_until = models.DateTimeField(null=True, blank=True)
    driver_input_at = models.DateTimeField(null=True, blank=True)
    control_asked_at = models.DateTimeField(null=True, blank=True)
    handback_note = models.TextField(blank=True)
    control_version = models.PositiveIntegerField(default=0)
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = "session"
        indexes = [
            models.Index(fields=["project", "-id"], name="session_newest"),
            models.Index(fields=["project", "status", "-id"], name="session_by_status"),
            models.Index(
                fields=["control"], condition=~models.Q(control="agent"), name="session_driven"
            ),
            models.Index(
                fields=["browser_host"],
                condition=~models.Q(browser_host=""),
                name="session_with_browser",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.id

    def save(self, **kwargs: Any) -> None:  # type: ignore[override]
        """Save, but never the counter: the ledger alone moves it, in the database."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            kwargs["update_fields"] = [
                field.name
                for field in self._meta.concrete_fields
                if not field.primary_key and field.name != "last_seq"
            ]
        super().save(**kwargs)


class TaskStatus(models.TextChoices):
    """pending > running <> awaiting_input | paused > done | failed | canceled."""

    PENDING = "pending", "queued"
    RUNNING = "running", "running"
    AWAITING_INPUT = "awaiting_input", "waiting"
    PAUSED = "paused", "paused"
    DONE = "done", "succeeded"
    FAILED = "failed", "failed"
    CANCELED = "canceled", "cancelled"


TERMINAL = (TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.CANCELED)


class Task(models.Model):
    """What a user asked for, and where it stands.

    pending > running (claim); running <> awaiting_input (ask, answer); running <> paused
    (pause or lost takeover, resume); any of these > done | failed | canceled, once.
    Work is due while `due_at` is set; its holder has `lease_until` in the future, and every
    write of the holder carries `fence`.
    """

    NOUN = "task"
    id = public_id("task")
    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    session = models.ForeignKey(AgentSession, on_delete=models.CASCADE, related_name="tasks")
    product = models.CharField(max_length=30, default="do_anything")
    number = models.PositiveIntegerField(default=1)  # within the session
    instructions = models.TextField()
    options = models.JSONField(default=dict)  # start_url, output_schema, limits, policy, model
    sealed_variables = models.BinaryField(null=True, blank=True)  # encrypted JSON
    status = models.CharField(
        max_length=16, choices=TaskStatus, default=TaskStatus.PENDING, db_index=True
    )
    created_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # the lease
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    worker = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    checkpoint = models.JSONField(null=True, blank=True)
    # what people want of it
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    pause_requested = models.BooleanField(default=False)
    # the result
    output = models.JSONField(null=True, blank=True)
    output_text = models.TextField(blank=True)
    terminal_reason = models.CharField(max_length=10, blank=True)
    is_task_successful = models.BooleanField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    # usage
    steps = models.PositiveIntegerField(default=0)
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=14, decimal_places=6, null=True, default=0)
    browser_seconds = models.FloatField(default=0)
    active_seconds = models.FloatField(default=0)
    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["session", "number"], name="task_in_session"),
            models.Index(
                fields=["worker"], condition=~models.Q(worker=""), name="task_with_worker"
            ),
        ]

    def __str__(self) -> str:
        return self.instructions[:60]

    @property
    def is_terminal(self) -> bool:
        """Nothing more will happen to it."""
        return self.status in TERMINAL


class MessageRole(models.TextChoices):
    """Who speaks."""

    PERSON = "person", "Person"
    AGENT = "agent", "Agent"
    SYSTEM = "system", "System"


class Message(models.Model):
    """One line of a task's chat. A person's waits until the agent's next step sees it."""

    NOUN = "message"
    id = public_id("msg")
    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="messages")
    role = models.CharField(max_length=8, choices=MessageRole)
    author = models.CharField(max_length=200, blank=True)
    content = models.TextField()
    step = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    seen_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        return self.content[:60]


class RequestStatus(models.TextChoices):
    """pending > answered | expired | canceled, once."""

    PENDING = "pending", "waiting"
    ANSWERED = "answered", "answered"
    EXPIRED = "expired", "expired"
    CANCELED = "canceled", "cancelled"


class InputRequest(models.Model):
    """A question to a person. The first decision wins; `revision` names what was seen."""

    NOUN = "input_request"
    id = public_id("ir")
    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="input_requests")
    key = models.CharField(max_length=100)  # the run's own name of it: asked once
    kind = models.CharField(max_length=14)
    prompt = models.TextField()
    risk = models.CharField(max_length=30, blank=True)
    input_schema = models.JSONField(null=True, blank=True)
    choices = models.JSONField(null=True, blank=True)
    context = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=1)
    status = models.CharField(
        max_length=10, choices=RequestStatus, default=RequestStatus.PENDING, db_index=True
    )
    response = models.JSONField(null=True, blank=True)  # secrets in it are masked
    sealed_response = models.BinaryField(null=True, blank=True)  # the same in the clear, encrypted
    skipped = models.BooleanField(default=False)
    answered_by = models.CharField(max_length=200, blank=True)
    answered_by_id = models.CharField(max_length=60, blank=True)  # as AuditEntry.actor_id
    answered_at = models.DateTimeField(null=True, blank=True)
    assignee = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "key"], name="one_request_a_question")
        ]
        indexes = [models.Index(fields=["project", "status", "-id"], name="request_inbox")]

    def __str__(self) -> str:
        return self.prompt[:60]

    @property
    def done_by_hand(self) -> bool:
        """It is done in the browser, not by words: a password typed would stay in the history."""
        by_hand = self.kind in ("captcha", "takeover", "sign_in")
        return by_hand and not self.choices and not self.input_schema

    @property
    def rewordable(self) -> bool:
        """A part of the task that was not understood: other words for it do as well."""
        return self.kind == "takeover" and self.done_by_hand and bool(self.context.get("part"))


class Artifact(models.Model):
    """A file of a task. Bytes are stored once for each content, under their SHA-256."""

    NOUN = "artifact"
    VISIBLE: ClassVar[tuple[str, ...]] = ("download", "output", "report", "file")
    id = public_id("art")
    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    session = models.ForeignKey(AgentSession, on_delete=models.CASCADE, related_name="artifacts")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="artifacts")
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    step = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["task", "kind", "id"], name="artifact_of_task")]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """Where the bytes are, under MEDIA_ROOT."""
        return f"artifacts/{self.sha256[:2]}/{self.sha256}"


class BrowserProfile(models.Model):
    """A saved browser profile: cookies and storage that later sessions begin with."""

    NOUN = "profile"
    id = public_id("prof")
    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        AgentSession, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["project", "name"], name="profile_name_in_project")
        ]

    def __str__(self) -> str:
        return self.name
