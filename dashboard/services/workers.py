"""Workers say that they are alive; the Status page and the sweep read it."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from dashboard.models import WorkerProcess

ALIVE_WITHIN = timedelta(seconds=30)


def beat(name: str, *, host: str, pid: int, running: int, browsers: int, capacity: int) -> None:
    """This worker is alive and has so much to do."""
    WorkerProcess.objects.update_or_create(
        name=name,
        defaults={
            "host": host,
            "pid": pid,
            "seen_at": timezone.now(),
            "running": running,
            "browsers": browsers,
            "capacity": capacity,
        },
    )


def forget_dead() -> None:
    """Drop workers that have been silent for a day."""
    WorkerProcess.objects.filter(seen_at__lt=timezone.now() - timedelta(days=1)).delete()


def leave(name: str) -> None:
    """This worker ends on purpose."""
    WorkerProcess.objects.filter(name=name).delete()


def names_of(host: str) -> list[str]:
    """Names of all workers of a host that have not left."""
    return list(WorkerProcess.objects.filter(host=host).values_list("name", flat=True))
