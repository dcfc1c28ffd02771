"""Money and ages: a project's credits and budgets, what tasks spent, how long rows are kept.

Amounts are whole millionths of a US dollar (`_micros`): exact in both databases, where decimals in
SQLite are floating point and a balance could miss zero by a hair. A credit is a US dollar.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from dashboard.models.base import TenantQuerySet, public_id
from dashboard.models.projects import ApiKey, Project
from dashboard.models.sessions import AgentSession, Task

MICROS = 1_000_000
BUCKET_MINUTES = 15  # every time zone begins its days on a quarter of an hour


def to_micros(amount: Decimal) -> int:
    """US dollars as whole millionths."""
    return int((amount * MICROS).to_integral_value(ROUND_HALF_UP))


def to_usd(micros: int) -> Decimal:
    """Whole millionths as US dollars."""
    return Decimal(micros) / MICROS


def bucket_of(at: datetime) -> datetime:
    """The beginning of the quarter of an hour that the time is in."""
    return at.replace(minute=at.minute - at.minute % BUCKET_MINUTES, second=0, microsecond=0)


class CreditAccount(models.Model):
    """A project's purse. 0 <= held <= balance, whoever writes at the same time.

    While `metered` is off the project may spend without credits; its budgets hold all the same.
    `held_micros` is the part of the balance that is promised to unfinished tasks. The budget
    counts calendar months in UTC; `spent_micros` is that of `month` (its first day).
    """

    project = models.OneToOneField(
        Project, primary_key=True, on_delete=models.CASCADE, related_name="credits"
    )
    metered = models.BooleanField(
        default=False, help_text="Whether tasks need credits. The first grant switches it on."
    )
    balance_micros = models.BigIntegerField(default=0, editable=False)
    held_micros = models.BigIntegerField(default=0, editable=False)
    hold_micros = models.BigIntegerField(default=MICROS // 2)
    soft_limit_micros = models.BigIntegerField(null=True, blank=True)
    hard_limit_micros = models.BigIntegerField(null=True, blank=True)
    month = models.DateField(null=True, editable=False)
    spent_micros = models.BigIntegerField(default=0, editable=False)
    soft_told = models.DateField(null=True, editable=False)  # the month it was told in
    objects = models.Manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(held_micros__gte=0), name="credits_held_positive"),
            models.CheckConstraint(
                condition=Q(balance_micros__gte=F("held_micros")), name="credits_cover_what_is_held"
            ),
        ]

    def __str__(self) -> str:
        return f"credits of {self.project}"

    @property
    def available_micros(self) -> int:
        """What no task was promised."""
        return self.balance_micros - self.held_micros

    def spent_in(self, month: Any) -> int:
        """Millionths of a dollar spent in the month that begins on this day."""
        return self.spent_micros if self.month == month else 0


class Waits(models.TextChoices):
    """Why a task stands still for money."""

    NO = "", "no"
    BUDGET = "budget", "budget"
    CREDITS = "credits", "credits"


class TaskBill(models.Model):
    """What one task was promised and has spent, and whose key started it."""

    task = models.OneToOneField(Task, primary_key=True, on_delete=models.CASCADE)
    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    key = models.ForeignKey(ApiKey, null=True, on_delete=models.SET_NULL, related_name="+")
    model = models.CharField(max_length=200, blank=True)
    held_micros = models.BigIntegerField(default=0)
    waits = models.CharField(max_length=8, choices=Waits, default=Waits.NO, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["project"], condition=~Q(waits=""), name="bill_that_waits"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(held_micros__gte=0), name="bill_held_positive")
        ]

    def __str__(self) -> str:
        return f"bill of {self.task_id}"


class UsageKind(models.TextChoices):
    """What moved: credits given, promised, spent, given back, corrected by hand."""

    GRANT = "grant", "Grant"
    HOLD = "hold", "Hold"
    CHARGE = "charge", "Charge"
    RELEASE = "release", "Release"
    ADJUST = "adjust", "Adjustment"


class UsageEntry(models.Model):
    """One movement. Written by services/credits.py, and no more once its time is over.

    A `charge` sums what a task spent with one model in a quarter of an hour (from `at` on), so
    that a month is thousands of rows and not millions. The sum of `balance_delta_micros` is the
    account's balance, as long as retention has taken none. `cost_micros` is null when the price is
    not known; `spent_micros` then counts the assumed price, and is what budgets hold against.
    """

    NOUN = "usage_entry"
    id = public_id("use")
    project = models.ForeignKey(Project, on_delete=models.CASCADE)
    kind = models.CharField(max_length=8, choices=UsageKind)
    task = models.ForeignKey(
        Task, null=True, blank=True, on_delete=models.SET_NULL, related_name="usage_entries"
    )
    session = models.ForeignKey(
        AgentSession, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    key = models.ForeignKey(
        ApiKey, verbose_name="API key", null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    workflow = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField("time", default=timezone.now)
    balance_delta_micros = models.BigIntegerField(default=0)
    held_delta_micros = models.BigIntegerField(default=0)
    cost_micros = models.BigIntegerField(null=True, default=0)
    spent_micros = models.BigIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    actor = models.CharField(max_length=200, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "usage entries"
        indexes = [
            models.Index(fields=["project", "kind", "at"], name="usage_of_project"),
            models.Index(fields=["task", "kind", "at"], name="usage_of_task"),
        ]

    def __str__(self) -> str:
        amount = to_usd(self.balance_delta_micros)
        return f"{self.get_kind_display()} {'-' if amount < 0 else ''}${abs(amount):,.2f}"


class Retention(models.Model):
    """Days after which a project's rows go. Null: the server's default. 0: never."""

    project = models.OneToOneField(
        Project, primary_key=True, on_delete=models.CASCADE, related_name="retention"
    )
    sessions_days = models.PositiveIntegerField(null=True, blank=True)
    files_days = models.PositiveIntegerField(null=True, blank=True)
    audit_days = models.PositiveIntegerField(null=True, blank=True)
    usage_days = models.PositiveIntegerField(null=True, blank=True)
    objects = models.Manager()

    class Meta:
        verbose_name_plural = "retention"

    def __str__(self) -> str:
        return f"retention of {self.project}"
