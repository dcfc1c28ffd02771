"""Tasks through their services: the row, its events, its lease."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from agents.errors import LeaseLost
from agents.events import TaskNotice
from agents.ports import InputRequestSpec, Usage
from dashboard import ledger
from dashboard.errors import Conflict, Forbidden, Invalid, NotFound
from dashboard.models import AgentSession, Event, InputRequest, Role, Task
from dashboard.services import control, leases, messages, requests, responses, sessions, tasks
from dashboard.services.options import NewTask
from tests.conftest import make_actor, make_project, make_session, make_task

pytestmark = pytest.mark.django_db(transaction=True)


def fold(task: Task) -> dict:
    """The state that the events alone tell."""
    state: dict = {"status": None, "output": None}
    for event in ledger.read(task_id=task.pk):
        if event.type == "task.status_changed":
            state["status"] = event.payload["status"]
        if event.type == "task.completed":
            state |= {
                "output": event.payload["output"],
                "reason": event.payload["terminal_reason"],
                "ok": event.payload["is_task_successful"],
            }
    return state


def expire_lease(task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_events_fold_to_the_row(operator):
    task = make_task(operator)
    held = leases.claim(task.pk, "w1")
    assert held is not None
    tasks.finish(held.pk, held.fence, terminal_reason="done", output=[1], is_task_successful=True)
    task.refresh_from_db()
    assert fold(task) == {"status": task.status, "output": [1], "reason": "done", "ok": True}
    assert ledger.read(task_id=task.pk)[-1].type == "task.completed"
    assert AgentSession.objects.get().status == "idle"


def test_only_one_worker_claims(operator):
    task = make_task(operator)
    assert leases.claim(task.pk, "w1") is not None
    assert leases.claim(task.pk, "w2") is None


def test_expired_lease_is_taken_over_and_the_old_holder_writes_nothing(operator):
    task = make_task(operator)
    old = leases.claim(task.pk, "w1")
    expire_lease(task)
    new = leases.claim(task.pk, "w2")
    assert new.fence == old.fence + 1
    before = Event.objects.count()
    with pytest.raises(LeaseLost):
        leases.record(task.pk, old.fence, (TaskNotice(kind="x", message="late"),))
    with pytest.raises(LeaseLost):
        tasks.finish(task.pk, old.fence, terminal_reason="done")
    assert Event.objects.count() == before
    assert leases.heartbeat("w1", {task.pk: old.fence}) == [task.pk]
    assert leases.heartbeat("w2", {task.pk: new.fence}) == []


@pytest.mark.parametrize("status", ["running", "pending", "awaiting_input"])
def test_a_task_that_goes_on_says_so_once(operator, status):
    task = make_task(operator)
    held = leases.claim(task.pk, "w1")
    leases.record(task.pk, held.fence, (), checkpoint={"step": 1})
    leases.release(task.pk, held.fence, due=True)
    Task.objects.filter(pk=task.pk).update(status=status)
    leases.claim(task.pk, "w2")
    told = [e.payload for e in ledger.read(task_id=task.pk) if e.type == "task.notice"]
    assert [(n["kind"], n["message"]) for n in told] == [
        ("resumed", "The task goes on where it stopped.")
    ]


def test_record_writes_events_checkpoint_and_usage_together(operator):
    task = make_task(operator)
    held = leases.claim(task.pk, "w1")
    leases.record(
        task.pk,
        held.fence,
        (TaskNotice(kind="x", message="hello"),),
        checkpoint={"step": 1},
        usage=Usage(steps=1, input_tokens=10, output_tokens=2, cost_usd=None),
    )
    task.refresh_from_db()
    assert (task.checkpoint, task.steps, task.input_tokens) == ({"step": 1}, 1, 10)
    assert task.cost_usd is None


def test_unknown_cost_stays_unknown(operator):
    task = make_task(operator)
    held = leases.claim(task.pk, "w1")
    leases.record(task.pk, held.fence, (), usage=Usage(cost_usd=None))
    leases.record(task.pk, held.fence, (), usage=Usage())
    task.refresh_from_db()
    assert task.cost_usd is None


def test_cancel_of_a_queued_task_ends_it_at_once(operator):
    task = tasks.cancel(make_task(operator), by=operator, reason="changed my mind")
    task.refresh_from_db()
    assert task.status == "canceled"
    assert fold(task)["reason"] == "canceled"
    with pytest.raises(Conflict):
        tasks.cancel(task, by=operator)


def test_cancel_of_a_running_task_is_left_to_its_worker(operator):
    task = make_task(operator)
    leases.claim(task.pk, "w1")
    tasks.cancel(task, by=operator)
    task.refresh_from_db()
    assert task.status == "running"
    assert task.cancel_requested_at is not None


@pytest.mark.parametrize("minutes", [5, -5])
def test_a_web_server_with_a_wrong_clock_knows_who_holds_a_task(operator, monkeypatch, minutes):
    held, left = make_task(operator), make_task(operator)
    for task in (held, left):
        leases.claim(task.pk, "w1")
    expire_lease(left)
    true_now = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: true_now() + timedelta(minutes=minutes))
    assert tasks.cancel(held, by=operator).status == "running"  # its worker ends it
    assert tasks.cancel(left, by=operator).status == "canceled"


def test_pause_and_resume(operator):
    task = make_task(operator)
    tasks.pause(task, by=operator)
    assert leases.claim(task.pk, "w1") is None
    tasks.resume(task, by=operator)
    assert leases.claim(task.pk, "w1") is not None
    with pytest.raises(Conflict):
        tasks.resume(task, by=operator)


def ask(task: Task, fence: int, **fields) -> InputRequest:
    spec = {"key": "ask:1", "kind": "question", "prompt": "Which one?", **fields}
    return requests.open_request(task, fence, InputRequestSpec(**spec))


def test_second_decision_conflicts_and_carries_the_present_state(operator):
    task = make_task(operator)
    held = leases.claim(task.pk, "w1")
    request = ask(held, held.fence)
    requests.decide(request, by=operator, response="blue")
    with pytest.raises(Conflict) as caught:
        requests.decide(request, by=operator, response="red")
    assert caught.value.extra["response"] == "blue"
    assert caught.value.extra["status"] == "answered"


def test_same_key_is_asked_once(operator):
    task = make_task(operator)
    held = leases.claim(task.pk, "w1")
    first = ask(held, held.fence)
    requests.decide(first, by=operator, response="blue")
    again = ask(held, held.fence)
    assert (again.pk, again.response) == (first.pk, "blue")


def test_expired_request_cannot_be_answered_and_wakes_the_task(operator):
    task = make_task(operator)
    held = leases.claim(task.pk, "w1")
    request = ask(held, held.fence)
    leases.release(task.pk, held.fence, due=False)
    InputRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Conflict):
        requests.decide(request, by=operator, response="blue")
    assert requests.expire_due() == 1
    assert leases.claim(task.pk, "w2") is not None


def test_answer_must_be_one_of_the_choices(operator):
    task = make_task(operator)
    held = leases.claim(task.pk, "w1")
    request = ask(held, held.fence, kind="choice", choices=[{"value": "a", "label": "First"}])
    with pytest.raises(Invalid):
        requests.decide(request, by=operator, response="z")
    assert requests.decide(request, by=operator, response="First").response == "a"


def test_stale_revision_conflicts(operator):
    task = make_task(operator)
    held = leases.claim(task.pk, "w1")
    request = ask(held, held.fence)
    with pytest.raises(Conflict):
        requests.decide(request, by=operator, response="x", revision=7)


def test_follow_up_needs_a_finished_task(operator):
    session = make_session(operator)
    with pytest.raises(Conflict):
        sessions.create_task(session, NewTask(instructions="more"), by=operator)
    task = session.tasks.get()
    held = leases.claim(task.pk, "w1")
    tasks.finish(held.pk, held.fence, terminal_reason="done")
    follow_up = sessions.create_task(session, NewTask(instructions="more"), by=operator)
    assert follow_up.number == 2
    assert AgentSession.objects.get().status == "running"


def test_stopped_session_takes_no_follow_up(operator):
    session = make_session(operator)
    sessions.stop(session, by=operator, force=True)
    session.refresh_from_db()
    assert session.status == "stopped"
    with pytest.raises(Conflict):
        sessions.create_task(session, NewTask(instructions="more"), by=operator)


def test_messages_are_seen_once(operator):
    task = make_task(operator)
    held = leases.claim(task.pk, "w1")
    messages.send(task, "also the price", by=operator)
    assert [m.content for m in messages.take_unseen(held, held.fence, step=2)] == ["also the price"]
    again = messages.take_unseen(held, held.fence, step=2)
    assert [m.content for m in again] == ["also the price"]
    assert messages.take_unseen(held, held.fence, step=3) == []
    with pytest.raises(Invalid):
        messages.send(task, "   ", by=operator)


def test_viewer_may_not_run(project):
    viewer = make_actor(project, "vera", Role.VIEWER)
    with pytest.raises(Forbidden):
        make_session(viewer)


def test_foreign_row_does_not_exist(operator):
    other = make_actor(make_project("other"), "otto")
    task = make_task(other)
    with pytest.raises(NotFound) as caught:
        Task.objects.for_project(operator.project).fetch(task.pk)
    assert caught.value.code == "task_not_found"
    with pytest.raises(NotFound):
        Task.objects.for_project(operator.project).fetch("task_nonsense' or 1=1")


def with_browser(session: AgentSession) -> AgentSession:
    sessions.set_browser(session.pk, status="live", handle={"pid": 1}, host="h")
    session.refresh_from_db()
    return session


def test_takeover_without_a_run_is_granted_at_once_and_second_driver_is_refused(operator, project):
    session = with_browser(make_session(operator))
    assert control.take(session, by=operator).control == "human"
    with pytest.raises(Conflict):
        control.take(session, by=make_actor(project, "paul"))
    control.release(session, by=operator, note="logged in")
    session.refresh_from_db()
    assert (session.control, session.handback_note) == ("agent", "logged in")


def test_takeover_of_a_running_task_waits_for_its_worker(operator):
    session = with_browser(make_session(operator))
    task = session.tasks.get()
    leases.claim(task.pk, "w1")
    assert control.take(session, by=operator).control == "taking"
    assert control.grant(session.pk)
    session.refresh_from_db()
    assert session.control == "human"
    assert control.renew(session.pk, session.driver_token, moved=True)
    assert not control.renew(session.pk, "stolen", moved=True)


@pytest.mark.parametrize(("part", "settled"), [("one-time-code", True), ("", False)])
def test_handing_back_settles_what_a_sign_in_asked_for(operator, part, settled):
    session = with_browser(make_session(operator))
    held = leases.claim(session.tasks.get().pk, "w1")
    field = {"type": "string", **({"writeOnly": True, "format": part} if part else {})}
    fields = {"Code": field, "Anything": True}
    schema = {"type": "object", "properties": fields, "required": ["Code"]}
    request = ask(held, held.fence, kind="form", input_schema=schema)
    control.take(session, by=operator)
    control.grant(session.pk)
    control.release(session, by=operator, note="I typed it")
    request.refresh_from_db()
    assert (request.status == "answered") is settled
    if settled:
        assert request.response == {"done": True, "note": "I typed it"}


def test_lost_driver_pauses_the_task_and_asks(operator):
    session = with_browser(make_session(operator))
    task = session.tasks.get()
    leases.claim(task.pk, "w1")
    control.take(session, by=operator)
    control.grant(session.pk)
    AgentSession.objects.update(driver_lease_until=timezone.now() - timedelta(seconds=1))
    assert control.expire_due() == 1
    task.refresh_from_db()
    assert task.status == "paused"
    request = InputRequest.objects.get(status="pending")
    requests.decide(request, by=operator, response="continue")
    task.refresh_from_db()
    assert task.status == "running"


def test_admin_takes_over_from_a_driver(operator, project):
    session = with_browser(make_session(operator))
    control.take(session, by=operator)
    admin = make_actor(project, "ada", Role.ADMIN)
    assert control.take(session, by=admin).driver_name == "ada"


def test_handing_back_answers_a_takeover_request(operator):
    session = with_browser(make_session(operator))
    held = leases.claim(session.tasks.get().pk, "w1")
    ask(held, held.fence, kind="takeover", prompt="Please solve it")
    control.take(session, by=operator)
    control.grant(session.pk)
    control.release(session, by=operator, note="solved")
    assert InputRequest.objects.get().response == {"done": True, "note": "solved"}


def test_a_password_that_answers_a_request_is_not_in_the_ledger(operator):
    schema = {"properties": {"user": {}, "password": {"format": "password"}}}
    held = leases.claim(make_task(operator).pk, "w1")
    request = ask(held, held.fence, kind="sign_in", input_schema=schema)
    requests.decide(request, by=operator, response={"user": "ada", "password": "s3cret"})
    told = ledger.read(task_id=held.pk)[-1].payload["response"]
    assert told == {"user": "ada", "password": "••••"}
    request.refresh_from_db()
    assert request.response == told
    assert b"s3cret" not in bytes(request.sealed_response)
    assert responses.answer_of(request) == {"user": "ada", "password": "s3cret"}


def test_sign_in_help_without_fields_is_done_by_hand(operator):
    held = leases.claim(make_task(operator).pk, "w1")
    assert ask(held, held.fence, kind="sign_in").done_by_hand
    assert not ask(held, held.fence, key="k2", kind="question").done_by_hand
