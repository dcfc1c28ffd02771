"""What services write, to look at; saved browser profiles."""

from __future__ import annotations

from django.contrib import admin

from dashboard.admin.common import LookOnly
from dashboard.models import (
    AgentSession,
    AuditEntry,
    BrowserProfile,
)


@admin.register(AuditEntry)
class AuditEntryAdmin(LookOnly):
    """Who did what."""

    list_display = ["at", "actor", "actor_id", "action", "object_id", "project"]
    list_filter = ["action", "project"]
    search_fields = ["actor", "actor_id", "object_id"]
    date_hierarchy = "at"


@admin.register(AgentSession)
class AgentSessionAdmin(LookOnly):
    """Sessions of all teams."""

    list_display = ["title", "id", "project", "status", "browser_status", "created_at"]
    list_filter = ["status", "project"]
    search_fields = ["id", "title"]
    exclude = ["driver_token"]


@admin.register(BrowserProfile)
class BrowserProfileAdmin(admin.ModelAdmin):
    """Saved browser profiles."""

    list_display = ["name", "id", "project", "last_used_at", "used_by"]
    list_filter = ["project"]
    fields = ["project", "name"]
