"""What every part of a session's page needs: the session, its task, who drives, what is allowed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from dashboard.errors import NotFound
from dashboard.models import AgentSession, Task
from dashboard.pages.access import ConsoleRequest, respond, wants_part
from dashboard.services import titles

PANES = (("timeline", "Timeline", "1"), ("chat", "Chat", "2"), ("details", "Details", "3"))
# Big, and of no interest to a page.
HEAVY = ("checkpoint", "sealed_variables")


def fetch(request: ConsoleRequest, session_id: str) -> AgentSession:
    """The team's session. Raises: NotFound."""
    rows = AgentSession.objects.for_project(request.actor.project).select_related("driver")
    return rows.fetch(session_id)


def chosen_task(request: ConsoleRequest, session: AgentSession) -> Task:
    """The task that the address names, or the newest one."""
    wanted = request.GET.get("task") or request.POST.get("task")
    rows = Task.objects.filter(session=session).defer(*HEAVY)
    if wanted:
        return rows.fetch(wanted)
    newest = rows.order_by("-number").first()
    if newest is None:
        raise NotFound("The session has no task.", code="task_not_found")
    return newest


def base(request: ConsoleRequest, session_id: str) -> dict[str, Any]:
    """What every part of the page needs."""
    session = fetch(request, session_id)
    task = chosen_task(request, session)
    drives = session.driver_id == request.user.pk and session.control != "agent"
    pane = request.GET.get("pane", "timeline")
    return {
        "section": "sessions",
        "session": session,
        "task": task,
        "title": _title(session, task),
        "drives": drives,
        "pane": pane if pane in {name for name, _, _ in PANES} else "timeline",
        "panes": PANES,
        "max_cost": task.options.get("max_cost_usd"),
        "browser_open": session.browser is not None,
        "may_approve": bool({"approve", "admin"} & request.actor.scopes),
    }


def _title(session: AgentSession, task: Task) -> str:
    """The session's title; of a follow-up what it asks for."""
    if task.number > 1:
        return titles.title_of(task.instructions)
    return session.title or session.pk


def part(request: ConsoleRequest, session_id: str, name: str, **more: Any) -> HttpResponse:
    """One region of the page."""
    template = f"_partials/{name}.html"
    return respond(request, template, template, base(request, session_id) | more)


def back(
    request: ConsoleRequest,
    session_id: str,
    name: str,
    *,
    pane: str = "",
    place: str = "",
    **more: Any,
) -> HttpResponse:
    """After an action: the region that shows it, or the page with this pane open, at this place."""
    if wants_part(request):
        return part(request, session_id, name, **more)
    query = f"?pane={pane}" if pane else ""
    return redirect(f"{reverse('session', args=[session_id])}{query}{'#' + place if place else ''}")
