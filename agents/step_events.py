"""What the ledger is told of a step: its calls as they are made, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from agents.checkpoint import OpenStep
from agents.events import (
    Payload,
    TaskActionCompleted,
    TaskActionDone,
    TaskActionFailed,
    TaskActionIntent,
    TaskActionStarted,
    TaskPolicyDenied,
    TaskStepCompleted,
)
from agents.plain import bounded, clip, plain_text, shown
from agents.ports import ActionRecord, StepResult, StoredArtifact
from agents.sight import View

EVENT_VALUE_CHARS = 8_000
EVENT_TEXT_CHARS = 4_000
ACTION_RESULT_CHARS = 2_000


def completed(
    step: OpenStep, result: StepResult, view: View | None, stored: StoredArtifact | None
) -> TaskStepCompleted:
    return TaskStepCompleted(
        step=step.step,
        success=result.ok,
        summary=summary(result),
        value=bounded(result.value, EVENT_VALUE_CHARS),
        printed=clip(result.printed, EVENT_TEXT_CHARS),
        error_code=result.error_code,
        error_message=plain_text(result.error_message) if result.error_message else None,
        page_url=view.url if view else None,
        page_title=view.title if view else None,
        duration_ms=result.duration_ms,
        observation_artifact_id=stored.id if stored else None,
    )


def summary(result: StepResult) -> str:
    """One line for people: what came of a step."""
    if not result.ok:
        line = (result.error_message or result.error_code or "failed").strip()
        return clip(plain_text(line.partition("\n")[0]), 200)
    touched = [a for a in result.actions if a.mutating and a.status == "completed"]
    if isinstance(result.value, list):
        return f"{len(result.value)} items"
    if result.value is not None and not (touched and isinstance(result.value, dict)):
        return clip(" ".join(shown(result.value).split()), 200)
    if touched:
        last = touched[-1]
        more = f" and {len(touched) - 1} more" if len(touched) > 1 else ""
        return clip(plain_text(f"{last.tool} {last.target}".strip()) + more, 200)
    return "done"


def action_events(record: ActionRecord, step: int) -> list[Payload]:
    """What is told of a call; a risky one is bracketed by its intent and what became of it."""
    told = [_action_event(record, step)]
    intent = record.intent
    if intent is None:
        return told
    if record.status != "started":
        outcome: Literal["done", "failed"] = "done" if record.status == "completed" else "failed"
        done = TaskActionDone(
            action_id=record.action_id,
            step=step,
            outcome=outcome,
            detail=clip(plain_text(record.error_message or ""), 500),
        )
        return [*told, done]
    opened = TaskActionIntent(
        action_id=record.action_id,
        step=step,
        tool=record.tool,
        effect=clip(plain_text(str(intent.get("effect") or "")), 1_000),
        risk=str(intent.get("risk") or "unknown"),
        fingerprint=str(intent.get("fingerprint") or ""),
        request_id=intent.get("request_id"),
    )
    return [opened, *told]


def left_open(records: Sequence[ActionRecord], step: int) -> list[Payload]:
    """Ends of risky calls of which nobody knows whether they happened."""
    detail = "The step ended in the middle of it."
    return [
        TaskActionDone(action_id=r.action_id, step=step, outcome="unknown", detail=detail)
        for r in records
        if r.intent is not None and r.status == "started"
    ]


def _action_event(record: ActionRecord, step: int) -> Payload:
    target = clip(plain_text(record.target), 500)
    if record.status == "started":
        return TaskActionStarted(
            action_id=record.action_id,
            step=step,
            tool=record.tool,
            target=target,
            arguments={**record.arguments, **(record.intent or {}).get("edits", {})},
            box=record.box,
        )
    if record.status == "completed":
        return TaskActionCompleted(
            action_id=record.action_id,
            step=step,
            tool=record.tool,
            target=target,
            result=bounded(record.result, ACTION_RESULT_CHARS),
            duration_ms=record.duration_ms,
        )
    return TaskActionFailed(
        action_id=record.action_id,
        step=step,
        tool=record.tool,
        target=target,
        error_code=record.error_code or "action_failed",
        error_message=clip(plain_text(record.error_message or "failed"), EVENT_TEXT_CHARS),
        duration_ms=record.duration_ms,
    )


def denied(record: ActionRecord, step: int) -> TaskPolicyDenied:
    return TaskPolicyDenied(
        rule=record.rule or record.tool,
        reason=clip(plain_text(record.error_message or "Not allowed."), 1_000),
        target=clip(plain_text(record.target), 500),
        step=step,
    )
