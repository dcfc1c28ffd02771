"""Deliveries: facts on their way to endpoints, from the fact's own transaction to its receipt.

A sender claims a delivery by compare-and-set, sends outside of any transaction, and records how it
went; each claim raises `fence`, so that a sender whose lease ran out records nothing. The schedule
is that of Standard Webhooks: https://www.standardwebhooks.com/ ("retry schedule").
"""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from dashboard import dispatch, nudges
from dashboard.errors import Conflict
from dashboard.models import (
    AgentSession,
    Delivery,
    DeliveryAttempt,
    DeliveryStatus,
    Endpoint,
    EndpointStatus,
    Event,
    Task,
    Trigger,
    new_id,
)
from dashboard.services import audit, endpoints
from dashboard.services.actors import Actor
from dashboard.services.endpoints import PING, TYPES, WAITING

_MIN, _HOUR = 60, 3600
# Seconds before each attempt, counted from the one before it.
SCHEDULE_S = (
    0, 5, 5 * _MIN, 30 * _MIN, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR,
)  # fmt: skip
SPREAD = 0.2  # so that the deliveries of an outage do not come back all at once
LONGEST_RETRY_AFTER_S = 24 * _HOUR
LEASE = timedelta(seconds=45)  # a send ends after 15 s; the rest is for a slow machine
EXCERPT_CHARS = 500
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Outgoing:
    """A claimed delivery, ready to be sent. secrets: newest first."""

    id: str
    fence: int
    endpoint_id: str
    url: str
    webhook_id: str
    body: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Result:
    """How an attempt went. error_class: empty for 2xx; else what stood in the way."""

    status_code: int | None = None
    error_class: str = ""
    ms: int = 0
    response_excerpt: str = ""
    retry_after_s: float | None = None

    @property
    def delivered(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


def wire_time(at: datetime | None) -> str | None:
    """RFC 3339, UTC."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def publish(task: Task, events: Sequence[Event]) -> list[Delivery]:
    """Queue webhooks for those events that webhooks tell of.

    Must run in the transaction that appended them: both come to be, or neither.
    """
    told = [event for event in events if event.type in TYPES]
    if not told:
        return []
    session = AgentSession.objects.only("callback_id", "callback_url", "metadata").get(
        pk=task.session_id
    )
    listening = (
        Endpoint.objects.for_project(task.project_id)
        .exclude(status=EndpointStatus.REMOVED)
        .filter(Q(pk=session.callback_id) | Q(project_wide=True))
        .order_by("pk")
    )
    made = []
    for event in told:
        webhook_id = new_id("evt")
        data = event.payload | {
            "event_id": str(event.seq),
            "task_id": task.pk,
            "session_id": task.session_id,
            "project_id": task.project_id,
            "metadata": session.metadata,
        }
        body = _body(event.type, webhook_id, event.occurred_at, data)
        for endpoint in listening:
            is_callback = endpoint.pk == session.callback_id
            if is_callback or endpoint.wants(event.type):
                delivery = Delivery(
                    webhook_id=webhook_id,
                    type=event.type,
                    body=body,
                    url=session.callback_url if is_callback else endpoint.url,
                    session_id=task.session_id,
                    task=task,
                    event_seq=event.seq,
                )
                made.append(_queue(delivery, endpoint))
    return made


def ping(endpoint: Endpoint, *, by: Actor) -> Delivery:
    """Send a test: one attempt, also to an endpoint that is switched off."""
    by.require("run")
    if endpoint.status == EndpointStatus.REMOVED:
        raise Conflict("The endpoint is removed.", extra={"status": endpoint.status})
    webhook_id = new_id("evt")
    data = {"endpoint_id": endpoint.pk, "project_id": endpoint.project_id, "sent_by": by.name}
    body = _body(PING, webhook_id, timezone.now(), data)
    with transaction.atomic():
        return _queue(
            Delivery(webhook_id=webhook_id, type=PING, body=body, url=endpoint.url), endpoint
        )


def _body(event_type: str, webhook_id: str, at: datetime, data: dict[str, Any]) -> str:
    """The bytes that are signed and sent, in ASCII: no proxy can spoil them."""
    envelope = {"type": event_type, "id": webhook_id, "timestamp": wire_time(at), "data": data}
    return json.dumps(envelope, separators=(",", ":"))


def _queue(delivery: Delivery, endpoint: Endpoint) -> Delivery:
    delivery.endpoint, delivery.project_id = endpoint, endpoint.project_id
    if endpoint.status == EndpointStatus.ACTIVE or delivery.type == PING:
        delivery.next_attempt_at = timezone.now()
        dispatch.deliver(delivery.pk)
    else:
        delivery.status = DeliveryStatus.HELD
    delivery.save(force_insert=True)
    _nudge(delivery)
    return delivery


def _due() -> Q:
    return Q(status__in=WAITING, next_attempt_at__lte=Now()) | Q(
        status=DeliveryStatus.SENDING, lease_until__lt=Now()
    )


def due(*, limit: int = 100, except_endpoints: Collection[str] = ()) -> list[tuple[str, str]]:
    """(delivery id, endpoint id) of what should be sent now, the longest overdue first."""
    rows = Delivery.objects.filter(_due()).exclude(endpoint__in=tuple(except_endpoints))
    return list(rows.order_by("next_attempt_at").values_list("pk", "endpoint_id")[:limit])


def free_held() -> int:
    """Queue what was held while its endpoint was being switched on. How many."""
    return Delivery.objects.filter(
        status=DeliveryStatus.HELD, endpoint__status=EndpointStatus.ACTIVE
    ).update(status=DeliveryStatus.PENDING, next_attempt_at=timezone.now())


@transaction.atomic
def claim(delivery_id: str) -> Outgoing | None:
    """Take a delivery that is due, or whose sender died; None when another one was faster."""
    mine = Delivery.objects.filter(pk=delivery_id)
    taken: dict[str, Any] = {
        "status": DeliveryStatus.SENDING, "lease_until": Now() + LEASE, "fence": F("fence") + 1,
    }  # fmt: skip
    waited = mine.filter(status__in=WAITING, next_attempt_at__lte=Now()).update(**taken)
    if not waited:
        died = mine.filter(status=DeliveryStatus.SENDING, lease_until__lt=Now()).update(**taken)
        if not died:
            return None
    row = mine.select_related("endpoint").get()
    if not waited:
        # It may have arrived: the receiver sees the same id again.
        _add_attempt(row, Result(error_class="interrupted"))
        row.trigger = Trigger.SCHEDULE
        if row.tries >= len(SCHEDULE_S):
            _settle(row, DeliveryStatus.DEAD)
            return None
    if row.endpoint.status == EndpointStatus.REMOVED:
        _settle(row, DeliveryStatus.CANCELLED)
        return None
    if row.endpoint.status != EndpointStatus.ACTIVE and row.type != PING:
        _settle(row, DeliveryStatus.HELD)
        return None
    row.save(update_fields=["trigger", "tries", "attempt_count"])
    _nudge(row)
    return Outgoing(
        row.pk, row.fence, row.endpoint_id, row.url, row.webhook_id, row.body,
        endpoints.secrets_of(row.endpoint),
    )  # fmt: skip


@transaction.atomic
def record(delivery_id: str, fence: int, result: Result) -> bool:
    """Write down how a claimed delivery went and what comes next. False: the lease was lost."""
    row = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("endpoint")
        .filter(pk=delivery_id, fence=fence, status=DeliveryStatus.SENDING)
        .first()
    )
    if row is None:
        return False
    _add_attempt(row, result)
    row.trigger = Trigger.SCHEDULE
    _tell_health(row.endpoint, result)
    if result.delivered:
        row.delivered_at = timezone.now()
        _settle(row, DeliveryStatus.DELIVERED)
    elif row.endpoint.status == EndpointStatus.REMOVED:
        _settle(row, DeliveryStatus.CANCELLED)
    elif result.status_code == 410:
        _settle(row, DeliveryStatus.DEAD)
        endpoints.disable(row.endpoint, reason="the receiver said that it is gone (410)")
    elif row.type == PING or row.tries >= len(SCHEDULE_S):
        _settle(row, DeliveryStatus.DEAD)
    else:
        wait_s = _wait_s(row.tries, result.retry_after_s)
        _settle(row, DeliveryStatus.RETRY_WAIT, timezone.now() + timedelta(seconds=wait_s))
    return True


def _wait_s(tries: int, retry_after_s: float | None) -> float:
    """Seconds until the next attempt, after so many by schedule."""
    planned = SCHEDULE_S[max(1, tries)] * random.uniform(1 - SPREAD, 1 + SPREAD)
    return max(planned, min(retry_after_s or 0.0, LONGEST_RETRY_AFTER_S))


def _add_attempt(row: Delivery, result: Result) -> None:
    row.attempt_count += 1
    row.tries += row.trigger == Trigger.SCHEDULE
    DeliveryAttempt.objects.create(
        delivery=row,
        n=row.attempt_count,
        trigger=row.trigger,
        status_code=result.status_code,
        error_class=result.error_class,
        ms=result.ms,
        response_excerpt=result.response_excerpt[:EXCERPT_CHARS],
    )


def _settle(row: Delivery, status: DeliveryStatus, next_attempt_at: datetime | None = None) -> None:
    """Write where a locked or claimed delivery stands."""
    row.status, row.next_attempt_at, row.lease_until = status, next_attempt_at, None
    row.save(
        update_fields=[
            "status", "next_attempt_at", "lease_until", "trigger", "tries", "attempt_count",
            "delivered_at",
        ]
    )  # fmt: skip
    _nudge(row)


def _tell_health(endpoint: Endpoint, result: Result) -> None:
    mine = Endpoint.objects.filter(pk=endpoint.pk)
    if result.delivered:
        mine.update(last_success_at=timezone.now(), failing_since=None)
    else:
        mine.filter(failing_since__isnull=True).update(failing_since=timezone.now())


@transaction.atomic
def release(delivery_id: str, fence: int) -> None:
    """Give a claimed delivery back unsent: its sender stops."""
    Delivery.objects.filter(pk=delivery_id, fence=fence, status=DeliveryStatus.SENDING).update(
        status=DeliveryStatus.PENDING, next_attempt_at=timezone.now(), lease_until=None
    )


@transaction.atomic
def retry(delivery: Delivery, *, by: Actor) -> Delivery:
    """Send once more, now, with the same id and body. It does not use up the schedule.

    Raises: Conflict when it is queued or on its way, or the endpoint is switched off.
    """
    by.require("run")
    _need_active(delivery)
    open_rows = Delivery.objects.filter(pk=delivery.pk).exclude(status=DeliveryStatus.CANCELLED)
    won = open_rows.exclude(status__in=(DeliveryStatus.PENDING, DeliveryStatus.SENDING)).update(
        status=DeliveryStatus.PENDING, next_attempt_at=timezone.now(), trigger=Trigger.MANUAL
    )
    delivery = Delivery.objects.select_related("endpoint").get(pk=delivery.pk)
    if not won:
        raise Conflict(
            f"The delivery is {delivery.get_status_display()}.", extra={"status": delivery.status}
        )
    audit.note(delivery, "delivery.retried", by, webhook_id=delivery.webhook_id)
    dispatch.deliver(delivery.pk)
    _nudge(delivery)
    return delivery


def _need_active(delivery: Delivery) -> None:
    endpoint = Endpoint.objects.get(pk=delivery.endpoint_id)
    removed = endpoint.status == EndpointStatus.REMOVED
    if removed or (endpoint.status != EndpointStatus.ACTIVE and delivery.type != PING):
        raise Conflict(
            f"The endpoint is {endpoint.get_status_display()}"
            + ("." if removed else "; switch it on first."),
            extra={"endpoint_id": endpoint.pk, "endpoint_status": endpoint.status},
        )


def dead_since(endpoint: Endpoint, since: datetime) -> Any:
    """Dead deliveries of an endpoint that were made since then."""
    return Delivery.objects.filter(
        endpoint=endpoint, status=DeliveryStatus.DEAD, created_at__gte=since
    ).exclude(type=PING)


@transaction.atomic
def recover(endpoint: Endpoint, *, since: datetime, by: Actor) -> int:
    """Retry all that died since then. How many. Raises: Conflict unless the endpoint is on."""
    by.require("run")
    if endpoint.status != EndpointStatus.ACTIVE:
        raise Conflict(f"The endpoint is {endpoint.get_status_display()}; switch it on first.")
    rows = dead_since(endpoint, since)
    first = rows.order_by("pk").values_list("pk", flat=True).first()
    count = rows.update(
        status=DeliveryStatus.PENDING, next_attempt_at=timezone.now(), trigger=Trigger.MANUAL
    )
    if first is not None:
        audit.note(endpoint, "deliveries.recovered", by, count=count, since=wire_time(since))
        dispatch.deliver(first)
        nudges.after_commit(f"deliveries:{endpoint.project_id}")
    return count


def forget_old() -> None:
    """Drop settled deliveries after 30 days."""
    over = (DeliveryStatus.DELIVERED, DeliveryStatus.DEAD, DeliveryStatus.CANCELLED)
    Delivery.objects.filter(created_at__lt=timezone.now() - KEPT_FOR, status__in=over).delete()


def as_dict(row: Delivery, *, include_payload: bool = False) -> dict[str, Any]:
    """The delivery as it crosses the wire. Prefetch `attempts` for many."""
    found: dict[str, Any] = {
        "id": row.pk,
        "webhook_id": row.webhook_id,
        "endpoint": row.endpoint_id,
        "type": row.type,
        "status": row.status,
        "session_id": row.session_id,
        "task_id": row.task_id,
        "created_at": row.created_at,
        "next_attempt_at": row.next_attempt_at,
        "delivered_at": row.delivered_at,
        "attempts": [
            {
                "n": attempt.n,
                "trigger": attempt.trigger,
                "status_code": attempt.status_code,
                "error_class": attempt.error_class or None,
                "ms": attempt.ms,
                "response_excerpt": attempt.response_excerpt,
                "at": attempt.at,
            }
            for attempt in row.attempts.all()
        ],
    }
    if include_payload:
        found["payload"] = json.loads(row.body)
    return found


def _nudge(row: Delivery) -> None:
    nudges.after_commit(f"deliveries:{row.project_id}")
