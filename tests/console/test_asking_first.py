"""What cannot be taken back asks first: a dialog, with the focus on Cancel."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from dashboard.models import Endpoint, Membership, Role, Secret
from dashboard.services import endpoints, profiles, secrets
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_project
from tests.console import builders
from tests.console.conftest import OpenPage, until
from tests.console.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada(open_page: OpenPage) -> Actor:
    return make_actor(make_project(), "ada", Role.ADMIN)


def asked(page: Page, press: Locator) -> Locator:
    """The dialog that a press brings, with the focus where Enter does no harm."""
    press.click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    return dialog


def test_removing_a_member_asks_and_can_be_left(open_page: OpenPage, ada: Actor) -> None:
    make_actor(ada.project, "oscar")
    page = open_page(ada, reverse("settings-members"))
    remove = page.get_by_role("button", name="Remove oscar")
    expect(asked(page, remove)).to_contain_text("Remove oscar from Acme?")
    assert not violations(page)
    for leave in ("Escape", "Enter"):
        page.keyboard.press(leave)
        expect(page.get_by_role("alertdialog")).to_have_count(0)
        expect(remove).to_be_focused()
        assert Membership.objects.filter(user__username="oscar").exists()
        asked(page, remove)
    page.get_by_role("alertdialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Remove oscar")).to_have_count(0)
    assert not Membership.objects.filter(user__username="oscar").exists()


def test_what_is_deleted_for_good_asks(open_page: OpenPage, ada: Actor) -> None:
    secrets.create("shop_password", "x", by=ada, allowed_domains=["shop.example"])
    profiles.create("shop account", by=ada)
    endpoints.create("https://hooks.example/in", by=ada)
    page = open_page(ada, reverse("settings-secrets"))
    page.get_by_text("Replace or delete").click()
    dialog = asked(page, page.get_by_role("button", name="Delete shop_password"))
    assert Secret.objects.exists()
    dialog.get_by_role("button", name="Delete shop_password").click()
    expect(page.get_by_text("None is stored.")).to_be_visible()
    page.goto(reverse("settings-profiles"))
    page.get_by_text("Rename or delete").click()
    dialog = asked(page, page.get_by_role("button", name="Delete shop account"))
    dialog.get_by_role("button", name="Delete shop account").click()
    expect(page.get_by_text("None is saved.")).to_be_visible()
    page.goto(reverse("deliveries"))
    page.get_by_text("Secret, remove").click()
    asked(page, page.get_by_role("button", name="Remove")).get_by_role(
        "button", name="Cancel"
    ).click()
    assert Endpoint.objects.exists()


def test_ending_a_session_asks_and_stays_on_the_page(open_page: OpenPage, ada: Actor) -> None:
    row = builders.ask(ada)
    page = open_page(ada, reverse("session", args=[row.task.session_id]))
    page.evaluate("document.body.dataset.mark = 'the same page'")
    page.locator("#session-menu summary").click()
    dialog = asked(page, page.get_by_role("button", name="End session now"))
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    row.task.refresh_from_db()
    assert not row.task.is_terminal
    dialog = asked(page, page.get_by_role("button", name="End session now"))
    dialog.get_by_role("button", name="End session now").click()
    expect(page.locator("#session-head")).to_contain_text("session ended")
    until(page, "document.body.dataset.mark === 'the same page'")
