"""Public ids and the tenant filter that every project-owned row goes through."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from ulid import ULID

from dashboard.errors import NotFound

if TYPE_CHECKING:
    from dashboard.models.projects import Project

_ID = re.compile(r"[a-z]{2,5}_[0-9A-HJKMNP-TV-Z]{26}")


def new_id(prefix: str) -> str:
    """A public id: the prefix, an underscore and a ULID; sorts by the time it was made."""
    return f"{prefix}_{ULID()}"


def public_id(prefix: str) -> models.CharField:
    """Primary key field holding a public id of the given prefix."""
    return models.CharField(
        primary_key=True, max_length=40, editable=False, default=partial(new_id, prefix)
    )


class TenantQuerySet(models.QuerySet):
    """Rows of one project. Another project's row does not exist here."""

    def for_project(self, project: Project | str) -> Self:
        """Only rows of this project."""
        return self.filter(project_id=project if isinstance(project, str) else project.pk)

    def fetch(self, pk: str, **conditions: Any) -> Any:
        """The row with this id. Raises: NotFound with the contract's `<noun>_not_found`."""
        noun: str = self.model.NOUN  # type: ignore[attr-defined]
        row = None
        if isinstance(pk, str) and _ID.fullmatch(pk):
            row = self.filter(pk=pk, **conditions).first()
        if row is None:
            raise NotFound(f"There is no such {noun.replace('_', ' ')}.", code=f"{noun}_not_found")
        return row
