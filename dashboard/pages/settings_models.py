"""Settings: the models that tasks may use, each with a test of what it can do."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dashboard.errors import Invalid
from dashboard.models import Project
from dashboard.pages.access import ConsoleRequest, console
from dashboard.pages.settings_tabs import attempt, page
from dashboard.services import model_check, project_settings

TESTED = "model_tests"
MOST_KEPT = 12


@console()
def index(request: ConsoleRequest) -> HttpResponse:
    """The tab; a POST saves the default model."""
    if request.method != "POST":
        return _shown(request)
    request.actor.require("admin")
    return attempt(
        request,
        "settings-models",
        lambda: project_settings.set_model(by=request.actor, name=request.POST.get("model", "")),
        said="Saved.",
        shown=_shown,
    )


def _shown(request: ConsoleRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    project = Project.objects.get(pk=request.actor.project.pk)
    tested = request.session.get(TESTED, {})
    routes = [
        {**route, "checks": tested.get(route["id"], [])}
        for route in model_check.routes(project.default_model)
    ]
    values = more.get("values") or {}
    context = {"routes": routes, "model": values.get("model", project.default_model), **more}
    return page(request, "settings-models", "models", context, status=status)


@console("admin")
@require_POST
def test(request: ConsoleRequest) -> HttpResponse:
    """Ask a model three small questions: tools, pictures, JSON."""
    name = request.POST.get("model", "")
    known = {one["id"] for one in model_check.routes(request.actor.project.default_model)}
    if name not in known:
        raise Invalid("There is no such model route here.")
    tested = dict(request.session.get(TESTED, {}))
    tested[name] = [check.as_dict() for check in model_check.examine(name)]
    request.session[TESTED] = dict(list(tested.items())[-MOST_KEPT:])
    return redirect("settings-models")
