"""What came of an agent run, read from its task, its ledger and its files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dashboard import ledger
from dashboard.models import (
    AgentRun,
    Artifact,
    Event,
    InputRequest,
    Message,
    MessageRole,
    RequestStatus,
    Task,
    TaskStatus,
)
from dashboard.services import requests, sessions
from dashboard.services.agent_runs import CONFIRMATION, confirmation

COMPLETED, BLOCKED, NEEDS_CONFIRMATION = "completed", "blocked", "needs_confirmation"
FAILED, CANCELLED = "failed", "cancelled"
UNCONFIRMED = "confirmation_expired"
MAX_ARTIFACTS = 500
_STEPS = ("task.step_started", "task.step_completed")
_TOLD = (*_STEPS, "task.input_request", "task.input_request_resolved", "task.notice")


def status_of(task: Task) -> str:
    """completed, blocked, needs_confirmation, failed or cancelled; before its end, the task's.

    blocked: the agent itself said that it could not, or a rule refused what the run needed.
    """
    if task.status == TaskStatus.CANCELED:
        return CANCELLED
    if task.status == TaskStatus.DONE:
        return BLOCKED if task.is_task_successful is False else COMPLETED
    if task.status == TaskStatus.FAILED:
        if task.error_code == UNCONFIRMED:
            return NEEDS_CONFIRMATION
        return FAILED if is_failure(task.terminal_reason, task.error_code) else BLOCKED
    return task.status


def is_failure(terminal_reason: str, error_code: str) -> bool:
    """Whether a run that ended so has failed; else it was blocked, unconfirmed or cancelled."""
    if terminal_reason not in ("failed", "expired"):
        return False
    return error_code != UNCONFIRMED and not error_code.startswith(("policy", "approval"))


def summary(run: AgentRun) -> dict[str, Any]:
    """A run in a list, and as the answer to its start."""
    task = run.task
    return {
        "run_id": run.pk,
        "status": status_of(task),
        "goal": task.instructions,
        "session_id": run.session_id,
        "browser_id": run.session_id,
        "debug_url": sessions.live_url(run.session),
        "metadata": task.options.get("metadata") or {},
        "created_at": run.created_at,
    }


def result(run: AgentRun) -> dict[str, Any]:
    """The run as it stands; after its end, its result. `transcript` only where it was kept."""
    task = run.task
    events = [e for e in ledger.read(task_id=task.pk, limit=100_000) if e.type in _TOLD]
    found = {
        **summary(run),
        "text": task.output_text,
        "output": task.output,
        "error": _error(task),
        "needs_confirmation": _waiting(task),
        "is_task_successful": task.is_task_successful,
        "steps": steps(events),
        "usage": usage(task, events),
        "artifacts": _artifacts(task),
        "schema": schema(task, events),
        "timings": timings(task),
    }
    if (task.options.get("agent") or {}).get("retain_transcript"):
        found["transcript"] = transcript(task, events)
    return found


def _error(task: Task) -> dict[str, str] | None:
    if not task.error_code or task.status == TaskStatus.CANCELED:
        return None
    return {"code": task.error_code, "message": task.error_message}


def _waiting(task: Task) -> dict[str, Any] | None:
    """What the run waits for, or ended waiting for."""
    found: InputRequest | None = None
    for row in sorted(task.input_requests.all(), key=lambda row: row.pk):
        expired = row.kind == CONFIRMATION and row.status == RequestStatus.EXPIRED
        if row.status == RequestStatus.PENDING or (expired and task.error_code == UNCONFIRMED):
            found = row
    return confirmation(requests.as_dict(found)) if found is not None else None


def steps(events: Iterable[Event]) -> list[dict[str, Any]]:
    """What the agent did, step by step."""
    found: dict[int, dict[str, Any]] = {}
    for event in events:
        if event.type not in _STEPS:
            continue
        said = event.payload
        step = found.setdefault(said["step"], {"step": said["step"]})
        if event.type == "task.step_started":
            step |= {
                "code": said["code"],
                "reasoning": said["reasoning"],
                "model": said["model"],
                "success": None,
                "summary": "",
                "error": None,
                "page": {"url": said.get("page_url") or "", "title": ""},
                "elapsed_ms": None,
            }
            continue
        failed = said.get("error_code")
        message = said.get("error_message") or ""
        step |= {
            "success": said["success"],
            "summary": said["summary"],
            "error": {"code": failed, "message": message} if failed else None,
            "page": {"url": said.get("page_url") or "", "title": said.get("page_title") or ""},
            "elapsed_ms": said["duration_ms"],
        }
    return list(found.values())


def usage(task: Task, events: Iterable[Event]) -> dict[str, Any]:
    """What the run used. `cost_usd` is null when the price is not known."""
    calls = sum(e.type == "task.step_started" and e.payload["model"] != "loop" for e in events)
    cost = task.cost_usd
    return {
        "turns": task.steps,
        "tool_calls": calls,
        "input_tokens": task.input_tokens,
        "output_tokens": task.output_tokens,
        "total_tokens": task.input_tokens + task.output_tokens,
        "cost_usd": None if cost is None else format(cost.normalize(), "f"),
        "browser_seconds": round(task.browser_seconds, 3),
    }


def _artifacts(task: Task) -> list[dict[str, Any]]:
    rows = Artifact.objects.filter(task=task, kind__in=(*Artifact.VISIBLE, "screenshot"))
    return [
        {
            "id": row.pk,
            "kind": row.kind,
            "name": row.name,
            "media_type": row.media_type,
            "size_bytes": row.size_bytes,
            "sha256": row.sha256,
            "step": row.step,
        }
        for row in rows.order_by("pk")[:MAX_ARTIFACTS]
    ]


def schema(task: Task, events: Iterable[Event]) -> dict[str, Any] | None:
    """How the output fits the schema that was asked for; None when none was."""
    if not task.options.get("output_schema"):
        return None
    checks = [
        event.payload["detail"]
        for event in events
        if event.type == "task.notice" and event.payload["kind"] == "output_checked"
    ]
    last = checks[-1] if checks else {}
    return {
        "kind": "json_schema",
        "valid": last.get("valid"),
        "error": last.get("error"),
        "attempts": len(checks),
    }


def timings(task: Task) -> dict[str, Any]:
    """When it began and ended. Waiting for people is part of it."""
    begun, ended = task.started_at or task.created_at, task.finished_at
    elapsed = round((ended - begun).total_seconds() * 1000) if ended else None
    return {"started_at": begun, "finished_at": ended, "elapsed_ms": elapsed}


def transcript(task: Task, events: Iterable[Event]) -> list[dict[str, Any]]:
    """The run as a conversation, in order: goal, turns with their results, people, the end.

    It is read from the ledger, so it is as redacted and as bounded as that.
    """
    items: list[tuple[Any, dict[str, Any]]] = [
        (task.created_at, {"role": "user", "type": "goal", "content": task.instructions})
    ]
    for event in events:
        item = _told(event)
        if item is not None:
            items.append((event.occurred_at, item))
    roles = {MessageRole.PERSON: "user", MessageRole.AGENT: "assistant"}
    for row in Message.objects.filter(task=task):
        role = roles.get(MessageRole(row.role), "system")
        items.append((row.created_at, {"role": role, "type": "message", "content": row.content}))
    items.sort(key=lambda pair: pair[0])
    return [item for _, item in items]


def _told(event: Event) -> dict[str, Any] | None:
    said = event.payload
    if event.type == "task.step_started":
        return {
            "role": "assistant",
            "type": "tool_call",
            "step": said["step"],
            "tool": "execute_playwright_code",
            "code": said["code"],
            "content": said["reasoning"],
        }
    if event.type == "task.step_completed":
        return {
            "role": "tool",
            "type": "tool_result",
            "step": said["step"],
            "success": said["success"],
            "content": said["error_message"] or said["printed"] or said["summary"],
            "value": said["value"],
            "page": {"url": said["page_url"] or "", "title": said["page_title"] or ""},
        }
    if event.type == "task.input_request":
        asked = confirmation(said)
        return {"role": "assistant", "type": "request", "content": asked["title"], "request": asked}
    if event.type == "task.input_request_resolved":
        answer = {name: said.get(name) for name in ("request_id", "status", "response")}
        return {"role": "user", "type": "answer", "content": "", **answer}
    return None
