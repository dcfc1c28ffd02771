"""Processes that die in mid-task: the task goes on, and nothing is lost or done twice."""

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

from tests.e2e.doors import Run, done, script, session_of, start
from tests.e2e.stack import Stack, assert_all_gone, wait_for
from tests.sites.hostile.server import HostileSite

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calm_logs")]

GOES_ON_WITHIN_S = 45.0
LOCKED_S = 4.0


@contextmanager
def killed(stack: Stack, name: str) -> Iterator[None]:
    """Kill a process of the product, and go on when the product is ready again."""
    before = stack.kill(name)
    yield
    wait_for(lambda: (stack.pids().get(name) or before) != before, 30, f"a new {name}")
    wait_for(stack.is_ready, 60, "it is ready again")


def kill_worker(stack: Stack, run: Run) -> None:
    """`kill -9` of the worker; the task must go on in time."""
    began = time.monotonic()
    with killed(stack, "worker"):
        run.until("task.notice", GOES_ON_WITHIN_S, kind="resumed")
    assert time.monotonic() - began < GOES_ON_WITHIN_S + 15


def steps_once(run: Run) -> list[int]:
    """Numbers of the steps that ended; none of them began or ended twice."""
    began = [data["step"] for data in run.of_type("task.step_started")]
    ended = [data["step"] for data in run.of_type("task.step_completed")]
    assert began == ended == sorted(set(began))
    return ended


