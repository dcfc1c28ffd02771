"""Tasks: submit, cancel, pause, resume, finish."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from agents.errors import LeaseLost
from agents.events import (
    Payload,
    TaskCompleted,
    TaskConfirmationResolved,
    TaskInputRequestResolved,
    TaskStatusChanged,
    TaskTakeControlEnded,
)
from agents.guard.redactor import Redactor
from agents.plain import plain_text, storable
from agents.ports import Usage, Variable
from agents.readable import readable
from dashboard import dispatch, ledger, nudges
from dashboard.errors import Conflict
from dashboard.models import (
    TERMINAL,
    AgentSession,
    Control,
    InputRequest,
    RequestStatus,
    SessionStatus,
    Task,
    TaskStatus,
)
from dashboard.services import credits, deliveries, leases, sealing, secrets
from dashboard.services.actors import Actor
from dashboard.services.options import NewTask

DRIVER_LOST = "driver-lost:"  # how the keys of requests begin that ask after a lost takeover

_STATUS_OF_REASON = {
    "done": TaskStatus.DONE,
    "failed": TaskStatus.FAILED,
    "canceled": TaskStatus.CANCELED,
    "expired": TaskStatus.FAILED,
}


def submit(session: AgentSession, new: NewTask, *, by: Actor, number: int) -> Task:
    """Queue a task in a session whose row the caller holds. Inside its transaction."""
    task = Task(
        project_id=session.project_id,
        session=session,
        product=session.product,
        number=number,
        instructions=new.instructions,
        options=secrets.cleaned_options(new, session.project_id),
        created_by=by.name,
        due_at=timezone.now(),
    )
    if new.variables:
        values = {name: item.model_dump(mode="json") for name, item in new.variables.items()}
        task.sealed_variables = sealing.seal(values, row_id=task.pk, project_id=task.project_id)
    task.save(force_insert=True)
    credits.hold(task, by=by)
    ledger.append(task, TaskStatusChanged(status=TaskStatus.PENDING), *new.notices())
    nudges.after_commit(f"sessions:{session.project_id}")
    nudges.after_commit("due")
    dispatch.wake(task.pk, host=session.browser_host if session.browser else "")
    return task


def variables_of(task: Task) -> dict[str, Variable]:
    """The task's variables in the clear, stored secrets of its project too; for the run only.

    A variable of the task hides a stored secret of the same name.
    """
    kept = secrets.variables_of(task.project_id)
    if not task.sealed_variables:
        return kept
    stored = sealing.unseal(task.sealed_variables, row_id=task.pk, project_id=task.project_id)
    return kept | {
        name: Variable(
            value=item["value"],
            kind=item.get("kind", "text"),
            description=item.get("description", ""),
            sensitive=item.get("sensitive", False),
            allowed_domains=(
                None if item.get("allowed_domains") is None else tuple(item["allowed_domains"])
            ),
        )
        for name, item in stored.items()
    }


def redactor_of(task: Task) -> Redactor:
    """Takes the task's sensitive values out of what people write; nothing when they are lost."""
    try:
        return Redactor.of(variables_of(task))
    except (InvalidTag, ValueError):
        return Redactor({})


def _locked(task: Task) -> Task:
    """The row as it is now, locked until the transaction ends.

    Everybody locks in one order, or PostgreSQL ends one of two that wait for each other: the
    task, its session, its requests. `no_key`: events and messages may point to a locked row.
    """
    rows = Task.objects.select_for_update(of=("self",), no_key=True).select_related("session")
    return rows.get(pk=task.pk)


def locked_session(session_id: str) -> AgentSession:
    """A session's row as it is now, locked with its open task, in the order of `_locked`."""
    open_tasks = Task.objects.filter(session_id=session_id).exclude(status__in=TERMINAL)
    list(open_tasks.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    rows = AgentSession.objects.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=session_id)


def _refuse_terminal(task: Task) -> None:
    if task.is_terminal:
        raise Conflict(f"The task is over: {task.status}.", extra={"status": task.status})


@transaction.atomic
def cancel(task: Task, *, by: Actor, reason: str = "") -> Task:
    """End a task now: its running action is interrupted. Raises: Conflict when it is over."""
    by.require("run")
    task = _locked(task)
    _refuse_terminal(task)
    task.cancel_requested_at = task.cancel_requested_at or timezone.now()
    reason = redactor_of(task).text(plain_text(reason)) if reason else ""
    task.cancel_reason = (reason or f"cancelled by {by.name}")[:500]
    task.save(update_fields=["cancel_requested_at", "cancel_reason"])
    if not leases.is_held(task):
        finish_unheld(task, "canceled", error=("canceled", task.cancel_reason))
    nudges.after_commit(f"task:{task.pk}")
    return task


