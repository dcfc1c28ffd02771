"""Django admin: credits are granted with a trace, endpoints switched off, keys made."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.html import strip_tags

from dashboard.models import (
    ApiKey,
    AuditEntry,
    CreditAccount,
    Endpoint,
    Membership,
    Role,
    UsageEntry,
    User,
)
from dashboard.services import budgets, endpoints
from tests.conftest import make_actor, make_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="correct horse battery"))
    return client


def grant(client: Client, project, **form: str):
    address = reverse("admin:dashboard_usageentry_add")
    return client.post(address, {"project": project.pk, "kind": "grant", "note": "", **form})


def test_a_grant_gives_credits_and_leaves_a_trace(root, project):
    answer = grant(root, project, amount_usd="25.5", note="pilot")
    assert answer.status_code == 302
    assert "Grant $25.50" in str(next(iter(get_messages(answer.wsgi_request))))
    account = CreditAccount.objects.get()
    assert (account.metered, account.balance_micros) == (True, 25_500_000)
    entry = UsageEntry.objects.get()
    assert (entry.kind, entry.actor, entry.note) == ("grant", "root", "pilot")
    audit = AuditEntry.objects.get(action="credits.grant")
    assert (audit.actor, audit.detail) == ("root", {"amount": "$25.50", "note": "pilot"})


def test_who_makes_a_project_is_its_admin_and_finds_it_in_the_console(root, project):
    address = reverse("admin:dashboard_project_add")
    form = root.get(address).content.decode()
    assert "short name in commands" in form and "Credit accounts</a>" in form
    assert reverse("usage") in form
    counts = {"TOTAL": 0, "INITIAL": 0, "MIN_NUM": 0, "MAX_NUM": 9}
    inline = {f"memberships-{name}_FORMS": count for name, count in counts.items()}
    made = {"name": "Night shift", "slug": "night-shift", "max_concurrent_sessions": 3,
            "default_policy": "{}"}  # fmt: skip
    answer = root.post(address, made | inline)
    assert answer.status_code == 302
    row = Membership.objects.get(project__slug="night-shift")
    assert (row.user.username, row.role) == ("root", Role.ADMIN)
    told = [str(message) for message in get_messages(answer.wsgi_request)]
    assert any("You are its admin" in text for text in told)


def test_grants_that_make_no_sense_are_refused(root, project, operator):
    bad = ["0", "-3", "x", ""]
    odd = [{"amount_usd": "1", "kind": "charge"}, {"amount_usd": "-1", "kind": "adjust"}]
    for form in [{"amount_usd": amount} for amount in bad] + odd:
        assert grant(root, project, **form).status_code == 200, form
    assert not UsageEntry.objects.exists()
    budgets.grant(project, Decimal(1), by="root")
    make_task(operator, max_cost_usd="1")
    answer = grant(root, project, amount_usd="-1", kind="adjust", note="too much")
    assert answer.status_code == 302 and "add" in answer["Location"]
    assert CreditAccount.objects.get().balance_micros == 1_000_000


def test_metering_can_be_switched_on_and_off(root, project):
    form = {"project": project.pk, "metered": "on", "hold_usd": "2"}
    assert root.post(reverse("admin:dashboard_creditaccount_add"), form).status_code == 302
    account = CreditAccount.objects.get()
    assert (account.metered, account.hold_micros) == (True, 2_000_000)
    change = reverse("admin:dashboard_creditaccount_change", args=[project.pk])
    assert 'name="hold_usd" value="2"' in root.get(change).content.decode()
    assert root.post(change, {"hold_usd": "0.25"}).status_code == 302
    account.refresh_from_db()
    assert (account.metered, account.hold_micros) == (False, 250_000)


def test_endpoints_are_switched_off_and_on_and_show_no_secret(root, project):
    by = make_actor(project, "ada", Role.ADMIN)
    made = endpoints.create("https://hooks.example/a", by=by)
    change = reverse("admin:dashboard_endpoint_change", args=[made.endpoint.pk])
    page = root.get(change).content.decode()
    assert "hooks.example" in page and "sealed" not in page and made.secret not in page
    listed = reverse("admin:dashboard_endpoint_changelist")
    for action, status in (("switch_off", "disabled"), ("switch_on", "active")):
        form = {"action": action, "_selected_action": [made.endpoint.pk]}
        assert root.post(listed, form).status_code == 302
        assert Endpoint.objects.get().status == status
    assert AuditEntry.objects.filter(action="endpoint.disabled", actor="root").exists()


def test_every_page_of_the_admin_opens(root, project, operator):
    make_task(operator)
    budgets.grant(project, Decimal(1), by="root")
    for model, site in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert root.get(reverse(f"{name}_changelist")).status_code == 200, name
        row = model._default_manager.first()
        if row is not None:
            assert root.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, name
        request = type("Request", (), {"user": User.objects.get(username="root")})()
        if site.has_add_permission(request):
            assert root.get(reverse(f"{name}_add")).status_code == 200, name


NOT_WORDS = re.compile(r"\b(?:Api|api key|Url|Id|id|seq|Json)\b|\bAxes\b")


def labels_of(page: str) -> list[str]:
    """Headings, columns, fields and links of an admin page, without what its rows hold."""
    main = page.split('id="content-start"', 1)[-1]
    found = re.findall(r"(?s)<(h1|h2|th|label|caption|legend)\b([^>]*)>(.*?)</\1>", main)
    return [strip_tags(text).strip() for tag, kind, text in found if "field-" not in kind]


def test_the_admin_names_things_as_people_write_them(root, project, operator):
    make_task(operator)
    endpoints.create("https://hooks.example/a", by=make_actor(project, "ada", Role.ADMIN))
    make_key(root, project, "read")
    index = root.get(reverse("admin:index")).content.decode()
    assert "API keys" in index and "Sign-in attempts" in index and "Webhook endpoints" in index
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses = [reverse(f"{name}_changelist")]
        row = model._default_manager.first()
        if row is not None:
            addresses.append(reverse(f"{name}_change", args=[row.pk]))
        for address in addresses:
            page = root.get(address).content.decode()
            wrong = [label for label in labels_of(page) if NOT_WORDS.search(label)]
            assert not wrong, (address, wrong)
    key = ApiKey.objects.get()
    page = root.get(reverse("admin:dashboard_apikey_change", args=[key.pk])).content.decode()
    assert "[&quot;" not in page and "In UTC; empty: never" in page


def test_who_is_no_staff_gets_nothing(project):
    client = Client()
    client.force_login(make_actor(project, "ada", Role.ADMIN).user)
    for name in ("usageentry", "creditaccount", "endpoint"):
        address = reverse(f"admin:dashboard_{name}_changelist")
        assert client.get(address).status_code == 302
    assert grant(client, project, amount_usd="5").status_code == 302
    assert not UsageEntry.objects.exists()


# --- keys ----------------------------------------------------------------------------------------
KEYS = reverse_lazy("admin:dashboard_apikey_changelist")
SHOWN = re.compile(r"<code>(wa_live_\w+)</code>")
WHOLE = re.compile(r"wa_live_\w{20}")  # a key's beginning is no secret


def make_key(client: Client, project, *scopes: str, **form: str):
    form = {"project": project.pk, "name": "robot", "scopes": scopes, **form}  # type: ignore[dict-item]
    return client.post(reverse("admin:dashboard_apikey_add"), form, follow=True)


def state_of(key: str) -> tuple[int, int]:
    """Statuses of a read and of a write with this key."""
    key_id = ApiKey.objects.get(kid=key.removeprefix("wa_live_")[:8]).project_id
    address = f"/v1/projects/{key_id}/do_anything/sessions"
    headers = {"Authorization": f"Bearer {key}"}
    body = {"instructions": "Look."}
    read = Client().get(address, headers=headers)
    write = Client().post(address, body, content_type="application/json", headers=headers)
    return read.status_code, write.status_code


def test_a_key_is_made_with_its_scopes_and_shown_once(root, project):
    form = root.get(reverse("admin:dashboard_apikey_add")).content.decode()
    assert re.findall(r'value="(\w+)"[^>]* checked', form) == ["run", "read", "approve"]
    for scopes, states in ((("read",), (200, 403)), (("run",), (403, 201)),
                           (("run", "read"), (200, 201))):  # fmt: skip
        made = make_key(root, project, *scopes)
        (plain,) = SHOWN.findall(made.content.decode())
        assert plain[:16] + "…" in made.content.decode()
        assert state_of(plain) == states
        assert ApiKey.objects.get(kid=plain[8:16]).created_by.username == "root"
        assert plain not in root.get(KEYS).content.decode()


def kept_of(client: Client) -> str:
    """All that a browser's cookies and its session hold."""
    cookies = "".join(cookie.value for cookie in client.cookies.values())
    return cookies + json.dumps(dict(client.session.items()), default=str)


