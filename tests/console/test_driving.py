"""Whoever drives a browser: a big picture, every control in reach, and on phones fingers."""

from __future__ import annotations

import json
import struct
import time
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, WebSocketRoute, expect

from dashboard.models import AgentSession, Role
from dashboard.services import control
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_project
from tests.console import builders
from tests.console.conftest import OpenPage, until
from tests.console.test_accessibility import overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"size": (390, 844), "has_touch": True, "is_mobile": True}
IN_PICTURE = "document.activeElement?.shadowRoot?.activeElement?.matches('.keys')"
PICTURE = "document.querySelector('live-view').shadowRoot.querySelector('canvas')"
AT_THE_MOUSE = {"driver": "person", "by": "olivia", "you": True}
TABS = [
    {"target_id": "a", "title": "Checkout of the shop", "url": "https://a.test/", "active": True},
    {"target_id": "b", "title": "Terms", "url": "https://a.test/terms", "active": False},
]  # fmt: skip


class View:
    """The live view's socket, as the server would speak when its browser ran."""

    def __init__(self, page: Page) -> None:
        self.inputs: list[dict] = []
        self._socket: WebSocketRoute | None = None
        self._control = {"driver": "agent", "by": None, "you": False}
        page.route_web_socket("**/view?**", self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        socket.on_message(self._hear)
        self._tell()
        socket.send(frame())

    def _hear(self, message: str | bytes) -> None:
        said = json.loads(message)
        if said["type"] == "input":
            self.inputs.append(said["input"])

    def _tell(self) -> None:
        assert self._socket is not None
        state = {"type": "state", "state": "live", "reason": "", "last_frame_at": None}
        self._socket.send(json.dumps(state | {"control": self._control, "tabs": TABS}))

    def lead(self) -> None:
        """The viewer drives now."""
        self._control = AT_THE_MOUSE
        if self._socket is not None:
            self._tell()


def frame() -> bytes:
    """A picture of 1280 x 800, with its header."""
    head = struct.pack(">BBHIdff", 1, 0, 44, 1, time.time(), 1280, 800)
    return head + bytes(16) + struct.pack(">I", 7) + builders.png(1280, 800)


@pytest.fixture
def olivia(open_page: OpenPage) -> Actor:
    return make_actor(make_project(), "olivia")


@pytest.fixture
def session(olivia: Actor) -> AgentSession:
    prompt = "Please sign in, then hand the browser back."
    return builders.open_browser(builders.ask(olivia, "takeover", prompt).task.session)


def watch(open_page: OpenPage, actor: Actor, session: AgentSession, **options) -> tuple[Page, View]:
    page = open_page(actor, **options)
    view = View(page)
    page.goto(reverse("session", args=[session.pk]))
    expect(page.locator("live-view")).to_have_attribute("data-state", "live")
    return page, view


def take(page: Page, view: View) -> None:
    """Take control with the page's button."""
    page.get_by_role("button", name="Take control").click()
    view.lead()
    expect(page.locator("live-view")).to_have_attribute("driving", "")
    expect(page.get_by_role("button", name="Hand back")).to_be_visible()


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
    assert not overflow(page) and not violations(page)


def test_names_of_tabs_have_room(open_page: OpenPage, olivia: Actor, session: AgentSession) -> None:
    page, view = watch(open_page, olivia, session)
    take(page, view)
    tab = page.get_by_role("button", name="Checkout of the shop", exact=True)
    assert tab.evaluate("tab => tab.scrollWidth <= tab.clientWidth")


# --- fingers -----------------------------------------------------------------------------------


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
    page.get_by_role("button", name="Keyboard for the page").click()
    until(page, IN_PICTURE)


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
    primary(page, "Take over").click()
    view.lead()
    expect(page.locator("live-view")).to_have_attribute("driving", "")
    expect(page.locator(".request-card")).to_contain_text("Hand back below the picture")
    expect(page.locator(".request-card [data-kind=primary]")).to_have_count(0)
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
    if size[0] < 1000:  # the card stands above the picture
        page.get_by_role("button", name="Skip").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Skip")).to_be_in_viewport(ratio=1)
    words = page.locator(".request-card summary", has_text="Other words")
    expect(words).to_be_in_viewport(ratio=1)
    words.click()
    expect(box).to_have_attribute("data-more", "")
    page.get_by_label("In other words").fill("Click seat 12")
    expect(page.get_by_label("In other words")).to_be_in_viewport(ratio=1)
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
