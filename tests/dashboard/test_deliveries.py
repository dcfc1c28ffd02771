"""Deliveries through their services: with the fact or not at all, claimed once, on schedule."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from agents.ports import InputRequestSpec
from dashboard.errors import Conflict, Forbidden, Invalid
from dashboard.models import (
    Delivery,
    DeliveryAttempt,
    Endpoint,
    Event,
    Role,
    Task,
    TaskStatus,
)
from dashboard.services import deliveries, endpoints, leases, requests, tasks
from dashboard.services.actors import Actor
from dashboard.services.deliveries import SCHEDULE_S, Result
from tests.conftest import make_actor, make_project, make_session, make_task
from tests.dashboard.test_ledger_races import in_threads

pytestmark = pytest.mark.django_db(transaction=True)

HOOK = "https://hooks.example/in"
FAILED = Result(500, "server_error", 12, "no")
OK = Result(200, "", 8, "thanks")


@pytest.fixture
def admin(project) -> Actor:
    return make_actor(project, "ada", Role.ADMIN)


def finished(task: Task) -> Task:
    return tasks.cancel(task, by=make_actor(task.project), reason="enough")


def make_delivery(operator: Actor, url: str = HOOK) -> Delivery:
    """The `task.completed` of a session with this callback."""
    task = finished(make_task(operator, callback_url=url))
    return Delivery.objects.select_related("endpoint").get(task=task)


def make_due() -> None:
    """Let the clock run past all waiting times."""
    Delivery.objects.exclude(next_attempt_at=None).update(
        next_attempt_at=timezone.now() - timedelta(seconds=1)
    )


def attempt(delivery: Delivery, result: Result) -> Delivery:
    """One claimed and recorded attempt."""
    make_due()
    claimed = deliveries.claim(delivery.pk)
    assert claimed is not None
    assert deliveries.record(claimed.id, claimed.fence, result)
    delivery.refresh_from_db()
    return delivery


def test_the_end_of_a_task_is_told_with_its_result(operator):
    task = make_task(operator, callback_url=HOOK, metadata={"order": 7})
    held = leases.claim(task.pk, "w1")
    tasks.finish(held.pk, held.fence, terminal_reason="done", output={"a": 1})
    row = Delivery.objects.get()
    body = json.loads(row.body)
    completed = Event.objects.get(type="task.completed")
    assert (row.type, row.status, row.url) == ("task.completed", "pending", HOOK)
    assert body["id"] == row.webhook_id
    assert body["type"] == "task.completed"
    assert body["timestamp"].endswith("Z")
    assert body["data"] == completed.payload | {
        "event_id": str(completed.seq),
        "task_id": task.pk,
        "session_id": task.session_id,
        "project_id": task.project_id,
        "metadata": {"order": 7},
    }


def test_a_question_is_told_with_all_its_fields(operator):
    task = make_task(operator, callback_url=HOOK)
    held = leases.claim(task.pk, "w1")
    spec = InputRequestSpec(key="k", kind="question", prompt="Which one?")
    request = requests.open_request(held, held.fence, spec)
    data = json.loads(Delivery.objects.get().body)["data"]
    assert (data["request_id"], data["id"], data["prompt"]) == (
        request.pk,
        request.pk,
        "Which one?",
    )


def test_a_session_without_callback_and_a_project_without_endpoint_tell_nobody(operator):
    finished(make_task(operator))
    assert not Delivery.objects.exists()


def test_a_rolled_back_fact_leaves_no_delivery(operator):
    task = make_task(operator, callback_url=HOOK)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        finished(task)
        raise ZeroDivisionError
    assert not Delivery.objects.exists()
    task.refresh_from_db()
    assert task.status == TaskStatus.PENDING


def test_a_delivery_that_cannot_be_queued_leaves_no_fact(operator, monkeypatch):
    task = make_task(operator, callback_url=HOOK)
    monkeypatch.setattr(deliveries, "_body", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        finished(task)
    assert not Event.objects.filter(type="task.completed").exists()


def test_registered_endpoints_hear_what_they_asked_for_and_callbacks_only_their_session(
    operator, admin
):
    everything = endpoints.create("https://all.example/", by=admin).endpoint
    questions = endpoints.create(
        "https://ask.example/", by=admin, events=["task.input_request"]
    ).endpoint
    finished(make_task(operator, callback_url=HOOK))
    finished(make_task(operator))
    told = sorted(Delivery.objects.values_list("endpoint__url", flat=True))
    assert told == ["https://all.example/", "https://all.example/", HOOK]
    assert everything.events == ["*"]
    assert questions.events == ["task.input_request"]
    first_fact = Delivery.objects.filter(session__callback_url=HOOK)
    assert len({row.webhook_id for row in first_fact}) == 1


def test_an_endpoint_that_is_also_the_callback_hears_once(operator, admin):
    endpoints.create(HOOK, by=admin)
    finished(make_task(operator, callback_url=HOOK))
    assert Delivery.objects.count() == 1


def test_one_endpoint_for_all_queries_of_an_address_and_each_call_keeps_its_own(operator):
    for number in (1, 2):
        finished(make_task(operator, callback_url=f"{HOOK}?order={number}"))
    assert Endpoint.objects.get().url == HOOK
    urls = sorted(Delivery.objects.values_list("url", flat=True))
    assert urls == [f"{HOOK}?order=1", f"{HOOK}?order=2"]


def test_racing_sessions_with_one_callback_make_one_endpoint(operator):
    in_threads(6, lambda index: make_session(operator, callback_url=HOOK))
    assert Endpoint.objects.count() == 1


def test_eight_racing_claims_give_one_sender(operator):
    row = make_delivery(operator)
    claims = in_threads(8, lambda index: deliveries.claim(row.pk))
    assert len([claim for claim in claims if claim is not None]) == 1


def test_every_attempt_sends_the_same_id_and_bytes_until_the_schedule_ends(operator):
    row = make_delivery(operator)
    sent, waits = set(), []
    while row.status in ("pending", "retry_wait"):
        make_due()
        claimed = deliveries.claim(row.pk)
        sent.add((claimed.webhook_id, claimed.body))
        before = timezone.now()
        deliveries.record(claimed.id, claimed.fence, FAILED)
        row.refresh_from_db()
        if row.next_attempt_at:
            waits.append((row.next_attempt_at - before).total_seconds())
    assert len(sent) == 1
    assert row.status == "dead"
    assert row.attempts.count() == len(SCHEDULE_S) == 10
    for waited, planned in zip(waits, SCHEDULE_S[1:], strict=True):
        assert 0.8 * planned <= waited <= 1.2 * planned + 5


def test_a_receipt_ends_it_and_shows_the_endpoint_well(operator):
    row = attempt(make_delivery(operator), FAILED)
    row.endpoint.refresh_from_db()
    assert row.endpoint.failing_since is not None
    row = attempt(row, OK)
    row.endpoint.refresh_from_db()
    assert (row.status, row.next_attempt_at) == ("delivered", None)
    assert row.endpoint.failing_since is None
    codes = list(row.attempts.values_list("n", "status_code", "error_class", "trigger"))
    assert codes == [(1, 500, "server_error", "schedule"), (2, 200, "", "schedule")]


@pytest.mark.parametrize(
    ("asked_s", "least_s", "most_s"),
    [(600, 600, 605), (1, 4, 7), (10**8, 86_400, 86_405), (None, 4, 7)],
)
def test_retry_after_delays_within_bounds_and_never_hurries(operator, asked_s, least_s, most_s):
    row = attempt(make_delivery(operator), Result(503, "server_error", retry_after_s=asked_s))
    waits_s = (row.next_attempt_at - timezone.now()).total_seconds()
    assert least_s - 1 <= waits_s <= most_s


def test_gone_switches_the_endpoint_off_and_holds_what_waits(operator, project):
    first, second = make_delivery(operator), make_delivery(operator)
    first = attempt(first, Result(410, "client_error"))
    second.refresh_from_db()
    endpoint = Endpoint.objects.get()
    assert (first.status, second.status, endpoint.status) == ("dead", "held", "disabled")
    assert "410" in endpoint.disabled_reason
    third = make_delivery(operator)
    assert third.status == "held"
    with pytest.raises(Conflict):
        deliveries.retry(first, by=operator)
    endpoints.change(endpoint, by=operator, enabled=True)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"dead", "pending"}
    assert deliveries.retry(first, by=operator).status == "pending"


def test_held_while_the_endpoint_was_being_switched_on_is_freed(operator):
    row = make_delivery(operator)
    Delivery.objects.update(status="held", next_attempt_at=None)
    assert deliveries.free_held() == 1
    assert deliveries.claim(row.pk) is not None


def test_a_claim_for_an_endpoint_switched_off_meanwhile_holds(operator):
    row = make_delivery(operator)
    Endpoint.objects.update(status="disabled")
    assert deliveries.claim(row.pk) is None
    row.refresh_from_db()
    assert row.status == "held"


def test_a_sender_that_died_is_followed_by_another_with_the_same_id(operator):
    row = make_delivery(operator)
    old = deliveries.claim(row.pk)
    assert deliveries.due() == []
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert deliveries.due() == [(row.pk, row.endpoint_id)]
    new = deliveries.claim(row.pk)
    assert (new.webhook_id, new.body) == (old.webhook_id, old.body)
    assert not deliveries.record(old.id, old.fence, OK)
    assert deliveries.record(new.id, new.fence, OK)
    assert list(row.attempts.values_list("error_class", flat=True)) == ["interrupted", ""]


def test_a_sender_that_stops_gives_back_without_an_attempt(operator):
    row = make_delivery(operator)
    claimed = deliveries.claim(row.pk)
    deliveries.release(claimed.id, claimed.fence)
    assert deliveries.due() == [(row.pk, row.endpoint_id)]
    assert not DeliveryAttempt.objects.exists()


def test_retry_by_hand_sends_again_without_using_up_the_schedule(operator):
    row = attempt(make_delivery(operator), FAILED)
    row = deliveries.retry(row, by=operator)
    with pytest.raises(Conflict):
        deliveries.retry(row, by=operator)
    row = attempt(row, FAILED)
    assert (row.status, row.tries, row.attempt_count) == ("retry_wait", 1, 2)
    Delivery.objects.update(status="dead", tries=10, next_attempt_at=None)
    row = attempt(deliveries.retry(row, by=operator), FAILED)
    assert row.status == "dead"
    row = attempt(deliveries.retry(row, by=operator), OK)
    assert row.status == "delivered"
    assert list(row.attempts.values_list("trigger", flat=True)) == [
        "schedule", "manual", "manual", "manual",
    ]  # fmt: skip


def test_recover_queues_what_died_since(operator):
    old, new = make_delivery(operator), make_delivery(operator)
    Delivery.objects.update(status="dead", next_attempt_at=None)
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    since = timezone.now() - timedelta(hours=1)
    assert deliveries.recover(new.endpoint, since=since, by=operator) == 1
    assert deliveries.due() == [(new.pk, new.endpoint_id)]


def test_a_ping_reaches_an_endpoint_that_is_off_and_is_tried_once(operator, admin):
    endpoint = endpoints.create(HOOK, by=admin).endpoint
    endpoint = endpoints.change(endpoint, by=operator, enabled=False)
    row = deliveries.ping(endpoint, by=operator)
    assert row.status == "pending"
    assert attempt(row, FAILED).status == "dead"


def test_rotation_signs_with_both_secrets_for_the_overlap(admin):
    made = endpoints.create(HOOK, by=admin)
    again = endpoints.rotate_secret(made.endpoint, by=admin, overlap=timedelta(hours=1))
    assert made.secret.startswith("whsec_")
    assert endpoints.secrets_of(again.endpoint) == (again.secret, made.secret)
    Endpoint.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
    assert endpoints.secrets_of(Endpoint.objects.get()) == (again.secret,)
    third = endpoints.rotate_secret(made.endpoint, by=admin, overlap=timedelta(0))
    assert endpoints.secrets_of(third.endpoint) == (third.secret,)


def test_a_secret_is_nowhere_in_the_database_as_it_is(admin):
    made = endpoints.create(HOOK, by=admin)
    row = Endpoint.objects.get()
    assert made.secret.encode() not in bytes(row.sealed_secret)
    assert made.secret not in repr(made) + repr(row.__dict__)


def test_only_admins_see_secrets_and_viewers_change_nothing(operator, admin, project):
    endpoint = endpoints.create(HOOK, by=admin).endpoint
    viewer = make_actor(project, "vera", Role.VIEWER)
    row = make_delivery(operator)
    for forbidden in (
        lambda: endpoints.create("https://b.example/", by=operator),
        lambda: endpoints.rotate_secret(endpoint, by=operator, overlap=timedelta(0)),
        lambda: endpoints.remove(endpoint, by=operator),
        lambda: endpoints.change(endpoint, by=viewer, enabled=False),
        lambda: deliveries.ping(endpoint, by=viewer),
        lambda: deliveries.retry(row, by=viewer),
        lambda: deliveries.recover(endpoint, since=timezone.now(), by=viewer),
    ):
        with pytest.raises(Forbidden):
            forbidden()


def test_an_address_is_registered_once_and_again_after_it_was_removed(operator, admin):
    first = endpoints.create(HOOK, by=admin).endpoint
    row = make_delivery(operator)
    with pytest.raises(Conflict) as caught:
        endpoints.create(HOOK, by=admin)
    assert caught.value.extra == {"endpoint_id": first.pk}
    endpoints.remove(first, by=admin)
    row.refresh_from_db()
    assert row.status == "cancelled"
    with pytest.raises(Conflict):
        deliveries.retry(row, by=operator)
    assert endpoints.create(HOOK, by=admin).endpoint.pk != first.pk


def test_unknown_types_are_refused(admin):
    with pytest.raises(Invalid):
        endpoints.create(HOOK, by=admin, events=["task.complete"])


def test_projects_do_not_share_endpoints(operator):
    other = make_actor(make_project("other"), "otto")
    make_session(operator, callback_url=HOOK)
    make_session(other, callback_url=HOOK)
    assert Endpoint.objects.for_project(operator.project).count() == 1
    assert Endpoint.objects.count() == 2


def test_old_receipts_are_forgotten_and_what_waits_is_not(operator):
    done, waiting = attempt(make_delivery(operator), OK), make_delivery(operator)
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    deliveries.forget_old()
    assert list(Delivery.objects.values_list("pk", flat=True)) == [waiting.pk]
    assert not DeliveryAttempt.objects.filter(delivery_id=done.pk).exists()
