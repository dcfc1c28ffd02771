"""From exceptions to the contract's `{code, detail, extra}`, once."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from dashboard import bodies
from dashboard.api import locations
from dashboard.api.parsing import NoJson
from dashboard.busy import Busy, is_busy
from dashboard.errors import Invalid, QuotaExceeded, ServiceError, field_words

log = structlog.get_logger(__name__)


def answer(status: int, code: str, detail: str, extra: Any = None) -> JsonResponse:
    """An error on the wire."""
    body = {"code": code, "detail": detail, "extra": extra if extra is not None else {}}
    return JsonResponse(body, status=status)


def of_service(error: ServiceError) -> JsonResponse:
    """A service's refusal on the wire."""
    response = answer(error.status, error.code, error.detail, error.extra)
    if isinstance(error, QuotaExceeded):
        response.headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="webagent"'
    return response


def too_large() -> JsonResponse:
    """The body is over the limit."""
    return answer(413, "payload_too_large", bodies.WORDS, {"max_bytes": bodies.MAX_BYTES})


def of_crash(request: HttpRequest) -> JsonResponse:
    """An error of ours: an id to report, never a trace."""
    return answer(
        500,
        "internal_error",
        "Something went wrong on our side. Quote the request id when you report it.",
        {"request_id": getattr(request, "request_id", "")},
    )


def _printable(text: object) -> str:
    return field_words(str(text)).encode("utf-8", "replace").decode()


def _of_service(request: HttpRequest, error: ServiceError) -> HttpResponse:
    if isinstance(error, Invalid) and "errors" in error.extra:
        body = locations.body_of(request)
        sent = locations.as_sent(error.extra["errors"], body, keep_absent=True)
        error.extra = {**error.extra, "errors": sent}
    return of_service(error)


def _of_validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [
        {
            "loc": [part if isinstance(part, int) else _printable(part) for part in item["loc"]],
            "msg": _printable(item["msg"]),
            "type": item["type"],
        }
        for item in locations.as_sent(error.errors[:50], locations.body_of(request))
    ]
    first = found[0] if found else {"loc": [], "msg": "invalid"}
    where = ".".join(str(part) for part in first["loc"][1:]) or "body"
    return answer(422, "validation_error", f"{where}: {first['msg']}"[:500], {"errors": found})


def _of_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, NoJson):
        return answer(400, "bad_request", f"The body is no JSON: {error.__cause__}.")
    codes = {400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found"}
    return answer(error.status_code, codes.get(error.status_code, "bad_request"), str(error))


def of_anything(request: HttpRequest, error: Exception) -> HttpResponse:
    """An error that nobody foresaw, or a database without time for this request."""
    if is_busy(error):
        log.warning("too busy to serve a request", path=request.path)
        return of_service(Busy())
    log.error("request failed", path=request.path, exc_info=error)
    return of_crash(request)


def register(api: NinjaAPI) -> None:
    """Map every exception of this API."""
    api.exception_handler(ServiceError)(_of_service)
    api.exception_handler(ValidationError)(_of_validation)
    api.exception_handler(HttpError)(_of_http)
    api.exception_handler(Http404)(
        lambda request, error: answer(404, "not_found", "There is nothing at this address.")
    )
    api.exception_handler(AuthenticationError)(
        lambda request, error: answer(401, "unauthorized", "Send a key: Authorization: Bearer wa_…")
    )
    api.exception_handler(RequestDataTooBig)(lambda request, error: too_large())
    api.exception_handler(UnreadablePostError)(
        lambda request, error: answer(400, "bad_request", "The body could not be read.")
    )
    api.exception_handler(Exception)(of_anything)
