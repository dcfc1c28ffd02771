"""Decisions on risky actions: their shapes, their scope, what they leave behind."""

from __future__ import annotations

import pytest

from agents.ports import InputRequestSpec
from dashboard import ledger
from dashboard.errors import Conflict, Forbidden, Invalid
from dashboard.models import AuditEntry, InputRequest, Role, StandingRule
from dashboard.services import actors, answers, keys, leases, requests, standing
from tests.conftest import make_actor, make_project, make_task

pytestmark = pytest.mark.django_db(transaction=True)

ARGUMENTS = [
    {"name": "value", "label": "Amount", "type": "string", "value": "5", "editable": True},
    {"name": "count", "label": "Count", "type": "number", "value": 2, "editable": True},
    {"name": "url", "label": "Address", "type": "string", "value": "x", "editable": False},
]


@pytest.fixture
def olivia():
    return make_actor(make_project())


def confirm(actor, *, key="confirm:1.1:abc", level="medium", risk="auth") -> InputRequest:
    held = leases.claim(make_task(actor).pk, "w1")
    context = {"level": level, "tool": "locator.fill", "host": "shop.example", "step": 1,
               "why": "The cart matches.", "arguments": ARGUMENTS}  # fmt: skip
    spec = InputRequestSpec(key, "confirmation", "Fill in 5", risk=risk, context=context)
    return requests.open_request(held, held.fence, spec)


def test_a_confirmation_is_told_and_says_what_may_be_edited(olivia):
    request = confirm(olivia)
    told = [event.type for event in ledger.read(task_id=request.task_id)][-2:]
    assert told == ["task.input_request", "task.confirmation_requested"]
    edits = request.input_schema["properties"]["edits"]["properties"]
    assert edits == {
        "value": {"type": "string", "title": "Amount"},
        "count": {"type": "number", "title": "Count"},
    }


@pytest.mark.parametrize(
    ("given", "approved"),
    [
        (True, True),
        (False, False),
        ("approve", True),
        ("reject", False),
        ({"approved": True}, True),
        ({"action": "approve_with_edits", "edits": {}}, True),
        ({"action": "reject", "reason": "no", "outcome": "stop"}, False),
    ],
)
def test_every_spelling_is_kept_in_one_shape(olivia, given, approved):
    request = requests.decide(confirm(olivia), by=olivia, response=given)
    assert set(request.response) == {"approved", "reason", "outcome", "edits", "remember"}
    assert request.response["approved"] is approved
    resolved = ledger.read(task_id=request.task_id)[-1]
    assert (resolved.type, resolved.payload["approved"]) == (
        "task.confirmation_resolved",
        approved,
    )


@pytest.mark.parametrize(
    "given",
    [
        None,
        "maybe",
        {},
        {"approved": "yes"},
        {"approved": True, "edits": {"url": "y"}},
        {"approved": True, "edits": {"nothing": 1}},
        {"approved": True, "edits": {"count": "three"}},
        {"approved": True, "edits": {"count": True}},
        {"approved": True, "edits": {"value": 7}},
        {"approved": False, "edits": {"value": "7"}},
        {"approved": False, "outcome": "explode"},
        {"approved": False, "reason": 7},
    ],
)
def test_what_does_not_fit_is_refused_and_decides_nothing(olivia, given):
    request = confirm(olivia)
    with pytest.raises(Invalid):
        requests.decide(request, by=olivia, response=given)
    request.refresh_from_db()
    assert request.status == "pending"


def test_edits_of_the_right_type_are_kept_and_unchanged_ones_left_out(olivia):
    given = {"approved": True, "edits": {"value": "7", "count": 2, "url": "x"}}
    assert requests.decide(confirm(olivia), by=olivia, response=given).response["edits"] == {
        "value": "7"
    }


def test_only_the_scope_approve_decides(olivia):
    request = confirm(olivia)
    viewer = make_actor(olivia.project, "victor", Role.VIEWER)
    made = keys.create(olivia.project, name="runner", scopes=["run", "read"])
    for by in (viewer, actors.of_key(made.key)):
        with pytest.raises(Forbidden):
            requests.decide(request, by=by, response=True)
        with pytest.raises(Forbidden):
            requests.decide(request, by=by, skip=True)


