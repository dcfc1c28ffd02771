"""Agent runs: the name a task has in the agent API."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dashboard.models.base import TenantQuerySet, public_id
from dashboard.models.projects import Project
from dashboard.models.sessions import AgentSession, Task


class AgentRun(models.Model):
    """A run of the agent API. The task is its state; nothing of it is kept twice."""

    NOUN = "run"
    id = public_id("run")
    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    session = models.ForeignKey(AgentSession, on_delete=models.CASCADE, related_name="agent_runs")
    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="agent_run")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="run_newest")]

    def __str__(self) -> str:
        return self.id
