"""A session's page: where it stands, what was done, long runs, follow-ups, the list."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agents.events import TaskPageChanged, TaskStatusChanged, TaskStepCompleted
from dashboard.models import AgentSession, Event, Role, Task
from dashboard.pages import standing, timeline
from dashboard.services import control, leases, messages, requests, sessions, tasks, workers
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_task, signed_in
from tests.console import builders

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


def text_of(client: Client, name: str, *arguments: Any, **query: Any) -> str:
    """A part of the page, as text."""
    return client.get(reverse(name, args=arguments), query, headers=PART).content.decode()


def waited(task: Task, seconds: float) -> None:
    Task.objects.filter(pk=task.pk).update(due_at=timezone.now() - timedelta(seconds=seconds))


# --- before there is a picture ------------------------------------------------------------------
def test_without_a_worker_the_page_says_so_at_once(person: Client, operator: Actor) -> None:
    task = make_task(operator)
    text = text_of(person, "session-stage", task.session_id)
    assert "Queued: next in line" in text and "No worker is alive" in text


def test_the_queue_has_a_place_and_after_20_seconds_a_cause(
    person: Client, operator: Actor
) -> None:
    workers.beat("desk:1", host="desk", pid=1, running=2, browsers=2, capacity=2)
    first, second = make_task(operator), make_task(operator)
    waited(first, 9)
    waited(second, 5)
    text = text_of(person, "session-stage", second.session_id)
    assert "Queued: 1 task ahead" in text and 'class="cause"' not in text
    waited(first, 60)
    waited(second, 25)
    text = text_of(person, "session-stage", second.session_id)
    assert "All workers are busy with 2 tasks" in text
    # It asks again by itself, as long as there is something to wait for.
    assert "every 5s" in text


def test_a_browser_that_starts_for_long_says_why(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    sessions.set_browser(task.session_id, status="starting", handle=None, host="desk")
    text = text_of(person, "session-stage", task.session_id)
    assert "Starting the browser" in text and 'class="cause"' not in text
    Event.objects.update(occurred_at=timezone.now() - timedelta(seconds=30))
    assert "short of memory" in text_of(person, "session-stage", task.session_id)
    builders.open_browser(task.session)
    text = text_of(person, "session-stage", task.session_id)
    assert "<live-view" in text and "every 5s" not in text


def test_the_wait_for_a_browser_counts_on_when_its_start_begins_and_anew_for_another(
    person: Client, operator: Actor
) -> None:
    task = builders.running(operator)
    claimed = timezone.now() - timedelta(seconds=14)
    Event.objects.update(occurred_at=claimed)
    session = task.session
    sessions.set_browser(session.pk, status="starting", handle=None, host="desk", task=task)
    session.refresh_from_db()
    found = standing.of(session, task)
    assert found is not None and found.since == claimed and not found.before
    sessions.set_browser(session.pk, status="lost", handle=None, host="", task=task)
    sessions.set_browser(session.pk, status="starting", handle=None, host="desk", task=task)
    session.refresh_from_db()
    found = standing.of(session, task)
    assert found is not None and found.since > claimed
    text = text_of(person, "session-stage", session.pk)
    assert "Starting another browser" in text and "The one before was lost." in text


def test_a_claimed_task_starts_its_browser_even_before_that_says_so(
    person: Client, operator: Actor
) -> None:
    task = builders.running(operator)
    assert task.session.browser_status == "none"
    text = text_of(person, "session-stage", task.session_id)
    assert "Starting the browser" in text and "No picture" not in text and "every 5s" in text
    assert "Starting the browser" in text_of(person, "session-control", task.session_id)
    # The same after a crash, when the run looks for another one.
    sessions.set_browser(task.session_id, status="lost", handle=None, host="", task=task)
    assert "Starting another browser" in text_of(person, "session-stage", task.session_id)
    Event.objects.update(occurred_at=timezone.now() - timedelta(seconds=30))
    assert 'class="cause"' in text_of(person, "session-stage", task.session_id)


def test_a_browser_without_a_page_is_not_said_to_be_at_one(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    builders.open_browser(task.session)
    sessions.set_page(task.session_id, url="about:blank", title="about:blank")
    leases.record(task.pk, task.fence, (TaskPageChanged(page_url="about:blank", page_title=""),))
    text = text_of(person, "browser-bar", task.session_id)
    assert "No page yet" in text and ">about:blank<" not in text
    page = person.get(reverse("session", args=[task.session_id])).content.decode()
    assert ">about:blank<" not in page
    assert "about:blank" not in person.get(reverse("sessions")).content.decode()


def test_a_page_without_a_title_yet_has_its_address_once(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    builders.open_browser(task.session)
    sessions.set_page(task.session_id, url="https://a.test/cart?of=me", title="a.test/cart?of=me")
    assert text_of(person, "browser-bar", task.session_id).count("a.test/cart?of=me</") == 1
    assert person.get(reverse("sessions")).content.decode().count("a.test/cart?of=me") == 1


def test_a_question_before_any_page_has_no_picture_yet(person: Client, operator: Actor) -> None:
    row = builders.ask(operator)
    assert "No picture yet" in text_of(person, "session-stage", row.task.session_id)


def test_a_reason_begins_with_a_capital_and_keeps_names(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    why = "held by Ann O'Hara from Support"
    moved = TaskStatusChanged(status="paused", previous="running", reason=why)
    leases.record(task.pk, task.fence, (moved,))
    page = person.get(reverse("session", args=[task.session_id])).content.decode()
    assert "Held by Ann O&#x27;Hara from Support" in page


def test_what_a_step_read_is_ticked_off(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    read = TaskStepCompleted(step=1, success=True, value=[{"title": "A"}, {"title": "B"}])
    leases.record(task.pk, task.fence, (read,))
    page = person.get(reverse("session", args=[task.session_id])).content.decode()
    line = re.search(r'<li class="line"[^>]*data-kind="result".*?</li>', page, re.DOTALL)
    assert line is not None and "Read 2 rows" in line[0]
    assert 'data-state="ok"' in line[0] and "#check" in line[0]


def test_a_closed_browser_leaves_its_last_picture(person: Client, operator: Actor) -> None:
    task = builders.finished(operator)
    text = text_of(person, "session-stage", task.session_id)
    assert "<live-view" not in text and "The last picture of the page" in text
    assert "The browser is closed" not in text_of(person, "session-head", task.session_id)


def test_a_browser_that_ended_after_its_task_is_closed_not_lost(
    person: Client, operator: Actor
) -> None:
    done, waiting = builders.finished(operator), builders.ask(operator).task
    AgentSession.objects.update(browser=None, browser_status="lost")
    assert "The browser is closed" in text_of(person, "session-control", done.session_id)
    assert "The browser was lost" in text_of(person, "session-control", waiting.session_id)


def test_a_session_without_a_browser_is_shown_as_failed(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    sessions.set_browser(
        task.session_id, status="failed", handle=None, host="", task=task, reason="It did not start"
    )
    tasks.finish(task.pk, task.fence, terminal_reason="failed", error=("browser_start_failed", "x"))
    assert "session failed" in text_of(person, "session-head", task.session_id)
    assert "No browser could be had" in text_of(person, "session-control", task.session_id)
    assert "This session is over" in text_of(person, "composer", task.session_id)
    page = person.get(reverse("session", args=[task.session_id])).content.decode()
    assert "No browser could be had" in page and "It did not start" in page
    assert task.session_id in person.get(reverse("sessions"), {"tab": "failed"}).content.decode()


# --- who drives, and the words for stopping -----------------------------------------------------
def test_others_see_who_drives_and_only_an_admin_may_relieve(
    person: Client, operator: Actor
) -> None:
    request = builders.ask(operator, "takeover")
    session = builders.open_browser(request.task.session)
    control.take(session, by=operator)
    mine = text_of(person, "session-control", session.pk)
    assert "You are driving" in mine and "Hand back" in mine and "Send to page" in mine
    head = text_of(person, "session-head", session.pk)
    assert "you are driving" in head and "waiting" not in head and "Since it started" not in head
    oscar = make_actor(operator.project, "oscar")
    client = signed_in(oscar)
    theirs = text_of(client, "session-control", session.pk)
    assert "<strong>olivia</strong> is driving" in theirs and "<form" not in theirs
    refused = client.post(reverse("drive", args=[session.pk, "take"]), headers=PART)
    assert refused.status_code == 409 and "olivia is driving" in refused.content.decode()
    admin = signed_in(make_actor(operator.project, "ann", Role.ADMIN))
    assert "Take over from olivia" in text_of(admin, "session-control", session.pk)
    taken = admin.post(reverse("drive", args=[session.pk, "take"]), headers=PART)
    assert "You are driving" in taken.content.decode()
    assert "Hand back" not in text_of(person, "session-control", session.pk)


def test_handing_back_answers_what_asked_for_hands(person: Client, operator: Actor) -> None:
    request = builders.ask(operator, "takeover")
    session = builders.open_browser(request.task.session)
    person.post(reverse("drive", args=[session.pk, "take"]))
    person.post(reverse("drive", args=[session.pk, "release"]), {"note": "Seat 4A"})
    request.refresh_from_db()
    assert request.response == {"done": True, "note": "Seat 4A"}
    lines = text_of(person, "timeline-tail", session.pk)
    assert "olivia took control" in lines and "olivia handed the browser back" in lines
    assert "Seat 4A" in lines


def test_cancelling_and_ending_are_two_things(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    head = text_of(person, "session-head", task.session_id)
    assert "Cancel task" in head and "End session after this step" in head
    person.post(reverse("session-stop", args=[task.session_id]))
    head = text_of(person, "session-head", task.session_id)
    assert "ends after this step" in head and "End session now" in head
    person.post(reverse("steer", args=[task.session_id, "cancel"]))
    head = text_of(person, "session-head", task.session_id)
    assert "cancelling…" in head and "Cancel task" not in head
    queued = make_task(operator)
    person.post(reverse("steer", args=[queued.session_id, "cancel"]))
    assert ">Cancelled by olivia</p>" in text_of(person, "session-details", queued.session_id)


def test_pause_and_resume_name_who_did_it(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    paused = person.post(reverse("steer", args=[task.session_id, "pause"]), headers=PART)
    assert "Resume" in paused.content.decode() and "paused" in paused.content.decode()
    person.post(reverse("steer", args=[task.session_id, "resume"]))
    lines = text_of(person, "timeline-tail", task.session_id)
    assert "Paused by olivia" in lines and "Resumed by olivia" in lines
    again = person.post(reverse("steer", args=[task.session_id, "resume"]), headers=PART)
    assert again.status_code == 409 and again.headers["HX-Retarget"] == "#notices"


# --- saying, following up, starting -------------------------------------------------------------
def test_the_chat_works_without_script(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    answer = person.post(reverse("say", args=[task.session_id]), {"content": "Try the blue one"})
    assert answer.status_code == 302 and answer.headers["Location"].endswith("?pane=chat")
    page = person.get(answer.headers["Location"]).content.decode()
    assert "Try the blue one" in page and "waits for the next step" in page
    messages.take_unseen(task, task.fence, step=2)
    assert "seen" in text_of(person, "chat", task.session_id)
    empty = person.post(reverse("say", args=[task.session_id]), {"content": "  "}, headers=PART)
    assert empty.status_code == 422 and "The message is empty" in empty.content.decode()


def test_a_follow_up_keeps_the_model_and_the_limits(person: Client, operator: Actor) -> None:
    task = make_task(operator, model="embedded", max_steps=7)
    tasks.cancel(task, by=operator)
    answer = person.post(
        reverse("follow-up", args=[task.session_id]), {"instructions": "Open the first one"}
    )
    assert answer.status_code == 302
    newest = Task.objects.get(session=task.session_id, number=2)
    assert newest.options["max_steps"] == 7 and newest.instructions == "Open the first one"
    refused = person.post(reverse("follow-up", args=[task.session_id]), {"instructions": "More"})
    assert refused.status_code == 409


def test_a_follow_up_has_its_own_title_and_first_line(person: Client, operator: Actor) -> None:
    first = builders.finished(operator)
    session = first.session
    NEXT = "Now compare the two cheapest"
    person.post(reverse("follow-up", args=[session.pk]), {"instructions": NEXT})
    page = person.get(reverse("session", args=[session.pk])).content.decode()
    assert f">{NEXT}</h1>" in page and "task 2" in page
    lines = re.sub(r"<[^>]+>", "", page[page.index('id="timeline"') :])
    assert lines.index("olivia") < lines.index(NEXT)
    old = person.get(reverse("session", args=[session.pk]), {"task": first.pk}).content.decode()
    assert ">Get the prices of toner</h1>" in old


def test_a_task_took_as_long_as_its_clock_counted(person: Client, operator: Actor) -> None:
    task = builders.finished(operator)
    began = task.finished_at - timedelta(minutes=6, seconds=12)
    Task.objects.filter(pk=task.pk).update(started_at=began, active_seconds=30)
    text = text_of(person, "session-head", task.session_id)
    assert ">6 min 12 s</span>" in text and "worked 30 s of it" in text


def test_a_question_is_a_step_with_a_number(person: Client, operator: Actor) -> None:
    task = builders.running(operator)
    builders.steps(task, 1)
    builders.ask_in(task)
    text = person.get(reverse("session", args=[task.session_id])).content.decode()
    assert '<span class="step-number" id="step-2">2</span>' in text


def test_an_approval_says_what_was_decided(person: Client, operator: Actor) -> None:
    row = builders.approval(operator)
    said = {"approved": False, "reason": "Too dear"}
    requests.decide(row, by=operator, response=said)
    text = person.get(reverse("session", args=[row.task.session_id])).content.decode()
    assert (
        "Asks for approval" in text
        and "Rejected by olivia" in text
        and "Too dear. The agent went on" in text
    )


@pytest.mark.parametrize(
    ("success", "words", "icon"),
    [(True, "Succeeded", "check"), (False, "Ended without success", "warning")],
)
def test_only_success_ends_with_a_check_mark(
    person: Client, operator: Actor, success: bool, words: str, icon: str
) -> None:
    task = builders.running(operator)
    tasks.finish(task.pk, task.fence, terminal_reason="done", output=1, is_task_successful=success)
    task.refresh_from_db()
    end = timeline.items(task, list(Event.objects.filter(task=task).order_by("seq")))[-1]
    assert (end.text, end.icon) == (words, icon)


def test_a_lost_driver_is_told_and_asked_about(person: Client, operator: Actor) -> None:
    request = builders.ask(operator, "takeover")
    session = builders.open_browser(request.task.session)
    control.take(session, by=operator)
    AgentSession.objects.update(driver_lease_until=timezone.now() - timedelta(seconds=1))
    control.expire_due()
    lines = text_of(person, "timeline-tail", session.pk)
    assert "olivia lost the connection and no longer drives" in lines
    cards = text_of(person, "session-requests", session.pk)
    assert "Let the agent go on" in cards


def test_an_open_card_comes_before_the_settled_ones(person: Client, operator: Actor) -> None:
    first = builders.ask(operator)
    requests.decide(first, by=make_actor(operator.project, "oscar"), response="large")
    held = leases.claim(first.task_id, "w2")
    builders.ask_in(held, prompt="And which colour?")
    cards = text_of(person, "session-requests", first.task.session_id, shown=first.pk)
    assert cards.index("And which colour?") < cards.index("Answered by oscar")


def test_whether_to_go_on_is_asked_first(person: Client, operator: Actor) -> None:
    request = builders.ask(operator, "takeover")
    session = builders.open_browser(request.task.session)
    control.take(session, by=operator)
    AgentSession.objects.update(driver_lease_until=timezone.now() - timedelta(seconds=1))
    assert control.expire_due() == 1
    cards = text_of(person, "session-requests", session.pk)
    assert cards.index("How should it go on?") < cards.index(f'id="card-{request.pk}"')


def test_a_card_on_the_page_stays_as_a_tombstone(person: Client, operator: Actor) -> None:
    row = builders.ask(operator)
    session = row.task.session_id
    assert "<form" in text_of(person, "session-requests", session, here="session")
    requests.decide(row, by=make_actor(operator.project, "oscar"), response="large")
    later = text_of(person, "session-requests", session, here="session", shown=row.pk)
    assert "Answered by oscar" in later and "<form" not in later
    assert row.prompt not in text_of(person, "session-requests", session, here="session")


def test_a_browser_can_be_had_for_what_waits_without_one(person: Client, operator: Actor) -> None:
    row = builders.ask(operator, "takeover")
    task, session = row.task, builders.open_browser(row.task.session)
    address = reverse("reopen-browser", args=[session.pk])
    assert "Start a browser" not in text_of(person, "session-control", session.pk)
    assert person.post(address, headers=PART).status_code == 409
    assert sessions.lose_browser(session.pk, session.browser)
    assert "Start a browser" in text_of(person, "session-control", session.pk)
    assert "Start a browser" in text_of(person, "session-requests", session.pk)
    viewer = signed_in(make_actor(operator.project, "vera", Role.VIEWER))
    assert "<form" not in text_of(viewer, "session-control", session.pk)
    assert viewer.post(address, headers=PART).status_code == 403
    asked = person.post(address, headers=PART).content.decode()
    assert "Starting the browser" in asked and "<form" not in asked
    # The run takes the task up, opens a browser and finds its question as it stands.
    assert task.pk in [pk for pk, _ in tasks.due()]
    held = leases.claim(task.pk, "desk:2:0")
    handle = {"pid": 2}
    sessions.set_browser(session.pk, status="live", handle=handle, host="desk", task=held)
    row.refresh_from_db()
    assert row.status == "pending"
    text = text_of(person, "session-control", session.pk)
    assert "Take control" in text and "The agent waits for an answer" in text
