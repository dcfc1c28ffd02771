"""Streams survive what networks do, and hand on each event once and in order."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from web_agent.v1 import (
    ApiConnectionError,
    ApiTimeoutError,
    Client,
    Event,
    NotFoundError,
    TaskFailedError,
    UnauthorizedError,
)
from web_agent.v1._config import Config
from web_agent.v1._follow import Follow
from web_agent.v1._sse import FrameTooLong, Parser

from tests.sdk.conftest import Twin
from tests.sdk.fake import HEARTBEAT, SESSIONS, Cut, End, Fake, Fault, frame, task

STARTED = frame(1, "task.status_changed", status="running")
SAID = frame(2, "task.message", content="Grüße, 世界 👋")
DONE = frame(3, "task.completed", terminal_reason="done", output={"n": 1})


def kinds(events: list[Event]) -> list[str | None]:
    return [event.id for event in events]


async def test_a_stream_ends_after_the_terminal_event(twin: Twin, fake: Fake) -> None:
    fake.plans = [[STARTED, HEARTBEAT, SAID, DONE + frame(4, "task.message")]]
    events = await twin.events()
    assert kinds(events) == ["1", "2", "3"]
    assert events[1].data == {"content": "Grüße, 世界 👋"}
    assert (events[1].task_id, events[1].session_id) == ("task_1", "sess_1")
    assert events[1].occurred_at is not None
    assert fake.seen[0].headers["accept"] == "text/event-stream"
    assert "last-event-id" not in fake.seen[0].headers


async def test_heartbeats_are_shown_when_wanted(twin: Twin, fake: Fake) -> None:
    fake.plans = [[HEARTBEAT, DONE]]
    events = await twin.events(include_heartbeats=True)
    assert [event.type for event in events] == ["stream.heartbeat", "task.completed"]
    assert events[0].id is None


async def test_a_broken_stream_goes_on_where_it_stood(twin: Twin, fake: Fake) -> None:
    half = len(SAID) // 2
    fake.plans = [
        [STARTED, SAID[:half], Cut()],
        [Cut()],
        [SAID, Cut()],
        [DONE],
    ]
    assert kinds(await twin.events()) == ["1", "2", "3"]
    cursors = [seen.headers.get("last-event-id") for seen in fake.seen]
    assert cursors == [None, "1", "1", "2"]


async def test_a_given_cursor_is_where_it_starts(twin: Twin, fake: Fake) -> None:
    fake.plans = [[SAID, DONE]]
    assert kinds(await twin.events(last_event_id="1")) == ["2", "3"]
    assert fake.seen[0].headers["last-event-id"] == "1"


async def test_events_replayed_twice_are_handed_on_once(twin: Twin, fake: Fake) -> None:
    fake.plans = [[STARTED, SAID, Cut()], [STARTED, SAID, DONE]]
    assert kinds(await twin.events()) == ["1", "2", "3"]


async def test_a_server_that_restarts_is_waited_for(twin: Twin, fake: Fake) -> None:
    fake.plans = [[STARTED], [DONE]]
    fake.faults = [Fault(503, headers={"Retry-After": "0"}), Fault(502, b"<html>"), Fault()]
    assert kinds(await twin.events()) == ["1", "3"]
    assert fake.streams == 2


async def test_bytes_may_be_cut_anywhere(twin: Twin, fake: Fake) -> None:
    whole = b"\xef\xbb\xbf" + (STARTED + SAID).replace(b"\n", b"\r\n") + DONE.replace(b"\n", b"\r")
    fake.plans = [[whole[i : i + 1] for i in range(len(whole))]]
    events = await twin.events()
    assert kinds(events) == ["1", "2", "3"]
    assert events[1].data["content"] == "Grüße, 世界 👋"


async def test_what_is_not_an_event_is_asked_for_again(twin: Twin, fake: Fake) -> None:
    fake.plans = [
        [STARTED, b"data: {oops\n\n"],
        [b"data: [1]\n\n"],
        [b'data: {"type": 5}\n\n'],
        [SAID, DONE],
    ]
    assert kinds(await twin.events()) == ["1", "2", "3"]


async def test_a_cursor_behind_the_end_ends(twin: Twin, fake: Fake) -> None:
    fake.task = task(status="done")
    assert await twin.events(last_event_id="3") == []
    assert fake.streams == 2


async def test_an_empty_stream_of_a_living_task_is_opened_again(twin: Twin, fake: Fake) -> None:
    fake.plans = [[End()], [End()], [End()], [STARTED, DONE]]
    assert kinds(await twin.events()) == ["1", "3"]


@pytest.mark.parametrize(("status", "kind"), [(404, NotFoundError), (401, UnauthorizedError)])
async def test_errors_that_waiting_cannot_mend_are_raised(
    twin: Twin, fake: Fake, status: int, kind: type[Exception]
) -> None:
    fake.plans = [[STARTED, Cut()]]
    fake.answer("GET", f"{SESSIONS}/sess_1/tasks/task_1", task())
    # The first connection works; the second is refused.
    stream_faults = [Fault(status)]

    original = fake._stream

    async def stream(request: Any) -> Any:
        if fake.streams and stream_faults:
            return fake._fail(request, stream_faults.pop())
        return await original(request)

    fake._stream = stream  # type: ignore[method-assign]
    with pytest.raises(kind):
        await twin.events()


async def test_a_stream_may_have_a_deadline(twin: Twin, fake: Fake) -> None:
    fake.plans = [[STARTED, asyncio.Event()]]
    with pytest.raises(ApiTimeoutError):
        await twin.events(timeout_s=0.2)


async def test_leaving_on_the_last_event_leaves_no_connection(client: Client, fake: Fake) -> None:
    fake.plans = [[STARTED, DONE, asyncio.Event()]]
    stream = client.events.stream("sess_1", "task_1")
    async for event in stream:
        if event.type == "task.completed":
            break
    pool = client._transport._http._transport._pool  # type: ignore[attr-defined]
    assert all(connection.is_closed() for connection in pool.connections)
    assert stream.last_event_id == "3"


async def test_a_stream_can_be_closed_in_the_middle(client: Client, fake: Fake) -> None:
    fake.plans = [[STARTED, asyncio.Event()]]
    async with client.events.stream("sess_1", "task_1") as stream:
        async for event in stream:
            assert event.id == "1"
            break
    pool = client._transport._http._transport._pool  # type: ignore[attr-defined]
    assert all(connection.is_closed() for connection in pool.connections)


# --- wait and run ---------------------------------------------------------------------------------


async def test_run_creates_waits_and_answers(twin: Twin, fake: Fake) -> None:
    asked = frame(2, "task.input_request", request_id="ir_1", id="ir_1", prompt="Which?")
    fake.plans = [[STARTED, asked, DONE]]
    fake.task = task(status="done", output={"n": 1})
    seen: list[str] = []
    done = await twin.do(
        "sessions.run",
        "Look around",
        on_event=lambda event: seen.append(event.type),
        on_input_request=lambda event: f"answer to {event.data['prompt']}",
    )
    assert (done.status, done.output) == ("done", {"n": 1})
    assert seen == ["task.status_changed", "task.input_request", "task.completed"]
    answer = next(s.body for s in fake.seen if s.path.endswith("/intervene"))
    assert answer == {"input_request_id": "ir_1", "response": "answer to Which?"}


async def test_somebody_elses_answer_is_fine(twin: Twin, fake: Fake) -> None:
    asked = frame(2, "task.input_request", request_id="ir_1", prompt="Which?")
    fake.plans = [[STARTED, asked, DONE]]
    path = f"{SESSIONS}/sess_1/tasks/task_1/intervene"
    fake.answer("POST", path, {"code": "conflict", "detail": "Answered.", "extra": {}}, 409)
    fake.task = task(status="done")
    done = await twin.do("sessions.run", "Look", on_input_request=lambda event: "blue")
    assert done.is_terminal


async def test_callbacks_may_be_coroutines(client: Client, fake: Fake) -> None:
    asked = frame(2, "task.input_request", request_id="ir_1", prompt="Which?")
    fake.plans = [[asked, DONE]]
    fake.task = task(status="done")

    async def answer(event: Event) -> str:
        await asyncio.sleep(0)
        return "green"

    await client.sessions.wait("sess_1", "task_1", on_input_request=answer)
    assert any(seen.body == {"input_request_id": "ir_1", "response": "green"} for seen in fake.seen)


async def test_a_failed_task_is_returned_or_raised(twin: Twin, fake: Fake) -> None:
    fake.task = task(status="failed", error={"code": "steps_limit_reached", "message": "Too far."})
    fake.plans = [[DONE], [DONE]]
    assert (await twin.do("sessions.run", "Look")).error.code == "steps_limit_reached"
    with pytest.raises(TaskFailedError, match="Too far") as caught:
        await twin.do("sessions.run", "Look", raise_on_failure=True)
    assert caught.value.extra["task"].status == "failed"


# --- without a network ----------------------------------------------------------------------------


def make_follow(**given: Any) -> Follow:
    config = Config.resolve(
        api_key="wa_x",
        project_id="p",
        base_url="http://x",
        timeout_s=1,
        max_retries=1,
        backoff_s=0.5,
        max_wait_s=60,
        headers=None,
    )
    values: dict[str, Any] = {"last_event_id": None, "include_heartbeats": False, **given}
    return Follow("/events", config, **values)


def test_a_server_that_stays_away_is_given_up() -> None:
    now = [0.0]
    follow = make_follow(give_up_after_s=100.0, clock=lambda: now[0])
    gone = ApiConnectionError("gone", code="connection_error")
    follow.broke(gone)
    now[0] = 99.0
    follow.broke(gone)
    # A sign of life starts the count anew.
    follow.feed(HEARTBEAT)
    now[0] = 150.0
    follow.broke(gone)
    now[0] = 251.0
    with pytest.raises(ApiConnectionError, match="gone"):
        follow.broke(gone)


def test_waits_grow_and_stay_bounded() -> None:
    follow = make_follow(clock=lambda: 0.0)
    waits = []
    for _ in range(40):
        follow.broke(ApiConnectionError("gone"))
        waits.append(follow.wait_s)
    assert waits[0] <= 0.5 and max(waits) <= 8.0 and min(waits[10:]) >= 4.0


def test_the_server_may_ask_for_longer_pauses() -> None:
    follow = make_follow(clock=lambda: 0.0)
    follow.feed(b"retry: 4000\n\n")
    follow.broke(ApiConnectionError("gone"))
    assert 2.0 <= follow.wait_s <= 4.0


def test_the_grammar_of_event_streams() -> None:
    parser = Parser()
    frames = parser.feed(
        b": comment\n\nid: 7\ndata: a\ndata:b\nevent: x\nunknown: y\n\ndata\n\nid: 1\0\ndata: c\n\n"
    )
    assert [(f.id, f.data, f.event) for f in frames] == [
        ("7", "a\nb", "x"),
        (None, "", None),
        (None, "c", None),
    ]
    assert parser.feed(b"data: unfinished") == []


def test_a_frame_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web_agent.v1._sse.MAX_FRAME_BYTES", 1000)
    with pytest.raises(FrameTooLong):
        Parser().feed(b"data: " + b"x" * 2000)
    parser = Parser()
    with pytest.raises(FrameTooLong):
        for _ in range(200):
            parser.feed(b"data: 12345678\n")
