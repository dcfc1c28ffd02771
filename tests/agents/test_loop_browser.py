"""The loop with its real executor, on real pages, in a browser that outlives its workers."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from agents.browser.process import BrowserHandle, BrowserOptions, launch, terminate
from agents.browser.session import BrowserSession
from agents.events import TaskNotice, TaskPageChanged, TaskScreenshot, TaskStepCompleted
from agents.executor import close_sandbox
from agents.loop import run_loop
from agents.outcome import Outcome
from agents.ports import Act, DecideInput, Decision, Finish, Variable
from tests.agents.browser.conftest import (
    Site,
    browser_handle,
    browser_options,
    driver,
    site,
)
from tests.agents.doubles import PlannedRoute, in_order
from tests.agents.fakes import FakeContext, World, make_task

__all__ = ["browser_handle", "browser_options", "driver", "site"]

pytestmark = pytest.mark.browser

COUNTER = """<title>Counter</title><h1>Count: <span id="n">0</span></h1>
<button onclick="n.textContent = +n.textContent + 1; fetch('/click', {method: 'POST'})">Add</button>
"""
ADD = "await page.get_by_role('button', name='Add').click()\n"
WANTED = 4

Opener = Callable[[], Awaitable[BrowserSession]]


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def _sandbox() -> AsyncIterator[None]:
    yield
    await close_sandbox()


@pytest.fixture
def clicks(site: Site) -> list[str]:
    """One entry for each click that reached the server."""
    seen: list[str] = []

    async def click(request: web.Request) -> web.Response:
        seen.append("click")
        return web.Response(text="ok")

    site.add("/counter", COUNTER)
    site.add("/click", click)
    return seen


@pytest_asyncio.fixture(loop_scope="session")
async def opener(
    driver: None, browser_handle: BrowserHandle, tmp_path: Path
) -> AsyncIterator[Opener]:
    """Attaches to the one browser anew, as each worker does."""
    sessions: list[BrowserSession] = []

    async def open_session() -> BrowserSession:
        for old in sessions:
            await old.detach()
        sessions.append(await BrowserSession.open(browser_handle, downloads_dir=tmp_path / "dl"))
        return sessions[-1]

    yield open_session
    for session in sessions:
        await session.detach()


def shown(turn: DecideInput) -> int:
    """The counter as the page says it."""
    after = turn.observation.partition("Count:")[2].lstrip(' "\n')
    digits = "".join(c if c.isdigit() else " " for c in after[:40]).split()
    return int(digits[0])


def counting(turn: DecideInput) -> Decision:
    """Clicks what is missing, all in one step, until the page shows enough."""
    missing = WANTED - shown(turn)
    if missing:
        return Act(ADD * missing + "await page.get_by_role('heading').inner_text()")
    return Finish("Counted.", evidence=[f"Count: {WANTED}"])


async def one_worker(
    world: World, opener: Opener, route: Any, crash: tuple[int, str] | None = None
) -> Outcome | None:
    context = FakeContext(world, browser=opener, crash=crash)
    work = asyncio.create_task(run_loop(context, route))
    death = asyncio.create_task(context.crashed.wait())
    await asyncio.wait({work, death}, return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        death.cancel()
        return work.result()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    return None


async def test_death_before_any_write_never_clicks_twice(
    site: Site, clicks: list[str], opener: Opener
) -> None:
    task = make_task("Count to four.", start_url=site.url("/counter"))
    whole = World(task)
    await one_worker(whole, opener, PlannedRoute(counting))
    assert len(clicks) == WANTED
    for number in range(1, whole.emits + 1):
        clicks.clear()
        world = World(task)
        outcome = await one_worker(world, opener, PlannedRoute(counting), (number, "before"))
        assert outcome is None
        outcome = await one_worker(world, opener, PlannedRoute(counting))
        assert outcome is not None and outcome.is_task_successful is True, number
        assert len(clicks) == WANTED, f"killed before write {number}"


async def test_a_form_is_filled_from_variables_that_nobody_sees(site: Site, opener: Opener) -> None:
    site.add(
        "/form",
        "<title>Form</title><form action='/done'><label>Mail <input name=m></label>"
        "<button>Send</button></form>",
    )
    site.add("/done", "<title>Done</title><h1>Thank you, we got it.</h1>")
    secret = "ada.lovelace@example.org"
    world = World(
        make_task(
            "Send the form.",
            start_url=site.url("/form"),
            variables={"mail": Variable(secret, "your mail", sensitive=True)},
        )
    )
    route = in_order(
        Act("await page.get_by_label('Mail').fill(variables['mail'])"),
        Act("await page.get_by_role('button', name='Send').click()"),
        Finish("Sent.", evidence=["Thank you, we got it."]),
    )
    outcome = await one_worker(world, opener, route)
    assert outcome == Outcome(None, "done", True, None, "Sent.")
    everything = repr(world.events) + str(world.checkpoint) + repr(route.told)
    assert secret not in everything
    assert site.requests[-1].query.get("m") in (None, secret)
    assert any(request.query.get("m") == secret for request in site.requests)
    pages = [event.page_url for event in world.of(TaskPageChanged)]
    assert [url.partition("?")[0] for url in pages] == [site.url("/form"), site.url("/done")]
    shots = world.of(TaskScreenshot)
    assert len(shots) == 3
    assert world.store.files[shots[0].artifact_id].startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:9/", "start_url_failed"),
        ("file:///etc/passwd", "policy_denied"),
        ("chrome://version", "policy_denied"),
        ("not an address", "policy_denied"),
    ],
)
async def test_bad_start_addresses_end_with_their_reason(
    opener: Opener, url: str, code: str
) -> None:
    world = World(make_task(start_url=url))
    outcome = await one_worker(world, opener, in_order(Finish("never")))
    assert outcome is not None and outcome.error is not None
    assert (outcome.terminal_reason, outcome.error["code"]) == ("failed", code)
    assert len(outcome.error["message"]) > 20
    assert "Error: " not in outcome.error["message"] and "at line" not in outcome.error["message"]
    assert not [page for page in world.of(TaskPageChanged) if "chrome-error" in page.page_url]


async def test_a_follow_up_task_goes_on_in_the_same_page(
    site: Site, clicks: list[str], opener: Opener
) -> None:
    first = World(make_task("Count.", start_url=site.url("/counter")))
    await one_worker(first, opener, PlannedRoute(counting))
    second = World(make_task("Read it."))
    route = in_order(Finish("Four.", {"count": 4}, evidence=["4"]))
    outcome = await one_worker(second, opener, route)
    assert route.told[0].page_url == site.url("/counter")
    assert outcome is not None and outcome.is_task_successful is True


async def test_a_killed_browser_is_replaced_and_the_task_goes_on(
    site: Site,
    clicks: list[str],
    opener: Opener,
    browser_handle: BrowserHandle,
    browser_options: BrowserOptions,
    tmp_path: Path,
) -> None:
    fresh: list[tuple[BrowserHandle, BrowserSession]] = []

    async def new_browser() -> BrowserSession:
        handle = await launch(browser_options, user_data_dir=tmp_path / "new", proxy_port=None)
        session = await BrowserSession.open(handle, downloads_dir=tmp_path / "dl2")
        fresh.append((handle, session))
        return session

    def decide(turn: DecideInput) -> Decision:
        if not fresh and turn.step == 1:
            return Act(ADD)
        if not fresh:
            os.killpg(browser_handle.pid, signal.SIGKILL)
            return Act(ADD)
        return counting(turn)

    world = World(make_task("Count.", start_url=site.url("/counter")))
    context = FakeContext(world, browser=opener, new_browser=new_browser)
    try:
        outcome = await run_loop(context, PlannedRoute(decide))
    finally:
        for handle, session in fresh:
            await session.detach()
            await terminate(handle)
    assert outcome.is_task_successful is True
    gone = [e.error_code for e in world.of(TaskStepCompleted) if not e.success]
    assert gone == ["browser_gone"]
    assert len(context.replaced) == 1


async def test_dialogs_popups_and_slow_pages_do_not_stop_the_task(
    site: Site, opener: Opener
) -> None:
    site.add(
        "/noisy",
        "<title>Noisy</title><button onclick=\"alert('Hello'); window.open('/blank')\">Go</button>",
    )
    world = World(make_task(start_url=site.url("/noisy")))
    route = in_order(
        Act("await page.get_by_role('button', name='Go').click()"),
        Act("await page.goto('/hang', timeout=700)"),
        Finish("Over."),
    )
    outcome = await one_worker(world, opener, route)
    assert outcome is not None and outcome.terminal_reason == "done"
    said = " ".join(notice.message for notice in world.of(TaskNotice))
    assert "Hello" in said
    failed = [e.error_code for e in world.of(TaskStepCompleted) if not e.success]
    assert failed == ["navigation_timeout"]
