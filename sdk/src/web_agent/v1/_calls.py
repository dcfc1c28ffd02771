"""What goes over the wire for each method: shared by the async client and its sync twin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from web_agent.v1._config import Config, segment
from web_agent.v1.errors import ApiError, TaskFailedError
from web_agent.v1.types import (
    Artifact,
    CreateTaskRequest,
    Intervention,
    Message,
    Page,
    Session,
    Task,
    parse_artifact,
    parse_intervention,
    parse_message,
    parse_session,
    parse_task,
)

T = TypeVar("T")
R = TypeVar("R", bound=CreateTaskRequest)


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request, and how its answer is read. `raw`: the answer is bytes, not JSON."""

    method: str
    path: str
    parse: Callable[[Any], T]
    body: Mapping[str, Any] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    raw: bool = False
    timeout_s: float | None = None
    idempotency_key: str | None = None

    def read(self, data: Any) -> T:
        """The result. Raises: ApiError `bad_response` when the answer has another shape."""
        try:
            return self.parse(data)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ApiError(
                f"The answer to {self.method} {self.path} has an unexpected shape: {error}",
                code="bad_response",
            ) from error


def as_dict(data: Any) -> dict[str, Any]:
    """A JSON object as it came. Raises: TypeError."""
    if not isinstance(data, dict):
        raise TypeError(f"expected an object, got {type(data).__name__}")
    return data


def as_items(data: Any) -> list[dict[str, Any]]:
    """A list, bare or as `items` of a page. Raises: TypeError."""
    items = data.get("items") if isinstance(data, dict) else data
    if not isinstance(items, list):
        raise TypeError(f"expected a list, got {type(items).__name__}")
    return items


def as_bytes(data: Any) -> bytes:
    """The answer's bytes."""
    return bytes(data)


def page_of(parse: Callable[[Any], T]) -> Callable[[Any], Page[T]]:
    """Reads a page of something."""

    def read(data: Any) -> Page[T]:
        following = data.get("next_cursor") if isinstance(data, dict) else None
        return Page([parse(item) for item in as_items(data)], following)

    return read


def given(**values: Any) -> dict[str, Any]:
    """Keyword arguments without those left None."""
    return {name: plain(value) for name, value in values.items() if value is not None}


def plain(value: Any) -> Any:
    """Money as the decimal string that the wire wants; everything else as it is."""
    return str(value) if isinstance(value, Decimal) else value


def body_of(
    request: R | Mapping[str, Any] | str | None, kind: type[R], fields: dict[str, Any]
) -> dict[str, Any]:
    """The body of a create call: from a request object, a mapping, or keyword arguments.

    Raises: TypeError when nothing says what to do.
    """
    if isinstance(request, CreateTaskRequest):
        body = request.to_json()
    elif isinstance(request, Mapping):
        body = dict(request)
    elif isinstance(request, str):
        body = {"instructions": request}
    else:
        body = {}
    body.update(given(**fields))
    if "max_cost_usd" in body and body["max_cost_usd"] is not None:
        body["max_cost_usd"] = str(body["max_cost_usd"])
    if "instructions" not in body:
        raise TypeError(f"Pass a {kind.__name__}, or instructions=...")
    return body


class DoAnythingCalls:
    """Requests of sessions, tasks, messages and artifacts."""

    def __init__(self, config: Config) -> None:
        self._config = config

    def _sessions(self) -> str:
        return self._config.project_path() + "/do_anything/sessions"

    def _session(self, session_id: str) -> str:
        return f"{self._sessions()}/{segment(session_id)}"

    def task_path(self, session_id: str, task_id: str) -> str:
        return f"{self._session(session_id)}/tasks/{segment(task_id)}"

    # --- sessions -------------------------------------------------------------------------------
    def create_session(self, body: Mapping[str, Any], key: str | None) -> Call[Session]:
        return Call("POST", self._sessions(), parse_session, body, idempotency_key=key)

    def get_session(self, session_id: str) -> Call[Session]:
        return Call("GET", self._session(session_id), parse_session)

    def list_sessions(
        self, status: str | None, limit: int | None, cursor: str | None
    ) -> Call[Page[Session]]:
        params = given(status=None if status is None else str(status), limit=limit, cursor=cursor)
        return Call("GET", self._sessions(), page_of(parse_session), params=params)

    def stop_session(self, session_id: str, force: bool) -> Call[Session]:
        path = self._session(session_id) + "/stop"
        return Call("POST", path, parse_session, {"force": force})

    # --- tasks ----------------------------------------------------------------------------------
    def create_task(self, session_id: str, body: Mapping[str, Any], key: str | None) -> Call[Task]:
        path = self._session(session_id) + "/tasks"
        return Call("POST", path, parse_task, body, idempotency_key=key)

    def get_task(self, session_id: str, task_id: str) -> Call[Task]:
        return Call("GET", self.task_path(session_id, task_id), parse_task)

    def cancel_task(self, session_id: str, task_id: str, reason: str | None) -> Call[Task]:
        path = self.task_path(session_id, task_id) + "/cancel"
        return Call("POST", path, parse_task, given(reason=reason))

    def pause_task(self, session_id: str, task_id: str) -> Call[Task]:
        return Call("POST", self.task_path(session_id, task_id) + "/pause", parse_task, {})

    def resume_task(self, session_id: str, task_id: str) -> Call[Task]:
        return Call("POST", self.task_path(session_id, task_id) + "/resume", parse_task, {})

    # --- messages and answers -------------------------------------------------------------------
    def send_message(
        self, session_id: str, task_id: str, content: str, key: str | None
    ) -> Call[Message]:
        path = self.task_path(session_id, task_id) + "/messages"
        return Call("POST", path, parse_message, {"content": content}, idempotency_key=key)

    def intervene(
        self, session_id: str, task_id: str, body: Mapping[str, Any]
    ) -> Call[Intervention]:
        path = self.task_path(session_id, task_id) + "/intervene"
        return Call("POST", path, parse_intervention, body)

    # --- artifacts ------------------------------------------------------------------------------
    def list_artifacts(
        self, session_id: str, task_id: str, kind: str | None, limit: int | None, cursor: str | None
    ) -> Call[Page[Artifact]]:
        path = self.task_path(session_id, task_id) + "/artifacts"
        params = given(kind=kind, limit=limit, cursor=cursor)
        return Call("GET", path, page_of(parse_artifact), params=params)

    def get_artifact(self, session_id: str, task_id: str, artifact_id: str) -> Call[bytes]:
        path = f"{self.task_path(session_id, task_id)}/artifacts/{segment(artifact_id)}"
        return Call("GET", path, as_bytes, raw=True)

    # --- events ---------------------------------------------------------------------------------
    def events_path(self, session_id: str, task_id: str) -> str:
        return self.task_path(session_id, task_id) + "/events"


def intervention(
    kind: str | None,
    input_request_id: str | None,
    response: Any,
    revision: int | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    """The body of an intervention. An answer of None is an answer: it is sent as null."""
    body = given(kind=kind, input_request_id=input_request_id, revision=revision, note=note)
    if kind in (None, "answer_input_request"):
        body["response"] = plain(response)
    return body


def failure_of(task: Task) -> TaskFailedError:
    """The error that tells how a task went wrong."""
    message = task.error.message if task.error else f"The task ended as {task.status}."
    code = task.error.code if task.error else str(task.status)
    return TaskFailedError(message, code=code, extra={"task": task})
