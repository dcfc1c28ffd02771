"""Credits: who is metered, and grants with a trace."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from dashboard.admin.common import LookOnly, name_of
from dashboard.errors import ServiceError
from dashboard.models import (
    CreditAccount,
    UsageEntry,
    UsageKind,
)
from dashboard.models.usage import to_usd
from dashboard.services import budgets
from dashboard.services.actors import user_id


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
            by=name_of(request),
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
                obj.project, data["amount_usd"], by=name_of(request),
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


def _dollars(micros: int | None) -> str:
    return "—" if micros is None else f"${to_usd(micros):,.2f}"
