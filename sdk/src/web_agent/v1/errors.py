"""What a call can raise.

ApiError                        code, detail, extra, as the server's error body carries them
├── BadRequestError             400
├── UnauthorizedError           401  unauthorized
├── InsufficientCreditsError    402  insufficient_credits
├── BudgetExceededError         402  budget_exceeded
├── ForbiddenError              403  forbidden, safety_boundary_violated
├── NotFoundError               404  *_not_found
├── ConflictError               409  conflict
├── ValidationError             422  validation_error
├── RateLimitedError            429  rate_limit_exceeded, too_many_concurrent_sessions
├── ServerError                 5xx  internal_error
├── ApiConnectionError          no answer: the server could not be reached, or broke off
│   └── ApiTimeoutError         no answer in time
└── TaskFailedError             from `run()` when asked to raise: the task did not end well
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """A call failed. `str(error)` reads `code: detail`.

    status: HTTP status, None when there was no answer. request_id: quote it in a report.
    retry_after_s: how long the server asked to wait, if it did.
    """

    def __init__(
        self,
        detail: str,
        *,
        code: str = "error",
        extra: Mapping[str, Any] | None = None,
        status: int | None = None,
        request_id: str | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.extra: dict[str, Any] = dict(extra or {})
        self.status = status
        self.request_id = request_id
        self.retry_after_s = retry_after_s


class BadRequestError(ApiError):
    """The request makes no sense to the server."""


class UnauthorizedError(ApiError):
    """The key is missing, wrong, expired or revoked."""


class InsufficientCreditsError(ApiError):
    """The account has no credit left."""


class BudgetExceededError(ApiError):
    """A spending limit was reached."""


class ForbiddenError(ApiError):
    """The key may not do this, or a safety rule forbids it (`extra["reason"]`)."""


class NotFoundError(ApiError):
    """There is no such thing in this project."""


class ConflictError(ApiError):
    """The thing's present state does not allow this; `extra` tells the state."""


class ValidationError(ApiError):
    """Fields of the request are wrong: `extra["errors"]` lists `{loc, msg, type}`."""


class RateLimitedError(ApiError):
    """Too many requests, or too many sessions at once: see `retry_after_s`."""


class ServerError(ApiError):
    """The server failed."""


class ApiConnectionError(ApiError):
    """The server could not be reached, or the connection broke before the answer was whole."""


class ApiTimeoutError(ApiConnectionError):
    """The server did not answer in time."""


class TaskFailedError(ApiError):
    """A task ended, but not well. `extra["task"]` is the task as the server shows it."""


_BY_CODE: dict[str, type[ApiError]] = {
    "insufficient_credits": InsufficientCreditsError,
    "budget_exceeded": BudgetExceededError,
}
_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    402: InsufficientCreditsError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    413: BadRequestError,
    422: ValidationError,
    429: RateLimitedError,
}


def error_from(status: int, body: bytes, headers: Mapping[str, str]) -> ApiError:
    """The typed error of an answer. A body that is not ours (a proxy's page) is told as such."""
    try:
        data = json.loads(body)
    except ValueError:
        data = None
    found: dict[str, Any] = data if isinstance(data, dict) else {}
    code = str(found.get("code") or f"http_{status}")
    detail = found.get("detail")
    if not isinstance(detail, str):
        detail = f"The server answered with status {status}."
    extra = found.get("extra")
    kind = _BY_CODE.get(code) or _BY_STATUS.get(status)
    if kind is None:
        kind = ServerError if status >= 500 else ApiError
    return kind(
        detail,
        code=code,
        extra=extra if isinstance(extra, dict) else {},
        status=status,
        request_id=headers.get("x-request-id"),
        retry_after_s=retry_after(headers),
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds in `Retry-After`, given as a number or as a date; None when there is none."""
    from datetime import datetime, timezone
    from email.utils import parsedate_to_datetime

    given = headers.get("retry-after", "").strip()
    if not given:
        return None
    try:
        return max(0.0, float(given))
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(given)
    except (TypeError, ValueError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=timezone.utc)
    return max(0.0, (at - datetime.now(timezone.utc)).total_seconds())
