"""Settings: how long things are kept, and how much there is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse

from dashboard.models import Retention
from dashboard.pages.access import ConsoleRequest, console
from dashboard.pages.settings_tabs import attempt, page
from dashboard.services import project_settings, retention

# Name, label, what it is, and what goes once it is older than {days}.
KINDS = (
    ("sessions", "Sessions", "With their tasks, events, messages and files, counted from the last "
     "change. Sessions that run, have a browser or an undelivered webhook stay.",
     "Sessions that nothing changed in for {days}, with all their tasks, events, messages and "
     "files."),
    ("files", "Files", "Screenshots, downloads and other files of tasks that are over.",
     "Files older than {days} of tasks that are over: screenshots, downloads and others."),
    ("audit", "Audit log", "Who did what.", "Lines of the audit log older than {days}."),
    ("usage", "Usage", "Steps, tokens and dollars. Grants of credits stay.",
     "Usage older than {days}: steps, tokens and dollars."),
)  # fmt: skip


@console()
def index(request: ConsoleRequest) -> HttpResponse:
    """The tab; a POST saves it."""
    if request.method != "POST":
        return _shown(request)
    request.actor.require("admin")
    ages = {kind: request.POST.get(kind, "") for kind, *_ in KINDS}
    return attempt(
        request,
        "settings-retention",
        lambda: project_settings.set_ages(by=request.actor, ages=ages),
        said="Saved. The next run is within the hour.",
        shown=_shown,
    )


def _shown(request: ConsoleRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    project = request.actor.project
    own = Retention.objects.filter(project=project).first()
    values = more.get("values") or {}
    stored = retention.stored(project)
    fields = []
    kept = retention.ages(project)
    for kind, label, words, goes in KINDS:
        present = getattr(own, f"{kind}_days", None)
        fields.append(
            {
                "name": kind,
                "label": label,
                "words": words,
                "goes": goes,
                "now": kept[kind],
                "value": values.get(kind, "" if present is None else present),
                "default": getattr(settings.CONFIG, f"keep_{kind}_days"),
                "count": stored[kind],
            }
        )
    context = {"fields": fields, "stored": stored, **more}
    return page(request, "settings-retention", "retention", context, status=status)
