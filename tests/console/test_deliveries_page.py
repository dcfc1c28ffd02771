"""The deliveries page: endpoints, their health and secrets, what was sent, and its repair."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from dashboard.models import Delivery, Endpoint, Role
from dashboard.pages.deliveries import masked
from dashboard.services import deliveries, endpoints, tasks
from dashboard.services.actors import Actor
from dashboard.services.deliveries import Result
from tests.conftest import make_actor, make_project, make_task, signed_in

pytestmark = pytest.mark.django_db
HOOK = "https://hooks.example/in"
PART = {"HX-Request": "true"}


def sent(actor: Actor, *results: Result, **options: object) -> Delivery:
    """A webhook with these attempts."""
    task = make_task(actor, callback_url=HOOK, **options)
    tasks.cancel(task, by=actor)
    row = Delivery.objects.get(task=task)
    for result in results:
        Delivery.objects.filter(pk=row.pk).update(next_attempt_at="2026-01-01T00:00:00Z")
        claimed = deliveries.claim(row.pk)
        assert claimed is not None
        deliveries.record(claimed.id, claimed.fence, result)
    row.refresh_from_db()
    return row


FAILED = Result(503, "server_error", 40, "<b>busy</b>")


def test_an_empty_page_says_how_to_begin(admin, operator):
    page = signed_in(admin).get("/deliveries/").content.decode()
    assert "Let your systems hear of it" in page
    assert 'name="url"' in page
    assert 'name="url"' not in signed_in(operator).get("/deliveries/").content.decode()


def test_adding_an_endpoint_shows_its_secret_once(admin):
    client = signed_in(admin)
    form = {"url": HOOK, "events": ["task.completed"], "description": "orders"}
    answer = client.post("/deliveries/endpoints/", form)
    [secret] = set(re.findall(r"whsec_[A-Za-z0-9+/=]+", answer.content.decode()))
    row = Endpoint.objects.get()
    assert endpoints.secrets_of(row) == (secret,)
    assert (row.events, row.description) == (["task.completed"], "orders")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "whsec_" not in client.get("/deliveries/").content.decode()


def test_an_address_that_is_none_comes_back_with_what_was_typed(admin):
    answer = signed_in(admin).post("/deliveries/endpoints/", {"url": "ftp://a.example/"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The address must begin with http" in page
    assert 'value="ftp://a.example/"' in page
    assert not Endpoint.objects.exists()


def test_a_failing_endpoint_says_so_and_its_webhook_can_be_retried(operator):
    row = sent(operator, FAILED)
    client = signed_in(operator)
    page = client.get("/deliveries/").content.decode()
    assert "Failing since" in page
    assert "1 waiting" in page
    assert "attempt 1 of 10" in page
    answer = client.post(reverse("retry-delivery", args=[row.pk]), headers=PART)
    assert f'id="row-{row.pk}"' in answer.content.decode()
    row.refresh_from_db()
    assert (row.status, row.trigger) == ("pending", "manual")
    second = client.post(reverse("retry-delivery", args=[row.pk]), headers=PART)
    assert second.status_code == 409


def test_without_script_retry_leads_to_the_webhook(operator):
    row = sent(operator, FAILED)
    client = signed_in(operator)
    answer = client.post(reverse("retry-delivery", args=[row.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("delivery", args=[row.pk]), 302)]
    assert "sent again" in answer.content.decode()


def test_the_detail_shows_attempts_and_masks_secrets(operator):
    row = sent(operator, FAILED, metadata={"password": "hunter2", "order": 7})
    page = signed_in(operator).get(reverse("delivery", args=[row.pk])).content.decode()
    assert "&lt;b&gt;busy&lt;/b&gt;" in page
    assert row.webhook_id in page
    assert "hunter2" not in page
    assert "whsec_…" in page
    assert "curl -X POST" in page


def test_masking_reaches_every_level_and_leaves_the_rest():
    value = {"a": [{"api_key": "x", "Token": {"b": 1}}], "error": {"code": "c"}, "password": None}
    dots = "••••••"
    assert masked(value) == {
        "a": [{"api_key": dots, "Token": dots}],
        "error": {"code": "c"},
        "password": None,
    }


def test_switching_testing_rotating_recovering_removing(admin, operator):
    row = sent(operator)
    Delivery.objects.update(status="dead", next_attempt_at=None)
    client = signed_in(admin)

    def act(verb: str, **form: str):
        return client.post(reverse("endpoint-act", args=[row.endpoint_id, verb]), form)

    assert "1 dead of the last hour" in client.get("/deliveries/").content.decode()
    assert act("recover", hours="5").status_code == 422
    assert act("recover", hours="24").status_code == 302
    row.refresh_from_db()
    assert row.status == "pending"
    act("off")
    assert "Switched off by ada. 1 held." in client.get("/deliveries/").content.decode()
    ping = act("test")
    assert ping.url == reverse("delivery", args=[Delivery.objects.get(type="ping").pk])
    act("on")
    row.refresh_from_db()
    assert row.status == "pending"
    assert "whsec_" in act("rotate").content.decode()
    act("remove")
    row.refresh_from_db()
    assert row.status == "cancelled"
    assert HOOK not in client.get("/deliveries/").content.decode().partition("delivery-list")[0]


def test_new_webhooks_wait_behind_a_button_and_rows_stay(operator):
    first = sent(operator)
    client = signed_in(operator)
    sent(operator)
    address = f"/deliveries/?newest={first.pk}"
    part = client.get(address, headers=PART)
    assert "1 new: show" in part.content.decode()
    assert part.content.decode().count("delivery-item") == 1
    again = client.get(address, headers=PART | {"If-None-Match": part.headers["ETag"]})
    assert again.status_code == 304
    region = client.get("/deliveries/?part=endpoints", headers=PART).content.decode()
    assert region.lstrip().startswith('<section id="endpoint-list"')


def test_tabs_filter(operator):
    dead, waiting = sent(operator), sent(operator)
    Delivery.objects.filter(pk=dead.pk).update(status="dead")
    client = signed_in(operator)
    for tab, shown, hidden in (("dead", dead, waiting), ("waiting", waiting, dead)):
        page = client.get(f"/deliveries/?tab={tab}").content.decode()
        assert shown.pk in page
        assert hidden.pk not in page


def test_viewers_look_and_do_nothing(operator, project):
    row = sent(operator, FAILED)
    client = signed_in(make_actor(project, "vera", Role.VIEWER))
    for address in ("/deliveries/", reverse("delivery", args=[row.pk])):
        page = client.get(address).content.decode()
        assert "Retry" not in page.partition("<main")[2].partition("</main>")[0]
    assert client.post(reverse("retry-delivery", args=[row.pk])).status_code == 403
    assert client.post(reverse("endpoint-act", args=[row.endpoint_id, "off"])).status_code == 403


def test_operators_see_no_secret(operator):
    row = sent(operator)
    client = signed_in(operator)
    for verb in ("rotate", "remove"):
        assert client.post(reverse("endpoint-act", args=[row.endpoint_id, verb])).status_code == 403
    assert client.post("/deliveries/endpoints/", {"url": "https://b.example/"}).status_code == 403


def test_another_teams_rows_do_not_exist(operator):
    row = sent(make_actor(make_project("other"), "otto"))
    client = signed_in(operator)
    assert client.get(reverse("delivery", args=[row.pk])).status_code == 404
    assert client.post(reverse("retry-delivery", args=[row.pk])).status_code == 404
    for verb in ("test", "on", "off", "recover"):
        assert client.post(reverse("endpoint-act", args=[row.endpoint_id, verb])).status_code == 404
    assert row.pk not in client.get("/deliveries/").content.decode()
