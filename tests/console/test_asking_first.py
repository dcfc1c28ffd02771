"""What cannot be taken back asks first: a dialog, with the focus on Cancel."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from dashboard.models import Endpoint, Membership, Retention, Role, Secret
from dashboard.services import endpoints, profiles, project_settings, secrets
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


@pytest.mark.parametrize("keep", ["90", "0", ""])
def test_keeping_things_for_less_time_says_what_goes(
    open_page: OpenPage, ada: Actor, keep: str
) -> None:
    """What is not lowered is not named; leaving it saves nothing."""
    project_settings.set_ages(by=ada, ages={"sessions": "30", "files": keep, "usage": "5"})
    page = open_page(ada, reverse("settings-retention"))
    page.get_by_label("Files", exact=True).fill("1")
    page.get_by_label("Usage", exact=True).fill("0")
    save = page.get_by_role("button", name="Save")
    dialog = asked(page, save)
    expect(dialog).to_contain_text("Delete what is older?")
    expect(dialog).to_contain_text("Files older than 1 day of tasks that are over")
    for other in ("session", "audit", "usage"):
        assert other not in dialog.inner_text().lower()
    assert not violations(page)
    page.keyboard.press("Escape")
    own = Retention.objects.get()
    assert (own.files_days, own.usage_days) == (int(keep) if keep else None, 5)
    page.get_by_label("Sessions", exact=True).fill("7")
    dialog = asked(page, save)
    expect(dialog).to_contain_text("Sessions that nothing changed in for 7 days")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The next run is within the hour.")).to_be_visible()
    own.refresh_from_db()
    assert (own.sessions_days, own.files_days, own.usage_days) == (7, 1, 0)


def test_keeping_things_for_longer_asks_nothing(open_page: OpenPage, ada: Actor) -> None:
    project_settings.set_ages(by=ada, ages={"sessions": "30", "usage": "5"})
    page = open_page(ada, reverse("settings-retention"))
    page.get_by_label("Sessions", exact=True).fill("3")  # and thought better of it
    page.get_by_label("Sessions", exact=True).fill("31")
    page.get_by_label("Usage", exact=True).fill("0")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The next run is within the hour.")).to_be_visible()
    own = Retention.objects.get()
    assert (own.sessions_days, own.usage_days) == (31, 0)
