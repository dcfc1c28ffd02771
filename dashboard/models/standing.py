"""Standing rules: what a person has approved for the rest of a task."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from dashboard.models.base import TenantQuerySet, public_id
from dashboard.models.projects import Project
from dashboard.models.sessions import Task


class StandingRule(models.Model):
    """ "Also approve this tool on this host for the rest of the task."

    Never for risks of the highest level. In force until its task ends or somebody revokes it.
    """

    NOUN = "rule"
    id = public_id("rule")
    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="standing_rules")
    tool = models.CharField(max_length=60)
    host = models.CharField(max_length=260)
    risk = models.CharField(max_length=30)
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=200, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["task", "tool", "host"], name="rule_in_force")]

    def __str__(self) -> str:
        return f"{self.tool} on {self.host}"
