"""A session's rules in its row: from the project and the task, over follow-ups and workers."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError

from agents.browser.egress import Denied
from agents.browser.egress_policy import TAINTED, SessionEgress
from agents.browser.process import BrowserHandle
from agents.errors import LeaseLost
from agents.jobs import housekeeping
from agents.jobs.browsers import BrowserPool
from agents.jobs.context import MOST_DENIALS, DbRunContext
from agents.jobs.housekeeping import Housekeeping
from agents.jobs.specs import spec_of
from agents.jobs.wishes import Wishes
from agents.ports import InputRequestSpec
from dashboard import nudges
from dashboard.conf import config
from dashboard.models import AgentSession, Event, Project, Task
from dashboard.services import leases, origins, requests, sessions, tasks
from dashboard.services.options import NewTask
from tests.conftest import make_session, make_task

pytestmark = pytest.mark.django_db(transaction=True)


class Pool:
    """Takes the rules that it is given."""

    def __init__(self) -> None:
        self.egress: dict[str, SessionEgress] = {}
        self.denied: Any = None

    def on_denied(self, session_id: str, listener: Any) -> None:
        self.denied = listener

    def ignore_denied(self, session_id: str, listener: Any) -> None:
        self.denied = None

    def set_egress(self, session_id: str, egress: SessionEgress) -> None:
        self.egress[session_id] = egress


def claimed(task: Task, worker: str = "w1") -> Task:
    found = leases.claim(task.pk, worker)
    assert found is not None
    return found


def context_of(task: Task) -> tuple[DbRunContext, Pool]:
    pool = Pool()
    return DbRunContext(task, spec_of(task), pool=pool, config=config()), pool  # type: ignore[arg-type]


def test_a_task_runs_under_its_policy_over_the_projects(operator) -> None:
    Project.objects.update(default_policy={"blocked_domains": ["ads.test"], "mode": "strict"})
    task = claimed(make_task(operator, start_url="https://shop.test/", policy={"uploads": "deny"}))
    context, pool = context_of(task)
    rules = pool.egress[task.session_id]
    assert context.egress is rules
    assert rules("ads.test", 443, "tunnel") == "policy:blocked_domains"
    assert rules("other.test", 443, "tunnel") == "policy:allowed_domains"
    assert rules("www.shop.test", 443, "tunnel") is None
    assert rules.policy.uploads.mode == "deny"
    own = claimed(make_task(operator, policy={"mode": "guided", "blocked_domains": []}))
    assert context_of(own)[0].egress("ads.test", 443, "tunnel") is None


async def test_a_page_cannot_hide_a_refusal_behind_many_others(operator) -> None:
    task = await sync_to_async(lambda: claimed(make_task(operator)))()
    context, pool = await sync_to_async(context_of)(task)
    for number in range(150):
        host = f"h{number}.test"
        pool.denied(Denied("policy:blocked_domains", host, 443, "CONNECT", "On a list."))
    for host in ("10.0.0.1", "10.0.0.2"):
        pool.denied(Denied("address:private", host, 80, "GET", "A private address."))
    await context.aclose()
    told = await sync_to_async(
        lambda: list(
            Event.objects.filter(task=task, type="task.policy_denied").values_list(
                "payload", flat=True
            )
        )
    )()
    assert len(told) == MOST_DENIALS + 2
    last = {one["rule"]: one["target"] for one in told if "No others" in one["reason"]}
    assert last == {
        "policy:blocked_domains": f"h{MOST_DENIALS}.test:443", "address:private": "10.0.0.1:80",
    }  # fmt: skip


def test_a_project_cannot_have_a_policy_that_no_task_could_run_under(operator) -> None:
    project = operator.project
    project.default_policy = {"allowed_domains": ["a/b"]}
    with pytest.raises(ValidationError, match="allowed_domains"):
        project.full_clean()


async def test_what_was_typed_is_known_to_the_next_task_and_worker(operator) -> None:
    def first() -> Task:
        return claimed(make_task(operator))

    task = await sync_to_async(first)()
    context, _ = await sync_to_async(context_of)(task)
    context.egress.taint(["shop.test"], "password")
    await context.egress.settle()

    def follow_up() -> Task:
        tasks.finish(task.pk, task.fence, terminal_reason="done")
        session = AgentSession.objects.get(pk=task.session_id)
        assert session.egress["taints"] == [{"domains": ["shop.test"], "why": "password"}]
        after = sessions.create_task(
            session, NewTask(instructions="More", policy={"allowed_domains": ["*"]}), by=operator
        )
        return claimed(after, "w2")

    later, _ = await sync_to_async(lambda: context_of(follow_up()))()
    assert later.egress("evil.test", 443, "tunnel") == TAINTED
    assert later.egress("shop.test", 443, "tunnel") is None
    with pytest.raises(LeaseLost):  # the first run's rules are no longer the session's
        context.egress.taint(["evil.test"], "pin")
        await context.egress.settle()


async def test_an_idle_session_gets_its_rules_back_after_a_restart(
    operator, tmp_path, monkeypatch
) -> None:
    settings = config().model_copy(update={"data_dir": tmp_path, "warm_browsers": 0})
    rules = SessionEgress()
    rules.taint(["shop.test"], "password")
    handle = BrowserHandle(1, 0.0, 9222, 0, settings.host_name, str(tmp_path))

    def idle() -> AgentSession:
        session = make_session(operator)
        task = claimed(session.tasks.get())
        tasks.finish(task.pk, task.fence, terminal_reason="done")
        AgentSession.objects.filter(pk=session.pk).update(egress=rules.as_json())
        stored = handle.as_dict() | {"proxy_port": None}
        sessions.set_browser(session.pk, status="live", handle=stored, host=settings.host_name)
        return session

    monkeypatch.setattr(housekeeping, "is_alive", lambda found: True)
    session = await sync_to_async(idle)()
    probe = BrowserPool(settings)
    port = await probe.ensure_proxy("any", None)
    await probe.aclose()
    taken = handle.as_dict() | {"proxy_port": port}
    await sync_to_async(AgentSession.objects.filter(pk=session.pk).update)(browser=taken)
    pool = BrowserPool(settings)
    try:
        await Housekeeping(settings, pool, {})._round()
        proxy = pool._proxies[session.pk]
        assert proxy.port == port and proxy.policy is not None
        assert proxy.policy("evil.test", 443, "tunnel") == TAINTED
        assert {9222, port} <= pool.own_ports()
    finally:
        await pool.aclose()


# --- origins that people open and close -----------------------------------------------------------
PARTNER = "https://partner.test"
ASKED = {"about": "origin", "origin": PARTNER, "secrets": ["password"], "level": "high"}


def _opened(task: Task, by: Any) -> None:
    spec = InputRequestSpec("origin:1.1:x", "confirmation", "Open it", context=ASKED)
    requests.decide(requests.open_request(task, task.fence, spec), by=by, response=True)


def _revoked(task: Task, by: Any) -> None:
    origins.revoke(task.session, PARTNER, by=by)


async def _tainted(operator: Any) -> tuple[Task, DbRunContext]:
    task = await sync_to_async(lambda: claimed(make_task(operator)))()
    context, _ = await sync_to_async(context_of)(task)
    context.egress.taint(["shop.test"], "password")
    await context.egress.settle()
    return task, context


def at_partner(rules: SessionEgress) -> str | None:
    return rules("partner.test", 443, "tunnel")


async def test_a_run_follows_what_people_open_and_close(operator) -> None:
    task, context = await _tainted(operator)
    run = SimpleNamespace(cancel=lambda _: None, cancelling=lambda: 0)
    wishes = Wishes({task.pk: (context, run)})  # type: ignore[dict-item]
    await sync_to_async(_opened)(task, operator)
    assert at_partner(context.egress) == TAINTED
    await context.follow_origins()
    assert at_partner(context.egress) is None
    changes: list[str | None] = []
    context.egress.on_change(lambda: changes.append(at_partner(context.egress)))
    await sync_to_async(_revoked)(task, operator)
    await wishes.catch_up(task.pk)
    assert changes == [TAINTED]  # whoever cuts connections is told with the change
    context.egress.taint(["bank.test"], "pin")  # and what the run keeps opens nothing again
    await context.egress.settle()
    await context.follow_origins()
    assert at_partner(context.egress) == TAINTED


async def test_revoking_nudges_the_worker_that_runs_the_task(operator, monkeypatch) -> None:
    task, _ = await _tainted(operator)
    await sync_to_async(_opened)(task, operator)
    told: list[str] = []
    monkeypatch.setattr(nudges, "after_commit", lambda topic, *_: told.append(topic))
    await sync_to_async(_revoked)(task, operator)
    assert {f"task:{task.pk}", f"session:{task.session_id}", origins.TOPIC} == set(told)


async def test_a_browser_that_nobody_runs_follows_at_once(operator, tmp_path, monkeypatch) -> None:
    async def no_round(self: Housekeeping) -> None:
        return None  # it would follow, too, but only every 15 seconds

    monkeypatch.setattr(Housekeeping, "_round", no_round)
    settings = config().model_copy(update={"data_dir": tmp_path, "warm_browsers": 0})
    task, _ = await _tainted(operator)
    handle = BrowserHandle(1, 0.0, 9222, 0, settings.host_name, str(tmp_path)).as_dict()

    def idle() -> AgentSession:
        _opened(task, operator)
        tasks.finish(task.pk, task.fence, terminal_reason="done")
        sessions.set_browser(task.session_id, status="live", handle=handle, host=settings.host_name)
        return AgentSession.objects.get(pk=task.session_id)

    session = await sync_to_async(idle)()
    pool = BrowserPool(settings)
    pool.restore_egress(session.pk, session.egress)
    await pool.ensure_proxy(session.pk, None)
    keeping = asyncio.ensure_future(Housekeeping(settings, pool, {}).keep())
    rules = pool._egress[session.pk]
    assert at_partner(rules) is None
    try:
        # Nudges are lost while nobody listens yet: say it until it is heard.
        await sync_to_async(_revoked)(task, operator)
        async with asyncio.timeout(30):
            while at_partner(pool._egress[session.pk]) is None:
                await sync_to_async(nudges.after_commit)(origins.TOPIC)
                await asyncio.sleep(0.05)
        assert pool._proxies[session.pk].policy is pool._egress[session.pk]
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await pool.aclose()
