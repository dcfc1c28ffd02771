"""JavaScript off: read, decide, talk, follow up. Plain HTML does it all."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from dashboard.models import AgentSession, Task
from dashboard.services import tasks
from dashboard.services.actors import Actor
from tests.console import builders
from tests.console.conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_requests_are_read_and_decided(open_page: OpenPage, olivia: Actor) -> None:
    question = builders.ask(olivia, prompt="Which size?")
    choice = builders.ask(olivia, "choice", "Which slot?", choices=builders.CHOICES)
    page = open_page(olivia, reverse("inbox"), java_script_enabled=False)
    page.get_by_role("link", name="Which size?").click()
    page.get_by_label("Your answer").fill("Large")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Answered.", exact=True)).to_be_visible()
    page.get_by_label("Tomorrow, 12 to 18").check()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    question.refresh_from_db()
    choice.refresh_from_db()
    assert (question.response, choice.response) == ("Large", "pm")
    page.get_by_role("link", name="Decided").click()
    expect(page.locator("#inbox-rows > li")).to_have_count(2)


def test_a_wrong_answer_is_a_page_that_keeps_it(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.ask(olivia, "form", "Your details?", input_schema=builders.FORM)
    address = reverse("request", args=[row.pk])
    page = open_page(olivia, address, java_script_enabled=False)
    page.get_by_label("Full name").fill("Ada")
    page.get_by_label("Guests").fill("many")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Guests must be a number.")).to_be_visible()
    expect(page.get_by_label("Full name")).to_have_value("Ada")
    page.get_by_label("Guests").fill("2")
    page.get_by_role("button", name="Answer").click()
    row.refresh_from_db()
    assert row.response["guests"] == 2


def test_a_run_is_read_step_by_step(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.finished(olivia)
    page = open_page(olivia, reverse("sessions"), java_script_enabled=False)
    page.get_by_role("link", name="Get the prices of toner").click()
    expect(page.locator("#timeline")).to_contain_text("Open shop.example/list/2")
    page.locator("#step-2 summary").click()
    page.get_by_role("link", name="All about step 2").click()
    expect(page.get_by_text("page.goto('https://shop.example/list/2')").first).to_be_visible()
    page.get_by_role("link", name="Back to the session").click()
    page.get_by_role("link", name="Details").click()
    expect(page.get_by_role("cell", name="1180")).to_be_visible()
    page.goto(reverse("session", args=[task.session_id]))
    expect(page.locator(".frame-list a")).to_have_count(3)


def test_people_talk_steer_and_follow_up(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.running(olivia)
    address = reverse("session", args=[task.session_id])
    page = open_page(olivia, address, java_script_enabled=False)
    page.get_by_label("Message to the agent").fill("Take the blue one")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#chat-list")).to_contain_text("Take the blue one")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#timeline")).to_contain_text("Resumed by olivia")
    tasks.finish(task.pk, Task.objects.get(pk=task.pk).fence, terminal_reason="done")
    page.goto(address)
    page.get_by_label("What next, in a new browser?").fill("Open the first one")
    page.get_by_role("button", name="Start").click()
    assert Task.objects.get(session=task.session_id, number=2).instructions == "Open the first one"


def test_control_is_taken_and_returned(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.ask(olivia, "takeover")
    session = builders.open_browser(row.task.session)
    address = reverse("session", args=[session.pk])
    page = open_page(olivia, address, java_script_enabled=False)
    page.get_by_role("button", name="Take control").click()
    expect(page.get_by_text("You are driving.")).to_be_visible()
    page.get_by_label("Note to the agent").first.fill("Done")
    page.get_by_role("button", name="Hand back").click()
    expect(page.get_by_role("button", name="Take control")).to_be_visible()


def test_a_session_is_started_and_ended(open_page: OpenPage, olivia: Actor) -> None:
    page = open_page(olivia, reverse("sessions"), java_script_enabled=False)
    page.get_by_role("link", name="New session").click()
    page.get_by_label("What should the agent do?").fill("Read the news")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", name="Read the news")).to_be_visible()
    page.get_by_label("More actions").click()
    page.get_by_role("button", name="End session now").click()
    expect(page.get_by_text("session ended")).to_be_visible()
    assert AgentSession.objects.get().status == "stopped"
