"""The event stream of a task: who may follow it, and from where. `streams.py` sends it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from dashboard.api.auth import Key, actor_of
from dashboard.api.responses import ERRORS
from dashboard.api.streams import SCOPE_KEY, Stream, cursor_of
from dashboard.api.tasks import T, fetch
from dashboard.errors import BadRequest

router = Router(tags=["DoAnything tasks"])


@router.get(
    T + "/events", auth=Key("read"), summary="Follow a task", operation_id="stream_events",
    openapi_extra={
        "responses": {
            200: {
                "description": "Server-sent events: `id` is the cursor, `data` the event as JSON. "
                "Ends after `task.completed`.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            }
        }
    },
    response=ERRORS,
)  # fmt: skip
def stream(
    request: HttpRequest,
    project_id: str,
    session_id: str,
    task_id: str,
    last_event_id: str | None = Query(None, description="Like the header Last-Event-ID"),
):
    """Events of the task. Replays what follows `Last-Event-ID` exactly, then goes on live."""
    task = fetch(request, session_id, task_id)
    after = cursor_of(request, last_event_id, newest=task.session.last_seq)
    scope = getattr(request, "scope", None)
    if scope is None:
        raise BadRequest("Event streams need the ASGI server.")
    scope[SCOPE_KEY] = Stream(
        task.pk,
        task.session_id,
        task.project_id,
        after,
        task.is_terminal,
        actor_of(request).key.pk,  # type: ignore[union-attr] # this door knows keys only
    )
    response = HttpResponse(content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-cache, no-transform"
    response.headers["X-Accel-Buffering"] = "no"
    return response
