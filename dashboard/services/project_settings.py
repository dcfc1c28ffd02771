"""What a team decides for itself: approval mode, policy, model, limits, ages. Admins only."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from dashboard.errors import Invalid
from dashboard.models import Project, Retention
from dashboard.services import audit
from dashboard.services.actors import Actor
from dashboard.services.policies import PolicyIn

MODES = ("", "ask", "delegated", "never")
MAX_POLICY_CHARS = 50_000
MAX_DAYS = 36_500
_KINDS = ("sessions", "files", "audit", "usage")


def read_policy(text: str) -> dict[str, Any]:
    """A policy object from JSON text; empty text is no policy. Raises: Invalid."""
    if len(text) > MAX_POLICY_CHARS:
        raise Invalid(f"A policy has at most {MAX_POLICY_CHARS:,} characters.", loc=["policy"])
    try:
        data = json.loads(text) if text.strip() else {}
    except (json.JSONDecodeError, RecursionError) as error:
        where = (
            f"line {error.lineno}, column {error.colno}: {error.msg}"
            if isinstance(error, json.JSONDecodeError)
            else "it is nested too deeply"
        )
        raise Invalid(f"This is no JSON: {where}.", loc=["policy"]) from None
    if not isinstance(data, dict):
        raise Invalid("A policy is a JSON object, such as {} or {…}.", loc=["policy"])
    unknown = sorted(set(data) - set(PolicyIn.model_fields))
    if unknown:
        raise Invalid(f"A policy has no {', '.join(unknown)[:200]}.", loc=["policy"])
    try:
        return PolicyIn.model_validate(data).stored()
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        words = str(first["msg"]).removeprefix("Value error, ")
        raise Invalid(f"{where}: {words}", loc=["policy"]) from None


@transaction.atomic
def set_rules(*, by: Actor, approval: str, policy_text: str) -> None:
    """How tasks ask, and what they may reach, when they say nothing of it themselves.

    Raises: Forbidden; Invalid.
    """
    by.require("admin")
    if approval not in MODES:
        raise Invalid("The approval mode is ask, delegated or never.", loc=["approval"])
    policy = read_policy(policy_text)
    Project.objects.filter(pk=by.project.pk).update(
        default_approval=approval, default_policy=policy
    )
    audit.of_project(by, "project.rules_set", approval=approval or "delegated", policy=policy)


@transaction.atomic
def set_model(*, by: Actor, name: str) -> None:
    """The model of tasks that name none; empty: the server's. Raises: Forbidden; Invalid."""
    from agents.errors import ModelError
    from agents.model.routes import build_route
    from agents.model.settings import ModelSettings

    by.require("admin")
    name = name.strip()[:200]
    if name:
        try:
            build_route({"route": name}, settings=ModelSettings(), stub="")
        except ModelError as error:
            raise Invalid(str(error), loc=["model"]) from None
    Project.objects.filter(pk=by.project.pk).update(default_model=name)
    audit.of_project(by, "project.model_set", model=name or "server's default")


@transaction.atomic
def set_ages(*, by: Actor, ages: dict[str, str]) -> None:
    """Days that kinds of rows are kept. Empty: the server's; 0: for ever.

    Raises: Forbidden; Invalid.
    """
    by.require("admin")
    found: dict[str, int | None] = {}
    for kind in _KINDS:
        text = ages.get(kind, "").strip()
        is_short = text.isascii() and text.isdecimal() and len(text) < 10
        if text and not (is_short and int(text) <= MAX_DAYS):
            raise Invalid(f"Days are a number up to {MAX_DAYS:,}.", loc=[kind])
        found[f"{kind}_days"] = int(text) if text else None
    Retention.objects.update_or_create(project=by.project, defaults=found)
    audit.of_project(
        by, "project.retention_set", **{k: "default" if v is None else v for k, v in found.items()}
    )
