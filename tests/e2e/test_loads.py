"""A page that is still loading when its worker or its browser dies: it is loaded again, unasked."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.e2e.doors import Run, done, session_of
from tests.e2e.kills import GOES_ON_WITHIN_S, do_something_else, kill_worker, steps_once
from tests.e2e.stack import Stack, wait_for
from tests.sites.hostile.server import HostileSite

# That the next worker finds a task where the last one left it, test_kills.py proves everywhere.
pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.timeout(150)]
PRESS = 'await page.get_by_role("link", name="{}").click()\nawait page.locator("h1").inner_text()'
NEWS = (
    'Click "8 seconds" and tell me the reference number. '
    "Then open the News and tell me the title of the first story."
)


@contextmanager
def on_the_way(
    api: httpx.Client, stack: Stack, hostile: HostileSite, name: str
) -> Iterator[tuple[Run, str]]:
    """A run that followed a link to a page that does not come, and the address of the link's page.

    The server was asked for the page, and the worker has had the time to write that down.
    """
    address = f"{hostile.url}/leads/{name}"
    turn = {"code": PRESS.format("Go on")}
    with (
        hostile.held(name),
        session_of(api, stack, turn, done(), start_url=address) as run,
    ):
        wait_for(lambda: hostile.ledger.seen[f"/led/{name}"] == 1, 30, "the page is asked for")
        do_something_else(api, stack)
        yield run, address


def assert_came(run: Run) -> None:
    ended = run.end(GOES_ON_WITHIN_S)
    assert ended["terminal_reason"] == "done", ended
    assert not run.of_type("task.input_request")
    assert run.of_type("task.step_completed")[1]["value"] == "Led"
    assert steps_once(run) == [0, 1]


@pytest.mark.usefixtures("calm_logs")
def test_a_link_is_followed_to_its_end_by_the_next_worker(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    with on_the_way(api, stack, hostile, "killed") as (run, address):
        browser = stack.browser_showing(address)
        kill_worker(stack, run)
        hostile.release("killed")
        assert_came(run)
        assert hostile.ledger.seen["/leads/killed"] == 1
        assert stack.browser_showing(f"{hostile.url}/led/killed") == browser


def test_a_link_is_followed_to_its_end_in_a_new_browser(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    with on_the_way(api, stack, hostile, "crashed") as (run, address):
        os.kill(stack.browser_showing(address).pid, signal.SIGKILL)
        run.until("task.browser_live_url_changed", 30, status="live")
        hostile.release("crashed")
        assert_came(run)
        assert hostile.ledger.seen["/leads/crashed"] == 1


def test_a_plain_task_needs_nobody_when_its_worker_dies(api: httpx.Client, stack: Stack) -> None:
    address = f"{stack.practice_url}/slow/"
    with session_of(api, stack, instructions=NEWS, start_url=address) as run:
        run.until("task.action.started", tool="locator.click")
        do_something_else(api, stack)
        kill_worker(stack, run)
        ended = run.end(GOES_ON_WITHIN_S)
        assert not run.of_type("task.input_request")
        assert ended["is_task_successful"] is True, ended
        assert "SLOW-0080" in str(ended["output"])


def test_a_page_that_takes_longer_than_a_press_is_waited_for(
    api: httpx.Client, stack: Stack
) -> None:
    address = f"{stack.practice_url}/slow/"
    words = 'Click "8 seconds" and tell me the reference number.'
    with session_of(api, stack, instructions=words, start_url=address) as run:
        ended = run.end()
        assert not run.of_type("task.input_request")
        assert "SLOW-0080" in str(ended["output"])


def test_a_form_that_was_sent_is_asked_about_over_its_own_page(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    address = f"{hostile.url}/send/posted"
    words = f"Press Send it. Then open {hostile.url}/plain and summarise the page."
    with (
        hostile.held("posted"),
        session_of(api, stack, instructions=words, start_url=address) as run,
    ):
        wait_for(lambda: hostile.ledger.hits["posted"] == 1, 30, "the form was sent")
        kill_worker(stack, run)
        hostile.release("posted")
        asked = run.until("task.input_request", GOES_ON_WITHIN_S)
        assert asked["data"]["context"]["page_url"] == address, asked
        stack.browser_showing(address)
        run.post(
            "intervene",
            {"kind": "skip_input_request", "input_request_id": asked["data"]["request_id"]},
            expect=200,
        )
        ended = run.end()
        assert "sandalwood" in str(ended["output"]), ended
        assert hostile.ledger.hits["posted"] == 1


def test_a_link_that_a_script_takes_over_is_asked_about(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    press = {"code": PRESS.format("Like it") + '\nawait page.get_by_text("never").wait_for()'}
    look = {"code": "await page.title()"}
    address = f"{hostile.url}/leads/liked"
    with (
        hostile.held("liked"),
        session_of(api, stack, press, look, done(), start_url=address) as run,
    ):
        wait_for(lambda: hostile.ledger.hits["liked"] == 1, 30, "the script has sent it")
        kill_worker(stack, run)
        hostile.release("liked")
        assert run.end()["terminal_reason"] == "done"
        assert run.of_type("task.step_completed")[1]["success"] is False
        assert hostile.ledger.hits["liked"] == 1
        assert hostile.ledger.seen["/led/liked"] == 0
