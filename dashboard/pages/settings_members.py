"""Settings: who belongs to the team, and what they may do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from dashboard.errors import Conflict, Invalid
from dashboard.models import Membership, Role
from dashboard.pages.access import ConsoleRequest, console
from dashboard.pages.settings_tabs import TABS, attempt, page
from dashboard.services import members

ROLES = (
    (Role.VIEWER, "Viewer", "looks"),
    (Role.OPERATOR, "Operator", "answers, approves, drives and starts tasks"),
    (Role.ADMIN, "Admin", "also manages keys, members, limits and rules"),
)


@console()
@never_cache
def index(request: ConsoleRequest) -> HttpResponse:
    """The tab; a POST adds somebody."""
    if request.method != "POST":
        return _shown(request)
    request.actor.require("admin")
    try:
        invited = members.invite(
            request.POST.get("name", ""), request.POST.get("role", ""), by=request.actor
        )
    except (Invalid, Conflict) as error:
        return _shown(request, status=error.status, problem=error.detail, values=request.POST)
    if invited.link is None:
        messages.success(request, f"{invited.membership.user.username} is a member now.")
        return redirect("settings-members")
    context = {
        "section": "settings", "tabs": TABS, "tab": "settings-members",
        "who": invited.membership.user, "link": f"{settings.CONFIG.address}{invited.link}",
    }  # fmt: skip
    return render(request, "pages/settings_member_link.html", context)


def _shown(request: ConsoleRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    rows = Membership.objects.filter(project=request.actor.project).select_related("user")
    context = {"members": rows.order_by("user__username")[:500], "roles": ROLES, **more}
    return page(request, "settings-members", "members", context, status=status)


@console("admin")
@require_POST
def change(request: ConsoleRequest, member_id: int, verb: str) -> HttpResponse:
    """Give a member another role, or remove them."""
    rows = Membership.objects.filter(project=request.actor.project).select_related("user")
    member = rows.filter(pk=member_id).first()
    if member is None:
        raise Http404
    if verb == "remove":
        work, said = (lambda: members.remove(member, by=request.actor)), "Removed."
    else:
        role = request.POST.get("role", "")
        work, said = (lambda: members.set_role(member, role, by=request.actor)), "Saved."
    return attempt(request, "settings-members", work, said=said, shown=_shown)
