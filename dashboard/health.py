"""Is it alive, is it ready: for people, supervisors and load balancers."""

from __future__ import annotations

from datetime import timedelta

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from dashboard.models import WorkerProcess


def healthz(request: HttpRequest) -> JsonResponse:
    """200 while this process answers at all."""
    return JsonResponse({"status": "ok"})


def checks() -> dict[str, bool]:
    """What must work for a task to run: database, redis, at least one live worker."""
    found = {"database": False, "redis": False, "worker": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        found["database"] = True
        found["worker"] = WorkerProcess.objects.filter(
            seen_at__gt=timezone.now() - timedelta(seconds=30)
        ).exists()
    except DatabaseError:
        pass
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        found["redis"] = bool(client.ping())
    except (redis.RedisError, OSError):
        pass
    finally:
        client.close()
    return found


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when a task submitted now would run; 503 names what is missing."""
    found = checks()
    ready = all(found.values())
    return JsonResponse(
        {"status": "ready" if ready else "not ready", "checks": found}, status=200 if ready else 503
    )
