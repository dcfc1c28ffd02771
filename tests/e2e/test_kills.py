"""A worker or a browser that dies in mid-task: it goes on, and nothing is lost or done twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.e2e.doors import Run, done, session_of
from tests.e2e.kills import GOES_ON_WITHIN_S, do_something_else, kill_worker, killed, steps_once
from tests.e2e.stack import Stack, wait_for
from tests.sites.hostile.server import HostileSite

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("calm_logs")]
INCOMING = "browsers/*/downloads/.incoming/*"


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


@pytest.mark.once
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
        # The second opens the form again, where the dead worker left the browser's error page.
        assert steps_once(run) == [0, 1, 2, 3]


@pytest.mark.once
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


@pytest.mark.once
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
        # Not before: as long as the answer's head is on its way, this is a navigation, and a broken
        # one takes the page with the link away.
        wait_for(lambda: any(stack.data_dir.glob(INCOMING)), 30, "the browser has the first half")
        assert hostile.ledger.seen["/files/half.bin"] == 1
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


@contextmanager
def asks_and_presses(
    api: httpx.Client, stack: Stack, hostile: HostileSite, counter: str
) -> Iterator[tuple[Run, dict[str, Any]]]:
    """A run that has asked, and presses A of its counter once it was answered; what it asked."""
    ask, press = {"ask": {"prompt": "Well?"}}, 'page.get_by_role("button", name="Press A").click()'
    turns = (ask, {"code": f"await {press}"}, done())
    address = f"{hostile.url}/counter/{counter}"
    with session_of(api, stack, *turns, start_url=address) as run:
        yield run, run.until("task.input_request")


def test_a_paused_task_stays_paused_when_its_worker_dies(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    with asks_and_presses(api, stack, hostile, "stays-paused") as (run, asked):
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
    with asks_and_presses(api, stack, hostile, "drives-on") as (run, asked):
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


# --- the browser ------------------------------------------------------------------------------
@pytest.mark.once
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


@pytest.mark.once
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
