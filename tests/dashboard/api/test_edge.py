"""Keys, headers, rates and idempotency: what holds for every address."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboard.api import limits
from dashboard.errors import Conflict, Invalid, Unauthorized
from dashboard.models import ApiKey, IdempotencyRecord, Task
from dashboard.services import artifacts, budgets, keys, leases

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer wa_live_",
        "Bearer " + "x" * 56,
        "Basic abc",
        "Bearer wa_live_" + "é" * 48,
    ],
)
def test_no_valid_key(api, authorization):
    answer = api.get(Authorization=authorization.encode("utf-8").decode("latin-1"))
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthorized"
    assert "X-Request-Id" in answer


def test_a_refusal_says_how_to_send_a_key_and_where_they_are_made(api):
    missing = api.get(Authorization="").json()["detail"]
    assert "Authorization: Bearer wa_live_" in missing and "X-API-Key" in missing
    unknown = api.get(Authorization="Bearer wa_live_" + "x" * 48).json()["detail"]
    keys.revoke(ApiKey.objects.get())
    assert api.get().json()["detail"] == unknown  # nobody learns what a key once was
    assert unknown != missing
    assert all("Settings, API keys" in said for said in (missing, unknown))


def test_x_api_key_works_too(api):
    answer = Client().get(api.path(), headers={"X-API-Key": api.key})
    assert answer.status_code == 200


def test_one_changed_character_is_another_key(api):
    for at in (9, 20, 50, 55):
        other = "A" if api.key[at] != "A" else "B"
        with pytest.raises(Unauthorized):
            keys.verify(api.key[:at] + other + api.key[at + 1 :])


def test_the_key_is_not_stored(api):
    row = ApiKey.objects.get()
    assert api.key not in str(row.__dict__)
    assert len(api.key) >= 40


def test_revoked_and_expired_keys_end_at_once(api):
    key = ApiKey.objects.get()
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert api.get().status_code == 401
    ApiKey.objects.update(expires_at=None)
    assert api.get().status_code == 200
    keys.revoke(key)
    assert api.get().status_code == 401


def test_rotation_overlaps(api):
    made = keys.rotate(ApiKey.objects.get(), overlap=timedelta(hours=1))
    assert api.get().status_code == 200
    assert keys.verify(made.plain).name == "tests"
    with pytest.raises(Conflict):
        keys.rotate(ApiKey.objects.get(replaced_by__isnull=False), overlap=timedelta(hours=1))


def test_bad_key_options_are_refused(project):
    with pytest.raises(Invalid):
        keys.create(project, name="x", scopes=["fly"])
    with pytest.raises(Invalid):
        keys.create(project, name=" ")
    with pytest.raises(Invalid):
        keys.create(project, name="x", expires_at=timezone.now() - timedelta(days=1))


def test_last_used_is_kept_to_the_minute(api):
    api.get()
    used = ApiKey.objects.get().last_used_at
    assert (used.second, used.microsecond) == (0, 0)


@pytest.fixture
def nothing_is_written():
    """A database that takes no more, as on a full disk."""
    words = {
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        "postgresql": (
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        ),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(words[0])
    yield
    with connection.cursor() as cursor:
        cursor.execute(words[1])


def test_a_full_disk_does_not_keep_anybody_from_reading(api, nothing_is_written):
    answer = api.get()
    assert answer.status_code == 200, answer.content
    assert ApiKey.objects.get().last_used_at is None
    assert api.post(body={"instructions": "Open the shop"}).json()["code"] == "internal_error"


def test_every_answer_has_the_headers(api):
    for answer in (api.get(), api.get("/nope"), api.post(body="{"), api.get("/v1/nope")):
        for name in ("X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining",
                     "X-RateLimit-Reset"):  # fmt: skip
            assert name in answer, (answer.status_code, name)


def test_unknown_addresses_and_methods_speak_json(api):
    answer = api.get("/v1/nope")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    wrong = api.client.delete(api.path(), headers={"Authorization": f"Bearer {api.key}"})
    assert wrong.status_code == 405
    assert wrong.json()["code"] == "method_not_allowed"
    takes = "GET, HEAD, POST"
    assert wrong.json()["detail"] == f"DELETE is not allowed at this address; it takes {takes}."
    assert wrong["Allow"] == takes
    assert set(wrong.json()) == {"code", "detail", "extra"}


def test_crash_tells_an_id_and_no_trace(api, monkeypatch):
    def crash(*args, **kwargs):
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("dashboard.api.present.session", crash)
    answer = api.post(body={"instructions": "x"})
    assert answer.status_code == 500
    assert answer.json()["extra"]["request_id"] == answer["X-Request-Id"]
    assert b"the secret" not in answer.content


def test_same_idempotency_key_replays(api):
    first = api.post(body={"instructions": "x"}, Idempotency_Key="k1")
    again = api.post(body={"instructions": "x"}, Idempotency_Key="k1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert Task.objects.count() == 1


def test_same_idempotency_key_with_another_body(api):
    api.post(body={"instructions": "x"}, Idempotency_Key="k1")
    assert api.post(body={"instructions": "y"}, Idempotency_Key="k1").status_code == 422


def test_an_answer_is_given_again_to_its_own_key_only(api, project):
    first = api.post(body={"instructions": "x"}, Idempotency_Key="k1")
    assert first.status_code == 201
    reader = keys.create(project, name="reader", scopes=["read"]).plain
    writer = keys.create(project, name="writer", scopes=["run"]).plain
    for key, status in ((reader, 403), (writer, 201)):
        body, header = {"instructions": "x"}, {"Authorization": f"Bearer {key}"}
        other = api.post(body=body, Idempotency_Key="k1", **header)
        assert other.status_code == status, other.content
        assert "Idempotency-Replayed" not in other
        assert other.json().get("id") != first.json()["id"]


def test_running_idempotency_key_conflicts(api, project):
    api.post(body={"instructions": "x"}, Idempotency_Key="k1")
    IdempotencyRecord.objects.update(status_code=None, response="")
    assert api.post(body={"instructions": "x"}, Idempotency_Key="k1").status_code == 409


def test_idempotency_key_is_forgotten_after_a_day(api):
    api.post(body={"instructions": "x"}, Idempotency_Key="k1")
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert api.post(body={"instructions": "y"}, Idempotency_Key="k1").status_code == 201


def test_a_refusal_for_want_of_money_is_not_kept(api, project):
    budgets.set_metering(project, True, hold_usd=Decimal(1), by="ada")
    first = api.post(body={"instructions": "x"}, Idempotency_Key="k1")
    assert (first.status_code, first.json()["code"]) == (402, "insufficient_credits")
    budgets.grant(project, Decimal(5), by="ada")
    again = api.post(body={"instructions": "x"}, Idempotency_Key="k1")
    assert again.status_code == 201 and "Idempotency-Replayed" not in again


def test_racing_requests_with_one_idempotency_key_make_one_task(api):
    def send(_: int) -> int:
        try:
            return api.post(body={"instructions": "x"}, Idempotency_Key="race").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        codes = list(pool.map(send, range(6)))
    assert set(codes) <= {201, 409}
    assert 201 in codes
    assert Task.objects.count() == 1


def test_rate_limit_lets_exactly_n_of_many_threads_pass():
    name = f"test:{timezone.now().timestamp()}"
    with ThreadPoolExecutor(50) as pool:
        verdicts = list(pool.map(lambda _: limits.take(name, limit=40, window_s=60), range(200)))
    assert sum(v.allowed for v in verdicts) == 40


def test_too_many_requests_say_when_to_come_back(api, settings):
    settings.CONFIG = settings.CONFIG.model_copy(update={"rate_key": 3})
    codes = [api.get().status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    answer = api.get()
    assert answer.json()["code"] == "rate_limit_exceeded"
    assert int(answer["Retry-After"]) >= 1


def test_docs_are_our_own(api):
    page = Client().get("/v1/docs")
    assert page.status_code == 200
    assert b"//cdn" not in page.content
    assert f'href="{reverse("home")}"' in page.content.decode()  # the way back


# --- what goes wrong before, around and after the view ----------------------------------------
def assert_ours(answer, status, code):
    """The contract's error with the contract's headers, and those of every answer."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert set(answer.json()) == {"code", "detail", "extra"}
    assert answer["Cache-Control"] == "no-store"
    for name in ("X-Request-Id", "X-RateLimit-Limit", "Content-Security-Policy",
                 "X-Content-Type-Options", "Permissions-Policy"):  # fmt: skip
        assert name in answer, name


