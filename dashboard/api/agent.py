"""Agent runs: a goal for an agent in a browser, its events, its confirmations, its result."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from dashboard import paging, proxies
from dashboard.api import agent_events
from dashboard.api.agent_schemas import (
    AgentSessionOut,
    CancelRunIn,
    ConfirmedOut,
    ConfirmIn,
    RunOut,
    RunPage,
    RunSummaryOut,
)
from dashboard.api.agent_streams import OBSERVATION_CHARS, RunStream
from dashboard.api.auth import Key, actor_of
from dashboard.api.responses import ERRORS
from dashboard.api.streams import SCOPE_KEY, cursor_of
from dashboard.errors import BadRequest, BoundaryViolated, NotFound
from dashboard.files import artifact_response
from dashboard.models import AgentRun, AgentSession, Artifact
from dashboard.services import agent_results, agent_runs, requests, sessions
from dashboard.services.agent_options import NewAgentSession, NewRun

router = Router(tags=["Agent runs"])
A = "/projects/{project_id}/agent"
EVENT_STREAM = "text/event-stream"
_STREAM = {
    "description": "Server-sent events: `event` is the type, `id` the cursor, `data` the event as "
    "JSON. Ends after `run.completed`.",
    "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
}


# --- runs ---------------------------------------------------------------------------------------
@router.post(
    A + "/runs", response={202: RunSummaryOut, **ERRORS}, auth=Key("run"), summary="Start a run",
    operation_id="create_agent_run", openapi_extra={"responses": {200: _STREAM}},
)  # fmt: skip
def create(request: HttpRequest, project_id: str, body: NewRun):
    """Start a run. With `Accept: text/event-stream` the answer is its event stream."""
    _check_secrets(request, body)
    return _started(request, agent_runs.create(body, by=actor_of(request)))


@router.get(
    A + "/runs", response={200: RunPage, **ERRORS}, auth=Key("read"), summary="List runs",
    operation_id="list_agent_runs",
)  # fmt: skip
def index(
    request: HttpRequest,
    project_id: str,
    session_id: str | None = Query(None, max_length=40),
    limit: int = Query(20, ge=1, le=100),
    cursor: str | None = Query(None, max_length=200),
):
    """Runs, newest first."""
    rows = agent_runs.rows(actor_of(request))
    if session_id is not None:
        session = agent_runs.fetch_session(session_id, by=actor_of(request))
        rows = rows.filter(session=session)
    items, following = paging.page(rows, limit=limit, cursor=cursor)
    return {"items": [agent_results.summary(run) for run in items], "next_cursor": following}


@router.get(
    A + "/runs/{run_id}", response={200: RunOut, **ERRORS}, auth=Key("read"), summary="Read a run",
    operation_id="get_agent_run", exclude_unset=True, by_alias=True,
)  # fmt: skip
def read(request: HttpRequest, project_id: str, run_id: str):
    """A run as it stands; after its end, its result."""
    return agent_results.result(agent_runs.fetch(run_id, by=actor_of(request)))


@router.get(
    A + "/runs/{run_id}/events", auth=Key("read"), summary="Follow a run",
    operation_id="stream_agent_run", openapi_extra={"responses": {200: _STREAM}}, response=ERRORS,
)  # fmt: skip
def events(
    request: HttpRequest,
    project_id: str,
    run_id: str,
    last_event_id: str | None = Query(None, description="Like the header Last-Event-ID"),
):
    """Events of the run. Replays what follows `Last-Event-ID`, then goes on live."""
    run = agent_runs.fetch(run_id, by=actor_of(request))
    newest = agent_events.newest_id(run.session.last_seq)
    cursor = cursor_of(request, last_event_id, newest=newest)
    return _stream(request, run, HttpResponse(content_type=EVENT_STREAM), cursor=cursor)


@router.post(
    A + "/runs/{run_id}/confirmations/{confirmation_id}", response={200: ConfirmedOut, **ERRORS},
    auth=Key("approve"), summary="Decide on a confirmation", operation_id="decide_confirmation",
)  # fmt: skip
def confirm(
    request: HttpRequest, project_id: str, run_id: str, confirmation_id: str, body: ConfirmIn
):
    """Approve or deny what the run waits for. 409 when it is settled or expired."""
    actor = actor_of(request)
    more = {"edits": body.edits, "outcome": body.outcome, "remember": body.remember}
    settled = agent_runs.confirm(
        agent_runs.fetch(run_id, by=actor),
        confirmation_id,
        by=actor,
        approved=body.approved,
        reason=agent_runs.clean_reason(body.reason),
        response=body.response,
        more={name: value for name, value in more.items() if value},
    )
    run = agent_runs.fetch(run_id, by=actor)
    return {
        "run_id": run.pk,
        "status": agent_results.status_of(run.task),
        "confirmation": agent_runs.confirmation(requests.as_dict(settled)),
    }


@router.post(
    A + "/runs/{run_id}/cancel", response={200: RunSummaryOut, **ERRORS}, auth=Key("run"),
    summary="Cancel a run", operation_id="cancel_agent_run",
)  # fmt: skip
def cancel(request: HttpRequest, project_id: str, run_id: str, body: CancelRunIn | None = None):
    """End a run; its running action is interrupted. 409 when it is over."""
    actor = actor_of(request)
    reason = (body.reason if body else None) or ""
    run = agent_runs.cancel(agent_runs.fetch(run_id, by=actor), by=actor, reason=reason)
    return agent_results.summary(run)


@router.get(
    A + "/runs/{run_id}/artifacts/{artifact_id}", auth=Key("read"), summary="Download a file",
    operation_id="get_agent_artifact", response=ERRORS,
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
)  # fmt: skip
def artifact(request: HttpRequest, project_id: str, run_id: str, artifact_id: str):
    """The bytes of a file or a screenshot of the run."""
    run = agent_runs.fetch(run_id, by=actor_of(request))
    row = Artifact.objects.for_project(run.project_id).fetch(artifact_id, task=run.task)
    try:
        return artifact_response(row)
    except FileNotFoundError:
        raise NotFound("The file was deleted.", code="artifact_not_found") from None


# --- sessions -----------------------------------------------------------------------------------
@router.post(
    A + "/sessions", response={201: AgentSessionOut, **ERRORS}, auth=Key("run"),
    summary="Open a session", operation_id="create_agent_session",
)  # fmt: skip
def open_session(request: HttpRequest, project_id: str, body: NewAgentSession | None = None):
    """A browser for several runs. It starts with the first of them."""
    session = agent_runs.open_session(body or NewAgentSession(), by=actor_of(request))
    return Status(201, _session(session))


@router.get(
    A + "/sessions/{session_id}", response={200: AgentSessionOut, **ERRORS}, auth=Key("read"),
    summary="Read an agent session", operation_id="get_agent_session",
)  # fmt: skip
def read_session(request: HttpRequest, project_id: str, session_id: str):
    """A session with the ids of its runs."""
    return _session(agent_runs.fetch_session(session_id, by=actor_of(request)))


@router.post(
    A + "/sessions/{session_id}/runs", response={202: RunSummaryOut, **ERRORS}, auth=Key("run"),
    summary="Start a run in a session", operation_id="create_agent_session_run",
    openapi_extra={"responses": {200: _STREAM}},
)  # fmt: skip
def create_in(request: HttpRequest, project_id: str, session_id: str, body: NewRun):
    """A run in the session's browser; the one before must be over."""
    _check_secrets(request, body)
    session = agent_runs.fetch_session(session_id, by=actor_of(request))
    return _started(request, agent_runs.create_in(session, body, by=actor_of(request)))


