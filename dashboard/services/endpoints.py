"""Endpoints: where webhooks go. Registered with a secret, or made on demand for a callback.

A secret is shown when it is made and at no other time. Of an endpoint that was made on demand
nobody has seen it: an admin has one shown by rotating. Rows keep secrets sealed.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from dashboard import dispatch, nudges
from dashboard.errors import Conflict, Invalid
from dashboard.models import (
    EVERYTHING,
    Delivery,
    DeliveryStatus,
    Endpoint,
    EndpointStatus,
    new_id,
)
from dashboard.services import audit, sealing
from dashboard.services.actors import Actor

PING = "ping"
TYPES = (
    "task.completed", "task.input_request", "track.triggered", "track.recovered", "track.failed",
    "track.clarification_requested", "workflow.completed", "workflow.failed",
)  # fmt: skip
WAITING = (DeliveryStatus.PENDING, DeliveryStatus.RETRY_WAIT)
MAX_ENDPOINTS = 1000
MAX_OVERLAP_HOURS = 168
_SECRET_BYTES = 32


@dataclass(frozen=True)
class NewSecret:
    """An endpoint with the secret that was just made for it; it cannot be had again."""

    endpoint: Endpoint
    secret: str = field(repr=False)


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()


def _checked(events: Sequence[str] | None) -> list[str]:
    """None means everything. Raises: Invalid for an unknown type."""
    if events is None or EVERYTHING in events:
        return [EVERYTHING]
    unknown = sorted(set(events) - set(TYPES))
    if unknown:
        raise Invalid(
            f"Unknown types: {', '.join(unknown)[:200]}. Use {', '.join(TYPES)}.",
            loc=["body", "events"],
        )
    return [name for name in TYPES if name in events]


def _make(by: Actor, url: str, events: list[str], description: str) -> NewSecret:
    present = Endpoint.objects.for_project(by.project).exclude(status=EndpointStatus.REMOVED)
    if present.count() >= MAX_ENDPOINTS:
        raise Conflict(
            f"The project has {MAX_ENDPOINTS} webhook endpoints; remove some. Put what differs "
            "between calls into the query of the address: it does not make a new endpoint."
        )
    secret, pk = _new_secret(), new_id("ep")
    endpoint = Endpoint.objects.create(
        pk=pk,
        project=by.project,
        url=url,
        description=description,
        events=events,
        project_wide=bool(events),
        sealed_secret=sealing.seal(secret, row_id=pk, project_id=by.project.pk),
        created_by=by.name,
    )
    _audit(endpoint, by, "endpoint.created")
    return NewSecret(endpoint, secret)


@transaction.atomic
def create(
    url: str, *, by: Actor, events: Sequence[str] | None = None, description: str = ""
) -> NewSecret:
    """Register an address. events: types it is told of in the whole project; None: all.

    Raises: Forbidden without `admin`; Invalid for an unknown type; Conflict when the project has
    this address already.
    """
    by.require("admin")
    chosen = _checked(events)
    found = _present(by, url)
    try:
        if found is None:
            with transaction.atomic():
                return _make(by, url, chosen, description)
    except IntegrityError:  # somebody was faster
        found = _present(by, url)
    raise Conflict(
        "The project has an endpoint with this address; rotate its secret to see a new one.",
        extra={"endpoint_id": found.pk if found else None},
    )


def _present(by: Actor, url: str) -> Endpoint | None:
    rows = Endpoint.objects.for_project(by.project).exclude(status=EndpointStatus.REMOVED)
    return rows.filter(url=url).first()


@transaction.atomic
def for_callback(url: str, *, by: Actor) -> Endpoint:
    """The endpoint that a `callback_url` belongs to; made when there is none.

    An endpoint of exactly this address, else of the address without its query: receivers put
    what differs from call to call there, and verify with one secret.
    """
    bare = url.partition("?")[0]
    found = _present(by, url) or _present(by, bare)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return _make(by, bare, [], "").endpoint
    except IntegrityError:  # two sessions named it at once
        found = _present(by, bare)
        if found is None:
            raise
        return found


@transaction.atomic
def rotate_secret(endpoint: Endpoint, *, by: Actor, overlap: timedelta) -> NewSecret:
    """A new secret; for the overlap webhooks carry signatures of both.

    Raises: Forbidden without `admin`; Conflict when the endpoint is removed.
    """
    by.require("admin")
    endpoint = _locked(endpoint)
    secret = _new_secret()
    endpoint.sealed_previous = endpoint.sealed_secret if overlap else None
    endpoint.previous_until = timezone.now() + overlap if overlap else None
    endpoint.sealed_secret = sealing.seal(
        secret, row_id=endpoint.pk, project_id=endpoint.project_id
    )
    endpoint.save(update_fields=["sealed_secret", "sealed_previous", "previous_until"])
    _audit(endpoint, by, "endpoint.secret_rotated")
    _nudge(endpoint)
    return NewSecret(endpoint, secret)


def secrets_of(endpoint: Endpoint) -> tuple[str, ...]:
    """The secrets to sign with now, the newest first."""
    found = [_opened(endpoint, endpoint.sealed_secret)]
    until = endpoint.previous_until
    if endpoint.sealed_previous is not None and until is not None and until > timezone.now():
        found.append(_opened(endpoint, endpoint.sealed_previous))
    return tuple(found)


def _opened(endpoint: Endpoint, sealed: bytes) -> str:
    secret: str = sealing.unseal(sealed, row_id=endpoint.pk, project_id=endpoint.project_id)
    return secret


@transaction.atomic
def change(
    endpoint: Endpoint,
    *,
    by: Actor,
    enabled: bool | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
) -> Endpoint:
    """Switch on or off; change what it is told of. None leaves a value as it is.

    Off, its deliveries are held; on, they are due at once. Raises: Conflict when it is removed.
    """
    by.require("run")
    endpoint = _locked(endpoint)
    if events is not None:
        endpoint.events = _checked(events)
        endpoint.project_wide = bool(endpoint.events)
    if description is not None:
        endpoint.description = description
    endpoint.save(update_fields=["events", "project_wide", "description"])
    if enabled is True and endpoint.status == EndpointStatus.DISABLED:
        _enable(endpoint)
        _audit(endpoint, by, "endpoint.enabled")
    elif enabled is False and endpoint.status == EndpointStatus.ACTIVE:
        disable(endpoint, reason=f"switched off by {by.name}")
        _audit(endpoint, by, "endpoint.disabled")
    _nudge(endpoint)
    return endpoint


def _enable(endpoint: Endpoint) -> None:
    endpoint.status, endpoint.disabled_reason = EndpointStatus.ACTIVE, ""
    endpoint.failing_since = None
    endpoint.save(update_fields=["status", "disabled_reason", "failing_since"])
    held = Delivery.objects.filter(endpoint=endpoint, status=DeliveryStatus.HELD)
    first = held.order_by("pk").values_list("pk", flat=True).first()
    held.update(status=DeliveryStatus.PENDING, next_attempt_at=timezone.now())
    if first is not None:
        dispatch.deliver(first)


def disable(endpoint: Endpoint, *, reason: str) -> None:
    """Switch an endpoint off and hold what waits for it. Inside the caller's transaction."""
    changed = Endpoint.objects.filter(pk=endpoint.pk, status=EndpointStatus.ACTIVE).update(
        status=EndpointStatus.DISABLED, disabled_reason=reason[:200]
    )
    if changed:
        endpoint.status, endpoint.disabled_reason = EndpointStatus.DISABLED, reason[:200]
    waiting = Delivery.objects.filter(endpoint=endpoint, status__in=WAITING).exclude(type=PING)
    waiting.update(status=DeliveryStatus.HELD, next_attempt_at=None)
    _nudge(endpoint)


