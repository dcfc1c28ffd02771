"""The audit log: a line for what a person or a key did, with the change itself."""

from __future__ import annotations

from typing import Any, Protocol

from dashboard.models import AuditEntry
from dashboard.services.actors import Actor


class Row(Protocol):
    """Something of a project."""

    pk: Any
    project_id: str


def note(row: Row, action: str, by: Actor, /, **detail: Any) -> None:
    """That something was done to this row."""
    _write(row.project_id, row.pk, action, by, detail)


def of_project(by: Actor, action: str, object_id: str = "", /, **detail: Any) -> None:
    """That something was done in the actor's project; to the project itself without an id."""
    _write(by.project.pk, object_id or by.project.pk, action, by, detail)


def _write(project_id: str, object_id: str, action: str, by: Actor, detail: dict[str, Any]) -> None:
    AuditEntry.objects.create(
        project_id=project_id, actor=by.name, actor_id=by.id, action=action,
        object_id=object_id, detail=detail,
    )  # fmt: skip
