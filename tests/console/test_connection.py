"""What a page says and does when it cannot hear the server, or may not listen any more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from dashboard.models import User
from dashboard.services.actors import Actor
from tests.conftest import make_session, signed_in
from tests.console import builders
from tests.console.conftest import OpenPage
from tests.console.line import Line

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def line(web: str) -> Iterator[Line]:
    made = Line(web)
    yield made
    made.cut()


@pytest.fixture
def inbox(window: Browser, line: Line, olivia: Actor) -> Iterator[Page]:
    """olivia's inbox, over a line that can be cut; its clock is the test's."""
    User.objects.filter(pk=olivia.user.pk).update(time_zone="Asia/Kolkata")  # type: ignore[union-attr]
    cookie = signed_in(olivia).cookies["sessionid"].value
    context = window.new_context(base_url=line.origin, viewport={"width": 1280, "height": 800})
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": line.origin}])
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.clock.install()
    page.goto(reverse("inbox"))
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    yield page
    context.close()


def test_a_lost_line_is_told_after_twenty_seconds(inbox: Page, line: Line) -> None:
    outage = inbox.locator("#outage")
    before = inbox.get_by_role("heading", level=1).bounding_box()
    line.cut()
    expect(inbox.locator("#connection")).to_have_text("Reconnecting")
    inbox.clock.run_for(15_000)
    expect(outage).to_be_hidden()
    inbox.clock.run_for(6_000)
    expect(outage).to_contain_text("Connection lost since")
    expect(outage).to_contain_text("may be out of date")
    told = re.search(r"since (\d\d:\d\d)\.", outage.inner_text())
    now = datetime.fromtimestamp(inbox.evaluate("Date.now()") / 1000, ZoneInfo("Asia/Kolkata"))
    around = {f"{now - timedelta(minutes=back):%H:%M}" for back in range(5)}
    assert told is not None and told[1] in around  # in the person's zone, not the browser's
    expect(inbox.locator("#say")).to_contain_text("Connection lost")
    # Nothing moved under the reader, and the refreshes that failed meanwhile are no news.
    assert inbox.get_by_role("heading", level=1).bounding_box() == before
    expect(inbox.locator(".notice")).to_have_count(0)
    line.mend()
    outage.get_by_role("button", name="Try now").click()
    expect(inbox.locator("#connection")).to_have_text("Up to date")
    expect(outage).to_be_hidden()


def test_a_short_break_is_no_outage(inbox: Page, line: Line, olivia: Actor) -> None:
    line.cut()
    expect(inbox.locator("#connection")).to_have_text("Reconnecting")
    line.mend()
    inbox.clock.run_for(5_000)
    expect(inbox.locator("#connection")).to_have_text("Up to date")
    inbox.clock.run_for(30_000)
    expect(inbox.locator("#outage")).to_be_hidden()


def test_what_a_person_sends_over_a_lost_line_is_told_as_not_sent(
    inbox: Page, line: Line, olivia: Actor
) -> None:
    row = builders.ask(olivia)
    inbox.goto(reverse("request", args=[row.pk]))
    inbox.get_by_label("Your answer").fill("Large")
    line.cut()
    inbox.get_by_role("button", name="Answer").click()
    expect(inbox.locator(".notice")).to_contain_text("was not sent")
    expect(inbox.get_by_label("Your answer")).to_have_value("Large")
    line.mend()
    inbox.get_by_role("button", name="Answer").click()
    expect(inbox.locator(".request-card")).to_contain_text("Answered by olivia")


# Counts the console sockets that the page opens.
COUNT = """(() => {
  const Real = WebSocket;
  window.opened = 0;
  window.WebSocket = class extends Real {
    constructor(...given) {
      super(...given);
      if (this.url.endsWith('/ws/console/')) window.opened += 1;
    }
  };
})()"""


def test_signed_out_with_words_unsent_offers_the_door_and_keeps_them(
    open_page: OpenPage, olivia: Actor
) -> None:
    row = builders.ask(olivia)
    page = open_page(olivia)
    page.clock.install()
    page.add_init_script(COUNT)
    page.goto(reverse("request", args=[row.pk]))
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    page.get_by_label("Your answer").fill("Half a sentence")
    # The same browser signs out in another tab.
    other = page.context.new_page()
    other.goto(reverse("account"))
    other.get_by_role("button", name="Sign out").click()
    outage = page.locator("#outage")
    expect(outage).to_contain_text("You are signed out.")
    expect(page.locator("#connection")).to_have_text("Signed out")
    expect(page.get_by_label("Your answer")).to_have_value("Half a sentence")
    # It asks no more: neither by the socket, nor for its regions.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(5):
        page.clock.run_for(16_000)
    assert page.evaluate("window.opened") == 1
    assert asked == []
    outage.get_by_role("link", name="Sign in").click()
    page.wait_for_url("**/sign-in/?next=**")
    assert row.pk in page.url


def test_signed_out_with_nothing_typed_leads_to_the_door(
    open_page: OpenPage, olivia: Actor
) -> None:
    page = open_page(olivia, reverse("inbox"))
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    Session.objects.all().delete()
    make_session(olivia)
    builders.ask(olivia)
    page.wait_for_url("**/sign-in/?next=**")


def test_one_page_too_many_says_so_and_does_not_knock_again_at_once(
    open_page: OpenPage, olivia: Actor
) -> None:
    page = open_page(olivia)
    page.add_init_script(COUNT)
    page.goto(reverse("status"))
    expect(page.locator("#connection")).to_have_attribute("data-state", "live")
    # With this page's own line these are twenty.
    page.evaluate("""() => Promise.all(Array.from({ length: 19 }, () => new Promise((done) => {
      const socket = new WebSocket(`ws://${location.host}/ws/console/`);
      socket.addEventListener('message', done);
      socket.addEventListener('open', () => socket.send('{"subscribe": []}'));
    })))""")
    crowded = page.context.new_page()
    crowded.clock.install()
    crowded.add_init_script(COUNT)
    crowded.goto(reverse("inbox"))
    expect(crowded.locator("#connection")).to_have_text("Looks every 15 s")
    expect(crowded.locator("#outage")).to_contain_text("Too many of your pages are open")
    for _ in range(5):
        crowded.clock.run_for(8_000)
    assert crowded.evaluate("window.opened") <= 2  # once a minute
    page.close()
    crowded.locator("#outage").get_by_role("button", name="Try now").click()
    expect(crowded.locator("#connection")).to_have_text("Up to date")
