"""The worker's loop: tasks that cannot be run, values that cannot be stored, parts that fail."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import DataError
from django.test import Client

from agents.errors import ModelError
from agents.jobs import runner as running
from agents.jobs.browsers import BrowserPool
from agents.jobs.runner import MOST_DEATHS, Runner
from agents.outcome import Outcome
from dashboard import ledger
from dashboard.conf import config
from dashboard.models import BrowserProfile, Task
from dashboard.services import agent_runs, leases, model_keys
from dashboard.services.agent_options import NewRun
from tests.conftest import make_session, make_task
from tests.dashboard.api.conftest import Api
from tests.dashboard.test_tasks import expire_lease

pytestmark = pytest.mark.django_db(transaction=True)


class NoBrowsers:
    """Stands in for the worker's browsers: these runs need none."""

    addresses = None

    def on_denied(self, session_id: str, listener: Any) -> None:
        pass

    def set_egress(self, session_id: str, egress: Any) -> None:
        pass

    def ignore_denied(self, session_id: str, listener: Any) -> None:
        pass


@pytest.fixture
def runner() -> Iterator[Runner]:
    made = Runner(config())
    yield made
    made._loop.close()


async def play(runner: Runner, task: Task, *, pool: Any = None) -> Task:
    """The task after this worker took it and let go of it again."""
    runner._loop.close()
    runner._loop = asyncio.get_running_loop()
    runner.pool = pool or NoBrowsers()  # type: ignore[assignment]
    runner.wishes = running.Wishes(runner.runs)
    runner.model_settings = running.ModelSettings()
    await runner._take(task.pk)
    runner._stopping = True  # no look for more
    await asyncio.gather(*runner._background)
    return await asyncio.to_thread(Task.objects.get, pk=task.pk)


async def test_a_task_that_cannot_be_read_fails_and_says_so(runner, operator):
    def poison() -> Task:
        task = make_task(operator, variables={"word": "sesame"})
        Task.objects.filter(pk=task.pk).update(sealed_variables=b"\x01" + b"x" * 40)
        return task

    ended = await play(runner, await asyncio.to_thread(poison))
    assert (ended.status, ended.error_code) == ("failed", "task_unreadable")
    assert runner.runs == {}


async def test_a_session_without_a_browser_has_failed_and_takes_no_more(
    runner, operator, project, api_key, tmp_path
):
    api = Api(Client(), project, api_key)
    profile = await sync_to_async(BrowserProfile.objects.create)(
        project=operator.project, name="shopping"
    )
    row = await sync_to_async(make_session)(operator, profile_id=profile.pk)
    broken = {"browser_path": "/bin/false", "data_dir": tmp_path, "warm_browsers": 0}
    pool = BrowserPool(config().model_copy(update=broken))
    task = await play(runner, await sync_to_async(row.tasks.get)(), pool=pool)
    await pool.aclose()
    assert (task.status, task.error_code) == ("failed", "browser_start_failed")
    told = await asyncio.to_thread(ledger.read, task_id=task.pk)
    moved = [e.payload["status"] for e in told if e.type == "task.browser_live_url_changed"]
    assert moved == ["starting", "failed"]

    def over() -> None:
        found = api.get("?status=failed").json()["items"]
        assert [one["id"] for one in found] == [row.pk]
        assert (found[0]["status"], found[0]["browser"]["status"]) == ("failed", "failed")
        answer = api.post(f"/{row.pk}/tasks", {"instructions": "Once more"})
        assert (answer.status_code, answer.json()["extra"]) == (409, {"status": "failed"})
        assert "no browser" in answer.json()["detail"]
        assert api.post(f"/{row.pk}/stop").json()["status"] == "failed"
        make_session(operator, profile_id=profile.pk)  # its profile is free

    await sync_to_async(over)()


async def test_a_task_that_kills_its_workers_is_given_up(runner, operator):
    def kill() -> Task:
        task = make_task(operator)
        assert leases.claim(task.pk, "w0") is not None
        for number in range(MOST_DEATHS):
            expire_lease(task)
            assert leases.claim(task.pk, f"w{number + 1}") is not None
        assert leases.deaths(task.pk) == MOST_DEATHS
        expire_lease(task)
        return task

    ended = await play(runner, await asyncio.to_thread(kill))
    assert (ended.status, ended.error_code) == ("failed", "worker_lost")


