"""Origins opened to a session: what a decision writes, who takes it back, what a worker may not."""

from __future__ import annotations

from typing import Any

import pytest

from agents.ports import InputRequestSpec
from dashboard.errors import Conflict, Forbidden, Invalid, NotFound
from dashboard.models import AgentSession, AuditEntry, InputRequest, Role
from dashboard.services import actors, keys, leases, origins, requests, sessions
from tests.conftest import make_actor, make_project, make_task

pytestmark = pytest.mark.django_db(transaction=True)
PARTNER = "https://partner.example"
TAINTED = {"policy": {}, "taints": [{"domains": ["shop.example"], "why": "password"}],
           "approved": [], "approved_version": 0}  # fmt: skip


@pytest.fixture
def olivia():
    return make_actor(make_project())


def asked(actor: Any, *, key: str = "origin:1.1:abc", **context: Any) -> InputRequest:
    """What a run asks whose session had a password typed in it."""
    held = leases.claim(make_task(actor).pk, "w1")
    assert held is not None
    sessions.set_egress(held.pk, held.fence, TAINTED)
    facts = {"about": "origin", "origin": PARTNER, "secrets": ["password"], "level": "high",
             "tool": "page.goto", "host": "partner.example", "step": 1, **context}  # fmt: skip
    spec = InputRequestSpec(key, "confirmation", "Open it", risk="sensitive_data", context=facts)
    return requests.open_request(held, held.fence, spec)


def open_to(request: InputRequest) -> list[tuple[str, str]]:
    session = AgentSession.objects.get(pk=request.task.session_id)
    return [(each.origin, each.by) for each in origins.opened(session)]


def audit(action: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action=action))


def test_an_approval_opens_the_origin_with_its_decision(olivia):
    request = asked(olivia)
    requests.decide(request, by=olivia, response=True)
    assert open_to(request) == [(PARTNER, "olivia")]
    session = AgentSession.objects.get(pk=request.task.session_id)
    assert session.egress["taints"] == TAINTED["taints"]
    assert origins.opened(session)[0].at is not None
    (entry,) = audit("origin.approved")
    assert (entry.object_id, entry.actor) == (session.pk, "olivia")
    assert entry.detail == {"origin": PARTNER, "request": request.pk, "task": request.task_id,
                            "typed": ["password"]}  # fmt: skip
    with pytest.raises(Conflict):
        requests.decide(request, by=olivia, response=True)
    assert len(audit("origin.approved")) == 1


@pytest.mark.parametrize(
    ("response", "more"),
    [
        ({"approved": False, "reason": "no"}, {}),
        (True, {"about": None}),
        (True, {"key": "confirm:1.1:abc"}),
    ],
    ids=["a rejection", "another approval that names an origin", "another question"],
)
def test_nothing_else_opens_an_origin(olivia, response, more):
    request = asked(olivia, **more)
    requests.decide(request, by=olivia, response=response)
    assert open_to(request) == [] and not audit("origin.approved")


def test_it_is_decided_by_itself_and_leaves_no_rule(olivia):
    request = asked(olivia)
    with pytest.raises(Invalid):
        requests.decide(request, by=olivia, response={"approved": True, "remember": True})
    made = keys.create(olivia.project, name="runner", scopes=["run", "read"])
    with pytest.raises(Forbidden):
        requests.decide(request, by=actors.of_key(made.key), response=True)
    assert open_to(request) == []


def test_it_is_taken_back_once_and_by_those_who_may_approve(olivia):
    request = asked(olivia)
    requests.decide(request, by=olivia, response=True)
    session = request.task.session
    viewer = make_actor(olivia.project, "vera", Role.VIEWER)
    with pytest.raises(Forbidden):
        origins.revoke(session, PARTNER, by=viewer)
    assert open_to(request) == [(PARTNER, "olivia")]
    origins.revoke(session, PARTNER, by=olivia)
    assert open_to(request) == []
    for origin in (PARTNER, "https://other.example", ""):
        with pytest.raises(NotFound):
            origins.revoke(session, origin, by=olivia)
    assert [entry.detail for entry in audit("origin.revoked")] == [{"origin": PARTNER}]


def test_what_a_worker_keeps_neither_opens_nor_closes(olivia):
    request = asked(olivia)
    task = request.task
    requests.decide(request, by=olivia, response=True)
    older = TAINTED | {"policy": {"mode": "strict"}}
    sessions.set_egress(task.pk, task.fence, older)
    assert open_to(request) == [(PARTNER, "olivia")]
    stale = AgentSession.objects.get(pk=task.session_id).egress
    origins.revoke(task.session, PARTNER, by=olivia)
    sessions.set_egress(task.pk, task.fence, stale)
    assert open_to(request) == []
    kept = AgentSession.objects.get(pk=task.session_id).egress
    assert kept["policy"] == {"mode": "strict"} and kept["approved_version"] == 2


def test_rules_that_cannot_be_read_open_nothing(olivia):
    request = asked(olivia)
    task = request.task
    AgentSession.objects.filter(pk=task.session_id).update(egress={"approved": 7})
    assert open_to(request) == []
    sessions.set_egress(task.pk, task.fence, TAINTED)
    assert open_to(request) == []
