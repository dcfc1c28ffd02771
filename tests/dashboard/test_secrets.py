"""Stored secrets: written, sealed, rotated, never read back."""

from __future__ import annotations

import json

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.management import CommandError, call_command
from django.test import Client
from pydantic import ValidationError

from agents.ports import InputRequestSpec
from dashboard.errors import Conflict, Forbidden, Invalid, NotFound
from dashboard.models import AgentSession, AuditEntry, Endpoint, Event, Role, Secret, Task
from dashboard.services import (
    agent_runs,
    control,
    endpoints,
    keyring,
    keys,
    leases,
    messages,
    requests,
    rotation,
    sealing,
    secrets,
    sessions,
    tasks,
)
from dashboard.services.agent_options import NewAgentSession, NewRun
from dashboard.services.options import NewTask
from tests.conftest import make_actor, make_project, make_task
from tests.dashboard.api.conftest import Api

pytestmark = pytest.mark.django_db(transaction=True)
VALUE = "correct-horse-7261"


@pytest.fixture
def admin(project):
    return make_actor(project, "ada", Role.ADMIN)


@pytest.fixture
def own_keys(tmp_path, monkeypatch):
    """Keys of this test alone."""
    monkeypatch.setattr(keyring.config(), "data_dir", tmp_path)
    monkeypatch.setattr(keyring, "_cached", None)
    yield
    keyring._cached = None


def stored(admin, **fields):
    given = {"name": "shop", "value": VALUE, "allowed_domains": ["shop.example"], **fields}
    return secrets.create(given.pop("name"), given.pop("value"), by=admin, **given)


def test_a_secret_is_sealed_and_its_making_is_audited(admin):
    secret = stored(admin)
    row = Secret.objects.get()
    assert VALUE.encode() not in bytes(row.sealed)
    assert row.key_id == keyring.all_keys()[0].id == sealing.key_id(row.sealed)
    entry = AuditEntry.objects.get(action="secret.created", object_id=secret.pk)
    assert VALUE not in json.dumps(entry.detail)


def test_a_sealed_value_opens_for_its_row_and_project_only(project):
    sealed = sealing.seal("x", row_id="sec_1", project_id=project.pk)
    assert sealing.unseal(sealed, row_id="sec_1", project_id=project.pk) == "x"
    for row_id, project_id in (("sec_2", project.pk), ("sec_1", "proj_2")):
        with pytest.raises(InvalidTag):
            sealing.unseal(sealed, row_id=row_id, project_id=project_id)


def test_tasks_get_the_secrets_that_have_domains(admin, operator):
    stored(admin)
    stored(admin, name="unbound", allowed_domains=None)
    stored(admin, name="mine", value="other-value")
    task = make_task(operator, variables={"mine": "the task's own"})
    found = tasks.variables_of(task)
    assert set(found) == {"shop", "mine"}
    assert (found["shop"].value, found["shop"].sensitive, found["shop"].kind) == (
        VALUE, True, "password",
    )  # fmt: skip
    assert found["mine"].value == "the task's own"
    assert VALUE not in repr(found)
    stranger = make_task(make_actor(make_project("other"), "otto"))
    assert tasks.variables_of(stranger) == {}


def test_rows_hold_no_value_that_people_wrote_into_words(admin, operator):
    stored(admin)
    task = make_task(
        operator,
        instructions=f"Sign in with {VALUE} and pin-99-77",
        metadata={"note": VALUE},
        variables={"pin": {"value": "pin-99-77", "sensitive": True}},
    )
    assert task.instructions == "Sign in with {{shop}} and {{pin}}"
    assert task.session.title == "Sign in with {{shop}} and {{pin}}"
    assert task.session.metadata == {"note": "{{shop}}"}
    said = messages.send(task, f"the pin is PIN-99-77, once more {VALUE[::-1]}", by=operator)
    assert said.content == "the pin is {{pin}}, once more {{shop}}"
    with pytest.raises(Invalid):
        make_task(operator, start_url=f"https://shop.example/?t={VALUE}")


