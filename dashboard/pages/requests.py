"""The inbox: what waits for a person, what was decided, and the form that decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from dashboard import paging
from dashboard.errors import Conflict, Invalid
from dashboard.models import InputRequest, RequestStatus
from dashboard.pages import wording
from dashboard.pages.access import ConsoleRequest, console, respond, wants_part
from dashboard.pages.forms import fields_of, values_of
from dashboard.services import requests

PAGE_SIZE = 50
STATES = (("waiting", "Waiting"), ("decided", "Decided"), ("all", "All"))
KINDS = (
    ("question", "Questions"),
    ("choice", "Choices"),
    ("form", "Forms"),
    ("sign_in", "Sign-in help"),
    ("captcha", "Captchas"),
    ("takeover", "Takeovers"),
)
KIND_WORDS = {
    "question": ("Question", "question"),
    "choice": ("Choice", "list"),
    "form": ("Form", "list"),
    "sign_in": ("Sign-in help", "key"),
    "captcha": ("Captcha", "hand"),
    "takeover": ("Takeover", "mouse"),
    "confirmation": ("Approval", "warning"),
    "outline": ("Review", "file"),
    "alignment": ("Clarification", "question"),
}


_HEAVY = (
    "task__checkpoint",
    "task__sealed_variables",
    "task__output",
    "task__options",
    "task__session__browser",
    "task__session__metadata",
)


def rows_of(request: ConsoleRequest) -> QuerySet[InputRequest]:
    """The team's requests, with what a row shows of the task, and without its bulk."""
    rows = InputRequest.objects.for_project(request.actor.project)
    return rows.select_related("task__session", "assignee").defer(*_HEAVY)


def filtered(request: ConsoleRequest) -> QuerySet[InputRequest]:
    """Requests that the address's filters let through."""
    rows = rows_of(request)
    state = request.GET.get("state", "waiting")
    if state == "waiting":
        rows = rows.filter(status=RequestStatus.PENDING)
    elif state == "decided":
        rows = rows.exclude(status=RequestStatus.PENDING)
    if request.GET.get("kind") in KIND_WORDS:
        rows = rows.filter(kind=request.GET["kind"])
    if request.GET.get("mine"):
        rows = rows.filter(assignee=request.user)
    for word in request.GET.get("q", "").replace("\x00", "").split()[:8]:
        rows = rows.filter(prompt__icontains=word) | rows.filter(
            task__session__title__icontains=word
        )
    return rows


def row_context(row: InputRequest) -> dict[str, Any]:
    """A request as the list shows it. Past its deadline it is not open, swept up or not."""
    word, symbol = KIND_WORDS.get(row.kind, (row.kind, "question"))
    pending = row.status == RequestStatus.PENDING
    late = pending and row.expires_at is not None and row.expires_at <= timezone.now()
    return {
        "request_row": row,
        "kind_word": word,
        "kind_icon": symbol,
        "is_open": pending and not late,
        "is_late": late,
    }


def card_context(
    request: ConsoleRequest,
    row: InputRequest,
    *,
    problem: str = "",
    posted: QueryDict | None = None,
) -> dict[str, Any]:
    """A request as its card shows it."""
    screenshot = row.context.get("screenshot_artifact_id")
    return row_context(row) | {
        "fields": fields_of(row, posted),
        "problem": problem,
        "may_decide": bool({"run", "admin"} & request.actor.scopes),
        "screenshot": (
            reverse("artifact", args=[row.task.session_id, screenshot]) if screenshot else ""
        ),
        "response_text": wording.answer(row.kind, row.response, row.choices),
        "here": request.GET.get("here") or request.POST.get("here") or "inbox",
    }


def _list_context(request: ConsoleRequest, selected: str | None) -> dict[str, Any]:
    cursor = request.GET.get("cursor")
    found, following = paging.page(filtered(request), limit=PAGE_SIZE, cursor=cursor)
    query = request.GET.copy()
    query.pop("cursor", None)
    state = request.GET.get("state", "waiting")
    recent = rows_of(request).exclude(status=RequestStatus.PENDING).order_by("-answered_at")
    return {
        "section": "inbox",
        "rows": [row_context(row) for row in found],
        "ids": ",".join(row.pk for row in found),
        "next_cursor": following,
        "states": STATES,
        "state": state if state in dict(STATES) else "all",
        "kinds": KINDS,
        "kind": request.GET.get("kind", ""),
        "mine": bool(request.GET.get("mine")),
        "words": request.GET.get("q", ""),
        "query": query.urlencode(),
        "selected": selected,
        "plain": not any(request.GET.get(name) for name in ("q", "kind", "mine")),
        "first_page": not cursor,
        "recent": [] if found else [row_context(row) for row in recent[:5]],
    }


