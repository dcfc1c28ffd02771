"""The inbox's list: what waits for a person, what was decided, filters, and what is new."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from dashboard import paging
from dashboard.models import InputRequest, RequestStatus
from dashboard.pages.access import ConsoleRequest, console, respond
from dashboard.pages.approvals import LEVELS
from dashboard.pages.cards import KIND_WORDS, card_context, operators, row_contexts, rows_of
from dashboard.pages.shell import waiting_count
from dashboard.services import requests

PAGE_SIZE = 50
STATES = (("waiting", "Waiting"), ("decided", "Decided"), ("all", "All"))
KINDS = (
    ("confirmation", "Approvals"),
    ("question", "Questions"),
    ("choice", "Choices"),
    ("form", "Forms"),
    ("sign_in", "Sign-in help"),
    ("captcha", "Captchas"),
    ("takeover", "Takeovers"),
)
RISKS = (("high", "High risk"), ("medium", "Medium risk"), ("low", "Low risk"))
ALWAYS = "Payments, purchases, accepting terms, deleting and changing permissions always ask."
MODES = {
    "ask": (ALWAYS, "So do forms, sign-ins, uploads and all else that matters."),
    "delegated": (ALWAYS, "With the rest agents go on by themselves, unless a task reserves it."),
    "never": ("Actions that matter are refused; nobody is asked.",),
}
FILTERS = ("q", "kind", "risk", "assignee", "mine")


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
    if request.GET.get("risk") in LEVELS:
        rows = rows.filter(kind="confirmation", context__level=request.GET["risk"])
    who = "me" if request.GET.get("mine") else request.GET.get("assignee", "")
    if who == "me":
        rows = rows.filter(assignee=request.user)
    elif who == "nobody":
        rows = rows.filter(assignee=None)
    elif who.isascii() and who.isdigit() and len(who) < 18:
        rows = rows.filter(assignee_id=int(who))
    for word in request.GET.get("q", "").replace("\x00", "").split()[:8]:
        rows = rows.filter(prompt__icontains=word) | rows.filter(
            task__session__title__icontains=word
        )
    return rows


def list_context(request: ConsoleRequest, selected: str | None) -> dict[str, Any]:
    """The list, with its tabs and filters."""
    cursor = request.GET.get("cursor")
    found, following = paging.page(filtered(request), limit=PAGE_SIZE, cursor=cursor)
    query = request.GET.copy()
    query.pop("cursor", None)
    state = request.GET.get("state", "waiting")
    plain = not any(request.GET.get(name) for name in FILTERS)
    context = {
        "section": "inbox",
        "rows": row_contexts(found),
        "ids": ",".join(row.pk for row in found),
        "next_cursor": following,
        "states": STATES,
        "state": state if state in dict(STATES) else "all",
        "kinds": KINDS,
        "kind": request.GET.get("kind", ""),
        "levels": RISKS,
        "risk": request.GET.get("risk", ""),
        "people": operators(request),
        "assignee": "me" if request.GET.get("mine") else request.GET.get("assignee", ""),
        "words": request.GET.get("q", ""),
        "query": query.urlencode(),
        "selected": selected,
        "plain": plain,
        "first_page": not cursor,
        "may_approve": bool({"approve", "admin"} & request.actor.scopes),
        "waiting_count": waiting_count(request.actor.project.pk),
    }
    return context if found else context | _empty(request)


def _empty(request: ConsoleRequest) -> dict[str, Any]:
    """What stands where no row is: the rules in force, the last decisions."""
    recent = rows_of(request).exclude(status=RequestStatus.PENDING).order_by("-answered_at")
    mode = request.actor.project.default_approval or "delegated"
    return {"recent": row_contexts(recent[:5]), "mode_words": MODES[mode]}


@console()
@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """The list, and beside it the first one."""
    context = list_context(request, None)
    if context["rows"]:
        first = context["rows"][0]["row"]
        requests.saw(first, by=request.actor)
        context |= {"card": card_context(request, first), "selected": first.pk}
    return respond(request, "pages/inbox.html", "_partials/inbox_list.html", context)


@console()
@require_safe
def changes(request: ConsoleRequest) -> HttpResponse:
    """The shown rows as they are now, in their places, and how many are new.

    Rows settled elsewhere stay as tombstones until the list is loaded again.
    """
    ids = [pk for pk in request.GET.get("ids", "").split(",") if pk][:PAGE_SIZE]
    shown = rows_of(request).filter(pk__in=ids).order_by("-pk")
    context = {
        "rows": row_contexts(shown),
        "count": filtered(request).filter(pk__gt=max(ids, default="")).count(),
        "query": request.GET.get("query", ""),
        "ids": request.GET.get("ids", ""),
        "selected": request.GET.get("selected", ""),
        "may_approve": bool({"approve", "admin"} & request.actor.scopes),
    }
    part = "_partials/inbox_changes.html"
    return respond(request, part, part, context)