def test_rows_hold_no_value_that_came_with_the_options(admin, operator, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    monkeypatch.setenv("WEBAGENT_MODEL_ORIGINS", f"https://{VALUE}.example")
    stored(admin)
    options = {
        "goal": "Look around",
        "system_prompt": f"It is {VALUE}",
        "code_policy": {"extra_denied_patterns": [VALUE]},
        "output_schema": {"type": "object", "description": VALUE},
        "model": {"route": "openai", "model": "m", "temperature": 0.5},
        "variables": {"pin": {"value": "object", "sensitive": True}},
    }
    run = agent_runs.create(NewRun.model_validate(options), by=operator)
    run.task.refresh_from_db()
    kept = run.task.options
    assert VALUE not in json.dumps(kept) and "{{shop}}" in kept["agent"]["guidance"]
    assert kept["output_schema"] == {"type": "object", "description": "{{shop}}"}
    hidden = {"route": "openai", "temperature": {"x": VALUE}}
    with pytest.raises(ValidationError, match="temperature"):
        NewRun.model_validate({**options, "model": hidden})
    for name in ("model", "base_url"):
        model = {"route": "openai", "model": "m", name: f"https://{VALUE}.example/"}
        with pytest.raises(Invalid):
            agent_runs.create(NewRun.model_validate({**options, "model": model}), by=operator)


@pytest.mark.parametrize("kind", [NewTask, NewRun])
def test_a_models_address_carries_no_user(kind):
    model = {"route": "openai", "model": "m", "base_url": "https://u:p@h.example/v1"}
    with pytest.raises(ValidationError, match="user name"):
        kind.model_validate({"instructions": "x", "model": model})


def test_a_sessions_words_hold_no_value(admin, operator):
    stored(admin)
    given = {"title": f"With {VALUE}", "metadata": {"id": VALUE}}
    session = agent_runs.open_session(NewAgentSession.model_validate(given), by=operator)
    assert session.title == "With {{shop}}" and session.metadata["id"] == "{{shop}}"
    with pytest.raises(Invalid):
        agent_runs.open_session(
            NewAgentSession(start_url=f"https://shop.example/?t={VALUE}"), by=operator
        )


def test_what_people_say_to_a_task_holds_no_value(admin, operator):
    stored(admin)
    task = make_task(operator)
    assert tasks.cancel(task, by=operator, reason=f"{VALUE} is old").cancel_reason == (
        "{{shop}} is old"
    )
    held = leases.claim(make_task(operator).pk, "w1")
    for number, (kind, given, kept) in enumerate(
        (
            ("question", f"it is {VALUE}", "it is {{shop}}"),
            ("form", {"id": VALUE, "n": 7}, {"id": "{{shop}}", "n": 7}),
            ("confirmation", {"approved": False, "reason": VALUE}, "{{shop}}"),
        )
    ):
        spec = InputRequestSpec(f"k{number}", kind, "?", context={"level": "medium"})
        row = requests.open_request(held, held.fence, spec)
        row = requests.decide(row, by=operator, response=given)
        assert (row.response["reason"] if kind == "confirmation" else row.response) == kept
    told = [*Event.objects.values_list("payload", flat=True)]
    told += AuditEntry.objects.values_list("detail", flat=True)
    assert VALUE not in json.dumps(told)


def test_an_edit_holds_no_value(admin, operator):
    stored(admin)
    held = leases.claim(make_task(operator).pk, "w1")
    argument = {"name": "value", "label": "V", "type": "string", "value": "5", "editable": True}
    context = {"level": "medium", "arguments": [argument]}
    spec = InputRequestSpec("k", "confirmation", "?", context=context)
    row = requests.open_request(held, held.fence, spec)
    with pytest.raises(Invalid, match="sensitive"):
        requests.decide(row, by=operator, response={"approved": True, "edits": {"value": VALUE}})


def test_a_handback_note_holds_no_value(admin, operator):
    stored(admin)
    session = make_task(operator).session
    AgentSession.objects.filter(pk=session.pk).update(browser={"id": "b"})
    control.take(session, by=operator)
    session = control.release(session, by=operator, note=f"I typed {VALUE}")
    assert session.handback_note == "I typed {{shop}}"
    assert VALUE not in json.dumps(list(Event.objects.values_list("payload", flat=True)))


def test_some_kinds_are_always_sensitive(operator):
    task = make_task(operator, variables={"pw": {"value": "open-sesame", "kind": "password"}})
    assert tasks.variables_of(task)["pw"].sensitive


def test_new_domains_need_the_value_again(admin):
    secret = stored(admin)
    secrets.replace(secret, by=admin, allowed_domains=["login.shop.example"])
    with pytest.raises(Invalid):
        secrets.replace(secret, by=admin, allowed_domains=["evil.example"])
    changed = secrets.replace(secret, by=admin, allowed_domains=["b.example"], value="another-one")
    assert changed.allowed_domains == ["b.example"]
    assert secrets.variables_of(admin.project.pk)["shop"].value == "another-one"


def test_only_admins_of_the_project_touch_secrets(admin, operator):
    secret = stored(admin)
    stranger = make_actor(make_project("other"), "mallory", Role.ADMIN)
    for act in (
        lambda: stored(operator, name="more"),
        lambda: secrets.replace(secret, by=operator, value="y"),
        lambda: secrets.delete(secret, by=operator),
    ):
        with pytest.raises(Forbidden):
            act()
    with pytest.raises(NotFound):
        secrets.delete(secret, by=stranger)
    with pytest.raises(Conflict):
        stored(admin)
    secrets.delete(secret, by=admin)
    assert not Secret.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "no-dashes"), ("value", ""), ("value", "a\0b"), ("kind", "magic"),
        ("allowed_domains", ["com"]), ("allowed_domains", [""]), ("allowed_domains", ["a.*.com"]),
    ],
)  # fmt: skip
def test_nonsense_is_refused_without_repeating_it(admin, field, value):
    with pytest.raises(Invalid) as refusal:
        stored(admin, **{field: value})
    assert VALUE not in str(refusal.value.detail)


