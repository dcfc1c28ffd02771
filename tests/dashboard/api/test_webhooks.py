"""Webhook endpoints and deliveries through HTTP."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.test import Client

from dashboard.models import AuditEntry, Delivery, Endpoint, IdempotencyRecord, Task
from dashboard.services import deliveries, keys, tasks
from dashboard.services.deliveries import Result
from tests.conftest import make_actor, make_project, make_task
from tests.dashboard.api.conftest import Api

pytestmark = pytest.mark.django_db(transaction=True)
HOOK = "https://hooks.example/in"


@pytest.fixture
def hooks(api) -> Api:
    """The same client, below the project itself."""

    class Hooks(Api):
        def path(self, rest: str = "") -> str:
            return f"/v1/projects/{self.project.pk}{rest}"

        def send(self, method: str, rest: str, body: object = None):
            return self.client.generic(
                method, self.path(rest), data=json.dumps(body),
                content_type="application/json", headers=self._headers({}),
            )  # fmt: skip

    return Hooks(api.client, api.project, api.key)


def registered(hooks: Api, **fields: object) -> dict:
    answer = hooks.post("/endpoints", {"url": HOOK, **fields})
    assert answer.status_code == 201, answer.content
    return answer.json()


def delivered(api: Api, operator, **options: object) -> Delivery:
    session = api.session(callback_url=HOOK, **options)
    task = Task.objects.get(pk=session["tasks"][0]["id"])
    tasks.cancel(task, by=operator)
    return Delivery.objects.get(task=task)


def test_a_secret_is_shown_once(hooks):
    made = registered(hooks, description="orders")
    assert made["secret"].startswith("whsec_")
    assert made["events"] == ["*"]
    listed = hooks.get("/endpoints")
    assert "secret" not in listed.json()["items"][0]
    assert "whsec_" not in listed.content.decode()
    assert set(listed.json()["items"][0]) == {
        "id", "url", "description", "events", "status", "disabled_reason", "failing_since",
        "last_success_at", "previous_secret_expires_at", "created_at",
    }  # fmt: skip


def test_a_callback_makes_an_endpoint_and_shows_no_secret(api, hooks, operator):
    row = delivered(api, operator)
    [found] = hooks.get("/endpoints").json()["items"]
    assert (found["url"], found["events"], found["id"]) == (HOOK, [], row.endpoint_id)
    session = api.get(f"/{row.session_id}")
    assert "whsec_" not in session.content.decode()
    rotated = hooks.post(f"/endpoints/{found['id']}/rotate_secret", {"overlap_hours": 0})
    assert rotated.json()["secret"].startswith("whsec_")
    assert rotated.json()["previous_secret_expires_at"] is None
    assert "callback_url" not in row.task.options


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a.example/", "javascript:alert(1)", "http://u:p@a.example/", "https://", 7,
     "https://a.example/" + "x" * 2000, "https://a.example/\x00"],
)  # fmt: skip
def test_addresses_that_are_none_are_refused(api, hooks, url):
    for answer in (
        hooks.post("/endpoints", {"url": url}),
        api.post(body={"instructions": "a", "callback_url": url}),
    ):
        assert answer.status_code == 422
        assert answer.json()["code"] == "validation_error"
    assert not Endpoint.objects.exists()


def test_a_null_callback_is_none(api):
    api.session(callback_url=None)
    assert not Endpoint.objects.exists()


def test_deliveries_have_the_shape_of_the_contract(api, hooks, operator):
    row = delivered(api, operator)
    claimed = deliveries.claim(row.pk)
    deliveries.record(claimed.id, claimed.fence, Result(503, "server_error", 9, "busy"))
    [found] = hooks.get("/deliveries").json()["items"]
    assert "payload" not in found
    assert found["id"] == row.pk
    assert found["webhook_id"] == row.webhook_id
    assert found["endpoint"] == row.endpoint_id
    assert (found["type"], found["status"]) == ("task.completed", "retry_wait")
    assert found["next_attempt_at"].endswith("Z")
    [attempt] = found["attempts"]
    assert attempt.pop("at").endswith("Z")
    assert attempt == {
        "n": 1, "trigger": "schedule", "status_code": 503, "error_class": "server_error",
        "ms": 9, "response_excerpt": "busy",
    }  # fmt: skip
    [full] = hooks.get("/deliveries?include_payload=true").json()["items"]
    assert full["payload"]["id"] == row.webhook_id
    assert set(full["payload"]) == {"type", "id", "timestamp", "data"}
    one = hooks.get(f"/deliveries/{row.pk}?include_payload=1").json()
    assert one == full


def test_deliveries_are_paged_and_filtered(api, hooks, operator):
    rows = [delivered(api, operator) for _ in range(3)]
    Delivery.objects.filter(pk=rows[0].pk).update(status="dead")
    first = hooks.get("/deliveries?limit=2").json()
    second = hooks.get(f"/deliveries?limit=2&cursor={first['next_cursor']}").json()
    assert [len(first["items"]), len(second["items"])] == [2, 1]
    assert second["next_cursor"] is None
    [dead] = hooks.get("/deliveries?status=dead").json()["items"]
    assert dead["id"] == rows[0].pk
    assert hooks.get("/deliveries?status=lost").status_code == 422
    assert hooks.get("/deliveries?endpoint_id=ep_none").json()["items"] == []


def test_retry(api, hooks, operator):
    row = delivered(api, operator)
    on_its_way = hooks.post(f"/deliveries/{row.pk}/retry")
    assert on_its_way.status_code == 409
    assert on_its_way.json()["extra"] == {"status": "pending"}
    Delivery.objects.update(status="dead", next_attempt_at=None)
    again = hooks.post(f"/deliveries/{row.pk}/retry")
    assert (again.status_code, again.json()["status"]) == (202, "pending")
    assert AuditEntry.objects.filter(action="delivery.retried", object_id=row.pk).exists()


def test_switching_off_holds_and_switching_on_sends(api, hooks, operator):
    row = delivered(api, operator)
    path = f"/endpoints/{row.endpoint_id}"
    off = hooks.send("PATCH", path, {"status": "disabled"})
    assert (off.status_code, off.json()["status"]) == (200, "disabled")
    assert hooks.get(f"/deliveries/{row.pk}").json()["status"] == "held"
    test = hooks.post(f"{path}/test")
    assert (test.status_code, test.json()["type"]) == (202, "ping")
    assert test.json()["payload"]["type"] == "ping"
    assert hooks.send("PATCH", path, {"status": "active", "events": None}).status_code == 200
    assert hooks.get(f"/deliveries/{row.pk}").json()["status"] == "pending"
    assert hooks.send("PATCH", path, {"status": "removed"}).status_code == 422
    changed = hooks.send("PATCH", path, {"events": ["task.completed"], "description": " mine "})
    assert changed.json()["events"] == ["task.completed"]
    assert changed.json()["description"] == "mine"


def test_removing(api, hooks, operator):
    row = delivered(api, operator)
    path = f"/endpoints/{row.endpoint_id}"
    assert hooks.send("DELETE", path).status_code == 204
    assert hooks.get(path).status_code == 404
    assert hooks.get(path).json()["code"] == "endpoint_not_found"
    assert hooks.get(f"/deliveries/{row.pk}").json()["status"] == "cancelled"


def test_registering_twice_conflicts_and_names_the_endpoint(hooks):
    made = registered(hooks)
    again = hooks.post("/endpoints", {"url": HOOK})
    assert (again.status_code, again.json()["extra"]) == (409, {"endpoint_id": made["id"]})
    unknown = hooks.post("/endpoints", {"url": HOOK + "/2", "events": ["task.finished"]})
    assert unknown.status_code == 422
    assert (
        hooks.post(f"/endpoints/{made['id']}/rotate_secret", {"overlap_hours": 169}).status_code
        == 422
    )


def test_an_answer_with_a_secret_is_replayed_and_kept_sealed(hooks):
    first = hooks.post("/endpoints", {"url": HOOK}, Idempotency_Key="k1")
    again = hooks.post("/endpoints", {"url": HOOK}, Idempotency_Key="k1")
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json()["secret"] not in IdempotencyRecord.objects.get().response


def calls(endpoint_id: str, delivery_id: str) -> list[tuple[str, str, str]]:
    """Every route: method, path, scope it needs."""
    e, d = f"/endpoints/{endpoint_id}", f"/deliveries/{delivery_id}"
    return [
        ("GET", e, "read"), ("GET", d, "read"), ("PATCH", e, "run"), ("POST", e + "/test", "run"),
        ("POST", d + "/retry", "run"), ("POST", e + "/rotate_secret", "admin"),
        ("DELETE", e, "admin"),
    ]  # fmt: skip


def test_rows_of_another_project_do_not_exist(hooks):
    other = make_actor(make_project("other"), "otto")
    task = tasks.cancel(make_task(other, callback_url=HOOK), by=other)
    foreign = Delivery.objects.get(task=task)
    for method, path, _ in calls(foreign.endpoint_id, foreign.pk):
        answer = hooks.send(method, path, {})
        assert answer.status_code == 404, (method, path)
        assert answer.json()["code"] in ("endpoint_not_found", "delivery_not_found")
    assert hooks.get("/deliveries").json()["items"] == []
    assert hooks.get("/endpoints").json()["items"] == []
    stranger = replace(hooks, project=other.project)
    for path in ("/endpoints", "/deliveries", f"/deliveries/{foreign.pk}"):
        assert stranger.get(path).status_code == 403
    foreign.refresh_from_db()
    assert foreign.status == "pending"


def test_each_route_needs_its_scope(api, hooks, operator, project):
    row = delivered(api, operator)
    plain = {s: keys.create(project, name=s, scopes=[s]).plain for s in ("read", "run", "approve")}
    routes = [
        *calls(row.endpoint_id, row.pk),
        ("GET", "/endpoints", "read"), ("GET", "/deliveries", "read"),
        ("POST", "/endpoints", "admin"),
    ]  # fmt: skip
    for method, path, scope in routes:
        for name, key in plain.items():
            if name == scope:
                continue
            answer = replace(hooks, key=key).send(method, path, {"url": "https://c.example/"})
            assert answer.status_code == 403, (method, path, name)
            assert answer.json()["extra"] == {"required_scope": scope}
    row.refresh_from_db()
    assert row.status == "pending"
    assert Client().get(hooks.path("/endpoints")).status_code == 401
