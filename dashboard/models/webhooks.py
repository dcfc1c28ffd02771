"""Webhooks: where facts are sent to, what is sent, and how each try went."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from dashboard.models.base import TenantQuerySet, public_id
from dashboard.models.projects import Project

EVERYTHING = "*"


class EndpointStatus(models.TextChoices):
    """active <> disabled (by hand, or by the receiver's 410); either > removed."""

    ACTIVE = "active", "active"
    DISABLED = "disabled", "switched off"
    REMOVED = "removed", "removed"


class Endpoint(models.Model):
    """An address that webhooks go to, with the secret they are signed with.

    One that was registered is told of all `events` of its project. One that was made on demand
    for a `callback_url` has none: it is told of the sessions that name it, as every endpoint is.
    """

    NOUN = "endpoint"
    id = public_id("ep")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="endpoints")
    url = models.CharField("URL", max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    events = models.JSONField(default=list)  # types, or ["*"]
    project_wide = models.BooleanField(default=False)  # whether `events` names any
    sealed_secret = models.BinaryField()
    sealed_previous = models.BinaryField(null=True, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=EndpointStatus, default=EndpointStatus.ACTIVE)
    disabled_reason = models.CharField("switched off because", max_length=200, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.CharField(max_length=200, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook endpoint"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["project", "url"],
                condition=~models.Q(status="removed"),
                name="one_endpoint_an_address",
            )
        ]

    def __str__(self) -> str:
        return self.url

    def wants(self, event_type: str) -> bool:
        """Whether it is told of all facts of this type in its project."""
        return EVERYTHING in self.events or event_type in self.events


class DeliveryStatus(models.TextChoices):
    """pending > sending > delivered | retry_wait | dead; retry_wait > sending.

    held: the endpoint is switched off; pending again once it is on. cancelled: it was removed.
    A retry by hand makes anything but pending, sending and cancelled pending again.
    """

    PENDING = "pending", "queued"
    SENDING = "sending", "sending"
    RETRY_WAIT = "retry_wait", "waits to retry"
    HELD = "held", "held"
    DELIVERED = "delivered", "delivered"
    DEAD = "dead", "dead"
    CANCELLED = "cancelled", "cancelled"


class Trigger(models.TextChoices):
    """Why an attempt was made."""

    SCHEDULE = "schedule", "by schedule"
    MANUAL = "manual", "by hand"


class Delivery(models.Model):
    """One fact on its way to one endpoint. `body` is frozen: every attempt sends the same bytes.

    Written in the transaction of the fact. Its sender holds `lease_until`; every write of the
    sender carries `fence`. `tries` counts attempts by schedule, `attempt_count` all.
    """

    NOUN = "delivery"
    id = public_id("dlv")
    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    webhook_id = models.CharField(max_length=40)
    type = models.CharField(max_length=48)
    url = models.CharField(max_length=2000)
    body = models.TextField()
    session = models.ForeignKey("AgentSession", null=True, on_delete=models.SET_NULL)
    task = models.ForeignKey("Task", null=True, on_delete=models.SET_NULL)
    event_seq = models.BigIntegerField(null=True)
    status = models.CharField(max_length=10, choices=DeliveryStatus, default=DeliveryStatus.PENDING)
    trigger = models.CharField(max_length=8, choices=Trigger, default=Trigger.SCHEDULE)
    tries = models.PositiveSmallIntegerField(default=0)
    attempt_count = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["endpoint", "session", "event_seq"], name="one_delivery_a_fact"
            )
        ]
        indexes = [
            models.Index(fields=["status", "next_attempt_at"], name="delivery_due"),
            models.Index(fields=["project", "-id"], name="delivery_newest"),
            models.Index(fields=["endpoint", "status"], name="delivery_of_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.webhook_id}"


class DeliveryAttempt(models.Model):
    """One try: what the receiver answered, or why there was no answer."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    n = models.PositiveIntegerField()
    trigger = models.CharField(max_length=8, choices=Trigger)
    status_code = models.PositiveSmallIntegerField(null=True)
    error_class = models.CharField(max_length=40, blank=True)
    ms = models.PositiveIntegerField(null=True)
    response_excerpt = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[Any]] = ["n"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["delivery", "n"], name="attempt_in_delivery")
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id} #{self.n}"
