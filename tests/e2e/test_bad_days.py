"""Nobody answers, nothing can be stored, rows are damaged; and how fast it is on a good day."""

from __future__ import annotations

import statistics
import time
from datetime import datetime

import httpx
import pytest

from tests.e2e.doors import done, session_of
from tests.e2e.stack import Stack, wait_for
from tests.sites.hostile.server import HostileSite

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calm_logs")]


def test_a_request_that_nobody_answers_expires_and_the_agent_is_told(
    api: httpx.Client, stack: Stack
) -> None:
    with session_of(
        api,
        stack,
        {"ask": {"prompt": "Anybody there?"}},
        {"expect_answer": None},
        {"finish": {"text": "Nobody answered.", "success": False}},
    ) as run:
        asked = run.until("task.input_request")
        stack.sql(
            "UPDATE dashboard_inputrequest SET expires_at = '2020-01-01 00:00:00+00:00' "
            f"WHERE id = '{asked['data']['request_id']}'"
        )
        refused = run.answer(asked, "too late", expect=409)
        assert refused["extra"]["status"] in ("pending", "expired")
        assert "expired" in refused["detail"]
        resolved = run.until("task.input_request_resolved", 30)
        assert resolved["data"]["status"] == "expired"
        ended = run.end()
        assert ended["terminal_reason"] == "done"
        assert ended["is_task_successful"] is not True
        assert run.answer(asked, "too late", expect=409)["extra"]["status"] == "expired"


@pytest.mark.once
def test_a_task_whose_files_cannot_be_stored_ends_and_says_so(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    go = {"code": f'await page.goto("{hostile.url}/plain")\nawait page.title()'}
    with stack.broken_storage(), session_of(api, stack, go, done()) as run:
        ended = run.end()
        assert ended["terminal_reason"] == "failed"
        assert ended["error"]["code"] == "storage_full"
        assert "could not be stored" in ended["error"]["message"]
    with session_of(api, stack, go, done()) as run:
        assert run.end()["terminal_reason"] == "done"
        assert run.of_type("task.screenshot")


@pytest.mark.once
def test_a_download_that_cannot_be_stored_ends_and_says_so(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    fetch = {"code": 'await download(page.get_by_role("link", name="Get full.bin"))'}
    address = f"{hostile.url}/links/full.bin"
    with (
        hostile.held("full.bin"),
        session_of(api, stack, fetch, done(), start_url=address) as run,
    ):
        wait_for(lambda: hostile.ledger.seen["/files/full.bin"], 30, "the download began")
        with stack.broken_storage():
            hostile.release("full.bin")
            ended = run.end()
        assert ended["terminal_reason"] == "failed"
        assert ended["error"]["code"] == "storage_full"


def test_a_task_whose_row_is_damaged_fails_alone(api: httpx.Client, stack: Stack) -> None:
    """As when the server's key was changed: its variables cannot be read any more."""
    with session_of(
        api,
        stack,
        {"ask": {"prompt": "Go on?"}},
        done(),
        variables={"word": {"value": "sesame", "sensitive": True}},
    ) as run:
        asked = run.until("task.input_request")
        noise = "E'\\\\x0001'" if "WEBAGENT_DATABASE_URL" in stack.environment else "X'0001'"
        stack.sql(
            f"UPDATE dashboard_task SET sealed_variables = {noise} WHERE id = '{run.task_id}'"
        )
        before = stack.kill("worker")
        run.answer(asked, "yes")
        ended = run.end(60)
        assert ended["error"]["code"] == "task_unreadable", ended
        wait_for(lambda: (stack.pids().get("worker") or before) != before, 30, "a new worker")
    with session_of(api, stack, done()) as run:
        assert run.end()["terminal_reason"] == "done"


def test_how_fast_it_is(api: httpx.Client, stack: Stack, hostile: HostileSite) -> None:
    """Prints figures; a busy machine may be slow, so none is a promise here."""
    to_step, to_client = [], []
    for _ in range(5):
        began = time.monotonic()
        with session_of(api, stack, {"code": "1 + 1"}, {"code": "2 + 2"}, done()) as run:
            run.until("task.step_started")
            to_step.append(time.monotonic() - began)
            for event in run.stream():
                lag = time.time() - datetime.fromisoformat(event["occurred_at"]).timestamp()
                if event["type"] == "task.completed":
                    to_client.append(lag)
    assert len(to_step) == len(to_client) == 5  # each run was followed to its end
    print(
        f"\nPOST to first step: median {statistics.median(to_step):.2f} s of {len(to_step)}; "
        f"commit of the last event to the stream: median {statistics.median(to_client):.3f} s"
    )
