"""Confirmations of the agent API: shown, decided once, by whom it is due, in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.models import InputRequest
from dashboard.services import keys, requests, tasks
from tests.dashboard.api.agent_runs import CONTEXT, agent, ask, claimed, read, start
from tests.dashboard.api.conftest import Api


def test_a_confirmation_is_shown_and_approved(api):
    run = start(api)
    row = ask(claimed(run))
    found = read(api, run)
    assert found["status"] == "awaiting_input"
    shown = found["needs_confirmation"]
    assert shown["id"] == row.pk
    assert shown["risk"] == "purchase"
    assert shown["title"] == "Buy the blue backpack"
    assert shown["reason"] == "The button places the order."
    assert shown["step"] == 3
    assert shown["page"] == {"url": "http://shop.example/pay", "title": "Pay"}
    assert shown["code"] == CONTEXT["code"]
    assert shown["screenshot_artifact_id"] == "art_1"
    assert shown["expires_at"].endswith("Z")
    path = agent(api, f"/runs/{run['run_id']}/confirmations/{row.pk}")
    answer = api.post(path, {"approved": True, "reason": "I wanted it"})
    assert answer.status_code == 200, answer.content
    assert answer.json()["confirmation"]["status"] == "answered"
    row.refresh_from_db()
    assert row.response["approved"] is True
    assert row.response["reason"] == "I wanted it"
    again = api.post(path, {"approved": False})
    assert again.status_code == 409
    assert again.json()["extra"]["status"] == "answered"


def test_a_question_of_the_page_is_shown_word_for_word(api):
    run = start(api)
    question = {"kind": "confirm", "text": "Delete the note Groceries?"}
    ask(claimed(run), context={**CONTEXT, "dialog": question})
    assert read(api, run)["needs_confirmation"]["detail"]["dialog"] == question


def test_nothing_is_approved_once_the_run_is_to_be_cancelled(api):
    run = start(api)
    row = ask(claimed(run))  # its worker has yet to see the wish
    root = agent(api, f"/runs/{run['run_id']}")
    assert api.post(f"{root}/cancel", {}).status_code == 200
    answer = api.post(f"{root}/confirmations/{row.pk}", {"approved": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert answer.json()["extra"]["status"] == "pending"
    row.refresh_from_db()
    assert row.status == "pending"


@pytest.mark.parametrize("said", ["yes", "true", "on", 1, 1.0, None, [], {"approved": True}])
def test_only_true_and_false_decide(api, said):
    run = start(api)
    row = ask(claimed(run))
    path = agent(api, f"/runs/{run['run_id']}/confirmations/{row.pk}")
    answer = api.post(path, {"approved": said})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_error")
    row.refresh_from_db()
    assert row.status == "pending"


def test_a_decision_needs_the_approve_scope(api, project):
    run = start(api)
    row = ask(claimed(run))
    weak = Api(api.client, project, keys.create(project, name="w", scopes=["run", "read"]).plain)
    path = agent(api, f"/runs/{run['run_id']}/confirmations/{row.pk}")
    assert weak.post(path, {"approved": True}).status_code == 403
    row.refresh_from_db()
    assert row.status == "pending"


@pytest.mark.parametrize(
    ("kind", "body", "response", "skipped"),
    [
        ("question", {"approved": True, "reason": "blue"}, "blue", False),
        ("question", {"approved": True, "response": {"a": 1}}, {"a": 1}, False),
        ("question", {"approved": False}, None, True),
        ("captcha", {"approved": True}, {"done": True}, False),
    ],
)
def test_other_requests_are_answered_through_the_same_door(api, kind, body, response, skipped):
    run = start(api)
    row = ask(claimed(run), kind, risk=None)
    assert read(api, run)["needs_confirmation"]["risk"] == (
        "captcha" if kind == "captcha" else "ambiguous"
    )
    answer = api.post(agent(api, f"/runs/{run['run_id']}/confirmations/{row.pk}"), body)
    assert answer.status_code == 200, answer.content
    row.refresh_from_db()
    assert (row.response, row.skipped) == (response, skipped)


def test_an_expired_confirmation_cannot_be_decided_and_ends_the_run_unconfirmed(api):
    run = start(api)
    task = claimed(run)
    row = ask(task)
    InputRequest.objects.filter(pk=row.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    path = agent(api, f"/runs/{run['run_id']}/confirmations/{row.pk}")
    assert api.post(path, {"approved": True}).status_code == 409
    assert requests.expire_due() == 1
    error = ("confirmation_expired", "Nobody decided in time.")
    tasks.finish(task.pk, task.fence, terminal_reason="expired", error=error)
    found = read(api, run)
    assert found["status"] == "needs_confirmation"
    assert found["needs_confirmation"]["id"] == row.pk
    assert found["error"]["code"] == "confirmation_expired"


def test_a_confirmation_of_another_run_is_not_found(api):
    run, other = start(api), start(api)
    row = ask(claimed(other))
    answer = api.post(
        agent(api, f"/runs/{run['run_id']}/confirmations/{row.pk}"), {"approved": True}
    )
    assert answer.status_code == 404
    assert answer.json()["code"] == "confirmation_not_found"
