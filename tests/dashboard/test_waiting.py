"""Waiting for people: nothing is stuck, nothing goes on by itself, nobody waits for each other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from agents.errors import LeaseLost
from agents.events import TaskNotice
from agents.ports import InputRequestSpec
from dashboard import ledger
from dashboard.errors import QuotaExceeded
from dashboard.models import AgentSession, InputRequest, Task
from dashboard.services import control, leases, messages, requests, sessions, tasks
from dashboard.services.options import NewTask
from tests.conftest import make_session, make_task

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = InputRequestSpec(key="ask:1", kind="question", prompt="Which one?")
UGLY = "a\x00b\ud800c"


def expire_lease(task: Task) -> None:
    Task.objects.filter(pk=task.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def asking(operator, spec: InputRequestSpec = QUESTION) -> tuple[Task, InputRequest]:
    held = leases.claim(make_task(operator).pk, "w1")
    assert held is not None
    return held, requests.open_request(held, held.fence, spec)


# --- paused -------------------------------------------------------------------------------------
def test_a_paused_task_stays_paused_when_its_worker_dies(operator):
    held = leases.claim(make_task(operator).pk, "w1")
    tasks.pause(held, by=operator)
    expire_lease(held)
    assert leases.claim(held.pk, "w2") is None
    assert held.pk not in [pk for pk, _ in tasks.due()]
    leases.release(held.pk, held.fence, due=True)  # a worker that stops in order does this
    assert leases.claim(held.pk, "w2") is None
    tasks.resume(held, by=operator)
    assert leases.claim(held.pk, "w2") is not None


def test_a_question_does_not_undo_a_pause(operator):
    held = leases.claim(make_task(operator).pk, "w1")
    tasks.pause(held, by=operator)
    requests.open_request(held, held.fence, QUESTION)
    held.refresh_from_db()
    assert held.status == "paused"
    tasks.resume(held, by=operator)
    held.refresh_from_db()
    assert held.status == "awaiting_input"


def test_resuming_settles_the_question_that_a_lost_driver_left(operator):
    held = leases.claim(make_task(operator).pk, "w1")
    sessions.set_browser(held.session_id, status="live", handle={"pid": 1}, host="h")
    control.take(held.session, by=operator)
    assert control.grant(held.session_id)
    AgentSession.objects.update(driver_lease_until=timezone.now() - timedelta(seconds=1))
    assert control.expire_due() == 1
    tasks.resume(held, by=operator)
    held.refresh_from_db()
    assert (held.status, InputRequest.objects.get().status) == ("running", "canceled")


# --- parking ------------------------------------------------------------------------------------
def test_a_parked_task_waits_without_being_due(operator):
    held, _ = asking(operator)
    leases.park(held.pk, held.fence)
    held.refresh_from_db()
    assert (held.status, held.worker, held.due_at) == ("awaiting_input", "", None)


@pytest.mark.parametrize("answered_first", [True, False])
def test_an_answer_around_parking_wakes_the_task(operator, answered_first):
    held, request = asking(operator)
    steps = [
        lambda: requests.decide(request, by=operator, response="blue"),
        lambda: leases.park(held.pk, held.fence),
    ]
    for step in steps if answered_first else reversed(steps):
        step()
    assert leases.claim(held.pk, "w2") is not None


def test_an_answer_in_the_middle_of_parking_wakes_the_task(operator):
    """The answer comes between the look at the request and the end of the lease."""
    for number in range(6):
        held, request = asking(operator)
        gate = threading.Barrier(2)

        def park(held=held, gate=gate):
            gate.wait(40)
            leases.park(held.pk, held.fence)

        def answer(request=request, gate=gate, number=number):
            gate.wait(40)
            requests.decide(request, by=operator, response=str(number))

        _both(park, answer)
        assert leases.claim(held.pk, "w2") is not None


def test_a_stopped_session_ends_a_task_that_parked_meanwhile(operator):
    held, _ = asking(operator)
    sessions.stop(held.session, by=operator)  # soft: left to the holder
    expire_lease(held)
    assert tasks.end_cancelled() == 1
    held.refresh_from_db()
    assert (held.status, held.session.__class__.objects.get().status) == ("canceled", "stopped")
    assert ledger.read(task_id=held.pk)[-1].type == "task.completed"


# --- one order of locks -------------------------------------------------------------------------
def _both(*work) -> None:
    def call(one) -> None:
        try:
            one()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        for future in [pool.submit(call, one) for one in work]:
            future.result(60)


@pytest.mark.parametrize("what", ["decide", "release", "stop", "take", "set_browser"])
def test_nobody_holds_the_session_while_waiting_for_the_task(operator, what):
    """A step holds its task and then takes the session: who goes the other way is a deadlock."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    held, request = asking(operator)
    sessions.set_browser(held.session_id, status="live", handle={"pid": 1}, host="h")
    session = AgentSession.objects.get(pk=held.session_id)
    if what == "release":
        control.take(session, by=operator)
    verbs = {
        "decide": lambda: requests.decide(request, by=operator, response="blue"),
        "release": lambda: control.release(session, by=operator),
        "stop": lambda: sessions.stop(session, by=operator, force=True),
        "take": lambda: control.take(session, by=operator),
        "set_browser": lambda: sessions.set_browser(
            session.pk, status="live", handle={"pid": 2}, host="h", task=held
        ),
    }
    locked, waiting = threading.Event(), threading.Event()

    def step() -> None:
        with transaction.atomic():
            leases.write(held.pk, held.fence)
            locked.set()
            waiting.wait(40)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '3s'")
            ledger.append(held, TaskNotice(kind="step", message="done"))

    def other() -> None:
        locked.wait(40)
        threading.Timer(0.3, waiting.set).start()
        verbs[what]()

    try:
        _both(step, other)
    except OperationalError as error:
        pytest.fail(f"{what} and a step waited for each other: {error}")


