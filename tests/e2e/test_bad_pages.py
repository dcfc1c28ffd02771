"""Addresses that fail and pages that fight: an honest ending in time, the next task unharmed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.e2e.doors import Run, done, session_of
from tests.e2e.stack import Stack, wait_for
from tests.sites.hostile.server import HostileSite

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.timeout(180),
    pytest.mark.usefixtures("calm_logs"),
]


# Start address -> code of the error, and words that its message must have.
ADDRESSES = {
    "{site}/never": ("start_url_failed", "did not load within 30 s"),
    "{closed}/": ("start_url_failed", "cannot be reached"),
    "{site}/reset": ("start_url_failed", "closed without an answer"),
    "{site}/circle": ("start_url_failed", "redirects in a circle"),
    "{tls}/plain": ("start_url_failed", "its certificate is not valid"),
    "http://nowhere.invalid/": ("start_url_failed", "nowhere.invalid"),
    "https://nowhere.invalid/": ("start_url_failed", "has no address"),
    "http://127.0.0.3:8080/": ("policy_denied", "may not be opened"),
    "http://169.254.169.254/latest/meta-data/": ("policy_denied", "metadata"),
    "http://localhost:8080/": ("policy_denied", "loopback"),
    "https://10.0.0.1/": ("policy_denied", "a private address"),
}
REFUSED = ("http://127.0.0.3", "http://169", "http://localhost", "https://10")


# Pages that can be opened, and what is told of them.
PAGES = {
    "popups": "more than 20 tabs",
    "alerts": "dialog",
    "endless": "",
    "big": "",
    "spin": "kept the page",
    "away": "",
}


@pytest.fixture
def next_task_works(api: httpx.Client, stack: Stack, hostile: HostileSite) -> Iterator[None]:
    """Whatever the test does to the worker: a plain task after it succeeds, no browser is left."""
    before = len(stack.browsers())
    yield
    look = {"code": "await page.page_text()"}
    with session_of(api, stack, look, done(), start_url=f"{hostile.url}/plain") as run:
        assert run.end()["terminal_reason"] == "done"
        assert "sandalwood" in run.of_type("task.step_completed")[-1]["value"]
    wait_for(lambda: len(stack.browsers()) <= max(1, before), 40, "its browsers are closed")


@pytest.mark.usefixtures("next_task_works")
def test_bad_addresses_end_honestly_side_by_side(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    places = {"site": hostile.url, "closed": hostile.closed_url, "tls": hostile.tls_url}
    with ExitStack() as sessions:

        def begin(address: str) -> Run:
            turns = ({"code": "await page.title()"}, done())
            begun = session_of(api, stack, *turns, start_url=address.format(**places))
            return sessions.enter_context(begun)

        failing = {address: begin(address) for address in ADDRESSES}
        for address, (code, words) in ADDRESSES.items():
            check_failed(failing[address], address, code, words)


@pytest.mark.usefixtures("next_task_works")
def test_pages_that_fight_are_left_side_by_side(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    # A page that goes elsewhere all the time may win against the first: a model would try again.
    leave = [
        {"code": f'await page.goto("{hostile.url}/plain?{attempt}")\nawait page.page_text()'}
        for attempt in range(3)
    ]
    with ExitStack() as sessions:

        def begin(name: str) -> Run:
            turns = ({"code": "await page.title()"}, *leave, done())
            begun = session_of(api, stack, *turns, start_url=f"{hostile.url}/{name}")
            return sessions.enter_context(begun)

        fighting = {name: begin(name) for name in PAGES}
        for name, words in PAGES.items():
            check_left(fighting[name], name, words)


def check_failed(run: Run, address: str, code: str, words: str) -> None:
    """The task ended since its start address could not be opened, and says why."""
    ended = run.end(110)
    assert ended["terminal_reason"] == "failed", (address, ended)
    assert ended["is_task_successful"] is False
    assert ended["error"]["code"] == code, (address, ended)
    assert words in ended["error"]["message"], (address, ended)
    denied = run.of_type("task.policy_denied")
    assert bool(denied) is address.startswith(REFUSED), (address, denied)


def check_left(run: Run, name: str, words: str) -> None:
    """The task went on from the bad page to a good one, and tells what the page did."""
    ended = run.end(110)
    if ended["terminal_reason"] == "failed":
        # Nothing but taking its tab away stopped the page.
        assert name == "alerts", (name, run.events[-8:])
        assert ended["error"]["code"] == "start_url_failed"
    else:
        last = run.of_type("task.step_completed")[-1]
        assert "sandalwood" in str(last["value"]), (name, last)
    told = [notice["message"] for notice in run.of_type("task.notice")]
    assert not words or any(words in line for line in told), (name, told)


@pytest.mark.usefixtures("next_task_works")
def test_a_crashed_tab_is_opened_again(
    api: httpx.Client, stack: Stack, hostile: HostileSite
) -> None:
    address = f"{hostile.url}/counter/tab-crash"
    turns = [{"ask": {"prompt": "Crashed?"}}, {"code": 'await page.locator("h1").inner_text()'}]
    with session_of(api, stack, *turns, done(), start_url=address) as run:
        asked = run.until("task.input_request")
        stack.browser_showing(address).command(address, "Page.crash")
        run.answer(asked, "yes")
        assert run.end()["terminal_reason"] == "done"
        assert run.of_type("task.step_completed")[-1]["value"] == "Counter tab-crash"
        kinds = {notice["kind"] for notice in run.of_type("task.notice")}
        assert "tab_crashed" in kinds, run.events
