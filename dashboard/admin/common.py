"""What several pages of the admin site need."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class WithId(admin.ModelAdmin):
    """Rows with a public id, shown as `public_id`."""

    @admin.display(description="ID", ordering="id")
    def public_id(self, row: Any) -> str:
        return "—" if row._state.adding else row.pk


class LookOnly(admin.ModelAdmin):
    """Rows that services write and nobody edits."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def name_of(request: HttpRequest) -> str:
    return request.user.display_name  # type: ignore[union-attr]
