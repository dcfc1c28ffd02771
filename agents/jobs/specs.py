"""A task's row as the engine knows it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from agents.guard.policy import Policy, merged
from agents.guard.receivers import bind
from agents.ports import TaskSpec
from dashboard.models import Task
from dashboard.services import answers, tasks


def spec_of(task: Task) -> TaskSpec:
    """The task as the engine knows it."""
    options = task.options
    cost = options.get("max_cost_usd")
    policy = merged(task.project.default_policy, options.get("policy"))
    Policy.parse(policy)  # what cannot be read must not run without its rules
    return TaskSpec(
        id=task.pk,
        session_id=task.session_id,
        project_id=task.project_id,
        product=task.product,
        instructions=task.instructions,
        start_url=options.get("start_url") or _last_page(task),
        model=options.get("model") or _project_model(task),
        output_schema=options.get("output_schema"),
        max_steps=options.get("max_steps") or TaskSpec.max_steps,
        max_tokens=options.get("max_tokens"),
        max_cost_usd=Decimal(cost) if cost is not None else None,
        max_duration_s=60 * minutes
        if (minutes := options.get("max_duration_minutes"))
        else TaskSpec.max_duration_s,
        approval=options.get("approval") or task.project.default_approval or "delegated",
        policy=policy,
        variables=bind(
            {**tasks.variables_of(task), **answers.variables_of(task)},
            start_url=options.get("start_url") or _first_page(task),
            policy=options.get("policy"),
            instructions=task.instructions,
        ),
        metadata=options.get("metadata") or {},
        step_timeout_s=options.get("step_timeout_s") or TaskSpec.step_timeout_s,
        options=options.get("agent") or {},
    )


def _first_page(task: Task) -> str | None:
    """Where the session was told to begin: by people, unlike the page it has come to."""
    first = task.session.tasks.order_by("number").first()
    return first.options.get("start_url") if first else None


def _last_page(task: Task) -> str | None:
    """Where a follow-up goes on when the session's browser was closed or lost meanwhile."""
    session = task.session
    began = task.checkpoint is not None or task.number == 1
    if began or session.browser is not None:
        return None
    return session.page_url if session.page_url.startswith(("http://", "https://")) else None


def _project_model(task: Task) -> dict[str, Any]:
    name = task.project.default_model
    return {"route": name} if name else {}
