"""What every console page shows around its content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from dashboard.models import InputRequest, Membership, Project, RequestStatus

NAVIGATION = (
    # url name, label, icon, key after g
    ("inbox", "Inbox", "inbox", "i"),
    ("sessions", "Sessions", "sessions", "s"),
    ("deliveries", "Deliveries", "send", "d"),
    ("usage", "Usage", "usage", "u"),
    ("settings", "Settings", "settings", "t"),
    ("status", "Status", "status", "h"),
)


def waiting_count(project_id: str) -> int:
    """Requests of the project that wait for a person."""
    return InputRequest.objects.filter(project_id=project_id, status=RequestStatus.PENDING).count()


def shell_context(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame: project, waiting requests, navigation.

    Looked up when a template uses it: parts of a page mostly do not.
    """
    actor = getattr(request, "actor", None)
    if actor is None or actor.user is None:
        return {}

    def projects() -> list[Project]:
        memberships = Membership.objects.filter(user=actor.user).select_related("project")
        return [m.project for m in memberships.order_by("project__name")]

    return {
        "actor": actor,
        "may_run": bool({"run", "admin"} & actor.scopes),
        "projects": SimpleLazyObject(projects),
        "waiting_count": SimpleLazyObject(lambda: waiting_count(actor.project.pk)),
        "navigation": NAVIGATION,
    }
