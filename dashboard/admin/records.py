"""What services write, to look at; saved browser profiles."""

from __future__ import annotations

from django.contrib import admin

from dashboard.admin.common import LookOnly, WithId
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
class AgentSessionAdmin(WithId, LookOnly):
    """Sessions of all teams."""

    list_display = ["title", "public_id", "project", "status", "browser_status", "created_at"]
    list_filter = ["status", "project"]
    search_fields = ["id", "title"]
    fieldsets = (
        (None, {"fields": ["public_id", "title", "project", "product", "status", "created_by",
                           "created_at", "updated_at"]}),
        ("Browser", {"fields": ["browser_status", "browser_host", "browser_used_at", "page_title",
                                "page_url", "profile", "keep_alive", "control", "driver_name"]}),
        ("Caller", {"fields": ["callback_url", "metadata"]}),
    )  # fmt: skip


@admin.register(BrowserProfile)
class BrowserProfileAdmin(WithId):
    """Saved browser profiles."""

    list_display = ["name", "public_id", "project", "last_used_at", "used_by"]
    list_filter = ["project"]
    fields = ["project", "name"]
