"""Webhook endpoints of all teams."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from dashboard.admin.common import LookOnly, WithId, name_of
from dashboard.errors import ServiceError
from dashboard.models import EVERYTHING, Endpoint
from dashboard.services import endpoints
from dashboard.services.actors import Actor


@admin.register(Endpoint)
class EndpointAdmin(WithId, LookOnly):
    """Webhook endpoints of all teams. Secrets are not shown."""

    list_display = ["url", "project", "status", "failing_since", "last_success_at", "created_by"]
    list_filter = ["status", "project"]
    search_fields = ["url", "id"]
    fields = [
        "public_id",
        "project",
        "url",
        "description",
        "shown_events",
        "status",
        "disabled_reason",
        "failing_since",
        "last_success_at",
        "created_at",
        "created_by",
    ]
    actions = ["switch_off", "switch_on"]

    @admin.display(description="events")
    def shown_events(self, row: Endpoint) -> str:
        if EVERYTHING in row.events:
            return "all"
        return ", ".join(row.events) or "those of the sessions that name it"

    @admin.action(description="Switch off: hold what waits")
    def switch_off(self, request: HttpRequest, queryset: Any) -> None:
        self._switch(request, queryset, enabled=False)

    @admin.action(description="Switch on: send what was held")
    def switch_on(self, request: HttpRequest, queryset: Any) -> None:
        self._switch(request, queryset, enabled=True)

    def _switch(self, request: HttpRequest, queryset: Any, *, enabled: bool) -> None:
        if not request.user.has_perm("dashboard.change_endpoint"):  # type: ignore[union-attr]
            messages.error(request, "You may look at endpoints only.")
            return
        for row in queryset.select_related("project"):
            by = Actor(
                row.project, name_of(request), frozenset({"admin"}),
                user=request.user,  # type: ignore[arg-type]
            )  # fmt: skip
            try:
                endpoints.change(row, by=by, enabled=enabled)
            except ServiceError as error:
                messages.error(request, f"{row.url}: {error.detail}")
        messages.success(request, "Done.")
