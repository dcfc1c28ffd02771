"""The timeline: what each event of the ledger looks like to a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dashboard.models import Artifact, Event, InputRequest, Task
from dashboard.pages import approvals, wording

# An action's start is at most this far before its end; it is looked for when a batch cuts them.
START_WITHIN = 400
# Failures of opening the start address that end the task; its last words say why.
_ENDS_AT_START = ("policy", "navigation_failed", "navigation_refused")


@dataclass
class Item:
    """One line. kind: step, action, page, result, request, message, control, notice, end..."""

    seq: int
    at: datetime
    kind: str
    icon: str
    text: str
    detail: str = ""
    state: str = ""  # running, ok, failed, waiting, cut
    step: int | None = None
    anchor: str = ""
    settles: str = ""  # anchor of a line that waited for this one
    fold: str = ""  # repeated lines of the same fold become one
    duration_ms: int | None = None
    mine: bool = False
    repeats: int = 1
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Known:
    """What the lines of a batch need from outside of it."""

    starts: Mapping[str, Event]  # action id -> its start
    failures: Mapping[int, str]  # step -> what its failed action said
    requests: Mapping[str, InputRequest]
    refused: Sequence[Event]  # refusals that a call ran into
    last_words: str  # what the agent said last, when the task's end is among the events


def items(task: Task, events: Sequence[Event]) -> list[Item]:
    """Lines for these events of the task, in order; an action's end takes its start's place."""
    known = _Known(
        _starts(task, events), _failures(task, events), _requests(events),
        _refused(task, events), _last_words(task, events),
    )  # fmt: skip
    found: list[Item] = []
    by_anchor: dict[str, Item] = {}
    for event in events:
        maker = _MAKERS.get(event.type)
        item = maker(event, known) if maker else None
        if item is None:
            continue
        item.anchor = item.anchor or f"event-{event.seq}"
        earlier = by_anchor.get(item.anchor)
        if earlier is not None:
            found[found.index(earlier)] = item
        else:
            found.append(item)
        by_anchor[item.anchor] = item
        if item.settles in by_anchor:
            by_anchor[item.settles].state = ""
    if task.is_terminal:
        for item in found:
            item.state = "cut" if item.state == "running" else item.state
    return _folded(found)


def _starts(task: Task, events: Sequence[Event]) -> dict[str, Event]:
    """The starts of all actions that end here: they alone say what was typed."""
    starts = {e.payload["action_id"]: e for e in events if e.type == "task.action.started"}
    orphans = [
        event.payload["action_id"]
        for event in events
        if event.type in ("task.action.completed", "task.action.failed")
        and event.payload["action_id"] not in starts
        and not wording.is_read(event.payload["tool"])
    ]
    if orphans:
        first = events[0].seq
        before = Event.objects.filter(
            task=task, type="task.action.started", seq__lt=first, seq__gte=first - START_WITHIN
        )
        starts |= {e.payload["action_id"]: e for e in before if e.payload["action_id"] in orphans}
    return starts


def _failures(task: Task, events: Sequence[Event]) -> dict[int, str]:
    """What the last failed action of each step said: the step's own error often repeats it."""
    if not any(e.type == "task.step_completed" and not e.payload["success"] for e in events):
        return {}
    first = events[0].seq
    before = Event.objects.filter(
        task=task, type="task.action.failed", seq__lt=first, seq__gte=first - START_WITHIN
    )
    failed = [*before, *(e for e in events if e.type == "task.action.failed")]
    return {e.payload["step"]: e.payload["error_message"] for e in failed}


def _refused(task: Task, events: Sequence[Event]) -> list[Event]:
    """Refusals that a call ran into, and that its own line tells."""
    if not any(e.type in ("task.policy_denied", "task.action.failed") for e in events):
        return []
    types = ("task.policy_denied", "task.action.failed")
    rows = list(Event.objects.filter(task=task, type__in=types, seq__gte=events[0].seq))
    failed = {(e.payload["step"], e.payload.get("error_message")) for e in rows}
    return [e for e in rows if "rule" in e.payload
            and (e.payload["step"], e.payload["reason"]) in failed]  # fmt: skip


def _last_words(task: Task, events: Sequence[Event]) -> str:
    if not any(e.type == "task.completed" for e in events):
        return ""
    last = Event.objects.filter(task=task, type="task.message").order_by("-seq").first()
    return str(last.payload["content"]) if last is not None else ""


def _requests(events: Sequence[Event]) -> dict[str, InputRequest]:
    ids = [e.payload["request_id"] for e in events if e.type == "task.input_request_resolved"]
    return {row.pk: row for row in InputRequest.objects.filter(pk__in=ids)} if ids else {}


