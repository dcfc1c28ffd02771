"""Timeline, steps and their pictures."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard import ledger
from dashboard.errors import NotFound
from dashboard.models import Artifact, Event, Task
from dashboard.pages import timeline, wording
from dashboard.pages.access import ConsoleRequest, console, respond, wants_part
from dashboard.pages.session_context import base, part

BATCH = 200
# More pictures than this come after the page, so that a long run opens like a short one.
FRAMES_AT_ONCE = 60
MAX_FRAMES = 2000


def timeline_context(task: Task) -> dict[str, Any]:
    """The newest lines, and the cursor after them."""
    last = Event.objects.filter(task=task).aggregate(last=Max("seq"))["last"] or 0
    events = ledger.read_back(task_id=task.pk, before=last + 1, limit=BATCH)
    return {"cursor": last} | _lines(task, events)


def _lines(task: Task, events: list[Event]) -> dict[str, Any]:
    """Lines of these events; before the very first ones, what was asked for."""
    first = events[0].seq if events else 0
    more = bool(events) and Event.objects.filter(task=task, seq__lt=first).exists()
    items = timeline.items(task, events)
    if not more:
        items.insert(0, timeline.asked_for(task))
    return {"items": items, "first": first, "has_earlier": more}


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


@console()
@require_safe
def tail(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """Lines after the cursor, and the cursor's new place, out of band."""
    context = base(request, session_id)
    task = context["task"]
    events = ledger.read(task_id=task.pk, after=_number(request.GET.get("after")), limit=BATCH)
    if not events:
        return HttpResponse(status=204)
    context |= {"items": timeline.items(task, events), "cursor": events[-1].seq}
    name = "_partials/timeline_tail.html"
    response = respond(request, name, name, context)
    if len(events) == BATCH:
        response.headers["HX-Trigger-After-Settle"] = '{"more": {"target": "#timeline-tail"}}'
    return response


@console()
@require_safe
def earlier(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """Lines before the first one shown."""
    context = base(request, session_id)
    task = context["task"]
    before = _number(request.GET.get("before"))
    events = ledger.read_back(task_id=task.pk, before=before, limit=BATCH)
    context |= _lines(task, events)
    name = "_partials/timeline_earlier.html"
    return respond(request, "pages/timeline.html", name, context)


@console()
@require_safe
def step(request: ConsoleRequest, session_id: str, number: int) -> HttpResponse:
    """All about one step: code, result, what the agent saw, pictures before and after, JSON."""
    context = base(request, session_id)
    task = context["task"]
    started = Event.objects.filter(task=task, type="task.step_started", payload__step=number).last()
    if started is None:
        raise NotFound("The task has no such step.", code="step_not_found")
    events = [
        event
        for event in ledger.read(task_id=task.pk, after=started.seq - 1, limit=BATCH)
        if event.payload.get("step") == number
    ]
    ended = next((event for event in events if event.type == "task.step_completed"), None)
    shots = Artifact.objects.filter(task=task, kind="screenshot")
    context |= {
        "number": number,
        "started": started,
        "ended": ended,
        "value": wording.pretty(ended.payload["value"]) if ended else "",
        "error": wording.step_error(ended.payload["error_message"] or "") if ended else "",
        "raw": wording.pretty([{"type": e.type, "seq": e.seq, **e.payload} for e in events]),
        "before": shots.filter(step__lt=number).order_by("-step", "-pk").first(),
        "after": shots.filter(step=number).order_by("-pk").first(),
        "seen": Artifact.objects.filter(task=task, kind="observation", step=number).first(),
    }
    return respond(request, "pages/step.html", "_partials/step.html", context)


# --- pictures -----------------------------------------------------------------------------------
def frames_context(task: Task, *, at_once: int = MAX_FRAMES) -> dict[str, Any]:
    """The pictures of the steps in order, and marks: what happened between them.

    Of more than `at_once` only the last is given, and `frames_later` says so.
    """
    rows = Artifact.objects.filter(task=task, kind="screenshot").order_by("pk")
    if rows.count() > at_once:
        last = rows.last()
        return {"frames": [_frame(task, last)] if last else [], "marks": [], "frames_later": True}
    frames = [_frame(task, row) for row in rows[:MAX_FRAMES]]
    marks = _marks(task, frames)
    for mark in marks:
        frames[mark["index"]].setdefault("mark", mark["words"])
    return {"frames": frames, "marks": marks, "frames_later": False}


def _frame(task: Task, row: Artifact) -> dict[str, Any]:
    start = task.started_at or task.created_at
    return {
        "url": reverse("artifact", args=[task.session_id, row.pk]),
        "step": row.step,
        "made": row.created_at,
        "at": max(0.0, round((row.created_at - start).total_seconds(), 1)),
    }


_MARKED = {
    "task.input_request": ("request", "asked a person"),
    "task.take_control_started": ("takeover", "a person took control"),
    "task.step_completed": ("failed", "the step failed"),
}


def _marks(task: Task, frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Errors, requests and takeovers: {kind, words, index of the picture, x in thousandths}."""
    if not frames:
        return []
    events = Event.objects.filter(task=task, type__in=_MARKED).order_by("seq")
    found, place = [], 0
    for event in events:
        if event.type == "task.step_completed" and event.payload["success"]:
            continue
        while place < len(frames) - 1 and frames[place + 1]["made"] <= event.occurred_at:
            place += 1
        kind, words = _MARKED[event.type]
        x = round(1000 * place / max(1, len(frames) - 1))
        found.append({"kind": kind, "words": words, "index": place, "x": x})
    return found


@console()
@require_safe
def replay(request: ConsoleRequest, session_id: str) -> HttpResponse:
    """The pictures of the task's steps; without script, as a page of links."""
    context = base(request, session_id)
    context |= frames_context(context["task"])
    if wants_part(request):
        return part(request, session_id, "replay", **context)
    return respond(request, "pages/replay.html", "_partials/replay.html", context)
