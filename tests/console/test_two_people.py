"""Two people, two browsers: the first decision wins, one drives, nothing is lost, words stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from dashboard.models import InputRequest, Role
from dashboard.services import messages, requests, tasks
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_session
from tests.console import builders
from tests.console.conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def oscar(olivia: Actor) -> Actor:
    return make_actor(olivia.project, "oscar")


def live(page: Page) -> Page:
    """The page, once its socket is open."""
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    return page


def deafen(page: Page) -> None:
    """From now on the page hears of nothing, as if its line were slow."""
    expect(page.locator("#connection[data-subscribed]")).to_have_count(1)
    page.wait_for_load_state("networkidle")  # its first look at itself is over
    page.evaluate("addEventListener('live', (event) => event.stopImmediatePropagation(), true)")


def test_the_second_decision_meets_a_tombstone(
    open_page: OpenPage, olivia: Actor, oscar: Actor
) -> None:
    row = builders.ask(olivia)
    address = reverse("request", args=[row.pk])
    first, second = open_page(olivia, address), open_page(oscar, address)
    # The second one hears of nothing: both cards look the same when both press.
    deafen(second)
    second.get_by_label("Your answer").fill("small")
    first.get_by_label("Your answer").fill("large")
    first.get_by_role("button", name="Answer").click()
    expect(first.locator(".request-card")).to_contain_text("Answered by olivia")
    with second.expect_response(lambda answer: "/decide/" in answer.url) as answered:
        second.get_by_role("button", name="Answer").click()
    assert answered.value.status == 409
    expect(second.locator(".request-card")).to_contain_text("Already answered by olivia")
    expect(second.locator(".request-card form")).to_have_count(0)
    row.refresh_from_db()
    assert row.response == "large"


def test_a_row_settled_elsewhere_becomes_a_tombstone_in_its_place(
    open_page: OpenPage, olivia: Actor, oscar: Actor
) -> None:
    rows = [builders.ask(olivia, prompt=f"Question {n}?") for n in range(3)]
    page = live(open_page(olivia, reverse("inbox")))
    order = [f"inbox-row-{row.pk}" for row in reversed(rows)]
    requests.decide(rows[1], by=oscar, response="yes")
    settled = page.locator(f"#inbox-row-{rows[1].pk}")
    expect(settled).to_contain_text("Answered by oscar")
    builders.ask(olivia, prompt="A new one?")
    expect(page.locator("[data-show-new]")).to_have_text("1 new: show .")
    shown = "[...document.querySelectorAll('#inbox-rows > li')].map((one) => one.id)"
    assert page.evaluate(shown) == order
    expect(page.locator("#waiting-count")).to_have_text("3 waiting")
    assert page.title().startswith("(3) Inbox")
    page.keyboard.press(".")
    expect(page.locator("#inbox-rows > li")).to_have_count(3)
    expect(page.get_by_text("Question 1?")).to_have_count(0)


def test_typed_words_survive_what_others_do(
    open_page: OpenPage, olivia: Actor, oscar: Actor
) -> None:
    row = builders.ask(olivia)
    page = live(open_page(olivia, reverse("request", args=[row.pk])))
    answer = page.get_by_label("Your answer")
    answer.click()
    page.keyboard.type("Half a sen")
    requests.assign(row, oscar.user, by=oscar)
    expect(page.get_by_text("oscar looks after it")).to_be_visible()
    page.keyboard.type("tence")
    expect(answer).to_have_value("Half a sentence")
    # The question changes: the words stay, and sending them is refused until it was seen.
    InputRequest.objects.filter(pk=row.pk).update(revision=2, prompt="Which size, S or L?")
    requests.assign(row, None, by=oscar)
    expect(page.get_by_text("Which size, S or L?").last).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").filter(has_text="has changed")).to_be_visible()
    expect(answer).to_have_value("Half a sentence")
    # Somebody else answers: the words are still there to copy, and cannot be sent.
    page.get_by_label("Your answer").fill("My better answer")
    requests.decide(row, by=oscar, response="L", revision=2)
    expect(page.locator(".request-card")).to_contain_text("Answered by oscar")
    expect(page.get_by_text("What you wrote was not sent")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_have_value("My better answer")
    expect(page.locator(".request-card button:enabled:visible")).to_have_count(0)


def test_a_draft_survives_a_look_at_another_request(open_page: OpenPage, olivia: Actor) -> None:
    older, newer = builders.ask(olivia, prompt="Older?"), builders.ask(olivia, prompt="Newer?")
    page = open_page(olivia, reverse("inbox"))
    page.get_by_label("Your answer").fill("For the newer one")
    page.locator(f"#inbox-row-{older.pk} a").click()
    expect(page.locator(f"#card-{older.pk}")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_have_value("")
    page.locator(f"#inbox-row-{newer.pk} a").click()
    expect(page.locator(f"#card-{newer.pk}")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_have_value("For the newer one")
    page.reload()
    expect(page.get_by_label("Your answer")).to_have_value("For the newer one")
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(f"#card-{newer.pk}")).to_contain_text("Answered by olivia")
    assert page.evaluate("Object.keys(sessionStorage).filter((k) => k.startsWith('draft:'))") == []


def test_passwords_are_in_no_draft(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.ask(olivia, "sign_in", input_schema=builders.SIGN_IN)
    page = open_page(olivia, reverse("request", args=[row.pk]))
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill("hunter2")
    assert "hunter2" not in page.evaluate("JSON.stringify(sessionStorage)")
    page.reload()
    expect(page.get_by_label("User name")).to_have_value("ada")
    expect(page.get_by_label("Password")).to_have_value("")


def test_a_second_driver_is_refused_and_sees_who_drives(
    open_page: OpenPage, olivia: Actor, oscar: Actor
) -> None:
    row = builders.ask(olivia, "takeover")
    session = builders.open_browser(row.task.session)
    address = reverse("session", args=[session.pk])
    first, second = open_page(olivia, address), open_page(oscar, address)
    second.evaluate("document.getElementById('session-control').removeAttribute('data-live')")
    live(first).get_by_role("button", name="Take control").click()
    expect(first.get_by_text("You are driving.", exact=True)).to_be_visible()
    # Oscar's page does not know yet.
    with second.expect_response(lambda answer: "/control/take/" in answer.url) as answered:
        second.get_by_role("button", name="Take control").click()
    assert answered.value.status == 409
    expect(second.locator("#notices")).to_contain_text("olivia is driving")
    second.reload()
    expect(live(second).locator("#session-control")).to_contain_text("olivia is driving")
    first.get_by_role("button", name="Hand back").click()
    expect(second.locator("#session-control")).not_to_contain_text("olivia")
    expect(second.get_by_role("button", name="Take control")).to_be_visible()


def test_an_admin_relieves_a_driver_who_is_told(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.ask(olivia, "takeover")
    session = builders.open_browser(row.task.session)
    ann = make_actor(olivia.project, "ann", Role.ADMIN)
    address = reverse("session", args=[session.pk])
    first, second = open_page(olivia, address), open_page(ann, address)
    live(first).get_by_role("button", name="Take control").click()
    live(second).get_by_role("button", name="Take over from olivia").click()
    expect(second.get_by_text("You are driving.", exact=True)).to_be_visible()
    expect(first.locator("#session-control")).to_contain_text("ann is driving")
    expect(first.locator("#alert")).to_have_text("You are no longer driving.")


# Keeps the page's sockets where the test can cut them.
KEEP_SOCKETS = """(() => {
  const Real = WebSocket;
  window.sockets = [];
  window.WebSocket = class extends Real {
    constructor(...given) {
      super(...given);
      if (this.url.endsWith('/ws/console/')) window.sockets.push(this);
    }
  };
})()"""


def test_a_killed_socket_loses_nothing(open_page: OpenPage, olivia: Actor, oscar: Actor) -> None:
    task = builders.running(olivia)
    builders.steps(task, 2)
    page = open_page(None)
    page.add_init_script(KEEP_SOCKETS)
    page.context.add_cookies(open_page(olivia).context.cookies())
    page.goto(reverse("session", args=[task.session_id]))
    live(page)
    expect(page.locator("#step-2")).to_be_visible()
    page.evaluate("window.sockets.at(-1).close()")
    builders.steps(task, 3, first=3)
    messages.send(task, "While the line was cut", by=oscar)
    asked = builders.ask_in(task)
    live(page)
    expect(page.locator("#step-5")).to_be_attached()
    expect(page.locator(f"#card-{asked.pk}")).to_be_visible()
    expect(page.locator("#timeline")).to_contain_text("While the line was cut")
    lines = page.evaluate("[...document.querySelectorAll('.line')].map((one) => one.id)")
    assert len(lines) == len(set(lines))
    page.reload()
    assert page.evaluate("[...document.querySelectorAll('.line')].map((one) => one.id)") == lines


def test_the_deadline_switches_the_buttons_off(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.ask(olivia)
    soon = timezone.now() + timedelta(seconds=4)
    InputRequest.objects.filter(pk=row.pk).update(expires_at=soon)
    page = open_page(olivia, reverse("request", args=[row.pk]))
    button = page.get_by_role("button", name="Answer")
    expect(button).to_be_enabled()
    expect(page.locator(".request-card button:enabled")).to_have_count(0)
    expect(page.locator(".request-card")).to_contain_text("expired")
    for address in (reverse("inbox"), reverse("session", args=[row.task.session_id])):
        page.goto(address)
        expect(page.locator(".request-card button:enabled", has_text="Answer")).to_have_count(0)


def test_new_sessions_and_states_show_without_moving_the_list(
    open_page: OpenPage, olivia: Actor
) -> None:
    first = make_session(olivia, title="First one")
    page = live(open_page(olivia, reverse("sessions")))
    make_session(olivia, title="Second one")
    expect(page.locator("[data-show-new]")).to_have_text("1 new: show .")
    expect(page.get_by_text("Second one")).to_have_count(0)
    tasks.cancel(first.tasks.get(), by=olivia)
    expect(page.locator(f"#row-{first.pk}")).to_contain_text("cancelled")
    page.keyboard.press(".")
    expect(page.get_by_text("Second one")).to_be_visible()
