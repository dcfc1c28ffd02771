"""Why nothing is to be seen yet: the place in the queue, the browser that starts, and the cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils import timezone

from agents.events import TaskBrowserLiveUrlChanged, TaskNotice, TaskStatusChanged
from dashboard.models import TERMINAL, AgentSession, Event, Task, TaskStatus, WorkerProcess
from dashboard.pages.wording import plural
from dashboard.services import leases
from dashboard.services.workers import ALIVE_WITHIN

PATIENCE = timedelta(seconds=20)  # after this, the cause is given


@dataclass(frozen=True)
class Standing:
    """What a person is told instead of a picture. state: queued, starting.

    before: what became of the browser before this one.
    """

    state: str
    title: str
    since: datetime
    cause: str = ""
    before: str = ""


def of(session: AgentSession, task: Task) -> Standing | None:
    """Where a task stands that has no browser to show yet; None when there is nothing to tell."""
    if task.is_terminal or session.browser is not None:
        return None
    now = timezone.now()
    if task.status == TaskStatus.PENDING:
        since = task.due_at or task.created_at
        return Standing("queued", _place(task, now), since, _why_queued(session, now - since))
    starting = session.browser_status == "starting"
    # Also between a worker's claim and the browser's first word, and after a browser was lost.
    if starting or task.status == TaskStatus.RUNNING:
        since, before = _attempt(task)
        cause = ""
        if now - since > PATIENCE:
            cause = "The machine may be short of memory or busy with other browsers."
        title = "Starting another browser…" if before else "Starting the browser…"
        return Standing("starting", title, since, cause, before)
    return None


_FELL = {"lost": "The one before was lost.", "failed": "The one before could not be had."}


def _attempt(task: Task) -> tuple[datetime, str]:
    """Since when the task looks for this browser, and what became of the one before.

    From the claim of the task or the end of the last browser: that a worker begins to start one is
    a step of the same attempt.
    """
    types = (TaskBrowserLiveUrlChanged.type, TaskNotice.type, TaskStatusChanged.type)
    for event in Event.objects.filter(task=task, type__in=types).order_by("-seq")[:50]:
        told = event.payload
        if event.type == TaskBrowserLiveUrlChanged.type and told["status"] in _FELL:
            return event.occurred_at, _FELL[told["status"]]
        if told.get("status") == TaskStatus.RUNNING:
            return event.occurred_at, ""
        if told.get("kind") == "resumed":
            died = told["detail"].get("worker_died")
            return event.occurred_at, "The worker that began it has died." if died else ""
    return task.started_at or timezone.now(), ""


def _place(task: Task, now: datetime) -> str:
    ahead = 0
    if task.due_at is not None:
        ahead = (
            Task.objects.filter(due_at__lte=now, due_at__lt=task.due_at)
            .filter(leases.free())
            .exclude(status__in=TERMINAL)
            .count()
        )
    return f"Queued: {plural(ahead, 'task')} ahead" if ahead else "Queued: next in line"


def _why_queued(session: AgentSession, waited: timedelta) -> str:
    alive = WorkerProcess.objects.filter(seen_at__gt=timezone.now() - ALIVE_WITHIN)
    sums = alive.aggregate(running=Sum("running"), capacity=Sum("capacity"))
    if sums["capacity"] is None:
        start = "Start one with “.venv/bin/python manage.py up”"
        return f"No worker is alive. {start}; the task waits safely."
    if waited <= PATIENCE:
        return ""
    if (sums["running"] or 0) >= sums["capacity"]:
        return f"All workers are busy with {plural(sums['running'], 'task')}."
    if session.browser_host and not alive.filter(host=session.browser_host).exists():
        return f"The worker on {session.browser_host}, which has the browser, is silent."
    return "This takes longer than usual; the Status page may say why."
