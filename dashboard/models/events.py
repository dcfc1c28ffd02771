"""The ledger's rows, and the records around the doors."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from dashboard.models.base import TenantQuerySet
from dashboard.models.projects import Project
from dashboard.models.sessions import AgentSession, Task


class Event(models.Model):
    """A fact. Only `dashboard/ledger.py` writes it; nobody changes it."""

    session = models.ForeignKey(AgentSession, on_delete=models.CASCADE, related_name="events")
    task = models.ForeignKey(Task, null=True, on_delete=models.CASCADE, related_name="events")
    seq = models.BigIntegerField()
    type = models.CharField(max_length=48)
    payload = models.JSONField()
    occurred_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[Any]] = ["session_id", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["session", "seq"], name="event_seq_in_session")
        ]
        indexes = [
            models.Index(fields=["task", "seq"], name="event_of_task"),
            models.Index(fields=["task", "type", "seq"], name="event_of_type"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} #{self.seq} {self.type}"


class IdempotencyRecord(models.Model):
    """The first answer to a POST with an `Idempotency-Key`; kept for 24 hours."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    path = models.CharField(max_length=300)
    body_sha256 = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(null=True)  # null: still running
    response = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "key", "path"], name="one_answer_a_key")
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.key}"


class WorkerProcess(models.Model):
    """A worker that said it is alive; the Status page and the sweep read it."""

    name = models.CharField(primary_key=True, max_length=200)  # host:pid:start
    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    running = models.PositiveIntegerField(default=0)
    browsers = models.PositiveIntegerField(default=0)
    capacity = models.PositiveIntegerField(default=0)
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
