"""The first page, the palette, and the count of what waits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from dashboard.models import AgentSession
from dashboard.pages.access import ConsoleRequest, console, respond
from dashboard.pages.shell import NAVIGATION
from dashboard.pages.shell import waiting_count as count_waiting


@console()
def home(request: HttpRequest) -> HttpResponse:
    """The sessions; the count beside Inbox says what waits."""
    return redirect("sessions")


@console()
def waiting_count(request: ConsoleRequest) -> HttpResponse:
    """How many requests wait, as the navigation shows it."""
    context = {"waiting_count": count_waiting(request.actor.project.pk)}
    part = "_partials/waiting_count.html"
    return respond(request, part, part, context)


@console()
def palette(request: ConsoleRequest) -> HttpResponse:
    """Screens and sessions that match what was typed."""
    text = request.GET.get("q", "").strip()[:100]
    words = text.lower()
    found = [
        {"label": label, "icon": symbol, "url": reverse(name)}
        for name, label, symbol, _ in NAVIGATION
        if words in label.lower()
    ]
    if words in "new session" and {"run", "admin"} & request.actor.scopes:
        found.append({"label": "New session", "icon": "plus", "url": reverse("new-session")})
    if words in "settings":
        found.append({"label": "Your settings", "icon": "user", "url": reverse("account")})
    sessions = AgentSession.objects.for_project(request.actor.project)
    if text:
        sessions = sessions.filter(title__icontains=text) | sessions.filter(pk=text)
    found += [
        {
            "label": row.title or row.pk,
            "icon": "sessions",
            "url": reverse("session", args=[row.pk]),
            "at": row.created_at,
        }
        for row in sessions.only("pk", "title", "created_at").order_by("-pk")[:8]
    ]
    part = "_partials/palette_options.html"
    return respond(request, part, part, {"options": found, "text": text})
