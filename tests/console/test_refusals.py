"""What was refused is told once: in the timeline, in the chat, in the result."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from agents.events import (
    TaskActionFailed,
    TaskActionStarted,
    TaskPolicyDenied,
    TaskStepCompleted,
    TaskStepStarted,
)
from dashboard.models import Event, Task
from dashboard.pages import timeline
from dashboard.services import leases, messages, tasks
from dashboard.services.actors import Actor
from tests.console import builders

pytestmark = pytest.mark.django_db
URL = "http://10.0.0.1/"
WHY = "10.0.0.1 port 80 is not open to browsers: it leads to 10.0.0.1, a private address."
TOLD = f"Refused: {URL} may not be opened. {WHY} Nothing was done; go another way."
RULE = "address:private"
LAST = f"The start address {URL} may not be opened: {WHY} Start at a public address."


def refused(task: Task, step: int) -> None:
    """A call that the browser's proxy and its own check refused, as the engine writes it down."""
    action_id, call = f"{step}.1", {"step": step, "tool": "page.goto", "target": URL}
    error = {"error_code": "policy_denied", "duration_ms": 9}
    leases.record(
        task.pk,
        task.fence,
        (
            TaskStepStarted(step=step, code="", reasoning="Open the page.", model="loop"),
            TaskActionStarted(action_id=action_id, arguments={"url": URL}, **call),
            TaskPolicyDenied(rule=RULE, reason=WHY, target="10.0.0.1:80"),
            TaskActionFailed(action_id=action_id, error_message=TOLD, **call, **error),
            TaskPolicyDenied(rule=RULE, reason=TOLD, target=URL, step=step),
            TaskStepCompleted(
                step=step, success=False, **error,
                error_message=f"PermissionError: {TOLD}\n(at line 1: `await page.goto(...)`)",
            ),
        ),
    )  # fmt: skip


def batches(task: Task, *sizes: int) -> str:
    """The lines of the task's events, fetched in so many pieces."""
    events = list(Event.objects.filter(task=task).order_by("seq"))
    step = -(-len(events) // sizes[0]) if sizes else len(events)
    cut = [events[at : at + step] for at in range(0, len(events), step)]
    lines = [item for piece in cut for item in timeline.items(task, piece)]
    return "\n".join(f"{item.text} {item.detail}" for item in lines)


def test_a_refused_start_is_told_once_in_each_place(operator: Actor) -> None:
    task = builders.running(operator, start_url=URL)
    refused(task, 0)
    messages.say(task, task.fence, LAST, step=None)
    error = ("policy_denied", LAST)
    tasks.finish(task.pk, task.fence, terminal_reason="failed", output_text=LAST, error=error)
    task.refresh_from_db()
    client = Client()
    client.force_login(operator.user)  # type: ignore[arg-type]
    page = client.get(reverse("session", args=[task.session_id])).content.decode()
    panes = re.split(r'id="pane-(?:timeline|chat|details)"', page)[1:]
    assert [strip_tags(pane).count("port 80") for pane in panes] == [1, 1, 1]
    assert all("Start at a public address." in pane for pane in panes)
    assert "Refused" not in strip_tags(page) and "go another way" not in page
    for pieces in (1, 3, 12):
        assert batches(task, pieces).count("Start at a public address.") == 1


def test_a_later_refusal_is_told_with_its_rule_by_the_line_of_its_call(operator: Actor) -> None:
    task = builders.running(operator)
    refused(task, 2)
    shown = batches(task)
    assert shown.count("port 80") == 1 and shown.count(f"Rule: {RULE}") == 1
    assert "go another way" not in shown


def test_what_no_call_tells_has_a_line_of_its_own(operator: Actor) -> None:
    task = builders.running(operator)
    ads = TaskPolicyDenied(rule="policy:blocked_domains", reason="It is blocked.", target="ads:443")
    sent = TaskPolicyDenied(
        rule="approval:request", reason="Nobody agreed.", target="POST x", step=1
    )
    leases.record(task.pk, task.fence, (ads, sent))
    shown = batches(task)
    assert "Refused ads:443 It is blocked. Rule: policy:blocked_domains" in shown
    assert "Refused POST x Nobody agreed. Rule: approval:request" in shown
