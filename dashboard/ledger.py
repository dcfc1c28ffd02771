"""The event ledger: append, read. Nothing else writes `Event`.

Facts get their `seq` from the session row, under its lock, inside the writer's transaction: the
order that readers see is the order of commit. Readers are told by a nudge and fetch what follows
their cursor, so a lost nudge costs seconds and never an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from agents.events import Payload
from agents.plain import storable
from dashboard import nudges
from dashboard.models import AgentSession, Event, Task


def append(task: Task | None, *payloads: Payload, session_id: str | None = None) -> list[Event]:
    """Append facts about a task (or, with `session_id` alone, about its session).

    Must run inside the transaction that changes the row the facts are about.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("ledger.append needs the transaction of the change it tells of")
    if not payloads:
        return []
    owner = task.session_id if task is not None else session_id
    if owner is None:
        raise ValueError("an event belongs to a task or to a session")
    count = len(payloads)
    AgentSession.objects.filter(pk=owner).update(
        last_seq=F("last_seq") + count, updated_at=timezone.now()
    )
    last = AgentSession.objects.values_list("last_seq", flat=True).get(pk=owner)
    now = timezone.now()
    events = [
        Event(
            session_id=owner,
            task_id=task.pk if task is not None else None,
            seq=last - count + index + 1,
            type=payload.type,
            payload=_stored(payload),
            occurred_at=now,
        )
        for index, payload in enumerate(payloads)
    ]
    Event.objects.bulk_create(events)
    nudges.after_commit(f"session:{owner}", last)
    if task is not None:
        nudges.after_commit(f"task:{task.pk}", last)
        nudges.after_commit(f"project:{task.project_id}", last)
    return events


def _stored(payload: Payload) -> dict[str, Any]:
    """The payload as JSON that every database takes, whatever text a page put into it."""
    try:
        data = payload.model_dump(mode="json")
    except UnicodeEncodeError:  # a lone surrogate
        data = payload.model_dump()
    return storable(data)


def read(
    *, task_id: str | None = None, session_id: str | None = None, after: int = 0, limit: int = 500
) -> list[Event]:
    """Events of a task or a session with `seq > after`, in order."""
    return list(_scope(task_id, session_id).filter(seq__gt=after).order_by("seq")[:limit])


def read_back(
    *, task_id: str | None = None, session_id: str | None = None, before: int, limit: int = 200
) -> list[Event]:
    """The `limit` events just before `before`, in order: what "load earlier" shows."""
    newest = _scope(task_id, session_id).filter(seq__lt=before).order_by("-seq")[:limit]
    return list(reversed(newest))


def _scope(task_id: str | None, session_id: str | None) -> QuerySet[Event]:
    if task_id is not None:
        return Event.objects.filter(task_id=task_id)
    return Event.objects.filter(session_id=session_id)


def envelope(event: Event, project_id: str) -> dict[str, Any]:
    """The event as it crosses the wire."""
    return {
        "id": str(event.seq),
        "type": event.type,
        "task_id": event.task_id,
        "session_id": event.session_id,
        "project_id": project_id,
        "occurred_at": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "data": event.payload,
    }


def last_seqs(session_ids: Sequence[str]) -> dict[str, int]:
    """Newest `seq` of each session: what a reader compares its cursor with."""
    return dict(AgentSession.objects.filter(pk__in=session_ids).values_list("pk", "last_seq"))