# --- who may still write ------------------------------------------------------------------------
def test_a_run_that_lost_its_lease_names_no_browser(operator):
    old = leases.claim(make_task(operator).pk, "w1")
    expire_lease(old)
    tasks.cancel(old, by=operator)
    with pytest.raises(LeaseLost):
        sessions.set_browser(old.session_id, status="live", handle={"pid": 1}, host="h", task=old)
    assert AgentSession.objects.get().browser is None
    assert ledger.read(task_id=old.pk)[-1].type == "task.completed"


def test_nobody_drives_a_stopped_session(operator):
    session = make_session(operator)
    sessions.set_browser(session.pk, status="live", handle={"pid": 1}, host="h")
    control.take(session, by=operator)
    sessions.stop(session, by=operator, force=True)
    session.refresh_from_db()
    assert (session.status, session.control, session.driver_token) == ("stopped", "agent", "")
    types = [event.type for event in ledger.read(session_id=session.pk)]
    assert types.index("task.take_control_ended") < types.index("task.completed")
    assert types[-1] == "task.completed"


def test_a_takeover_that_offered_choices_can_be_handed_back(operator):
    spec = InputRequestSpec(
        key="ask:1",
        kind="captcha",
        prompt="Solve it",
        choices=[{"value": "done", "label": "Done"}],
    )
    held, request = asking(operator, spec)
    sessions.set_browser(held.session_id, status="live", handle={"pid": 1}, host="h")
    control.take(held.session, by=operator)
    assert control.grant(held.session_id)
    control.release(held.session, by=operator, note="solved")
    request.refresh_from_db()
    assert request.response == {"done": True, "note": "solved"}


def test_who_changes_their_mind_before_they_drive_answers_nothing(operator):
    held, request = asking(operator, InputRequestSpec(key="k", kind="captcha", prompt="Solve it"))
    sessions.set_browser(held.session_id, status="live", handle={"pid": 1}, host="h")
    assert control.take(held.session, by=operator).control == "taking"
    control.release(held.session, by=operator)
    request.refresh_from_db()
    assert request.status == "pending"


def test_handing_back_works_after_the_request_ran_out(operator):
    held, _ = asking(operator, InputRequestSpec(key="k", kind="captcha", prompt="Solve it"))
    sessions.set_browser(held.session_id, status="live", handle={"pid": 1}, host="h")
    control.take(held.session, by=operator)
    InputRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert control.release(held.session, by=operator).control == "agent"


# --- limits -------------------------------------------------------------------------------------
def test_a_follow_up_counts_as_a_running_session(operator):
    first = make_session(operator)
    tasks.cancel(first.tasks.get(), by=operator)
    operator.project.max_concurrent_sessions = 1
    operator.project.save()
    second = make_session(operator)
    with pytest.raises(QuotaExceeded):
        sessions.create_task(first, NewTask(instructions="Go on"), by=operator)
    tasks.cancel(second.tasks.get(), by=operator)
    assert sessions.create_task(first, NewTask(instructions="Go on"), by=operator).number == 2


def test_racing_sessions_do_not_pass_the_limit(operator):
    operator.project.max_concurrent_sessions = 1
    operator.project.save()
    made = []

    def make() -> None:
        try:
            made.append(make_session(operator))
        except QuotaExceeded:
            pass

    _both(*[make] * 4)
    assert len(made) == 1


# --- text that PostgreSQL refuses -----------------------------------------------------------------
def test_text_of_pages_cannot_break_the_database(operator):
    spec = InputRequestSpec(
        key="ask:1", kind="question", prompt=UGLY, context={UGLY: [UGLY]}, input_schema={"x": UGLY}
    )
    held, request = asking(operator, spec)
    leases.record(
        held.pk, held.fence, (TaskNotice(kind="dialog", message=UGLY, detail={UGLY: [UGLY]}),)
    )
    messages.say(held, held.fence, UGLY, step=1)
    messages.send(held, UGLY, by=operator)
    sessions.set_page(held.session_id, url=UGLY, title=UGLY)
    requests.decide(request, by=operator, response={UGLY: UGLY})
    tasks.finish(
        held.pk,
        held.fence,
        terminal_reason="failed",
        output={UGLY: UGLY},
        output_text=UGLY,
        error=("x" * 80, UGLY),
    )
    held.refresh_from_db()
    assert held.output == {"ab?c": "ab?c"}
    assert "\x00" not in held.error_message
