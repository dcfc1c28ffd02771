"""Credits: promised when a task is submitted, charged with each step, settled at its end.

Every write is in the transaction of the row it belongs to, and moves the account by a conditional
UPDATE: whatever happens at the same time, 0 <= held <= balance. What a task may spend is known only
once a step is over; what such a last step costs beyond the credits left is written off, and the
task stands still until somebody grants more.

Locks are taken in the order task, session, account, as `services/tasks.py` asks.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from django.db.models import Case, F, Value, When
from django.utils import timezone

from agents.budget import spent_usd
from agents.events import Payload, TaskNotice, TaskStepStarted
from agents.ports import Usage
from dashboard import ledger
from dashboard.errors import PaymentRequired
from dashboard.models import AuditEntry, CreditAccount, Task, TaskBill, UsageEntry, UsageKind, Waits
from dashboard.models.usage import bucket_of, to_micros, to_usd
from dashboard.services.actors import Actor

WHY = {
    Waits.BUDGET: "the project's monthly budget is used up",
    Waits.CREDITS: "the project's credits are used up",
}
_TRIES = 8  # of taking what is left, while others take it too


def this_month(now: datetime | None = None) -> date:
    """The first day of the budget's month: months are those of UTC."""
    return (now or timezone.now()).astimezone(UTC).date().replace(day=1)


def account_of(project_id: str) -> CreditAccount:
    """The project's account; opened, unmetered, when it is first asked for."""
    account = CreditAccount.objects.filter(project_id=project_id).first()
    return account or CreditAccount.objects.get_or_create(project_id=project_id)[0]


def money(micros: int) -> str:
    """Dollars for people: $0.31, and with all digits that matter below a cent."""
    usd = to_usd(micros)
    return f"${usd:.2f}" if micros % 10_000 == 0 or abs(usd) >= 1 else f"${usd.normalize():f}"


# --- submit -------------------------------------------------------------------------------------


def hold(task: Task, *, by: Actor) -> None:
    """Open a new task's bill and promise it credits.

    In a metered project a task with `max_cost_usd` is promised all of it; one without is promised
    the account's usual hold, or what is left. Raises: PaymentRequired `budget_exceeded` once the
    month's hard limit is reached, `insufficient_credits`.
    """
    account = account_of(task.project_id)
    refuse_over_budget(account)
    cap = task.options.get("max_cost_usd")
    held = _promise(account, None if cap is None else to_micros(Decimal(cap)))
    model = (task.options.get("model") or {}).get("route") or by.project.default_model
    TaskBill.objects.create(
        task=task, project_id=task.project_id, key=by.key, model=str(model)[:200], held_micros=held
    )
    if held:
        _entry(task, UsageKind.HOLD, held_delta_micros=held, key=by.key, actor=by.name)


def refuse_over_budget(account: CreditAccount) -> None:
    """Raises: PaymentRequired `budget_exceeded` when the month's hard limit is reached."""
    limit = account.hard_limit_micros
    spent = account.spent_in(this_month())
    if limit is None or spent < limit:
        return
    raise PaymentRequired(
        f"The project's budget of {money(limit)} for this month is used up ({money(spent)} spent). "
        "An admin can raise it on the Usage page.",
        code="budget_exceeded",
        extra={"limit_usd": f"{to_usd(limit):f}", "spent_usd": f"{to_usd(spent):f}"},
    )


def _promise(account: CreditAccount, cap: int | None) -> int:
    """Hold credits; how many. cap: all of it or nothing; None: the usual hold or what is left."""
    for _ in range(_TRIES):
        if not account.metered:
            return 0
        available = account.available_micros
        wanted = min(account.hold_micros, available) if cap is None else cap
        if available < wanted or (available <= 0 and cap != 0):
            break
        won = CreditAccount.objects.filter(
            pk=account.pk, metered=True, balance_micros__gte=F("held_micros") + wanted
        ).update(held_micros=F("held_micros") + wanted)
        if won:
            return wanted
        account.refresh_from_db()
    available = account.available_micros
    raise PaymentRequired(
        f"The project has {money(available)} of credits left"
        + (f", and the task may cost {money(cap)}." if cap else ".")
        + " An admin of the server can grant more.",
        extra={"available_usd": f"{to_usd(available):f}"},
    )


# --- mid-run ------------------------------------------------------------------------------------


def charge(task: Task, usage: Usage, payloads: tuple[Payload, ...] = ()) -> Waits:
    """Charge what a step used. The caller holds the task's row.

    payloads: the step's events; the one that began it names the model. Returns why the task has to
    stand still, if it has to.
    """
    if not (usage.steps or usage.input_tokens or usage.output_tokens or usage.cost_usd):
        return Waits.NO
    spent = max(0, to_micros(spent_usd(usage)))
    bill = _bill(task, payloads)
    account, charged = _take(task, bill, spent) if spent else (account_of(task.project_id), 0)
    _add_to_entry(bill, task, usage, spent, charged)
    _tell_soft_limit(task, account)
    limit = account.hard_limit_micros
    if limit is not None and account.spent_in(this_month()) >= limit:
        return Waits.BUDGET
    if account.metered and account.available_micros <= 0 and bill.held_micros <= 0:
        return Waits.CREDITS
    return Waits.NO


