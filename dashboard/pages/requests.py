"""One request: its card, and the form that decides. The first decision wins."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from dashboard.errors import Conflict, Invalid, NotFound
from dashboard.models import InputRequest
from dashboard.pages import approvals
from dashboard.pages.access import ConsoleRequest, console, respond, wants_part
from dashboard.pages.cards import card_context, operators, part_of, rows_of
from dashboard.pages.forms import fields_of, values_of
from dashboard.pages.inbox import list_context
from dashboard.services import requests

PAGE = "pages/inbox.html"


@console()
@require_safe
def detail(request: ConsoleRequest, request_id: str) -> HttpResponse:
    """One request: its own page, or the card alone."""
    row = rows_of(request).fetch(request_id)
    requests.saw(row, by=request.actor)
    return _card(request, row, card_context(request, row))


@console("read")
@require_POST
def decide(request: ConsoleRequest, request_id: str) -> HttpResponse:
    """Answer, approve, reject or skip. A decision names the revision that was seen."""
    row = rows_of(request).fetch(request_id)
    request.actor.require("approve" if row.kind == approvals.KIND else "run")
    skip = "skip" in request.POST
    try:
        response = None if skip else _response(row, request)
        if not skip and approvals.needs_confirming(row, request.POST):
            action = approvals.action_of(request.POST)
            card = card_context(request, row, posted=request.POST, confirming=action)
            return _card(request, row, card)
        row = requests.decide(
            row, by=request.actor, response=response, skip=skip, revision=revision_of(request)
        )
    except (Invalid, Conflict) as error:
        row = rows_of(request).fetch(request_id)
        card = card_context(request, row, problem=_problem(row, error), posted=request.POST)
        return _card(request, row, card, status=error.status)
    row = rows_of(request).fetch(request_id)
    if wants_part(request):
        return _card(request, row, card_context(request, row))
    messages.success(request, f"{approvals.decided(row)}.")
    if request.POST.get("here") == "session":
        return redirect("session", row.task.session_id)
    return redirect("inbox")


def _response(row: InputRequest, request: ConsoleRequest) -> Any:
    if row.kind == approvals.KIND:
        return approvals.response_of(row, request.POST)
    return values_of(row, request.POST)


def revision_of(request: ConsoleRequest) -> int:
    """The revision that the sender saw; none at all matches no request."""
    seen = request.POST.get("revision", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1


def _problem(row: InputRequest, error: Invalid | Conflict) -> str:
    """What is wrong with an answer, naming the field as its form does."""
    details = error.extra.get("errors", []) if isinstance(error, Invalid) else []
    if not details or details[0]["msg"] == error.detail:
        return error.detail
    names = [str(part) for part in details[0]["loc"][2:] if part != "edits"]
    labels = {field.name: field.label for field in fields_of(row, None)}
    labels |= {argument.name: argument.label for argument in approvals.arguments(row)}
    where = " ".join(labels.get(name, name) for name in names)
    return f"{where}: {details[0]['msg']}" if where else str(details[0]["msg"])


def _card(
    request: ConsoleRequest, row: InputRequest, card: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"card": card}
    if not wants_part(request):
        context |= list_context(request, row.pk) | {"alone": True}
    return respond(request, PAGE, part_of(row), context, status=status)


@console("run")
@require_POST
def assign(request: ConsoleRequest, request_id: str) -> HttpResponse:
    """Take a request on, give it to somebody of the team, or back."""
    row = rows_of(request).fetch(request_id)
    to = request.POST.get("to", "")
    wanted = request.user if to == "me" else None
    if to and wanted is None:
        wanted = next((user for user in operators(request) if str(user.pk) == to), None)
        if wanted is None:
            raise NotFound("There is no such person in the team.", code="user_not_found")
    requests.assign(row, wanted, by=request.actor)
    if wants_part(request):
        row = rows_of(request).fetch(request_id)
        return _card(request, row, card_context(request, row))
    return redirect("request", row.pk)
