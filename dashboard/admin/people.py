"""Teams and the people in them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from dashboard.admin.common import WithId
from dashboard.models import (
    Membership,
    Project,
    Role,
    User,
)


class MembershipInline(admin.TabularInline):
    """People of a project."""

    model = Membership
    extra = 1
    autocomplete_fields = ["user"]


@admin.register(Project)
class ProjectAdmin(WithId):
    """Teams and their limits."""

    list_display = ["name", "slug", "public_id", "max_concurrent_sessions", "created_at"]
    search_fields = ["name", "slug", "id"]
    readonly_fields = ["public_id", "created_at"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [MembershipInline]

    def get_fieldsets(self, request: HttpRequest, obj: Project | None = None) -> Any:
        """The fields, and where what is not among them is set."""
        where = format_html(
            'Monthly budgets are set by the team on its <a href="{}">Usage</a> page, credits under '
            '<a href="{}">Credit accounts</a>.',
            reverse("usage"),
            reverse("admin:dashboard_creditaccount_changelist"),
        )
        return [(None, {"fields": self.get_fields(request, obj), "description": where})]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **more: Any) -> Any:
        """The slug's field says what it is."""
        if db_field.name == "slug":
            more["help_text"] = (
                "The project's short name in commands (--project) and file names; it follows the "
                "name as you type. Letters, digits, hyphens."
            )
        return super().formfield_for_dbfield(db_field, request, **more)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Who makes a project is its admin: it is seen in the console by its members only."""
        super().save_related(request, form, formsets, change)
        if change:
            return
        _, made = Membership.objects.get_or_create(
            user=request.user, project=form.instance, defaults={"role": Role.ADMIN}
        )
        if made:
            said = "You are its admin: it is in the console's list of projects, at the top."
            messages.info(request, said)


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
