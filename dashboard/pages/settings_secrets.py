"""Settings: the project's stored secrets. Written here, typed by tasks, shown to nobody."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dashboard.models import Secret, SecretKind
from dashboard.pages.access import ConsoleRequest, console
from dashboard.pages.settings_tabs import attempt, page
from dashboard.services import secrets


@console()
def index(request: ConsoleRequest) -> HttpResponse:
    """The tab; a POST stores a secret."""
    if request.method != "POST":
        return _shown(request)
    request.actor.require("admin")
    post = request.POST
    return attempt(
        request,
        "settings-secrets",
        lambda: secrets.create(
            post.get("name", "").strip(),
            post.get("value", ""),
            by=request.actor,
            kind=post.get("kind", ""),
            description=post.get("description", ""),
            allowed_domains=_domains(post.get("allowed_domains", "")),
        ),
        said="Stored. It cannot be read back.",
        shown=_shown,
    )


def _domains(text: str) -> list[str]:
    return [part for part in text.replace(",", " ").split() if part]


def _shown(request: ConsoleRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    values = {name: text for name, text in (more.pop("values", None) or {}).items()}
    values.pop("value", None)  # what was typed is not sent back
    rows = Secret.objects.for_project(request.actor.project).order_by("name")
    context = {"secrets": rows, "kinds": SecretKind.choices, "values": values, **more}
    return page(request, "settings-secrets", "secrets", context, status=status)


@console("admin")
@require_POST
def change(request: ConsoleRequest, secret_id: str, verb: str) -> HttpResponse:
    """Replace a secret's value and domains, or delete it."""
    secret = Secret.objects.for_project(request.actor.project).fetch(secret_id)
    if verb == "delete":
        secrets.delete(secret, by=request.actor)
        messages.success(request, f"{secret.name} is deleted.")
        return redirect("settings-secrets")
    value = request.POST.get("value", "")
    return attempt(
        request,
        "settings-secrets",
        lambda: secrets.replace(
            secret,
            by=request.actor,
            value=value or None,
            allowed_domains=_domains(request.POST.get("allowed_domains", "")),
        ),
        said=f"{secret.name} is {'replaced' if value else 'changed'}.",
        shown=_shown,
    )
