"""A refused body is told where, in the caller's own words, and without a name of ours."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.api.locations import as_sent

pytestmark = pytest.mark.django_db(transaction=True)
Errors = list[tuple[list[str | int], str]]


def errors_of(api: Any, product: str, body: Any) -> Errors:
    answer = api.post(f"/v1/projects/{api.project.pk}{product}", body=body)
    assert answer.status_code == 422, answer.content
    told = answer.json()
    errors = told["extra"]["errors"]
    where = ".".join(str(part) for part in errors[0]["loc"][1:]) or "body"
    assert told["detail"].startswith((f"{where}: ", errors[0]["msg"]))
    for internal in ("function-", "instance of", "literal[", "list[", "[key]", "_clean"):
        assert internal not in answer.content.decode()
    return [(error["loc"], error["msg"]) for error in errors]


def places(api: Any, product: str, body: Any) -> list[str]:
    """Dotted paths below the body."""
    return [".".join(map(str, loc[1:])) for loc, _ in errors_of(api, product, body)]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"model": 5}, ["model", "model"]),
        ({"model": {"route": "a\x00"}}, ["model"]),
        ({"model": {"model": "x"}}, ["model"]),
        ({"variables": {"a b": "x"}}, ["variables.a b"]),
        ({"variables": {"a": {"value": 5}}}, ["variables.a.value"]),
        ({"variables": {"a": {}}}, ["variables.a.value"]),
        ({"variables": {"a": {"value": "x", "allowed_domains": [5]}}},
         ["variables.a.allowed_domains.0"]),
        ({"policy": {"private_access": [5]}}, ["policy.private_access.0"]),
        ({"policy": {"private_access": "x"}}, ["policy.private_access"] * 2),
        ({"policy": {"downloads": {"max_bytes": "x"}}}, ["policy.downloads.max_bytes"]),
        ({"max_steps": 0, "title": 5}, ["max_steps", "title"]),
        ({"profile_id": "none"}, ["profile_id"]),
    ],
)  # fmt: skip
def test_a_task_s_fields(api: Any, more: dict[str, Any], expected: list[str]) -> None:
    body = {"instructions": "x", **more}
    assert places(api, "/do_anything/sessions", body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"goal": "x", "maxTurns": 0}, ["maxTurns"]),
        ({"goal": "x", "max_turns": 0}, ["max_turns"]),
        ({"goal": "x", "model": {"route": "openai", "apiKey": 5}}, ["model"]),
        ({"goal": "x", "browser": {"policy": {"allowedDomains": 5}}},
         ["browser.policy.allowedDomains"]),
        ({"goal": "x", "browser": {"create": {"policy": {"allowedDomains": [5]}}}},
         ["browser.create.policy.allowedDomains.0"]),
        ({"goal": "x", "codePolicy": {"extraDeniedPatterns": ["a", "("]}},
         ["codePolicy.extraDeniedPatterns.1"]),
        ({"goal": "x", "variables": {"mail": {"value": "x", "allowedDomains": 5}}},
         ["variables.mail.allowedDomains"]),
        ({"goal": "x", "browser": {"create": {"profileId": "none"}}},
         ["browser.create.profileId"]),
        ({"instructions": ""}, ["instructions"]),
        ({"goal": ""}, ["goal"]),
        ({}, ["goal"]),
    ],
)  # fmt: skip
def test_a_run_s_fields(api: Any, body: dict[str, Any], expected: list[str]) -> None:
    assert places(api, "/agent/runs", body) == expected


@pytest.mark.parametrize("body", ["[]", "5", "null", '"x"'])
def test_what_is_no_object(api: Any, body: str) -> None:
    assert errors_of(api, "/do_anything/sessions", body) == [(["body"], "must be an object")]


def test_no_body(api: Any) -> None:
    assert errors_of(api, "/do_anything/sessions", b"") == [(["body"], "Field required")]


def test_a_name_that_nobody_sent_is_not_made_up() -> None:
    """A union's branch may be named like anything."""
    problems = [
        {"loc": ("body", "body", "a", "int"), "msg": "no number", "type": "int_type"},
        {"loc": ("body", "body", "a", "Thing", "b", 1), "msg": "no text", "type": "string_type"},
    ]
    assert as_sent(problems, {"a": {"b": ["x", 5]}}) == [
        {"loc": ["body", "a", "b", 1], "msg": "no text", "type": "string_type"}
    ]