def _folded(found: list[Item]) -> list[Item]:
    """Repeated looks become one line; failures and requests never fold."""
    kept: list[Item] = []
    for item in found:
        if item.fold and kept and kept[-1].fold == item.fold:
            kept[-1].repeats += 1
            kept[-1].seq = item.seq
        else:
            kept.append(item)
    return kept


# --- one maker for each type --------------------------------------------------------------------
def _line(event: Event, kind: str, icon: str, text: str, **more: Any) -> Item:
    step = more.pop("step", event.payload.get("step"))
    return Item(event.seq, event.occurred_at, kind, icon, text.strip(), step=step, **more)


def _status(event: Event, known: _Known) -> Item | None:
    status, reason = event.payload["status"], event.payload.get("reason") or ""
    if status == "paused":
        return _line(event, "status", "pause", wording.sentence(reason) or "Paused")
    if event.payload.get("previous") == "paused" and reason:
        return _line(event, "status", "play", wording.sentence(reason))
    return None


def _plan(event: Event, known: _Known) -> Item:
    steps = event.payload["steps"]
    text = f"Plan of {wording.plural(len(steps), 'step')}"
    return _line(event, "plan", "list", text, extra={"plan": steps})


def _step(event: Event, known: _Known) -> Item:
    data = event.payload
    text = data["reasoning"].strip() or "Works on the page"
    return _line(
        event,
        "step",
        "arrow-right",
        wording.clip(wording.quotes(text), 300),
        anchor=f"step-{data['step']}",
    )


def _step_end(event: Event, known: _Known) -> Item | None:
    data = event.payload
    if not data["success"]:
        text = wording.step_error(data.get("error_message") or "The step failed.")
        said = known.failures.get(data["step"])
        if said and wording.refusal(said) in text:
            return None
        return _line(event, "result", "cross", wording.quotes(text), state="failed")
    text = wording.came_of_it(data.get("value"), data.get("printed") or "")
    if not text:
        return None
    return _line(event, "result", "check", text, state="ok", duration_ms=data.get("duration_ms"))


def _action(icon: str, state: str) -> Callable[[Event, _Known], Item]:
    def make(event: Event, known: _Known) -> Item:
        data = event.payload
        start = known.starts.get(data["action_id"])
        arguments = (start.payload if start else data).get("arguments") or {}
        text = wording.action(data["tool"], data.get("target") or "", arguments)
        fold = f"{data['step']}:{text}" if state == "ok" and wording.is_read(data["tool"]) else ""
        return _line(
            event,
            "action",
            icon,
            text,
            detail=_why(data, known),
            state=state,
            anchor=f"action-{data['action_id'].replace('.', '-')}",
            duration_ms=data.get("duration_ms"),
            fold=fold,
        )

    return make


def _why(data: Mapping[str, Any], known: _Known) -> str:
    """Why a call failed, with the rule that refused it. Of a start that ends the task the agent's
    last words say it, with what to do.
    """
    message = data.get("error_message", "")
    if not message or (data["step"] == 0 and data["error_code"].startswith(_ENDS_AT_START)):
        return ""
    rules = [e.payload["rule"] for e in known.refused if e.payload["reason"] == message]
    said = wording.quotes(wording.refusal(message))
    return f"{said} Rule: {rules[0]}" if rules else said


def _tells(refused: Event, data: Mapping[str, Any]) -> bool:
    """Whether a call's refusal tells the same as the proxy's."""
    said = refused.payload
    return bool(said["rule"] == data["rule"] and data["reason"] in said["reason"])


def _page(event: Event, known: _Known) -> Item | None:
    data = event.payload
    if wording.is_blank(data["page_url"]):
        return None
    where = wording.address(data["page_url"])
    title = data["page_title"].strip()
    return _line(event, "page", "globe", title or where, extra={"hint": where})


def _message(event: Event, known: _Known) -> Item:
    data = event.payload
    mine = data["role"] == "person"
    who = (data.get("author") or "A person") if mine else "Agent"
    said = data["content"] if mine else wording.quotes(data["content"])
    return _line(event, "message", "chat", said, mine=mine, extra={"who": who})


def asked_for(task: Task) -> Item:
    """The first line of a task: who wants what."""
    return Item(
        0, task.created_at, "message", "user", task.instructions, anchor="event-0", mine=True,
        extra={"who": task.created_by or "A person"},
    )  # fmt: skip


def _asked(event: Event, known: _Known) -> Item:
    data = event.payload
    step = (data.get("context") or {}).get("step")
    approval = data.get("kind") == approvals.KIND
    # A question is a step of its own; an approval belongs to the step that it interrupts.
    extra = {"request": data["request_id"], "own_step": step is not None and not approval}
    return _line(
        event, "request", "shield" if approval else "hand", wording.quotes(data["prompt"]),
        state="waiting", mine=True, step=step, anchor=f"request-{data['request_id']}",
        extra=extra | {"who": "Asks for approval" if approval else "Asked a person"},
    )  # fmt: skip


