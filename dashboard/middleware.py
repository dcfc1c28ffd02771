"""Around every request: an id that logs and answers share, and the headers of every answer."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import structlog
from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from ulid import ULID

from dashboard import bodies

# Beside those of Django's SecurityMiddleware and of django-csp. No page of ours uses a device, and
# nothing of ours is meant to be part of another site's page.
HEADERS = {
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
            "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb",
        )
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
}  # fmt: skip
_SAFE = re.compile(r"[A-Za-z0-9_.-]{8,80}")


def _open(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-Id", "")
    request_id = given if _SAFE.fullmatch(given) else f"req_{ULID()}"
    request.request_id = request_id  # type: ignore[attr-defined]
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return request_id


def _close(response: HttpResponseBase, request_id: str) -> HttpResponseBase:
    response.headers["X-Request-Id"] = request_id
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    structlog.contextvars.unbind_contextvars("request_id")
    return response


@sync_and_async_middleware
def RequestContext(
    get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]],
) -> Callable:
    """Give each request an id (`X-Request-Id`, taken over from the caller when it is sane)."""
    if iscoroutinefunction(get_response):

        async def middleware(request: HttpRequest) -> HttpResponseBase:
            request_id = _open(request)
            return _close(await get_response(request), request_id)  # type: ignore[misc]
    else:

        def middleware(request: HttpRequest) -> HttpResponseBase:  # type: ignore[misc]
            request_id = _open(request)
            return _close(get_response(request), request_id)  # type: ignore[arg-type]

    return middleware


@sync_and_async_middleware
def RefuseLargeBodies(
    get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]],
) -> Callable:
    """Answer pages' requests whose body was left out; the API's edge answers its own."""

    def refusal(request: HttpRequest) -> HttpResponse | None:
        if request.path.startswith("/v1/") or not bodies.is_too_large(request):
            return None
        return HttpResponse(bodies.WORDS, status=413, content_type="text/plain; charset=utf-8")

    if iscoroutinefunction(get_response):

        async def middleware(request: HttpRequest) -> HttpResponseBase:
            return refusal(request) or await get_response(request)  # type: ignore[misc]
    else:

        def middleware(request: HttpRequest) -> HttpResponseBase:  # type: ignore[misc]
            return refusal(request) or get_response(request)  # type: ignore[return-value]

    return middleware
