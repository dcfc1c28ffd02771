"""Usage: the month's budget, spending by day and model, who spent it, what waits for money."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from dashboard.errors import Invalid
from dashboard.models import UsageEntry, UsageKind
from dashboard.pages import usage_chart
from dashboard.pages.access import ConsoleRequest, console, respond
from dashboard.services import budgets, usage
from dashboard.services.credits import account_of
from dashboard.services.usage import Month


@console()
@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """The page; `part=waiting`: what stands still for money."""
    if request.GET.get("part") == "waiting":
        part = "_partials/usage_waiting.html"
        return respond(request, "pages/usage.html", part, _context(request))
    page = "pages/usage.html"
    return respond(request, page, page, _context(request))


def _context(request: ConsoleRequest, **more: Any) -> dict[str, Any]:
    project = request.actor.project
    month = Month.parse(request.GET.get("month", ""))
    report = usage.report(project, month)
    budget = budgets.present(project)
    grants = UsageEntry.objects.for_project(project).filter(
        kind__in=(UsageKind.GRANT, UsageKind.ADJUST)
    )
    return {
        "section": "usage",
        "month": month,
        "report": report,
        "chart": usage_chart.daily(report),
        "budget": budget,
        "gauge": usage_chart.gauge(budget),
        "account": account_of(project.pk),
        "grants": grants.order_by("-at")[:5],
        "waiting": budgets.waiting(project),
        "raised": _suggested(budget),
        **more,
    }


def _suggested(budget: budgets.Budget) -> int:
    """A higher hard limit: a quarter more than the limit or the spending, in whole dollars."""
    base = max(budget.hard or 0, budget.spent)
    return (base * 5 // 4 // 1_000_000 + 1) * 1_000_000


@console()
@require_safe
def export(request: ConsoleRequest) -> StreamingHttpResponse:
    """The month's entries as CSV."""
    month = Month.parse(request.GET.get("month", ""))
    response = StreamingHttpResponse(
        # A list: rows are read here, in the request's own thread and time zone.
        list(usage.as_csv(request.actor.project, month)),
        content_type="text/csv; charset=utf-8",
    )
    name = f"usage-{request.actor.project.slug}-{month}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@console("admin")
@require_POST
def set_limits(request: ConsoleRequest) -> HttpResponse:
    """Set the month's limits; tasks that waited for budget go on."""
    try:
        went_on = budgets.set_limits(
            request.actor.project,
            soft_usd=_dollars(request, "soft"),
            hard_usd=_dollars(request, "hard"),
            by=request.actor,
        )
    except Invalid as error:
        field = error.extra["errors"][0]["loc"][-1]
        wrong = {field if field in ("soft", "hard") else "soft": error.detail}
        context = _context(request, wrong=wrong, values=request.POST)
        page = "pages/usage.html"
        return respond(request, page, page, context, status=422)
    said = f" {went_on} went on." if went_on else ""
    messages.success(request, f"Limits set.{said}")
    return redirect("usage")


@console("admin")
@require_POST
def raise_limit(request: ConsoleRequest) -> HttpResponse:
    """Set a higher hard limit and leave the soft one; what waited for budget goes on."""
    hard = _dollars(request, "hard")
    account = account_of(request.actor.project.pk)
    soft = account.soft_limit_micros
    if hard is not None and soft is not None and soft > hard * 1_000_000:
        soft = None
    went_on = budgets.set_limits(
        request.actor.project,
        soft_usd=None if soft is None else Decimal(soft) / 1_000_000,
        hard_usd=hard,
        by=request.actor,
    )
    messages.success(request, f"Budget raised. {went_on} of the waiting tasks went on.")
    return redirect("usage")


def _dollars(request: ConsoleRequest, name: str) -> Decimal | None:
    """An amount as people type it; None when the field is empty. Raises: Invalid."""
    text = request.POST.get(name, "").strip().lstrip("$").replace(",", "")
    if not text:
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise Invalid("Give dollars as a number, such as 50 or 12.50.", loc=["body", name])
    if abs(amount) > budgets.MOST_USD:
        raise Invalid(f"Amounts are at most ${budgets.MOST_USD:,}.", loc=["body", name])
    return amount
