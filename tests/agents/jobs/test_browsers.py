"""A worker's browsers: a profile that is just being freed, a browser that is taken up again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from agents.browser.egress import Denied
from agents.browser.egress_policy import SessionEgress
from agents.browser.options import BrowserOptions
from agents.browser.process import is_alive, launch, terminate
from agents.guard.policy import Policy
from agents.jobs.browsers import BrowserPool
from agents.jobs.housekeeping import Housekeeping
from dashboard.conf import config
from dashboard.errors import Conflict
from dashboard.models import AgentSession, BrowserProfile, Control, SessionStatus
from dashboard.services import leases, sessions, tasks
from dashboard.services.options import NewTask
from tests.conftest import make_session

HANDLE = {"pid": 1, "user_data_dir": "/nowhere"}


@pytest.mark.browser
async def test_a_profile_that_is_just_being_freed_is_waited_for(pool, tmp_path):
    profile = tmp_path / "profile"
    before = await launch(BrowserOptions(), user_data_dir=profile, proxy_port=None)
    starting = asyncio.ensure_future(pool.get("sess_2", None, profile_dir=profile))
    done, _ = await asyncio.wait({starting}, timeout=1)
    assert not done
    await terminate(before)
    session, fresh = await starting
    assert fresh and session.handle.pid != before.pid
    assert await pool.close("sess_2", session.handle.as_dict())
    assert not is_alive(session.handle)


@pytest.mark.browser
async def test_a_browser_in_use_again_is_not_closed(pool, tmp_path):
    session, _ = await pool.get("sess_1", None)

    async def no() -> bool:
        return False

    async def yes() -> bool:
        return True

    handle = session.handle.as_dict()
    assert not await pool.close("sess_1", handle, if_so=no)
    assert (await pool.get("sess_1", handle)) == (session, False)
    assert await pool.close("sess_1", handle, if_so=yes)
    assert not is_alive(session.handle)


async def test_a_run_that_ends_leaves_its_followers_listener(pool):
    heard: list[str] = []

    class Run:
        def __init__(self, name: str) -> None:
            self.name = name

        def denied(self, event: Denied) -> None:
            heard.append(self.name)

    first, second = Run("first"), Run("second")
    pool.on_denied("sess_1", first.denied)
    pool.on_denied("sess_1", second.denied)
    pool.ignore_denied("sess_1", first.denied)
    pool._refused("sess_1", Denied("rule", "host", 80, "GET"))
    pool.ignore_denied("sess_1", second.denied)
    pool._refused("sess_1", Denied("rule", "host", 80, "GET"))
    assert heard == ["second"]


@pytest.mark.django_db(transaction=True)
def test_a_session_forgets_its_browser_only_while_nothing_needs_it(operator):
    row = make_session(operator)
    task = leases.claim(row.tasks.get().pk, "w1")
    sessions.set_browser(row.pk, status="live", handle=HANDLE, host="h")
    assert not sessions.forget_browser(row.pk, HANDLE)  # the task runs
    tasks.finish(task.pk, task.fence, terminal_reason="done")
    assert not sessions.forget_browser(row.pk, {**HANDLE, "pid": 2})
    assert sessions.forget_browser(row.pk, HANDLE)
    row = AgentSession.objects.get(pk=row.pk)
    assert (row.browser, row.browser_status) == (None, "closed")
    sessions.set_browser(row.pk, status="live", handle=HANDLE, host="h")
    sessions.create_task(row, NewTask(instructions="More"), by=operator)
    assert not sessions.forget_browser(row.pk, HANDLE)  # a follow-up came


@pytest.mark.django_db(transaction=True)
def test_a_profile_has_one_session_at_a_time(operator):
    profile = BrowserProfile.objects.create(project=operator.project, name="shopping")
    first = make_session(operator, profile_id=profile.pk)
    task = leases.claim(first.tasks.get().pk, "w1")
    tasks.finish(task.pk, task.fence, terminal_reason="done")
    with pytest.raises(Conflict):
        make_session(operator, profile_id=profile.pk)
    sessions.free_profile(first)  # as when its browser was closed for being idle
    second = make_session(operator, profile_id=profile.pk)
    with pytest.raises(Conflict):
        sessions.create_task(first, NewTask(instructions="More"), by=operator)
    sessions.stop(second, by=operator, force=True)
    sessions.create_task(first, NewTask(instructions="More"), by=operator)
    with pytest.raises(Conflict):
        make_session(operator, profile_id=profile.pk)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
async def test_a_worker_takes_over_a_browser_with_its_rules(operator, own_config):
    """Two workers of one host: the second waits for the port, and the first lets all of it go."""
    first, second = BrowserPool(own_config), BrowserPool(own_config)
    row = await sync_to_async(make_session)(operator)
    keeping = Housekeeping(own_config, first, {})
    rules = SessionEgress(Policy.parse({"blocked_domains": ["evil.test"]}))
    first.set_egress(row.pk, rules)
    session, _ = await first.get(row.pk, None)
    handle = session.handle.as_dict()
    tell = sync_to_async(sessions.set_browser)
    await tell(row.pk, status="live", handle=handle, host=own_config.host_name)
    await keeping.let_go_of_others()
    assert first.known == {row.pk}  # idle, and its browser is here: somebody has to serve it
    task = await sync_to_async(row.tasks.get)()
    assert await sync_to_async(leases.claim)(task.pk, f"{own_config.host_name}:1:1") is not None
    rules.taint(["shop.test"], "password")
    second.restore_egress(row.pk, rules.as_json())
    taking = asyncio.ensure_future(second.get(row.pk, handle))
    try:
        done, _ = await asyncio.wait({taking}, timeout=1)
        assert not done  # another worker's proxy knows other rules
        await keeping.let_go_of_others()
        assert first.known == set()
        again, fresh = await taking
        assert not fresh and again.handle == session.handle
        assert second._proxies[row.pk].port == handle["proxy_port"]
        assert second._proxies[row.pk].policy.tainted
    finally:
        taking.cancel()
        await second.close(row.pk, handle)
        for pool in (first, second):
            await pool.aclose()


@pytest.mark.django_db(transaction=True)
async def test_a_worker_forgets_sessions_without_a_browser_here(operator, pool):
    row, other = [await sync_to_async(make_session)(operator) for _ in range(2)]
    runs = {"task": (SimpleNamespace(row=SimpleNamespace(session_id=other.pk)), None)}
    for session in (row, other):
        pool.set_egress(session.pk, SessionEgress())
        await pool.ensure_proxy(session.pk, None)
    await Housekeeping(config(), pool, runs).let_go_of_others()
    assert pool.known == {other.pk}


async def test_a_browser_of_a_dead_worker_counts_where_it_is_served_now(pool, own_config):
    port = await pool.ensure_proxy("sess_1", None)
    assert pool.count == 1
    beside = BrowserPool(own_config)
    await beside.ensure_proxy("sess_1", port)
    assert beside.count == 0  # the other one serves it
    await beside.aclose()


async def test_rules_hold_for_a_proxy_that_is_opened_later(pool):
    closed = SessionEgress(Policy.parse({"allowed_domains": []}))
    pool.restore_egress("sess_1", closed.as_json())
    pool.restore_egress("sess_1", None)
    await pool.ensure_proxy("sess_1", None)
    proxy = pool._proxies["sess_1"]
    assert proxy.policy("any.test", 443, "tunnel") == "policy:allowed_domains"
    pool.set_egress("sess_1", SessionEgress())
    assert proxy.policy("any.test", 443, "tunnel") is None
    pool.note_ports({9222})
    assert 9222 in pool.own_ports()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
async def test_of_many_idle_browsers_the_longest_unused_are_closed(operator, own_config):
    """A fourth is kept on purpose, and a fifth has a task: neither counts, nor is closed."""
    settings = own_config.model_copy(update={"idle_browsers": 1})
    pool = BrowserPool(settings)
    tell, make = sync_to_async(sessions.set_browser), sync_to_async(make_session)
    rows = [await make(operator, keep_alive=n == 3) for n in range(5)]
    handles = []
    try:
        for n, row in enumerate(rows):
            browser, _ = await pool.get(row.pk, None)
            handles.append(browser.handle)
            here = {"handle": browser.handle.as_dict(), "host": settings.host_name}
            await tell(row.pk, status="live", **here)
            used = timezone.now() - timedelta(minutes=10 - n)
            status = SessionStatus.RUNNING if n == 4 else SessionStatus.IDLE
            changed = {"browser_used_at": used, "status": status}
            await AgentSession.objects.filter(pk=row.pk).aupdate(**changed)
        await Housekeeping(settings, pool, {})._round()
        assert [is_alive(handle) for handle in handles] == [False, False, True, True, True]
        told = [(await AgentSession.objects.aget(pk=row.pk)).browser_status for row in rows]
        assert told == ["closed", "closed", "live", "live", "live"]
    finally:
        for row, handle in zip(rows, handles, strict=False):
            await pool.close(row.pk, handle.as_dict())
        await pool.aclose()


def test_a_browser_that_a_person_took_meanwhile_is_not_taken_off(operator):
    row = make_session(operator)
    sessions.set_browser(row.pk, status="live", handle=HANDLE, host="here")
    mine = AgentSession.objects.filter(pk=row.pk)
    mine.update(status=SessionStatus.IDLE, control=Control.HUMAN)
    assert not sessions.forget_browser(row.pk, HANDLE)
    mine.update(control=Control.AGENT)
    assert sessions.forget_browser(row.pk, HANDLE)
