"""Saved browser profiles of a project: made, renamed, deleted with their files."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import IntegrityError, transaction

from dashboard.errors import Conflict, Invalid
from dashboard.models import BrowserProfile, SessionStatus
from dashboard.services import audit
from dashboard.services.actors import Actor

_ENDED = (SessionStatus.STOPPED, SessionStatus.FAILED)


def _clean(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 100 or "\x00" in name:
        raise Invalid("A profile has a name of at most 100 characters.", loc=["name"])
    return name


@transaction.atomic
def create(name: str, *, by: Actor) -> BrowserProfile:
    """An empty profile; sessions that name it keep their sign-ins in it.

    Raises: Forbidden; Invalid; Conflict when the name is taken.
    """
    by.require("admin")
    try:
        with transaction.atomic():
            profile = BrowserProfile.objects.create(project=by.project, name=_clean(name))
    except IntegrityError:
        raise Conflict("A profile has this name already.") from None
    audit.of_project(by, "profile.created", profile.pk, name=profile.name)
    return profile


@transaction.atomic
def rename(profile: BrowserProfile, name: str, *, by: Actor) -> None:
    """Give it another name. Raises: Forbidden; Invalid; Conflict when the name is taken."""
    by.require("admin")
    previous, profile.name = profile.name, _clean(name)
    try:
        with transaction.atomic():
            profile.save(update_fields=["name"])
    except IntegrityError:
        raise Conflict("A profile has this name already.") from None
    audit.of_project(by, "profile.renamed", profile.pk, name=profile.name, previous=previous)


@transaction.atomic
def delete(profile: BrowserProfile, *, by: Actor) -> None:
    """Delete it and what browsers stored in it on this host.

    Raises: Forbidden; NotFound; Conflict while a session has it.
    """
    by.require("admin")
    rows = BrowserProfile.objects.for_project(by.project).select_for_update(of=("self",))
    profile = rows.select_related("used_by").fetch(profile.pk)
    if profile.used_by is not None and profile.used_by.status not in _ENDED:
        raise Conflict(
            "A session uses this profile; stop it first.", extra={"session_id": profile.used_by_id}
        )
    pk = profile.pk
    profile.delete()
    audit.of_project(by, "profile.deleted", pk, name=profile.name)
    folder = settings.CONFIG.data_dir / "profiles" / pk
    transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))
