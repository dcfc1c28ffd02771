"""Takeover: a person drives the browser and hands it back. The holder of the token drives.

agent > taking (somebody asked; the running action ends) > human (input is accepted) > agent.
The worker that runs the task grants control when its run stands still; with no run, it is granted
at once. A lost or idle driver pauses the task and asks people; it never resumes silently.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from agents.events import TaskTakeControlEnded, TaskTakeControlStarted
from agents.plain import plain_text
from agents.ports import InputRequestSpec
from dashboard import ledger, nudges
from dashboard.errors import Conflict
from dashboard.models import (
    TERMINAL,
    AgentSession,
    Control,
    InputRequest,
    RequestStatus,
    Task,
)
from dashboard.services import audit, leases, requests, tasks
from dashboard.services import secrets as stored
from dashboard.services.actors import Actor

GRANT_WITHIN_S = 10


def _open_task(session: AgentSession) -> Task | None:
    return session.tasks.exclude(status__in=TERMINAL).order_by("-number").first()


def _lease() -> timedelta:
    return timedelta(seconds=settings.CONFIG.driver_lease_s)


def _renew(session: AgentSession) -> None:
    """Save who drives, for another while.

    A page renews its lease all the time. A program cannot: it drives until it hands back, or has
    not taken control again for as long as a person may be idle.
    """
    now, is_program = timezone.now(), session.driver_id is None
    lease = timedelta(seconds=settings.CONFIG.driver_idle_s) if is_program else _lease()
    session.driver_lease_until = now + lease
    session.driver_input_at = now
    session.save()


def _nudge(session: AgentSession) -> None:
    nudges.after_commit(f"session:{session.pk}")
    for task_id in session.tasks.exclude(status__in=TERMINAL).values_list("pk", flat=True):
        nudges.after_commit(f"task:{task_id}")


@transaction.atomic
def take(session: AgentSession, *, by: Actor) -> AgentSession:
    """Ask for the mouse. Taking it twice is harmless; an admin may take it from another driver.

    Raises: Conflict when somebody else drives or no browser is open.
    """
    by.require("run")
    session = tasks.locked_session(session.pk)
    if session.browser is None:
        raise Conflict("The session has no open browser.", extra={"browser": "closed"})
    if session.control != Control.AGENT:
        if _drives(session, by):
            _renew(session)
            return session
        if not by.is_admin:
            raise Conflict(
                f"{session.driver_name} is driving.", extra={"driver": session.driver_name}
            )
        _end(session, "taken_over", "")
    now = timezone.now()
    session.control = Control.TAKING
    session.driver, session.driver_name = by.user, by.name
    owner = f"{by.key.pk}:" if by.key else ""
    session.driver_token = owner + secrets.token_urlsafe(24)
    session.control_asked_at = now
    session.handback_note = ""
    session.control_version += 1
    _renew(session)
    task = _open_task(session)
    if task is None or not leases.is_held(task):
        _grant(session, task)
    audit.note(session, "control.taken", by)
    _nudge(session)
    return session


def _drives(session: AgentSession, by: Actor) -> bool:
    """Whether this very person or key drives; names are not unique."""
    if by.user is not None:
        return session.driver_id == by.user.pk
    return by.key is not None and session.driver_token.startswith(f"{by.key.pk}:")


def _grant(session: AgentSession, task: Task | None) -> None:
    session.control = Control.HUMAN
    session.save(update_fields=["control", "updated_at"])
    if task is not None:
        ledger.append(task, TaskTakeControlStarted(by=session.driver_name))
    _nudge(session)


@transaction.atomic
def grant(session_id: str) -> bool:
    """The run stands still: the person who asked drives now."""
    session = tasks.locked_session(session_id)
    if session.control != Control.TAKING:
        return False
    _grant(session, _open_task(session))
    return True


@transaction.atomic
def release(session: AgentSession, *, by: Actor, note: str = "") -> AgentSession:
    """Hand the browser back, with a note to the agent; a task whose driver was lost goes on.

    Raises: Conflict when not driving.
    """
    by.require("run")
    session = tasks.locked_session(session.pk)
    if session.control == Control.AGENT:
        raise Conflict("The agent is driving already.", extra={"control": session.control})
    if not _drives(session, by) and not by.is_admin:
        raise Conflict(f"{session.driver_name} is driving.", extra={"driver": session.driver_name})
    task, drove = _open_task(session), session.control == Control.HUMAN
    redactor = tasks.redactor_of(task) if task else stored.redactor_of(session.project_id)
    note = redactor.text(plain_text(note).strip())[:2000]
    _end(session, "released", note)
    audit.note(session, "control.released", by)
    if task is not None and drove:
        _settle_takeover_requests(task, by, note)
        _settle_lost_driver_requests(task, by)
    return session


def _settle_takeover_requests(task: Task, by: Actor, note: str) -> None:
    """Handing back answers a request for just that, and what a sign-in asked for meanwhile."""
    kinds = ("takeover", "captcha", "sign_in", "form")
    for request in InputRequest.objects.filter(
        task=task, status=RequestStatus.PENDING, kind__in=kinds
    ):
        if request.kind == "form" and not _is_of_sign_in(request):
            continue
        # A form or choice that was not used here was done in the browser.
        request.input_schema = request.choices = None
        with suppress(Conflict):  # its time ran out meanwhile; handing back goes on
            requests.decide(request, by=by, response={"done": True, "note": note})


def _is_of_sign_in(request: InputRequest) -> bool:
    """Whether a form asks for what only signs in: a password, a one-time code."""
    schema = request.input_schema if isinstance(request.input_schema, dict) else {}
    parts = schema.get("properties")
    told = parts.values() if isinstance(parts, dict) else ()
    formats = {p.get("format") for p in told if isinstance(p, dict)}  # `true` is a schema, too
    return bool(formats & {"password", "one-time-code"})


def _settle_lost_driver_requests(task: Task, by: Actor) -> None:
    """Whoever comes back, drives and hands the browser back says that the agent may go on."""
    for request in InputRequest.objects.filter(
        task=task, status=RequestStatus.PENDING, key__startswith=tasks.DRIVER_LOST
    ):
        with suppress(Conflict):  # as above, or another of them was answered just now
            requests.decide(request, by=by, response="continue")


def _end(
    session: AgentSession, reason: Literal["released", "idle", "lost", "taken_over"], note: str
):
    task = _open_task(session)
    if task is not None and session.control == Control.HUMAN:
        ledger.append(task, TaskTakeControlEnded(by=session.driver_name, note=note, reason=reason))
    session.control = Control.AGENT
    session.driver, session.driver_name, session.driver_token = None, "", ""
    session.driver_lease_until = None
    session.handback_note = note
    session.control_version += 1
    session.save()
    _nudge(session)


def renew(session_id: str, token: str, *, moved: bool) -> bool:
    """Keep driving. moved: there was input since. False when the token no longer drives."""
    changes = {"driver_lease_until": timezone.now() + _lease()}
    if moved:
        changes["driver_input_at"] = timezone.now()
    return bool(
        AgentSession.objects.filter(pk=session_id, driver_token=token)
        .exclude(control=Control.AGENT)
        .exclude(driver_token="")
        .update(**changes)
    )


def expire_due() -> int:
    """End takeovers whose driver is gone or idle, and grant those nobody runs. How many."""
    idle_before = timezone.now() - timedelta(seconds=settings.CONFIG.driver_idle_s)
    overdue = AgentSession.objects.exclude(control=Control.AGENT).filter(
        Q(driver_lease_until__lt=Now()) | Q(driver_input_at__lt=idle_before)
    )
    count = 0
    for pk in list(overdue.values_list("pk", flat=True)[:100]):
        with transaction.atomic():
            count += _expire(tasks.locked_session(pk), idle_before)
    stuck = AgentSession.objects.filter(
        control=Control.TAKING,
        control_asked_at__lt=timezone.now() - timedelta(seconds=GRANT_WITHIN_S),
    )
    for pk in list(stuck.values_list("pk", flat=True)[:100]):
        with transaction.atomic():
            session = tasks.locked_session(pk)
            task = _open_task(session)
            if session.control == Control.TAKING and (task is None or not leases.is_held(task)):
                _grant(session, task)
    return count


def _expire(session: AgentSession, idle_before) -> int:
    lost = session.driver_lease_until is None or session.driver_lease_until < timezone.now()
    idle = session.driver_input_at is not None and session.driver_input_at < idle_before
    if session.control == Control.AGENT or not (lost or idle):
        return 0
    who, task = session.driver_name, _open_task(session)
    drove = session.control == Control.HUMAN
    _end(session, "lost" if lost else "idle", "")
    if task is None or not drove:
        return 1
    task = tasks._locked(task)
    tasks.set_paused(task, reason=f"{who} {'lost the connection' if lost else 'was idle'}")
    requests.open_by_system(
        task,
        InputRequestSpec(
            key=f"{tasks.DRIVER_LOST}{session.control_version}",
            kind="choice",
            prompt=(
                f"{who} was driving the browser and "
                f"{'lost the connection' if lost else 'did nothing for a while'}. "
                "The task is paused. How should it go on?"
            ),
            choices=[
                {"value": "continue", "label": "Let the agent go on"},
                {"value": "stop", "label": "Stop the task"},
            ],
            context={"about": "driver_lost", "page_url": session.page_url},
        ),
    )
    return 1