@console()
@require_GET
def index(request: ConsoleRequest) -> HttpResponse:
    """The list, and beside it the first one."""
    context = _list_context(request, None)
    if context["rows"]:
        first = context["rows"][0]["request_row"]
        context |= {"card": card_context(request, first), "selected": first.pk}
    return respond(request, "pages/inbox.html", "_partials/inbox_list.html", context)


@console()
@require_GET
def detail(request: ConsoleRequest, request_id: str) -> HttpResponse:
    """One request: its own page, or the card alone."""
    row = rows_of(request).fetch(request_id)
    context = card_context(request, row)
    if not wants_part(request):
        context |= _list_context(request, row.pk)
        context |= {"card": card_context(request, row), "alone": True}
    return respond(request, "pages/inbox.html", "_partials/request_card.html", context)


@console()
@require_GET
def changes(request: ConsoleRequest) -> HttpResponse:
    """The shown rows as they are now, in their places, and how many are new.

    Rows settled elsewhere stay as tombstones until the list is loaded again.
    """
    ids = [pk for pk in request.GET.get("ids", "").split(",") if pk][:PAGE_SIZE]
    shown = rows_of(request).filter(pk__in=ids).order_by("-pk")
    context = {
        "rows": [row_context(row) for row in shown],
        "count": filtered(request).filter(pk__gt=max(ids, default="")).count(),
        "query": request.GET.get("query", ""),
        "ids": request.GET.get("ids", ""),
        "selected": request.GET.get("selected", ""),
    }
    part = "_partials/inbox_changes.html"
    return respond(request, part, part, context)


@console("run")
@require_POST
def decide(request: ConsoleRequest, request_id: str) -> HttpResponse:
    """Answer or skip. A decision names the revision that was seen; the first one wins."""
    row = rows_of(request).fetch(request_id)
    seen = request.POST.get("revision", "")
    try:
        row = requests.decide(
            row,
            by=request.actor,
            response=None if "skip" in request.POST else values_of(row, request.POST),
            skip="skip" in request.POST,
            revision=int(seen) if seen.isascii() and seen.isdigit() else -1,
        )
    except (Invalid, Conflict) as error:
        row = rows_of(request).fetch(request_id)
        context = card_context(request, row, problem=_problem(row, error), posted=request.POST)
        return _card(request, row, context, status=error.status)
    return _card(request, row, card_context(request, row), status=200)


def _problem(row: InputRequest, error: Invalid | Conflict) -> str:
    """What is wrong with an answer, naming the field as its form does."""
    details = error.extra.get("errors", []) if isinstance(error, Invalid) else []
    if not details or details[0]["msg"] == error.detail:
        return error.detail
    names = [str(part) for part in details[0]["loc"][2:]]
    labels = {field.name: field.label for field in fields_of(row, None)}
    where = " ".join(labels.get(name, name) for name in names)
    return f"{where}: {details[0]['msg']}" if where else str(details[0]["msg"])


def _card(
    request: ConsoleRequest, row: InputRequest, context: dict[str, Any], *, status: int
) -> HttpResponse:
    if wants_part(request):
        part = "_partials/request_card.html"
        return respond(request, part, part, context, status=status)
    if status == 200:
        messages.success(request, "Skipped." if row.skipped else "Answered.")
        if context["here"] == "session":
            return redirect("session", row.task.session_id)
        return redirect("inbox")
    context |= _list_context(request, row.pk) | {"card": dict(context), "alone": True}
    page = "pages/inbox.html"
    return respond(request, page, page, context, status=status)


@console("run")
@require_POST
def assign(request: ConsoleRequest, request_id: str) -> HttpResponse:
    """Take a request on, or give it back."""
    row = rows_of(request).fetch(request_id)
    wanted = request.user if request.POST.get("to") == "me" else None
    row = requests.assign(row, wanted, by=request.actor)
    row = rows_of(request).fetch(request_id)
    if wants_part(request):
        part = "_partials/request_card.html"
        return respond(request, part, part, card_context(request, row))
    return redirect("request", row.pk)
