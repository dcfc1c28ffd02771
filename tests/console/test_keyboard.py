"""Without a mouse: decide, move, take control and give it back, leave the picture."""

from __future__ import annotations

from contextlib import suppress

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from dashboard.services import requests
from dashboard.services.actors import Actor
from tests.conftest import make_session
from tests.console import builders
from tests.console.conftest import OpenPage, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def focused(page: Page) -> str:
    """Id of the element with the focus; of a custom element, the focused part's tag."""
    return page.evaluate(
        "(document.activeElement.shadowRoot?.activeElement?.tagName ?? document.activeElement.id)"
    )


def press_until(page: Page, key: str, words: str) -> None:
    """Press a key until the card says so: one that meets a swap is lost, and pressed again."""
    card = page.locator(".request-card")
    for _ in range(20):
        page.keyboard.press(key)
        with suppress(AssertionError):
            expect(card).to_contain_text(words, timeout=2_000)
            return
    expect(card).to_contain_text(words)


def test_a_request_is_found_and_decided_by_keys(open_page: OpenPage, olivia: Actor) -> None:
    older = builders.ask(olivia, prompt="Older?")
    builders.ask(olivia, prompt="Newer?")
    page = open_page(olivia, reverse("sessions"))
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/inbox/")
    page.keyboard.press("j")
    expect(page.locator(f"#card-{older.pk}")).to_be_visible()
    expect(page.locator(f"#inbox-row-{older.pk} a")).to_have_attribute("aria-current", "true")
    page.keyboard.press("m")
    expect(page.get_by_text("You look after it.")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.type("The large one")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#card-{older.pk}")).to_contain_text("Answered by olivia")
    older.refresh_from_db()
    assert older.response == "The large one"
    # The keys go on working from where the form was.
    press_until(page, "k", "Newer?")
    page.keyboard.press("t")
    page.wait_for_url("**/sessions/**")


def test_a_choice_is_made_by_keys(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.ask(olivia, "choice", "Which slot?", choices=builders.CHOICES)
    page = open_page(olivia, reverse("request", args=[row.pk]))
    page.keyboard.press("a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".request-card")).to_contain_text("Tomorrow, 12 to 18")


def test_control_is_taken_left_and_returned(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.ask(olivia, "takeover")
    session = builders.open_browser(row.task.session)
    page = open_page(olivia, reverse("session", args=[session.pk]))
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    page.keyboard.press("c")
    expect(page.get_by_text("You are driving.", exact=True)).to_be_visible()
    expect(page.locator("live-view")).to_have_attribute("driving", "")
    until(page, "document.activeElement.tagName === 'LIVE-VIEW'")
    assert focused(page) == "TEXTAREA"
    # In the picture, letters and Tab are the browser's; one chord always leads out.
    for key in ("c", "g", "s", "?", "Tab"):
        page.keyboard.press(key)
    assert focused(page) == "TEXTAREA" and page.locator("dialog[open]").count() == 0
    page.keyboard.press("Control+Alt+x")
    assert focused(page) == "hand-back"
    page.keyboard.press("Tab")
    assert focused(page) == "note"
    page.keyboard.type("Seat 4A")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline")).to_contain_text("olivia handed the browser back")
    expect(page.locator("#timeline")).to_contain_text("Seat 4A")
    until(page, "document.activeElement.id === 'take-control'")
    expect(page.locator("#alert")).to_have_text("")


def test_single_letters_can_be_switched_off(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.ask(olivia, "takeover")
    builders.open_browser(row.task.session)
    assert olivia.user is not None
    olivia.user.single_key_shortcuts = False
    olivia.user.save()
    page = open_page(olivia, reverse("session", args=[row.task.session_id]))
    page.keyboard.press("c")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 0
    expect(page.get_by_role("button", name="Take control")).to_be_visible()
    # A hint stands only where its key works.
    expect(page.locator("#take-control kbd")).to_be_hidden()
    expect(page.locator(".request-card .decisions kbd")).to_be_hidden()
    expect(page.locator(".request-card .in-words kbd")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_a_phone_shows_no_hints_of_keys(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.approval(olivia)
    page = open_page(olivia, reverse("request", args=[row.pk]), size=(390, 844))
    expect(page.get_by_role("button", name="Approve").first).to_be_visible()
    assert page.locator("kbd:visible, [data-open=help]:visible").count() == 0


def test_letters_are_letters_where_one_types(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.ask(olivia)
    builders.open_browser(row.task.session)
    page = open_page(olivia, reverse("session", args=[row.task.session_id]))
    page.get_by_label("Your answer").click()
    page.keyboard.type("c?gs123.")
    expect(page.get_by_label("Your answer")).to_have_value("c?gs123.")
    expect(page.get_by_role("button", name="Take control")).to_be_visible()


def test_a_key_never_acts_on_what_is_out_of_view(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.ask(olivia, "takeover", prompt="A long story. " * 400)
    session = builders.open_browser(row.task.session)
    page = open_page(olivia, reverse("session", args=[session.pk]), size=(390, 600))
    assert not page.evaluate("scrollY")
    page.keyboard.press("c")
    until(page, "scrollY > 0")
    expect(page.get_by_role("button", name="Take control")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_text("You are driving.", exact=True)).to_be_visible()


def test_the_palette_leads_anywhere(open_page: OpenPage, olivia: Actor) -> None:
    session = make_session(olivia, title="Compare heat pumps")
    page = open_page(olivia, reverse("inbox"))
    page.keyboard.press("Control+k")
    page.keyboard.type("heat")
    top = page.locator("#palette").bounding_box()["y"]
    expect(page.locator("#palette [role=option]")).to_have_count(1)
    # It stays where it is, near the top, however many lines it has.
    assert page.locator("#palette").bounding_box()["y"] == top < 120
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/sessions/{session.pk}/")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzz")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_steps_are_walked_and_played_by_keys(open_page: OpenPage, olivia: Actor) -> None:
    task = builders.finished(olivia, count=4)
    page = open_page(olivia, reverse("session", args=[task.session_id]))
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#step-3")).to_have_attribute("data-selected", "")
    expect(page.locator("#scrubber")).to_have_attribute("aria-valuetext", "step 3, 0:00")
    expect(page.locator("#step-picture")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#step-4")).to_have_attribute("data-selected", "")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Hold")).to_be_visible()
    expect(page.get_by_role("button", name="Play the steps")).to_be_visible()
    expect(page.locator("#step-4")).to_have_attribute("data-selected", "")
    for key, pane in (("2", "chat"), ("3", "details"), ("1", "timeline")):
        page.keyboard.press(key)
        expect(page.locator(f"#pane-{pane}")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Jump to the end and follow")


def test_the_help_names_keys_that_exist(open_page: OpenPage, olivia: Actor) -> None:
    requests.decide(builders.ask(olivia), by=olivia, response="x")
    page = open_page(olivia, reverse("inbox"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("I take it, or give it back")
    page.keyboard.press("Escape")
    page.goto(reverse("status"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).not_to_contain_text("Take control")