def test_a_rotation_seals_everything_anew(own_keys, admin, operator):
    secret = stored(admin)
    task = make_task(operator, variables={"pw": VALUE})
    made = endpoints.create("https://hooks.example/in", by=admin)
    before = keyring.all_keys()[0].id
    # As stored before keys had ids.
    old = AESGCM(keyring.all_keys()[0].bytes)
    first = b"\x01" + b"n" * 12 + old.encrypt(b"n" * 12, b'{"pw":{"value":"v1"}}', task.pk.encode())
    Task.objects.filter(pk=task.pk).update(sealed_variables=first)
    call_command("rotate_keys")
    newest = keyring.all_keys()[0].id
    assert newest != before
    assert rotation.reseal_all() == rotation.Report(changed=0, current=3)
    assert {sealing.key_id(Secret.objects.get().sealed), Secret.objects.get().key_id} == {newest}
    with pytest.raises(CommandError, match="ten minutes"):
        call_command("rotate_keys", "--forget-old")
    assert len(keyring.all_keys()) == 2
    keyring._write(tuple(keyring.FieldKey(key.text) for key in keyring.all_keys()))
    call_command("rotate_keys", "--forget-old")
    assert [key.id for key in keyring.all_keys()] == [newest]
    assert secrets.variables_of(secret.project_id)["shop"].value == VALUE
    assert tasks.variables_of(Task.objects.get(pk=task.pk))["pw"].value == "v1"
    assert endpoints.secrets_of(Endpoint.objects.get()) == (made.secret,)


def test_a_rotation_that_was_cut_short_goes_on_with_its_key(own_keys, admin):
    stored(admin)
    keyring.add()  # and then the power went
    half = keyring.all_keys()[0].id
    assert Secret.objects.get().key_id != half
    assert rotation.rotate()[0] == half
    assert Secret.objects.get().key_id == half


def test_a_faster_writer_wins_over_the_rotation(own_keys, admin):
    secret = stored(admin)
    keyring.add()
    seen = list(rotation._rows(rotation._PLACES[0]))
    secrets.replace(secret, by=admin, value="written meanwhile")
    report = rotation.Report()
    rotation._reseal(rotation._PLACES[0], seen[0], report)
    assert report.changed == 0
    assert secrets.variables_of(secret.project_id)["shop"].value == "written meanwhile"


