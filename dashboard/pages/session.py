"""One session: its page, and the regions that the page fetches again."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from dashboard.errors import NotFound
from dashboard.files import artifact_response
from dashboard.models import AgentSession, Artifact, InputRequest, RequestStatus, Task
from dashboard.pages import results, standing
from dashboard.pages.access import ConsoleRequest, console, respond
from dashboard.pages.cards import card_context
from dashboard.pages.session_context import base, fetch, part
from dashboard.pages.steps import FRAMES_AT_ONCE, frames_context, timeline_context
from dashboard.services import origins, requests, tasks
from dashboard.services import standing as standing_rules

MAX_MESSAGES = 500


@console()
@require_safe
def page(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """The whole page; its regions fetch themselves afterwards."""
    context = base(request, session_id)
    session, task = context["session"], context["task"]
    context |= timeline_context(task)
    context |= chat_context(task)
    context |= details_context(session, task)
    context |= frames_context(task, at_once=FRAMES_AT_ONCE)
    context |= control_context(task)
    context |= stage_context(session, task)
    context["cards"] = _cards(request, task)
    return respond(request, "pages/session.html", "pages/session.html", context)


@console()
@require_safe
def head(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """Title, status, clock, cost and the buttons that fit the moment."""
    return part(request, session_id, "session_head")


def control_context(task: Task) -> dict[str, Any]:
    """Files that came out of the task, for the one who drives; whether there is no browser."""
    files = Artifact.objects.filter(task=task, kind__in=Artifact.VISIBLE).order_by("-pk")[:100]
    return {"files": files, "lacks_browser": tasks.lacks_browser(task)}


@console()
@require_safe
def driving(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """Who drives, and what the one who does may use."""
    context = base(request, session_id)
    return part(request, session_id, "session_control", **control_context(context["task"]))


@console()
@require_safe
def address_bar(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """Where the browser is."""
    context = base(request, session_id)
    return part(
        request, session_id, "browser_bar", **stage_context(context["session"], context["task"])
    )


def stage_context(session: AgentSession, task: Task) -> dict[str, Any]:
    """What to show where the browser is: the live picture, why there is none, or the last one."""
    last = None
    if session.browser is None:
        last = Artifact.objects.filter(task=task, kind="screenshot").order_by("-pk").first()
    seen = Artifact.objects.filter(task=task, kind="observation").order_by("-pk").first()
    return {"standing": standing.of(session, task), "last_picture": last, "seen": seen}


@console()
@require_safe
def stage(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """The place of the picture."""
    context = base(request, session_id)
    return part(
        request, session_id, "session_stage", **stage_context(context["session"], context["task"])
    )


def chat_context(task: Task) -> dict[str, Any]:
    """What was said."""
    newest = task.messages.order_by("-pk")[:MAX_MESSAGES]
    return {"messages_list": list(reversed(newest))}


@console()
@require_safe
def chat(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """The conversation."""
    context = base(request, session_id)
    return part(request, session_id, "chat_list", **chat_context(context["task"]))


@console()
@require_safe
def composer(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """Where a person writes: to the running agent, or what it should do next."""
    return part(request, session_id, "composer")


def details_context(session: AgentSession, task: Task) -> dict[str, Any]:
    """Result, files, the other tasks, and what people approved that still stands."""
    only = session.tasks.only("pk", "number", "instructions", "status").order_by("number")
    return {
        "result": results.shown(task.output, task.output_text),
        "task_list": list(only),
        "rules": list(standing_rules.rules_of(task)) if not task.is_terminal else [],
        "origins": origins.opened(session),
    } | control_context(task)


@console()
@require_safe
def details(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """Output, files, usage, the other tasks."""
    context = base(request, session_id)
    more = details_context(context["session"], context["task"])
    return part(request, session_id, "session_details", **more)


def _cards(request: ConsoleRequest, task: Task) -> list[dict[str, Any]]:
    """What the task asks right now, and below what it asked last if that was just settled.

    First whether a paused task should go on: nothing else is answered before that.
    On a phone the page is one column: an answered card above would push the open one out of view.
    """
    rows = task.input_requests.select_related("task__session", "assignee")
    shown = list(rows.filter(status=RequestStatus.PENDING).order_by("pk"))
    ids = [pk for pk in request.GET.get("shown", "").split(",") if pk][:20]
    settled = rows.filter(pk__in=ids).exclude(status=RequestStatus.PENDING) if ids else []
    shown = _one_of_each_turn(shown)
    shown.sort(key=lambda row: row.context.get("about") != "driver_lost")
    for row in shown:
        requests.saw(row, by=request.actor)
    return [card_context(request, row, here="session") for row in [*shown, *settled]]


def _one_of_each_turn(rows: list[InputRequest]) -> list[InputRequest]:
    """Of the approvals of one turn the first; its card names the others."""
    seen: set[str] = set()
    kept = []
    for row in rows:
        group = str(row.context.get("group") or row.pk)
        if group not in seen:
            kept.append(row)
        seen.add(group)
    return kept


@console()
@require_safe
def open_requests(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """What the task asks right now; a card that is on the page stays there as a tombstone."""
    context = base(request, session_id)
    return part(request, session_id, "session_requests", cards=_cards(request, context["task"]))


@console()
@require_safe
def artifact(request: ConsoleRequest, session_id: str, artifact_id: str) -> HttpResponse:
    """A file of the session."""
    session = fetch(request, session_id)
    row = Artifact.objects.filter(session=session).fetch(artifact_id)
    try:
        return artifact_response(row)
    except FileNotFoundError:
        raise NotFound("The file was deleted.", code="artifact_not_found") from None
