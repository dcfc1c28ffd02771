"""API keys: made and shown once, found by kid, compared in constant time, rotated, revoked.

A key is `wa_live_<kid 8><secret 34><checksum 6>` in base 62. The checksum (CRC-32 of what comes
before it) lets scanners and this door tell a key from noise without a look at the database.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from dashboard.errors import Conflict, Invalid, Unauthorized
from dashboard.models import SCOPES, ApiKey, AuditEntry, Project, User
from dashboard.services.actors import user_id

log = structlog.get_logger(__name__)

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PREFIX = "wa_live_"
_KID, _SECRET, _CHECK = 8, 34, 6
_MADE_AT = "in the console, under Settings, API keys, by an admin of the project."
MISSING = (
    "No API key was sent. Send one as “Authorization: Bearer wa_live_…” or “X-API-Key: wa_live_…”. "
    f"Keys are made {_MADE_AT}"
)
# One text for all of these: whoever guesses must not learn that a key once was one.
REFUSED = f"This API key is unknown, expired or revoked. Another one is made {_MADE_AT}"


@dataclass(frozen=True)
class NewKey:
    """A key that was just made. `plain` is not stored and cannot be had again."""

    key: ApiKey
    plain: str


def create(
    project: Project,
    *,
    name: str,
    scopes: list[str] | None = None,
    expires_at: datetime | None = None,
    by: User | None = None,
) -> NewKey:
    """Make a key. Raises: Invalid for an unknown scope, an empty name or a past expiry."""
    unknown = set(scopes or []) - set(SCOPES)
    if unknown:
        raise Invalid(f"Unknown scopes: {', '.join(sorted(unknown))}. Use {', '.join(SCOPES)}.")
    if not name.strip():
        raise Invalid("A key needs a name, so that people know what uses it.")
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid("The expiry is in the past.")
    kid = _random(_KID)
    body = f"{_PREFIX}{kid}{_random(_SECRET)}"
    plain = body + _checksum(body)
    with transaction.atomic():
        key = ApiKey.objects.create(
            project=project,
            name=name.strip()[:100],
            kid=kid,
            digest=_digest(plain),
            scopes=scopes or ["run", "read", "approve"],
            expires_at=expires_at,
            created_by=by,
        )
        _audit(key, "key.created", by)
    return NewKey(key, plain)


def verify(plain: str) -> ApiKey:
    """The active key that this text is. Raises: Unauthorized, never saying what is wrong with it.

    Looks at the row each time, so a revocation holds at once.
    """
    if not plain:
        raise Unauthorized(MISSING)
    refused = Unauthorized(REFUSED)
    expected_length = len(_PREFIX) + _KID + _SECRET + _CHECK
    if len(plain) != expected_length or not plain.startswith(_PREFIX) or not plain.isascii():
        raise refused
    body, check = plain[:-_CHECK], plain[-_CHECK:]
    if not hmac.compare_digest(_checksum(body), check):
        raise refused
    kid = plain[len(_PREFIX) : len(_PREFIX) + _KID]
    key = ApiKey.objects.select_related("project").filter(kid=kid).first()
    # Compare even when there is no such kid, so that the answer takes as long.
    stored = key.digest if key else "0" * 64
    matches = hmac.compare_digest(_digest(plain), stored)
    now = timezone.now()
    if key is None or not matches:
        raise refused
    if (key.revoked_at and key.revoked_at <= now) or (key.expires_at and key.expires_at <= now):
        raise refused
    minute = now.replace(second=0, microsecond=0)
    if key.last_used_at is None or key.last_used_at < minute:
        _note_use(key, minute)
    return key


def _note_use(key: ApiKey, minute: datetime) -> None:
    """Write down when a key was used last; a full disk keeps nobody from reading."""
    rows = ApiKey.objects.filter(pk=key.pk).filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lt=minute)
    )
    try:
        with transaction.atomic():
            rows.update(last_used_at=minute)
    except DatabaseError as error:
        log.warning("key_use_not_noted", key=key.pk, error=str(error))


def active(key_ids: Collection[str]) -> set[str]:
    """Those of these keys that still let somebody in."""
    rows = ApiKey.objects.filter(pk__in=key_ids, revoked_at__isnull=True)
    rows = rows.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now()))
    return set(rows.values_list("pk", flat=True))


@transaction.atomic
def rotate(key: ApiKey, *, overlap: timedelta, by: User | None = None) -> NewKey:
    """A successor with the same name and scopes; the old key works on for the overlap.

    Raises: Conflict when the key is revoked, expired or was rotated before.
    """
    key = ApiKey.objects.select_for_update().select_related("project").get(pk=key.pk)
    if key.state != "active" or key.replaced_by_id:
        raise Conflict("Only an active key that has no successor yet can be rotated.")
    remaining = None
    if key.expires_at is not None:
        remaining = timezone.now() + (key.expires_at - key.created_at)
    made = create(key.project, name=key.name, scopes=key.scopes, expires_at=remaining, by=by)
    ends = timezone.now() + overlap
    key.expires_at = min(key.expires_at, ends) if key.expires_at else ends
    key.replaced_by = made.key
    key.save(update_fields=["expires_at", "replaced_by"])
    _audit(key, "key.rotated", by)
    return made


@transaction.atomic
def revoke(key: ApiKey, *, by: User | None = None) -> None:
    """End a key now. Revoking twice changes nothing."""
    changed = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )
    if changed:
        _audit(key, "key.revoked", by)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(text: str) -> str:
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(_CHECK):
        number, rest = divmod(number, 62)
        digits = _ALPHABET[rest] + digits
    return digits


def _digest(plain: str) -> str:
    return hmac.new(settings.API_KEY_PEPPER.encode(), plain.encode(), hashlib.sha256).hexdigest()


def _audit(key: ApiKey, action: str, by: User | None) -> None:
    AuditEntry.objects.create(
        project=key.project,
        actor=by.display_name if by else "system",
        actor_id=user_id(by) if by else "",
        action=action,
        object_id=key.pk,
        detail={"name": key.name, "scopes": key.scopes},
    )
