"""What all settings pages share: their tabs, and answering to a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from dashboard.errors import Conflict, Invalid
from dashboard.pages.access import ConsoleRequest, respond

TABS = (
    # url name, label
    ("settings", "Approvals"),
    ("settings-models", "Models"),
    ("settings-secrets", "Secrets"),
    ("settings-profiles", "Profiles"),
    ("settings-keys", "API keys"),
    ("settings-members", "Members"),
    ("settings-retention", "Retention"),
    ("settings-audit", "Audit log"),
)


def page(
    request: ConsoleRequest, tab: str, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """One tab of the settings."""
    name = f"pages/settings_{template}.html"
    frame = {"section": "settings", "tabs": TABS, "tab": tab}
    return respond(request, name, name, {**frame, **context}, status=status)


def attempt(
    request: ConsoleRequest,
    tab: str,
    work: Callable[[], object],
    *,
    said: str,
    shown: Callable[..., HttpResponse],
) -> HttpResponse:
    """Do something and go back to the tab; a value that is not acceptable is said beside it.

    shown: renders the tab again with `problem`, `values` and `status`.
    """
    try:
        work()
    except (Invalid, Conflict) as error:
        return shown(request, problem=error.detail, values=request.POST, status=error.status)
    messages.success(request, said)
    return redirect(tab)
