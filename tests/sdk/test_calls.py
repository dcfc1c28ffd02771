"""Calls: what is sent, what comes back, what is tried again, what is raised."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from web_agent.v1 import (
    ApiConnectionError,
    ApiError,
    ApiTimeoutError,
    BudgetExceededError,
    Client,
    ConflictError,
    CreateSessionRequest,
    CreateTaskRequest,
    ForbiddenError,
    InsufficientCreditsError,
    NotFoundError,
    RateLimitedError,
    ServerError,
    SessionStatus,
    TaskStatus,
    UnauthorizedError,
    ValidationError,
)

from tests.sdk.conftest import OPTIONS, Twin
from tests.sdk.fake import BASE, KEY, NOW, PROJECT, SESSIONS, Fake, Fault, session, task


async def test_a_session_is_created_with_its_first_task(twin: Twin, fake: Fake) -> None:
    request = CreateSessionRequest(
        instructions="Look around",
        start_url="http://x/",
        max_cost_usd=Decimal("0.50"),
        variables={"mail": {"value": "a@b", "sensitive": True}},
        extra={"beta": True},
    )
    made = await twin.do("sessions.create", request)
    sent = fake.seen[0]
    assert (sent.method, sent.path) == ("POST", SESSIONS)
    assert sent.body == {
        "instructions": "Look around",
        "start_url": "http://x/",
        "max_cost_usd": "0.50",
        "variables": {"mail": {"value": "a@b", "sensitive": True}},
        "beta": True,
    }
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["user-agent"].startswith("web-agent-sdk/")
    assert len(sent.headers["idempotency-key"]) >= 16
    assert made.status is SessionStatus.RUNNING
    assert made.tasks[0].status is TaskStatus.PENDING
    assert made.tasks[0].usage.cost_usd == Decimal("0.0123")
    expected = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    assert made.created_at == expected
    assert made.extra == {"metadata": {"team": "a"}}
    assert made.tasks[0].extra == {"from_the_future": {"a": 1}}


async def test_the_short_forms_mean_the_same(twin: Twin, fake: Fake) -> None:
    await twin.do("sessions.create", "Look around", max_steps=5)
    await twin.do("sessions.create", {"instructions": "Look around", "max_steps": 5})
    await twin.do("sessions.create", instructions="Look around", max_steps=5)
    assert [seen.body for seen in fake.seen] == [
        {"instructions": "Look around", "max_steps": 5}
    ] * 3
    with pytest.raises(TypeError):
        await twin.do("sessions.create")


async def test_every_task_verb_has_its_path(twin: Twin, fake: Fake) -> None:
    ids = ("sess_1", "task_1")
    assert (await twin.do("sessions.get_task", *ids)).id == "task_1"
    assert (await twin.do("sessions.cancel_task", *ids, reason="enough")).status == "canceled"
    assert (await twin.do("sessions.pause_task", *ids)).status is TaskStatus.PAUSED
    assert (await twin.do("sessions.resume_task", *ids)).status == "running"
    assert (await twin.do("sessions.stop", "sess_1", force=True)).status == "stopped"
    follow_up = await twin.do(
        "sessions.create_task", "sess_1", CreateTaskRequest(instructions="And then?")
    )
    assert follow_up.id == "task_2"
    assert (await twin.do("messages.send", *ids, "Also count")).content == "Also count"
    assert [seen.body for seen in fake.seen if seen.method == "POST"] == [
        {"reason": "enough"},
        {},
        {},
        {"force": True},
        {"instructions": "And then?"},
        {"content": "Also count"},
    ]
    assert all("idempotency-key" in s.headers for s in fake.seen if s.method == "POST")


async def test_answers_and_control(twin: Twin, fake: Fake) -> None:
    ids = ("sess_1", "task_1")
    solved = {"solved": True}
    told = await twin.do("messages.intervene", *ids, input_request_id="ir_1", response=solved)
    assert told.input_request.response == {"solved": True}
    await twin.do("messages.answer", *ids, "ir_1", "blue")
    await twin.do("messages.approve", *ids, "ir_1", reason="fine")
    await twin.do("messages.deny", *ids, "ir_1")
    await twin.do("messages.skip", *ids, "ir_1")
    assert (await twin.do("messages.take_control", *ids)).control == "human"
    await twin.do("messages.release_control", *ids, note="Signed in.")
    assert [seen.body for seen in fake.seen[1:]] == [
        {"input_request_id": "ir_1", "response": "blue"},
        {"input_request_id": "ir_1", "response": {"approved": True, "reason": "fine"}},
        {"input_request_id": "ir_1", "response": {"approved": False}},
        {"kind": "skip_input_request", "input_request_id": "ir_1"},
        {"kind": "take_control"},
        {"kind": "release_control", "note": "Signed in."},
    ]


async def test_lists_come_in_pages(twin: Twin, fake: Fake) -> None:
    fake.answer("GET", SESSIONS, {"items": [session()], "next_cursor": "c1"})
    page = await twin.do("sessions.list", status=SessionStatus.RUNNING, limit=1)
    assert (page.items[0].id, page.next_cursor) == ("sess_1", "c1")
    assert fake.seen[0].query == {"status": "running", "limit": "1"}


async def test_all_pages_can_be_walked(client: Client, fake: Fake) -> None:
    fake.answer("GET", SESSIONS, {"items": [session()], "next_cursor": "c1"})
    found = []
    async for item in client.sessions.iterate():
        found.append(item.id)
        fake.answer("GET", SESSIONS, {"items": [session()], "next_cursor": None})
    assert found == ["sess_1", "sess_1"]
    assert fake.seen[1].query["cursor"] == "c1"


async def test_artifacts_are_listed_fetched_and_saved(
    twin: Twin, fake: Fake, tmp_path: Path
) -> None:
    path = f"{SESSIONS}/sess_1/tasks/task_1/artifacts"
    described = {"id": "art_1", "name": "../../évil.pdf", "kind": "download", "size_bytes": 4}
    fake.answer("GET", path, {"items": [described], "next_cursor": None})
    fake.answer("GET", f"{path}/art_1", b"\x00\xffPDF")
    page = await twin.do("artifacts.list", "sess_1", "task_1", kind="download")
    assert page.items[0].size_bytes == 4
    assert await twin.do("artifacts.get", "sess_1", "task_1", "art_1") == b"\x00\xffPDF"
    saved = await twin.do("artifacts.save", "sess_1", "task_1", page.items[0], tmp_path)
    assert saved == tmp_path / "évil.pdf"
    assert saved.read_bytes() == b"\x00\xffPDF"


ERRORS = [
    (400, "bad_request", ApiError),
    (401, "unauthorized", UnauthorizedError),
    (402, "insufficient_credits", InsufficientCreditsError),
    (402, "budget_exceeded", BudgetExceededError),
    (403, "safety_boundary_violated", ForbiddenError),
    (404, "session_not_found", NotFoundError),
    (409, "conflict", ConflictError),
    (418, "teapot", ApiError),
    (422, "validation_error", ValidationError),
    (429, "too_many_concurrent_sessions", RateLimitedError),
    (500, "internal_error", ServerError),
]


@pytest.mark.parametrize(("status", "code", "kind"), ERRORS)
async def test_errors_are_typed(
    twin: Twin, fake: Fake, status: int, code: str, kind: type[ApiError]
) -> None:
    body = {"code": code, "detail": "Because.", "extra": {"reason": "r"}}
    fake.faults = [Fault(status, body)] * 4
    with pytest.raises(kind) as caught:
        await twin.do("sessions.get", "sess_1")
    error = caught.value
    assert isinstance(error, ApiError)
    assert (error.code, error.detail, error.extra) == (code, "Because.", {"reason": "r"})
    assert (error.status, error.request_id) == (status, "req_1")
    assert str(error) == f"{code}: Because."


async def test_an_error_page_of_a_proxy_is_still_typed(twin: Twin, fake: Fake) -> None:
    fake.faults = [Fault(502, b"<html>Bad gateway</html>")] * 4
    with pytest.raises(ServerError) as caught:
        await twin.do("sessions.get", "sess_1")
    assert caught.value.code == "http_502"
    assert len(fake.seen) == 4


async def test_a_lost_answer_does_the_work_once(twin: Twin, fake: Fake) -> None:
    fake.faults = [Fault(after=True), Fault(503), Fault(429, headers={"Retry-After": "0"})]
    made = await twin.do("sessions.create", "Look around")
    assert made.id == "sess_1"
    assert fake.done == [f"POST {SESSIONS}"]
    assert len({seen.headers["idempotency-key"] for seen in fake.seen}) == 1
    assert len(fake.seen) == 4


async def test_our_own_running_request_is_waited_for(twin: Twin, fake: Fake) -> None:
    fake.faults = [Fault(after=True), Fault(409), Fault(409)]
    assert (await twin.do("sessions.create", "Look around")).id == "sess_1"


async def test_a_real_conflict_is_not_repeated(twin: Twin, fake: Fake) -> None:
    fake.faults = [Fault(409)]
    with pytest.raises(ConflictError):
        await twin.do("sessions.create_task", "sess_1", "And then?")
    assert len(fake.seen) == 1


async def test_a_callers_own_idempotency_key_is_used(twin: Twin, fake: Fake) -> None:
    await twin.do("sessions.create", "Look around", idempotency_key="order-7")
    assert fake.seen[0].headers["idempotency-key"] == "order-7"


async def test_a_patch_is_repeated_only_when_it_was_refused(twin: Twin, fake: Fake) -> None:
    fake.answer("PATCH", f"{BASE}/track/monitors/mon_1", {"id": "mon_1", "status": "paused"})
    fake.faults = [Fault(503)]
    assert (await twin.do("track.pause", "mon_1"))["status"] == "paused"
    fake.faults = [Fault(after=True)]
    with pytest.raises(ApiConnectionError):
        await twin.do("track.pause", "mon_1")


async def test_a_wait_too_long_is_left_to_the_caller(twin: Twin, fake: Fake) -> None:
    fake.faults = [Fault(429, headers={"Retry-After": "3600"})]
    with pytest.raises(RateLimitedError) as caught:
        await twin.do("sessions.get", "sess_1")
    assert caught.value.retry_after_s == 3600
    assert len(fake.seen) == 1


async def test_retry_after_may_be_a_date(twin: Twin, fake: Fake) -> None:
    fake.faults = [Fault(429, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})]
    assert (await twin.do("sessions.get", "sess_1")).id == "sess_1"


async def test_nobody_there_is_a_connection_error(unused_tcp_port: int) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    async with Client(base_url=url, max_retries=1, **OPTIONS) as client:
        with pytest.raises(ApiConnectionError) as caught:
            await client.sessions.get("sess_1")
        assert isinstance(caught.value, ApiError)
        assert caught.value.code == "connection_error"


async def test_silence_is_a_timeout() -> None:
    closed = asyncio.Event()

    async def silent(reader: Any, writer: Any) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        closed.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    options = {**OPTIONS, "base_url": f"http://127.0.0.1:{port}"}
    async with server:
        async with Client(timeout_s=0.1, max_retries=0, **options) as client:
            with pytest.raises(ApiTimeoutError):
                await client.sessions.get("sess_1")
        await closed.wait()


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'"x"', b"", b"null"])
async def test_an_answer_of_another_shape_is_an_api_error(
    twin: Twin, fake: Fake, body: bytes
) -> None:
    fake.answer("GET", f"{SESSIONS}/sess_1", body)
    with pytest.raises(ApiError) as caught:
        await twin.do("sessions.get", "sess_1")
    assert caught.value.code == "bad_response"


async def test_what_a_newer_server_says_is_kept(twin: Twin, fake: Fake) -> None:
    newer = task(status="dreaming", usage=None, input_requests=None, error={"code": "x"})
    fake.answer("GET", f"{SESSIONS}/sess_1/tasks/task_1", newer)
    found = await twin.do("sessions.get_task", "sess_1", "task_1")
    assert found.status == "dreaming" and not found.is_terminal
    assert (found.usage.steps, found.input_requests, found.error.message) == (0, [], "")


async def test_ids_cannot_leave_their_place_in_the_path(twin: Twin, fake: Fake) -> None:
    with pytest.raises(NotFoundError):
        await twin.do("sessions.get", "../../keys?x#y")
    assert fake.seen[0].path == f"{SESSIONS}/../../keys?x#y"
    for bad in ("", "..", None):
        with pytest.raises(ValueError):
            await twin.do("sessions.get", bad)


async def test_settings_come_from_the_environment(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBAGENT_API_KEY", KEY)
    monkeypatch.setenv("WEBAGENT_PROJECT_ID", PROJECT)
    monkeypatch.setenv("WEBAGENT_BASE_URL", fake.url + "/v1/")
    async with Client() as client:
        assert (await client.sessions.get("sess_1")).id == "sess_1"
        assert KEY not in repr(client) + repr(client._config)


def test_missing_settings_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WEBAGENT_API_KEY", "WEBAGENT_PROJECT_ID", "WEBAGENT_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match="WEBAGENT_API_KEY"):
        Client()
    with pytest.raises(ValueError, match="base_url"):
        Client(api_key=KEY, base_url="localhost:8000")


async def test_a_project_is_needed_only_where_paths_have_one(
    fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEBAGENT_PROJECT_ID", raising=False)
    fake.answer("GET", "/v1/deep_research/task_9", {"task_id": "task_9"})
    async with Client(api_key=KEY, base_url=fake.url) as client:
        assert (await client.deep_research.get("task_9"))["task_id"] == "task_9"
        with pytest.raises(ValueError, match="WEBAGENT_PROJECT_ID"):
            await client.sessions.get("sess_1")


def test_times_are_read_with_any_number_of_digits() -> None:
    from web_agent.v1.types import parse_time

    assert parse_time(NOW) is not None
    for text in (
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.1Z",
        "2026-01-02T03:04:05.123456789Z",
    ):
        found = parse_time(text)
        assert found is not None and found.tzinfo is not None
    assert parse_time("yesterday") is None and parse_time(5) is None
