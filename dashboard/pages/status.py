"""Status: does everything that a task needs work, and how busy is it."""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from typing import Any

import django
import redis
from django.conf import settings
from django.db import connection
from django.db.models import Count, Min
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dashboard import health
from dashboard.models import AgentSession, Event, Task, TaskStatus, WorkerProcess
from dashboard.pages.access import ConsoleRequest, console, respond
from dashboard.services import tasks


@console()
@require_safe
def status(request: ConsoleRequest) -> HttpResponse:
    """Workers, queue, browsers, database, Redis, disk, version."""
    context = {
        "section": "status",
        "checks": health.checks(),
        "workers": _workers(),
        "waiting": _queue(),
        "browsers": AgentSession.objects.exclude(browser=None).count(),
        "database": _database(),
        "redis_facts": _redis(),
        "disk": _disk(),
        "versions": {
            "Python": sys.version.split()[0],
            "Django": django.get_version(),
        },
    }
    return respond(request, "pages/status.html", "_partials/status_body.html", context)


def _workers() -> list[dict[str, Any]]:
    alive_since = timezone.now() - timedelta(seconds=30)
    return [
        {"row": row, "alive": row.seen_at > alive_since}
        for row in WorkerProcess.objects.order_by("-seen_at")[:50]
    ]


def _queue() -> dict[str, Any]:
    due = tasks.due(limit=1000)
    oldest = Task.objects.filter(pk__in=[pk for pk, _ in due]).aggregate(at=Min("due_at"))["at"]
    for_people = (TaskStatus.AWAITING_INPUT, TaskStatus.PAUSED)
    states = Task.objects.filter(status__in=(TaskStatus.RUNNING, *for_people))
    counts = dict(states.values_list("status").annotate(Count("pk")).order_by())
    return {
        "due": len(due),
        "oldest": oldest,
        "running": counts.get(TaskStatus.RUNNING, 0),
        "for_people": sum(counts.get(status, 0) for status in for_people),
    }


def _database() -> dict[str, Any]:
    facts: dict[str, Any] = {"kind": connection.display_name, "events": Event.objects.count()}
    if connection.vendor == "sqlite":
        from pathlib import Path

        path = Path(settings.DATABASES["default"]["NAME"])
        facts["size_bytes"] = path.stat().st_size if path.exists() else 0
    return facts


def _redis() -> dict[str, Any]:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, decode_responses=True
    )
    try:
        found = client.info()
        return {
            "version": found.get("valkey_version") or found.get("redis_version"),
            "kind": "Valkey" if "valkey_version" in found else "Redis",
            "memory_bytes": found.get("used_memory"),
        }
    except (redis.RedisError, OSError) as error:
        return {"error": type(error).__name__}
    finally:
        client.close()


def _disk() -> dict[str, Any]:
    usage = shutil.disk_usage(settings.CONFIG.data_dir)
    return {
        "free_bytes": usage.free,
        "percent": round(usage.used / usage.total * 100),
        "path": str(settings.CONFIG.data_dir),
        "low": usage.free < 1 << 30,
    }
