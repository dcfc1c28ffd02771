"""Teams and the people in them."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from dashboard.admin.common import WithId
from dashboard.models import (
    Membership,
    Project,
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
