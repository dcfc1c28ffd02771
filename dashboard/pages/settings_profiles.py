"""Settings: saved browser profiles, and which session has each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dashboard.models import BrowserProfile
from dashboard.pages.access import ConsoleRequest, console
from dashboard.pages.settings_tabs import attempt, page
from dashboard.services import profiles


@console()
def index(request: ConsoleRequest) -> HttpResponse:
    """The tab; a POST makes a profile."""
    if request.method != "POST":
        return _shown(request)
    request.actor.require("admin")
    return attempt(
        request,
        "settings-profiles",
        lambda: profiles.create(request.POST.get("name", ""), by=request.actor),
        said="Made. Start a session with it and sign in where it should be signed in.",
        shown=_shown,
    )


def _shown(request: ConsoleRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    rows = BrowserProfile.objects.for_project(request.actor.project).select_related("used_by")
    context = {"profiles": rows.order_by("name"), **more}
    return page(request, "settings-profiles", "profiles", context, status=status)


@console("admin")
@require_POST
def change(request: ConsoleRequest, profile_id: str, verb: str) -> HttpResponse:
    """Rename a profile, or delete it."""
    profile = BrowserProfile.objects.for_project(request.actor.project).fetch(profile_id)
    if verb == "delete":
        profiles.delete(profile, by=request.actor)
        messages.success(request, f"{profile.name} is deleted.")
        return redirect("settings-profiles")
    return attempt(
        request,
        "settings-profiles",
        lambda: profiles.rename(profile, request.POST.get("name", ""), by=request.actor),
        said="Renamed.",
        shown=_shown,
    )
