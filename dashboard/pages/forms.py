"""Typed fields for a request's answer, from its choices or its JSON Schema, and back."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from dashboard.errors import Invalid
from dashboard.models import InputRequest


@dataclass
class Field:
    """One input. widget: text, area, number, date, check, choice, password, code."""

    name: str
    label: str
    widget: str
    value: str = ""
    required: bool = False
    help: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)


def fields_of(row: InputRequest, posted: QueryDict | None) -> list[Field]:
    """The inputs that an answer to this request has."""
    if row.choices:
        options = [(str(c["value"]), str(c.get("label", c["value"]))) for c in row.choices]
        found = [Field("value", row.prompt, "choice", required=True, options=options)]
        if row.context.get("allow_other"):
            found.append(Field("other", "Something else", "text"))
    elif row.input_schema and row.input_schema.get("type", "object") == "object":
        found = _of_schema(row.input_schema)
    elif row.done_by_hand:
        found = [Field("note", "Note to the agent", "area", help="What you did, if it matters")]
        if row.rewordable:
            words = "The agent does this in place of the part that it did not understand"
            found = [Field("words", "In other words", "text", help=words), *found]
    else:
        found = [Field("value", "Your answer", "area", required=True)]
    for item in found:
        # A password is never sent back to a page.
        if posted is not None and item.widget not in ("password", "code"):
            item.value = posted.get(item.name, "")
    return found


def _of_schema(schema: dict[str, Any]) -> list[Field]:
    required = set(schema.get("required", []))
    found = []
    for name, part in (schema.get("properties") or {}).items():
        part = part if isinstance(part, dict) else {}
        found.append(
            Field(
                name,
                _label(name, part),
                _widget(part),
                value="" if part.get("default") is None else str(part["default"]),
                required=name in required,
                help=str(part.get("description", "")),
                options=[(str(v), str(v)) for v in part.get("enum", [])],
            )
        )
    return found


def _label(name: str, part: dict[str, Any]) -> str:
    return str(part.get("title") or name.replace("_", " ").capitalize())


def _widget(part: dict[str, Any]) -> str:
    if part.get("enum"):
        return "choice"
    if part.get("format") == "password" or part.get("writeOnly"):
        return "password"
    if part.get("format") == "one-time-code":
        return "code"
    if part.get("format") == "date":
        return "date"
    kinds = {"integer": "number", "number": "number", "boolean": "check"}
    default = "area" if (part.get("maxLength") or 0) > 200 else "text"
    return kinds.get(str(part.get("type")), default)


def values_of(row: InputRequest, post: QueryDict) -> Any:
    """The answer that the sent form means. Raises: Invalid when a number is none."""
    if row.choices:
        return post.get("other", "").strip() or post.get("value", "")
    if row.input_schema and row.input_schema.get("type", "object") == "object":
        parts = row.input_schema.get("properties") or {}
        values = {name: _typed(name, part, post) for name, part in parts.items()}
        return {name: value for name, value in values.items() if value is not None}
    if row.rewordable and (words := post.get("words", "").strip()):
        return {"value": words}
    if row.rewordable and "reword" in post:
        raise Invalid("Write what the agent should do.", loc=["body", "response", "words"])
    if row.done_by_hand:
        return {"done": True, "note": post.get("note", "").strip()}
    return post.get("value", "").strip()


def _typed(name: str, part: Any, post: QueryDict) -> Any:
    part = part if isinstance(part, dict) else {}
    kind = part.get("type")
    if kind == "boolean":
        return post.get(name) == "on"
    text = post.get(name, "")
    if not _secret(part):
        text = text.strip()
    if text == "":
        return None
    try:
        if kind == "integer":
            return int(text)
        if kind == "number":
            number = float(text)
            if not math.isfinite(number):
                raise ValueError(text)
            return number
    except ValueError:
        message = f"{_label(name, part)} must be a number."
        raise Invalid(message, loc=["body", "response", name]) from None
    enum = part.get("enum")
    return next((v for v in enum if str(v) == text), text) if enum else text


def _secret(part: dict[str, Any]) -> bool:
    return _widget(part) in ("password", "code")
