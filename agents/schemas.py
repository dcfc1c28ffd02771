"""JSON Schemas of users and models, checked without trusting them.

A schema is input: it may name addresses to fetch and patterns that never end. Here nothing is
fetched (jsonschema would open a remote `$ref`, with this process's network), and patterns run in
linear time (RE2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import re2
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend
from jsonschema_specifications import REGISTRY

from agents.schema_parts import parts_of


def check_schema(schema: Any) -> None:
    """Whether values can be checked against it.

    Raises: ValueError when it is no JSON Schema (2020-12), has a pattern RE2 cannot run, or refers
    to what is not in it, or to itself without end.
    """
    _check_form(schema)
    try:
        parts = parts_of(schema, _check_form)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    for part in parts:
        for text in [part.get("pattern"), *part.get("patternProperties", ())]:
            if text is not None:
                _compiled(text)


def _check_form(schema: Any) -> None:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise ValueError(f"is not a valid JSON Schema: {error.message[:300]}") from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def schema_errors(value: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    """Where the value does not fit the schema. Raises: ValueError when the schema is no use."""
    check_schema(schema)
    try:
        yield from _Validator(schema, registry=REGISTRY).iter_errors(value)
    except RecursionError:
        raise ValueError("is nested too deeply for the value") from None


def check_pattern(pattern: str) -> None:
    """Raises: ValueError when RE2 cannot run the pattern."""
    _compiled(pattern)


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        raise ValueError(
            f"has a pattern that cannot be used (look-around and back-references cannot): "
            f"{pattern[:100]!r}"
        ) from None


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    if validator.is_type(instance, "string") and not _compiled(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], instance: Any, schema: Any
) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, part in patterns.items():
        for name, value in instance.items():
            if _compiled(pattern).search(name):
                yield from validator.descend(value, part, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, allowed: Any, instance: Any, schema: Mapping[str, Any]
) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    patterns = [_compiled(pattern) for pattern in schema.get("patternProperties", {})]
    extras = [
        name
        for name in instance
        if name not in schema.get("properties", {}) and not any(p.search(name) for p in patterns)
    ]
    if validator.is_type(allowed, "object"):
        for name in extras:
            yield from validator.descend(instance[name], allowed, path=name)
    elif not allowed and extras:
        named = ", ".join(repr(name) for name in sorted(extras, key=str)[:20])
        yield ValidationError(f"Additional properties are not allowed ({named})")


_Validator = extend(
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
    },
)
