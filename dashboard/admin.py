"""Django admin: teams, people, keys, profiles; sessions and the audit log to look at."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from dashboard.errors import ServiceError
from dashboard.models import (
    SCOPES,
    AgentSession,
    ApiKey,
    AuditEntry,
    BrowserProfile,
    Membership,
    Project,
    User,
)
from dashboard.services import keys
from dashboard.services.keys import NewKey

admin.site.site_header = "Web agents"
admin.site.site_title = "Web agents"
admin.site.index_title = "Teams, people and keys"
OVERLAP = timedelta(hours=24)


class MembershipInline(admin.TabularInline):
    """People of a project."""

    model = Membership
    extra = 1
    autocomplete_fields = ["user"]


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    """Teams and their limits."""

    list_display = ["name", "slug", "id", "max_concurrent_sessions", "created_at"]
    search_fields = ["name", "slug", "id"]
    readonly_fields = ["id", "created_at"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [MembershipInline]


class OwnMembershipInline(admin.TabularInline):
    """Projects of a person."""

    model = Membership
    extra = 0


@admin.register(User)
class PeopleAdmin(UserAdmin):
    """People at the console."""

    inlines = [OwnMembershipInline]
    fieldsets = (
        *UserAdmin.fieldsets,
        ("Console", {"fields": ["time_zone", "theme", "single_key_shortcuts"]}),
    )


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    """Who belongs where."""

    list_display = ["user", "project", "role", "created_at"]
    list_filter = ["project", "role"]
    autocomplete_fields = ["user", "project"]


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """Keys: made here, shown once, rotated with an overlap, revoked for good."""

    list_display = ["name", "shown_prefix", "project", "shown_scopes", "shown_state",
                    "last_used_at", "expires_at"]  # fmt: skip
    list_filter = ["project"]
    search_fields = ["name", "kid"]
    actions = ["rotate_keys", "revoke_keys"]
    fields = ["project", "name", "scopes", "expires_at"]

    @admin.display(description="key")
    def shown_prefix(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @admin.display(description="scopes")
    def shown_scopes(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.display(description="state")
    def shown_state(self, key: ApiKey) -> str:
        return key.state

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return [] if obj is None else ["project", "scopes", "expires_at"]

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False  # a key that was used stays in the record; revoke it

    def get_form(self, request: HttpRequest, obj: ApiKey | None = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        if "scopes" in form.base_fields:
            form.base_fields["scopes"].help_text = f"A list of: {', '.join(SCOPES)}"
        return form

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            ApiKey.objects.filter(pk=obj.pk).update(name=obj.name)
            return
        try:
            made = keys.create(
                obj.project, name=obj.name, scopes=obj.scopes, expires_at=obj.expires_at,
                by=request.user,  # type: ignore[arg-type]
            )  # fmt: skip
        except ServiceError as error:
            messages.error(request, error.detail)
            return
        obj.pk = made.key.pk
        self._show_once(request, made)

    def log_addition(self, request: HttpRequest, obj: ApiKey, message: Any) -> Any:
        if ApiKey.objects.filter(pk=obj.pk).exists():
            return super().log_addition(request, obj, message)
        return None

    def response_add(self, request: HttpRequest, obj: ApiKey, **kwargs: Any) -> Any:
        if not ApiKey.objects.filter(pk=obj.pk).exists():
            from django.shortcuts import redirect

            return redirect(reverse("admin:dashboard_apikey_add"))
        return super().response_add(request, obj, **kwargs)

    def _show_once(self, request: HttpRequest, made: NewKey) -> None:
        address = request.build_absolute_uri("/").rstrip("/")
        messages.warning(
            request,
            format_html(
                "Copy the key now, it is not shown again: <code>{}</code><br>"
                "Try it: <code>curl -H 'Authorization: Bearer {}' "
                "{}/v1/projects/{}/do_anything/sessions</code>",
                made.plain,
                made.plain,
                address,
                made.key.project_id,
            ),
        )

    @admin.action(description="Rotate: make a successor, end these in 24 hours")
    def rotate_keys(self, request: HttpRequest, queryset: Any) -> None:
        for key in queryset:
            try:
                made = keys.rotate(key, overlap=OVERLAP, by=request.user)  # type: ignore[arg-type]
            except ServiceError as error:
                messages.error(request, f"{key.name}: {error.detail}")
            else:
                self._show_once(request, made)

    @admin.action(description="Revoke at once")
    def revoke_keys(self, request: HttpRequest, queryset: Any) -> None:
        for key in queryset:
            keys.revoke(key, by=request.user)  # type: ignore[arg-type]
        messages.success(request, "Revoked. Requests with these keys are refused from now on.")


class LookOnly(admin.ModelAdmin):
    """Rows that services write and nobody edits."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(LookOnly):
    """Who did what."""

    list_display = ["at", "actor", "action", "object_id", "project"]
    list_filter = ["action", "project"]
    search_fields = ["actor", "object_id"]
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
