"""Rows as the wire shows them."""

from __future__ import annotations

from typing import Any

from dashboard.models import AgentSession, Artifact, Message, Task
from dashboard.services import requests, sessions


def task(row: Task) -> dict[str, Any]:
    """A task with its input requests. Prefetch `input_requests` for many."""
    return {
        "id": row.pk,
        "session_id": row.session_id,
        "project_id": row.project_id,
        "product": row.product,
        "instructions": row.instructions,
        "status": row.status,
        "output": row.output,
        "terminal_reason": row.terminal_reason or None,
        "error": (
            {"code": row.error_code, "message": row.error_message} if row.error_code else None
        ),
        "is_task_successful": row.is_task_successful,
        "usage": {
            "steps": row.steps,
            "input_tokens": row.input_tokens,
            "output_tokens": row.output_tokens,
            "cost_usd": None if row.cost_usd is None else format(row.cost_usd.normalize(), "f"),
            "browser_seconds": round(row.browser_seconds, 3),
        },
        "created_at": row.created_at,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "input_requests": [
            requests.as_dict(r) for r in sorted(row.input_requests.all(), key=lambda r: r.pk)
        ],
    }


def session(row: AgentSession) -> dict[str, Any]:
    """A session with its tasks, first one first. Prefetch `tasks__input_requests` for many."""
    return {
        "id": row.pk,
        "project_id": row.project_id,
        "product": row.product,
        "title": row.title,
        "status": row.status,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "live_url": sessions.live_url(row),
        "browser": {
            "status": row.browser_status,
            "page_url": row.page_url,
            "page_title": row.page_title,
        },
        "metadata": row.metadata,
        "tasks": [task(t) for t in sorted(row.tasks.all(), key=lambda t: t.number)],
    }


def artifact(row: Artifact) -> dict[str, Any]:
    """A file of a task."""
    return {
        "id": row.pk,
        "task_id": row.task_id,
        "kind": row.kind,
        "name": row.name,
        "media_type": row.media_type,
        "size_bytes": row.size_bytes,
        "sha256": row.sha256,
        "step": row.step,
        "created_at": row.created_at,
    }


def message(row: Message) -> dict[str, Any]:
    """One chat line."""
    return {
        "id": row.pk,
        "task_id": row.task_id,
        "content": row.content,
        "created_at": row.created_at,
        "seen_at": row.seen_at,
    }
