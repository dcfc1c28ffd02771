"""The list of sessions and the form of a new one."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.models import AgentSession, Project, Role
from dashboard.services import tasks
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_session, make_task
from tests.console import builders

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


def test_the_new_session_form_says_what_holds_without_a_word(person: Client, settings) -> None:
    settings.CONFIG = settings.CONFIG.model_copy(update={"browser_idle_s": 600})
    text = person.get(reverse("new-session")).content.decode()
    for name, usual in (("max_steps", "100"), ("max_cost_usd", "no limit"),
                        ("max_duration_minutes", "60")):  # fmt: skip
        field = re.search(rf'<input[^>]*id="{name}"[^>]*>', text)
        assert field is not None and f'placeholder="{usual}"' in field[0]
    assert "between tasks for 1.33\u00a0h" in text and "otherwise 10\u00a0min" in text


def test_the_new_session_form_names_what_is_wrong(person: Client, operator: Actor) -> None:
    address = reverse("new-session")
    data = {"instructions": "Go", "start_url": "ftp://x", "max_steps": "0", "max_cost_usd": "x"}
    refused = person.post(address, data)
    text = refused.content.decode()
    assert refused.status_code == 422 and text.count('aria-invalid="true"') == 3
    assert ">Go</textarea>" in text and '<details class="more" open>' in text
    # One goes on where the first of it is.
    assert text.count("autofocus") == 1 and re.search(r'id="start_url"[^>]*autofocus', text)
    limits = person.post(address, {"instructions": "Go", "max_steps": "0"}).content.decode()
    assert limits.count("autofocus") == 1 and re.search(r'id="max_steps"[^>]*autofocus', limits)
    assert person.post(address, {"instructions": "  "}).status_code == 422
    made = person.post(address, {"instructions": "Read the news", "start_url": "news.example"})
    session = AgentSession.objects.get()
    assert made.headers["Location"] == reverse("session", args=[session.pk])
    assert session.tasks.get().options["start_url"] == "https://news.example/"
    assert "Read the news" in person.get(address + "?instructions=Read+the+news").content.decode()


def test_the_list_takes_as_many_queries_for_25_as_for_2(person: Client, operator: Actor) -> None:
    operator.project.max_concurrent_sessions = 100
    operator.project.save()
    for _ in range(2):
        make_session(operator)
    person.get(reverse("sessions"))
    with CaptureQueriesContext(connection) as few:
        person.get(reverse("sessions"))
    for _ in range(23):
        session = make_session(operator)
        tasks.cancel(session.tasks.get(), by=operator)
        person.post(reverse("follow-up", args=[session.pk]), {"instructions": "More"})
    with CaptureQueriesContext(connection) as many:
        page = person.get(reverse("sessions")).content.decode()
    assert len(many) == len(few)
    assert page.count('class="list-row session-row"') == 25 and page.count("2 tasks") == 23


def test_the_list_is_filtered_by_state_and_words(person: Client, operator: Actor) -> None:
    done, failed = builders.finished(operator), builders.finished(operator, failed=True)
    asks = builders.ask(operator, instructions="Book a room").task
    queued = make_task(operator, instructions="Read the tenders")
    rows = {"done": done, "failed": failed, "asks": asks, "queued": queued}

    def shown(query: str) -> set[str]:
        text = person.get(reverse("sessions") + query, headers=PART).content.decode()
        return {name for name, task in rows.items() if f"row-{task.session_id}" in text}

    assert shown("") == set(rows)
    assert shown("?tab=waiting") == {"asks"}
    assert shown("?tab=active") == {"asks", "queued"}
    assert shown("?tab=done") == {"done"} and shown("?tab=failed") == {"failed"}
    assert shown("?q=tenders+read") == {"queued"}
    assert shown(f"?q={asks.session_id}") == {"asks"}
    assert "No session matches" in person.get(reverse("sessions") + "?q=zzz").content.decode()


def test_new_sessions_wait_behind_a_count(person: Client, operator: Actor) -> None:
    first = make_session(operator)
    make_session(operator)
    newer = person.get(reverse("sessions-newer"), {"after": first.pk}, headers=PART)
    assert "1 new: show" in newer.content.decode()


def test_a_row_says_why_it_failed_and_nothing_twice(person: Client, operator: Actor) -> None:
    waits = make_session(operator, instructions="Read the news")
    assert person.get(reverse("sessions")).content.decode().count("Read the news") == 1
    task = builders.running(operator, instructions="Open the shop")
    tasks.finish(task.pk, task.fence, terminal_reason="failed", error=("x", "The shop is shut."))
    page = person.get(reverse("sessions")).content.decode()
    assert page.count("The shop is shut.") == 1 and page.count("Open the shop") == 1
    assert waits.pk in page


def test_an_empty_list_offers_only_what_its_reader_may_do(project: Project) -> None:
    pages = {}
    for role in (Role.OPERATOR, Role.VIEWER):
        client = Client()
        client.force_login(make_actor(project, f"a-{role}", role).user)  # type: ignore[arg-type]
        pages[role] = client.get(reverse("sessions")).content.decode()
        # The first session, of a program or of somebody else, is told of as any other.
        assert reverse("sessions-newer") in pages[role]
    assert "Read a news list" in pages[Role.OPERATOR]
    assert "No session yet" in pages[Role.VIEWER]
    assert "Read a news list" not in pages[Role.VIEWER]
