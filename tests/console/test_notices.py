"""Browser notifications: opted in by kind, silent in quiet hours, shown while one looks away."""

from __future__ import annotations

import re
from datetime import time

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from dashboard.pages import notices
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_project
from tests.console import builders
from tests.console.conftest import OpenPage, until

NEWS = "inbox-news"
# A stand-in for the browser's own, which headless ones do not show.
RECORD = """
window.shown = [];
window.Notification = class extends EventTarget {
  static permission = "granted";
  constructor(title, options) { super(); shown.push([title, options.body, options.tag]); }
  close() {}
};
document.hasFocus = () => false;
"""


def opted_in(actor: Actor, *kinds: str, **fields) -> Client:
    user = actor.user
    assert user is not None
    user.notify_kinds = list(kinds)
    for name, value in fields.items():
        setattr(user, name, value)
    user.save()
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_only_wanted_kinds_that_are_new_are_told(operator: Actor) -> None:
    client = opted_in(operator, "approvals")
    start = client.get(reverse(NEWS)).json()
    assert start == {"newest": "", "items": []}
    first = builders.approval(operator)
    builders.ask(operator)
    found = client.get(reverse(NEWS), {"after": start["newest"]}).json()
    assert [item["id"] for item in found["items"]] == [first.pk]
    assert found["items"][0]["title"] == "Approval, HIGH risk"
    assert client.get(reverse(NEWS), {"after": found["newest"]}).json()["items"] == []
    stranger = make_actor(make_project("other"), "sam")
    other = opted_in(stranger, "approvals").get(reverse(NEWS), {"after": ""}).json()
    assert other == {"newest": "", "items": []}


@pytest.mark.django_db
def test_quiet_hours_may_run_over_midnight(operator: Actor) -> None:
    user = operator.user
    assert user is not None
    assert not notices.is_quiet(user, time(3))
    user.quiet_from, user.quiet_until = time(22), time(7)
    assert [notices.is_quiet(user, time(h)) for h in (21, 22, 3, 7)] == [False, True, True, False]
    user.quiet_from, user.quiet_until = time(12), time(13)
    assert [notices.is_quiet(user, time(h)) for h in (11, 12, 13)] == [False, True, False]
    client = opted_in(operator, "approvals", quiet_from=time(0), quiet_until=time(23, 59, 59))
    builders.approval(operator)
    assert client.get(reverse(NEWS), {"after": ""}).json()["items"] == []


@pytest.mark.django_db
def test_the_account_page_keeps_the_choice(operator: Actor) -> None:
    client = opted_in(operator)
    sent = {"theme": "dark", "time_zone": "UTC", "notify_kinds": ["approvals", "hands"]}
    half = client.post(reverse("account"), sent | {"quiet_from": "22:00"})
    assert half.status_code == 422 and b"a beginning and an end" in half.content
    hours = {"quiet_from": "22:00", "quiet_until": "07:00"}
    assert client.post(reverse("account"), sent | hours).status_code == 302
    assert operator.user is not None
    operator.user.refresh_from_db()
    assert operator.user.notify_kinds == ["approvals", "hands"]
    page = client.get(reverse("account")).content.decode()
    assert 'value="22:00"' in page and 'data-notify="/inbox/news/"' in page
    assert client.post(reverse("account"), sent | {"notify_kinds": ["x"]}).status_code == 422


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_new_request_is_told_while_one_looks_elsewhere(open_page: OpenPage) -> None:
    olivia = make_actor(make_project(), "olivia")
    opted_in(olivia, "approvals")
    page = open_page(olivia)
    page.add_init_script(RECORD)
    with page.expect_response(lambda answer: NEWS.split("-")[1] in answer.url):
        page.goto(reverse("sessions"))
    expect(page.locator('#connection[data-subscribed~="inbox"]')).to_have_count(1)
    row = builders.approval(olivia)
    until(page, "shown.length > 0")
    assert page.evaluate("shown") == [
        ["Approval, HIGH risk", "Submit the order for 1,240 GBP", row.pk]
    ]
    expect(page).to_have_title(re.compile(r"^\(1\) "))
