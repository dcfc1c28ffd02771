"""Settings: how agents ask, what they may reach, and the standing approvals in force."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dashboard.models import TERMINAL, Project, StandingRule
from dashboard.pages.access import ConsoleRequest, console
from dashboard.pages.settings_tabs import attempt, page
from dashboard.services import project_settings, standing

MODES = (
    ("delegated", "Delegated", "Asks for payments, purchases, legal acceptance, deletion and "
     "granting of permissions, and for what the policy reserves. The rest is done."),
    ("ask", "Ask", "Asks before every sensitive action: signing in, personal data, uploads too."),
    ("never", "Never", "Asks nobody: sensitive actions are refused, and the task goes on without "
     "them or ends."),
)  # fmt: skip


@console()
def index(request: ConsoleRequest) -> HttpResponse:
    """The tab; a POST saves it."""
    if request.method != "POST":
        return _shown(request)
    request.actor.require("admin")
    return attempt(
        request,
        "settings",
        lambda: project_settings.set_rules(
            by=request.actor,
            approval=request.POST.get("approval", ""),
            policy_text=request.POST.get("policy", ""),
        ),
        said="Saved. Tasks that start from now on follow it.",
        shown=_shown,
    )


def _shown(request: ConsoleRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    project = Project.objects.get(pk=request.actor.project.pk)
    values = more.get("values") or {}
    stored = json.dumps(project.default_policy, indent=2) if project.default_policy else ""
    rules = StandingRule.objects.for_project(project).filter(revoked_at__isnull=True)
    rules = rules.exclude(task__status__in=TERMINAL).select_related("task")
    context = {
        "modes": MODES,
        "approval": values.get("approval", project.default_approval or "delegated"),
        "policy": values.get("policy", stored),
        "rules": rules.order_by("-pk")[:200],
        **more,
    }
    return page(request, "settings", "rules", context, status=status)


@console("approve")
@require_POST
def revoke_rule(request: ConsoleRequest, rule_id: str) -> HttpResponse:
    """Take a standing approval back."""
    rule = StandingRule.objects.for_project(request.actor.project).fetch(rule_id)
    standing.revoke(rule, by=request.actor)
    return redirect("settings")
