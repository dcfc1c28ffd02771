"""Credits and budgets: what is promised, charged and given back, also when all happens at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.db.models import Sum

from agents.events import TaskNotice, TaskStepStarted
from agents.ports import Usage
from dashboard import ledger
from dashboard.errors import Conflict, Invalid, PaymentRequired
from dashboard.models import (
    AuditEntry,
    CreditAccount,
    Project,
    Role,
    Task,
    TaskBill,
    TaskStatus,
    UsageEntry,
    UsageKind,
)
from dashboard.services import budgets, credits, leases, tasks
from tests.conftest import make_actor, make_task

pytestmark = pytest.mark.django_db(transaction=True)


def account(project: Project) -> CreditAccount:
    return CreditAccount.objects.get(pk=project.pk)


def run(actor, **options) -> Task:
    """A task that a worker holds."""
    task = leases.claim(make_task(actor, **options).pk, "w:1:0")
    assert task is not None
    return task


def spend(task: Task, dollars: str | None, **usage) -> None:
    """One step that cost so much."""
    cost = None if dollars is None else Decimal(dollars)
    step = TaskStepStarted(step=1, code="pass", model="openai:gpt")
    leases.record(task.pk, task.fence, (step,), usage=Usage(steps=1, cost_usd=cost, **usage))


def end(task: Task) -> Task:
    return tasks.finish(task.pk, task.fence, terminal_reason="done")


def check_sums(project: Project) -> CreditAccount:
    """The entries tell the account."""
    now = account(project)
    sums = UsageEntry.objects.for_project(project).aggregate(
        balance=Sum("balance_delta_micros"),
        promised=Sum("held_delta_micros"),
    )
    held = TaskBill.objects.for_project(project).aggregate(of=Sum("held_micros"))["of"] or 0
    assert (sums["balance"] or 0) == now.balance_micros
    assert held == now.held_micros
    assert 0 <= now.held_micros <= now.balance_micros
    return now


def test_a_new_project_needs_no_credits(operator, project):
    task = run(operator)
    spend(task, "0.25")
    end(task)
    assert (account(project).metered, account(project).balance_micros) == (False, 0)
    charge = UsageEntry.objects.get(kind=UsageKind.CHARGE)
    assert (charge.spent_micros, charge.model, charge.steps) == (250_000, "openai:gpt", 1)
    assert charge.session_id == task.session_id


def test_hold_charge_settle(operator, project):
    budgets.grant(project, Decimal(10), by="ada", note="first")
    task = run(operator, max_cost_usd="2.00")
    assert (account(project).held_micros, account(project).balance_micros) == (2_000_000, 10**7)
    spend(task, "0.30")
    spend(task, "0.45")
    now = check_sums(project)
    assert (now.balance_micros, now.held_micros) == (9_250_000, 1_250_000)
    end(task)
    now = check_sums(project)
    assert (now.balance_micros, now.held_micros) == (9_250_000, 0)
    kinds = UsageEntry.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["grant", "hold", "charge", "release"]  # two steps, one entry


def test_without_credits_nothing_starts(operator, project):
    budgets.set_metering(project, True, hold_usd=Decimal("0.5"), by="ada")
    with pytest.raises(PaymentRequired) as refused:
        make_task(operator)
    assert (refused.value.status, refused.value.code) == (402, "insufficient_credits")
    assert not Task.objects.exists() and not TaskBill.objects.exists()


def test_a_cost_limit_must_be_covered_in_full_and_a_task_without_one_takes_what_is_left(
    operator, project
):
    budgets.grant(project, Decimal("0.2"), by="ada")
    with pytest.raises(PaymentRequired):
        make_task(operator, max_cost_usd="0.21")
    make_task(operator)
    assert account(project).held_micros == 200_000
    with pytest.raises(PaymentRequired):
        make_task(operator)


def test_a_step_that_costs_more_than_is_left_ends_at_zero_and_waits_for_a_grant(operator, project):
    budgets.grant(project, Decimal("0.1"), by="ada")
    task = run(operator)
    spend(task, "0.35")
    now = check_sums(project)
    assert (now.balance_micros, now.spent_micros) == (0, 350_000)
    task.refresh_from_db()
    assert task.status == TaskStatus.PAUSED
    told = ledger.read(task_id=task.pk)[-1].payload
    assert told["reason"] == "the project's credits are used up"
    with pytest.raises(PaymentRequired):
        tasks.resume(task, by=operator)
    budgets.grant(project, Decimal(1), by="ada")
    task.refresh_from_db()
    assert (task.status, TaskBill.objects.get().waits) == (TaskStatus.RUNNING, "")


def test_an_unknown_price_is_charged_as_assumed_and_shown_as_unknown(operator, project):
    budgets.grant(project, Decimal(10), by="ada")
    task = run(operator)
    spend(task, None, input_tokens=100_000, output_tokens=20_000)
    charge = UsageEntry.objects.get(kind=UsageKind.CHARGE)
    assert charge.cost_micros is None
    assert charge.spent_micros == 1_000_000  # 100k x $5 + 20k x $25, a million
    assert check_sums(project).balance_micros == 9_000_000


def test_grants_and_adjustments_leave_a_trace_and_never_go_below_what_is_held(operator, project):
    budgets.grant(project, Decimal(3), by="ada", note="pilot")
    make_task(operator, max_cost_usd="2")
    with pytest.raises(Conflict):
        budgets.adjust(project, Decimal("-1.01"), by="ada", note="too much")
    with pytest.raises(Invalid):
        budgets.adjust(project, Decimal("-1"), by="ada")
    budgets.adjust(project, Decimal("-1"), by="ada", note="typo")
    assert check_sums(project).available_micros == 0
    traces = AuditEntry.objects.filter(action__startswith="credits.").values_list("action", "actor")
    assert sorted(traces) == [("credits.adjust", "ada"), ("credits.grant", "ada")]
    for bad in ("0", "-1", "NaN", "Infinity", "1e9"):
        with pytest.raises(Invalid):
            budgets.grant(project, Decimal(bad), by="ada")


def test_the_hard_limit_refuses_new_tasks_and_holds_running_ones(operator, project):
    admin = make_actor(project, "ada", Role.ADMIN)
    budgets.set_limits(project, soft_usd=Decimal(1), hard_usd=Decimal(2), by=admin)
    first, second = run(operator), run(operator)
    spend(first, "1.2")
    notices = [e for e in ledger.read(task_id=first.pk) if e.type == TaskNotice.type]
    assert [n.payload["kind"] for n in notices] == ["budget_soft_limit"]
    spend(first, "0.9")
    spend(second, "0.1")
    for task in (first, second):
        task.refresh_from_db()
        assert task.status == TaskStatus.PAUSED
    assert [bill.waits for bill in budgets.waiting(project)] == ["budget", "budget"]
    with pytest.raises(PaymentRequired) as refused:
        make_task(operator)
    assert refused.value.code == "budget_exceeded"
    with pytest.raises(PaymentRequired):
        tasks.resume(first, by=operator)
    assert budgets.set_limits(project, soft_usd=None, hard_usd=Decimal(5), by=admin) == 2
    assert not budgets.waiting(project)
    make_task(operator)
    assert AuditEntry.objects.filter(action="budget.soft_limit_reached").count() == 1


def test_a_month_begins_at_zero(operator, project, monkeypatch):
    from datetime import date

    task = run(operator)
    spend(task, "1")
    assert budgets.present(project).spent == 1_000_000
    monkeypatch.setattr(credits, "this_month", lambda now=None: date(2999, 1, 1))
    spend(task, "0.5")
    assert account(project).spent_in(date(2999, 1, 1)) == 500_000


def test_a_cancelled_task_gives_its_hold_back(operator, project):
    budgets.grant(project, Decimal(1), by="ada")
    tasks.cancel(make_task(operator), by=operator)
    assert check_sums(project).held_micros == 0


def test_waiting_tasks_are_locked_when_the_account_no_longer_is(operator, project, monkeypatch):
    """Others lock a task and then its account: the other way round two could block."""
    admin = make_actor(project, "ada", Role.ADMIN)
    within: list[bool] = []
    monkeypatch.setattr(
        budgets,
        "resume_waiting",
        lambda *_, **__: within.append(connection.in_atomic_block) or 0,
    )
    budgets.grant(project, Decimal(1), by="ada")
    budgets.adjust(project, Decimal(1), by="ada", note="more")
    budgets.adjust(project, Decimal(-1), by="ada", note="less")
    budgets.set_metering(project, False, hold_usd=Decimal(1), by="ada")
    budgets.set_limits(project, soft_usd=None, hard_usd=Decimal(5), by=admin)
    assert within == [False] * 4


def test_credits_added_by_hand_let_waiting_tasks_go_on(operator, project):
    budgets.grant(project, Decimal("0.1"), by="ada")
    task = run(operator)
    spend(task, "0.35")
    budgets.adjust(project, Decimal(1), by="ada", note="a gift")
    task.refresh_from_db()
    assert (task.status, TaskBill.objects.get().waits) == (TaskStatus.RUNNING, "")


def at_once(count: int, work) -> list:
    def call(index: int):
        try:
            return work(index)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(call, range(count)))


def test_a_thousand_races_never_go_below_zero(operator, project):
    """8 threads: 1,000 promises, charges and settlements against a purse that is too small."""
    budgets.grant(project, Decimal("2"), by="ada")
    pool = [run(operator, max_cost_usd="0.1") for _ in range(16)]

    def race(worker: int) -> int:
        done = 0
        for index in range(125):
            task = pool[(worker * 2 + index % 2) % 16]
            try:
                if index % 5 == 4:
                    credits._promise(credits.account_of(project.pk), 90_000)
                else:
                    _charge(task)
                done += 1
            except PaymentRequired:
                done += 1
        return done  # below zero the database itself would have refused

    def _charge(task: Task) -> None:
        from django.db import transaction

        with transaction.atomic():
            leases.write(task.pk, task.fence)
            credits.charge(task, Usage(steps=1, cost_usd=Decimal("0.017")))

    assert sum(at_once(8, race)) == 1_000
    now = account(project)
    charged = UsageEntry.objects.filter(kind=UsageKind.CHARGE)
    taken = -charged.aggregate(of=Sum("balance_delta_micros"))["of"]
    assert now.balance_micros + taken == 2_000_000
    assert now.spent_micros == 800 * 17_000  # all that was spent is counted, once


def test_many_submits_never_promise_the_same_credit_twice(operator, project):
    budgets.grant(project, Decimal("1"), by="ada")

    def submit(_: int) -> bool:
        try:
            make_task(operator, max_cost_usd="0.25")
        except PaymentRequired:
            return False
        return True

    assert sum(at_once(8, submit)) == 4
    assert check_sums(project).available_micros == 0
