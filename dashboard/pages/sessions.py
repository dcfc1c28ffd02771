"""Sessions: the list with its filters, and the form that starts one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import ValidationError

from agents.ports import TaskSpec
from dashboard import paging
from dashboard.errors import (
    Conflict,
    Invalid,
    PaymentRequired,
    QuotaExceeded,
    ServiceError,
    field_words,
)
from dashboard.models import AgentSession, SessionStatus, Task, TaskStatus
from dashboard.pages import first_steps
from dashboard.pages.access import ConsoleRequest, console, respond
from dashboard.pages.examples import examples
from dashboard.services import sessions
from dashboard.services.options import NewSession

PAGE_SIZE = 25
ROW_FIELDS = ("pk", "session", "number", "status", "instructions", "steps",
              "error_message")  # fmt: skip
LIMITS = (
    ("max_steps", "Steps at most", "numeric", f"{TaskSpec.max_steps}"),
    ("max_cost_usd", "Dollars at most", "decimal", "no limit"),
    ("max_duration_minutes", "Minutes at most", "decimal", f"{TaskSpec.max_duration_s / 60:g}"),
)
TABS = (
    ("", "All"),
    ("active", "Active"),
    ("waiting", "Waiting"),
    ("done", "Succeeded"),
    ("failed", "Failed"),
    ("canceled", "Cancelled"),
)
_FILTERS: dict[str, Q] = {
    "active": Q(status__in=(SessionStatus.PENDING, SessionStatus.RUNNING)),
    "waiting": Q(tasks__status=TaskStatus.AWAITING_INPUT) | Q(tasks__status=TaskStatus.PAUSED),
    "done": Q(tasks__status=TaskStatus.DONE),
    "failed": Q(tasks__status=TaskStatus.FAILED),
    "canceled": Q(tasks__status=TaskStatus.CANCELED),
}


def rows_of(request: ConsoleRequest) -> QuerySet[AgentSession]:
    """The project's sessions."""
    return AgentSession.objects.for_project(request.actor.project)


def filtered(request: ConsoleRequest, tab: str, words: str) -> QuerySet[AgentSession]:
    """Sessions of a tab that match all the words in title, instructions, address or id."""
    rows = rows_of(request)
    if tab in _FILTERS:
        rows = rows.filter(_FILTERS[tab])
    for word in words.split()[:8]:
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(tasks__instructions__icontains=word)
            | Q(page_url__icontains=word)
            | Q(pk=word)
        )
    return rows.distinct()


def row_contexts(found: list[AgentSession]) -> list[dict[str, Any]]:
    """Sessions as their rows show them: the newest task speaks for each. Two queries for all."""
    counts = dict(
        Task.objects.filter(session__in=found)
        .values_list("session")
        .annotate(number=Max("number"))
        .order_by()
    )
    newest = Q()
    for pk, number in counts.items():
        newest |= Q(session=pk, number=number)
    tasks = Task.objects.filter(newest).only(*ROW_FIELDS) if counts else []
    by_session = {task.session_id: task for task in tasks}
    return [
        {"session": row, "task": by_session.get(row.pk), "task_count": counts.get(row.pk, 0)}
        for row in found
    ]


@console()
@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """The list. Newest first; what comes later waits behind "new: show"."""
    tab = request.GET.get("tab", "")
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found, following = paging.page(
        filtered(request, tab, words), limit=PAGE_SIZE, cursor=request.GET.get("cursor")
    )
    context = {
        "section": "sessions",
        "rows": row_contexts(found),
        "newest": found[0].pk if found else "",
        "next_cursor": following,
        "tabs": TABS,
        "tab": tab,
        "words": words,
        "first_page": not request.GET.get("cursor"),
        "any": bool(found) or rows_of(request).exists(),
        "examples": examples(),
        "first_steps": first_steps.of(request),
    }
    return respond(request, "pages/sessions.html", "_partials/session_list.html", context)


@console()
@require_safe
def row(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """One row again."""
    part = "_partials/session_row.html"
    found = row_contexts([rows_of(request).fetch(session_id)])
    return respond(request, part, part, found[0])


@console()
@require_safe
def newer(request: ConsoleRequest) -> HttpResponse:
    """How many sessions have come since the list was read."""
    tab, words = request.GET.get("tab", ""), request.GET.get("q", "").strip()[:200]
    after = request.GET.get("after", "")
    count = filtered(request, tab, words).filter(pk__gt=after).count()
    part = "_partials/session_newer.html"
    return respond(request, part, part, {"count": count, "tab": tab, "words": words,
                                         "newest": after})  # fmt: skip


_FIELDS = ("instructions", "start_url", "model", "title", "max_steps", "max_cost_usd",
           "max_duration_minutes", "approval")  # fmt: skip


def _submitted(post: Any) -> tuple[NewSession | None, dict[str, str]]:
    """The form as options, or what is wrong with each field."""
    data: dict[str, Any] = {name: post.get(name, "").strip() or None for name in _FIELDS}
    data["instructions"] = post.get("instructions", "")
    data["keep_alive"] = post.get("keep_alive") == "on"
    try:
        return NewSession(**data), {}
    except ValidationError as error:
        found = {}
        for item in error.errors():
            name = str(item["loc"][0])
            found.setdefault(name, field_words(str(item["msg"])))
        return None, found


def _time(seconds: float) -> str:
    """Its number and unit stay on one line."""
    return f"{seconds / 3600:.3g}\u00a0h" if seconds >= 3600 else f"{seconds / 60:.3g}\u00a0min"


@console("run")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: ConsoleRequest) -> HttpResponse:
    """The form for a new session; sent, it starts one and shows it."""
    errors: dict[str, str] = {}
    refused: ServiceError | None = None
    values: Any = request.GET
    if request.method == "POST":
        values = request.POST
        options, errors = _submitted(request.POST)
        if options is not None:
            try:
                session = sessions.create(options, by=request.actor)
            except (Conflict, Invalid, PaymentRequired, QuotaExceeded) as error:
                refused = error  # what was typed stays
            else:
                return redirect("session", session.pk)
    context = {
        "section": "sessions",
        "values": values,
        "errors": errors,
        "focus": next((name for name in _FIELDS if name in errors), "instructions"),
        "refused": refused,
        "limits": LIMITS,
        "kept": _time(settings.CONFIG.kept_open_s(True)),
        "usually_kept": _time(settings.CONFIG.kept_open_s(False)),
        "examples": examples(),
    }
    page = "pages/new_session.html"
    status = refused.status if refused else 422 if errors else 200
    return respond(request, page, page, context, status=status)
