"""What a project keeps for its tasks to type, and nobody to read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from dashboard.models.base import TenantQuerySet, public_id
from dashboard.models.projects import Project


class SecretKind(models.TextChoices):
    """What a value is, which says where it may be typed and how it is shown in forms."""

    TEXT = "text", "Text"
    PASSWORD = "password", "Password"
    ONE_TIME_CODE = "one_time_code", "One-time code"
    CARD = "card", "Card number"
    USERNAME = "username", "User name"


class Secret(models.Model):
    """A sealed value that tasks of the project may type on its domains. It cannot be read back.

    allowed_domains: hosts, their subdomains included; empty: no task is offered it.
    """

    NOUN = "secret"
    id = public_id("sec")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=64)  # as step code names it: variables["name"]
    kind = models.CharField(max_length=16, choices=SecretKind, default=SecretKind.PASSWORD)
    description = models.CharField(max_length=500, blank=True)
    allowed_domains = models.JSONField(default=list)
    sealed = models.BinaryField()
    key_id = models.CharField(max_length=16, editable=False)  # which key it is sealed with
    created_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["project", "name"], name="secret_name_in_project")
        ]

    def __str__(self) -> str:
        return self.name
