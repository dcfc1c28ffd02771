"""A small server with the API's manners, and with whatever faults a test wants of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

PROJECT = "proj_1"
KEY = "wa_live_test_0123456789abcdefghijklmnop"
NOW = "2026-01-02T03:04:05.678901Z"
BASE = f"/v1/projects/{PROJECT}"
SESSIONS = f"{BASE}/do_anything/sessions"


@dataclass
class Fault:
    """What happens to a request instead of its answer. status 0: the connection is cut."""

    status: int = 0
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False  # the server does the work, and only the answer is lost


@dataclass
class Seen:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Cut:
    """In a stream's plan: cut the connection here."""


@dataclass
class End:
    """In a stream's plan: end the stream in good order here."""


def frame(number: int, kind: str, **data: Any) -> bytes:
    """An event as the server writes it."""
    body = {
        "id": number,
        "type": kind,
        "task_id": "task_1",
        "session_id": "sess_1",
        "project_id": PROJECT,
        "occurred_at": NOW,
        "data": data,
    }
    return f"id: {number}\ndata: {json.dumps(body, ensure_ascii=False)}\n\n".encode()


HEARTBEAT = b'data: {"id":null,"type":"stream.heartbeat","occurred_at":"%b","data":{}}\n\n' % (
    NOW.encode()
)


def task(number: int = 1, status: str = "pending", **fields: Any) -> dict[str, Any]:
    return {
        "id": f"task_{number}",
        "session_id": "sess_1",
        "project_id": PROJECT,
        "product": "do_anything",
        "instructions": "Look around",
        "status": status,
        "output": None,
        "terminal_reason": None,
        "error": None,
        "is_task_successful": None,
        "usage": {
            "steps": 2,
            "input_tokens": 10,
            "output_tokens": 5,
            "cost_usd": "0.0123",
            "browser_seconds": 1.5,
        },
        "created_at": NOW,
        "started_at": None,
        "finished_at": None,
        "input_requests": [],
        "from_the_future": {"a": 1},
        **fields,
    }


def session(status: str = "running", tasks: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "id": "sess_1",
        "project_id": PROJECT,
        "product": "do_anything",
        "title": "Look around",
        "status": status,
        "created_at": NOW,
        "updated_at": NOW,
        "live_url": "http://console/sessions/sess_1",
        "browser": {"status": "running", "page_url": "http://x/", "page_title": "X"},
        "tasks": tasks if tasks is not None else [task()],
        "metadata": {"team": "a"},
    }


class Fake:
    """One project with one session, scripted by the test."""

    def __init__(self) -> None:
        self.url = ""
        self.seen: list[Seen] = []
        self.faults: list[Fault] = []
        self.plans: list[list[Any]] = []
        self.streams = 0
        self.task = task()
        self.answers: dict[tuple[str, str], tuple[int, Any]] = {}
        self.kept: dict[str, tuple[int, bytes]] = {}
        self.done: list[str] = []

    def answer(self, method: str, path: str, body: Any, status: int = 200) -> None:
        """What a route says from now on; bytes are sent as they are."""
        self.answers[method, path] = (status, body)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        seen = Seen(
            request.method,
            request.path,
            dict(request.query),
            {k.lower(): v for k, v in request.headers.items()},
            json.loads(raw) if raw else None,
        )
        self.seen.append(seen)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None and not fault.after:
            return self._fail(request, fault)
        if seen.headers.get("authorization") != f"Bearer {KEY}":
            return _json(401, {"code": "unauthorized", "detail": "No such key.", "extra": {}})
        if request.path.endswith("/events"):
            return await self._stream(request)
        response = self._route(seen)
        if fault is not None:
            return self._fail(request, fault)
        return response

    def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.status == 0:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if isinstance(fault.body, bytes):
            return web.Response(status=fault.status, body=fault.body, headers=fault.headers)
        body = fault.body or {"code": "conflict", "detail": "No.", "extra": {}}
        return _json(fault.status, body, fault.headers)

    def _route(self, seen: Seen) -> web.Response:
        key = seen.headers.get("idempotency-key", "")
        if key in self.kept:
            status, body = self.kept[key]
            return web.Response(status=status, body=body, content_type="application/json")
        status, answer = self._answer(seen)
        self.done.append(f"{seen.method} {seen.path}")
        if isinstance(answer, bytes):
            return web.Response(status=status, body=answer)
        if key:
            self.kept[key] = (status, json.dumps(answer).encode())
        return _json(status, answer)

    def _answer(self, seen: Seen) -> tuple[int, Any]:
        known = self.answers.get((seen.method, seen.path))
        if known is not None:
            return known
        path = seen.path.removeprefix(SESSIONS)
        if seen.method == "POST":
            posts: dict[str, tuple[int, Any]] = {
                "": (201, session(tasks=[self.task])),
                "/sess_1/tasks": (201, task(2)),
                "/sess_1/stop": (200, session("stopped", [self.task])),
                "/sess_1/tasks/task_1/messages": (202, _message(seen.body)),
                "/sess_1/tasks/task_1/cancel": (200, task(status="canceled")),
                "/sess_1/tasks/task_1/pause": (200, task(status="paused")),
                "/sess_1/tasks/task_1/resume": (200, task(status="running")),
                "/sess_1/tasks/task_1/intervene": (200, _intervened(seen.body)),
            }
            if path in posts:
                return posts[path]
        gets: dict[str, Any] = {
            "": {"items": [session(tasks=[self.task])], "next_cursor": None},
            "/sess_1": session(tasks=[self.task]),
            "/sess_1/tasks/task_1": self.task,
            "/sess_1/tasks/task_2": task(2, "done", is_task_successful=True),
        }
        if seen.method == "GET" and path in gets:
            return 200, gets[path]
        return 404, {"code": "task_not_found", "detail": "No such task.", "extra": {}}

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Plays the next plan: bytes are written as one chunk, asyncio.Events are waited for."""
        self.streams += 1
        plan = self.plans.pop(0) if self.plans else [End()]
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b": stream open\n\n")
        for part in plan:
            if isinstance(part, Cut):
                assert request.transport is not None
                request.transport.abort()
                return response
            if isinstance(part, End):
                break
            if isinstance(part, asyncio.Event):
                await part.wait()
                continue
            await response.write(part)
            # Each part as a chunk of its own, so that cuts fall where the test put them.
            await asyncio.sleep(0)
        await response.write_eof()
        return response


def _message(body: Any) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "task_id": "task_1",
        "content": body.get("content"),
        "created_at": NOW,
        "seen_at": None,
    }


def _intervened(body: Any) -> dict[str, Any]:
    request = {
        "id": body.get("input_request_id"),
        "task_id": "task_1",
        "kind": "question",
        "prompt": "Which?",
        "status": "answered",
        "response": body.get("response"),
        "created_at": NOW,
    }
    named = body.get("input_request_id") is not None
    control = "human" if body.get("kind") == "take_control" else "agent"
    return {
        "task_id": "task_1",
        "status": "running",
        "control": control,
        "input_request": request if named else None,
    }


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(
        body, status=status, headers={"X-Request-Id": "req_1", **(headers or {})}
    )


@asynccontextmanager
async def serve() -> AsyncIterator[Fake]:
    """The fake on a free loopback port."""
    fake = Fake()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", fake.handle)
    server = TestServer(app, handler_cancellation=True)
    await server.start_server()
    fake.url = str(server.make_url("")).rstrip("/")
    try:
        yield fake
    finally:
        await server.close()
