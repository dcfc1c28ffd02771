"""What services raise. `api/errors.py` maps these once to the wire; pages show `detail`."""

from __future__ import annotations

import re
from typing import Any

# What pydantic says of a text whose length it measures after our own check of it.
_LENGTH = re.compile(r"Value should have at (least|most) (\d+) items? after validation, not \S+")
_OBJECT = re.compile(r"Input should be (a valid dictionary|an object)( or instance of \w+)?")


def field_words(message: str) -> str:
    """What a check of a field says, in words that follow the field's name."""
    if _OBJECT.fullmatch(message):
        return "must be an object"
    found = _LENGTH.fullmatch(message)
    if found is None:
        return message.removeprefix("Value error, ")
    side, number = found.groups()
    is_any = (side, number) == ("least", "1")
    return "must not be empty" if is_any else f"must have at {side} {number} characters"


class ServiceError(Exception):
    """Base. `code` is the contract's; `detail` is fit to show; `extra` is JSON."""

    status = 400
    code = "bad_request"

    def __init__(self, detail: str, *, code: str | None = None, extra: Any = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra if extra is not None else {}
        if code is not None:
            self.code = code


class BadRequest(ServiceError):
    """The request cannot be understood."""


class Unauthorized(ServiceError):
    """No valid key or sign-in."""

    status = 401
    code = "unauthorized"


class PaymentRequired(ServiceError):
    """The project's credits are used up, or its budget (`budget_exceeded`)."""

    status = 402
    code = "insufficient_credits"


class Forbidden(ServiceError):
    """Known, but not allowed to do this."""

    status = 403
    code = "forbidden"


class BoundaryViolated(Forbidden):
    """Refused to keep somebody safe, whoever asks. `reason` goes to `extra`, for programs."""

    code = "safety_boundary_violated"

    def __init__(self, detail: str, *, reason: str, **extra: Any) -> None:
        super().__init__(detail, extra={"reason": reason, **extra})


class NotFound(ServiceError):
    """No such row in the actor's project; a row of another project is the same."""

    status = 404
    code = "not_found"


class Conflict(ServiceError):
    """The row is in a state that does not allow this; `extra` holds its present state."""

    status = 409
    code = "conflict"


class Invalid(ServiceError):
    """Well-formed, but a value is not acceptable. `extra.errors[]`: {loc, msg, type}."""

    status = 422
    code = "validation_error"

    def __init__(self, detail: str, *, loc: list[str | int] | None = None, extra: Any = None):
        if extra is None:
            extra = {"errors": [{"loc": loc or ["body"], "msg": detail, "type": "value_error"}]}
        super().__init__(detail, extra=extra)


class QuotaExceeded(ServiceError):
    """A limit of the project or the key is reached."""

    status = 429
    code = "rate_limit_exceeded"

    def __init__(self, detail: str, *, code: str | None = None, retry_after_s: float = 1.0):
        super().__init__(detail, code=code)
        self.retry_after_s = retry_after_s
