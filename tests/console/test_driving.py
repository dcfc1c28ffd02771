"""Whoever drives a browser: a big picture, and every control in reach."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from dashboard.models import AgentSession, Role
from dashboard.services import control
from dashboard.services.actors import Actor
from tests.conftest import make_actor
from tests.console import builders
from tests.console.conftest import OpenPage, until
from tests.console.picture import AT_THE_MOUSE, IN_PICTURE, PHONE, PICTURE, View, take, watch
from tests.console.test_accessibility import overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_who_takes_control_has_a_big_picture_and_goes_on_in_it(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    page, view = watch(open_page, olivia, session)
    take(page, view)
    until(page, IN_PICTURE)
    picture, bar = page.locator("live-view"), page.locator("#session-control")
    assert picture.bounding_box()["width"] > 800
    # Nothing lies over the picture, and what was asked for is still beside it.
    until(
        page,
        f"""{PICTURE}.getBoundingClientRect().bottom <=
                    document.querySelector('#session-control').getBoundingClientRect().top""",
    )
    expect(page.locator(".request-card")).to_be_in_viewport()
    expect(bar.get_by_role("button", name="Hand back")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Send to page")).to_be_in_viewport(ratio=1)
    assert not overflow(page)
    page.get_by_role("link", name="Inbox").focus()
    expect(page.get_by_role("link", name="Inbox")).to_be_in_viewport()
    page.keyboard.press("Control+Alt+x")
    page.get_by_role("button", name="Hand back").click()
    expect(page.get_by_role("button", name="Take control")).to_be_visible()
    assert picture.bounding_box()["width"] < 800


@pytest.mark.parametrize("height", [844, 568])
def test_hand_back_is_always_in_view(
    open_page: OpenPage, olivia: Actor, session: AgentSession, height: int
) -> None:
    page, view = watch(open_page, olivia, session, **PHONE | {"size": (390, height)})
    take(page, view)
    for share in (0, 0.3, 0.6, 1):
        page.evaluate(f"scrollTo(0, (document.body.scrollHeight - innerHeight) * {share})")
        expect(page.get_by_role("button", name="Hand back")).to_be_in_viewport(ratio=1)
    assert not violations(page)
    page.set_viewport_size({"width": 320, "height": height})
    assert not overflow(page)


def test_taking_over_from_the_inbox_leads_into_the_picture(
    open_page: OpenPage, olivia: Actor
) -> None:
    admin = make_actor(olivia.project, "ada", Role.ADMIN)
    asked = builders.approval(admin)
    session = builders.open_browser(asked.task.session)
    page = open_page(admin)
    view = View(page)
    view._control = AT_THE_MOUSE
    page.goto(reverse("request", args=[asked.pk]))
    page.get_by_role("button", name="Take over").click()
    page.wait_for_url(f"**{reverse('session', args=[session.pk])}**")
    until(page, IN_PICTURE)
    expect(page.locator("live-view")).to_be_in_viewport()
    page.reload()
    expect(page.locator("live-view")).to_have_attribute("driving", "")


def test_a_script_that_comes_late_misses_nothing_of_the_picture(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    control.take(session, by=olivia)
    page = open_page(olivia)
    view, held = View(page), []
    view._control = AT_THE_MOUSE
    page.route("**/js/browser.js", lambda route: held.append(route))
    page.goto(reverse("session", args=[session.pk]) + "#live-view", wait_until="commit")
    parts = "performance.getEntriesByType('resource').filter((one) => /live-view/.test(one.name))"
    until(page, f"{parts}.filter((one) => one.name.endsWith('.js')).length === 3")
    held[0].continue_()
    until(page, IN_PICTURE)
    expect(page.get_by_role("button", name="Checkout of the shop", exact=True)).to_be_visible()


def test_others_see_who_drives_without_a_reload(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    page, view = watch(open_page, olivia, session)
    other, _ = watch(open_page, make_actor(olivia.project, "oscar"), session)
    take(page, view)
    expect(other.locator("#session-control")).to_contain_text("olivia is driving")
    assert other.locator("live-view").bounding_box()["width"] < 800
    expect(other.get_by_role("button", name="Hand back")).to_have_count(0)
    page.keyboard.press("Control+Alt+x")
    page.get_by_role("button", name="Hand back").click()
    expect(other.get_by_role("button", name="Take control")).to_be_visible()


def test_handing_back_after_a_lost_connection_lets_the_task_go_on(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    page, view = watch(open_page, olivia, session)
    take(page, view)
    AgentSession.objects.update(driver_lease_until=timezone.now() - timedelta(seconds=1))
    assert control.expire_due() == 1
    expect(page.locator("#session-requests")).to_contain_text("How should it go on?")
    take(page, view)
    page.keyboard.press("Control+Alt+x")
    page.get_by_role("button", name="Hand back").click()
    expect(page.locator("#session-requests .request-card:not([data-settled])")).to_have_count(0)
    expect(page.locator("#session-head .status")).to_have_text("queued")
    lost = session.tasks.get().input_requests.get(kind="choice")
    assert lost.response == "continue" and lost.answered_by == "olivia"
    expect(page.locator("#timeline")).to_contain_text("Olivia let the agent go on")


def test_names_of_tabs_have_room(open_page: OpenPage, olivia: Actor, session: AgentSession) -> None:
    page, view = watch(open_page, olivia, session)
    take(page, view)
    tab = page.get_by_role("button", name="Checkout of the shop", exact=True)
    assert tab.evaluate("tab => tab.scrollWidth <= tab.clientWidth")


@pytest.mark.parametrize("url", ["https://a.test/cart?of=me#top", "http://a.test/an%20old%20page"])
def test_a_page_without_a_title_yet_has_its_address_once(
    open_page: OpenPage, olivia: Actor, session: AgentSession, url: str
) -> None:
    page, view = watch(open_page, olivia, session)
    address = url.partition("://")[2]
    view.show(url, unquote(address))
    words = page.locator("#address-words")
    expect(words).to_have_text(address)
    view.show(url, "Your cart")
    expect(words).to_have_text(f"Your cart {address}")
