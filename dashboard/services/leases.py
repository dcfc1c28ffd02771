"""Leases: which worker runs a task, and the fenced writes of its holder.

A claim is one compare-and-set on the database's clock. Each claim raises `fence`; every write of
the holder names it, and a write that finds another fence means that the task has moved on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from agents.errors import LeaseLost
from agents.events import Payload, TaskNotice, TaskStatusChanged, TaskStepCompleted
from agents.ports import Usage
from dashboard import ledger, nudges
from dashboard.models import (
    TERMINAL,
    AgentSession,
    Event,
    RequestStatus,
    SessionStatus,
    Task,
    TaskBill,
    TaskStatus,
    Waits,
)
from dashboard.services import credits


def _lease() -> timedelta:
    return timedelta(seconds=settings.CONFIG.lease_s)


def free() -> Q:
    """Tasks that nobody holds."""
    return Q(lease_until__isnull=True) | Q(lease_until__lt=Now())


def is_held(task: Task) -> bool:
    """Whether a worker holds the task now, by the database's clock and as the database has it."""
    return Task.objects.filter(pk=task.pk).exclude(free()).exists()


_DIED = "The worker stopped; another one goes on from the last checkpoint."
_GIVEN_BACK = "The task goes on where it stopped."


@transaction.atomic
def claim(task_id: str, worker: str) -> Task | None:
    """Take the task if work is due and nobody holds it; the row with its new fence, or None."""
    holder = Task.objects.filter(pk=task_id).values_list("worker", flat=True).first()
    won = (
        # Set means due: comparing times would pit a web server's clock against the database's.
        Task.objects.filter(pk=task_id, due_at__isnull=False)
        .filter(free())
        # A paused task waits for a person, also when the worker that held it has died.
        .exclude(status__in=(*TERMINAL, TaskStatus.PAUSED))
        .update(worker=worker, lease_until=Now() + _lease(), fence=F("fence") + 1)
    )
    if not won:
        return None
    task = Task.objects.select_related("session", "project").get(pk=task_id)
    events: list[Payload] = []
    if task.status == TaskStatus.RUNNING or task.checkpoint is not None:
        # A worker that gives a task back takes its name off it.
        died = bool(holder) and task.status == TaskStatus.RUNNING
        events.append(
            TaskNotice(
                kind="resumed",
                message=_DIED if died else _GIVEN_BACK,
                detail={"fence": task.fence, "worker_died": died},
            )
        )
    waits = task.input_requests.filter(status=RequestStatus.PENDING).exists()
    if task.status != TaskStatus.RUNNING and not (
        waits and task.status == TaskStatus.AWAITING_INPUT
    ):
        events.insert(0, TaskStatusChanged(status=TaskStatus.RUNNING, previous=task.status))
        task.status = TaskStatus.RUNNING
        task.started_at = task.started_at or timezone.now()
        task.save(update_fields=["status", "started_at"])
    AgentSession.objects.filter(pk=task.session_id).update(status=SessionStatus.RUNNING)
    ledger.append(task, *events)
    nudges.after_commit(f"sessions:{task.project_id}")
    return task


def heartbeat(worker: str, held: Mapping[str, int]) -> list[str]:
    """Renew this worker's leases. held: task id to fence. Returns the ids it no longer holds."""
    if not held:
        return []
    Task.objects.filter(pk__in=list(held), worker=worker).exclude(status__in=TERMINAL).update(
        lease_until=Now() + _lease()
    )
    mine = dict(
        Task.objects.filter(pk__in=list(held), worker=worker)
        .exclude(status__in=TERMINAL)
        .values_list("pk", "fence")
    )
    return [task_id for task_id, fence in held.items() if mine.get(task_id) != fence]


def write(task_id: str, fence: int, **changes: Any) -> None:
    """Change the held row; renews the lease. Inside a transaction. Raises: LeaseLost."""
    changed = (
        Task.objects.filter(pk=task_id, fence=fence)
        .exclude(status__in=TERMINAL)
        .exclude(worker="")
        .update(lease_until=Now() + _lease(), **changes)
    )
    if not changed:
        raise LeaseLost(task_id)


