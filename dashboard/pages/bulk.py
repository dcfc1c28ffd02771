"""Several approvals at once: first the list of what will happen, then one decision for each.

Low and medium risk only. Each is decided by itself, under the revision that the list showed: what
somebody else settled meanwhile is left as it is, and said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from dashboard.errors import Conflict, Invalid
from dashboard.models import InputRequest
from dashboard.pages import approvals
from dashboard.pages.access import ConsoleRequest, console, respond
from dashboard.pages.cards import row_context, rows_of
from dashboard.services import requests

MOST = 50


@dataclass
class Pick:
    """One of the picked requests. left_out: why it is not decided here."""

    facts: dict[str, Any]
    revision: int
    left_out: str = ""
    result: str = ""

    @property
    def row(self) -> InputRequest:
        """The request."""
        found: InputRequest = self.facts["row"]
        return found


def _picks(request: ConsoleRequest) -> list[Pick]:
    """What the form names, each as `id:revision`, or the group of a request, newest first."""
    group = request.POST.get("group")
    if group:
        rows = approvals.group_of(rows_of(request).fetch(group))
        wanted = {row.pk: row.revision for row in rows if row.status == "pending"}
    else:
        wanted = {}
        for text in request.POST.getlist("pick")[:MOST]:
            pk, _, seen = text.partition(":")
            wanted[pk] = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1
    found = rows_of(request).filter(pk__in=wanted).order_by("-pk")
    return [_pick(row, wanted[row.pk]) for row in found]


def _pick(row: InputRequest, revision: int) -> Pick:
    facts = row_context(row)
    why = ""
    if row.kind != approvals.KIND:
        why = "needs an answer of its own"
    elif facts["level"] == "high":
        why = "high risk is decided one by one"
    elif not facts["is_open"]:
        why = f"{facts['decided'].lower()} already" if row.answered_by else "no longer waits"
    return Pick(facts, revision, why)


@console("approve")
@require_POST
def bulk(request: ConsoleRequest) -> HttpResponse:
    """Show what will happen; with `confirmed`, do it and show what came of each."""
    action = "reject" if request.POST.get("action") == "reject" else "approve"
    picks = _picks(request)
    able = [pick for pick in picks if not pick.left_out]
    done = request.POST.get("confirmed") == "1" and bool(able)
    if done:
        answer = {
            "approved": action == "approve",
            "reason": request.POST.get("reason", "").strip() if action == "reject" else "",
            "outcome": "stop" if request.POST.get("outcome") == "stop" else "continue",
            "edits": {},
            "remember": False,
        }
        if action == "approve":
            answer["outcome"] = "continue"
        for pick in able:
            pick.result = _decide(request, pick, answer)
    context = {
        "section": "inbox",
        "action": action,
        "able": able,
        "left_out": [pick for pick in picks if pick.left_out],
        "done": done,
    }
    return respond(request, "pages/bulk.html", "_partials/bulk.html", context)


def _decide(request: ConsoleRequest, pick: Pick, answer: dict[str, Any]) -> str:
    """Empty when it went as asked, or what came in between."""
    try:
        requests.decide(pick.row, by=request.actor, response=answer, revision=pick.revision)
    except (Conflict, Invalid) as error:
        return error.detail
    return ""
