"""Browsers whose process ended while nothing ran: their sessions say so."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from asgiref.sync import sync_to_async

from agents.browser.options import BrowserOptions
from agents.browser.process import BrowserHandle, launch, terminate
from agents.jobs.browsers import BrowserPool
from agents.jobs.context import DbRunContext
from agents.jobs.housekeeping import Housekeeping
from agents.jobs.specs import spec_of
from agents.ports import InputRequestSpec
from dashboard.conf import Config, config
from dashboard.models import AgentSession, BrowserProfile, Event, Task
from dashboard.services import leases, requests, sessions, tasks
from dashboard.services.actors import Actor
from tests.conftest import make_task

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

QUESTION = InputRequestSpec(key="ask:1", kind="question", prompt="Which one?")
HOST = config().host_name
WORKER = f"{HOST}:{os.getpid()}:{int(psutil.Process().create_time())}"


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[BrowserHandle]:
    """A browser that shows nothing yet."""
    handle = await launch(
        BrowserOptions(), user_data_dir=tmp_path / "browsers" / "one", proxy_port=None
    )
    yield handle
    await terminate(handle)


@pytest.fixture
async def keeping(own_config: Config, pool: BrowserPool) -> Housekeeping:
    """A worker that has just started on this host."""
    return Housekeeping(own_config, pool, {})


def asking(actor: Actor, handle: BrowserHandle) -> Task:
    """A task that waits for an answer, with its browser open."""
    profile = BrowserProfile.objects.create(project=actor.project, name="shopping")
    held = leases.claim(make_task(actor, profile_id=profile.pk).pk, WORKER)
    assert held is not None
    data = handle.as_dict()
    sessions.set_browser(held.session_id, status="live", handle=data, host=HOST, task=held)
    requests.open_request(held, held.fence, QUESTION)
    return Task.objects.select_related("session").get(pk=held.pk)


def parked(actor: Actor, handle: BrowserHandle) -> Task:
    """The same after so long that its worker gave it up."""
    held = asking(actor, handle)
    leases.park(held.pk, held.fence)
    return held


def told(task: Task) -> list[str]:
    """What the task's readers heard of its browser."""
    moved = Event.objects.filter(task=task, type="task.browser_live_url_changed").order_by("seq")
    return [event.payload["status"] for event in moved]


async def test_a_waiting_session_says_that_its_browser_is_gone(operator, browser, keeping):
    task = await sync_to_async(parked)(operator, browser)
    await keeping._round()
    row = await AgentSession.objects.aget(pk=task.session_id)
    assert (row.browser_status, row.browser) == ("live", browser.as_dict())
    await terminate(browser)
    for _ in range(2):  # and says it once
        await keeping._round()
    row = await AgentSession.objects.aget(pk=task.session_id)
    assert (row.browser_status, row.browser, row.browser_host) == ("lost", None, "")
    assert row.user_data_dir == browser.user_data_dir  # its next browser goes on with that
    assert await sync_to_async(told)(task) == ["live", "lost"]
    profile = await BrowserProfile.objects.aget()
    assert profile.used_by_id == row.pk
    await task.arefresh_from_db()
    assert task.status == "awaiting_input"


async def test_a_run_finds_out_by_itself_that_its_browser_is_gone(operator, browser, keeping):
    task = await sync_to_async(asking)(operator, browser)
    await terminate(browser)
    handle = browser.as_dict()
    assert not await sync_to_async(sessions.lose_browser)(task.session_id, handle)
    await sync_to_async(leases.park)(task.pk, task.fence)
    other = handle | {"pid": 1}
    assert not await sync_to_async(sessions.lose_browser)(task.session_id, other)
    row = await AgentSession.objects.aget(pk=task.session_id)
    assert (row.browser_status, row.browser) == ("live", handle)


async def test_a_run_that_waits_says_that_its_browser_is_gone(operator, browser, own_config, pool):
    task = await sync_to_async(asking)(operator, browser)
    spec = await sync_to_async(spec_of)(task)
    context = DbRunContext(task, spec, pool=pool, config=own_config)
    await terminate(browser)
    runs = {task.pk: (context, asyncio.ensure_future(asyncio.sleep(0)))}
    waiting = None
    try:
        await Housekeeping(own_config, pool, runs)._round()
        assert await sync_to_async(told)(task) == ["live"]  # it works: it will see for itself
        waiting = asyncio.ensure_future(context.ask(QUESTION))
        while not context.asking:
            await asyncio.wait({waiting}, timeout=0.01)
        for _ in range(2):
            await Housekeeping(own_config, pool, runs)._round()
        row = await AgentSession.objects.aget(pk=task.session_id)
        assert (row.browser_status, row.browser) == ("lost", None)
        assert await sync_to_async(told)(task) == ["live", "lost"]
    finally:
        if waiting is not None:
            waiting.cancel()
        await context.aclose()


async def test_an_idle_session_frees_the_profile_of_a_browser_that_is_gone(
    operator, browser, keeping
):
    task = await sync_to_async(asking)(operator, browser)
    await sync_to_async(tasks.finish)(task.pk, task.fence, terminal_reason="done")
    await terminate(browser)
    await keeping._round()
    row = await AgentSession.objects.aget(pk=task.session_id)
    assert (row.browser_status, row.browser) == ("lost", None)
    assert (await BrowserProfile.objects.aget()).used_by_id is None
    last = await Event.objects.filter(task=task).order_by("-seq").afirst()
    assert last.type == "task.completed"