def test_the_second_decision_and_a_stale_one_conflict(olivia):
    request = confirm(olivia)
    with pytest.raises(Conflict):
        requests.decide(request, by=olivia, response=True, revision=2)
    requests.decide(request, by=olivia, response=False, revision=1)
    with pytest.raises(Conflict) as lost:
        requests.decide(request, by=olivia, response=True, revision=1)
    assert lost.value.extra["response"]["approved"] is False


def test_another_name_makes_nobody_somebody_else(olivia):
    request = confirm(olivia)
    mallory = make_actor(olivia.project, "mallory")
    mallory.user.first_name = "olivia"
    mallory.user.save()
    mallory = make_actor(olivia.project, "mallory")
    assert mallory.name == olivia.name
    for person in (mallory, olivia, mallory):
        requests.saw(request, by=person)
    requests.decide(request, by=mallory, response=True)
    ids = AuditEntry.objects.filter(object_id=request.pk).order_by("pk")
    hers, his = f"user:{olivia.user.pk}", f"user:{mallory.user.pk}"
    assert [(entry.action, entry.actor_id) for entry in ids] == [
        ("request.seen", his),
        ("request.seen", hers),
        ("request.approved", his),
    ]
    request.refresh_from_db()
    assert (request.answered_by, request.answered_by_id) == ("olivia", his)


def test_who_saw_and_who_decided_is_on_record(olivia):
    request = confirm(olivia)
    requests.saw(request, by=olivia)
    requests.saw(request, by=olivia)
    requests.decide(request, by=olivia, response={"approved": False, "reason": "too dear"})
    entries = AuditEntry.objects.filter(object_id=request.pk).order_by("pk")
    assert [(e.actor, e.action) for e in entries] == [
        ("olivia", "request.seen"),
        ("olivia", "request.rejected"),
    ]
    assert entries[1].detail["reason"] == "too dear"
    assert {entry.actor_id for entry in entries} == {f"user:{olivia.user.pk}"}
    assert entries[1].detail["revision"] == 1


def test_an_approval_may_stand_for_the_task_and_be_revoked(olivia):
    request = confirm(olivia)
    requests.decide(request, by=olivia, response={"approved": True, "remember": True})
    (rule,) = standing.rules_of(request.task)
    assert (rule.tool, rule.host, rule.risk) == ("locator.fill", "shop.example", "auth")
    standing.revoke(rule, by=olivia)
    standing.revoke(rule, by=olivia)
    assert not standing.rules_of(request.task)
    assert StandingRule.objects.get().revoked_by == "olivia"
    assert AuditEntry.objects.filter(action="rule.revoked").count() == 1


def test_nothing_of_the_highest_level_stands(olivia):
    request = confirm(olivia, level="high", risk="payment")
    with pytest.raises(Invalid):
        requests.decide(request, by=olivia, response={"approved": True, "remember": True})


def test_a_secret_answer_is_a_variable_of_its_task_and_a_name_to_the_run(olivia):
    held = leases.claim(make_task(olivia).pk, "w1")
    schema = {
        "properties": {"User": {"type": "string"}, "Pass word": {"format": "password"}},
        "type": "object",
    }
    context = {"page_url": "https://login.example:8443/in"}
    spec = InputRequestSpec("k", "sign_in", "Sign in?", input_schema=schema, context=context)
    request = requests.open_request(held, held.fence, spec)
    given = {"User": "ada", "Pass word": "s3cret-value"}
    request = requests.decide(request, by=olivia, response=given)
    assert answers.told(request) == {"User": "ada", "Pass word": "{{answer_1_pass_word}}"}
    (variable,) = answers.variables_of(held).values()
    assert (variable.value, variable.sensitive, variable.kind) == ("s3cret-value", True, "password")
    assert variable.allowed_domains == ("login.example:8443",)
