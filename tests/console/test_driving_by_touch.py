"""Whoever drives a browser with fingers, on a small screen."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Locator, Page

from dashboard.models import AgentSession
from dashboard.services.actors import Actor
from tests.console.conftest import OpenPage, until
from tests.console.picture import IN_PICTURE, PHONE, PICTURE, View, take, watch
from tests.console.test_accessibility import overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def spread(page: Page, start: list[tuple[float, float]], end: list[tuple[float, float]]) -> None:
    """Fingers that go down, move and leave, in px of the window."""
    hand = page.context.new_cdp_session(page)

    def put(kind: str, places: list[tuple[float, float]]) -> None:
        points = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(places)]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    put("touchStart", start[:1])
    if len(start) > 1:
        put("touchStart", start)
    for share in (0.25, 0.5, 0.75, 1):
        put("touchMove", [
            (a + (c - a) * share, b + (d - b) * share)
            for (a, b), (c, d) in zip(start, end, strict=True)
        ])  # fmt: skip
    put("touchEnd", [])


def middle(page: Page) -> tuple[float, float]:
    box = page.locator("live-view").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 10


def test_a_small_screen_zooms_into_the_picture(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    page, view = watch(open_page, olivia, session, **PHONE)
    take(page, view)
    width = f"{PICTURE}.getBoundingClientRect().width"
    whole = page.evaluate(width)
    page.get_by_role("button", name="Zoom in").click()
    until(page, f"{width} > {whole} * 1.4")
    page.get_by_role("button", name="Zoom out").click()
    until(page, f"{width} === {whole}")
    x, y = middle(page)
    spread(page, [(x - 30, y), (x + 30, y)], [(x - 90, y), (x + 90, y)])
    until(page, f"{width} > {whole} * 2")
    assert not view.inputs
    # One finger moves the picture, not the page in it; a tap lands where the finger is.
    left = page.evaluate(f"{PICTURE}.getBoundingClientRect().left")
    spread(page, [(x, y)], [(x - 60, y)])
    until(page, f"{PICTURE}.getBoundingClientRect().left < {left} - 30")
    assert not view.inputs
    box = page.evaluate(f"{PICTURE}.getBoundingClientRect().toJSON()")
    page.touchscreen.tap(x, y)
    until(page, IN_PICTURE)
    [tap] = [one for one in view.inputs if one["kind"] == "touch"]
    assert tap["points"][0]["x"] == pytest.approx((x - box["x"]) / box["width"], abs=0.01)
    assert tap["points"][0]["y"] == pytest.approx((y - box["y"]) / box["height"], abs=0.01)
    assert not overflow(page)


def test_fingers_scroll_the_page_in_the_picture(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    page, view = watch(open_page, olivia, session, **PHONE)
    take(page, view)
    x, y = middle(page)
    spread(page, [(x, y)], [(x, y - 80)])
    until_told(page, view, 40)
    view.inputs.clear()
    page.get_by_role("button", name="Zoom in").click()
    x, y = middle(page)
    spread(page, [(x - 30, y), (x + 30, y)], [(x - 30, y - 80), (x + 30, y - 80)])
    until_told(page, view, 40)
    assert {one["kind"] for one in view.inputs} == {"wheel"}


def until_told(page: Page, view: View, dy: float) -> None:
    deadline = time.monotonic() + 30
    while sum(one.get("dy", 0) for one in view.inputs) < dy:
        assert time.monotonic() < deadline, view.inputs
        page.wait_for_timeout(20)


def test_a_button_brings_the_keyboard(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    page, view = watch(open_page, olivia, session, **PHONE)
    take(page, view)
    page.get_by_label("Note to the agent", exact=True).focus()
    assert not page.evaluate(IN_PICTURE)
    page.get_by_role("button", name="Keyboard for the page").click()
    until(page, IN_PICTURE)


def in_reach(button: Locator) -> bool:
    """Whether a finger at the button's lower edge hits it, and nothing that lies over it."""
    return button.evaluate(
        """(button) => {
          const box = button.getBoundingClientRect();
          return button.contains(document.elementFromPoint(box.x + box.width / 2, box.bottom - 2));
        }"""
    )


def test_the_bar_below_covers_no_button(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    page, view = watch(open_page, olivia, session, **PHONE)
    assert in_reach(page.get_by_role("button", name="Skip"))
    take(page, view)
    assert in_reach(page.get_by_role("button", name="Hand back"))


def test_what_is_asked_comes_right_after_the_picture(
    open_page: OpenPage, olivia: Actor, session: AgentSession
) -> None:
    page, view = watch(open_page, olivia, session, **PHONE)
    take(page, view)
    parts = ("#browser-bar", "live-view", ".request-card", "#paste", "#timeline-box")
    tops = [page.locator(part).bounding_box()["y"] for part in parts]
    assert tops == sorted(tops)
    assert not overflow(page) and not violations(page)
