"""A run's port to its files."""

from __future__ import annotations

import asyncio

from agents.jobs.db import db
from agents.ports import StoredArtifact
from dashboard.models import Artifact, Task
from dashboard.services import artifacts


class DbArtifacts:
    """Files of one task."""

    def __init__(self, task: Task) -> None:
        self._task = task

    async def put(
        self, data: bytes, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        sha256, size = await asyncio.to_thread(artifacts.write_bytes, data)
        return await self._add(sha256, size, name, media_type, kind, step)

    async def put_file(
        self, path: str, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        sha256, size = await asyncio.to_thread(artifacts.write_file, path)
        return await self._add(sha256, size, name, media_type, kind, step)

    async def _add(
        self, sha256: str, size: int, name: str, media_type: str, kind: str, step: int | None
    ) -> StoredArtifact:
        row = await db(
            artifacts.add,
            self._task,
            self._task.fence,
            sha256=sha256,
            size_bytes=size,
            name=name,
            media_type=media_type,
            kind=kind,
            step=step,
        )
        return StoredArtifact(row.pk, row.name, row.media_type, row.size_bytes, row.sha256)

    async def read(self, artifact_id: str) -> bytes:
        def load() -> bytes:
            row = Artifact.objects.filter(pk=artifact_id, session=self._task.session_id).first()
            if row is None:
                raise KeyError(artifact_id)
            with artifacts.open_file(row) as file:
                return file.read()

        return await db(load)
