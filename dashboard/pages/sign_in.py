"""Signing in and out, and the one-time link that first start prints."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dashboard.services import limits
from dashboard.services import sign_in as links

BY_LINK = (
    "by_link"  # in the session of who signed in with a link, and may have forgotten a password
)


def _refuse_haste(request: HttpRequest) -> HttpResponse | None:
    """Too many tries from one address, whichever names they were for: come back later."""
    address = limits.address_name(request.META.get("REMOTE_ADDR", ""))
    verdict = limits.take(f"sign-in:{address}", limit=settings.CONFIG.rate_sign_in, window_s=60)
    if verdict.allowed:
        return None
    response = render(request, "pages/locked.html", {"hasty": True}, status=429)
    response.headers["Retry-After"] = str(max(1, round(verdict.retry_after_s)))
    return response


def _spent(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/sign_in_link.html", {"spent": True}, status=410)


class SignIn(LoginView):
    """Name and password; too many wrong ones lock the name and address for a while."""

    template_name = "pages/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _refuse_haste(request) or super().post(request, *args, **kwargs)


@never_cache
def admin_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin site's own form, at the same pace."""
    refused = _refuse_haste(request) if request.method == "POST" else None
    return refused or admin.site.login(request)


class SignOut(LogoutView):
    """Ends the browser's session."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def use_link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link. It is used up by a press, not by a look: previews must not spend it."""
    if request.method != "POST":
        return (
            render(request, "pages/sign_in_link.html")
            if links.is_usable(token)
            else _spent(request)
        )
    if (refused := _refuse_haste(request)) is not None:
        return refused
    user = links.use_link(token)
    if user is None:
        return _spent(request)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session[BY_LINK] = True
    return redirect("home")
