"""Decisions on risky actions: one shape for every spelling, edits checked against the call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents.plain import plain_text
from dashboard.errors import Invalid

MAX_REASON_CHARS = 2_000
MAX_EDIT_CHARS = 20_000
_YES = ("approve", "approved", "approve_with_edits", "yes")
_NO = ("reject", "rejected", "deny", "denied", "no")
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
}


def normalised(response: Any, context: Mapping[str, Any]) -> dict[str, Any]:
    """`{approved, reason, outcome, edits, remember}` of a decision in any accepted spelling.

    response: that object, `{"action": "approve" | "approve_with_edits" | "reject", ...}`,
    "approve", "reject", True or False. context: the request's, with `arguments` and `level`.
    Raises: Invalid.
    """
    given = response if isinstance(response, Mapping) else {}
    approved = _approved(response)
    reason, outcome = given.get("reason"), given.get("outcome")
    remember = given.get("remember")
    if reason is not None and not isinstance(reason, str):
        raise _invalid("reason", "must be text", "string_type")
    if outcome not in (None, "continue", "stop"):
        raise _invalid("outcome", "must be 'continue' or 'stop'", "literal_error")
    if remember is not None and not isinstance(remember, bool):
        raise _invalid("remember", "must be true or false", "bool_type")
    if remember and approved and context.get("level") == "high":
        raise _invalid(
            "remember", "an action of this risk is approved one at a time", "not_allowed"
        )
    edits = _edits(given.get("edits"), context)
    if edits and not approved:
        raise _invalid("edits", "only an approval may carry edits", "not_allowed")
    return {
        "approved": approved,
        "reason": plain_text(reason or "")[:MAX_REASON_CHARS],
        "outcome": "stop" if outcome == "stop" and not approved else "continue",
        "edits": edits,
        "remember": bool(remember and approved),
    }


def _approved(response: Any) -> bool:
    if isinstance(response, bool):
        return response
    word: Any = response
    if isinstance(response, Mapping):
        if isinstance(response.get("approved"), bool):
            return bool(response["approved"])
        word = response.get("action")
    if isinstance(word, str) and word.strip().lower() in _YES:
        return True
    if isinstance(word, str) and word.strip().lower() in _NO:
        return False
    raise _invalid(
        "approved", "say {'approved': true} or {'approved': false, 'reason': ...}", "missing"
    )


def _edits(given: Any, context: Mapping[str, Any]) -> dict[str, Any]:
    """Changed arguments, each of the type that the call takes. Unchanged ones are left out."""
    if given in (None, {}, []):
        return {}
    if not isinstance(given, Mapping):
        raise _invalid("edits", "must be an object of argument names and values", "dict_type")
    known = {item["name"]: item for item in context.get("arguments") or ()}
    edits: dict[str, Any] = {}
    for name, value in given.items():
        item = known.get(name)
        if item is not None and value == item.get("value") and _fits(value, item["type"]):
            continue
        if item is None or not item.get("editable"):
            raise _invalid(name, "this argument cannot be edited", "not_editable", at="edits")
        if not _fits(value, item["type"]):
            raise _invalid(name, f"must be a {item['type']}", f"{item['type']}_type", at="edits")
        choices = item.get("choices")
        if choices and value not in choices:
            raise _invalid(name, "must be one of the choices", "literal_error", at="edits")
        if isinstance(value, str) and len(value) > MAX_EDIT_CHARS:
            raise _invalid(name, f"has more than {MAX_EDIT_CHARS} characters", "too_long",
                           at="edits")  # fmt: skip
        edits[name] = value
    return edits


def _fits(value: Any, kind: str) -> bool:
    if kind != "boolean" and isinstance(value, bool):
        return False
    return isinstance(value, _TYPES.get(kind, ()))


def _invalid(name: str, message: str, kind: str, *, at: str = "") -> Invalid:
    loc = ["body", "response", *([at] if at else []), str(name)[:100]]
    error = {"loc": loc, "msg": message, "type": kind}
    return Invalid(f"{name}: {message}.", extra={"errors": [error]})


def response_schema(arguments: list[dict[str, Any]]) -> dict[str, Any]:
    """JSON Schema of a decision, with the arguments that may be edited."""
    edits = {
        item["name"]: {"type": item["type"], "title": item.get("label") or item["name"]}
        for item in arguments
        if item.get("editable")
    }
    return {
        "type": "object",
        "properties": {
            "approved": {"type": "boolean"},
            "reason": {"type": "string", "maxLength": MAX_REASON_CHARS},
            "outcome": {"enum": ["continue", "stop"]},
            "edits": {"type": "object", "properties": edits, "additionalProperties": False},
            "remember": {"type": "boolean"},
        },
        "required": ["approved"],
    }
