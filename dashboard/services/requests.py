"""Input requests: asked once by the run, settled once by a person or by time."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from agents.events import TaskInputRequest, TaskInputRequestResolved, TaskStatusChanged
from agents.plain import plain_text, storable
from agents.ports import InputRequestSpec
from agents.schemas import schema_errors
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
from dashboard.services import deliveries, leases, tasks
from dashboard.services.actors import Actor

log = structlog.get_logger(__name__)


MASK = "••••"


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
    request = InputRequest.objects.create(
        project_id=task.project_id,
        task=task,
        key=spec.key,
        kind=spec.kind,
        prompt=plain_text(spec.prompt),
        risk=spec.risk or "",
        input_schema=storable(spec.input_schema),
        choices=storable(spec.choices),
        context=storable(spec.context),
        expires_at=timezone.now() + timedelta(seconds=life_s),
    )
    asked = TaskInputRequest(request_id=request.pk, **as_dict(request))
    deliveries.publish(task, ledger.append(task, asked))
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

    Raises: Forbidden without the scope; Invalid when the response does not fit the schema;
    Conflict (with the present state in `extra`) when it is settled, expired or revised.
    """
    by.require("approve" if request.kind == "confirmation" else "run")
    if not skip:
        response = _fitting(request, storable(response))
    tasks._locked(request.task)  # before the request, the order of everybody
    pending = InputRequest.objects.filter(pk=request.pk, status=RequestStatus.PENDING).filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=Now())
    )
    if revision is not None:
        pending = pending.filter(revision=revision)
    won = pending.update(
        status=RequestStatus.ANSWERED,
        response=None if skip else response,
        skipped=skip,
        answered_by=by.name,
        answered_at=timezone.now(),
    )
    request = InputRequest.objects.select_related("task__session").get(pk=request.pk)
    if not won:
        raise Conflict(_why_lost(request, revision), extra=as_dict(request))
    task = request.task
    ledger.append(
        task,
        TaskInputRequestResolved(
            request_id=request.pk,
            status=request.status,
            response=_shown(request),
            answered_by=by.name,
        ),
    )
    AuditEntry.objects.create(
        project_id=task.project_id,
        actor=by.name,
        action="request.skipped" if skip else "request.answered",
        object_id=request.pk,
        detail={"revision": request.revision, "kind": request.kind},
    )
    nudges.after_commit(f"inbox:{task.project_id}")
    _wake(request, response, by)
    return request


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


def _shown(request: InputRequest) -> Any:
    """The response as the ledger may keep it: answers to secret fields are masked."""
    fields = (request.input_schema or {}).get("properties") or {}
    if not isinstance(request.response, dict):
        return request.response
    secret = {
        name
        for name, part in fields.items()
        if isinstance(part, dict)
        and (part.get("writeOnly") or part.get("format") in ("password", "one-time-code"))
    }
    return {key: MASK if key in secret else value for key, value in request.response.items()}


def _why_lost(request: InputRequest, revision: int | None) -> str:
    if request.status == RequestStatus.ANSWERED:
        return f"Already answered by {request.answered_by or 'somebody'}."
    if request.status != RequestStatus.PENDING:
        return f"The request is {request.get_status_display()}."
    if revision is not None and request.revision != revision:
        return "The request has changed since you saw it; look again."
    return "The request has expired."


def _fitting(request: InputRequest, response: Any) -> Any:
    """The response, checked against choices or schema. Raises: Invalid."""
    if request.choices:
        values = [choice["value"] for choice in request.choices]
        picked = response.get("value") if isinstance(response, dict) else response
        if picked in values:
            return picked
        labels = [c for c in request.choices if c.get("label") == picked]
        if labels:
            return labels[0]["value"]
        if request.context.get("allow_other") and isinstance(picked, str) and picked.strip():
            return picked.strip()
        raise Invalid(
            "Choose one of: " + ", ".join(str(v) for v in values[:20]), loc=["body", "response"]
        )
    if request.input_schema:
        errors = _misfits(response, request.input_schema)
        if errors:
            raise Invalid("The response does not fit.", extra={"errors": errors})
    if response is None or response == "":
        raise Invalid("The response is empty.", loc=["body", "response"])
    return response


def _misfits(response: Any, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Where the response does not fit; a schema that is no use asks for nothing.

    A model wrote the schema, or a page through it: people must be able to answer all the same.
    """
    try:
        return [
            {
                "loc": ["body", "response", *error.absolute_path],
                "msg": error.message[:300],
                "type": str(error.validator),
            }
            for error in islice(schema_errors(response, schema), 20)
        ]
    except ValueError as error:
        log.warning("a request has a schema that cannot be used", error=str(error))
        return []


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
            ledger.append(
                task,
                TaskInputRequestResolved(request_id=pk, status=RequestStatus.EXPIRED),
            )
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
