"""The chat of a task: people's messages wait for the agent's next step."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agents.events import TaskMessage, TaskMessageSeen
from agents.plain import plain_text
from dashboard import ledger
from dashboard.errors import Conflict, Invalid
from dashboard.models import Message, MessageRole, Task
from dashboard.services import leases, tasks
from dashboard.services.actors import Actor

MAX_CONTENT = 10_000
MAX_UNSEEN = 50


@transaction.atomic
def send(task: Task, content: str, *, by: Actor) -> Message:
    """Tell the running agent something. Raises: Invalid when empty; Conflict when it is over."""
    by.require("run")
    text = tasks.redactor_of(task).text(plain_text(content).strip())
    if not text:
        raise Invalid("The message is empty.", loc=["body", "content"])
    if len(text) > MAX_CONTENT:
        raise Invalid(f"A message has at most {MAX_CONTENT} characters.", loc=["body", "content"])
    task = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    if task.is_terminal:
        raise Conflict(
            "The task is over; start a follow-up task instead.", extra={"status": task.status}
        )
    if task.messages.filter(role=MessageRole.PERSON, seen_at__isnull=True).count() >= MAX_UNSEEN:
        raise Conflict(f"{MAX_UNSEEN} messages wait for the agent already.")
    message = Message.objects.create(
        project_id=task.project_id,
        task=task,
        role=MessageRole.PERSON,
        author=by.name,
        content=text,
    )
    ledger.append(
        task, TaskMessage(message_id=message.pk, role="person", content=text, author=by.name)
    )
    return message


@transaction.atomic
def take_unseen(task: Task, fence: int, *, step: int) -> list[Message]:
    """What the agent has not read yet, now marked read at this step. Raises: LeaseLost.

    The same step gets the same messages again: its worker may have died before it used them.
    """
    mine = task.messages.filter(role=MessageRole.PERSON)
    found = list(mine.filter(Q(seen_at__isnull=True) | Q(step=step)).order_by("pk"))
    unseen = [message for message in found if message.seen_at is None]
    if unseen:
        leases.write(task.pk, fence)
        Message.objects.filter(pk__in=[m.pk for m in unseen]).update(
            seen_at=timezone.now(), step=step
        )
        ledger.append(task, *(TaskMessageSeen(message_id=m.pk, step=step) for m in unseen))
    return found


@transaction.atomic
def say(task: Task, fence: int, content: str, *, step: int | None) -> Message:
    """The agent's own line. Raises: LeaseLost."""
    leases.write(task.pk, fence)
    content = plain_text(content)
    message = Message.objects.create(
        project_id=task.project_id,
        task=task,
        role=MessageRole.AGENT,
        author="Agent",
        content=content,
        step=step,
        seen_at=timezone.now(),
    )
    ledger.append(
        task, TaskMessage(message_id=message.pk, role="agent", content=content, step=step)
    )
    return message
