"""Deep research, web search and track: paths, bodies, plain dictionaries back."""

from __future__ import annotations

from typing import Any

import pytest
from web_agent.v1 import Client

from tests.sdk.conftest import Twin
from tests.sdk.fake import BASE, HEARTBEAT, Cut, Fake, frame

DR = "/v1/deep_research"
WS = f"{BASE}/web_search"
M = f"{BASE}/track/monitors"
SAID = {"content": "x"}

CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any], str, str, Any]] = [
    (
        "deep_research.run",
        ("Vector databases",),
        {"depth": "deep", "require_outline_approval": True, "max_cost_usd": "2"},
        "POST",
        DR,
        {
            "topic": "Vector databases",
            "depth": "deep",
            "require_outline_approval": True,
            "max_cost_usd": "2",
        },
    ),
    ("deep_research.get", ("t",), {}, "GET", f"{DR}/t", None),
    (
        "deep_research.intervene",
        ("t",),
        {"request_id": "ir_1", "response": "approve"},
        "POST",
        f"{DR}/t/intervene",
        {"request_id": "ir_1", "response": "approve"},
    ),
    (
        "deep_research.message",
        ("t",),
        {"content": "x"},
        "POST",
        f"{DR}/t/messages",
        {"content": "x"},
    ),
    ("deep_research.cancel", ("t",), {}, "POST", f"{DR}/t/cancel", {}),
    (
        "deep_research.feedback",
        ("t",),
        {"rating": 5, "feedback_text": "good"},
        "POST",
        f"{DR}/t/feedback",
        {"rating": 5, "feedback_text": "good"},
    ),
    (
        "web_search.run",
        (["best ORM"],),
        {"engines": ["tavily"], "summarize": True},
        "POST",
        WS,
        {"queries": ["best ORM"], "engines": ["tavily"], "summarize": True},
    ),
    ("web_search.run_async", ("one query",), {}, "POST", WS, {"queries": ["one query"]}),
    ("web_search.get", ("t",), {}, "GET", f"{WS}/t", None),
    ("web_search.refine", ("t",), {"text": "newer"}, "POST", f"{WS}/t/refine", {"text": "newer"}),
    (
        "track.create",
        (),
        {"intent": "price", "schedule": {"kind": "interval", "every_seconds": 60}, "name": None},
        "POST",
        M,
        {"intent": "price", "schedule": {"kind": "interval", "every_seconds": 60}},
    ),
    ("track.list", (), {"limit": 5}, "GET", M, None),
    ("track.get", ("m",), {}, "GET", f"{M}/m", None),
    (
        "track.pause",
        ("m",),
        {"reason": "look"},
        "PATCH",
        f"{M}/m",
        {"action": "pause", "reason": "look"},
    ),
    ("track.resume", ("m",), {}, "PATCH", f"{M}/m", {"action": "resume"}),
    (
        "track.refine",
        ("m",),
        {"trigger_dsl": {"op": "lt"}},
        "PATCH",
        f"{M}/m",
        {"action": "refine", "patch": {"trigger_dsl": {"op": "lt"}}},
    ),
    ("track.cancel", ("m",), {}, "DELETE", f"{M}/m", None),
    ("track.delete", ("m",), {}, "DELETE", f"{M}/m", None),
    ("track.run_now", ("m",), {}, "POST", f"{M}/m/run_now", {}),
    (
        "track.intervene",
        ("m",),
        {"request_id": "r", "response": "SKU A"},
        "POST",
        f"{M}/m/intervene",
        {"request_id": "r", "response": "SKU A"},
    ),
    ("track.message", ("m",), {"content": "x"}, "POST", f"{M}/m/messages", {"content": "x"}),
    (
        "track.test_trigger",
        ("m",),
        {"trigger_dsl": {"op": "lt"}},
        "POST",
        f"{M}/m/trigger/test",
        {"trigger_dsl": {"op": "lt"}},
    ),
    ("track.list_snapshots", ("m",), {}, "GET", f"{M}/m/snapshots", None),
    ("track.get_snapshot", ("m", "s"), {}, "GET", f"{M}/m/snapshots/s", None),
    ("track.list_deliveries", ("m",), {"include_payload": True}, "GET", f"{M}/m/deliveries", None),
    ("track.retry_delivery", ("m", "d"), {}, "POST", f"{M}/m/deliveries/d/retry", {}),
]


@pytest.mark.parametrize(("name", "args", "kwargs", "method", "path", "body"), CALLS)
async def test_paths_and_bodies(
    twin: Twin,
    fake: Fake,
    name: str,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    method: str,
    path: str,
    body: Any,
) -> None:
    fake.answer(method, path, {"id": "x", "unknown": [1]})
    assert await twin.do(name, *args, **kwargs) == {"id": "x", "unknown": [1]}
    sent = fake.seen[0]
    assert (sent.method, sent.path, sent.body) == (method, path, body)


async def test_a_search_waits_unless_told_otherwise(twin: Twin, fake: Fake) -> None:
    fake.answer("POST", WS, {"task_id": "t", "status": "running"}, 202)
    await twin.do("web_search.run", ["q"])
    pending = await twin.do("web_search.run_async", ["q"])
    assert [seen.query["wait"] for seen in fake.seen] == ["true", "false"]
    fake.answer("GET", f"{WS}/t", {"task_id": "t", "status": "done"})
    assert (await twin.do("web_search.wait", pending["task_id"]))["status"] == "done"


async def test_research_artifacts_are_a_list_and_bytes(twin: Twin, fake: Fake) -> None:
    fake.answer("GET", f"{DR}/t/artifacts", [{"id": "art_1", "name": "final.md"}])
    fake.answer("GET", f"{DR}/t/artifacts/art_1", "# Répört".encode())
    listed = await twin.do("deep_research.list_artifacts", "t")
    assert await twin.do("deep_research.get_artifact", "t", listed[0]["id"]) == "# Répört".encode()


async def test_deleting_may_answer_nothing(twin: Twin, fake: Fake) -> None:
    fake.answer("DELETE", f"{M}/m", b"", 204)
    assert await twin.do("track.cancel", "m") == {}


async def test_a_monitors_events_go_on_over_connections(client: Client, fake: Fake) -> None:
    fake.plans = [
        [frame(1, "monitor.tick_started"), HEARTBEAT, Cut()],
        [frame(2, "monitor.tick_completed")],
        [frame(3, "monitor.triggered")],
    ]
    seen = []
    async with client.track.events("m") as stream:
        async for event in stream:
            seen.append(event.type)
            if len(seen) == 3:
                break
    assert seen == ["monitor.tick_started", "monitor.tick_completed", "monitor.triggered"]
    assert fake.seen[0].path == f"{M}/m/events"
