"""Every screen by day and night, wide and narrow: axe finds no rule of WCAG 2.2 AA broken."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page

from dashboard.models import Role
from dashboard.services import control, messages, requests, sign_in, workers
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_project, make_task
from tests.console import builders
from tests.console.conftest import OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
AXE = Axe().axe_script
WIDE, NARROW, NARROWEST = (1280, 800), (390, 844), 320


@pytest.fixture
def actor(transactional_db: None, open_page: OpenPage) -> Actor:
    return make_actor(make_project(), "olivia", Role.ADMIN)


def screens(actor: Actor) -> dict[str, str]:
    """Name -> address of every screen, with something on it."""
    workers.beat("desk:1", host="desk", pid=7, running=1, browsers=1, capacity=16)
    asked = {kind: builders.ask(actor, kind, p, **spec) for kind, p, spec in builders.KINDS}
    settled = builders.ask(actor, prompt="A settled one?")
    requests.decide(settled, by=actor, response="yes")
    late = builders.expired(builders.ask(actor, prompt="A late one?"))
    live = builders.open_browser(asked["takeover"].task.session)
    messages.send(asked["takeover"].task, "Take the window seat", by=actor)
    driven = builders.open_browser(asked["captcha"].task.session)
    control.take(driven, by=actor)
    done, failed = builders.finished(actor), builders.finished(actor, failed=True)
    queued = make_task(actor, instructions="Wait for a worker")
    session = {name: reverse("session", args=[row.session_id]) for name, row in (
        ("done", done), ("failed", failed), ("queued", queued)
    )}  # fmt: skip
    return {
        "sessions": reverse("sessions"),
        "no session matches": reverse("sessions") + "?q=nothing",
        "new session": reverse("new-session"),
        "inbox": reverse("inbox"),
        "inbox, decided": reverse("inbox") + "?state=decided",
        "inbox, nothing matches": reverse("inbox") + "?q=nothing",
        **{f"request, {kind}": reverse("request", args=[row.pk]) for kind, row in asked.items()},
        "request, settled": reverse("request", args=[settled.pk]),
        "request, late": reverse("request", args=[late.pk]),
        "session, live": reverse("session", args=[live.pk]),
        "session, driven": reverse("session", args=[driven.pk]),
        "session, chat": reverse("session", args=[live.pk]) + "?pane=chat",
        **{f"session, {name}": address for name, address in session.items()},
        "session, details": session["done"] + "?pane=details",
        "step": reverse("step", args=[done.session_id, 1]),
        "replay": reverse("replay", args=[done.session_id]),
        "deliveries": reverse("deliveries"),
        "status": reverse("status"),
        "account": reverse("account"),
        "not found": "/nowhere/",
    }


def violations(page: Page) -> list[str]:
    """Broken rules, each with the first element that breaks it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    # What is fine is counted only: describing it takes longer than finding what is not.
    found = page.evaluate("options => axe.run(document, options)", OPTIONS)
    return [
        f"{rule['id']}: {node['html'][:200]} ({node.get('failureSummary', '')[:200]})"
        for rule in found["violations"]
        for node in rule["nodes"][:2]
    ]


def overflow(page: Page) -> str:
    """The element that makes the page wider than the window; empty when none does."""
    return page.evaluate(
        """() => {
          if (document.documentElement.scrollWidth <= innerWidth) return "";
          const wide = [...document.querySelectorAll("body *")].filter(
            (one) => one.getBoundingClientRect().right > innerWidth + 1);
          return wide.at(-1)?.outerHTML.slice(0, 200) ?? "the page";
        }"""
    )


@pytest.mark.timeout(400)
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_no_screen_breaks_a_rule_or_scrolls_sideways(
    open_page: OpenPage, actor: Actor, size: tuple[int, int]
) -> None:
    page = open_page(actor, reduced_motion="reduce")
    broken = []
    for name, address in screens(actor).items():
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(address)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            broken += [f"{name}, {scheme}: {line}" for line in violations(page)]
        for width in (size[0], NARROWEST):
            page.set_viewport_size({"width": width, "height": size[1]})
            if too_wide := overflow(page):
                broken.append(f"{name} is wider than {width} px: {too_wide}")
    assert not broken, "\n".join(broken)


def test_what_opens_over_a_page_breaks_no_rule(open_page: OpenPage, actor: Actor) -> None:
    asked = builders.ask(actor, "takeover")
    done = builders.finished(actor)
    page = open_page(actor, reverse("session", args=[asked.task.session_id]))
    page.get_by_role("button", name="Keyboard help").click()
    broken = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_role("option").first.wait_for()
    broken += violations(page)
    page.keyboard.press("Escape")
    page.locator("#session-menu summary").click()
    broken += violations(page)
    page.goto(reverse("session", args=[done.session_id]))
    page.locator("#step-1 summary").click()
    page.get_by_text("Raw events").wait_for()
    broken += violations(page)
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_doors_break_no_rule(open_page: OpenPage, scheme: str) -> None:
    page = open_page(None, "/sign-in/", color_scheme=scheme)
    broken = violations(page)
    page.goto(sign_in.create_link(make_actor(make_project(), "ada").user))  # type: ignore[arg-type]
    page.get_by_role("button", name="Sign in").wait_for()
    broken += violations(page)
    page.goto("/sign-in/link/guess/")
    page.get_by_role("heading", name="This link is used up").wait_for()
    broken += violations(page)
    page.goto("/admin/login/")
    broken += violations(page)
    assert not broken, "\n".join(broken)


def test_each_screen_has_one_heading_landmarks_and_a_skip_link(
    open_page: OpenPage, actor: Actor
) -> None:
    page = open_page(actor)
    for name, address in screens(actor).items():
        page.goto(address)
        assert page.locator("h1").count() == 1, name
        assert page.get_by_role("main").count() == 1, name
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent")
        if "not found" not in name and "new session" not in name:
            assert focused == "Skip to content", (name, focused)


SMALL = """(targets) => [...document.querySelectorAll(targets)]
  .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden"))
  .filter((one) => { const box = one.getBoundingClientRect();
                     return box.width && (box.width < 24 || box.height < 24); })
  .map((one) => one.outerHTML.slice(0, 160))"""


def test_targets_are_24_px_at_least(open_page: OpenPage, actor: Actor) -> None:
    page = open_page(actor)
    targets = "button, select, summary, .button, .tab, .nav-link, .input, textarea, [type=range]"
    small = []
    for name, address in screens(actor).items():
        page.goto(address)
        small += [f"{name}: {html}" for html in page.evaluate(SMALL, targets)]
    assert not small, "\n".join(small)


def test_settings_end_on_one_line_with_their_tabs(open_page: OpenPage, actor: Actor) -> None:
    page = open_page(actor, reverse("settings"), size=WIDE)
    tabs, panel = page.locator(".settings-tabs"), page.locator(".settings .panel").first
    right = [box["x"] + box["width"] for box in (tabs.bounding_box(), panel.bounding_box())]
    assert right[0] == right[1], right


def test_fingers_find_tabs_and_what_folds_out(open_page: OpenPage, actor: Actor) -> None:
    page = open_page(actor, size=NARROW, has_touch=True, is_mobile=True)
    for address in (reverse("settings"), reverse("new-session"), reverse("usage")):
        page.goto(address)
        for target in page.locator(".tab:visible, main summary:visible").all():
            box = target.bounding_box()
            assert box is not None and box["height"] >= 43.5, (address, target.inner_text(), box)
