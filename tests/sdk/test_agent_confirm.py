"""A program's own handler of confirmations, while the run goes on without waiting for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from web_agent.v1 import Web, WebAgentConfirmationRequest

from tests.sdk.conftest import OPTIONS
from tests.sdk.fake import BASE, NOW, Cut, Fake

RUNS = f"{BASE}/agent/runs"
CONFIRM = f"POST {RUNS}/run_1/confirmations/req_1"
CANCEL = f"POST {RUNS}/run_1/cancel"
ASKED = {"id": "req_1", "risk": "purchase", "title": "Buy it", "status": "pending"}


def said(number: int, kind: str, **fields: Any) -> bytes:
    body = {"id": str(number), "type": kind, "run_id": "run_1", "occurred_at": NOW, **fields}
    return f"event: {kind}\nid: {number}\ndata: {json.dumps(body)}\n\n".encode()


def ended(number: int, status: str) -> bytes:
    return said(number, "run.completed", result={"run_id": "run_1", "status": status})


REQUEST = said(10, "confirmation.requested", step=1, confirmation=ASKED)


@pytest.fixture
async def web(fake: Fake) -> AsyncIterator[Web]:
    run = {"run_id": "run_1", "browser_id": "sess_1", "status": "pending"}
    fake.answer("POST", RUNS, run, 202)
    fake.answer("GET", f"{RUNS}/run_1", run)
    fake.answer("POST", f"{RUNS}/run_1/cancel", {**run, "status": "cancelled"})
    fake.answer("POST", f"{RUNS}/run_1/confirmations/req_1", {"run_id": "run_1"})
    async with httpx.AsyncClient(verify=False) as http:
        yield Web(base_url=fake.url, http_client=http, **OPTIONS)


class Slow:
    """A handler that never comes to a decision."""

    def __init__(self) -> None:
        self.asked, self.stopped = asyncio.Event(), asyncio.Event()

    async def __call__(self, request: WebAgentConfirmationRequest) -> bool:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.set()
        return True


@pytest.mark.parametrize("status", ["expired", "answered"])
async def test_a_handler_is_left_when_the_confirmation_is_settled_without_it(web, fake, status):
    slow, goes_on = Slow(), asyncio.Event()
    told = {"confirmation_id": "req_1", "approved": False, "status": status}
    resolved = said(20, "confirmation.resolved", **told)
    fake.plans = [[REQUEST, slow.asked, resolved, goes_on, ended(30, "completed")]]
    async with asyncio.timeout(20):
        async for event in web.agent(on_confirm=slow).stream("Buy it"):
            if event.type == "confirmation.resolved":
                goes_on.set()
    assert slow.stopped.is_set()
    assert CONFIRM not in fake.done and CANCEL not in fake.done


async def test_a_handler_that_decides_too_late_does_not_keep_the_result(web, fake):
    slow = Slow()
    fake.plans = [[REQUEST, slow.asked, ended(20, "needs_confirmation")]]
    async with asyncio.timeout(20):
        result = await web.agent(on_confirm=slow).run("Buy it")
    assert result.status == "needs_confirmation"
    assert slow.stopped.is_set()


async def test_events_go_on_while_a_handler_thinks(web, fake):
    decided, waiting = asyncio.Event(), asyncio.Event()
    status = said(20, "status", message="Still waiting.")
    fake.plans = [[REQUEST, status, decided, ended(30, "completed")]]
    heard: list[str] = []

    async def think(request: WebAgentConfirmationRequest) -> bool:
        await waiting.wait()
        asyncio.get_running_loop().call_soon(decided.set)
        return True

    async with asyncio.timeout(20):
        async for event in web.agent(on_confirm=think).stream("Buy it"):
            heard.append(event.type)
            if event.type == "status":
                waiting.set()
    assert heard == ["confirmation.requested", "status", "run.completed"]
    assert CONFIRM in fake.done
    assert next(s for s in fake.seen if "confirmations" in s.path).body == {"approved": True}


async def test_what_a_handler_raises_ends_the_run_at_once(web, fake):
    async def fail(request: WebAgentConfirmationRequest) -> bool:
        await asyncio.sleep(0)
        raise LookupError("no such person")

    fake.plans = [[REQUEST, asyncio.Event()]]  # and nothing more is heard of the run
    async with asyncio.timeout(20):
        with pytest.raises(LookupError, match="no such person"):
            await web.agent(on_confirm=fail).run("Buy it")
    assert CANCEL in fake.done


async def test_a_handler_is_left_with_the_stream(web, fake):
    slow = Slow()
    status = said(20, "status", message="Still waiting.")
    fake.plans = [[REQUEST, slow.asked, status, asyncio.Event()]]
    stream = web.agent(on_confirm=slow).stream("Buy it")
    async with asyncio.timeout(20):
        async for event in stream:
            if event.type == "status":
                break
        await stream.aclose()
    assert slow.stopped.is_set()
    assert CANCEL in fake.done


async def test_a_connection_lost_meanwhile_asks_nobody_twice(web, fake):
    asked: list[str] = []
    decided, again = asyncio.Event(), asyncio.Event()

    async def decide(request: WebAgentConfirmationRequest) -> bool:
        asked.append(request.id)
        await again.wait()
        decided.set()
        return True

    status = said(20, "status", message="Still waiting.")
    fake.plans = [[REQUEST, Cut()], [status, decided, ended(30, "completed")]]
    async with asyncio.timeout(20):
        async for event in web.agent(on_confirm=decide).stream("Buy it"):
            if event.type == "status":
                again.set()
            result = event.result
    assert result is not None
    assert (result.status, asked) == ("completed", ["req_1"])
    assert [s.headers.get("last-event-id") for s in fake.seen if "events" in s.path] == [None, "10"]
