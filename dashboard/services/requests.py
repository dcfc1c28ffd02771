"""Input requests: asked once by the run, settled once by a person or by time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from agents.events import (
    Payload,
    TaskConfirmationRequested,
    TaskConfirmationResolved,
    TaskInputRequest,
    TaskInputRequestResolved,
    TaskStatusChanged,
)
from agents.plain import plain_text, storable
from agents.ports import InputRequestSpec
from agents.readable import readable, readable_json
from dashboard import dispatch, ledger, nudges
from dashboard.errors import Conflict, Invalid
from dashboard.models import (
    TERMINAL,
    AuditEntry,
    InputRequest,
    RequestStatus,
    Task,
    TaskStatus,
    User,
)
from dashboard.services import (
    audit,
    confirmations,
    deliveries,
    leases,
    origins,
    responses,
    standing,
    tasks,
)
from dashboard.services.actors import Actor

CONFIRMATION = "confirmation"
# Not words for people: what is answered or sent as it stands, and what calls are known by.
_ANSWERS = ("value", "enum", "const", "default", "pattern", "required")
_DATA = ("arguments", "code", "fingerprint", "page_url")


def as_dict(request: InputRequest) -> dict[str, Any]:
    """The request as it crosses the wire."""
    return {
        "id": request.pk,
        "task_id": request.task_id,
        "kind": request.kind,
        "prompt": request.prompt,
        "risk": request.risk or None,
        "input_schema": request.input_schema,
        "choices": request.choices,
        "context": request.context,
        "revision": request.revision,
        "status": request.status,
        "response": request.response,
        "answered_by": request.answered_by or None,
        "expires_at": _wire_time(request.expires_at),
        "created_at": _wire_time(request.created_at),
    }


def _wire_time(at: Any) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


@transaction.atomic
def open_request(task: Task, fence: int, spec: InputRequestSpec) -> InputRequest:
    """The run asks. A request of the same key is returned as it stands. Raises: LeaseLost."""
    leases.write(task.pk, fence)
    found = InputRequest.objects.filter(task=task, key=spec.key).first()
    if found is not None and found.status != RequestStatus.PENDING:
        return found
    # Somebody may have paused the task a moment ago: then it stays paused, and asks all the same.
    _move(task, TaskStatus.RUNNING, TaskStatus.AWAITING_INPUT)
    return found or _create(task, spec)


def _move(task: Task, previous: TaskStatus, status: TaskStatus) -> None:
    """Change the status with its event, if it is still the previous one. The row is locked."""
    if Task.objects.filter(pk=task.pk, status=previous).update(status=status):
        ledger.append(task, TaskStatusChanged(status=status, previous=previous))
        nudges.after_commit(f"sessions:{task.project_id}")


def _create(task: Task, spec: InputRequestSpec) -> InputRequest:
    life_s = spec.expires_in_s or settings.CONFIG.request_expires_s
    schema = spec.input_schema
    if spec.kind == CONFIRMATION and schema is None:
        schema = confirmations.response_schema(spec.context.get("arguments") or [])
    request = InputRequest.objects.create(
        project_id=task.project_id,
        task=task,
        key=spec.key,
        kind=spec.kind,
        prompt=readable(plain_text(spec.prompt)),
        risk=spec.risk or "",
        input_schema=storable(readable_json(schema, but=_ANSWERS)),
        choices=storable(readable_json(spec.choices, but=_ANSWERS)),
        context=storable(readable_json(spec.context, but=_DATA)),
        expires_at=timezone.now() + timedelta(seconds=life_s),
    )
    asked: list[Payload] = [TaskInputRequest(request_id=request.pk, **as_dict(request))]
    if request.kind == CONFIRMATION:
        asked.append(
            TaskConfirmationRequested(
                request_id=request.pk,
                risk=request.risk or "unknown",
                title=request.prompt[:1_000],
                reason=str(request.context.get("why") or ""),
                step=int(request.context.get("step") or 0),
                page_url=request.context.get("page_url"),
            )
        )
    deliveries.publish(task, ledger.append(task, *asked))
    nudges.after_commit(f"inbox:{task.project_id}")
    nudges.after_commit(f"sessions:{task.project_id}")
    return request


@transaction.atomic
def back_to_work(task: Task, fence: int) -> None:
    """The run has its answer. Raises: LeaseLost."""
    leases.write(task.pk, fence)
    _move(task, TaskStatus.AWAITING_INPUT, TaskStatus.RUNNING)


@transaction.atomic
def decide(
    request: InputRequest,
    *,
    by: Actor,
    response: Any = None,
    skip: bool = False,
    revision: int | None = None,
) -> InputRequest:
    """Settle a pending request and wake its task. The first decision wins.

    A confirmation may be answered in several spellings and is kept in one
    (`confirmations.normalised`). Answers to secret fields are kept sealed and shown masked.

    Raises: Forbidden without the scope; Invalid when the response does not fit; Conflict (with
    the present state in `extra`) when it is settled, expired or revised, or its task is being
    cancelled.
    """
    confirms = request.kind == CONFIRMATION
    by.require("approve" if confirms else "run")
    if request.status != RequestStatus.PENDING:  # whatever the response is: it comes too late
        raise Conflict(_why_lost(request, revision), extra=as_dict(request))
    redactor = tasks.redactor_of(request.task)
    if confirms:
        skipped = {"approved": False, "reason": "Skipped."}
        response = skipped if skip else storable(response)
        response = confirmations.normalised(response, request.context)
        if redactor.json(response["edits"]) != response["edits"]:
            raise Invalid("An edit must not hold a sensitive value.", loc=["body", "edits"])
        response = {**response, "reason": redactor.text(response["reason"])}
    elif not skip:
        response = responses.fitting(request, storable(response))
    task = tasks._locked(request.task)  # before the request, the order of everybody
    _refuse_cancelled(task, request)
    pending = InputRequest.objects.filter(pk=request.pk, status=RequestStatus.PENDING).filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=Now())
    )
    if revision is not None:
        pending = pending.filter(revision=revision)
    answer = None if skip and not confirms else response
    masked = responses.masked(request, answer)
    told = masked if confirms else responses.without_values(request, masked, redactor)
    won = pending.update(
        status=RequestStatus.ANSWERED,
        response=told,
        sealed_response=None if masked == answer else responses.sealed(request, answer),
        skipped=skip,
        answered_by=by.name,
        answered_by_id=by.id,
        answered_at=timezone.now(),
    )
    request = InputRequest.objects.select_related("task__session").get(pk=request.pk)
    if not won:
        raise Conflict(_why_lost(request, revision), extra=as_dict(request))
    _tell(request, by, skip=skip)
    _wake(request, response, by)
    return request


def _refuse_cancelled(task: Task, request: InputRequest) -> None:
    """Raises: Conflict when the task is to end, though its worker may not have seen that yet."""
    if task.cancel_requested_at is None:
        return
    request = InputRequest.objects.select_related("task__session").get(pk=request.pk)
    if request.status == RequestStatus.PENDING:
        raise Conflict("The task is being cancelled.", extra=as_dict(request))


def _tell(request: InputRequest, by: Actor, *, skip: bool) -> None:
    """Write a decision to the ledger and the audit log; make the rule that it asks for."""
    task = request.task
    told: list[Payload] = [
        TaskInputRequestResolved(
            request_id=request.pk,
            status=request.status,
            response=request.response,
            answered_by=by.name,
        )
    ]
    detail: dict[str, Any] = {"revision": request.revision, "kind": request.kind}
    action = "request.skipped" if skip else "request.answered"
    if request.kind == CONFIRMATION:
        decided = request.response
        told.append(
            TaskConfirmationResolved(
                request_id=request.pk, approved=decided["approved"], reason=decided["reason"]
            )
        )
        action = "request.approved" if decided["approved"] else "request.rejected"
        detail |= {**decided, "risk": request.risk, "effect": request.prompt[:1_000]}
        if decided["remember"]:
            detail["rule"] = standing.remember(request, by=by).pk
        if decided["approved"] and origins.is_asked_by(request):
            origins.approve(request, by=by)
    ledger.append(task, *told)
    audit.note(request, action, by, **detail)
    nudges.after_commit(f"inbox:{task.project_id}")


@transaction.atomic
def saw(request: InputRequest, *, by: Actor) -> None:
    """Note that somebody looked at a confirmation, once for each person and revision."""
    if request.kind != CONFIRMATION:
        return
    looks = AuditEntry.objects.filter(
        actor_id=by.id, action="request.seen", object_id=request.pk
    ).values_list("detail", flat=True)
    if not any(detail.get("revision") == request.revision for detail in looks):
        audit.note(request, "request.seen", by, revision=request.revision)


@transaction.atomic
def withdraw(task: Task, fence: int, keys: Sequence[str] | None = None) -> None:
    """The run needs these answers no more: it was interrupted. Raises: LeaseLost.

    keys: None for every confirmation of the task that is pending.
    """
    leases.write(task.pk, fence)
    if keys is None:
        tasks._cancel_requests(task, kind=CONFIRMATION)
    elif keys:
        tasks._cancel_requests(task, key__in=list(keys))


def _wake(request: InputRequest, response: Any, by: Actor) -> None:
    task = request.task
    if request.context.get("about") == "driver_lost":
        locked = tasks._locked(task)
        if not locked.is_terminal and locked.status == TaskStatus.PAUSED:
            if response == "stop":
                tasks.cancel(locked, by=by, reason="stopped after a lost takeover")
            else:
                tasks.set_resumed(locked, reason=f"{by.name} let the agent go on")
        return
    Task.objects.filter(pk=task.pk).exclude(status__in=(*TERMINAL, TaskStatus.PAUSED)).update(
        due_at=timezone.now()
    )
    dispatch.wake(task.pk, host=task.session.browser_host if task.session.browser else "")


def _why_lost(request: InputRequest, revision: int | None) -> str:
    if request.status == RequestStatus.ANSWERED:
        return f"Already answered by {request.answered_by or 'somebody'}."
    if request.status != RequestStatus.PENDING:
        return f"The request is {request.get_status_display()}."
    if revision is not None and request.revision != revision:
        return "The request has changed since you saw it; look again."
    return "The request has expired."


@transaction.atomic
def assign(request: InputRequest, user: User | None, *, by: Actor) -> InputRequest:
    """Say who looks after a request; None takes it back."""
    by.require("run")
    InputRequest.objects.filter(pk=request.pk).update(assignee=user)
    nudges.after_commit(f"inbox:{request.project_id}")
    request.refresh_from_db()
    return request


def expire_due(limit: int = 200) -> int:
    """Expire what nobody answered in time and wake the tasks. How many."""
    count = 0
    overdue = InputRequest.objects.filter(
        status=RequestStatus.PENDING, expires_at__lte=Now()
    ).values_list("pk", "task_id")[:limit]
    for pk, task_id in list(overdue):
        with transaction.atomic():
            tasks._locked(Task(pk=task_id))
            won = InputRequest.objects.filter(
                pk=pk, status=RequestStatus.PENDING, expires_at__lte=Now()
            ).update(status=RequestStatus.EXPIRED, answered_at=timezone.now())
            if not won:
                continue
            request = InputRequest.objects.select_related("task__session").get(pk=pk)
            task = request.task
            expired: list[Payload] = [
                TaskInputRequestResolved(request_id=pk, status=RequestStatus.EXPIRED)
            ]
            if request.kind == CONFIRMATION:
                expired.append(
                    TaskConfirmationResolved(
                        request_id=pk, approved=False, reason="Nobody decided in time."
                    )
                )
            ledger.append(task, *expired)
            nudges.after_commit(f"inbox:{task.project_id}")
            if request.context.get("about") != "driver_lost":
                Task.objects.filter(pk=task.pk).exclude(
                    status__in=(*TERMINAL, TaskStatus.PAUSED)
                ).update(due_at=timezone.now())
                dispatch.wake(
                    task.pk, host=task.session.browser_host if task.session.browser else ""
                )
            count += 1
    return count


def open_by_system(task: Task, spec: InputRequestSpec) -> InputRequest:
    """Ask people something that the run did not ask. Inside the caller's transaction."""
    found = InputRequest.objects.filter(task=task, key=spec.key).first()
    return found or _create(task, spec)
