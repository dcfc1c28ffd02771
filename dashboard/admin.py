"""Django admin: teams, people, keys, profiles, credits; what services write, to look at."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from dashboard.errors import ServiceError
from dashboard.models import (
    SCOPES,
    AgentSession,
    ApiKey,
    AuditEntry,
    BrowserProfile,
    CreditAccount,
    Endpoint,
    Membership,
    Project,
    UsageEntry,
    UsageKind,
    User,
)
from dashboard.models.projects import all_scopes
from dashboard.models.usage import to_usd
from dashboard.services import budgets, endpoints, keys
from dashboard.services.actors import Actor, user_id
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
        self._show_once(request, made)

    def log_addition(self, request: HttpRequest, obj: ApiKey, message: Any) -> Any:
        if ApiKey.objects.filter(pk=obj.pk).exists():
            return super().log_addition(request, obj, message)
        return None

    def response_add(self, request: HttpRequest, obj: ApiKey, **kwargs: Any) -> Any:
        if not ApiKey.objects.filter(pk=obj.pk).exists():
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


# --- credits ------------------------------------------------------------------------------------


class AccountForm(forms.ModelForm):
    """Metering of a project. Limits are the team's own: they are on its Usage page."""

    hold_usd = forms.DecimalField(
        label="Hold, $", min_value=Decimal("0.000001"), max_value=budgets.MOST_USD,
        max_digits=14, decimal_places=6, initial=Decimal("0.5"),
        help_text="Credits promised to a task that has no cost limit of its own.",
    )  # fmt: skip

    class Meta:
        model = CreditAccount
        fields = ["project", "metered"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["hold_usd"].initial = to_usd(self.instance.hold_micros)


@admin.register(CreditAccount)
class CreditAccountAdmin(admin.ModelAdmin):
    """What each project has and spends. Credits are granted as usage entries."""

    form = AccountForm
    list_display = ["project", "metered", "available", "held", "spent", "soft", "hard"]
    list_filter = ["metered"]
    search_fields = ["project__name", "project__slug"]
    fields = ["project", "metered", "hold_usd", "available", "held", "spent", "soft", "hard"]
    readonly_fields = ["available", "held", "spent", "soft", "hard"]

    @admin.display(description="free")
    def available(self, row: CreditAccount) -> str:
        return _dollars(row.available_micros)

    @admin.display(description="held")
    def held(self, row: CreditAccount) -> str:
        return _dollars(row.held_micros)

    @admin.display(description="spent this month")
    def spent(self, row: CreditAccount) -> str:
        return _dollars(row.spent_in(budgets.this_month()))

    @admin.display(description="soft limit")
    def soft(self, row: CreditAccount) -> str:
        return _dollars(row.soft_limit_micros)

    @admin.display(description="hard limit")
    def hard(self, row: CreditAccount) -> str:
        return _dollars(row.hard_limit_micros)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*self.readonly_fields, *(["project"] if obj else [])]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: CreditAccount, form: Any, change: bool) -> None:
        budgets.set_metering(
            obj.project,
            obj.metered,
            hold_usd=form.cleaned_data["hold_usd"],
            by=_name(request),
            by_id=user_id(request.user),  # type: ignore[arg-type]
        )


class EntryForm(forms.ModelForm):
    """Credits given, or a correction. Everything else is written by tasks."""

    kind = forms.ChoiceField(
        choices=[(UsageKind.GRANT, "Grant"), (UsageKind.ADJUST, "Adjustment (may be negative)")]
    )
    amount_usd = forms.DecimalField(label="Credits, $", max_digits=14, decimal_places=6)

    class Meta:
        model = UsageEntry
        fields = ["project", "kind", "note"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        amount = data.get("amount_usd")
        if data.get("kind") == UsageKind.GRANT and amount is not None and amount <= 0:
            self.add_error("amount_usd", "Grant more than nothing.")
        if data.get("kind") == UsageKind.ADJUST and not data.get("note", "").strip():
            self.add_error("note", "Say why.")
        return data


@admin.register(UsageEntry)
class UsageEntryAdmin(LookOnly):
    """What moved. Adding one grants credits or corrects the balance."""

    form = EntryForm
    list_display = ["at", "project", "kind", "credits", "counted", "model", "actor", "note"]
    list_filter = ["kind", "project"]
    search_fields = ["task__pk", "session__pk", "model", "note"]
    date_hierarchy = "at"
    list_select_related = ["project"]

    @admin.display(description="credits")
    def credits(self, row: UsageEntry) -> str:
        return _dollars(row.balance_delta_micros)

    @admin.display(description="spent")
    def counted(self, row: UsageEntry) -> str:
        known = "" if row.cost_micros is not None else "≈ "
        return f"{known}{_dollars(row.spent_micros)}"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return ["project", "kind", "amount_usd", "note"]
        return ["project", "kind", "credits", "counted", "task", "session", "key", "model", "at",
                "steps", "input_tokens", "output_tokens", "actor", "note"]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("dashboard.add_usageentry")  # type: ignore[union-attr]

    def save_model(self, request: HttpRequest, obj: UsageEntry, form: Any, change: bool) -> None:
        data = form.cleaned_data
        work = budgets.grant if data["kind"] == UsageKind.GRANT else budgets.adjust
        try:
            made = work(
                obj.project, data["amount_usd"], by=_name(request),
                by_id=user_id(request.user), note=data["note"],  # type: ignore[arg-type]
            )  # fmt: skip
        except ServiceError as error:
            messages.error(request, error.detail)
        else:
            obj.pk, obj.balance_delta_micros = made.pk, made.balance_delta_micros

    def log_addition(self, request: HttpRequest, obj: UsageEntry, message: Any) -> Any:
        if UsageEntry.objects.filter(pk=obj.pk).exists():
            return super().log_addition(request, obj, message)
        return None

    def response_add(self, request: HttpRequest, obj: UsageEntry, **kwargs: Any) -> Any:
        if not UsageEntry.objects.filter(pk=obj.pk).exists():
            return redirect(reverse("admin:dashboard_usageentry_add"))
        return super().response_add(request, obj, **kwargs)


@admin.register(Endpoint)
class EndpointAdmin(LookOnly):
    """Webhook endpoints of all teams. Secrets are not shown."""

    list_display = ["url", "project", "status", "failing_since", "last_success_at", "created_by"]
    list_filter = ["status", "project"]
    search_fields = ["url", "id"]
    fields = ["id", "project", "url", "description", "events", "status", "disabled_reason",
              "failing_since", "last_success_at", "created_at", "created_by"]  # fmt: skip
    actions = ["switch_off", "switch_on"]

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
                row.project, _name(request), frozenset({"admin"}),
                user=request.user,  # type: ignore[arg-type]
            )  # fmt: skip
            try:
                endpoints.change(row, by=by, enabled=enabled)
            except ServiceError as error:
                messages.error(request, f"{row.url}: {error.detail}")
        messages.success(request, "Done.")


def _name(request: HttpRequest) -> str:
    return request.user.display_name  # type: ignore[union-attr]


def _dollars(micros: int | None) -> str:
    return "—" if micros is None else f"${to_usd(micros):,.2f}"
