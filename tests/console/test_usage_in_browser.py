"""Usage and settings in a real browser: no rule of WCAG 2.2 AA broken, nothing overflows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from dashboard.models import Role
from dashboard.pages.settings_tabs import TABS
from dashboard.services import budgets, keys, profiles, secrets
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_project
from tests.console.conftest import OpenPage
from tests.console.test_accessibility import violations
from tests.console.test_usage_pages import spend

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ["usage", *(name for name, _ in TABS)]


@pytest.fixture
def admin(transactional_db: None, open_page: OpenPage) -> Actor:
    actor = make_actor(make_project(), "ada", Role.ADMIN)
    budgets.grant(actor.project, Decimal(25), by="root", note="pilot")
    spend(actor, "1.50")
    budgets.set_limits(actor.project, soft_usd=Decimal(1), hard_usd=Decimal(2), by=actor)
    spend(actor, "0.90", model="anthropic:claude")
    keys.create(actor.project, name="nightly prices")
    profiles.create("shop account", by=actor)
    secrets.create("shop_password", "x", by=actor, allowed_domains=["shop.example"])
    return actor


@pytest.mark.parametrize(
    ("size", "scheme"), [((1280, 800), "dark"), ((390, 844), "light")], ids=["wide", "narrow"]
)
def test_no_rule_is_broken_and_nothing_overflows(open_page, admin, size, scheme):
    page = open_page(admin, size=size, color_scheme=scheme)
    wrong = []
    for name in NAMES:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(reverse(name))
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        wrong += violations(page)
        if scheme == "light":
            page.set_viewport_size({"width": 320, "height": 700})
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            wrong += [f"{name} is {over} px too wide"] if over > 0 else []
    assert not wrong, "\n".join(wrong)


def test_keys_lead_there_and_the_budget_is_raised_without_a_mouse(open_page, admin):
    page = open_page(admin, reverse("sessions"))
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    page.wait_for_load_state()  # the heading is there before the script that hears keys
    page.keyboard.press("g")
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="Paused for money")).to_be_visible()
    page.get_by_label("Raise the hard limit to $").fill("40")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of the waiting tasks went on")).to_be_visible()
    expect(page.get_by_role("heading", name="Paused for money")).to_have_count(0)


def test_it_all_works_without_script(open_page, admin):
    page = open_page(admin, reverse("settings-keys"), java_script_enabled=False, size=(390, 844))
    page.get_by_label("Name").fill("robot")
    page.get_by_role("button", name="Make key").click()
    expect(page.locator("#plain")).to_contain_text("wa_live_")
    page.locator(".nav-more summary").click()
    page.locator(".nav-extra").get_by_role("link", name="Usage").click()
    expect(page.get_by_role("heading", name="Daily spending by model")).to_be_visible()
    page.get_by_text("Change limits").click()
    page.get_by_label("Hard limit, $ a month").fill("12")
    page.get_by_role("button", name="Save limits").click()
    expect(page.get_by_text("Limits set")).to_be_visible()
