"""Tasks of a session: read, steer, answer, and fetch what came out."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Query, Router, Status

from agents.plain import plain_text
from dashboard import paging
from dashboard.api import present
from dashboard.api.auth import Key, actor_of
from dashboard.api.responses import ERRORS
from dashboard.api.schemas import (
    ArtifactPage,
    CancelIn,
    IntervenedOut,
    InterveneIn,
    MessageIn,
    MessageOut,
    TaskOut,
)
from dashboard.api.sessions import SESSIONS
from dashboard.errors import Invalid, NotFound
from dashboard.files import artifact_response
from dashboard.models import Artifact, InputRequest, Task
from dashboard.services import control, messages, requests, tasks

router = Router(tags=["DoAnything tasks"])
T = SESSIONS + "/{session_id}/tasks/{task_id}"


def fetch(request: HttpRequest, session_id: str, task_id: str) -> Task:
    """The caller's task. Raises: NotFound."""
    rows = (
        Task.objects.for_project(actor_of(request).project)
        .select_related("session")
        .prefetch_related("input_requests")
    )
    return rows.fetch(task_id, session_id=session_id, product="do_anything")


def _now(task: Task) -> dict:
    return present.task(Task.objects.prefetch_related("input_requests").get(pk=task.pk))


@router.get(
    T, response={200: TaskOut, **ERRORS}, auth=Key("read"), summary="Read a task",
    operation_id="get_task",
)  # fmt: skip
def read(request: HttpRequest, project_id: str, session_id: str, task_id: str):
    """A task: where it stands, its output, its input requests."""
    return present.task(fetch(request, session_id, task_id))


@router.post(
    T + "/cancel", response={200: TaskOut, **ERRORS}, auth=Key("run"), summary="Cancel a task",
    operation_id="cancel_task",
)  # fmt: skip
def cancel(
    request: HttpRequest,
    project_id: str,
    session_id: str,
    task_id: str,
    body: CancelIn | None = None,
):
    """End a task; its running action is interrupted. 409 when it is over."""
    task = fetch(request, session_id, task_id)
    reason = (body.reason if body else None) or ""
    return _now(tasks.cancel(task, by=actor_of(request), reason=reason))


@router.post(
    T + "/pause", response={200: TaskOut, **ERRORS}, auth=Key("run"), summary="Pause a task",
    operation_id="pause_task",
)  # fmt: skip
def pause(request: HttpRequest, project_id: str, session_id: str, task_id: str):
    """Hold a task after its running step."""
    return _now(tasks.pause(fetch(request, session_id, task_id), by=actor_of(request)))


@router.post(
    T + "/resume", response={200: TaskOut, **ERRORS}, auth=Key("run"), summary="Resume a task",
    operation_id="resume_task",
)  # fmt: skip
def resume(request: HttpRequest, project_id: str, session_id: str, task_id: str):
    """Let a paused task go on."""
    return _now(tasks.resume(fetch(request, session_id, task_id), by=actor_of(request)))


@router.post(
    T + "/messages", response={202: MessageOut, **ERRORS}, auth=Key("run"),
    summary="Tell the agent something", operation_id="send_message",
)  # fmt: skip
def send_message(
    request: HttpRequest, project_id: str, session_id: str, task_id: str, body: MessageIn
):
    """Queue a message; the agent reads it at its next step (`task.message_seen`)."""
    task = fetch(request, session_id, task_id)
    return Status(202, present.message(messages.send(task, body.content, by=actor_of(request))))


@router.post(
    T + "/intervene", response={200: IntervenedOut, **ERRORS}, auth=Key("run", "approve"),
    summary="Answer a request or take the mouse", operation_id="intervene",
)  # fmt: skip
def intervene(
    request: HttpRequest, project_id: str, session_id: str, task_id: str, body: InterveneIn
):
    """Answer or skip an input request; take or release control of the browser.

    A confirmation needs the scope `approve`, everything else `run`.
    """
    task, actor = fetch(request, session_id, task_id), actor_of(request)
    kind = body.kind or "answer_input_request"
    settled: InputRequest | None = None
    if kind == "take_control":
        control.take(task.session, by=actor)
    elif kind == "release_control":
        control.release(task.session, by=actor, note=body.note or "")
    else:
        if not body.input_request_id:
            raise Invalid("Name the request to answer.", loc=["body", "input_request_id"])
        row = InputRequest.objects.for_project(actor.project).fetch(
            body.input_request_id, task=task
        )
        settled = requests.decide(
            row,
            by=actor,
            response=body.response,
            skip=kind == "skip_input_request",
            revision=body.revision,
        )
    task.refresh_from_db()
    task.session.refresh_from_db()
    return {
        "task_id": task.pk,
        "status": task.status,
        "control": task.session.control,
        "input_request": requests.as_dict(settled) if settled else None,
    }


@router.get(
    T + "/artifacts", response={200: ArtifactPage, **ERRORS}, auth=Key("read"),
    summary="List artifacts", operation_id="list_artifacts",
)  # fmt: skip
def list_artifacts(
    request: HttpRequest,
    project_id: str,
    session_id: str,
    task_id: str,
    kind: str | None = Query(None, max_length=20),
    limit: int = Query(20, ge=1, le=100),
    cursor: str | None = Query(None, max_length=200),
):
    """Files of the task, newest first: downloads and outputs; `?kind=screenshot` for frames."""
    task = fetch(request, session_id, task_id)
    rows = Artifact.objects.filter(task=task)
    rows = rows.filter(kind=plain_text(kind)) if kind else rows.filter(kind__in=Artifact.VISIBLE)
    items, following = paging.page(rows, limit=limit, cursor=cursor)
    return {"items": [present.artifact(row) for row in items], "next_cursor": following}


@router.get(
    T + "/artifacts/{artifact_id}", auth=Key("read"), summary="Download an artifact",
    operation_id="get_artifact",
    openapi_extra={
        "responses": {
            200: {
                "description": "The file's bytes",
                "content": {
                    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
                },
            }
        }
    },
    response=ERRORS,
)  # fmt: skip
def get_artifact(
    request: HttpRequest, project_id: str, session_id: str, task_id: str, artifact_id: str
):
    """The file's bytes."""
    task = fetch(request, session_id, task_id)
    row = Artifact.objects.for_project(task.project_id).fetch(artifact_id, task=task)
    try:
        return artifact_response(row)
    except FileNotFoundError:
        raise NotFound("The file was deleted.", code="artifact_not_found") from None
