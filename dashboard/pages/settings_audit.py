"""Settings: the audit log, filtered, page by page, and as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard.models import AuditEntry
from dashboard.pages.access import ConsoleRequest, console
from dashboard.pages.settings_tabs import page
from dashboard.services.usage import safe_cell

PAGE = 50
MOST_EXPORTED = 100_000


@console()
@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """The tab."""
    rows = _filtered(request)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    of_project = AuditEntry.objects.filter(project=request.actor.project)
    query = request.GET.copy()
    query.pop("before", None)
    context: dict[str, Any] = {
        "entries": [{"row": row, "detail": _words(row.detail)} for row in found[:PAGE]],
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "actions": of_project.order_by("action").values_list("action", flat=True).distinct(),
        "query": query.urlencode(),
        "q": request.GET.get("q", ""),
        "action": request.GET.get("action", ""),
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "filtered": any(request.GET.get(name) for name in ("q", "action", "since", "until")),
    }
    return page(request, "settings-audit", "audit", context)


def _filtered(request: ConsoleRequest) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.filter(project=request.actor.project)
    words = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    if words:
        who = Q(actor__icontains=words) | Q(actor_id=words)
        rows = rows.filter(who | Q(object_id__icontains=words))
    if action := request.GET.get("action", "").replace("\x00", ""):
        rows = rows.filter(action=action[:60])
    if since := _day(request.GET.get("since", "")):
        rows = rows.filter(at__gte=since)
    if until := _day(request.GET.get("until", "")):
        rows = rows.filter(at__lt=until + timedelta(days=1))
    return rows


def _day(text: str) -> datetime | None:
    """Midnight of the day, in the zone of who looks; None for anything else."""
    try:
        found = datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        return None
    if not 2000 <= found.year <= 2999:
        return None
    return found.replace(tzinfo=timezone.get_current_timezone())


def _words(detail: Any) -> str:
    """An entry's detail in a line: `name: value, …`."""
    if not isinstance(detail, dict):
        return json.dumps(detail) if detail else ""
    return " · ".join(
        f"{name.replace('_', ' ')}: {_word(value)}"
        for name, value in detail.items()
        if value not in ("", None, [], {})
    )


def _word(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value)


@console()
@require_safe
def export(request: ConsoleRequest) -> StreamingHttpResponse:
    """The filtered entries as CSV, newest first."""
    response = StreamingHttpResponse(
        list(_csv(_filtered(request))), content_type="text/csv; charset=utf-8"
    )
    name = f"audit-{request.actor.project.slug}-{timezone.localdate():%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv(rows: QuerySet[AuditEntry]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("at", "actor", "actor_id", "action", "object", "detail"))
    for row in rows.order_by("-pk")[:MOST_EXPORTED].iterator(chunk_size=500):
        cells = (row.actor, row.actor_id, row.action, row.object_id, json.dumps(row.detail))
        writer.writerow((timezone.localtime(row.at).isoformat(), *map(safe_cell, cells)))
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()