def _settled(event: Event, known: _Known) -> Item:
    data = event.payload
    row = known.requests.get(data["request_id"])
    who = data.get("answered_by") or ""
    detail = ""
    if data["status"] == "answered" and row is not None and row.skipped:
        text, icon = f"{who} skipped the request", "dash"
    elif data["status"] == "answered":
        text, icon = f"{who or 'Somebody'} answered", "check"
        if row is not None and row.kind == approvals.KIND:
            text, detail = (
                f"{approvals.decided(row)} by {who or 'somebody'}",
                approvals.outcome(row),
            )
            icon = "ban" if approvals.decided(row) == "Rejected" else "check"
        elif row is not None:
            detail = wording.clip(wording.answer(row.kind, row.response, row.choices), 400)
    else:
        words = {"expired": "Nobody answered in time", "canceled": "The request was withdrawn"}
        text, icon = words.get(data["status"], f"The request is {data['status']}"), "ban"
    return _line(
        event, "request", icon, text, detail=detail, mine=True, step=None,
        state="ok" if icon == "check" else "", settles=f"request-{data['request_id']}",
    )  # fmt: skip


def _denied(event: Event, known: _Known) -> Item:
    data = event.payload
    by_call = any(_tells(e, data) for e in known.refused)
    if by_call and (data["step"] is None or event.seq in [e.seq for e in known.refused]):
        return None  # the line of the call says so
    detail = f"{wording.quotes(wording.refusal(data['reason']))} Rule: {data['rule']}"
    return _line(event, "denied", "ban", f"Refused {data['target']}", detail=detail, state="failed")


def _took(event: Event, known: _Known) -> Item:
    return _line(event, "control", "mouse", f"{event.payload['by']} took control", mine=True)


def _gave(event: Event, known: _Known) -> Item:
    data = event.payload
    text = {
        "released": f"{data['by']} handed the browser back",
        "idle": f"{data['by']} did nothing for a while and no longer drives",
        "lost": f"{data['by']} lost the connection and no longer drives",
        "taken_over": f"{data['by']} was relieved by somebody else",
    }[data["reason"]]
    return _line(event, "control", "mouse", text, detail=data["note"], mine=True)


def _browser(event: Event, known: _Known) -> Item | None:
    data = event.payload
    words = {
        "live": ("Browser started", "ok"),
        "lost": ("The browser was lost", "failed"),
        "failed": ("No browser could be had", "failed"),
        "closed": ("Browser closed", ""),
    }
    if data["status"] not in words:
        return None
    text, state = words[data["status"]]
    detail = wording.sentence(data["reason"])
    return _line(event, "browser", "sessions", text, detail=detail, state=state)


def _notice(event: Event, known: _Known) -> Item:
    data = event.payload
    told = data["kind"] == "dialog" and isinstance(data.get("detail", {}).get("text"), str)
    text = wording.dialog(data["detail"]) if told else wording.quotes(data["message"])
    return _line(event, "notice", "info", text)


def _artifact(event: Event, known: _Known) -> Item | None:
    data = event.payload
    if data["kind"] not in Artifact.VISIBLE:
        return None
    extra = {"artifact": data["artifact_id"]}
    return _line(event, "artifact", "file", data["name"], extra=extra)


def _end(event: Event, known: _Known) -> Item:
    data = event.payload
    text, icon, state = {
        "done": ("Succeeded", "check", "ok"),
        "canceled": ("Cancelled", "ban", ""),
        "expired": ("Out of time", "cross", "failed"),
    }.get(data["terminal_reason"], ("Failed", "cross", "failed"))
    if data["terminal_reason"] == "done" and data["is_task_successful"] is False:
        text, icon, state = "Ended without success", "warning", ""
    elif data["terminal_reason"] == "done" and data["is_task_successful"] is None:
        text, icon, state = "Finished; nothing verified the result", "dash", ""
    detail = (data.get("error") or {}).get("message", "")
    detail = "" if detail == known.last_words else wording.quotes(detail)
    extra = {"result": data["output"] is not None}
    return _line(event, "end", icon, text, detail=detail, state=state, extra=extra)


_MAKERS: dict[str, Callable[[Event, _Known], Item | None]] = {
    "task.status_changed": _status,
    "task.plan_ready": _plan,
    "task.step_started": _step,
    "task.step_completed": _step_end,
    "task.action.started": _action("spinner", "running"),
    "task.action.completed": _action("check", "ok"),
    "task.action.failed": _action("cross", "failed"),
    "task.page_changed": _page,
    "task.message": _message,
    "task.input_request": _asked,
    "task.input_request_resolved": _settled,
    "task.policy_denied": _denied,
    "task.take_control_started": _took,
    "task.take_control_ended": _gave,
    "task.browser_live_url_changed": _browser,
    "task.notice": _notice,
    "task.artifact": _artifact,
    "task.completed": _end,
}