@transaction.atomic
def pause(task: Task, *, by: Actor) -> Task:
    """Hold a task after its running step. Pausing twice changes nothing."""
    by.require("run")
    task = _locked(task)
    _refuse_terminal(task)
    if task.status != TaskStatus.PAUSED:
        set_paused(task, reason=f"paused by {by.name}")
    return task


def set_paused(task: Task, *, reason: str) -> None:
    """Mark a locked task paused, with its event."""
    previous = task.status
    task.status, task.pause_requested = TaskStatus.PAUSED, True
    fields = ["status", "pause_requested"]
    if not leases.is_held(task):
        task.due_at = None
        fields.append("due_at")
    task.save(update_fields=fields)
    ledger.append(
        task, TaskStatusChanged(status=TaskStatus.PAUSED, previous=previous, reason=reason)
    )
    nudges.after_commit(f"sessions:{task.project_id}")


@transaction.atomic
def resume(task: Task, *, by: Actor) -> Task:
    """Let a paused task go on.

    Raises: Conflict when it is not paused; PaymentRequired when budget or credits are used up.
    """
    by.require("run")
    task = _locked(task)
    _refuse_terminal(task)
    if task.status != TaskStatus.PAUSED:
        raise Conflict(f"The task is not paused: {task.status}.", extra={"status": task.status})
    credits.refuse_without_means(task)
    set_resumed(task, reason=f"resumed by {by.name}")
    return task


def set_resumed(task: Task, *, reason: str) -> None:
    """Let a locked, paused task go on, with its event."""
    # Whether to go on is what these asked; the run itself waits for none of them.
    _cancel_requests(task, key__startswith=DRIVER_LOST)
    waits = task.input_requests.filter(status=RequestStatus.PENDING).exists()
    if waits:
        status = TaskStatus.AWAITING_INPUT
    else:
        status = TaskStatus.RUNNING if leases.is_held(task) else TaskStatus.PENDING
    task.status, task.pause_requested = status, False
    task.due_at = timezone.now()
    task.save(update_fields=["status", "pause_requested", "due_at"])
    credits.goes_on(task)
    ledger.append(task, TaskStatusChanged(status=status, previous=TaskStatus.PAUSED, reason=reason))
    nudges.after_commit(f"sessions:{task.project_id}")
    dispatch.wake(task.pk, host=task.session.browser_host if task.session.browser else "")


def lacks_browser(task: Task) -> bool:
    """Whether a task waits for people without a browser that they could use meanwhile."""
    waits = task.status == TaskStatus.AWAITING_INPUT and task.session.browser is None
    return waits and task.due_at is None and not leases.is_held(task)


@transaction.atomic
def reopen_browser(task: Task, *, by: Actor) -> Task:
    """Let the run of a task that waits for people open its last page again and wait there.

    Raises: Conflict when it does not wait, has a browser, or somebody asked already.
    """
    by.require("run")
    task = _locked(task)
    if not lacks_browser(task):
        raise Conflict("The task does not lack a browser.", extra={"status": task.status})
    task.due_at = timezone.now()
    task.save(update_fields=["due_at"])
    nudges.after_commit(f"session:{task.session_id}")
    dispatch.wake(task.pk)
    return task


@transaction.atomic
def finish(
    task_id: str,
    fence: int,
    *,
    terminal_reason: str,
    output: Any = None,
    output_text: str = "",
    is_task_successful: bool | None = None,
    error: tuple[str, str] | None = None,
    usage: Usage | None = None,
) -> Task:
    """The holder's last write. error: (code, message). Raises: LeaseLost."""
    task = _locked(Task(pk=task_id))
    if task.fence != fence or task.is_terminal or not task.worker:
        raise LeaseLost(task_id)
    if usage is not None:
        leases.record(task_id, fence, (), usage=usage)
        task.refresh_from_db(fields=["browser_seconds", "cost_usd", "steps"])
    _end(task, terminal_reason, output, output_text, is_task_successful, error)
    return task


def finish_unheld(task: Task, terminal_reason: str, *, error: tuple[str, str]) -> None:
    """End a locked task that no worker holds; a late holder finds its fence gone."""
    Task.objects.filter(pk=task.pk).update(fence=F("fence") + 1)
    _end(task, terminal_reason, None, "", None, error)


