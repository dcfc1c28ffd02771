"""A person's own settings: theme, keys, notifications, password; and the choice of team."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from dashboard.errors import NotFound
from dashboard.models import Membership, User
from dashboard.pages.access import ConsoleRequest, console, respond, wants_part
from dashboard.pages.notices import KINDS
from dashboard.pages.sign_in import BY_LINK


class AccountForm(forms.ModelForm):
    """What a person may change about the console."""

    notify_kinds = forms.MultipleChoiceField(
        choices=[(name, words) for name, words, _ in KINDS], required=False
    )

    class Meta:
        model = User
        fields = [
            "first_name", "last_name", "theme", "time_zone", "single_key_shortcuts",
            "notify_kinds", "quiet_from", "quiet_until",
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if bool(cleaned.get("quiet_from")) != bool(cleaned.get("quiet_until")):
            self.add_error("quiet_until", "Quiet hours need a beginning and an end.")
        return cleaned

    def clean_time_zone(self) -> str:
        name = self.cleaned_data["time_zone"].strip()
        if name not in zoneinfo.available_timezones():
            raise forms.ValidationError("Give a name like Europe/Berlin or UTC.")
        return name


def _password_form(request: ConsoleRequest) -> type[SetPasswordForm]:
    """Asks for the present password, unless there is none or the person came by a one-time link."""
    knows = request.user.has_usable_password() and not request.session.get(BY_LINK)
    return PasswordChangeForm if knows else SetPasswordForm


@console()
def account(request: ConsoleRequest) -> HttpResponse:
    """Own settings."""
    user = request.user
    password_form = _password_form(request)
    form, password = AccountForm(instance=user), password_form(user)
    status = 200
    if request.method == "POST" and "new_password1" in request.POST:
        password = password_form(user, request.POST)
        if password.is_valid():
            password.save()
            update_session_auth_hash(request, user)
            messages.success(request, "Password set.")
            return redirect("account")
        status = 422
    elif request.method == "POST":
        form = AccountForm(request.POST, instance=user)
        if form.is_valid():
            form.save()
            messages.success(request, "Saved.")
            return redirect("account")
        status = 422
    page = "pages/account.html"
    context = {
        "form": form,
        "password": password,
        "zones": sorted(zoneinfo.available_timezones()),
    }
    return respond(request, page, page, context, status=status)


@console()
@require_POST
def choose_theme(request: ConsoleRequest) -> HttpResponse:
    """Light, dark, or as the system has it. A page without script comes back to where it was."""
    theme = request.POST.get("theme", "")
    if theme in dict(User._meta.get_field("theme").flatchoices):
        User.objects.filter(pk=request.user.pk).update(theme=theme)
    if wants_part(request):
        return HttpResponse(status=204)
    here = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(here, {request.get_host()}, request.is_secure())
    return redirect(here if ours else "home")


@console()
@require_POST
def choose_project(request: ConsoleRequest) -> HttpResponse:
    """Look at another team of one's own."""
    chosen = request.POST.get("project", "")
    if not Membership.objects.filter(user=request.user, project_id=chosen).exists():
        raise NotFound("There is no such team.", code="project_not_found")
    request.session["project"] = chosen
    return redirect("home")
