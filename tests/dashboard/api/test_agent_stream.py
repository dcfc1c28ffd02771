"""The event stream of a run: one reading of the ledger, the same ids at every replay."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from agents.events import (
    TaskArtifact,
    TaskBrowserLiveUrlChanged,
    TaskMessage,
    TaskNotice,
    TaskPlanReady,
    TaskPolicyDenied,
    TaskScreenshot,
    TaskStepCompleted,
    TaskStepStarted,
)
from agents.ports import InputRequestSpec
from dashboard import ledger, nudges
from dashboard.api import agent_events
from dashboard.asgi import application
from dashboard.models import AgentRun, Task
from dashboard.services import agent_runs, artifacts, keys, leases, requests, tasks
from dashboard.services.agent_options import NewRun
from tests.conftest import make_actor

pytestmark = pytest.mark.django_db(transaction=True)

SEEN = b"Shop\nhttp://shop.example/\n\nKettle 19.90\n=== result x"
SEEDED = {
    "run.started", "browser.created", "model.started", "model.delta", "model.completed",
    "tool.started", "tool.completed", "confirmation.requested", "confirmation.resolved",
    "observation", "status", "artifact", "final.delta", "structured_output.started",
    "structured_output.validation", "run.completed", "run.failed",
}  # fmt: skip


def make_run(actor, **body: Any) -> AgentRun:
    return agent_runs.create(NewRun.model_validate({"goal": "Find it", **body}), by=actor)


def tell(task: Task, *payloads: Any) -> None:
    with transaction.atomic():
        ledger.append(task, *payloads)


def play(run: AgentRun, actor, *, end: dict[str, Any] | None = None) -> None:
    """A whole run, as the engine would write it down."""
    task = leases.claim(run.task_id, "w1")
    assert task is not None
    sha256, size = artifacts.write_bytes(
        b"Shop\nhttp://shop.example/\n\nKettle 19.90\n=== result x"
    )
    seen = artifacts.add(
        task, task.fence, sha256=sha256, size_bytes=size, name="step-1.txt",
        media_type="text/plain", kind="observation", step=1,
    )  # fmt: skip
    tell(
        task,
        TaskBrowserLiveUrlChanged(live_url="http://x/sessions/s/", status="live"),
        TaskPlanReady(steps=["Look", "Tell"]),
        TaskStepStarted(step=1, code="await page.goto('/')", model="scripted:script",
                        input_tokens=10, output_tokens=2, cost_usd="0.01"),
        TaskStepCompleted(step=1, success=True, summary="done", page_url="http://shop.example/",
                          page_title="Shop", observation_artifact_id=seen.pk),
        TaskScreenshot(artifact_id="art_1", step=1, width=1280, height=800),
        TaskArtifact(artifact_id="art_2", name="a.pdf", kind="download",
                     media_type="application/pdf", size_bytes=3, sha256="0" * 64, step=1),
        TaskPolicyDenied(rule="blocked_domains", reason="Not there.", target="x.example"),
    )  # fmt: skip
    row = requests.open_request(
        task, task.fence,
        InputRequestSpec(key="c", kind="confirmation", prompt="Buy it", risk="purchase",
                         context={"step": 2}),
    )  # fmt: skip
    agent_runs.confirm(run, row.pk, by=actor, approved=False, reason="Too dear")
    detail = {"valid": True, "error": None, "attempt": 1}
    tell(
        task,
        TaskNotice(kind="output_checked", message="It fits.", detail=detail),
        TaskMessage(message_id="m", role="agent", content="The kettle costs 19.90.", step=2),
    )
    end = end or {"terminal_reason": "done", "is_task_successful": True}
    tasks.finish(task.pk, task.fence, output_text="The kettle costs 19.90.", **end)


@pytest.fixture
def key(project) -> str:
    return keys.create(project, name="k", scopes=["run", "read", "approve"]).plain


@pytest.fixture
def boss(project):
    return make_actor(project)


def frames(raw: bytes) -> list[dict[str, Any]]:
    """Frames of a stream; checks that the lines and the data say the same."""
    found = []
    for block in raw.decode().split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith(":")]
        if not lines:
            continue
        fields = dict(line.split(": ", 1) for line in lines)
        data = json.loads(fields["data"])
        assert fields["event"] == data["type"]
        assert fields.get("id") == data["id"]
        assert data["occurred_at"].endswith("Z")
        found.append(data)
    return found


async def read(project_id: str, key: str, path: str, *, body: Any = None, **headers: str):
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.request(
            "POST" if body else "GET",
            f"/v1/projects/{project_id}/agent/{path}",
            json=body,
            headers={"Authorization": f"Bearer {key}", **headers},
            timeout=60,
        )
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "text/event-stream"
    return frames(answer.content)


async def events_of(run: AgentRun, key: str, **headers: str) -> list[dict[str, Any]]:
    return await read(run.project_id, key, f"runs/{run.pk}/events", **headers)


async def test_a_run_is_told_in_the_seeds_words(boss, key):
    run = await sync_to_async(make_run)(boss, artifacts={"retainTranscript": True})
    await sync_to_async(play)(run, boss)
    told = await events_of(run, key)
    types = [event["type"] for event in told]
    assert types[0] == "run.started"
    assert types[-1] == "run.completed"
    assert set(types) == SEEDED - {"model.delta", "run.failed"}
    numbers = [int(event["id"]) for event in told]
    assert numbers == sorted(set(numbers))
    by_type = {event["type"]: event for event in told}
    assert by_type["tool.started"]["code"] == "await page.goto('/')"
    assert by_type["tool.completed"]["page"] == {"url": "http://shop.example/", "title": "Shop"}
    assert by_type["observation"]["text"].endswith("Kettle 19.90")
    assert by_type["confirmation.requested"]["confirmation"]["risk"] == "purchase"
    assert by_type["confirmation.resolved"]["approved"] is False
    assert by_type["confirmation.resolved"]["reason"] == "Too dear"
    assert by_type["structured_output.validation"]["valid"] is True
    assert by_type["final.delta"]["text"] == "The kettle costs 19.90."
    completed = next(e for e in told if e["type"] == "model.completed")
    assert completed["usage"] == {"input_tokens": 10, "output_tokens": 2, "cost_usd": "0.01"}
    result = told[-1]["result"]
    assert result["status"] == "completed"
    assert result["steps"][0]["page"]["title"] == "Shop"
    assert [item["type"] for item in result["transcript"]] == [
        "goal", "tool_call", "tool_result", "request", "answer",
    ]  # fmt: skip


async def test_a_replay_gives_the_same_ids_from_anywhere(boss, key):
    run = await sync_to_async(make_run)(boss)
    await sync_to_async(play)(run, boss)
    whole = await events_of(run, key)
    assert await events_of(run, key) == whole
    for position in (0, 3, 5, len(whole) - 2):
        rest = await events_of(run, key, **{"Last-Event-ID": whole[position]["id"]})
        assert rest == whole[position + 1 :]
    assert await events_of(run, key, **{"Last-Event-ID": whole[-1]["id"]}) == []


@pytest.mark.parametrize(
    ("end", "failed", "status"),
    [
        ({"terminal_reason": "failed", "error": ("model_error", "Down.")}, True, "failed"),
        ({"terminal_reason": "failed", "error": ("policy_denied", "No.")}, False, "blocked"),
        (
            {"terminal_reason": "expired", "error": ("confirmation_expired", "Nobody.")},
            False,
            "needs_confirmation",
        ),
        ({"terminal_reason": "canceled", "error": ("canceled", "by x")}, False, "cancelled"),
    ],
)
async def test_every_run_ends_in_run_completed(boss, key, end, failed, status):
    run = await sync_to_async(make_run)(boss)
    await sync_to_async(play)(run, boss, end=end)
    told = await events_of(run, key)
    assert told[-1]["type"] == "run.completed"
    assert told[-1]["result"]["status"] == status
    errors = [event["error"] for event in told if event["type"] == "run.failed"]
    assert errors == ([{"code": "model_error", "message": "Down."}] if failed else [])


async def test_a_run_may_be_started_and_followed_in_one_request(project, boss, key):
    body = {"goal": "Find it", "metadata": {"n": 1}}
    headers = {"Accept": "text/event-stream", "Idempotency-Key": "once"}
    reading = asyncio.create_task(read(project.pk, key, "runs", body=body, **headers))

    async def started() -> AgentRun:
        while (run := await AgentRun.objects.select_related("task").afirst()) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        return run

    run = await asyncio.wait_for(started(), 30)
    await sync_to_async(play)(run, boss)
    told = await asyncio.wait_for(reading, 30)
    assert told[0]["run_id"] == run.pk
    assert told[-1]["type"] == "run.completed"
    assert told == await events_of(run, key)
    # The same request once more starts nothing: it gets the run's id, as JSON.
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        again = await client.post(
            f"/v1/projects/{project.pk}/agent/runs", json=body,
            headers={"Authorization": f"Bearer {key}", **headers},
        )  # fmt: skip
    assert again.json()["run_id"] == run.pk
    assert await AgentRun.objects.acount() == 1


async def test_ticks_come_live_before_the_fact_that_ends_their_turn(boss, key):
    run = await sync_to_async(make_run)(boss)
    reading = asyncio.create_task(events_of(run, key))
    hub = nudges.hub()
    async with asyncio.timeout(30):
        while not hub._index.get(f"task:{run.task_id}"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    ticks = [
        ("model.started", {"step": 1}),
        ("model.delta", {"step": 1, "text": "I look"}),
        ("model.delta", {"step": 1, "text": " around."}),
    ]
    topic = f"task:{run.task_id}"  # given to the hub as Redis would: what is lost there is lost
    hub._deliver(json.dumps([{"topic": topic, "tick": k, "data": d} for k, d in ticks]).encode())
    await sync_to_async(play)(run, boss)
    told = await asyncio.wait_for(reading, 30)
    types = [event["type"] for event in told]
    live = [event for event in told if event["id"] is None]
    assert [event["type"] for event in live] == ["model.started", "model.delta", "model.delta"]
    assert "".join(event.get("text", "") for event in live) == "I look around."
    assert types.index("model.delta") < types.index("model.completed") < types.index("tool.started")
    replay = await events_of(run, key)
    once = [event for event in told if event["id"] is not None]
    # What the tick announced is not announced twice; all else is the same, ids included.
    announced = next(event for event in replay if event["type"] == "model.started")
    assert [event for event in replay if event != announced] == once


def test_every_type_of_the_vocabulary_can_be_told():
    assert set(agent_events.TICKS) <= SEEDED
    assert agent_events.project("task.cost_update", {}) == []
    assert agent_events.of_tick("anything", {}) is None
