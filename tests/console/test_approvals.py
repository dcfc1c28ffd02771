"""Approvals in real browsers: keys, two presses, two people, deadlines, no script, WCAG."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from dashboard.models import InputRequest
from dashboard.services import requests
from dashboard.services.actors import Actor
from tests.conftest import make_actor
from tests.console import builders
from tests.console.conftest import OpenPage
from tests.console.test_accessibility import overflow, violations
from tests.console.test_two_people import deafen, live

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def at_card(open_page: OpenPage, actor: Actor, row: InputRequest, **options) -> Page:
    return open_page(actor, reverse("request", args=[row.pk]), **options)


def test_low_risk_is_approved_by_its_key(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.approval(olivia, "Send the form", level="low")
    page = at_card(open_page, olivia, row)
    page.keyboard.press("a")
    expect(page.locator(".request-card")).to_contain_text("Approved by olivia")
    row.refresh_from_db()
    assert row.response["approved"] is True


def test_high_risk_is_never_approved_by_one_key(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.approval(olivia)
    page = at_card(open_page, olivia, row)
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    page.keyboard.press("a")
    page.keyboard.press("Enter")  # the focus is on Cancel
    expect(dialog).to_be_hidden()
    page.locator("[data-edit]").first.focus()
    page.keyboard.press("Enter")  # of a field, it sends nothing
    row.refresh_from_db()
    assert row.status == "pending"
    page.get_by_role("heading", name="Inbox").click()
    page.keyboard.press("a")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".request-card")).to_contain_text("Approved by olivia")
    row.refresh_from_db()
    assert row.response["approved"] is True


def test_edits_and_rejections_by_keys(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.approval(olivia)
    page = at_card(open_page, olivia, row)
    page.keyboard.press("e")
    page.keyboard.type("3")
    expect(page.locator("[data-edited]")).to_have_count(1)
    expect(page.get_by_role("button", name="Approve…")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Quantity: 2 → 3")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".request-card")).to_contain_text("Approved with edits by olivia")
    other = builders.approval(olivia, "Send the form")
    page.goto(reverse("request", args=[other.pk]))
    page.keyboard.press("r")
    page.keyboard.type("Not that")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Why not?")).to_be_hidden()
    expect(page.locator(".reject > summary")).to_be_focused()
    page.keyboard.press("r")
    page.keyboard.type(" one")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".request-card")).to_contain_text("Rejected by olivia")
    row.refresh_from_db()
    other.refresh_from_db()
    assert row.response["edits"] == {"quantity": 3}
    assert other.response["reason"] == "Not that one" and not other.response["approved"]


# What a reader of this field could scroll, of all that is around it.
SCROLLS = """(field) => {
  const found = [];
  for (let box = field.parentElement; box && box !== document.body; box = box.parentElement) {
    const scrolls = ['auto', 'scroll'].includes(getComputedStyle(box).overflowY);
    if (scrolls && box.scrollHeight > box.clientHeight + 1) found.push(box.id || box.className);
  }
  return found;
}"""


def test_a_reason_is_written_in_one_box_that_scrolls(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.approval(olivia)
    page = at_card(open_page, olivia, row, size=(1280, 500))
    page.keyboard.press("r")
    reason = page.get_by_label("Why not?")
    expect(reason).to_be_focused()
    assert reason.evaluate(SCROLLS) == ["inbox-detail"]
    expect(reason).to_be_in_viewport(ratio=1)


def test_several_are_picked_and_decided_by_keys(open_page: OpenPage, olivia: Actor) -> None:
    rows = [builders.approval(olivia, f"Send form {n}", level="low") for n in range(2)]
    high = builders.approval(olivia)
    page = open_page(olivia, reverse("inbox"))
    expect(page.locator("[data-pick]")).to_have_count(2)
    for key in "jxjx":  # from the first row, which is of high risk, to the others
        page.keyboard.press(key)
    expect(page.locator("[data-picked]")).to_have_text("2 picked")
    page.get_by_role("button", name="Approve…").first.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Send form 1")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog.locator(".result")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(f"#inbox-row-{rows[0].pk}")).to_contain_text("Approved by olivia")
    high.refresh_from_db()
    assert high.status == "pending"


def test_the_second_person_meets_what_the_first_decided(open_page: OpenPage, olivia: Actor) -> None:
    oscar = make_actor(olivia.project, "oscar")
    row = builders.approval(olivia, "Send the form", level="low")
    first, second = at_card(open_page, olivia, row), at_card(open_page, oscar, row)
    deafen(second)
    first.get_by_role("button", name="Approve", exact=False).first.click()
    expect(first.locator(".request-card")).to_contain_text("Approved by olivia")
    with second.expect_response(lambda answer: "/decide/" in answer.url) as answered:
        second.keyboard.press("a")
    assert answered.value.status == 409
    expect(second.locator(".request-card")).to_contain_text("Already answered by olivia")
    expect(second.locator(".request-card button:enabled:visible")).to_have_count(0)


def test_a_row_decided_elsewhere_says_by_whom(open_page: OpenPage, olivia: Actor) -> None:
    oscar = make_actor(olivia.project, "oscar")
    row = builders.approval(olivia, level="low")
    page = live(open_page(olivia, reverse("inbox")))
    expect(page.locator('#connection[data-subscribed~="inbox"]')).to_have_count(1)
    requests.decide(row, by=oscar, response={"approved": False, "reason": "No"})
    expect(page.locator(f"#inbox-row-{row.pk}")).to_contain_text("Rejected by oscar")
    expect(page.locator(f"#inbox-row-{row.pk} [data-pick]")).to_have_count(0)


def test_the_deadline_closes_the_dialog_and_every_button(
    open_page: OpenPage, olivia: Actor
) -> None:
    row = builders.approval(olivia)
    page = at_card(open_page, olivia, row)
    page.keyboard.press("a")
    expect(page.get_by_role("dialog")).to_be_visible()
    soon = timezone.now() + timedelta(seconds=1)
    InputRequest.objects.filter(pk=row.pk).update(expires_at=soon)
    page.evaluate(
        "at => document.querySelectorAll('[data-until]').forEach((one) => one.dataset.until = at)",
        soon.isoformat(),
    )
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(".request-card")).to_contain_text("expired")
    expect(page.locator(".request-card button:enabled:visible")).to_have_count(0)


def test_without_script_it_is_read_edited_confirmed_and_rejected(
    open_page: OpenPage, olivia: Actor
) -> None:
    row, low = builders.approval(olivia), builders.approval(olivia, "Send it", level="low")
    page = at_card(open_page, olivia, row, java_script_enabled=False)
    page.get_by_label("Quantity, your edit").fill("3")
    page.get_by_role("button", name="Approve with edits").click()
    expect(page.get_by_role("dialog")).to_contain_text("Approve this?")
    page.get_by_role("dialog").get_by_role("button", name="Approve with edits").click()
    page.goto(reverse("request", args=[low.pk]))
    page.locator(".reject > summary").click()
    page.get_by_label("Why not?").fill("No")
    page.get_by_label("stop the task").check()
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("Rejected.", exact=True)).to_be_visible()
    row.refresh_from_db()
    low.refresh_from_db()
    assert row.response["edits"] == {"quantity": 3} and low.response["outcome"] == "stop"


def test_without_script_several_are_decided(open_page: OpenPage, olivia: Actor) -> None:
    rows = [builders.approval(olivia, f"Send form {n}", level="low") for n in range(2)]
    page = open_page(olivia, reverse("inbox"), java_script_enabled=False)
    for box in page.locator("[data-pick]").all():
        box.check()
    page.get_by_role("button", name="Reject…").first.click()
    page.get_by_label("Why not?").fill("Later")
    page.get_by_role("button", name="Reject 2").click()
    expect(page.locator(".result")).to_have_count(2)
    for row in rows:
        row.refresh_from_db()
        assert row.response["reason"] == "Later"


def test_it_is_decided_beside_the_browser(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.approval(olivia, "Send the form", level="medium")
    page = open_page(olivia, reverse("session", args=[row.task.session_id]), size=(390, 844))
    expect(page.locator(".shot-close")).to_be_visible()
    page.get_by_role("button", name="Approve", exact=False).first.click()
    expect(page.locator(".request-card")).to_contain_text("Approved by olivia")


def test_the_browser_is_taken_over_from_the_card(open_page: OpenPage, olivia: Actor) -> None:
    row = builders.approval(olivia)
    builders.open_browser(row.task.session)
    page = at_card(open_page, olivia, row)
    page.keyboard.press("t")
    page.wait_for_url("**/sessions/**")
    expect(page.get_by_text("You are driving.", exact=True)).to_be_visible()
    expect(page.locator(".request-card")).to_contain_text("Submit the order")


@pytest.mark.timeout(300)
def test_approvals_break_no_rule(open_page: OpenPage, olivia: Actor) -> None:
    high = builders.approval(olivia)
    task = builders.running(olivia)
    low = [
        builders.approval(olivia, f"Send {level}", level=level, task=task)
        for level in ("low", "medium")
    ]
    done = builders.approval(olivia, "Send it", level="low")
    edits = {"approved": True, "edits": {"quantity": 3}, "remember": True}
    requests.decide(done, by=olivia, response=edits)
    addresses = [reverse("request", args=[row.pk]) for row in (high, low[0], done)]
    addresses.append(reverse("session", args=[high.task.session_id]))
    addresses.append(reverse("session", args=[done.task.session_id]) + "?pane=details")
    page = open_page(olivia, reduced_motion="reduce")
    broken = []
    for width, scheme, some in ((1280, "dark", addresses), (390, "light", addresses[:2])):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for address in some:
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(address)
            broken += [f"{address}, {scheme}: {line}" for line in violations(page)]
            page.set_viewport_size({"width": 320, "height": 800})
            if too_wide := overflow(page):
                broken.append(f"{address} is wider than 320 px: {too_wide}")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(addresses[0])
    page.keyboard.press("r")
    broken += violations(page)
    page.get_by_role("button", name="Approve…").click()
    broken += violations(page)
    assert not broken, "\n".join(broken)


def test_decisions_on_a_phone_are_large_enough_to_press(open_page: OpenPage, olivia: Actor) -> None:
    for row in (builders.approval(olivia), builders.ask(olivia)):
        page = at_card(open_page, olivia, row, size=(390, 844), has_touch=True)
        for button in page.locator(".decisions > .button:visible, .reject > summary").all():
            box = button.bounding_box()
            assert box is not None and box["height"] >= 44 and box["width"] >= 100, box
