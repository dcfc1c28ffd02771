"""The checklist of a new installation: a model, a key, a first run. Each step tests itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dashboard import health
from dashboard.models import ApiKey, Task, TaskStatus
from dashboard.pages.access import ConsoleRequest, console, respond
from dashboard.pages.examples import examples
from dashboard.services import model_check, people

TESTED = "model_test"


@dataclass(frozen=True)
class FirstStep:
    """One line of the checklist. name: what the template offers beside it."""

    name: str
    title: str
    done: bool
    words: str


def of(request: ConsoleRequest) -> list[FirstStep]:
    """What an admin has still to do; empty once all is done or the list was dismissed."""
    if not request.actor.is_admin or request.user.first_steps_hidden:
        return []
    project = request.actor.project
    ran = Task.objects.for_project(project).filter(status=TaskStatus.DONE).exists()
    used = ApiKey.objects.for_project(project).exclude(last_used_at=None).exists()
    if ran and used:
        return []
    steps = [
        _server(),
        _model(request.session.get(TESTED)),
        FirstStep("run", "First run", ran, "Ends well." if ran else "Start an example and watch."),
        _key(project.pk, used),
    ]
    return [] if all(step.done for step in steps) else steps


def _server() -> FirstStep:
    checks = health.checks()
    missing = [name for name, works in checks.items() if not works]
    words = "Database, Redis and a worker answer." if not missing else f"No {missing[0]} answers."
    return FirstStep("server", "Server", not missing, words)


def _model(tested: dict[str, Any] | None) -> FirstStep:
    default = model_check.describe()
    if default["problem"]:
        return FirstStep("model", "Model", False, str(default["problem"]))
    if default["keyless"]:
        words = (
            "The keyless planner follows plain instructions. For open-ended tasks set "
            "WEBAGENT_MODEL and the key of its provider, then start again."
        )
        return FirstStep("keyless", "Model", True, words)
    if tested and tested.get("name") == default["name"]:
        return FirstStep("model", "Model", bool(tested["works"]), str(tested["words"]))
    return FirstStep("model", "Model", False, f"{default['name']} is set and not tested yet.")


def _key(project_id: str, used: bool) -> FirstStep:
    if used:
        return FirstStep("key", "API key", True, "A program has used one.")
    key = ApiKey.objects.filter(project_id=project_id, revoked_at=None).order_by("-pk").first()
    if key is None:
        return FirstStep("key", "API key", False, "Make one for your programs.")
    words = f"“{key.name}” ({key.prefix}…) has not been used: send a request with it."
    return FirstStep("key", "API key", False, words)


@console("admin")
@require_POST
def test_model(request: ConsoleRequest) -> HttpResponse:
    """Ask the default model one small question."""
    request.session[TESTED] = model_check.ask_default().as_dict()
    return _after(request)


@console("admin")
@require_POST
def dismiss(request: ConsoleRequest) -> HttpResponse:
    """Hide the checklist from this person for good."""
    people.hide_first_steps(request.user)
    return _after(request)


def _after(request: ConsoleRequest) -> HttpResponse:
    part = "_partials/first_steps.html"
    if not request.htmx:
        return redirect("sessions")
    context = {"first_steps": of(request), "examples": examples()}
    return respond(request, part, part, context)