def _bill(task: Task, payloads: tuple[Payload, ...]) -> TaskBill:
    """The task's bill, with the model that its newest step named."""
    bill, _ = TaskBill.objects.get_or_create(task=task, defaults={"project_id": task.project_id})
    for payload in payloads:
        if isinstance(payload, TaskStepStarted) and payload.model not in ("", "loop", bill.model):
            bill.model = payload.model[:200]
            TaskBill.objects.filter(pk=bill.pk).update(model=bill.model)
    return bill


def _take(task: Task, bill: TaskBill, spent: int) -> tuple[CreditAccount, int]:
    """Count the spending and take it from the account. (the account as it is now, credits taken)

    Credits come from the task's hold first, then from what nobody was promised, down to zero.
    """
    account_of(task.project_id)
    row = CreditAccount.objects.filter(pk=task.project_id)
    month = this_month()
    row.update(
        spent_micros=Case(When(month=month, then=F("spent_micros") + spent), default=Value(spent)),
        month=month,
    )  # from here on the account's row is locked until the transaction ends
    account = row.get()
    if not account.metered:
        return account, 0
    from_hold = min(spent, bill.held_micros, account.held_micros)
    free = max(0, min(spent - from_hold, account.available_micros))
    taken = from_hold + free
    if taken:
        moved = row.filter(
            held_micros__gte=from_hold, balance_micros__gte=F("held_micros") + free
        ).update(
            balance_micros=F("balance_micros") - taken, held_micros=F("held_micros") - from_hold
        )
        if not moved:
            raise RuntimeError("the account moved under its lock")
        TaskBill.objects.filter(pk=bill.pk).update(held_micros=F("held_micros") - from_hold)
        bill.held_micros -= from_hold
        account.refresh_from_db()
    return account, taken


def _add_to_entry(bill: TaskBill, task: Task, usage: Usage, spent: int, charged: int) -> None:
    """Add to the entry of this task, model and quarter of an hour; one is made when there is none.

    No two write the same entry: the task's row is locked.
    """
    at = bucket_of(timezone.now())
    cost = None if usage.cost_usd is None else to_micros(usage.cost_usd)
    same = UsageEntry.objects.filter(
        task_id=bill.pk, kind=UsageKind.CHARGE, at=at, model=bill.model
    )
    found = same.update(
        balance_delta_micros=F("balance_delta_micros") - charged,
        spent_micros=F("spent_micros") + spent,
        cost_micros=None if cost is None else F("cost_micros") + cost,
        steps=F("steps") + usage.steps,
        input_tokens=F("input_tokens") + usage.input_tokens,
        output_tokens=F("output_tokens") + usage.output_tokens,
    )
    if not found:
        _entry(
            task, UsageKind.CHARGE, key_id=bill.key_id, model=bill.model, at=at,
            balance_delta_micros=-charged, spent_micros=spent, cost_micros=cost,
            steps=usage.steps, input_tokens=usage.input_tokens, output_tokens=usage.output_tokens,
        )  # fmt: skip


def _tell_soft_limit(task: Task, account: CreditAccount) -> None:
    """Once a month, when spending passes the soft limit: a notice and a line of the audit log."""
    month, limit = this_month(), account.soft_limit_micros
    if limit is None or account.soft_told == month or account.spent_in(month) < limit:
        return
    row = CreditAccount.objects.filter(pk=account.pk).exclude(soft_told=month)
    if not row.update(soft_told=month):
        return
    spent = account.spent_in(month)
    AuditEntry.objects.create(
        project_id=account.pk, actor="system", action="budget.soft_limit_reached",
        object_id=task.pk, detail={"limit": money(limit), "spent": money(spent)},
    )  # fmt: skip
    message = (
        f"The project has spent {money(spent)} this month, past its soft limit {money(limit)}."
    )
    ledger.append(task, TaskNotice(kind="budget_soft_limit", message=message))


def _entry(task: Task, kind: UsageKind, **fields: object) -> None:
    UsageEntry.objects.create(
        project_id=task.project_id, task_id=task.pk, session_id=task.session_id, kind=kind, **fields
    )


def refuse_without_means(task: Task) -> None:
    """Raises: PaymentRequired when a task would stand still again at its next step."""
    account = account_of(task.project_id)
    refuse_over_budget(account)
    bill = TaskBill.objects.filter(pk=task.pk).first()
    promised = bill.held_micros if bill else 0
    if account.metered and account.available_micros <= 0 and promised <= 0:
        raise PaymentRequired(
            "The project's credits are used up. An admin of the server can grant more.",
            extra={"available_usd": "0"},
        )


def goes_on(task: Task) -> None:
    """The task is no longer held for money."""
    TaskBill.objects.filter(pk=task.pk).exclude(waits=Waits.NO).update(waits=Waits.NO)


# --- end ----------------------------------------------------------------------------------------


def settle(task: Task) -> None:
    """Give back what a task that is over was promised and did not spend."""
    bill = TaskBill.objects.filter(pk=task.pk).first()
    if bill is None:
        return
    if bill.held_micros:
        CreditAccount.objects.filter(pk=task.project_id, held_micros__gte=bill.held_micros).update(
            held_micros=F("held_micros") - bill.held_micros
        )
        _entry(task, UsageKind.RELEASE, held_delta_micros=-bill.held_micros, key_id=bill.key_id)
    if bill.held_micros or bill.waits:
        TaskBill.objects.filter(pk=bill.pk).update(held_micros=0, waits=Waits.NO)