@transaction.atomic
def record(
    task_id: str,
    fence: int,
    payloads: tuple[Payload, ...],
    *,
    checkpoint: dict[str, Any] | None = None,
    usage: Usage | None = None,
    active_s: float | None = None,
) -> int:
    """One step of the holder: events, checkpoint and usage together. Returns the last `seq`.

    active_s: seconds the task has been worked on in all. Raises: LeaseLost.
    """
    changes: dict[str, Any] = {}
    if checkpoint is not None:
        changes["checkpoint"] = checkpoint
    if active_s is not None:
        changes["active_seconds"] = active_s
    if usage is not None:
        changes |= {
            "steps": F("steps") + usage.steps,
            "input_tokens": F("input_tokens") + usage.input_tokens,
            "output_tokens": F("output_tokens") + usage.output_tokens,
            "browser_seconds": F("browser_seconds") + usage.browser_seconds,
            # Null is "unknown" and stays so: null plus anything is null.
            "cost_usd": None if usage.cost_usd is None else F("cost_usd") + usage.cost_usd,
        }
    write(task_id, fence, **changes)
    task = Task.objects.only("pk", "session_id", "project_id").get(pk=task_id)
    events = ledger.append(task, *payloads)
    if usage is not None and (waits := credits.charge(task, usage, payloads)):
        _hold_for_money(task, waits)
    return events[-1].seq if events else 0


def _hold_for_money(task: Task, waits: Waits) -> None:
    """Pause a running task at its next step; the Usage page shows it and lets it go on."""
    paused = Task.objects.filter(pk=task.pk, status=TaskStatus.RUNNING).update(
        status=TaskStatus.PAUSED, pause_requested=True
    )
    if not paused:
        return
    TaskBill.objects.filter(pk=task.pk).update(waits=waits)
    ledger.append(
        task,
        TaskStatusChanged(
            status=TaskStatus.PAUSED, previous=TaskStatus.RUNNING, reason=credits.WHY[waits]
        ),
    )
    nudges.after_commit(f"sessions:{task.project_id}")
    nudges.after_commit(f"usage:{task.project_id}")


@transaction.atomic
def release(task_id: str, fence: int, *, due: bool) -> None:
    """Give the task back. due: somebody should go on with it at once."""
    Task.objects.filter(pk=task_id, fence=fence).exclude(status__in=TERMINAL).update(
        worker="", lease_until=None, due_at=Now() if due else None
    )


def deaths(task_id: str) -> int:
    """How many workers have died over the task since its newest step ended."""
    told = Event.objects.filter(task_id=task_id)
    step = told.filter(type=TaskStepCompleted.type).order_by("-seq").values_list("seq", flat=True)
    died = told.filter(type=TaskNotice.type, payload__detail__worker_died=True)
    return died.filter(seq__gt=step.first() or 0).count()


@transaction.atomic
def park(task_id: str, fence: int) -> None:
    """Give a task back that waits for a person; due at once if the person was faster.

    Under the task's lock: an answer comes before the look at it, or finds the lease given up.
    """
    rows = Task.objects.select_for_update(of=("self",), no_key=True).select_related("session")
    task = rows.filter(pk=task_id, fence=fence).first()
    if task is None:
        return
    waits = task.input_requests.filter(status=RequestStatus.PENDING).exists()
    ends = task.cancel_requested_at is not None or bool(task.session.stop_requested)
    release(task_id, fence, due=ends or not (waits or task.status == TaskStatus.PAUSED))


def held_by_host(host: str) -> set[str]:
    """Names of this host's workers that hold a lease (`host:pid:start`)."""
    return set(
        Task.objects.filter(worker__startswith=f"{host}:", lease_until__gt=Now()).values_list(
            "worker", flat=True
        )
    )


def end_leases_of(worker: str) -> int:
    """End the leases of a worker that is known to be dead; its tasks can be claimed at once."""
    ended = Task.objects.filter(worker=worker, lease_until__gt=Now()).update(lease_until=Now())
    if ended:
        nudges.after_commit("due")
    return ended
