"""Keys: made here, shown once, rotated with an overlap, revoked for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from dashboard import once
from dashboard.errors import ServiceError
from dashboard.models import SCOPES, ApiKey
from dashboard.models.projects import all_scopes
from dashboard.services import keys

OVERLAP = timedelta(hours=24)


class KeyForm(forms.ModelForm):
    """A new key, or another name for one."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES],
        initial=all_scopes,
        widget=forms.CheckboxSelectMultiple,
    )


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """Keys: made here, shown once, rotated with an overlap, revoked for good."""

    form = KeyForm
    list_display = ["name", "shown_prefix", "project", "shown_scopes", "shown_state",
                    "last_used_at", "expires_at"]  # fmt: skip
    list_filter = ["project"]
    search_fields = ["name", "kid"]
    actions = ["rotate_keys", "revoke_keys"]

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
        return [] if obj is None else ["project", "scopes", "shown_scopes", "expires_at"]

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        scopes = "scopes" if obj is None else "shown_scopes"
        return ["project", "name", scopes, "expires_at"]

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False  # a key that was used stays in the record; revoke it

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
        obj.pk, obj.kid = made.key.pk, made.key.kid
        once.keep(request, made)

    def log_addition(self, request: HttpRequest, obj: ApiKey, message: Any) -> Any:
        if ApiKey.objects.filter(pk=obj.pk).exists():
            return super().log_addition(request, obj, message)
        return None

    def response_add(self, request: HttpRequest, obj: ApiKey, **kwargs: Any) -> Any:
        if not ApiKey.objects.filter(pk=obj.pk).exists():
            return redirect(reverse("admin:dashboard_apikey_add"))
        return super().response_add(request, obj, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self._show_once(request)
        return super().changelist_view(request, *args, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self._show_once(request)
        return super().changeform_view(request, *args, **kwargs)

    def _show_once(self, request: HttpRequest) -> None:
        """Say which keys were just made, on the page that is shown now."""
        address = request.build_absolute_uri("/").rstrip("/")
        for made in once.take(request) if request.method == "GET" else []:
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
                once.keep(request, made)

    @admin.action(description="Revoke at once")
    def revoke_keys(self, request: HttpRequest, queryset: Any) -> None:
        for key in queryset:
            keys.revoke(key, by=request.user)  # type: ignore[arg-type]
        messages.success(request, "Revoked. Requests with these keys are refused from now on.")
