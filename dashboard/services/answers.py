"""Secret answers: what people gave to a request's secret fields, as variables of its task.

The run is told `{{answer_1_password}}` in place of the value, and step code may type it by that
name. So the value is in no checkpoint, no event and no prompt.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from agents.ports import Variable
from dashboard.models import InputRequest, RequestStatus, Task
from dashboard.services import responses

_KINDS = {"password": "password", "one-time-code": "one_time_code"}
_CARD = re.compile(r"card[\s_-]*(?:number|no\b)|\bcv[cv]2?\b|(?:card|security) code", re.I)


def variables_of(task: Task) -> dict[str, Variable]:
    """The secret values that were answered in this task, in the clear; for the run only."""
    found: dict[str, Variable] = {}
    for number, request in enumerate(_sealed(task.pk), start=1):
        given = responses.answer_of(request)
        for field, name in _names(request, number).items():
            value = given.get(field)
            if value in (None, ""):
                continue
            found[name] = Variable(
                value=str(value),
                description=f"What a person answered for {field!r}.",
                sensitive=True,
                allowed_domains=_domains(request),
                kind=_kind(request, field),
            )
    return found


def told(request: InputRequest) -> Any:
    """The response as the run may know it: secret values by the names of their variables."""
    if request.sealed_response is None or not isinstance(request.response, dict):
        return request.response
    number = next(
        n for n, row in enumerate(_sealed(request.task_id), start=1) if row.pk == request.pk
    )
    names = _names(request, number)
    return {
        field: f"{{{{{names[field]}}}}}" if field in names else value
        for field, value in request.response.items()
    }


def _sealed(task_id: str) -> list[InputRequest]:
    rows = InputRequest.objects.filter(task_id=task_id, status=RequestStatus.ANSWERED)
    return list(rows.filter(sealed_response__isnull=False).order_by("pk"))


def _names(request: InputRequest, number: int) -> dict[str, str]:
    """Variable name by field, of the fields whose values are masked in the row."""
    response = request.response if isinstance(request.response, dict) else {}
    secret = [field for field, value in response.items() if value == responses.MASK]
    return {field: f"answer_{number}_{_slug(field)}" for field in secret}


def _slug(field: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", field.lower()).strip("_")[:40] or "value"


def _kind(request: InputRequest, field: str) -> str:
    parts = (request.input_schema or {}).get("properties") or {}
    plain = "card" if _CARD.search(field) else "text"
    return _KINDS.get(str((parts.get(field) or {}).get("format")), plain)


def _domains(request: InputRequest) -> tuple[str, ...] | None:
    """Only where it was asked for."""
    host = urlsplit(str(request.context.get("page_url") or "")).netloc
    return (host,) if host else None