def test_no_secret_rides_in_a_cookie_or_stays(root, project):
    form = {"project": project.pk, "name": "robot", "scopes": ["read"]}
    root.post(reverse("admin:dashboard_apikey_add"), form)
    rotate = {"action": "rotate_keys", "_selected_action": [ApiKey.objects.get().pk]}
    root.post(KEYS, rotate)
    assert not WHOLE.search(kept_of(root))
    shown = SHOWN.findall(root.get(KEYS).content.decode())
    assert sorted(key[8:16] for key in shown) == sorted(
        ApiKey.objects.values_list("kid", flat=True)
    )
    assert not WHOLE.search(kept_of(root)) and "made_keys" not in kept_of(root)
    assert not SHOWN.search(root.get(KEYS).content.decode())


def test_keys_that_make_no_sense_are_refused(root, project):
    for scopes in ((), ("fly",), ("[1]",), ('["run"]',), ("read", "null")):
        answer = make_key(root, project, *scopes)
        assert answer.status_code == 200 and not SHOWN.search(answer.content.decode()), scopes
    past = make_key(root, project, "read", expires_at_0="2020-01-01", expires_at_1="00:00")
    assert "The expiry is in the past" in past.content.decode()
    assert not ApiKey.objects.exists()


def test_a_key_ends_when_it_says_and_a_used_one_keeps_its_scopes(root, project):
    (plain,) = SHOWN.findall(make_key(root, project, "run", "read").content.decode())
    key = ApiKey.objects.get()
    change = reverse("admin:dashboard_apikey_change", args=[key.pk])
    assert root.post(change, {"name": "renamed", "scopes": ["admin"]}).status_code == 302
    key.refresh_from_db()
    assert (key.name, key.scopes) == ("renamed", ["run", "read"])
    assert state_of(plain) == (200, 201)
    ApiKey.objects.update(expires_at=timezone.now())
    assert state_of(plain) == (401, 401)


def test_a_rotated_key_works_for_a_day_more_and_a_revoked_one_no_longer(root, project):
    (old,) = SHOWN.findall(make_key(root, project, "read").content.decode())
    chosen = [ApiKey.objects.get().pk]
    rotate = {"action": "rotate_keys", "_selected_action": chosen}
    (new,) = SHOWN.findall(root.post(KEYS, rotate, follow=True).content.decode())
    assert state_of(old)[0] == state_of(new)[0] == 200
    first = ApiKey.objects.get(kid=old[8:16])
    assert timedelta(hours=23) < first.expires_at - timezone.now() <= timedelta(hours=24)
    again = root.post(KEYS, rotate, follow=True).content.decode()
    assert "has no successor yet" in again and not SHOWN.search(again)
    root.post(KEYS, {"action": "revoke_keys", "_selected_action": chosen})
    assert (state_of(old)[0], state_of(new)[0]) == (401, 200)
