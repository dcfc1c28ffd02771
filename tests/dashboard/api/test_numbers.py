"""True is no number, though Python takes it for 1: at no door, for no field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.test import Client

from dashboard.models import Task
from tests.dashboard.everything import Everything
from tests.dashboard.test_routes_for_strangers import (
    DOCUMENT,
    OPERATIONS,
    SCOPES,
    Operation,
    body_of,
    new_key,
    ours,
)

__all__ = ["ours"]


def numbers(schema: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where a schema takes a number and no flag."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = DOCUMENT["components"]["schemas"][name]
    kinds = schema.get("anyOf", [schema])
    types = {kind.get("type") for kind in kinds}
    if types & {"integer", "number"} and "boolean" not in types:
        yield path
    for kind in kinds:
        if kind is not schema:
            yield from numbers(kind, path)
    for name, inner in schema.get("properties", {}).items():
        yield from numbers(inner, (*path, name))


def with_flag(body: Any, path: tuple[str, ...]) -> Any:
    *above, last = path
    at = body
    for name in above:
        at = at.setdefault(name, {})
    at[last] = True
    return body


def takers() -> Iterator[tuple[Operation, tuple[str, ...]]]:
    for operation in OPERATIONS:
        told = DOCUMENT["paths"][operation.path][operation.method.lower()]
        content = told.get("requestBody", {}).get("content", {}).get("application/json")
        for path in dict.fromkeys(numbers(content["schema"])) if content else ():
            yield operation, path


def test_a_flag_where_a_number_belongs_is_refused(ours: Everything) -> None:
    headers = {"Authorization": f"Bearer {new_key(ours.project, *SCOPES)}"}
    client = Client(raise_request_exception=False, headers=headers)
    before, failures, tried = Task.objects.count(), [], set()
    for operation, path in takers():
        tried.add(path[-1])
        answer = client.generic(
            operation.method,
            operation.path.format(**ours.fill(operation.path, operation.parameters)),
            json.dumps(with_flag(body_of(operation), path)),
            content_type="application/json",
        )
        errors = answer.json().get("extra", {}).get("errors", []) if answer.content else []
        if answer.status_code != 422 or [error["loc"] for error in errors] != [["body", *path]]:
            failures.append(f"{operation.operation_id} {path} {answer.status_code} {errors}")
    assert not failures, "\n".join(failures)
    assert {"max_steps", "max_cost_usd", "max_duration_minutes", "max_turns", "revision",
            "max_bytes", "observation_chars", "overlap_hours"} <= tried  # fmt: skip
    assert Task.objects.count() == before


def test_either_spelling_and_numbers_as_text(api) -> None:
    runs = f"/v1/projects/{api.project.pk}/agent/runs"
    for name, value in (("maxTurns", True), ("timeoutMs", False), ("maxCostUsd", True)):
        answer = api.post(runs, {"goal": "Find the kettle", name: value})
        assert answer.status_code == 422, answer.content
        [error] = answer.json()["extra"]["errors"]
        assert error["loc"] == ["body", name]
        assert error["msg"] == "must be a number, not true or false"
    for model in ({"route": "embedded", "maxOutputTokens": True},
                  {"route": "embedded", "temperature": True}):  # fmt: skip
        answer = api.post(runs, {"goal": "Find the kettle", "model": model})
        assert answer.status_code == 422, answer.content
        assert "must be a number" in answer.json()["detail"]
    kept = {"max_cost_usd": "0.50", "max_steps": 5.0, "max_duration_minutes": "1.5"}
    assert api.post(body={"instructions": "Find the kettle", **kept}).status_code == 201
