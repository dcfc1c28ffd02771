"""What an agent asks of the one who drives its browser: read and settled beside the picture."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from dashboard.models import AgentSession
from dashboard.services.actors import Actor
from tests.console import builders
from tests.console.conftest import OpenPage, until
from tests.console.picture import IN_PICTURE, PHONE, View, take, watch
from tests.console.test_accessibility import overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def primary(page: Page, name: str):
    """The one button of the request's card that stands out."""
    button = page.locator(".request-card [data-kind=primary]")
    expect(button).to_have_count(1)
    expect(button).to_contain_text(name)
    return button


def test_a_takeover_is_taken_first_and_done_afterwards(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    page, view = watch(open_page, olivia, session)
    taken = primary(page, "Take over").element_handle()
    taken.click()
    view.lead()
    expect(page.locator("live-view")).to_have_attribute("driving", "")
    expect(page.locator(".request-card")).to_contain_text("Hand back below the picture")
    expect(page.locator(".request-card [data-kind=primary]")).to_have_count(0)
    # No other button takes its place: a second press must not skip what was asked.
    skip = page.get_by_role("button", name="Skip")
    assert not skip.evaluate("(skip, taken) => skip === taken", taken)
    page.keyboard.press("Control+Alt+x")
    page.get_by_role("button", name="Hand back").click()
    expect(page.locator("#session-requests .request-card:not([data-settled])")).to_have_count(0)
    assert session.tasks.get().input_requests.get().response == {"done": True, "note": ""}


def test_the_inbox_leads_from_a_takeover_into_the_picture(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    page = open_page(olivia)
    View(page).lead()
    asked = session.tasks.get().input_requests.get()
    page.goto(reverse("request", args=[asked.pk]))
    primary(page, "Take over").click()
    page.wait_for_url(f"**{reverse('session', args=[session.pk])}**")
    until(page, IN_PICTURE)
    page.goto(reverse("request", args=[asked.pk]))
    primary(page, "Go on in the browser")


@pytest.mark.parametrize("size", [(1280, 800), (1280, 600), (390, 844)])
def test_what_is_asked_is_read_and_settled_beside_the_picture(
    open_page: OpenPage, olivia: Actor, size: tuple[int, int]
) -> None:
    prompt = "I do not understand this part: “choose the seat”. " + "Take over, or reword it. " * 14
    asked = builders.ask(olivia, "takeover", prompt, context={"part": "choose the seat"})
    page, view = watch(open_page, olivia, builders.open_browser(asked.task.session), size=size)
    take(page, view)
    expect(page.locator(".request-card [data-kind=primary]")).to_have_count(0)
    box = page.locator("#session-requests")
    expect(page.locator(".request-card .prompt")).to_be_in_viewport()
    expect(box).to_have_attribute("data-more", "")  # and it shows, as a shade over the edge
    box.evaluate("(box) => box.scrollTo(0, box.scrollHeight)")
    expect(box).not_to_have_attribute("data-more", "")
    if size[0] < 1000:  # the card stands below the picture
        page.get_by_role("button", name="Skip").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Skip")).to_be_in_viewport(ratio=1)
    words = page.locator(".request-card summary", has_text="Other words")
    expect(words).to_be_in_viewport(ratio=1)
    words.click()
    expect(box).to_have_attribute("data-more", "")
    page.get_by_label("In other words").fill("Click seat 12")
    expect(page.get_by_label("In other words")).to_be_in_viewport(ratio=1)
    page.evaluate("scrollTo(0, 0)")  # no button half under the bar
    assert not overflow(page)
    assert not violations(page)
    page.get_by_label("In other words").press("Enter")
    expect(page.locator(".request-card:not([data-settled])")).to_have_count(0)
    asked.refresh_from_db()
    assert asked.response == {"value": "Click seat 12"}


def test_a_short_takeover_fits_beside_the_picture(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    page, view = watch(open_page, olivia, session)
    take(page, view)
    expect(page.get_by_role("button", name="Skip")).to_be_in_viewport(ratio=1)
    expect(page.locator("#session-requests")).not_to_have_attribute("data-more", "")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_a_tall_card_leaves_the_timeline_in_reach_of_who_drives(
    open_page: OpenPage, olivia: Actor, options: dict
) -> None:
    prompt = "I need your details to register.\n" + "Every guest needs a name of their own. " * 20
    asked = builders.ask(olivia, "form", prompt, input_schema=builders.FORM)
    session = builders.open_browser(asked.task.session)
    page, view = watch(open_page, olivia, session, **options)
    take(page, view)
    cards = page.get_by_role("group", name="What the agent asks")
    expect(cards).to_have_css("overflow-y", "auto")
    assert cards.bounding_box()["height"] < page.viewport_size["height"] / 2
    if not options:
        page.evaluate("scrollTo(0, 0)")
        expect(page.locator("#timeline-box")).to_be_in_viewport(ratio=0.95)
        # Another width moved its lines; its end is followed all the same.
        expect(page.locator("#timeline").get_by_text("olivia took control")).to_be_in_viewport()
    cards.focus()
    page.keyboard.press("End")
    until(page, "document.querySelector('#session-requests').scrollTop > 0")
    expect(cards.get_by_role("button", name="Skip")).to_be_in_viewport(ratio=1)
    # What gets the focus by keys comes into view.
    page.evaluate("document.querySelector('#session-requests').scrollTop = 0")
    cards.get_by_role("link", name="step 2").focus()
    page.keyboard.press("Tab")
    expect(cards.get_by_label("Full name")).to_be_focused()
    expect(cards.get_by_label("Full name")).to_be_in_viewport(ratio=1)
    page.evaluate("scrollTo(0, 0)")  # no button half under the bar
    assert not overflow(page) and not violations(page)


def test_beside_a_tall_card_the_timeline_fills_the_room_below_the_picture(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    page, _ = watch(open_page, olivia, session)
    browser, card = page.locator(".browser"), page.locator(".request-card")
    timeline = page.locator("#timeline-box")
    left = browser.bounding_box()
    below = timeline.bounding_box()
    assert below["x"] == left["x"] and below["y"] > left["y"] + left["height"]
    assert card.bounding_box()["y"] == left["y"]
    page.get_by_role("button", name="Skip").click()
    expect(card).to_have_attribute("data-settled", "")
    until(page, f"document.querySelector('#timeline-box').getBoundingClientRect().x > {left['x']}")


def test_a_short_card_has_the_timeline_below_it(open_page: OpenPage, olivia: Actor) -> None:
    session = builders.open_browser(builders.ask(olivia, "question").task.session)
    page, _ = watch(open_page, olivia, session)
    card = page.locator(".request-card").bounding_box()
    timeline = page.locator("#timeline-box").bounding_box()
    assert timeline["x"] == card["x"] and timeline["y"] > card["y"] + card["height"]
