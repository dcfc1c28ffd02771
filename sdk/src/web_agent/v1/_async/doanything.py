"""Sessions, tasks, messages, events and artifacts."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

from web_agent.v1._async.transport import EventStream, Transport
from web_agent.v1._async.waiting import OnEvent, OnInputRequest, call_back
from web_agent.v1._calls import DoAnythingCalls, body_of, failure_of, intervention
from web_agent.v1._follow import Follow
from web_agent.v1.errors import ApiError
from web_agent.v1.types import (
    Artifact,
    CreateSessionRequest,
    CreateTaskRequest,
    Event,
    EventType,
    Intervention,
    Message,
    Page,
    Session,
    Task,
)


class Events:
    """What happens in a task."""

    def __init__(self, transport: Transport, calls: DoAnythingCalls) -> None:
        self._transport = transport
        self._calls = calls

    def stream(
        self,
        session_id: str,
        task_id: str,
        *,
        last_event_id: str | int | None = None,
        include_heartbeats: bool = False,
        timeout_s: float | None = None,
    ) -> EventStream:
        """Events of a task from its beginning, or after `last_event_id`, to `task.completed`.

        timeout_s: for the whole stream; None waits for as long as the task takes.
        Raises, from the iteration: ApiError.
        """
        follow = Follow(
            self._calls.events_path(session_id, task_id),
            self._transport.config,
            last_event_id=last_event_id,
            include_heartbeats=include_heartbeats,
            deadline=None if timeout_s is None else time.monotonic() + timeout_s,
        )

        async def is_over() -> bool:
            task = await self._transport.send(self._calls.get_task(session_id, task_id))
            return task.is_terminal

        return self._transport.stream(follow, is_over)


class Messages:
    """Talking to a running task."""

    def __init__(self, transport: Transport, calls: DoAnythingCalls) -> None:
        self._transport = transport
        self._calls = calls

    async def send(
        self, session_id: str, task_id: str, content: str, *, idempotency_key: str | None = None
    ) -> Message:
        """Tell the agent something; it reads it at its next step."""
        call = self._calls.send_message(session_id, task_id, content, idempotency_key)
        return await self._transport.send(call)

    async def intervene(
        self,
        session_id: str,
        task_id: str,
        *,
        input_request_id: str | None = None,
        response: Any = None,
        kind: str | None = None,
        revision: int | None = None,
        note: str | None = None,
    ) -> Intervention:
        """Answer an input request, or with another `kind` skip it, take or release control.

        Raises: ConflictError when it was answered already or has expired.
        """
        body = intervention(kind, input_request_id, response, revision, note)
        return await self._transport.send(self._calls.intervene(session_id, task_id, body))

    async def answer(
        self, session_id: str, task_id: str, input_request_id: str, response: Any
    ) -> Intervention:
        """Answer an input request."""
        return await self.intervene(
            session_id, task_id, input_request_id=input_request_id, response=response
        )

    async def skip(self, session_id: str, task_id: str, input_request_id: str) -> Intervention:
        """Tell the agent to go on without an answer."""
        return await self.intervene(
            session_id, task_id, input_request_id=input_request_id, kind="skip_input_request"
        )

    async def approve(
        self, session_id: str, task_id: str, input_request_id: str, *, reason: str | None = None
    ) -> Intervention:
        """Allow a risky action that waits for confirmation."""
        response = {"approved": True, **({"reason": reason} if reason else {})}
        return await self.answer(session_id, task_id, input_request_id, response)

    async def deny(
        self, session_id: str, task_id: str, input_request_id: str, *, reason: str | None = None
    ) -> Intervention:
        """Forbid a risky action that waits for confirmation."""
        response = {"approved": False, **({"reason": reason} if reason else {})}
        return await self.answer(session_id, task_id, input_request_id, response)

    async def take_control(self, session_id: str, task_id: str) -> Intervention:
        """Hold the agent, so that a person can use the browser."""
        return await self.intervene(session_id, task_id, kind="take_control")

    async def release_control(
        self, session_id: str, task_id: str, *, note: str | None = None
    ) -> Intervention:
        """Hand the browser back; the note is told to the agent."""
        return await self.intervene(session_id, task_id, kind="release_control", note=note)


class Artifacts:
    """Files that came out of a task."""

    def __init__(self, transport: Transport, calls: DoAnythingCalls) -> None:
        self._transport = transport
        self._calls = calls

    async def list(
        self,
        session_id: str,
        task_id: str,
        *,
        kind: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Artifact]:
        """Downloads and outputs of a task, newest first; `kind="screenshot"` for frames."""
        call = self._calls.list_artifacts(session_id, task_id, kind, limit, cursor)
        return await self._transport.send(call)

    async def get(self, session_id: str, task_id: str, artifact_id: str) -> bytes:
        """A file's bytes."""
        call = self._calls.get_artifact(session_id, task_id, artifact_id)
        return await self._transport.send(call)

    async def save(
        self, session_id: str, task_id: str, artifact: Artifact, folder: str | Path = "."
    ) -> Path:
        """Write a file into a folder, under its own last name. Returns its path."""
        data = await self.get(session_id, task_id, artifact.id)
        # The name comes from a web page: nothing of it may lead out of the folder.
        name = artifact.name.replace("\\", "/").rsplit("/", 1)[-1].replace("\0", "")
        path = Path(folder) / (name if name.strip(". ") else artifact.id)
        path.write_bytes(data)
        return path