def test_a_value_of_an_unknown_key_is_reported_and_blocks_forgetting(own_keys, admin):
    secret = stored(admin)
    Secret.objects.filter(pk=secret.pk).update(sealed=b"\x02" + b"k" * 60)
    with pytest.raises(CommandError, match="could not be opened"):
        call_command("rotate_keys")
    keyring._write(tuple(keyring.FieldKey(key.text) for key in keyring.all_keys()))
    with pytest.raises(CommandError, match="still sealed"):
        call_command("rotate_keys", "--forget-old")


def test_keys_from_the_environment_are_used_newest_first(own_keys, monkeypatch):
    monkeypatch.setattr(keyring.config(), "field_encryption_keys", "newer, older")
    assert [key.text for key in keyring.all_keys()] == ["newer", "older"]
    assert keyring.are_listed()


class TestHttp:
    """The same through the API."""

    @pytest.fixture
    def door(self, project, api_key):
        class Door(Api):
            def path(self, rest: str = "") -> str:
                return f"/v1/projects/{self.project.pk}/secrets{rest}"

            def send(self, method: str, rest: str, body: object = None):
                return self.client.generic(
                    method, self.path(rest), data=json.dumps(body),
                    content_type="application/json", headers=self._headers({}),
                )  # fmt: skip

        return Door(Client(raise_request_exception=False), project, api_key)

    def test_no_answer_holds_a_value(self, door):
        body = {"name": "shop", "value": VALUE, "allowed_domains": ["Shop.Example"]}
        made = door.post(body=body)
        assert made.status_code == 201, made.content
        place = "/" + made.json()["id"]
        answers = [
            made, door.get(), door.get(place), door.post(body=body),
            door.send("PATCH", place, {"description": "the shop's", "value": VALUE + "2"}),
            door.send("PUT", place, {"allowed_domains": ["evil.example"]}),
            door.post(body={**body, "kind": VALUE}), door.post(body={"value": [VALUE]}),
        ]  # fmt: skip
        assert [a.status_code for a in answers] == [201, 200, 200, 409, 200, 422, 422, 422]
        assert all(VALUE not in answer.content.decode() for answer in answers)
        assert door.get(place).json() == {
            **made.json(), "description": "the shop's",
            "updated_at": door.get(place).json()["updated_at"],
        }  # fmt: skip
        assert made.json()["allowed_domains"] == ["shop.example"]
        assert door.send("DELETE", place).status_code == 204
        assert door.get(place).json()["code"] == "secret_not_found"

    def test_a_key_without_admin_sees_nothing(self, door, project):
        door.key = keys.create(project, name="small", scopes=["run", "read", "approve"]).plain
        assert door.get().status_code == 403
        assert door.post(body={"name": "a", "value": "bbbb"}).status_code == 403


def test_a_page_that_moved_on_tells_no_answered_password(operator):
    held = leases.claim(make_task(operator).pk, "w1")
    fields = {"properties": {"user": {}, "password": {"format": "password"}}}
    spec = InputRequestSpec("k", "sign_in", "Sign in", input_schema=fields)
    row = requests.open_request(held, held.fence, spec)
    requests.decide(row, by=operator, response={"user": "ada", "password": VALUE})
    sessions.follow_page(held.session_id, url=f"https://a.example/in?pw={VALUE}", title=VALUE)
    session = AgentSession.objects.get(pk=held.session_id)
    assert session.page_url.startswith("https://a.example/in?pw=")
    assert VALUE not in session.page_url + session.page_title


def test_no_page_is_followed_when_secrets_are_lost(operator):
    task = make_task(operator, variables={"password": {"value": VALUE, "sensitive": True}})
    Task.objects.filter(pk=task.pk).update(sealed_variables=b"no more")
    sessions.follow_page(task.session_id, url=f"https://a.example/in?pw={VALUE}", title="In")
    assert not AgentSession.objects.get(pk=task.session_id).page_url
