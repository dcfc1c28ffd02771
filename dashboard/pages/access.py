"""Console pages: who looks, in which project, and whether a whole page or a part is wanted."""

from __future__ import annotations

import hashlib
import re
import zoneinfo
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.shortcuts import render, resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import quote_etag

from dashboard.errors import ServiceError
from dashboard.models import Project
from dashboard.pages import wording
from dashboard.services import actors
from dashboard.services.actors import Actor

# What differs in two renderings of the same state: the mask of the CSRF token, relative times.
_UNSTABLE = re.compile(r'(?<=csrfmiddlewaretoken" value=")[^"]*|(?<=data-relative>)[^<]*')


class ConsoleRequest(HttpRequest):
    """A request of a signed-in member."""

    actor: Actor
    htmx: Any


def console(scope: str = "read") -> Callable:
    """A page or action for members with this scope, with times in their own zone.

    Others are sent to sign in, or shown a page that says what is missing. A service's refusal
    becomes a page (or, for htmx, a small notice) with its status.
    """

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            request.GET, request.POST = _without_nul(request.GET), _without_nul(request.POST)
            with timezone.override(_zone(request.user.time_zone)):
                actor = current_actor(request)
                if actor is None:
                    return render(request, "pages/no_project.html", status=403)
                request.actor = actor
                try:
                    actor.require(scope)
                    return view(request, *args, **kwargs)
                except ServiceError as error:
                    return refusal(request, error)

        return guarded

    return wrap


def _without_nul(values: QueryDict) -> QueryDict:
    """The same without NUL, which no form sends and PostgreSQL refuses in any text."""
    if not any("\x00" in part for name, given in values.lists() for part in (name, *given)):
        return values
    kept = QueryDict(mutable=True)
    for name, given in values.lists():
        kept.setlist(name.replace("\x00", ""), [text.replace("\x00", "") for text in given])
    kept._mutable = False
    return kept


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; a part of a page that is signed out by now takes the whole page there."""
    if not wants_part(request):
        return redirect_to_login(request.get_full_path())
    seen = urlsplit(request.htmx.current_url or "/")  # type: ignore[attr-defined]
    back = f"{seen.path}?{seen.query}" if seen.query else seen.path
    address = f"{resolve_url('sign-in')}?{urlencode({'next': back})}"
    return HttpResponse(status=401, headers={"HX-Redirect": address})


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def current_actor(request: HttpRequest) -> Actor | None:
    """The signed-in user as a member of the project they chose, or of their first one."""
    chosen = request.session.get("project")
    if chosen:
        project = Project.objects.filter(pk=chosen).first()
        actor = actors.member(request.user, project) if project else None  # type: ignore[arg-type]
        if actor is not None:
            return actor
    return actors.member(request.user)  # type: ignore[arg-type]


def wants_part(request: HttpRequest) -> bool:
    """htmx asks for a part; boosted and history-restore requests want the whole page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def respond(
    request: HttpRequest,
    page: str,
    part: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """The page, or for htmx the partial that it includes. A repeated GET is answered by ETag."""
    template = part if wants_part(request) else page
    html = wording.straight(render_to_string(template, context, request=request))
    response = HttpResponse(html, status=status)
    patch_vary_headers(response, ["HX-Request"])
    if request.method == "GET" and wants_part(request):
        stable = _UNSTABLE.sub("", html)
        etag = quote_etag(hashlib.sha256(stable.encode()).hexdigest()[:32])
        if request.headers.get("If-None-Match") == etag:
            return HttpResponseNotModified(headers={"ETag": etag, "Vary": "HX-Request"})
        response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def refusal(request: HttpRequest, error: ServiceError) -> HttpResponse:
    """What a refused action or a missing row looks like."""
    if wants_part(request):
        response = render(request, "_partials/refusal.html", {"error": error}, status=error.status)
        response.headers["HX-Retarget"] = "#notices"
        response.headers["HX-Reswap"] = "beforeend"
        return response
    return render(request, "pages/refusal.html", {"error": error}, status=error.status)
