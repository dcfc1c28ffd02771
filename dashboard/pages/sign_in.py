"""Signing in and out, and the one-time link that first start prints."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from dashboard.services import sign_in as links


class SignIn(LoginView):
    """Name and password; too many wrong ones lock the name and address for a while."""

    template_name = "pages/sign_in.html"
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Ends the browser's session."""


@never_cache
@require_http_methods(["GET", "POST"])
def use_link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link. It is used up by a press, not by a look: previews must not spend it."""
    if request.method == "GET":
        return render(request, "pages/sign_in_link.html", {"token": token})
    user = links.use_link(token)
    if user is None:
        return render(request, "pages/sign_in_link.html", {"token": "", "spent": True}, status=410)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("home")
