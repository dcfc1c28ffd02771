"""Responses to input requests: whether one fits, and what rows, people and runs see of it."""

from __future__ import annotations

from itertools import islice
from typing import Any

import structlog

from agents.guard.redactor import Redactor
from agents.schemas import schema_errors
from dashboard.errors import Invalid
from dashboard.models import InputRequest
from dashboard.services import sealing

log = structlog.get_logger(__name__)

MASK = "••••"


def fitting(request: InputRequest, response: Any) -> Any:
    """The response, checked against choices or schema. Raises: Invalid."""
    if request.choices:
        values = [choice["value"] for choice in request.choices]
        picked = response.get("value") if isinstance(response, dict) else response
        if picked in values:
            return picked
        labels = [c for c in request.choices if c.get("label") == picked]
        if labels:
            return labels[0]["value"]
        if request.context.get("allow_other") and isinstance(picked, str) and picked.strip():
            return picked.strip()
        raise Invalid(
            "Choose one of: " + ", ".join(str(v) for v in values[:20]), loc=["body", "response"]
        )
    if request.input_schema:
        errors = _misfits(response, request.input_schema)
        if errors:
            raise Invalid("The response does not fit.", extra={"errors": errors})
    if response is None or response == "":
        raise Invalid("The response is empty.", loc=["body", "response"])
    return response


def _misfits(response: Any, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Where the response does not fit; a schema that is no use asks for nothing.

    A model wrote the schema, or a page through it: people must be able to answer all the same.
    """
    try:
        return [
            {
                "loc": ["body", "response", *error.absolute_path],
                "msg": error.message[:300],
                "type": str(error.validator),
            }
            for error in islice(schema_errors(response, schema), 20)
        ]
    except ValueError as error:
        log.warning("a request has a schema that cannot be used", error=str(error))
        return []


def masked(request: InputRequest, response: Any) -> Any:
    """The response as rows and ledger may keep it: answers to secret fields are masked."""
    fields = (request.input_schema or {}).get("properties") or {}
    if not isinstance(response, dict) or not isinstance(fields, dict):
        return response
    secret = {
        name
        for name, part in fields.items()
        if isinstance(part, dict)
        and (part.get("writeOnly") or part.get("format") in ("password", "one-time-code"))
    }
    return {key: MASK if key in secret else value for key, value in response.items()}


def without_values(request: InputRequest, response: Any, redactor: Redactor) -> Any:
    """The response without sensitive values; what was offered, and names of fields, stay."""
    if request.choices and response in [choice["value"] for choice in request.choices]:
        return response
    fields = (request.input_schema or {}).get("properties")
    if not isinstance(response, dict) or not isinstance(fields, dict):
        return redactor.json(response)
    return {
        key if key in fields else redactor.text(key): (
            value if value == MASK else redactor.json(value)
        )
        for key, value in response.items()
    }


def sealed(request: InputRequest, answer: Any) -> bytes:
    """The response as only the run's side can read it."""
    return sealing.seal(answer, row_id=request.pk, project_id=request.project_id)


def answer_of(request: InputRequest) -> Any:
    """The response in the clear; for the run only."""
    if request.sealed_response is None:
        return request.response
    return sealing.unseal(request.sealed_response, row_id=request.pk, project_id=request.project_id)
