"""A session of thousands of events: it opens like a short one, and nothing is lost in batches."""

from __future__ import annotations

import re
import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents.events import TaskNotice
from dashboard.models import AgentSession, Event, Task
from dashboard.services.actors import Actor
from tests.console import builders
from tests.console.test_session_pages import text_of

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


def _fill(task: Task, count: int) -> None:
    session = AgentSession.objects.get(pk=task.session_id)
    payload = TaskNotice(kind="retry", message="Trying again.").model_dump(mode="json")
    Event.objects.bulk_create(
        Event(session=session, task=task, seq=session.last_seq + n + 1, type="task.notice",
              payload=payload)
        for n in range(count)
    )  # fmt: skip
    AgentSession.objects.filter(pk=session.pk).update(last_seq=session.last_seq + count)


def test_a_run_of_20_000_events_opens_like_one_of_200(person: Client, operator: Actor) -> None:
    short, long = builders.running(operator), builders.running(operator)
    for task in (short, long):
        builders.steps(task, 5)
    _fill(short, 200)
    _fill(long, 20_000)

    def seconds(task: Task) -> float:
        address = reverse("session", args=[task.session_id])
        best = 9.0
        for _ in range(5):
            began = time.process_time()
            assert person.get(address).status_code == 200
            best = min(best, time.process_time() - began)
        return best

    def queries(task: Task) -> int:
        with CaptureQueriesContext(connection) as captured:
            person.get(reverse("session", args=[task.session_id]))
        return len(captured)

    seconds(short)
    assert queries(long) == queries(short)
    assert seconds(long) < 1.5 * seconds(short) + 0.02


def test_earlier_lines_come_in_batches_without_gap_or_double(
    person: Client, operator: Actor
) -> None:
    task = builders.running(operator)
    _fill(task, 450)
    page = person.get(reverse("session", args=[task.session_id])).content.decode()
    seen = _sequence(page)
    while "hidden>Load earlier" not in page:
        page = text_of(person, "timeline-earlier", task.session_id, before=seen[0])
        seen = _sequence(page) + seen
    assert seen == sorted(set(seen)) and len(seen) == 450
    tail = text_of(person, "timeline-tail", task.session_id, after=seen[-1] - 3)
    assert len(_sequence(tail)) == 3
    empty = person.get(
        reverse("timeline-tail", args=[task.session_id]), {"after": seen[-1]}, headers=PART
    )
    assert empty.status_code == 204


def test_a_full_batch_asks_again(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    _fill(task, 300)
    address = reverse("timeline-tail", args=[task.session_id])
    first = person.get(address, {"after": 0}, headers=PART)
    assert "more" in first.headers["HX-Trigger-After-Settle"]
    last = _sequence(first.content.decode())[-1]
    second = person.get(address, {"after": last}, headers=PART)
    assert "HX-Trigger-After-Settle" not in second.headers
    assert _sequence(second.content.decode())[-1] == 302


def _sequence(text: str) -> list[int]:
    return [int(n) for n in re.findall(r'data-seq="(\d+)" data-kind="notice"', text)]


def test_the_replay_marks_what_went_wrong_and_who_was_asked(
    person: Client, operator: Actor
) -> None:
    task = builders.running(operator)
    builders.steps(task, 4, failed=2)
    builders.ask_in(task)
    text = text_of(person, "replay", task.session_id)
    assert 'data-mark="failed"' in text and 'data-mark="request"' in text
    assert "the step failed" in text
    page = person.get(reverse("replay", args=[task.session_id])).content.decode()
    assert "<html" in page and page.count("/files/art_") == 4
