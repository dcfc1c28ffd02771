"""The settings: every tab is read by members and changed by admins only."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agents.ports import Act, Finish, Reply, Usage
from dashboard.models import (
    ApiKey,
    AuditEntry,
    BrowserProfile,
    Membership,
    Project,
    Retention,
    Role,
    Secret,
    StandingRule,
    User,
)
from dashboard.pages.settings_tabs import TABS
from dashboard.services import keys, model_check, profiles
from tests.conftest import make_actor, make_project, make_session, make_task, signed_in

pytestmark = pytest.mark.django_db
NAMES = [name for name, _ in TABS]


def page(client: Client, name: str, query: str = "") -> str:
    answer = client.get(reverse(name) + query)
    assert answer.status_code == 200, name
    return answer.content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_members_read_and_do_not_change(project, role, admin):
    key = keys.create(project, name="robot").key
    profile = profiles.create("shop", by=admin)
    member = Membership.objects.get(user=admin.user)
    client = signed_in(make_actor(project, "vera", role))
    for name in NAMES:
        shown = page(client, name)
        assert "admins of this team change them" in shown
        assert 'data-kind="primary"' not in shown and 'data-kind="danger"' not in shown
        if name != "settings-audit":
            assert client.post(reverse(name), {"name": "x"}).status_code == 403
    for address in (
        reverse("key-change", args=[key.pk, "revoke"]),
        reverse("profile-change", args=[profile.pk, "delete"]),
        reverse("member-change", args=[member.pk, "remove"]),
        reverse("test-route"),
    ):
        assert client.post(address).status_code == 403


def test_approval_mode_and_policy(admin, project):
    client = signed_in(admin)
    policy = '{"blocked_domains": ["ads.example"]}'
    form = {"approval": "ask", "policy": policy}
    assert client.post(reverse("settings"), form).status_code == 302
    row = Project.objects.get(pk=project.pk)
    assert (row.default_approval, row.default_policy) == (
        "ask",
        {"blocked_domains": ["ads.example"]},
    )
    assert "ads.example" in page(client, "settings")
    bad = ["{", "[]", '{"allow": []}', '{"mode": "wild"}', '{"allowed_domains": ["a b"]}']
    for policy in bad:
        answer = client.post(reverse("settings"), {"approval": "ask", "policy": policy})
        assert answer.status_code == 422, policy
        assert 'role="alert"' in answer.content.decode()
    assert client.post(reverse("settings"), {"approval": "often", "policy": ""}).status_code == 422
    assert Project.objects.get(pk=project.pk).default_policy == {"blocked_domains": ["ads.example"]}
    client.post(reverse("settings"), {"approval": "delegated", "policy": " "})
    assert Project.objects.get(pk=project.pk).default_policy == {}


def test_standing_approvals_are_listed_and_taken_back(admin, project):
    rule = StandingRule.objects.create(
        project=project, task=make_task(admin), tool="click", host="shop.example",
        risk="external_submit", created_by="ada",
    )  # fmt: skip
    client = signed_in(admin)
    assert "click on shop.example" in page(client, "settings")
    assert client.post(reverse("settings-revoke-rule", args=[rule.pk])).status_code == 302
    rule.refresh_from_db()
    assert rule.revoked_by == "ada" and "click on shop.example" not in page(client, "settings")


def test_the_default_model_must_be_one(admin, project):
    client = signed_in(admin)
    answer = client.post(reverse("settings-models"), {"model": "nonsense:x"})
    assert answer.status_code == 422 and 'value="nonsense:x"' in answer.content.decode()
    client.post(reverse("settings-models"), {"model": "embedded"})
    assert Project.objects.get(pk=project.pk).default_model == "embedded"


class Clever:
    """A route that passes two of three tests."""

    name, wants_screenshot = "openai:clever", True

    async def decide(self, turn):
        if turn.output_schema:
            return Reply(Finish("42", output={"sum": "42"}), Usage(), self.name)
        if turn.screenshot_png:
            return Reply(Finish("It is red."), Usage(), self.name)
        return Reply(Act("print('ready')"), Usage(), self.name)

    async def aclose(self) -> None: ...


def test_a_route_is_tested_for_tools_pictures_and_json(admin, monkeypatch):
    monkeypatch.setattr("agents.model.routes.build_route", lambda *a, **k: Clever())
    client = signed_in(admin)
    assert client.post(reverse("test-route"), {"model": "default"}).status_code == 302
    assert [c.works for c in model_check.examine("default")] == [True, True, False]
    shown = page(client, "settings-models")
    assert "Saw the test picture" in shown and "did not follow the schema" in shown
    assert client.post(reverse("test-route"), {"model": "other"}).status_code == 422


def test_a_secret_goes_in_and_never_out(admin, project):
    client = signed_in(admin)
    form = {
        "name": "shop_password", "value": "hunter2-canary", "kind": "password",
        "allowed_domains": "shop.example", "description": "the shop",
    }  # fmt: skip
    assert client.post(reverse("settings-secrets"), form).status_code == 302
    refused = client.post(reverse("settings-secrets"), form)
    assert refused.status_code == 409
    shown = page(client, "settings-secrets")
    assert "shop_password" in shown and "••••" in shown
    assert "hunter2-canary" not in shown + refused.content.decode()
    secret = Secret.objects.get()
    address = reverse("secret-change", args=[secret.pk, "replace"])
    moved = client.post(address, {"allowed_domains": "evil.example", "value": ""})
    assert moved.status_code == 422  # a new domain needs the value again
    assert (
        client.post(address, {"allowed_domains": "a.shop.example", "value": "n"}).status_code == 302
    )
    client.post(reverse("secret-change", args=[secret.pk, "delete"]))
    assert not Secret.objects.exists()


def test_profiles_are_made_renamed_and_deleted_unless_in_use(admin, project, settings):
    client = signed_in(admin)
    client.post(reverse("settings-profiles"), {"name": "shop account"})
    profile = BrowserProfile.objects.get()
    assert client.post(reverse("settings-profiles"), {"name": "shop account"}).status_code == 409
    client.post(reverse("profile-change", args=[profile.pk, "rename"]), {"name": "shop"})
    session = make_session(admin, profile_id=profile.pk)
    assert "in use by" in page(client, "settings-profiles")
    delete = reverse("profile-change", args=[profile.pk, "delete"])
    assert client.post(delete).status_code == 409
    type(session).objects.update(status="stopped")
    assert client.post(delete).status_code == 302 and not BrowserProfile.objects.exists()
    actions = AuditEntry.objects.filter(action__startswith="profile.")
    assert set(actions.values_list("action", flat=True)) == {
        "profile.created", "profile.renamed", "profile.deleted"
    }  # fmt: skip


def test_a_key_is_shown_once_rotated_and_revoked(admin, project):
    client = signed_in(admin)
    form = {"name": "robot", "scopes": ["read"], "days": "9"}
    sent = client.post(reverse("settings-keys"), form)
    assert sent.status_code == 302 and sent["Location"] == reverse("key-made")
    key = ApiKey.objects.get()
    kept = str(dict(client.session))
    made = client.get(reverse("key-made"))
    shown = made.content.decode()
    assert made.status_code == 200 and key.prefix in shown and "curl -H" in shown
    assert "no-store" in made["Cache-Control"]
    assert key.scopes == ["read"] and key.created_by == admin.user
    assert timedelta(days=8) < key.expires_at - timezone.now() <= timedelta(days=9)
    plain = shown.split('id="plain"')[1].split(">")[1].split("<")[0]
    assert keys.verify(plain) == key
    assert plain not in kept and plain not in page(client, "settings-keys")
    again = client.get(reverse("key-made"))  # a reload makes no second one and shows none
    assert again.status_code == 302 and ApiKey.objects.count() == 1
    for verb in ("rotate", "revoke"):
        asked = client.get(reverse("key-change", args=[key.pk, verb]))
        assert asked.status_code == 200 and f"{verb.capitalize()} robot?" in asked.content.decode()
    assert ApiKey.objects.get().state == "active" and ApiKey.objects.count() == 1
    rotated = client.post(reverse("key-change", args=[key.pk, "rotate"]), follow=True)
    assert rotated.redirect_chain == [(reverse("key-made"), 302)]
    assert 'id="plain"' in rotated.content.decode() and keys.verify(plain) == key  # a day more
    assert client.post(reverse("key-change", args=[key.pk, "rotate"])).status_code == 409
    client.post(reverse("key-change", args=[key.pk, "revoke"]))
    assert ApiKey.objects.get(pk=key.pk).state == "revoked"
    for bad in ({"name": " ", "scopes": ["read"]}, {"name": "x"}, {"name": "x", "scopes": ["fly"]},
                {"name": "x", "scopes": ["read"], "days": "-1"}):  # fmt: skip
        assert client.post(reverse("settings-keys"), bad).status_code == 422


def test_members_come_change_and_go_and_an_admin_stays(admin, project):
    client = signed_in(admin)
    added = client.post(reverse("settings-members"), {"name": "noa", "role": "viewer"})
    link = added.content.decode().split('id="link"')[1].split(">")[1].split("<")[0]
    assert "/sign-in/link/" in link and not User.objects.get(username="noa").has_usable_password()
    opened = Client().post("/" + link.split("/", 3)[3])
    assert opened.status_code == 302
    again = client.post(reverse("settings-members"), {"name": "noa", "role": "viewer"})
    assert again.status_code == 409 and "member already" in again.content.decode()
    member = Membership.objects.get(user__username="noa")
    client.post(reverse("member-change", args=[member.pk, "role"]), {"role": "admin"})
    member.refresh_from_db()
    assert member.role == Role.ADMIN
    client.post(reverse("member-change", args=[member.pk, "remove"]))
    assert not Membership.objects.filter(pk=member.pk).exists()
    own = Membership.objects.get(user=admin.user)
    for verb, form in (("remove", {}), ("role", {"role": "viewer"})):
        refused = client.post(reverse("member-change", args=[own.pk, verb]), form)
        assert refused.status_code == 409 and "needs an admin" in refused.content.decode()


def test_only_a_server_admin_adds_somebody_whom_another_team_made(admin, project):
    """Whoever made an account may still hold it: a look-alike must not walk into a team."""
    known = make_actor(make_project("other"), "otto")
    form = {"name": "otto", "role": "operator"}
    refused = signed_in(admin).post(reverse("settings-members"), form)
    assert refused.status_code == 409 and "server admin" in refused.content.decode()
    assert not Membership.objects.filter(user=known.user, project=project).exists()
    root = make_actor(project, "root", Role.ADMIN)
    User.objects.filter(pk=root.user.pk).update(is_superuser=True)
    added = signed_in(root).post(reverse("settings-members"), form)
    assert added.status_code == 302  # no link: nobody gets into a known person's account
    assert Membership.objects.get(user=known.user, project=project).role == Role.OPERATOR


def test_ages_are_set_and_checked(admin, project):
    client = signed_in(admin)
    form = {"sessions": "30", "files": "", "audit": "0", "usage": "800"}
    assert client.post(reverse("settings-retention"), form).status_code == 302
    row = Retention.objects.get()
    assert (row.sessions_days, row.files_days, row.audit_days, row.usage_days) == (30, None, 0, 800)
    for bad in ("-1", "1.5", "ten", "99999", "٣"):
        answer = client.post(reverse("settings-retention"), form | {"files": bad})
        assert answer.status_code == 422 and f'value="{bad}"' in answer.content.decode()


def test_the_audit_log_is_filtered_paged_and_exported(admin, project):
    for number in range(60):
        AuditEntry.objects.create(
            project=project, actor=f"bot {number}", action="thing.done", object_id=f"x_{number}"
        )
    AuditEntry.objects.create(
        project=project, actor="=cmd", action="other.done", detail={"why": "<b>"}
    )
    AuditEntry.objects.create(project=make_project("other"), actor="stranger", action="thing.done")
    client = signed_in(admin)
    first = page(client, "settings-audit")
    assert "&lt;b&gt;" in first and "stranger" not in first and "bot 5<" not in first
    older = first.split("before=")[1].split('"')[0]
    assert "bot 5<" in page(client, "settings-audit", f"?before={older}")
    found = page(client, "settings-audit", "?q=bot+7&action=thing.done")
    assert "bot 7<" in found and "bot 8<" not in found
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert "No entry matches" in page(client, "settings-audit", f"?since={tomorrow}")
    for odd in ("?before=x", "?since=x", "?q=%00", "?until=9999-12-31", "?action=%00"):
        assert client.get(reverse("settings-audit") + odd).status_code == 200
    answer = client.get(reverse("audit-export") + "?action=other.done")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    assert [row["actor"] for row in rows] == ["'=cmd"]


def test_rows_of_another_team_are_not_found(admin):
    other = make_actor(make_project("other"), "otto", Role.ADMIN)
    key = keys.create(other.project, name="theirs").key
    profile = profiles.create("theirs", by=other)
    member = Membership.objects.get(user=other.user)
    client = signed_in(admin)
    for address in (
        reverse("key-change", args=[key.pk, "revoke"]),
        reverse("profile-change", args=[profile.pk, "delete"]),
        reverse("member-change", args=[member.pk, "remove"]),
        reverse("secret-change", args=["sec_00000000000000000000000000", "delete"]),
        reverse("settings-revoke-rule", args=["rule_00000000000000000000000000"]),
    ):
        assert client.post(address).status_code == 404, address
