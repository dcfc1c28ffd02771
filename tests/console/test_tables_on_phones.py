"""Tables on phones: each row is a card that names its values; nothing scrolls sideways."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from dashboard.models import Role
from dashboard.services import keys, requests, tasks, workers
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_project
from tests.console import builders
from tests.console.conftest import OpenPage
from tests.console.test_accessibility import overflow, violations
from tests.console.test_deliveries_page import FAILED, sent
from tests.console.test_usage_pages import spend

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
WORD = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft"

# Regions that scroll sideways and tables that something cuts off; cells of tables with many columns
# that do not name their value.
SIDEWAYS = """() => [...document.querySelectorAll('main .table-scroll, main table')]
  .filter((one) => one.checkVisibility())
  .filter((one) => one.scrollWidth > one.clientWidth + 1
                   || one.getBoundingClientRect().right > innerWidth)
  .map((one) => one.outerHTML.slice(0, 120))"""
OPEN_ALL = "document.querySelectorAll('details.more').forEach((one) => (one.open = true))"
NAMELESS = """() => [...document.querySelectorAll('main table')]
  .filter((table) => table.checkVisibility() && table.querySelectorAll('thead th').length > 3)
  .flatMap((table) => {
    const names = [...table.querySelectorAll('thead th')].map((one) => one.textContent.trim());
    return [...table.querySelectorAll('tbody tr')].flatMap((row) =>
      [...row.cells].map((cell, at) => [cell, names[at]])
        .filter(([cell]) => cell.tagName === 'TD' && cell.checkVisibility() && cell.colSpan === 1)
        .filter(([cell, name]) =>
          getComputedStyle(cell, '::before').content !== JSON.stringify(name))
        .map(([cell, name]) => `${name}: ${cell.outerHTML.slice(0, 120)}`));
  })"""


@pytest.fixture
def ada(transactional_db: None, open_page: OpenPage) -> Actor:
    return make_actor(make_project(), "ada", Role.ADMIN)


def listed(actor: Actor):
    """A task whose result is a table with more columns than a phone has room for."""
    task = builders.running(actor, instructions="List the printers")
    rows = [
        {"product name": f"LaserJet {at}", "price_gbp": 399.99 + at, "on stock": at % 2 == 0,
         "address": f"https://shop.example/products/printers/laser/{at}?ref=catalogue",
         "delivery": "3-5 working days", "notes": WORD, "colour": None}
        for at in range(3)
    ]  # fmt: skip
    return tasks.finish(task.pk, task.fence, terminal_reason="done", output=rows)


def screens(actor: Actor) -> dict[str, str]:
    """Name -> address of the screens with tables on them."""
    workers.beat("desk:1", host="a-host-with-a-name", pid=7, running=1, browsers=1, capacity=16)
    spend(actor, "1.50", model=f"openai:{WORD}")
    keys.create(actor.project, name="nightly prices", by=actor.user)
    asked = builders.approval(actor)
    edited = builders.approval(actor, "Submit the second order", level="low")
    edits = {"quantity": 1, "note": WORD, "gift": True}
    requests.decide(edited, by=actor, response={"action": "approve_with_edits", "edits": edits})
    return {
        "usage": reverse("usage"),
        "audit": reverse("settings-audit"),
        "delivery": reverse("delivery", args=[sent(actor, FAILED, FAILED).pk]),
        "status": reverse("status"),
        "result": reverse("session", args=[listed(actor).session_id]) + "?pane=details",
        "approval": reverse("request", args=[asked.pk]),
        "approval, edited": reverse("request", args=[edited.pk]),
    }


def test_rows_are_cards_with_labelled_values(open_page: OpenPage, ada: Actor) -> None:
    page = open_page(ada, reduced_motion="reduce")
    wrong = []
    for name, address in screens(ada).items():
        page.goto(address)
        page.evaluate(OPEN_ALL)
        for width in (390, 320):
            page.set_viewport_size(PHONE | {"width": width})
            found = page.evaluate(SIDEWAYS) + page.evaluate(NAMELESS)
            wrong += [f"{name}, {width} px: {one}" for one in [*found, overflow(page)] if one]
        wrong += [f"{name}: {one}" for one in violations(page)]
    assert not wrong, "\n".join(wrong)


def test_a_desk_has_room_for_a_table(open_page: OpenPage, ada: Actor) -> None:
    spend(ada, "1.50")
    page = open_page(ada, reverse("usage"))
    page.set_viewport_size(DESK)
    table = page.get_by_role("region", name="By model").get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_count(6)
    expect(table.get_by_role("columnheader", name="Tokens in")).to_be_visible()
    cell = table.get_by_role("cell", name="$1.50")
    assert label_of(cell) == "none"
    page.set_viewport_size(PHONE)
    assert label_of(cell) == '"Spent"'
    # To those who hear the page it is a table still.
    expect(table.get_by_role("row")).to_have_count(2)


def label_of(cell) -> str:
    return cell.evaluate("cell => getComputedStyle(cell, '::before').content")


def test_a_long_result_says_what_it_leaves_out(open_page: OpenPage, ada: Actor) -> None:
    task = builders.running(ada)
    rows = [{f"column {name}": at for name in range(14)} for at in range(230)]
    tasks.finish(task.pk, task.fence, terminal_reason="done", output=rows)
    page: Page = open_page(ada, reverse("session", args=[task.session_id]) + "?pane=details")
    words = page.get_by_text("200 of 230 rows and 12 of 14 columns; the JSON below has all.")
    expect(words).to_be_visible()


def test_on_a_phone_the_page_scrolls_not_a_box_in_it(open_page: OpenPage, ada: Actor) -> None:
    page = open_page(ada)
    page.set_viewport_size(PHONE)
    page.goto(reverse("session", args=[listed(ada).session_id]) + "?pane=details")
    details = page.locator("#session-details")
    expect(details.get_by_role("heading", name="Task", exact=True)).to_be_attached()
    assert details.evaluate("one => one.scrollHeight <= one.clientHeight + 1")
    # What comes next is written there, too: after the last of it, beside the bar.
    page.get_by_label("What next, in a new browser?").focus()
    expect(page.get_by_label("What next, in a new browser?")).to_be_in_viewport(ratio=1)


def test_few_columns_stay_a_table_with_whole_words(open_page: OpenPage, ada: Actor) -> None:
    task = builders.running(ada)
    row = {"title": "A town library that lends telescopes", "points": 475, "comments": 10}
    tasks.finish(task.pk, task.fence, terminal_reason="done", output=[row] * 3)
    page = open_page(ada)
    for size in (PHONE, DESK):
        page.set_viewport_size(size)
        page.goto(reverse("session", args=[task.session_id]) + "?pane=details")
        table = page.get_by_role("region", name="Rows of the result").get_by_role("table")
        assert table.locator("td").evaluate_all("cells => cells.length") == 9
        head = table.locator("th")
        assert head.evaluate_all("cells => cells[0].getBoundingClientRect().height") < 44
        assert not page.evaluate(SIDEWAYS)
