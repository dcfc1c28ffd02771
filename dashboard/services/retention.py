"""Retention: what is past its project's age goes, row by row and file by file.

A session goes with all that belongs to it, once it has not changed for its age; never while a task
of it is open, a browser or a person is in it, or a webhook of it has yet to arrive. Each goes in a
transaction of its own, under its row's lock, after a second look. Bytes of files are shared by
content: they go once no row refers to them.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from dashboard.models import (
    TERMINAL,
    AgentSession,
    Artifact,
    AuditEntry,
    Control,
    Delivery,
    DeliveryStatus,
    Project,
    Retention,
    SessionStatus,
    Task,
    UsageEntry,
    UsageKind,
)
from dashboard.services import records

log = structlog.get_logger(__name__)

BATCH = 200  # rows a transaction
MOST_SESSIONS = 500  # a project and run: the next run goes on
GRACE_S = 3600.0  # bytes that were just written wait for their row
FOLDERS_A_RUN = 16  # of the 256 that files are in: all are looked through within a day
KINDS = ("sessions", "files", "audit", "usage")
_OF_TASKS = (UsageKind.HOLD, UsageKind.CHARGE, UsageKind.RELEASE)
_OPEN = (SessionStatus.PENDING, SessionStatus.RUNNING)
_ON_ITS_WAY = (
    DeliveryStatus.PENDING,
    DeliveryStatus.SENDING,
    DeliveryStatus.RETRY_WAIT,
    DeliveryStatus.HELD,
)


@dataclass
class Removed:
    """What went, or would go."""

    sessions: int = 0
    files: int = 0
    audit: int = 0
    usage: int = 0
    bytes: int = 0

    def add(self, other: Removed) -> None:
        """Count these too."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)


def ages(project: Project) -> dict[str, int]:
    """Days that each kind is kept; 0: for ever. The project's own age, else the server's."""
    own = Retention.objects.filter(project=project).first()
    found = {}
    for kind in KINDS:
        days = getattr(own, f"{kind}_days", None)
        found[kind] = getattr(settings.CONFIG, f"keep_{kind}_days") if days is None else days
    return found


