"""Origins that people open to a session after a secret was typed in it, and close again.

`AgentSession.egress` is the truth. Only this module writes what of it is approved; the worker that
runs the session, or has its browser, follows within a moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from agents.browser.approved_origins import ApprovedOrigins, origin_of
from dashboard import nudges
from dashboard.errors import NotFound
from dashboard.models import TERMINAL, AgentSession, InputRequest
from dashboard.services import audit, tasks
from dashboard.services.actors import Actor

TOPIC = "origins"  # workers look whether it concerns a browser of theirs
ABOUT = "origin"
KIND = "confirmation"


@dataclass(frozen=True)
class Opened:
    """An origin that a session may reach. at: when it was approved."""

    origin: str
    by: str
    at: datetime | None


def opened(session: AgentSession) -> list[Opened]:
    """What is open to a session, oldest first; nothing if its rules cannot be read."""
    try:
        approved = ApprovedOrigins.from_json(session.egress or {})
    except ValueError:
        return []
    return [
        Opened(origin, str(told.get("by") or ""), _time(told.get("at")))
        for origin, told in approved.origins.items()
    ]


def _time(text: Any) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None


def rules_of(session_id: str) -> dict[str, Any] | None:
    """A session's rules as its row has them."""
    rows = AgentSession.objects.filter(pk=session_id).values_list("egress", flat=True)
    found: dict[str, Any] | None = rows.first()
    return found


def is_asked_by(request: InputRequest) -> bool:
    """Whether an approval of this request opens an origin. No other kind of approval does."""
    return (
        request.kind == KIND
        and request.key.startswith(f"{ABOUT}:")
        and request.context.get("about") == ABOUT
    )


def approve(request: InputRequest, *, by: Actor) -> None:
    """Open the origin that a request is about. In the transaction of its decision.

    The request's task is locked. Raises: ValueError when it names no origin.
    """
    rows = AgentSession.objects.select_for_update(of=("self",), no_key=True)
    session = rows.get(pk=request.task.session_id)
    origin = str(request.context.get("origin") or "")
    approved = ApprovedOrigins.from_json(session.egress or {})
    approved = approved.opened(origin, by=by.name, at=timezone.now().isoformat())
    detail = {
        "origin": origin_of(origin),
        "request": request.pk,
        "task": request.task_id,
        "typed": request.context.get("secrets"),
    }
    _write(session, approved, "origin.approved", detail, by)


@transaction.atomic
def revoke(session: AgentSession, origin: str, *, by: Actor) -> None:
    """Close an origin again: connections to it are cut, and the next visit asks.

    Raises: Forbidden without the scope; NotFound when it is not open.
    """
    by.require("approve")
    session = tasks.locked_session(session.pk)
    before = ApprovedOrigins.from_json(session.egress or {})
    after = before.closed(origin)
    if after == before:
        raise NotFound("This origin is not open any more.", code="origin_not_found")
    _write(session, after, "origin.revoked", {"origin": origin}, by)


def _write(
    session: AgentSession,
    approved: ApprovedOrigins,
    action: str,
    detail: dict[str, Any],
    by: Actor,
) -> None:
    egress = {**(session.egress or {}), **approved.as_json()}
    AgentSession.objects.filter(pk=session.pk).update(egress=egress)
    audit.note(session, action, by, **detail)
    open_tasks = session.tasks.exclude(status__in=TERMINAL)
    for task_id in open_tasks.values_list("pk", flat=True):
        nudges.after_commit(f"task:{task_id}")
    nudges.after_commit(f"session:{session.pk}")
    nudges.after_commit(TOPIC)
