"""Files of tasks: stored once for each content under MEDIA_ROOT, then told in the ledger."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import uuid
from pathlib import Path

from django.conf import settings
from django.db import transaction

from agents.errors import AgentError
from agents.events import TaskArtifact
from agents.plain import plain_text
from agents.readable import readable
from dashboard import ledger
from dashboard.models import Artifact, Task
from dashboard.services import leases


class StorageFull(AgentError):
    """The disk under the data directory is full; the file was not kept."""

    code = "storage_full"
    retryable = True


def _root() -> Path:
    return Path(settings.MEDIA_ROOT)


def _is_there(target: Path) -> bool:
    """Whether the bytes are stored already; touched, so that retention sees them wanted again."""
    try:
        os.utime(target)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def write_bytes(data: bytes) -> tuple[str, int]:
    """Store bytes; (sha256 hex, size). Raises: StorageFull."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = _root() / "artifacts" / sha256[:2] / sha256
    try:
        if not _is_there(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
                file.write(data)
            Path(file.name).replace(target)
    except OSError as error:
        raise StorageFull(f"The file could not be stored: {error.strerror}.") from error
    return sha256, len(data)


def write_file(source: str) -> tuple[str, int]:
    """Store a file from disk, without reading it into memory; (sha256 hex, size)."""
    digest, size = hashlib.sha256(), 0
    try:
        with Path(source).open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
        sha256 = digest.hexdigest()
        target = _root() / "artifacts" / sha256[:2] / sha256
        if not _is_there(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f"{target.name}.{uuid.uuid4().hex}.part")
            shutil.move(source, part)
            part.replace(target)
    except OSError as error:
        raise StorageFull(f"The file could not be stored: {error.strerror}.") from error
    return sha256, size


@transaction.atomic
def add(
    task: Task,
    fence: int,
    *,
    sha256: str,
    size_bytes: int,
    name: str,
    media_type: str,
    kind: str,
    step: int | None,
) -> Artifact:
    """The row of stored bytes, with its event for kinds that people look for. Raises: LeaseLost."""
    leases.write(task.pk, fence)
    artifact = Artifact.objects.create(
        project_id=task.project_id,
        session_id=task.session_id,
        task=task,
        kind=kind,
        name=readable(plain_text(name))[:255],
        media_type=media_type[:100],
        size_bytes=size_bytes,
        sha256=sha256,
        step=step,
    )
    if kind in Artifact.VISIBLE:
        ledger.append(
            task,
            TaskArtifact(
                artifact_id=artifact.pk,
                name=artifact.name,
                kind=kind,
                media_type=artifact.media_type,
                size_bytes=size_bytes,
                sha256=sha256,
                step=step,
            ),
        )
    return artifact


def open_file(artifact: Artifact):
    """The bytes, as an open file. Raises: FileNotFoundError when they were deleted."""
    return (_root() / artifact.path).open("rb")