@router.delete(
    A + "/sessions/{session_id}", response={200: AgentSessionOut, **ERRORS}, auth=Key("run"),
    summary="Close a session", operation_id="delete_agent_session",
)  # fmt: skip
def close(request: HttpRequest, project_id: str, session_id: str):
    """End what runs in it and close its browser. Closing twice changes nothing."""
    session = agent_runs.fetch_session(session_id, by=actor_of(request))
    return _session(agent_runs.close(session, by=actor_of(request)))


def _session(row: AgentSession) -> dict[str, Any]:
    return {
        "session_id": row.pk,
        "browser_id": row.pk,
        "project_id": row.project_id,
        "title": row.title,
        "status": row.status,
        "debug_url": sessions.live_url(row),
        "page": {"url": row.page_url, "title": row.page_title},
        "run_ids": list(row.agent_runs.order_by("pk").values_list("pk", flat=True)),
        "metadata": {k: v for k, v in row.metadata.items() if k != agent_runs.DEFAULTS},
        "created_at": row.created_at,
    }


# --- how it is sent -----------------------------------------------------------------------------
def _check_secrets(request: HttpRequest, body: NewRun) -> None:
    """Raises: BoundaryViolated when a model key came over a line that others can read."""
    if not body.model_secrets or request.is_secure() or proxies.is_local(request):
        return
    raise BoundaryViolated(
        "A model's key or headers are accepted over TLS or from this machine only. Use https, or "
        "set the key on the server and name it with `api_key_env` or a model profile.",
        reason="insecure_transport",
        fields=sorted(body.model_secrets),
    )


def _started(request: HttpRequest, run: AgentRun) -> Any:
    summary = agent_results.summary(run)
    if EVENT_STREAM not in request.headers.get("Accept", ""):
        return Status(202, summary)
    # Sent by `streams.py` in the place of this body, which is what a repeated request gets.
    body = RunSummaryOut.model_validate(summary).model_dump(mode="json")
    return _stream(request, run, HttpResponse(json.dumps(body), content_type="application/json"))


def _stream(
    request: HttpRequest, run: AgentRun, response: HttpResponse, *, cursor: int = 0
) -> HttpResponse:
    scope = getattr(request, "scope", None)
    if scope is None:
        raise BadRequest("Event streams need the ASGI server.")
    options = run.task.options.get("agent") or {}
    scope[SCOPE_KEY] = RunStream(
        run.pk,
        run.task_id,
        run.session_id,
        cursor,
        options.get("observation_chars") or OBSERVATION_CHARS,
        run.task.is_terminal,
        actor_of(request).key.pk,  # type: ignore[union-attr] # this door knows keys only
    )
    response.headers["Cache-Control"] = "no-cache, no-transform"
    response.headers["X-Accel-Buffering"] = "no"
    return response
