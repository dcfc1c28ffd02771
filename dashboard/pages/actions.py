"""What people do to a session: steer it, drive it, talk to it, follow up."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST
from pydantic import ValidationError

from dashboard.errors import Invalid, field_words
from dashboard.models import StandingRule
from dashboard.pages.access import ConsoleRequest, console
from dashboard.pages.session import chat_context, control_context, details_context
from dashboard.pages.session_context import back, chosen_task, fetch
from dashboard.services import control, messages, origins, sessions, standing, tasks
from dashboard.services.options import NewTask

# What a follow-up takes over from the task before.
INHERITED = (
    "model", "max_steps", "max_tokens", "max_cost_usd", "max_duration_minutes",
    "approval", "policy",
)  # fmt: skip


@console("run")
@require_POST
def stop(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """End the session; `force` interrupts the running action."""
    force = request.POST.get("force") == "1"
    sessions.stop(fetch(request, session_id), by=request.actor, force=force)
    return back(request, session_id, "session_head")


@console("run")
@require_POST
def steer(request: ConsoleRequest, session_id: str, verb: str) -> HttpResponse:
    """Pause, resume or cancel the task."""
    task = chosen_task(request, fetch(request, session_id))
    {"pause": tasks.pause, "resume": tasks.resume, "cancel": tasks.cancel}[verb](
        task, by=request.actor
    )
    return back(request, session_id, "session_head")


@console("run")
@require_POST
def reopen(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """Start a browser for a task that waits for people without one."""
    tasks.reopen_browser(chosen_task(request, fetch(request, session_id)), by=request.actor)
    session = fetch(request, session_id)
    task = chosen_task(request, session)
    return back(request, session_id, "session_control", **control_context(task))


@console("run")
@require_POST
def drive(request: ConsoleRequest, session_id: str, verb: str) -> HttpResponse:
    """Take the mouse, or hand it back with a note."""
    session = fetch(request, session_id)
    if verb == "take":
        control.take(session, by=request.actor)
    else:
        control.release(session, by=request.actor, note=request.POST.get("note", ""))
    task = chosen_task(request, session)
    place = "live-view" if verb == "take" else ""
    return back(request, session_id, "session_control", place=place, **control_context(task))


@console("run")
@require_POST
def say(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """Tell the agent something."""
    task = chosen_task(request, fetch(request, session_id))
    messages.send(task, request.POST.get("content", ""), by=request.actor)
    return back(request, session_id, "said", pane="chat", **chat_context(task))


@console("approve")
@require_POST
def revoke_rule(request: ConsoleRequest, session_id: str, rule_id: str) -> HttpResponse:
    """Take a standing approval back: the next such action asks again."""
    session = fetch(request, session_id)
    task = chosen_task(request, session)
    rules = StandingRule.objects.for_project(request.actor.project).filter(task__session=session)
    standing.revoke(rules.fetch(rule_id), by=request.actor)
    more = details_context(session, task)
    return back(request, session_id, "session_details", pane="details", **more)


@console("approve")
@require_POST
def revoke_origin(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """Close an origin again that somebody opened after a secret was typed."""
    session = fetch(request, session_id)
    origins.revoke(session, request.POST.get("origin", ""), by=request.actor)
    session = fetch(request, session_id)
    more = details_context(session, chosen_task(request, session))
    return back(request, session_id, "session_details", pane="details", **more)


@console("run")
@require_POST
def follow_up(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """A new task in the same browser."""
    session = fetch(request, session_id)
    previous = chosen_task(request, session)
    options = {name: previous.options.get(name) for name in INHERITED}
    try:
        new = NewTask(instructions=request.POST.get("instructions", ""), **options)
    except ValidationError as error:
        detail = field_words(str(error.errors()[0]["msg"]))
        raise Invalid(f"The instructions {detail}") from None
    sessions.create_task(session, new, by=request.actor)
    return redirect("session", session_id)
