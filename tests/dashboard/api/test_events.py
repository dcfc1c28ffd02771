"""The event stream: exact replay, live events, heartbeats, bad cursors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError, transaction

from agents.events import TaskNotice
from dashboard import ledger, nudges
from dashboard.api import agent_streams
from dashboard.api import streams as door
from dashboard.api.agent_streams import RunStream
from dashboard.api.streams import Stream
from dashboard.asgi import application
from dashboard.models import AgentSession, ApiKey, Task
from dashboard.services import keys, leases, tasks
from tests.conftest import make_task

pytestmark = pytest.mark.django_db(transaction=True)


def path_of(task: Task) -> str:
    return (
        f"/v1/projects/{task.project_id}/do_anything/sessions/{task.session_id}"
        f"/tasks/{task.pk}/events"
    )


def note(task: Task, text: str) -> None:
    with transaction.atomic():
        ledger.append(task, TaskNotice(kind="test", message=text))


def finish(task: Task) -> None:
    held = leases.claim(task.pk, "w1")
    tasks.finish(task.pk, held.fence, terminal_reason="done", output="ok")


def stream_of(task: Task) -> Stream:
    """A stream of the only key."""
    key = ApiKey.objects.get()
    return Stream(task.pk, task.session_id, task.project_id, 0, False, key.pk)


def parse(raw: bytes) -> list[dict[str, Any]]:
    """The frames of a stream: {id, data}."""
    frames = []
    for block in raw.decode().split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith(":")]
        if not lines:
            continue
        assert not any(line.startswith("event:") for line in lines)
        fields = dict(line.split(": ", 1) for line in lines)
        frames.append({"id": fields.get("id"), "data": json.loads(fields["data"])})
    return frames


async def read(task: Task, key: str, **headers: str) -> list[dict[str, Any]]:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        answer = await client.get(
            path_of(task), headers={"Authorization": f"Bearer {key}", **more}, timeout=30
        )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert "X-Request-Id" in answer.headers
    assert "Content-Length" not in answer.headers
    return parse(answer.content)


async def test_finished_task_replays_in_full_and_closes(operator, api_key):
    task = await sync_to_async(make_task)(operator)
    await sync_to_async(finish)(task)
    frames = await read(task, api_key)
    assert [frame["id"] for frame in frames] == ["1", "2", "3", "4"]
    assert frames[-1]["data"]["type"] == "task.completed"
    envelope = frames[0]["data"]
    assert set(envelope) == {
        "id", "type", "task_id", "session_id", "project_id", "occurred_at", "data",
    }  # fmt: skip
    assert envelope["occurred_at"].endswith("Z")


async def test_head_of_a_stream_that_stays_open_ends(operator, api_key):
    task = await sync_to_async(make_task)(operator)
    headers = {"Authorization": f"Bearer {api_key}"}
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await asyncio.wait_for(client.head(path_of(task), headers=headers), 20)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Type"] == "text/event-stream"


@pytest.mark.parametrize("cursor", ["0", "1", "3", "4"])
async def test_replay_gives_exactly_what_follows(operator, api_key, cursor):
    task = await sync_to_async(make_task)(operator)
    await sync_to_async(finish)(task)
    frames = await read(task, api_key, Last_Event_ID=cursor)
    assert [int(f["id"]) for f in frames] == [n for n in range(1, 5) if n > int(cursor)]


async def test_live_events_arrive_in_order_and_the_stream_ends(operator, api_key):
    task = await sync_to_async(make_task)(operator)
    reader = asyncio.create_task(read(task, api_key))
    for index in range(30):
        await sync_to_async(note)(task, str(index))
    await sync_to_async(finish)(task)
    frames = await asyncio.wait_for(reader, 20)
    told = [f["data"]["data"]["message"] for f in frames if f["data"]["type"] == "task.notice"]
    assert told == [str(index) for index in range(30)]
    assert [int(f["id"]) for f in frames] == list(range(1, len(frames) + 1))


async def test_idle_stream_sends_heartbeats_without_id(operator, api_key, monkeypatch):
    monkeypatch.setattr(door, "HEARTBEAT_S", 0.05)
    task = await sync_to_async(make_task)(operator)
    stream = door.follow(await sync_to_async(stream_of)(task))
    chunks = [await anext(stream) for _ in range(4)]
    await stream.aclose()
    frames = parse(b"".join(chunks))
    assert frames[-1] == {"id": None, "data": frames[-1]["data"]}
    assert frames[-1]["data"]["type"] == "stream.heartbeat"


async def first_heartbeat(frames: AsyncIterator[bytes]) -> bytes:
    async for chunk in frames:
        if b"heartbeat" in chunk:
            return chunk
    raise AssertionError("the stream ended")


@pytest.mark.parametrize("product", ["do_anything", "agent"])
async def test_news_without_a_frame_does_not_put_the_heartbeat_off(
    operator, api_key, monkeypatch, product
):
    """A model's words pass by, or Redis is away and readers are woken to look for themselves."""
    monkeypatch.setattr(door, "HEARTBEAT_S", 0.05)
    task = await sync_to_async(make_task)(operator)
    stream = await sync_to_async(stream_of)(task)
    frames = door.follow(stream)
    if product == "agent":
        ids = (task.pk, task.session_id)
        frames = agent_streams.follow(RunStream("run_1", *ids, 0, 100, False, stream.key_id))

    async def make_noise() -> None:
        while True:
            nudges.hub()._wake_all()
            nudges.hub()._deliver(json.dumps([
                {"topic": f"task:{task.pk}", "tick": "of no interest", "data": {}}
            ]).encode())  # fmt: skip
            await asyncio.sleep(0)

    noise = asyncio.create_task(make_noise())
    try:
        async with asyncio.timeout(20):
            assert await first_heartbeat(frames)
    finally:
        noise.cancel()
        await frames.aclose()


