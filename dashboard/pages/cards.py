"""A request as a row and as a card; the inbox and the session page share both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet, Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from dashboard.models import Control, Event, InputRequest, RequestStatus, Role, User
from dashboard.pages import approvals, wording
from dashboard.pages.access import ConsoleRequest
from dashboard.pages.forms import fields_of

KIND_WORDS = {
    "confirmation": ("Approval", "shield"),
    "question": ("Question", "question"),
    "choice": ("Choice", "list"),
    "form": ("Form", "list"),
    "sign_in": ("Sign-in help", "key"),
    "captcha": ("Captcha", "hand"),
    "takeover": ("Takeover", "mouse"),
    "outline": ("Review", "file"),
    "alignment": ("Clarification", "question"),
}
_HEAVY = (
    "task__checkpoint",
    "task__sealed_variables",
    "task__output",
    "task__options",
    "task__session__metadata",
)


def rows_of(request: ConsoleRequest) -> QuerySet[InputRequest]:
    """The team's requests, with what a row shows of the task, and without its bulk."""
    rows = InputRequest.objects.for_project(request.actor.project)
    return rows.select_related("task__session", "assignee").defer(*_HEAVY)


# What fits a row of the list: browsers would cut within a word.
_PROMPT_LETTERS, _WHERE_LETTERS, _LEAST_LETTERS = 60, 42, 16


def row_context(row: InputRequest) -> dict[str, Any]:
    """A request as the list shows it. Past its deadline it is not open, swept up or not."""
    word, symbol = KIND_WORDS.get(row.kind, (row.kind, "question"))
    pending = row.status == RequestStatus.PENDING
    late = pending and row.expires_at is not None and row.expires_at <= timezone.now()
    is_open = pending and not late
    facts = approvals.row_facts(row)
    return facts | {
        "row": row,
        "prompt": wording.clip(wording.quotes(row.prompt), _PROMPT_LETTERS),
        "session_title": wording.clip(
            row.task.session.title, max(_LEAST_LETTERS, _WHERE_LETTERS - len(facts["host"] or ""))
        ),
        "kind_word": word,
        "kind_icon": symbol,
        "is_open": is_open,
        "is_late": late,
        "in_bulk": is_open and facts["level"] in ("low", "medium"),
        "decided": approvals.decided(row),
    }


def row_contexts(rows: Iterable[InputRequest]) -> list[dict[str, Any]]:
    """Requests as the list shows them. Of those that begin alike each shows where it differs."""
    made = [row_context(row) for row in rows]
    alike: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in made:
        alike[one["prompt"]].append(one)
    for group in alike.values():
        whole = [" ".join(wording.quotes(one["row"].prompt).split()) for one in group]
        if len(set(whole)) > 1:
            letters = enumerate(zip(*whole, strict=False))
            same = next((at for at, here in letters if len(set(here)) > 1), min(map(len, whole)))
            for one, text in zip(group, whole, strict=True):
                one["prompt"] = wording.clip_to(text, same, _PROMPT_LETTERS)
    return made


_BROWSER_SINCE = {
    "live": "The browser was started anew since this was asked: what the page held may be gone.",
    "lost": "The browser is gone since this was asked; another one starts when the task goes on.",
}


def browser_since(row: InputRequest) -> str:
    """What became of the browser since a request was made, in words; nothing when it stayed."""
    events = Event.objects.filter(task_id=row.task_id)
    asked = events.filter(type="task.input_request", payload__request_id=row.pk)
    moves = events.filter(
        type="task.browser_live_url_changed",
        payload__status__in=_BROWSER_SINCE,
        seq__gt=Subquery(asked.order_by("seq").values("seq")[:1]),
    )
    last = moves.order_by("-seq").values_list("payload__status", flat=True).first()
    return _BROWSER_SINCE.get(last, "")


def mouse(request: ConsoleRequest, row: InputRequest) -> str:
    """Who has the mouse of the request's browser, as the viewer sees it.

    mine, theirs, free for the viewer to take, none (there is no browser), or nothing for a viewer
    who may not take it.
    """
    session = row.task.session
    if session.control != Control.AGENT:
        return "mine" if session.driver_id == request.user.pk else "theirs"
    if not {"run", "admin"} & request.actor.scopes:
        return ""
    return "free" if session.browser else "none"


def operators(request: ConsoleRequest) -> list[User]:
    """Those of the team who may decide."""
    rows = User.objects.filter(
        memberships__project=request.actor.project,
        memberships__role__in=(Role.OPERATOR, Role.ADMIN),
        is_active=True,
    )
    return list(rows.order_by("username"))


def card_context(
    request: ConsoleRequest,
    row: InputRequest,
    *,
    problem: str = "",
    posted: QueryDict | None = None,
    confirming: str = "",
    here: str = "",
) -> dict[str, Any]:
    """A request as its card shows it. confirming: the approval that waits for a second press."""
    approval = row.kind == approvals.KIND
    scope = "approve" if approval else "run"
    here = here or request.GET.get("here") or request.POST.get("here") or "inbox"
    card = row_context(row) | {
        "problem": problem,
        "may_decide": bool({scope, "admin"} & request.actor.scopes),
        "may_assign": bool({"run", "admin"} & request.actor.scopes),
        "operators": operators(request) if here != "session" else [],
        "here": here,
        "headline": wording.headline(wording.quotes(row.prompt)),
    }
    if card["is_open"]:
        card["browser_since"] = browser_since(row)
        card["mouse"] = mouse(request, row)
    if approval:
        return card | approvals.card(row, posted) | {"confirming": confirming}
    screenshot = row.context.get("screenshot_artifact_id")
    return card | {
        "fields": fields_of(row, posted),
        "screenshot": (
            reverse("artifact", args=[row.task.session_id, screenshot]) if screenshot else ""
        ),
        "response_text": wording.answer(row.kind, row.response, row.choices),
    }


def part_of(row: InputRequest) -> str:
    """The template of the card."""
    name = "approval_card" if row.kind == approvals.KIND else "request_card"
    return f"_partials/{name}.html"