def crash(*args, **kwargs):
    raise RuntimeError("the secret is 42")


def test_a_wrong_host_is_a_bad_request_like_others(api):
    assert_ours(api.get(Host="evil.example"), 400, "bad_request")


@pytest.mark.parametrize(
    "place",
    [
        "django.contrib.sessions.middleware.SessionMiddleware.process_request",
        "django.middleware.common.CommonMiddleware.process_request",
        "django.contrib.auth.middleware.AuthenticationMiddleware.process_request",
        "dashboard.api.idempotency.begin",
        "dashboard.api.present.session",
    ],
)
def test_a_crash_anywhere_is_told_alike(api, monkeypatch, place):
    monkeypatch.setattr(place, crash)
    answer = api.post(body={"instructions": "x"})
    assert_ours(answer, 500, "internal_error")
    assert answer.json()["extra"]["request_id"] == answer["X-Request-Id"]
    assert b"the secret" not in answer.content


@pytest.mark.parametrize("path", ["/v1/docs/x", "/v1/docsx", "/v1/openapi.json/", "/v1/", "/v1//x"])
def test_addresses_near_the_documents_are_the_api_s(api, path):
    assert_ours(api.get(path), 404, "not_found")


def test_an_answer_that_cannot_be_kept_is_given(api, monkeypatch):
    """What was asked is done: a 500 would have the client do it again."""

    def full(*args, **kwargs):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("dashboard.api.idempotency.complete", full)
    answer = api.post(body={"instructions": "x"}, Idempotency_Key="k1")
    assert answer.status_code == 201
    assert Task.objects.count() == 1


def test_head_is_get_without_a_body(api):
    session = api.session()
    task = f"/{session['id']}/tasks/{session['tasks'][0]['id']}"
    held = leases.claim(session["tasks"][0]["id"], "w1")
    sha256, size = artifacts.write_bytes(b"hello")
    kept = artifacts.add(
        held, held.fence, sha256=sha256, size_bytes=size, name="a.txt", media_type="text/plain",
        kind="output", step=None,
    )  # fmt: skip
    for path, status in (
        ("", 200),
        (f"/{session['id']}", 200),
        (task, 200),
        (f"{task}/artifacts/{kept.pk}", 200),
        ("/sess_unknown", 404),
    ):
        got, head = api.get(path), api.head(path)
        assert (got.status_code, head.status_code) == (status, status), path
        assert head.content == b"" != got.getvalue()
        got.close()  # a file is among them
        for name in ("Content-Type", "Content-Length", "Content-Disposition", "ETag"):
            assert head.headers.get(name) == got.headers.get(name), (path, name)


def test_a_wrong_method_names_the_right_ones(api):
    answer = api.client.delete(api.path(), headers={"Authorization": f"Bearer {api.key}"})
    assert answer.status_code == 405
    assert {name.strip() for name in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "POST"}
