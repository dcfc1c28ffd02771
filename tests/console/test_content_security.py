"""Pages that others made work under our content security policy: the admin site, the API's page.

Our own are watched by every browser test: a complaint in the console fails it.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from dashboard.models import Role
from tests.conftest import make_actor, make_project, make_session
from tests.console.conftest import OpenPage, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_admin_site_and_the_apis_page_break_no_policy(open_page: OpenPage) -> None:
    actor = make_actor(make_project(), "root", Role.ADMIN)
    actor.user.is_staff = actor.user.is_superuser = True
    actor.user.save()
    session = make_session(actor)
    page = open_page(actor, "/admin/")
    for path in ("user/", "user/add/", f"user/{actor.user.pk}/change/", "project/",
                 f"agentsession/{session.pk}/change/"):  # fmt: skip
        page.goto(f"/admin/dashboard/{path}")
        expect(page.locator("#content")).to_be_visible()
    page.goto("/v1/docs")
    # It is drawn by its scripts: without them there would be nothing.
    expect(page.locator(".opblock").first).to_be_visible()
    until(page, "document.querySelectorAll('.opblock').length > 20")
    page.locator(".opblock").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()
    page.goto("/no/such/page/")
    expect(page.locator("h1")).to_be_visible()
