"""Buttons that copy: by keyboard, said aloud, and the same after a second press."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.conftest import make_actor, make_project
from tests.console import builders
from tests.console.conftest import OpenPage
from tests.console.test_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def pasted(page: Page) -> str:
    return page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_ids_of_a_session_and_its_task_are_copied_by_keyboard(
    open_page: OpenPage, width: int
) -> None:
    task = builders.finished(make_actor(make_project(), "olivia"))
    page = open_page(
        make_actor(task.project, "oscar"),
        reverse("session", args=[task.session_id]) + "?pane=details",
        size=(width, 800),
        permissions=["clipboard-read", "clipboard-write"],
    )
    session_id = page.get_by_role("button", name="Copy the session's id")
    task_id = page.get_by_role("button", name="Copy the task's id")
    assert not violations(page)
    session_id.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#say")).to_have_text("Copied.")
    expect(session_id).to_have_text("Copied")
    assert pasted(page) == task.session_id
    page.keyboard.press("Enter")  # before the button has its own words back
    expect(session_id).to_have_text("Copy")
    expect(page.locator("#say")).to_have_text("")  # so that the next one is said again
    page.keyboard.press("Tab")
    expect(task_id).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#say")).to_have_text("Copied.")
    assert pasted(page) == task.pk
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
