"""Sessions: create with a first task, follow up, stop; what the run tells of its browser."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import transaction
from django.utils import timezone

from agents.browser.approved_origins import ApprovedOrigins
from agents.events import TaskBrowserLiveUrlChanged
from agents.guard.redactor import Redactor
from agents.plain import plain_text
from agents.readable import readable
from dashboard import dispatch, ledger, nudges
from dashboard.errors import Conflict, Invalid, QuotaExceeded
from dashboard.models import (
    TERMINAL,
    AgentSession,
    BrowserProfile,
    Control,
    Project,
    RequestStatus,
    SessionStatus,
    Task,
)
from dashboard.services import answers, audit, endpoints, leases, secrets, tasks
from dashboard.services.actors import Actor
from dashboard.services.options import NewSession, NewTask
from dashboard.services.titles import title_of

MAX_TASKS = 500
ENDED = "Its process ended while nothing ran. Another one starts when the task goes on."


def live_url(session: AgentSession) -> str:
    """Where a person watches the session."""
    from django.conf import settings

    return f"{settings.CONFIG.address}/sessions/{session.pk}/"


@transaction.atomic
def create(new: NewSession, *, by: Actor, product: str = "do_anything") -> AgentSession:
    """A session with its first task queued.

    Raises: Invalid for an unknown profile; Conflict for one in use, or when a callback would be
    one endpoint too many; QuotaExceeded when the project has too many sessions with unfinished
    tasks.
    """
    by.require("run")
    new = secrets.cleaned(new, by.project.pk)
    _check_quota(by)
    session = AgentSession(
        project=by.project,
        product=product,
        title=new.title or title_of(new.instructions),
        metadata=new.metadata or {},
        keep_alive=bool(new.keep_alive),
        created_by=by.name,
    )
    if new.profile_id:
        session.profile = _free_profile(new.profile_id, by)
    if new.callback_url:
        session.callback_url = new.callback_url
        session.callback = endpoints.for_callback(new.callback_url, by=by)
    session.save(force_insert=True)
    if session.profile is not None:
        BrowserProfile.objects.filter(pk=session.profile_id).update(
            used_by=session, last_used_at=timezone.now()
        )
    tasks.submit(session, new, by=by, number=1)
    return session


def _check_quota(by: Actor) -> None:
    """Under the project's lock, so that two at once cannot both be the last one."""
    project = Project.objects.select_for_update(no_key=True).get(pk=by.project.pk)
    busy = AgentSession.objects.for_project(project).filter(
        status__in=(SessionStatus.PENDING, SessionStatus.RUNNING)
    )
    if busy.count() >= project.max_concurrent_sessions:
        raise QuotaExceeded(
            _too_many(project.max_concurrent_sessions),
            code="too_many_concurrent_sessions",
            retry_after_s=10,
        )


def _too_many(most: int) -> str:
    sessions = "1 session" if most == 1 else f"{most} sessions"
    return (
        f"The project may run {sessions} at once. Wait until one ends, or have an admin of the "
        "server allow more (“sessions at once” of the project)."
    )


def _free_profile(
    profile_id: str, by: Actor, *, mine: AgentSession | None = None
) -> BrowserProfile:
    """The profile, locked, which no session but `mine` uses. Raises: Invalid; Conflict."""
    profile = (
        BrowserProfile.objects.select_for_update(of=("self",))
        .for_project(by.project)
        .filter(pk=profile_id)
        .select_related("used_by")
        .first()
    )
    if profile is None:
        raise Invalid("There is no such browser profile.", loc=["body", "profile_id"])
    user = profile.used_by
    ended = user is None or user.status in (SessionStatus.STOPPED, SessionStatus.FAILED)
    if user != mine and not ended:
        raise Conflict(
            "The profile is in use by another session; stop that one first.",
            extra={"session_id": user.pk},
        )
    return profile


@transaction.atomic
def create_task(session: AgentSession, new: NewTask, *, by: Actor) -> Task:
    """A follow-up in the same browser.

    Raises: Conflict while a task runs, after stop, and when another session has its profile now.
    """
    by.require("run")
    new = secrets.cleaned(new, by.project.pk)
    session = AgentSession.objects.select_for_update().fetch(session.pk)  # retention may be faster
    if session.status in (SessionStatus.STOPPED, SessionStatus.FAILED) or session.stop_requested:
        raise Conflict(tasks.why_over(session), extra={"status": session.status})
    last = session.tasks.order_by("-number").first()
    if last is not None and last.status not in TERMINAL:
        raise Conflict(
            "The session's task is not over yet; send it a message, or wait.",
            extra={"task_id": last.pk, "status": last.status},
        )
    if session.profile_id:  # it was free for others while the session's browser was closed
        profile = _free_profile(session.profile_id, by, mine=session)
        BrowserProfile.objects.filter(pk=profile.pk).update(used_by=session)
    number = (last.number if last else 0) + 1
    if number > MAX_TASKS:
        raise Conflict(f"A session has at most {MAX_TASKS} tasks; start another one.")
    _check_quota(by)
    session.status = SessionStatus.RUNNING
    session.save(update_fields=["status", "updated_at"])
    return tasks.submit(session, new, by=by, number=number)


