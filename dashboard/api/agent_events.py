"""Events of agent runs: a pure reading of the task's ledger, and of what passes beside it.

One fact of the ledger becomes some events, whose ids come from its `seq`: a replay gives the same
ids again. Ticks (`model.started`, `model.delta`) are live only and have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dashboard.services.agent_results import is_failure
from dashboard.services.agent_runs import confirmation

IDS_A_FACT = 10  # events of the ledger's event n have the ids 10n, 10n + 1, …
CHECKED = "output_checked"
TICKS = ("model.started", "model.delta")
Told = tuple[str, dict[str, Any]]
Payload = dict[str, Any]


def project(kind: str, said: Payload) -> list[Told]:
    """The events of a run that a fact of its ledger stands for: (type, fields), in order."""
    reader = _READERS.get(kind)
    return list(reader(said)) if reader else []


def event_id(seq: int, index: int) -> int:
    """The id of the index-th event of the fact `seq`."""
    return seq * IDS_A_FACT + index


def newest_id(seq: int) -> int:
    """The largest id that the facts up to `seq` can have given out."""
    return event_id(seq, IDS_A_FACT - 1)


def after(cursor: int) -> int:
    """The `seq` that a reader with this cursor has read whole."""
    return max(0, cursor // IDS_A_FACT - 1)


def of_tick(kind: str, data: Payload) -> Told | None:
    """A tick as an event without an id; None for one that is none of ours."""
    if kind not in TICKS:
        return None
    told = {"step": data.get("step")}
    return kind, told | ({"text": data.get("text", "")} if kind == "model.delta" else {})


def _page(said: Payload) -> dict[str, str]:
    return {"url": said.get("page_url") or "", "title": said.get("page_title") or ""}


def _status(said: Payload) -> Iterator[Told]:
    if said["status"] == "pending" and said.get("previous") is None:
        yield "run.started", {}
        return
    message = said.get("reason") or ""
    yield "status", {"kind": "status", "status": said["status"], "message": message, "step": None}


def _live_url(said: Payload) -> Iterator[Told]:
    told = {"debug_url": said["live_url"], "reason": said["reason"]}
    if said["status"] == "live":
        yield "browser.created", told
    else:
        yield "status", {"kind": f"browser_{said['status']}", "message": said["reason"], **told}


def _step_started(said: Payload) -> Iterator[Told]:
    step = said["step"]
    if said["model"] != "loop":
        yield from _model_turn(step, said["model"], said)
    yield (
        "tool.started",
        {
            "step": step,
            "tool": "execute_playwright_code",
            "code": said["code"],
            "reasoning": said["reasoning"],
        },
    )


def _model_turn(step: int | None, model: str, said: Payload) -> Iterator[Told]:
    yield "model.started", {"step": step, "model": model}
    names = ("input_tokens", "output_tokens", "cost_usd")
    usage = {name: said.get(name) for name in names} if said.get("input_tokens") else None
    yield "model.completed", {"step": step, "model": model, "usage": usage}


def _step_completed(said: Payload) -> Iterator[Told]:
    step, failed = said["step"], said.get("error_code")
    error = {"code": failed, "message": said.get("error_message") or ""} if failed else None
    yield (
        "tool.completed",
        {
            "step": step,
            "success": said["success"],
            "summary": said["summary"],
            "error": error,
            "value": said["value"],
            "printed": said["printed"],
            "page": _page(said),
            "elapsed_ms": said["duration_ms"],
        },
    )
    yield (
        "observation",
        {
            "step": step,
            "page": _page(said),
            "artifact_id": said.get("observation_artifact_id"),
            "text": "",
        },
    )


def _asked(said: Payload) -> Iterator[Told]:
    asked = confirmation(said)
    if asked["kind"] != "confirmation" and asked["kind"] != "takeover":
        yield from _model_turn(asked["step"], "", {})
    yield "confirmation.requested", {"step": asked["step"], "confirmation": asked}


def _resolved(said: Payload) -> Iterator[Told]:
    response = said.get("response")
    answer = response if isinstance(response, dict) else {}
    approved = answer.get("approved", response is not None)
    yield (
        "confirmation.resolved",
        {
            "confirmation_id": said["request_id"],
            "approved": bool(approved) and said["status"] == "answered",
            "reason": answer.get("reason") or "",
            "status": said["status"],
            "by": said.get("answered_by"),
        },
    )


def _notice(said: Payload) -> Iterator[Told]:
    if said["kind"] == CHECKED:
        detail = said["detail"]
        yield "structured_output.started", {"attempt": detail["attempt"]}
        yield "structured_output.validation", {
            "attempt": detail["attempt"], "valid": detail["valid"], "error": detail["error"],
        }  # fmt: skip
        return
    yield "status", {"kind": said["kind"], "message": said["message"], "step": said.get("step")}


def _plan(said: Payload) -> Iterator[Told]:
    yield "status", {"kind": "plan", "message": "\n".join(said["steps"]), "step": None}


def _denied(said: Payload) -> Iterator[Told]:
    told = {"rule": said["rule"], "target": said["target"], "step": said.get("step")}
    yield "status", {"kind": "policy_denied", "message": said["reason"], **told}


def _artifact(said: Payload) -> Iterator[Told]:
    artifact = {**said, "id": said["artifact_id"]}
    yield "artifact", {"step": said.get("step"), "artifact": artifact}


def _screenshot(said: Payload) -> Iterator[Told]:
    artifact = {
        "id": said["artifact_id"],
        "artifact_id": said["artifact_id"],
        "kind": "screenshot",
        "width": said["width"],
        "height": said["height"],
    }
    yield "artifact", {"step": said.get("step"), "artifact": artifact}


def _message(said: Payload) -> Iterator[Told]:
    if said["role"] == "agent":
        yield "final.delta", {"text": said["content"], "step": said.get("step")}


def _completed(said: Payload) -> Iterator[Told]:
    if said["terminal_reason"] == "done":
        yield from _model_turn(None, "", {})
    elif (error := said.get("error")) and is_failure(said["terminal_reason"], error["code"]):
        yield "run.failed", {"error": error}
    yield "run.completed", {}


_READERS: dict[str, Callable[[Payload], Iterator[Told]]] = {
    "task.status_changed": _status,
    "task.browser_live_url_changed": _live_url,
    "task.step_started": _step_started,
    "task.step_completed": _step_completed,
    "task.input_request": _asked,
    "task.input_request_resolved": _resolved,
    "task.notice": _notice,
    "task.plan_ready": _plan,
    "task.policy_denied": _denied,
    "task.artifact": _artifact,
    "task.screenshot": _screenshot,
    "task.message": _message,
    "task.completed": _completed,
}
