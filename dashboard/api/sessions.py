"""DoAnything sessions: create, list, read, follow up, stop."""

from __future__ import annotations

from typing import Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Status

from dashboard import paging
from dashboard.api import present
from dashboard.api.auth import Key, actor_of
from dashboard.api.responses import ERRORS
from dashboard.api.schemas import SessionOut, SessionPage, StopIn, TaskOut
from dashboard.models import AgentSession, Task
from dashboard.services import sessions
from dashboard.services.options import NewSession, NewTask

router = Router(tags=["DoAnything sessions"])
PRODUCT = "do_anything"
SESSIONS = "/projects/{project_id}/do_anything/sessions"


def scoped(request: HttpRequest) -> QuerySet[AgentSession]:
    """The caller's sessions, with what the wire shows of them."""
    return (
        AgentSession.objects.for_project(actor_of(request).project)
        .filter(product=PRODUCT)
        .prefetch_related("tasks__input_requests")
    )


@router.post(
    SESSIONS, response={201: SessionOut, **ERRORS}, auth=Key("run"), summary="Start a session",
    operation_id="create_session",
)  # fmt: skip
def create(request: HttpRequest, project_id: str, body: NewSession):
    """Start a session; its first task is queued at once as `tasks[0]`."""
    session = sessions.create(body, by=actor_of(request))
    return Status(201, present.session(scoped(request).get(pk=session.pk)))


@router.get(
    SESSIONS, response={200: SessionPage, **ERRORS}, auth=Key("read"), summary="List sessions",
    operation_id="list_sessions",
)  # fmt: skip
def index(
    request: HttpRequest,
    project_id: str,
    status: Literal["pending", "running", "idle", "stopped", "failed"] | None = None,
    limit: int = Query(20, ge=1, le=100),
    cursor: str | None = Query(None, max_length=200),
):
    """Sessions, newest first."""
    rows = scoped(request)
    if status is not None:
        rows = rows.filter(status=status)
    items, following = paging.page(rows, limit=limit, cursor=cursor)
    return {"items": [present.session(row) for row in items], "next_cursor": following}


@router.get(
    SESSIONS + "/{session_id}", response={200: SessionOut, **ERRORS}, auth=Key("read"),
    summary="Read a session", operation_id="get_session",
)  # fmt: skip
def read(request: HttpRequest, project_id: str, session_id: str):
    """A session with all its tasks."""
    return present.session(scoped(request).fetch(session_id))


@router.post(
    SESSIONS + "/{session_id}/tasks", response={201: TaskOut, **ERRORS}, auth=Key("run"),
    summary="Start a follow-up task", operation_id="create_task",
)  # fmt: skip
def create_task(request: HttpRequest, project_id: str, session_id: str, body: NewTask):
    """A new task in the same browser; the one before must be over."""
    session = scoped(request).fetch(session_id)
    task = sessions.create_task(session, body, by=actor_of(request))
    return Status(
        201, present.task(Task.objects.prefetch_related("input_requests").get(pk=task.pk))
    )


@router.post(
    SESSIONS + "/{session_id}/stop", response={200: SessionOut, **ERRORS}, auth=Key("run"),
    summary="Stop a session", operation_id="stop_session",
)  # fmt: skip
def stop(request: HttpRequest, project_id: str, session_id: str, body: StopIn | None = None):
    """End the session and close its browser. Soft by default: the running step finishes."""
    session = scoped(request).fetch(session_id)
    sessions.stop(session, by=actor_of(request), force=bool(body and body.force))
    return present.session(scoped(request).get(pk=session.pk))
