"""People's wishes and a run of the worker: none is missed, none costs the task its time."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from agents.control import RunControl
from agents.errors import Cancelled
from agents.jobs.context import DbRunContext
from agents.jobs.specs import spec_of
from agents.jobs.wishes import Wishes
from agents.ports import InputRequestSpec
from dashboard import nudges
from dashboard.conf import config
from dashboard.models import Task
from dashboard.services import control, leases, sessions
from tests.conftest import make_task

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = InputRequestSpec(key="ask:1", kind="question", prompt="Which one?")


class Pool:
    """A pool that nobody asks for a browser."""

    def on_denied(self, session_id: str, listener: Any) -> None:
        pass

    def set_egress(self, session_id: str, egress: Any) -> None:
        pass


@sync_to_async
def claimed(operator) -> Task:
    task = leases.claim(make_task(operator).pk, "w1")
    assert task is not None
    sessions.set_browser(task.session_id, status="live", handle={"pid": 1}, host="h")
    return task


async def context_of(task: Task) -> DbRunContext:
    spec = await sync_to_async(spec_of)(task)
    return DbRunContext(task, spec, pool=Pool(), config=config())  # type: ignore[arg-type]


def wishes_of(context: DbRunContext) -> Wishes:
    run = SimpleNamespace(cancel=lambda _: None, cancelling=lambda: 0)
    return Wishes({context.row.pk: (context, run)})  # type: ignore[dict-item]


async def test_a_soft_stop_ends_a_run_that_waits_for_an_answer(operator):
    task = await claimed(operator)
    context = await context_of(task)
    wishes = wishes_of(context)
    asking = asyncio.ensure_future(context.ask(QUESTION))
    while not context.asking:  # noqa: ASYNC110 - nothing else tells of it
        await asyncio.sleep(0)
    await sync_to_async(sessions.stop)(task.session, by=operator)
    await wishes.catch_up(task.pk)
    async with asyncio.timeout(30):
        with pytest.raises(Cancelled):
            await asking


async def test_a_run_that_begins_while_a_person_drives_is_held(operator):
    task = await claimed(operator)
    context = await context_of(task)
    await sync_to_async(control.take)(task.session, by=operator)
    await sync_to_async(control.grant)(task.session_id)
    await wishes_of(context).catch_up(task.pk)
    assert context.control.held == {"human"}


async def test_a_note_of_a_short_takeover_is_not_lost(operator):
    task = await claimed(operator)
    context = await context_of(task)
    wishes = wishes_of(context)
    await wishes.catch_up(task.pk)
    await sync_to_async(control.take)(task.session, by=operator)
    await sync_to_async(control.release)(task.session, by=operator, note="The code is 7")
    await wishes.catch_up(task.pk)
    assert context.control.held == frozenset()
    assert context.control.take_notes() == ["The code is 7"]
    assert context.control.take_human_drove()


async def test_time_at_a_standstill_is_not_the_tasks(monkeypatch):
    people, loop = RunControl(), asyncio.get_running_loop()
    now = loop.time()
    await people.hold("paused")
    waiting = asyncio.ensure_future(people.boundary())
    while people.waiting_since is None:  # noqa: ASYNC110 - nothing else tells of it
        await asyncio.sleep(0)
    people.waiting_since = now - 100
    assert 100 <= people.held_s < 160
    await people.release("paused")
    assert await waiting
    assert 100 <= people.held_s < 160


async def test_words_of_a_model_are_told_in_order(operator, monkeypatch):
    task = await claimed(operator)
    context = await context_of(task)
    told: list[int] = []
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow_at_first(topic: str, kind: str, data: dict[str, Any]) -> None:
        if data["n"] == 0:
            first_waits.acquire(timeout=0.2)
        told.append(data["n"])
        if data["n"] == 9:
            loop.call_soon_threadsafe(done.set)

    first_waits = threading.Semaphore(0)
    monkeypatch.setattr(nudges, "tick", slow_at_first)
    for number in range(10):
        context.tick("model.delta", {"n": number})
    async with asyncio.timeout(30):
        await done.wait()
    assert told == list(range(10))