def _end(
    task: Task,
    terminal_reason: str,
    output: Any,
    output_text: str,
    is_task_successful: bool | None,
    error: tuple[str, str] | None,
) -> None:
    previous = task.status
    task.status = _STATUS_OF_REASON[terminal_reason]
    task.output, task.output_text = storable(output), plain_text(output_text)
    task.terminal_reason = terminal_reason
    task.is_task_successful = is_task_successful
    code, message = error or ("", "")
    task.error_code, task.error_message = code[:60], readable(plain_text(message))
    task.finished_at = timezone.now()
    task.due_at, task.lease_until, task.worker = None, None, ""
    task.save(
        update_fields=[
            "status", "output", "output_text", "terminal_reason", "is_task_successful",
            "error_code", "error_message", "finished_at", "due_at", "lease_until", "worker",
        ]
    )  # fmt: skip
    session = AgentSession.objects.select_for_update(no_key=True).get(pk=task.session_id)
    session.status = _after_task(session, task)
    session.browser_used_at = timezone.now()
    session.save(update_fields=["status", "browser_used_at", "updated_at"])
    if session.status != SessionStatus.IDLE and session.control != Control.AGENT:
        _end_control(task, session)
    _cancel_requests(task)
    credits.settle(task)
    events = ledger.append(
        task,
        TaskStatusChanged(status=task.status, previous=previous),
        TaskCompleted(
            output=output,
            terminal_reason=terminal_reason,  # type: ignore[arg-type]
            is_task_successful=is_task_successful,
            error={"code": error[0], "message": error[1]} if error else None,
        ),
    )
    deliveries.publish(task, events)
    nudges.after_commit(f"sessions:{task.project_id}")
    if session.stop_requested:
        dispatch.close_browser(session.pk, host=session.browser_host)


def _after_task(session: AgentSession, task: Task) -> SessionStatus:
    """Where a session stands once its task has ended: without a browser it cannot go on."""
    if session.stop_requested:
        return SessionStatus.STOPPED
    no_browser = session.browser is None and session.browser_status == "failed"
    if no_browser and task.status == TaskStatus.FAILED:
        return SessionStatus.FAILED
    return SessionStatus.IDLE


def why_over(session: AgentSession) -> str:
    """Why a session that is over takes no more tasks, in words."""
    if session.status == SessionStatus.FAILED:
        return "The session failed: no browser could be had for it. Start another one."
    return "The session is stopped."


def _end_control(task: Task, session: AgentSession) -> None:
    """Nobody drives a session that is over."""
    if session.control == Control.HUMAN:
        ledger.append(task, TaskTakeControlEnded(by=session.driver_name, reason="released"))
    AgentSession.objects.filter(pk=session.pk).update(
        control=Control.AGENT,
        driver=None,
        driver_name="",
        driver_token="",
        driver_lease_until=None,
        control_version=F("control_version") + 1,
    )


def _cancel_requests(task: Task, **which: Any) -> None:
    for request in task.input_requests.filter(status=RequestStatus.PENDING, **which):
        won = InputRequest.objects.filter(pk=request.pk, status=RequestStatus.PENDING).update(
            status=RequestStatus.CANCELED, answered_at=timezone.now()
        )
        if won:
            told: list[Payload] = [
                TaskInputRequestResolved(request_id=request.pk, status=RequestStatus.CANCELED)
            ]
            if request.kind == "confirmation":
                told.append(TaskConfirmationResolved(request_id=request.pk, approved=False))
            ledger.append(task, *told)
            nudges.after_commit(f"inbox:{task.project_id}")


def due(limit: int = 200) -> list[tuple[str, str]]:
    """(task id, host of its browser) of all tasks with work due that nobody holds."""
    rows = (
        Task.objects.filter(due_at__isnull=False)
        .filter(leases.free())
        .exclude(status__in=(*TERMINAL, TaskStatus.PAUSED))
        .order_by("due_at")
        .values_list("pk", "session__browser_host", "session__browser")[:limit]
    )
    return [(pk, host if browser else "") for pk, host, browser in rows]


def end_cancelled() -> int:
    """End tasks that were cancelled, or whose session was stopped, while nobody held them."""
    open_statuses = [status for status in TaskStatus if status not in TERMINAL]
    rows = (
        Task.objects.filter(status__in=open_statuses)
        .filter(Q(cancel_requested_at__isnull=False) | ~Q(session__stop_requested=""))
        .filter(leases.free())
        .values_list("pk", flat=True)[:100]
    )
    count = 0
    for pk in list(rows):
        with transaction.atomic():
            task = _locked(Task(pk=pk))
            if not task.is_terminal and not leases.is_held(task):
                reason = task.cancel_reason or "session stopped"
                finish_unheld(task, "canceled", error=("canceled", reason))
                count += 1
    return count