# --- the worker -------------------------------------------------------------------------------
def test_a_worker_killed_between_two_actions_goes_on_in_the_same_step(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    address = f"{hostile.url}/counter/between"
    code = (
        'await page.get_by_label("First name").fill("Ada")\n'
        'await page.get_by_role("button", name="Press A").click()\n'
        'await page.get_by_text("a 1").wait_for()\n'
        'await page.get_by_text("go on").wait_for(timeout=30000)\n'
        'await page.get_by_label("Last name").fill("Lovelace")\n'
        'await page.get_by_role("button", name="Press B").click()\n'
        'await page.get_by_text("b 1").wait_for()\n'
        'await page.get_by_label("First name").input_value()'
    )
    with session_of(api, stack, {"code": code}, done(), start_url=address) as run:
        clicked = run.until("task.action.completed", tool="locator.click")
        kill_worker(stack, run)
        stack.browser_showing(address).command(
            address, "Runtime.evaluate", expression="document.body.append('go on')"
        )
        assert run.end()["terminal_reason"] == "done"
        step = run.of_type("task.step_completed")[-1]
        assert step["success"] is True, step
        assert step["value"] == "Ada"
        assert (hostile.ledger.hits["between-a"], hostile.ledger.hits["between-b"]) == (1, 1)
        assert hostile.ledger.seen["/counter/between"] == 1
        assert steps_once(run) == [0, 1]
        clicks = [a for a in run.of_type("task.action.completed") if a["tool"] == "locator.click"]
        assert clicks[0] == clicked["data"]
        assert len(clicks) == 2


def test_a_click_that_may_have_happened_is_not_repeated(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    send = (
        'await page.get_by_label("Text").fill("once")\n'
        'await page.get_by_role("button", name="Send it").click()\n'
        "await page.title()"
    )
    with (
        hostile.held("amid"),
        session_of(
            api,
            stack,
            {"code": send},
            {"code": "await page.title()"},
            done(),
            start_url=f"{hostile.url}/send/amid",
        ) as run,
    ):
        # The click waits for the page that it leads to, which does not come.
        wait_for(lambda: hostile.ledger.hits["amid"] == 1, 30, "the form was sent")
        kill_worker(stack, run)
        hostile.release("amid")
        assert run.end()["terminal_reason"] == "done"
        step = run.of_type("task.step_completed")[1]
        assert step["success"] is False
        assert step["error_code"] == "interrupted_action", step
        assert hostile.ledger.hits["amid"] == 1
        assert steps_once(run) == [0, 1, 2]


def test_an_approved_press_that_its_page_hides_is_asked_about_and_not_repeated(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    press = 'await page.get_by_role("button", name="Pay now").click()'
    with (
        hostile.held("hidden"),
        session_of(
            api, stack, {"code": press}, done(), start_url=f"{hostile.url}/deaf/hidden"
        ) as run,
    ):
        run.answer(run.until("task.input_request", 60, kind="confirmation"), True, expect=200)
        wait_for(lambda: hostile.ledger.hits["hidden"] == 1, 30, "the button was pressed")
        kill_worker(stack, run)
        hostile.release("hidden")
        asked = run.until("task.input_request", 60, kind="choice")
        assert "did it happen?" in asked["data"]["prompt"]
        run.answer(asked, "done", expect=200)
        assert run.end()["terminal_reason"] == "done"
        assert hostile.ledger.hits["hidden"] == 1


def test_a_worker_killed_between_two_steps_repeats_neither(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    press = 'await page.get_by_role("button", name="Press {}").click()'
    with session_of(
        api,
        stack,
        {"code": press.format("A")},
        {"delay_s": 2},
        {"code": press.format("B")},
        done(),
        start_url=f"{hostile.url}/counter/steps",
    ) as run:
        run.until("task.step_completed", step=1)
        kill_worker(stack, run)
        assert run.end()["terminal_reason"] == "done"
        assert steps_once(run) == [0, 1, 2]
        assert (hostile.ledger.hits["steps-a"], hostile.ledger.hits["steps-b"]) == (1, 1)
        assert run.task()["usage"]["steps"] == 2


def test_a_worker_killed_while_a_person_thinks_asks_once(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    with session_of(
        api,
        stack,
        {"code": 'await page.get_by_label("First name").fill("Ada")'},
        {"ask": {"prompt": "Which last name?"}},
        {"expect_answer": "Lovelace"},
        {"code": 'await page.get_by_label("First name").input_value()'},
        done(),
        start_url=f"{hostile.url}/counter/asked",
    ) as run:
        asked = run.until("task.input_request")
        with killed(stack, "worker"):
            run.answer(asked, "Lovelace", expect=200)
            run.until("task.step_completed", GOES_ON_WITHIN_S, value="Ada")
        assert run.end()["terminal_reason"] == "done"
        assert len(run.of_type("task.input_request")) == 1
        assert hostile.ledger.seen["/counter/asked"] == 1


def test_a_worker_killed_during_a_download_gets_the_whole_file(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    fetch = {"code": 'await download(page.get_by_role("link", name="Get half.bin"))'}
    with (
        hostile.held("half.bin"),
        session_of(
            api, stack, *[fetch] * 3, done(), start_url=f"{hostile.url}/links/half.bin"
        ) as run,
    ):
        wait_for(lambda: hostile.ledger.seen["/files/half.bin"], 30, "the download began")
        kill_worker(stack, run)
        hostile.release("half.bin")
        assert run.end()["terminal_reason"] == "done"
        # The first that goes on meets what the dead worker left half done; after it all is well.
        assert run.of_type("task.step_completed")[-1]["success"] is True, run.events[-6:]
        files = [item for item in run.artifacts() if item["name"].startswith("half")]
        assert files, run.events[-6:]
        for item in files:
            content = api.get(f"{run.path}/artifacts/{item['id']}").content
            assert content == b"1" * 65536 + b"2" * 65536


def test_a_paused_task_stays_paused_when_its_worker_dies(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    press = 'await page.get_by_role("button", name="Press A").click()'
    with session_of(
        api,
        stack,
        {"ask": {"prompt": "Well?"}},
        {"code": press},
        done(),
        start_url=f"{hostile.url}/counter/stays-paused",
    ) as run:
        asked = run.until("task.input_request")
        run.post("pause", expect=200)
        run.answer(asked, "go")
        run.until("task.input_request_resolved")
        with killed(stack, "worker"):
            pass
        do_something_else(api, stack)
        assert run.task()["status"] == "paused"
        assert hostile.ledger.hits["stays-paused-a"] == 0
        run.post("resume", expect=200)
        assert run.end()["terminal_reason"] == "done"
        assert hostile.ledger.hits["stays-paused-a"] == 1


def test_a_person_goes_on_driving_when_the_worker_dies(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    press = 'await page.get_by_role("button", name="Press A").click()'
    with session_of(
        api,
        stack,
        {"ask": {"prompt": "Well?"}},
        {"code": press},
        done(),
        start_url=f"{hostile.url}/counter/drives-on",
    ) as run:
        asked = run.until("task.input_request")
        run.post("intervene", {"kind": "take_control"}, expect=200)
        run.until("task.take_control_started", 40)
        with killed(stack, "worker"):
            run.answer(asked, "go")
        do_something_else(api, stack)
        assert hostile.ledger.hits["drives-on-a"] == 0
        assert run.post("intervene", {"kind": "take_control"})["control"] == "human"
        run.post("intervene", {"kind": "release_control"}, expect=200)
        assert run.end()["terminal_reason"] == "done"
        assert hostile.ledger.hits["drives-on-a"] == 1


def do_something_else(api: httpx.Client, stack: Stack) -> None:
    """What the worker would do with the other task by mistake, it has done by the end of this."""
    with session_of(api, stack, {"delay_s": 2, "code": "1"}, done()) as other:
        assert other.end()["terminal_reason"] == "done"


# --- the browser ------------------------------------------------------------------------------
def test_a_killed_browser_is_replaced_in_mid_task(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    address = f"{hostile.url}/counter/crash"
    with session_of(
        api,
        stack,
        {"code": "await page.get_by_text('never there').wait_for(timeout=30000)"},
        {"code": 'await page.locator("h1").inner_text()'},
        done(),
        start_url=address,
    ) as run:
        run.until("task.step_started", step=1)
        os.kill(stack.browser_showing(address).pid, signal.SIGKILL)
        run.until("task.browser_live_url_changed", 30, status="live")
        assert run.end()["terminal_reason"] == "done"
        assert run.of_type("task.step_completed")[-1]["value"] == "Counter crash"
        assert run.session()["browser"]["status"] == "live"


def test_a_browser_killed_while_a_person_thinks_is_replaced_after_the_answer(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    address = f"{hostile.url}/counter/idle-crash"
    with session_of(
        api,
        stack,
        {"ask": {"prompt": "Shall I?"}},
        {"code": 'await page.locator("#who").inner_text()'},
        done(),
        start_url=address,
    ) as run:
        asked = run.until("task.input_request")
        os.kill(stack.browser_showing(address).pid, signal.SIGKILL)
        run.answer(asked, "yes")
        assert run.end()["terminal_reason"] == "done"
        # The profile's cookies were on disk.
        assert run.of_type("task.step_completed")[-1]["success"] is True


# --- the web server, Valkey, the database -------------------------------------------------------
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
        browsers = [process.pid for process in own_stack.browsers()]
        own_stack.stop()
        assert_all_gone(browsers, 20)
        own_stack.start()
        waiting.answer(asked, "yes")
        assert waiting.end()["terminal_reason"] == "done"
        assert running.end(90)["terminal_reason"] == "done"
        assert (hostile.ledger.hits["restart-a"], hostile.ledger.hits["restart-c"]) == (1, 1)
