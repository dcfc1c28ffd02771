"""Who is at the other end of a socket, and in which project."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils.crypto import constant_time_compare

from dashboard.errors import NotFound
from dashboard.models import AgentSession, Project, Task, User
from dashboard.services import actors
from dashboard.services.actors import Actor
from dashboard.threads import in_thread


@in_thread
def actor_of(scope: dict[str, Any]) -> Actor | None:
    """The signed-in member, looked up anew at each call; None for anybody else."""
    user, session = scope.get("user"), scope.get("session")
    if user is None or not user.is_authenticated or session is None:
        return None
    user = User.objects.filter(pk=user.pk, is_active=True).first()
    # Read anew: a sign-out deletes the row, a changed password makes its hash a stranger's.
    held = SessionStore(session.session_key).load() if session.session_key else {}
    if user is None or held.get(SESSION_KEY) != str(user.pk):
        return None
    if not constant_time_compare(held.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return None
    chosen = held.get("project")
    project = Project.objects.filter(pk=chosen).first() if chosen else None
    return actors.member(user, project) or actors.member(user)


@in_thread
def topic_for(actor: Actor, name: str) -> str | None:
    """The nudge topic that a page's topic name means; None when it is not the actor's."""
    if name in ("inbox", "sessions", "deliveries"):
        return f"{name}:{actor.project.pk}"
    if name == "workers":
        return name
    kind, _, row_id = name.partition(":")
    table = {"session": AgentSession, "task": Task}.get(kind)
    if table is None:
        return None
    try:
        table.objects.for_project(actor.project).only("pk").fetch(row_id)
    except NotFound:
        return None
    return name