class Sessions:
    """Sessions and their tasks."""

    def __init__(
        self, transport: Transport, calls: DoAnythingCalls, events: Events, messages: Messages
    ) -> None:
        self._transport = transport
        self._calls = calls
        self._events = events
        self._messages = messages

    async def create(
        self,
        request: CreateSessionRequest | Mapping[str, Any] | str | None = None,
        *,
        idempotency_key: str | None = None,
        **fields: Any,
    ) -> Session:
        """Start a session; `tasks[0]` is its first task, queued already.

        request: a CreateSessionRequest, its fields as a mapping, or just the instructions.
        """
        body = body_of(request, CreateSessionRequest, fields)
        return await self._transport.send(self._calls.create_session(body, idempotency_key))

    async def get(self, session_id: str) -> Session:
        """A session with all its tasks."""
        return await self._transport.send(self._calls.get_session(session_id))

    async def list(
        self,
        *,
        status: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Session]:
        """One page of sessions, newest first."""
        return await self._transport.send(self._calls.list_sessions(status, limit, cursor))

    async def iterate(
        self, *, status: str | None = None, limit: int | None = 100
    ) -> AsyncIterator[Session]:
        """All sessions, newest first, page after page."""
        cursor: str | None = None
        while True:
            page = await self.list(status=status, limit=limit, cursor=cursor)
            for session in page.items:
                yield session
            if page.next_cursor is None:
                return
            cursor = page.next_cursor

    async def stop(self, session_id: str, *, force: bool = False) -> Session:
        """End a session and close its browser. force: interrupt the running step."""
        return await self._transport.send(self._calls.stop_session(session_id, force))

    async def create_task(
        self,
        session_id: str,
        request: CreateTaskRequest | Mapping[str, Any] | str | None = None,
        *,
        idempotency_key: str | None = None,
        **fields: Any,
    ) -> Task:
        """A follow-up task in the same browser.

        Raises: ConflictError while the one before still runs, or when the session is stopped.
        """
        body = body_of(request, CreateTaskRequest, fields)
        call = self._calls.create_task(session_id, body, idempotency_key)
        return await self._transport.send(call)

    async def get_task(self, session_id: str, task_id: str) -> Task:
        """A task: where it stands, its output, its input requests."""
        return await self._transport.send(self._calls.get_task(session_id, task_id))

    async def cancel_task(
        self, session_id: str, task_id: str, *, reason: str | None = None
    ) -> Task:
        """End a task; its running action is interrupted. Raises: ConflictError when it is over."""
        return await self._transport.send(self._calls.cancel_task(session_id, task_id, reason))

    async def pause_task(self, session_id: str, task_id: str) -> Task:
        """Hold a task after its running step."""
        return await self._transport.send(self._calls.pause_task(session_id, task_id))

    async def resume_task(self, session_id: str, task_id: str) -> Task:
        """Let a paused task go on."""
        return await self._transport.send(self._calls.resume_task(session_id, task_id))

    async def wait(
        self,
        session_id: str,
        task_id: str,
        *,
        timeout_s: float | None = None,
        on_event: OnEvent | None = None,
        on_input_request: OnInputRequest | None = None,
    ) -> Task:
        """The task once it is over, however it ended.

        on_event sees every event. on_input_request gets `task.input_request` events and returns
        the response; None leaves the request to others.
        Raises: ApiTimeoutError after timeout_s; the task itself goes on.
        """
        stream = self._events.stream(session_id, task_id, timeout_s=timeout_s)
        async with stream:
            async for event in stream:
                if on_event is not None:
                    await call_back(on_event, event)
                if event.type == EventType.INPUT_REQUEST and on_input_request is not None:
                    await self._answer(session_id, task_id, event, on_input_request)
        return await self.get_task(session_id, task_id)

    async def run(
        self,
        request: CreateSessionRequest | Mapping[str, Any] | str | None = None,
        *,
        timeout_s: float | None = None,
        on_event: OnEvent | None = None,
        on_input_request: OnInputRequest | None = None,
        raise_on_failure: bool = False,
        **fields: Any,
    ) -> Task:
        """Start a session, wait for its first task, return it: `create` and `wait` in one.

        Raises: TaskFailedError, when asked to, for a task that failed or was canceled.
        """
        session = await self.create(request, **fields)
        task = await self.wait(
            session.id,
            session.tasks[0].id,
            timeout_s=timeout_s,
            on_event=on_event,
            on_input_request=on_input_request,
        )
        if raise_on_failure and task.status != "done":
            raise failure_of(task)
        return task

    async def _answer(
        self, session_id: str, task_id: str, event: Event, on_input_request: OnInputRequest
    ) -> None:
        response = await call_back(on_input_request, event)
        if response is None:
            return
        request_id = str(event.data.get("request_id") or event.data.get("id") or "")
        try:
            await self._messages.answer(session_id, task_id, request_id, response)
        except ApiError as error:
            # Somebody else was faster, or it expired: the stream tells how it went on.
            if error.status != 409:
                raise
