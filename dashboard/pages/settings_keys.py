"""Settings: the project's API keys. Each is shown once, with a request to try it with.

A new key is shown on a page of its own, after a redirect: reloading that makes no second one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from dashboard import once
from dashboard.errors import Conflict, Invalid
from dashboard.models import SCOPES, ApiKey
from dashboard.pages.access import ConsoleRequest, console
from dashboard.pages.settings_tabs import TABS, page
from dashboard.services import keys
from dashboard.services.keys import NewKey

OVERLAP = timedelta(hours=24)
MOST_DAYS = 3650
SCOPE_WORDS = {
    "run": "start and steer tasks",
    "read": "read sessions, events and files",
    "approve": "decide confirmations",
    "admin": "everything, webhook endpoints included",
}


@console()
@never_cache
def index(request: ConsoleRequest) -> HttpResponse:
    """The tab; a POST makes a key, which the next page shows once."""
    if request.method != "POST":
        return _shown(request)
    request.actor.require("admin")
    try:
        made = keys.create(
            request.actor.project,
            name=request.POST.get("name", ""),
            scopes=_scopes(request),
            expires_at=_expiry(request.POST.get("days", "")),
            by=request.actor.user,
        )
    except Invalid as error:
        return _shown(request, status=422, problem=error.detail, values=request.POST)
    return _once(request, made)


def _scopes(request: ConsoleRequest) -> list[str]:
    scopes = request.POST.getlist("scopes")
    if not scopes:
        raise Invalid("A key needs a scope.")
    return scopes


def _expiry(text: str) -> Any:
    text = text.strip()
    if not text:
        return None
    is_short = text.isascii() and text.isdecimal() and len(text) < 10
    if not (is_short and 0 < int(text) <= MOST_DAYS):
        raise Invalid(f"Days until it expires are 1 to {MOST_DAYS}, or nothing.")
    return timezone.now() + timedelta(days=int(text))


def _once(request: ConsoleRequest, made: NewKey) -> HttpResponse:
    once.keep(request, made)
    return redirect("key-made")


@console("admin")
@never_cache
@require_GET
def shown_once(request: ConsoleRequest) -> HttpResponse:
    """The key that was just made; whoever looks again is shown the list."""
    mine = [one for one in once.take(request) if one.key.project_id == request.actor.project.pk]
    if not mine:
        return redirect("settings-keys")
    key, plain = mine[-1].key, mine[-1].plain
    address = f"{settings.CONFIG.address}/v1/projects/{key.project_id}/do_anything/sessions"
    context = {
        "section": "settings", "tabs": TABS, "tab": "settings-keys", "key": key, "plain": plain,
        "curl": f"curl -H 'Authorization: Bearer {plain}' {address}",
    }  # fmt: skip
    return render(request, "pages/settings_key_once.html", context)


def _shown(request: ConsoleRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    rows = list(ApiKey.objects.for_project(request.actor.project).order_by("-pk")[:200])
    values = more.get("values")
    chosen = values.getlist("scopes") if values else ["run", "read", "approve"]
    context = {
        "keys": sorted(rows, key=lambda row: row.state != "active"),
        "scopes": [(scope, SCOPE_WORDS[scope], scope in chosen) for scope in SCOPES],
        **more,
    }
    return page(request, "settings-keys", "keys", context, status=status)


@console("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: ConsoleRequest, key_id: str, verb: str) -> HttpResponse:
    """Rotate a key (the old one works for a day more), or revoke it at once; a GET asks first."""
    key = ApiKey.objects.for_project(request.actor.project).fetch(key_id)
    if request.method != "POST":
        return page(request, "settings-keys", "key_change", {"key": key, "verb": verb})
    if verb == "revoke":
        keys.revoke(key, by=request.actor.user)
        messages.success(request, f"{key.name} is revoked: requests with it are refused.")
        return redirect("settings-keys")
    try:
        made = keys.rotate(key, overlap=OVERLAP, by=request.actor.user)
    except Conflict as error:
        return _shown(request, status=409, problem=error.detail)
    return _once(request, made)
