"""Who may do what: users, projects, memberships, API keys, sign-in links, the audit log."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from agents.guard.policy import Policy
from dashboard.models.base import TenantQuerySet, public_id


class User(AbstractUser):
    """A person at the console."""

    time_zone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(
        max_length=8,
        default="system",
        choices=[("system", "System"), ("light", "Light"), ("dark", "Dark")],
    )
    single_key_shortcuts = models.BooleanField("single-key shortcuts", default=True)
    notify_kinds = models.JSONField(default=list, blank=True)  # of requests: pages.notices.KINDS
    quiet_from = models.TimeField(null=True, blank=True)  # in the user's own time zone
    quiet_until = models.TimeField(null=True, blank=True)
    first_steps_hidden = models.BooleanField(default=False)

    @property
    def display_name(self) -> str:
        """The name other operators see."""
        return (self.get_full_name() or self.username)[:200]  # as columns keep it


def readable_policy(value: Any) -> None:
    """Raises: ValidationError for what no task could run under."""
    try:
        Policy.parse(value)
    except (ValueError, AttributeError) as error:
        raise ValidationError(f"Not a policy: {error}") from None


class Project(models.Model):
    """A team's room: everything else belongs to one."""

    NOUN = "project"
    id = public_id("proj")
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=60, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    default_model = models.CharField(
        max_length=200, blank=True, help_text="Route or profile; empty: the server's default"
    )
    default_approval = models.CharField(
        max_length=10,
        blank=True,
        choices=[("ask", "Ask"), ("delegated", "Delegated"), ("never", "Never")],
        help_text="Approval mode of tasks that name none; empty: delegated",
    )
    default_policy = models.JSONField(
        default=dict,
        blank=True,
        validators=[readable_policy],
        help_text="Policy of tasks that say nothing else (docs/policy.md)",
    )
    max_concurrent_sessions = models.PositiveIntegerField(
        "sessions at once", default=20, help_text="Another one is refused while so many are busy"
    )
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do: look; answer and drive; also manage."""

    VIEWER = "viewer", "Viewer"
    OPERATOR = "operator", "Operator"
    ADMIN = "admin", "Admin"


class Membership(models.Model):
    """A user's place in a project."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.OPERATOR)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "project"], name="one_membership_a_project")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.project}: {self.role}"


SCOPES = ("run", "read", "approve", "admin")


def all_scopes() -> list[str]:
    """Scopes of a key that was made without naming any."""
    return ["run", "read", "approve"]


class ApiKey(models.Model):
    """A program's way in. Only the HMAC of the key is stored; the key is shown once."""

    NOUN = "key"
    id = public_id("key")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    kid = models.CharField(max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=all_scopes)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="In UTC; empty: never")
    revoked_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def prefix(self) -> str:
        """The part of the key that may be shown."""
        return f"wa_live_{self.kid}"

    @property
    def state(self) -> str:
        """active, expired or revoked."""
        if self.revoked_at:
            return "revoked"
        if self.expires_at and self.expires_at <= timezone.now():
            return "expired"
        return "active"


class SignInLink(models.Model):
    """A link that signs its user in once. Only the digest of its token is stored."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sign-in link of {self.user}"


class AuditEntry(models.Model):
    """Who did what, when. Written by services, never changed.

    A person may rename themselves: `actor` is the name they had, `actor_id` is who it was:
    `user:<number>`, a key's id, or empty for the system.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True)
    actor = models.CharField(max_length=200)
    actor_id = models.CharField("actor ID", max_length=60, blank=True)
    action = models.CharField(max_length=60)
    object_id = models.CharField("object ID", max_length=60, blank=True)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField("time", default=timezone.now, editable=False, db_index=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[Any]] = ["-at", "-pk"]
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.action}"