async def test_workers_that_stop_on_purpose_are_no_deaths(runner, operator):
    def stop() -> int:
        task = make_task(operator)
        for number in range(3):
            held = leases.claim(task.pk, f"w{number}")
            leases.release(task.pk, held.fence, due=True)
        return leases.deaths(task.pk)

    assert await asyncio.to_thread(stop) == 0


async def test_what_the_database_does_not_take_fails_the_task(runner, operator, monkeypatch):
    async def broken(context: Any, *, route: Any) -> Outcome:
        raise DataError("a value that no column takes")

    monkeypatch.setitem(running._PRODUCTS, "do_anything", broken)
    ended = await play(runner, await asyncio.to_thread(make_task, operator, model="embedded"))
    assert (ended.status, ended.error_code) == ("failed", "internal_error")


async def test_a_part_that_fails_starts_again(runner, monkeypatch):
    monkeypatch.setattr(running, "SERVICE_PAUSE_S", 0.0)
    calls: list[int] = []
    third = asyncio.Event()

    async def service() -> None:
        calls.append(1)
        if len(calls) < 3:
            raise RuntimeError("a bug")
        third.set()
        await asyncio.Event().wait()

    kept = asyncio.ensure_future(runner._keep_running(service))
    await third.wait()
    kept.cancel()
    assert len(calls) == 3


# --- model keys that come with a run --------------------------------------------------------------
KEYED = {"route": "openai-compatible", "model": "m", "base_url": "http://m.example/v1",
         "api_key": "sk-of-one-run"}  # fmt: skip


def keyed_run(operator) -> Task:
    run = agent_runs.create(NewRun.model_validate({"goal": "Go", "model": KEYED}), by=operator)
    return run.task


async def test_a_runs_own_key_reaches_its_route_and_goes_with_the_run(
    runner, operator, monkeypatch
):
    made: list[Any] = []

    class Route:
        async def aclose(self) -> None:
            pass

    async def product(context: Any, *, route: Any) -> Outcome:
        return Outcome.done(None, text="done", verified=None)

    def build(model: Any, **_: Any) -> Route:
        made.append(model)
        return Route()

    monkeypatch.setattr(running, "build_route", build)
    monkeypatch.setitem(running._PRODUCTS, "agent", product)
    task = await asyncio.to_thread(keyed_run, operator)
    ended = await play(runner, task)
    assert ended.status == "done"
    assert made[0]["api_key"] == "sk-of-one-run"
    with pytest.raises(ModelError):
        await asyncio.to_thread(model_keys.completed, task)


async def test_a_heartbeat_does_not_cut_the_end_of_a_run_short(runner, operator, monkeypatch):
    """Once it has ended the task is held no more, but the run has things to put away."""
    task, loop = await asyncio.to_thread(keyed_run, operator), asyncio.get_running_loop()
    forget, seen = model_keys.forget, []

    async def product(context: Any, *, route: Any) -> Outcome:
        return Outcome.done(None, text="done", verified=None)

    def forget_late(ended: Task) -> None:
        asyncio.run_coroutine_threadsafe(runner._renew_leases(), loop).result()
        seen.append(set(runner.runs))
        forget(ended)

    monkeypatch.setattr(model_keys, "forget", forget_late)
    monkeypatch.setitem(running._PRODUCTS, "agent", product)
    assert (await play(runner, task)).status == "done"
    assert seen == [{task.pk}]
    with pytest.raises(ModelError):
        await asyncio.to_thread(model_keys.completed, task)


async def test_a_run_whose_task_another_worker_took_is_stopped(runner, operator, monkeypatch):
    task = await asyncio.to_thread(make_task, operator, model="embedded")
    dropped: list[str] = []

    class Pool(NoBrowsers):
        async def let_go(self, session_id: str) -> None:
            dropped.append(session_id)

    def take_over() -> None:
        expire_lease(task)
        assert leases.claim(task.pk, "another") is not None

    async def product(context: Any, *, route: Any) -> Outcome:
        await asyncio.to_thread(take_over)
        await runner._renew_leases()
        await asyncio.Event().wait()
        raise AssertionError("it was not stopped")

    monkeypatch.setitem(running._PRODUCTS, "do_anything", product)
    ended = await play(runner, task, pool=Pool())
    assert (ended.status, ended.worker, dropped) == ("running", "another", [task.session_id])


async def test_a_run_whose_key_is_gone_says_so(runner, operator):
    task = await asyncio.to_thread(keyed_run, operator)
    await asyncio.to_thread(model_keys.forget, task)
    ended = await play(runner, task)
    assert (ended.status, ended.error_code) == ("failed", "model_key_gone")
    assert "Start the run again" in ended.error_message