@transaction.atomic
def stop(session: AgentSession, *, by: Actor, force: bool = False) -> AgentSession:
    """End a session. Soft: the running step finishes; force: it is interrupted.

    Stopping twice changes nothing, except that force after soft interrupts.
    """
    by.require("run")
    session = tasks.locked_session(session.pk)
    if session.status in (SessionStatus.STOPPED, SessionStatus.FAILED):
        return session
    session.stop_requested = "force" if force else (session.stop_requested or "soft")
    open_task = session.tasks.exclude(status__in=TERMINAL).first()
    if open_task is None:
        session.status = SessionStatus.STOPPED
        session.control = Control.AGENT
        session.driver, session.driver_name, session.driver_token = None, "", ""
        dispatch.close_browser(session.pk, host=session.browser_host)
    session.save()
    if open_task is not None:
        # The holder reads `stop_requested`; a task that nobody holds ends here.
        if force or not leases.is_held(open_task):
            tasks.cancel(open_task, by=by, reason=f"session stopped by {by.name}")
        nudges.after_commit(f"task:{open_task.pk}")
    audit.note(session, "session.stopped", by, force=force)
    nudges.after_commit(f"session:{session.pk}")
    nudges.after_commit(f"sessions:{session.project_id}")
    session.refresh_from_db()
    return session


@transaction.atomic
def set_browser(
    session_id: str,
    *,
    status: str,
    handle: dict[str, Any] | None,
    host: str,
    task: Task | None = None,
    reason: str = "",
) -> None:
    """Remember which browser the session has. status: starting, live, closed, lost, failed, none.

    task: the run that says so. Raises: LeaseLost when another one runs the task by now.
    """
    if task is not None:
        leases.write(task.pk, task.fence)
    session = AgentSession.objects.select_for_update(no_key=True).get(pk=session_id)
    session.browser, session.browser_status = handle, status
    session.browser_host = host if handle else ""
    session.browser_used_at = timezone.now()
    if handle:
        session.user_data_dir = handle.get("user_data_dir", "")
    session.save(
        update_fields=[
            "browser",
            "browser_status",
            "browser_host",
            "browser_used_at",
            "user_data_dir",
            "updated_at",
        ]
    )
    if task is not None:
        ledger.append(
            task,
            TaskBrowserLiveUrlChanged(live_url=live_url(session), status=status, reason=reason),
        )
        _tell_cards(task)
    nudges.after_commit(f"session:{session_id}")
    nudges.after_commit(f"browser:{session_id}")
    nudges.after_commit(f"sessions:{session.project_id}")


@transaction.atomic
def forget_browser(session_id: str, handle: dict[str, Any]) -> bool:
    """Take a browser that is about to be closed off its session.

    False when the session uses it again, a person drives it, or it has another one: then it must
    be let alone.
    """
    session = AgentSession.objects.select_for_update().get(pk=session_id)
    if session.browser != handle or session.status in (
        SessionStatus.PENDING,
        SessionStatus.RUNNING,
    ):
        return False
    if session.status == SessionStatus.IDLE and session.control != Control.AGENT:
        return False
    set_browser(session_id, status="closed", handle=None, host="")
    return True


@transaction.atomic
def lose_browser(session_id: str, handle: dict[str, Any]) -> bool:
    """Take a browser whose process is gone off its session, and tell the task that waits for it.

    False when a run holds the task, which finds out by itself and starts another browser, or
    when the session has another one by now.
    """
    session = tasks.locked_session(session_id)  # a claim of its task waits for this
    task = session.tasks.exclude(status__in=TERMINAL).order_by("-number").first()
    if session.browser != handle or (task is not None and leases.is_held(task)):
        return False
    set_browser(session_id, status="lost", handle=None, host="")
    if task is None:
        free_profile(session)
        return True
    moved = TaskBrowserLiveUrlChanged(live_url=live_url(session), status="lost", reason=ENDED)
    ledger.append(task, moved)
    _tell_cards(task)
    return True


def _tell_cards(task: Task) -> None:
    """A request that waits says what became of the browser since it was asked."""
    if task.input_requests.filter(status=RequestStatus.PENDING).exists():
        nudges.after_commit(f"inbox:{task.project_id}")


@transaction.atomic
def set_egress(task_id: str, fence: int, data: dict[str, Any]) -> None:
    """Keep the rules that the browser of the holder's session is held to. Raises: LeaseLost.

    Which origins are approved is people's to write, not the run's: the row's own stay.
    """
    leases.write(task_id, fence)
    rows = AgentSession.objects.select_for_update(of=("self",), no_key=True)
    session = rows.get(tasks__pk=task_id)
    try:
        kept = ApprovedOrigins.from_json(session.egress or {}).as_json()
    except ValueError:  # then the run has closed everything
        kept = {}
    AgentSession.objects.filter(pk=session.pk).update(egress={**data, **kept})


@transaction.atomic
def set_page(session_id: str, *, url: str, title: str) -> None:
    """Remember what the active tab shows."""
    AgentSession.objects.filter(pk=session_id).update(
        page_url=plain_text(url)[:8000],
        page_title=readable(plain_text(title))[:500],
        browser_used_at=timezone.now(),
    )
    nudges.after_commit(f"session:{session_id}")


def follow_page(session_id: str, *, url: str, title: str) -> None:
    """Keep the row with a page that moved between the steps; nothing is written when it did not.

    Nor is it where secrets of the session are lost: nobody could take them out of the address.
    """
    session = AgentSession.objects.filter(pk=session_id).first()
    if session is None:
        return
    try:
        for task in session.tasks.all():
            redactor = Redactor.of({**tasks.variables_of(task), **answers.variables_of(task)})
            url, title = redactor.text(url), redactor.text(title)
    except (InvalidTag, ValueError):
        return
    page = {
        "page_url": plain_text(url)[:8000],
        "page_title": readable(plain_text(title))[:500],
    }
    if session.page_url == page["page_url"]:
        return
    with transaction.atomic():
        AgentSession.objects.filter(pk=session_id).update(**page)
        nudges.after_commit(f"session:{session_id}")


def free_profile(session: AgentSession) -> None:
    """Let other sessions use the profile of a session whose browser is closed."""
    if session.profile_id:
        BrowserProfile.objects.filter(pk=session.profile_id, used_by=session).update(used_by=None)