def test_a_heartbeat_is_due_15_s_after_the_last_frame():
    now = 100.0
    pulse = door.Pulse(lambda: now)
    assert (pulse.is_due, pulse.left_s) == (False, 15.0)
    now = 114.0
    assert (pulse.is_due, pulse.left_s) == (False, 1.0)
    pulse.sent()
    now = 115.0
    assert (pulse.is_due, pulse.left_s) == (False, 14.0)
    now = 130.0
    assert (pulse.is_due, pulse.left_s) == (True, 0.0)
    pulse.sent()
    assert not pulse.is_due


async def test_events_of_an_earlier_task_are_not_in_the_stream(operator, api_key):
    task = await sync_to_async(make_task)(operator)
    other = await sync_to_async(make_task)(operator)
    await sync_to_async(note)(other, "elsewhere")
    await sync_to_async(finish)(task)
    frames = await read(task, api_key)
    assert {f["data"]["task_id"] for f in frames} == {task.pk}


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "٣", "9" * 30, "1;2"])
def test_malformed_cursor(api, cursor):
    session = api.session()
    answer = api.get(
        f"/{session['id']}/tasks/{session['tasks'][0]['id']}/events",
        Last_Event_ID=cursor.encode().decode("latin-1"),
    )
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"


@pytest.mark.parametrize("product", ["do_anything", "agent"])
def test_a_cursor_that_nobody_was_given(api, product):
    """Nothing would ever follow it: also the end of the task would not."""
    if product == "agent":
        runs = f"/v1/projects/{api.project.pk}/agent/runs"
        made = api.post(runs, body={"goal": "Find it", "model": "embedded"}).json()
        path, newest = (
            f"{runs}/{made['run_id']}/events",
            10 * AgentSession.objects.get().last_seq + 9,
        )
    else:
        session = api.session()
        path, newest = f"/{session['id']}/tasks/{session['tasks'][0]['id']}/events", 1
    for end in (False, True):
        if end:
            finish(Task.objects.get())
            newest += 3 * (10 if product == "agent" else 1)
        answer = api.get(path, Last_Event_ID=str(newest + 1))
        told = answer.json()
        assert (answer.status_code, told["code"]) == (400, "bad_request"), answer.content
        assert told["extra"] == {"last_event_id": str(newest + 1)}
        assert "another" in told["detail"]
        # These may be followed; the test client has no line that could be.
        assert "ASGI" in api.get(path, Last_Event_ID=str(newest)).json()["detail"]


async def test_a_revoked_key_ends_its_streams(operator, api_key, monkeypatch):
    monkeypatch.setattr(door, "HEARTBEAT_S", 0.05)
    stream = await sync_to_async(stream_of)(await sync_to_async(make_task)(operator))
    reading = door.follow(stream)
    assert await anext(reading)
    await sync_to_async(lambda: keys.revoke(ApiKey.objects.get()))()
    async with asyncio.timeout(40):
        rest = b"".join([chunk async for chunk in reading])
    assert b"task.completed" not in rest
    assert not door._lookouts[asyncio.get_running_loop()]._keys


@pytest.mark.parametrize("after", [0, 1])
async def test_a_stream_that_breaks_is_ended(operator, api_key, monkeypatch, after):
    """Its reader comes back with its cursor. One that is left open would wait for ever."""
    task, reads, read_ledger = await sync_to_async(make_task)(operator), [], ledger.read

    def broken(**what: Any) -> Any:
        reads.append(what)
        if len(reads) > after:
            raise OperationalError("the connection was lost")
        return read_ledger(**what)

    monkeypatch.setattr(ledger, "read", broken)
    frames = await asyncio.wait_for(read(task, api_key), 20)
    assert [frame["id"] for frame in frames] == ["1"][:after]
    monkeypatch.undo()
    await sync_to_async(finish)(task)
    rest = await read(task, api_key, Last_Event_ID=str(after))
    assert [int(frame["id"]) for frame in rest] == list(range(after + 1, 5))
