"""Output schemas in the forms programs have them in, as JSON Schema and a validation.

The server holds every output against the JSON Schema, with one repair. What comes back is then
made into your type by the schema's own validation, where it has one.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

_SIMPLE: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
    dict: {"type": "object"},
    list: {"type": "array"},
}


class OutputValidationError(ValueError):
    """The output does not pass the schema's own validation. `output` is as the server sent it."""

    def __init__(self, message: str, output: Any) -> None:
        super().__init__(message)
        self.output = output


@dataclass(frozen=True)
class WebAgentOutputSchema:
    """A schema that can be sent, and what makes a value of it.

    kind: `json_schema`, `validated` ({schema, validate}), `model` (a class with
    `model_json_schema`), `dataclass`.
    """

    json_schema: dict[str, Any]
    kind: Literal["json_schema", "validated", "model", "dataclass"]
    convert: Callable[[Any], Any] | None = None

    def validate(self, value: Any) -> Any:
        """The value as the schema's own type. Raises: OutputValidationError."""
        if self.convert is None:
            return value
        try:
            return self.convert(value)
        except Exception as error:
            raise OutputValidationError(f"The output is not valid: {error}", value) from error


def normalize_output_schema(schema: Any) -> WebAgentOutputSchema | None:
    """Any accepted form as one. None stays None.

    schema: a JSON Schema; `{"schema": {...}, "validate": callable}`; an object with attributes
    of these names; a class with `model_json_schema` and `model_validate`; a dataclass.
    Raises: TypeError for anything else.
    """
    if schema is None or isinstance(schema, WebAgentOutputSchema):
        return schema
    if isinstance(schema, Mapping):
        inner, validate = schema.get("schema"), schema.get("validate")
        if isinstance(inner, Mapping) and "type" not in schema:
            return _validated(inner, validate)
        return WebAgentOutputSchema(dict(schema), "json_schema")
    describe = getattr(schema, "model_json_schema", None)
    if callable(describe):
        return WebAgentOutputSchema(
            dict(describe()), "model", getattr(schema, "model_validate", None)
        )
    if isinstance(schema, type) and dataclasses.is_dataclass(schema):
        return WebAgentOutputSchema(_of_type(schema), "dataclass", _maker(schema))
    inner = getattr(schema, "schema", getattr(schema, "json_schema", None))
    inner = inner() if callable(inner) else inner
    if isinstance(inner, Mapping):
        return _validated(inner, getattr(schema, "validate", None))
    raise TypeError(
        "output_schema is a JSON Schema, {'schema': ..., 'validate': ...}, a class with "
        f"model_json_schema, or a dataclass; not {type(schema).__name__}."
    )


def _validated(inner: Mapping[str, Any], validate: Any) -> WebAgentOutputSchema:
    if validate is not None and not callable(validate):
        raise TypeError("`validate` of an output schema is a function.")
    return WebAgentOutputSchema(dict(inner), "validated", validate)


def _of_type(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a type: dataclasses, lists, dicts, literals, unions, plain types."""
    if kind in _SIMPLE:
        return dict(_SIMPLE[kind])
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        parts = {f.name: _of_type(hints[f.name]) for f in dataclasses.fields(kind)}
        needed = [f.name for f in dataclasses.fields(kind) if not _has_default(f)]
        return {
            "type": "object",
            "properties": parts,
            "required": needed,
            "additionalProperties": False,
        }
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is list:
        return {"type": "array", "items": _of_type(args[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of_type(args[1])}
    if origin is Literal:
        return {"enum": list(args)}
    if (origin is not None and type(None) in args) or str(origin).endswith("Union"):
        return {"anyOf": [_of_type(arg) for arg in args]}
    raise TypeError(f"There is no JSON Schema for {kind!r} here; give one yourself.")


def _has_default(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is not missing or field.default_factory is not missing


def _maker(kind: type) -> Callable[[Any], Any]:
    return lambda value: _make(kind, value)


def _make(kind: Any, value: Any) -> Any:
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        return kind(**{name: _make(hints[name], item) for name, item in value.items()})
    args = typing.get_args(kind)
    if typing.get_origin(kind) is list and isinstance(value, list):
        return [_make(args[0], item) for item in value]
    if value is not None and type(None) in args:
        inner = [arg for arg in args if arg is not type(None)]
        return _make(inner[0], value) if len(inner) == 1 else value
    return value
