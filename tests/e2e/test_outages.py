"""The web server, Valkey or the database that dies or hangs, and a restart: no task is lost."""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.e2e.doors import done, script, session_of, start
from tests.e2e.kills import killed, steps_once
from tests.e2e.stack import Stack, assert_all_gone, wait_for
from tests.sites.hostile.server import HostileSite

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calm_logs")]
LOCKED_S = 4.0


def test_a_killed_web_server_costs_a_stream_nothing(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    turns = [{"code": f"await page.goto('{hostile.url}/plain?{n}')"} for n in range(6)]
    with (
        hostile.held("plain"),
        session_of(api, stack, *turns, done()) as run,
    ):
        run.until("task.action.started", tool="page.goto")
        with killed(stack, "web"):
            hostile.release("plain")
        assert run.end()["terminal_reason"] == "done"
        assert steps_once(run) == [1, 2, 3, 4, 5, 6]
        rest = list(run.stream(after=int(run.events[7]["id"])))
        assert rest == run.events[8:]


def test_valkey_restarted_empty_costs_no_task(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    if "WEBAGENT_REDIS_URL" in stack.environment:
        pytest.skip("somebody else's Redis is not ours to kill")
    with (
        hostile.held("plain"),
        session_of(
            api,
            stack,
            {"code": f"await page.goto('{hostile.url}/plain')"},
            {"ask": {"prompt": "Well?"}},
            done(),
        ) as run,
    ):
        run.until("task.action.started", tool="page.goto")
        with killed(stack, "valkey"):
            queued = start(api, stack, {"code": "1 + 1"}, done())
            hostile.release("plain")
        assert queued.end()["terminal_reason"] == "done"
        queued.stop()
        run.answer(run.until("task.input_request"), "fine")
        assert run.end()["terminal_reason"] == "done"


@contextmanager
def hanging_valkey(stack: Stack) -> Iterator[None]:
    """Valkey accepts connections but answers nothing."""
    if "WEBAGENT_REDIS_URL" in stack.environment:
        pytest.skip("somebody else's Redis is not ours to stop")
    pid = stack.pid("valkey")
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
        wait_for(stack.is_ready, 30, "it is ready again")


def test_a_valkey_that_hangs_holds_nobody_up(api: httpx.Client, stack: Stack) -> None:
    with hanging_valkey(stack):
        began = time.monotonic()
        run = start(api, stack, {"code": "1 + 1"}, {"ask": {"prompt": "Well?"}}, done())
        assert time.monotonic() - began < 25
        asked = run.until("task.input_request")
        run.answer(asked, "fine")
        assert run.end()["terminal_reason"] == "done"
        run.stop()


def test_a_client_that_hangs_up_finds_its_first_answer(api: httpx.Client, stack: Stack) -> None:
    address = f"{stack.api_root}/do_anything/sessions"
    keys: list[str] = []

    def post(**more: Any) -> httpx.Response:
        body = {"instructions": "Look.", "title": keys[-1], "model": script(done())}
        return api.post(address, json=body, headers={"Idempotency-Key": keys[-1]}, **more)

    def hangs_up() -> bool:
        """The session is there long before its doorbell fails: the client misses the answer."""
        keys.append(f"hang-up-{secrets.token_hex(6)}")
        try:
            post(timeout=3)
        except httpx.ReadTimeout:
            return True
        return False  # the doorbell failed just before and was left alone

    def made() -> list[str]:
        listed = api.get(address).json()["items"]
        return [item["id"] for item in listed if item["title"] == keys[-1]]

    with hanging_valkey(stack):
        wait_for(hangs_up, 30, "a request is given up")
        wait_for(made, 30, "its session is there all the same")
    answers: list[httpx.Response] = []

    def answered() -> bool:
        answers.append(post())
        return answers[-1].status_code != 409

    wait_for(answered, 30, "the first answer is there")
    assert answers[-1].status_code == 201, answers[-1].text
    assert [answers[-1].json()["id"]] == made()


def test_a_locked_database_is_waited_for(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    with (
        hostile.held("plain"),
        session_of(
            api,
            stack,
            {"code": f"await page.goto('{hostile.url}/plain')"},
            {"code": "await page.title()"},
            done(),
        ) as run,
    ):
        run.until("task.action.started", tool="page.goto")
        with stack.locked_database():
            hostile.release("plain")
            threading.Event().wait(LOCKED_S)
        assert run.end()["terminal_reason"] == "done"
        assert steps_once(run) == [1, 2]


# --- the whole product --------------------------------------------------------------------------
@pytest.mark.timeout(240)  # two starts, which take as long as the machine is busy
def test_a_restart_picks_unfinished_tasks_up_again(own_stack: Stack, hostile: HostileSite) -> None:
    own_stack.environment["WEBAGENT_PARK_AFTER_S"] = "1"
    own_stack.start()
    with own_stack.client() as api:
        parked = start(
            api,
            own_stack,
            {"code": 'await page.get_by_label("First name").fill("Ada")'},
            {"ask": {"prompt": "Which one?"}},
            {"expect_answer": "the red one"},
            {"code": 'await page.get_by_label("First name").input_value()'},
            done("Parked and done."),
            start_url=f"{hostile.url}/counter/parked",
        )
        asked = parked.until("task.input_request")
        log = own_stack.data_dir / "logs" / "worker.log"
        wait_for(lambda: "task parked" in log.read_text(), 20, "the task was parked")
        assert parked.task()["status"] == "awaiting_input"
        parked.answer(asked, "the red one")
        assert parked.end()["terminal_reason"] == "done"
        assert parked.of_type("task.step_completed")[-1]["value"] == "Ada"
        assert hostile.ledger.seen["/counter/parked"] == 1

        waiting = start(api, own_stack, {"ask": {"prompt": "Still there?"}}, done())
        asked = waiting.until("task.input_request")
        press = 'await page.get_by_role("button", name="Press {}").click()'
        running = start(
            api,
            own_stack,
            {"code": press.format("A")},
            {"code": 'await page.get_by_text("never there").wait_for(timeout=30000)'},
            {"code": press.format("C")},
            done(),
            start_url=f"{hostile.url}/counter/restart",
        )
        running.until("task.step_started", step=2)
        practice = own_stack.practice_url
        loading = start(
            api,
            own_stack,
            {"code": f"await page.goto('{practice}/shop/')"},
            {"code": f"await page.goto('{practice}/slow/?s=8')"},  # cut short, and loaded again
            {"expect_text": "SLOW-0080", "code": f"await page.goto('{practice}/slow/?s=0')"},
            {"expect_text": "SLOW-0000", **done()},
        )
        loading.until("task.step_started", step=2)
        loading.until("task.action.started", tool="page.goto")
        browsers = [process.pid for process in own_stack.browsers()]
        assert browsers
        assert own_stack.stop() < 20
        assert_all_gone(browsers, 20)
        own_stack.start()
        waiting.answer(asked, "yes")
        assert waiting.end()["terminal_reason"] == "done"
        assert running.end(90)["terminal_reason"] == "done"
        assert loading.end(90)["terminal_reason"] == "done"
        assert (hostile.ledger.hits["restart-a"], hostile.ledger.hits["restart-c"]) == (1, 1)
