"""What people do about money: grant credits, set monthly limits, let waiting tasks go on.

Waiting tasks go on once the account's change is committed: tasks are locked before accounts.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from dashboard import nudges
from dashboard.errors import Conflict, Invalid, PaymentRequired
from dashboard.models import (
    AuditEntry,
    CreditAccount,
    Project,
    Task,
    TaskBill,
    TaskStatus,
    UsageEntry,
    UsageKind,
    Waits,
)
from dashboard.models.usage import to_micros
from dashboard.services import credits, tasks
from dashboard.services.actors import Actor
from dashboard.services.credits import account_of, money, this_month

MOST_USD = Decimal(10_000_000)


@transaction.atomic
def grant(
    project: Project, amount_usd: Decimal, *, by: str, by_id: str = "", note: str = ""
) -> UsageEntry:
    """Give credits; the first grant switches metering on. Raises: Invalid."""
    micros = _amount(amount_usd)
    if micros <= 0:
        raise Invalid("Grant more than nothing; take credits back with an adjustment.")
    account_of(project.pk)
    CreditAccount.objects.filter(pk=project.pk).update(
        balance_micros=F("balance_micros") + micros, metered=True
    )
    entry = _moved(project, UsageKind.GRANT, micros, (by, by_id), note)
    _resume_after_commit(project, f"{by} granted credits")
    return entry


@transaction.atomic
def adjust(
    project: Project, amount_usd: Decimal, *, by: str, by_id: str = "", note: str = ""
) -> UsageEntry:
    """Correct the balance by hand, up or down. Raises: Invalid; Conflict below what is held."""
    micros = _amount(amount_usd)
    if not note.strip():
        raise Invalid("Say why in a note.")
    account_of(project.pk)
    moved = CreditAccount.objects.filter(
        pk=project.pk, balance_micros__gte=F("held_micros") - micros
    ).update(balance_micros=F("balance_micros") + micros)
    if not moved:
        raise Conflict("Fewer credits are free: the rest is spent, or held for running tasks.")
    if micros > 0:
        _resume_after_commit(project, f"{by} added credits")
    return _moved(project, UsageKind.ADJUST, micros, (by, by_id), note)


def _resume_after_commit(project: Project, reason: str) -> None:
    transaction.on_commit(partial(resume_waiting, project, reason=reason))


def _amount(amount_usd: Decimal) -> int:
    if not amount_usd.is_finite() or abs(amount_usd) > MOST_USD:
        raise Invalid(f"Amounts are at most ${MOST_USD:,}.")
    return to_micros(amount_usd)


def _moved(
    project: Project, kind: UsageKind, micros: int, by: tuple[str, str], note: str
) -> UsageEntry:
    entry = UsageEntry.objects.create(
        project=project, kind=kind, balance_delta_micros=micros, actor=by[0][:200], note=note[:300]
    )
    _audit(project, f"credits.{kind}", by, amount=money(micros), note=note[:300])
    return entry


def _audit(project: Project, action: str, by: tuple[str, str], **detail: object) -> None:
    """by: name and id."""
    AuditEntry.objects.create(
        project=project,
        actor=by[0],
        actor_id=by[1],
        action=action,
        object_id=project.pk,
        detail=detail,
    )
    nudges.after_commit(f"usage:{project.pk}")


@transaction.atomic
def set_metering(
    project: Project, metered: bool, *, hold_usd: Decimal, by: str, by_id: str = ""
) -> None:
    """Whether tasks need credits, and how many are held for a task without a cost limit.

    Raises: Invalid.
    """
    hold = _amount(hold_usd)
    if hold <= 0:
        raise Invalid("Hold more than nothing for a task.")
    account_of(project.pk)
    CreditAccount.objects.filter(pk=project.pk).update(metered=metered, hold_micros=hold)
    _audit(project, "credits.metering", (by, by_id), metered=metered, hold=money(hold))
    if not metered:
        _resume_after_commit(project, f"{by} switched metering off")


def set_limits(
    project: Project, *, soft_usd: Decimal | None, hard_usd: Decimal | None, by: Actor
) -> int:
    """Set the monthly limits (None: no limit); tasks that waited for budget go on.

    Not for callers with a transaction of their own. Returns how many went on.
    Raises: Forbidden; Invalid.
    """
    by.require("admin")
    soft = None if soft_usd is None else _amount(soft_usd)
    hard = None if hard_usd is None else _amount(hard_usd)
    for name, value in (("soft", soft), ("hard", hard)):
        if value is not None and value < 0:
            raise Invalid("A limit is zero dollars or more.", loc=["body", name])
    if soft is not None and hard is not None and soft > hard:
        raise Invalid("The soft limit warns before the hard one: make it lower.", loc=["soft"])
    with transaction.atomic(durable=True):
        account = account_of(project.pk)
        told = account.soft_told if soft == account.soft_limit_micros else None
        CreditAccount.objects.filter(pk=project.pk).update(
            soft_limit_micros=soft, hard_limit_micros=hard, soft_told=told
        )
        words = {"soft": soft, "hard": hard}
        _audit(
            project,
            "budget.limits_set",
            (by.name, by.id),
            **{name: "none" if value is None else money(value) for name, value in words.items()},
        )
    return resume_waiting(project, reason=f"budget raised by {by.name}")


def waiting(project: Project) -> list[TaskBill]:
    """Bills of the tasks that stand still for money, oldest first."""
    rows = TaskBill.objects.for_project(project).exclude(waits=Waits.NO)
    rows = rows.filter(task__status=TaskStatus.PAUSED).select_related("task__session")
    return list(rows.order_by("pk")[:200])


def resume_waiting(project: Project, *, reason: str) -> int:
    """Let tasks go on that stood still for money, as far as there is money now. How many did."""
    count = 0
    for bill in waiting(project):
        try:
            with transaction.atomic():
                task = tasks._locked(Task(pk=bill.pk))
                credits.refuse_without_means(task)
                if task.status == TaskStatus.PAUSED:
                    tasks.set_resumed(task, reason=reason)
                    count += 1
        except PaymentRequired:
            continue
    return count


@dataclass(frozen=True)
class Budget:
    """A month's spending against its limits, in millionths of a dollar."""

    month: date
    spent: int
    forecast: int  # at the month's end, going on as so far
    soft: int | None
    hard: int | None

    @property
    def over_soft(self) -> bool:
        """Past the limit that warns."""
        return self.soft is not None and self.spent >= self.soft

    @property
    def over_hard(self) -> bool:
        """Nothing new starts."""
        return self.hard is not None and self.spent >= self.hard


def present(project: Project, now: datetime | None = None) -> Budget:
    """The present month's budget."""
    now = (now or timezone.now()).astimezone(UTC)
    account, month = account_of(project.pk), this_month(now)
    spent = account.spent_in(month)
    begin = datetime(month.year, month.month, 1, tzinfo=UTC)
    days = calendar.monthrange(month.year, month.month)[1]
    # The first hours of a month say little of the rest: count a day at least.
    passed = max(1.0, (now - begin).total_seconds() / 86_400)
    return Budget(
        month=month,
        spent=spent,
        forecast=max(spent, round(spent * days / passed)),
        soft=account.soft_limit_micros,
        hard=account.hard_limit_micros,
    )
