"""`Idempotency-Key` on POST: the first answer is kept for 24 hours and given again.

Answers may show secrets that are shown once, so they are kept sealed, and are given again to the
API key that asked first, to no other one of the project.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from datetime import timedelta

import structlog
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from agents.plain import plain_text
from dashboard.errors import Conflict, Invalid
from dashboard.models import IdempotencyRecord
from dashboard.services import sealing
from dashboard.services.actors import Actor

log = structlog.get_logger(__name__)

HEADER = "Idempotency-Key"
# A request that never came to an answer (its process died) may be sent again after this.
ABANDONED_AFTER = timedelta(seconds=60)
KEPT_FOR = timedelta(hours=24)
# Records whose deletion failed, too, as the database was busy; others find them abandoned.
_forgotten: set[int] = set()


def begin(request: HttpRequest, by: Actor) -> IdempotencyRecord | HttpResponse | None:
    """A new record to complete; or the kept answer; or None when the header is not there.

    Raises: Invalid for a bad key or another body under the same key; Conflict while it runs.
    """
    project, key = by.project, request.headers.get(HEADER)
    if request.method != "POST" or key is None:
        return None
    if not key.strip() or len(key) > 255 or not key.isprintable():
        raise Invalid(
            "An Idempotency-Key has 1 to 255 printable characters.", loc=["header", HEADER]
        )
    key = hashlib.sha256(f"{by.id}\n{key}".encode()).hexdigest()
    digest = hashlib.sha256(request.body).hexdigest()
    path = plain_text(request.path)[:300]
    now = timezone.now()
    mine = IdempotencyRecord.objects.filter(project=project, key=key, path=path)
    stale = Q(created_at__lt=now - KEPT_FOR)
    stale |= Q(status_code__isnull=True, created_at__lt=now - ABANDONED_AFTER)
    stale |= Q(pk__in=list(_forgotten))  # other requests' threads may change it
    if mine.filter(stale).exists():  # looked for first: a deletion waits for its turn to write
        gone = list(mine.filter(stale).values_list("pk", flat=True))
        mine.filter(pk__in=gone).delete()
        _forgotten.difference_update(gone)
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(
                project=project, key=key, path=path, body_sha256=digest
            )
    except IntegrityError:
        found = mine.first()
    if found is None:
        raise Conflict("The request with this Idempotency-Key has just ended; send it again.")
    if found.body_sha256 != digest:
        raise Invalid("This Idempotency-Key was used with another body.", loc=["header", HEADER])
    if found.status_code is None:
        raise Conflict("The request with this Idempotency-Key is still running.")
    first = sealing.unseal(b64decode(found.response), **sealing.answer_of(found))
    replay = HttpResponse(first, status=found.status_code, content_type="application/json")
    replay.headers["Idempotency-Replayed"] = "true"
    return replay


def complete(record: IdempotencyRecord, response: HttpResponse) -> None:
    """Keep the answer, unless trying again may bring another one."""
    if response.status_code >= 500 or response.status_code in (401, 402, 429) or response.streaming:
        abandon(record)
        return
    record.status_code = response.status_code
    sealed = sealing.seal(response.content.decode(), **sealing.answer_of(record))
    record.response = b64encode(sealed).decode()
    record.save(update_fields=["status_code", "response"])


def abandon(record: IdempotencyRecord) -> None:
    """Forget a request that crashed or was refused, so that it can be sent again at once."""
    pk = record.pk
    try:
        record.delete()
    except DatabaseError as error:
        _forgotten.add(pk)
        log.warning("a request could not be forgotten", path=record.path, exc_info=error)