def run(*, dry_run: bool = False) -> Removed:
    """Delete what is past its age in every project, then bytes that no row refers to."""
    total = Removed()
    for project in Project.objects.order_by("pk"):
        removed = _of_project(project, dry_run)
        total.add(removed)
        if not dry_run and any(asdict(removed).values()):
            AuditEntry.objects.create(
                project=project, actor="system", action="retention.ran", object_id=project.pk,
                detail={name: count for name, count in asdict(removed).items() if count},
            )  # fmt: skip
    if not dry_run:
        records.forget_sign_ins()
        total.bytes += _sweep_files(int(time.time() // 3600))
        if any(asdict(total).values()):
            log.info("retention ran", **asdict(total))
    return total


def _of_project(project: Project, dry_run: bool) -> Removed:
    kept, now, removed = ages(project), timezone.now(), Removed()

    def before(kind: str) -> datetime | None:
        return now - timedelta(days=kept[kind]) if kept[kind] else None

    if (at := before("sessions")) is not None:
        ids = list(_old_sessions(project, at).values_list("pk", flat=True)[:MOST_SESSIONS])
        removed.sessions = len(ids) if dry_run else sum(_remove_session(pk, at) for pk in ids)
    if (at := before("files")) is not None:
        rows = _old_files(project, at)
        removed.files = rows.count() if dry_run else _remove_rows(rows, files=True)
    if (at := before("audit")) is not None:
        rows = AuditEntry.objects.filter(project=project, at__lt=at)
        removed.audit = rows.count() if dry_run else _remove_rows(rows)
    if (at := before("usage")) is not None:
        # Grants and adjustments stay: people made them, and there are few.
        rows = UsageEntry.objects.filter(project=project, at__lt=at, kind__in=_OF_TASKS)
        rows = rows.exclude(Exists(_open_task(OuterRef("task_id"))))
        removed.usage = rows.count() if dry_run else _remove_rows(rows)
    return removed


def _open_task(pk: OuterRef) -> QuerySet[Task]:
    return Task.objects.filter(pk=pk).exclude(status__in=TERMINAL)


def _old_sessions(project: Project, before: datetime) -> QuerySet[AgentSession]:
    """Sessions that may go: long unchanged, and nothing of them is going on."""
    open_tasks = Task.objects.filter(session=OuterRef("pk")).exclude(status__in=TERMINAL)
    undelivered = Delivery.objects.filter(session=OuterRef("pk"), status__in=_ON_ITS_WAY)
    return (
        AgentSession.objects.for_project(project)
        .filter(updated_at__lt=before, control=Control.AGENT, browser__isnull=True)
        .exclude(status__in=_OPEN)
        .exclude(Exists(open_tasks))
        .exclude(Exists(undelivered))
        .order_by("pk")
    )


def _remove_session(pk: str, before: datetime) -> int:
    """Delete a session with all that is in it, if it still may go. 1 when it went."""
    try:
        with transaction.atomic():
            row = AgentSession.objects.select_for_update().filter(pk=pk).first()
            if row is None or not _old_sessions(row.project, before).filter(pk=pk).exists():
                return 0
            digests = set(row.artifacts.values_list("sha256", flat=True))
            folder = row.user_data_dir
            row.events.all().delete()
            row.delete()
    except DatabaseError as error:
        log.warning("a session could not be deleted", session=pk, error=str(error))
        return 0
    for digest in digests:
        forget_bytes(digest)
    _forget_folder(folder)
    return 1


def _old_files(project: Project, before: datetime) -> QuerySet[Artifact]:
    """Files past their age, of tasks that are over."""
    rows = Artifact.objects.for_project(project).filter(created_at__lt=before)
    return rows.filter(task__status__in=TERMINAL)


def _remove_rows(rows: QuerySet, *, files: bool = False) -> int:
    """Delete the rows in batches, and bytes that nothing refers to any more."""
    count = 0
    while True:
        with transaction.atomic():
            ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
            batch = rows.model._default_manager.filter(pk__in=ids)
            digests = set(batch.values_list("sha256", flat=True)) if files else set()
            batch.delete()
        for digest in digests:
            forget_bytes(digest)
        count += len(ids)
        if len(ids) < BATCH:
            return count


# --- bytes --------------------------------------------------------------------------------------


def _root() -> Path:
    return Path(settings.MEDIA_ROOT) / "artifacts"


def forget_bytes(digest: str) -> int:
    """Delete the bytes of this SHA-256 unless a row refers to them; how many went.

    A writer that finds the bytes there touches them before it makes its row. So they are moved
    aside first: a touch before that shows in the time of the moved file, which is then put back; a
    touch after it finds nothing, and the writer writes them anew.
    """
    path = _root() / digest[:2] / digest
    aside = path.with_name(f"{digest}.going")
    try:
        if time.time() - path.stat().st_mtime < GRACE_S:
            return 0
        if Artifact.objects.filter(sha256=digest).exists():
            return 0
        path.rename(aside)
        moved = aside.stat()
        fresh = time.time() - moved.st_mtime < GRACE_S
        if fresh or Artifact.objects.filter(sha256=digest).exists():
            aside.rename(path)
            return 0
        aside.unlink()
        return moved.st_size
    except FileNotFoundError:
        return 0


def _sweep_files(hour: int) -> int:
    """Delete bytes without a row, left by a crash, in this hour's folders; how many went."""
    first = hour * FOLDERS_A_RUN % 256
    gone = 0
    for number in range(first, first + FOLDERS_A_RUN):
        folder = _root() / f"{number % 256:02x}"
        for names in _in_batches(folder):
            known = set(Artifact.objects.filter(sha256__in=names).values_list("sha256", flat=True))
            gone += sum(forget_bytes(name) for name in names if name not in known)
    return gone


def _in_batches(folder: Path) -> Iterator[list[str]]:
    names: list[str] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if len(entry.name) == 64:
                    names.append(entry.name)
                elif time.time() - entry.stat().st_mtime > 24 * GRACE_S:
                    Path(entry.path).unlink(missing_ok=True)  # a part that was never finished
                if len(names) >= BATCH:
                    yield names
                    names = []
    except FileNotFoundError:
        return
    yield names


def _forget_folder(name: str) -> None:
    """Delete a session's browser profile, if it is on this host and below our own folder."""
    root = settings.CONFIG.data_dir / "browsers"
    if name and Path(name).is_relative_to(root) and Path(name) != root:
        shutil.rmtree(name, ignore_errors=True)


def stored(project: Project) -> dict[str, int]:
    """How much is kept: sessions, files and their bytes, entries of the audit log and of usage."""
    files = Artifact.objects.for_project(project)
    return {
        "sessions": AgentSession.objects.for_project(project).count(),
        "files": files.count(),
        "bytes": files.aggregate(of=Sum("size_bytes"))["of"] or 0,
        "audit": AuditEntry.objects.filter(project=project).count(),
        "usage": UsageEntry.objects.for_project(project).count(),
    }