@transaction.atomic
def remove(endpoint: Endpoint, *, by: Actor) -> None:
    """End an endpoint: what waits for it is cancelled, its history stays.

    Raises: Forbidden without `admin`; Conflict when it is removed already.
    """
    by.require("admin")
    endpoint = _locked(endpoint)
    endpoint.status = EndpointStatus.REMOVED
    endpoint.sealed_previous = endpoint.previous_until = None
    endpoint.save(update_fields=["status", "sealed_previous", "previous_until"])
    Delivery.objects.filter(endpoint=endpoint, status__in=(*WAITING, DeliveryStatus.HELD)).update(
        status=DeliveryStatus.CANCELLED, next_attempt_at=None
    )
    _audit(endpoint, by, "endpoint.removed")
    _nudge(endpoint)


def _locked(endpoint: Endpoint) -> Endpoint:
    """The row as it is now, locked. Raises: Conflict when it is removed."""
    found = Endpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    if found.status == EndpointStatus.REMOVED:
        raise Conflict("The endpoint is removed.", extra={"status": found.status})
    return found


def _nudge(endpoint: Endpoint) -> None:
    nudges.after_commit(f"deliveries:{endpoint.project_id}")


def _audit(endpoint: Endpoint, by: Actor, action: str) -> None:
    audit.note(endpoint, action, by, url=endpoint.url.partition("?")[0])
