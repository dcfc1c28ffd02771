"""What services do when people, programs and databases come at a bad time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from agents import jobs
from agents.ports import InputRequestSpec
from dashboard import ledger
from dashboard.models import AgentSession, Task
from dashboard.services import actors, control, keys, leases, requests, sessions, tasks
from tests.conftest import make_task

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = InputRequestSpec(key="q1", kind="question", prompt="Which one?")


def statuses(task: Task) -> list[str]:
    return [
        event.payload["status"]
        for event in ledger.read(task_id=task.pk)
        if event.type == "task.status_changed"
    ]


def test_a_pause_just_before_a_question_holds(operator):
    held = leases.claim(make_task(operator).pk, "w1")
    tasks.pause(held, by=operator)
    request = requests.open_request(held, held.fence, QUESTION)
    held.refresh_from_db()
    assert held.status == "paused"
    assert statuses(held) == ["pending", "running", "paused"]
    requests.decide(request, by=operator, response="the red one")
    requests.back_to_work(held, held.fence)
    held.refresh_from_db()
    assert held.status == "paused"
    tasks.resume(held, by=operator)
    held.refresh_from_db()
    assert held.status == "running"
    assert statuses(held)[-1] == "running"


def test_a_question_asked_again_tells_no_status_twice(operator):
    held = leases.claim(make_task(operator).pk, "w1")
    requests.open_request(held, held.fence, QUESTION)
    requests.open_request(held, held.fence, QUESTION)
    assert statuses(held) == ["pending", "running", "awaiting_input"]


def test_a_program_drives_for_as_long_as_a_person_may_be_idle(operator, settings):
    program = actors.of_key(keys.create(operator.project, name="driver", scopes=["run"]).key)
    session = make_task(operator).session
    sessions.set_browser(session.pk, status="live", handle={"pid": 1}, host="h")
    config = settings.CONFIG
    taken = control.take(session, by=program)
    assert taken.control == "human"

    def move_back(seconds: float) -> None:
        past = timezone.now() - timedelta(seconds=seconds)
        AgentSession.objects.update(
            driver_lease_until=past + timedelta(seconds=config.driver_idle_s), driver_input_at=past
        )

    move_back(config.driver_lease_s + 5)
    assert control.expire_due() == 0
    move_back(config.driver_idle_s - 1)
    control.take(session, by=program)  # it says that it still drives
    assert control.expire_due() == 0
    move_back(config.driver_idle_s + 1)
    assert control.expire_due() == 1


def test_a_sweep_does_what_can_be_done(operator, monkeypatch):
    done = []

    def broken() -> None:
        raise ValueError("a bug in one chore")

    def locked() -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(jobs, "_CHORES", (broken, lambda: done.append(1)))
    jobs.sweep()
    assert done == [1]
    monkeypatch.setattr(jobs, "_CHORES", (locked, lambda: done.append(2)))
    jobs.sweep()  # no word of it in the log but one line
    assert done == [1]
