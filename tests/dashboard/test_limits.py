"""Rates and quotas hold when everybody comes at once."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from dashboard.errors import QuotaExceeded
from dashboard.models import AgentSession, Project, User
from dashboard.services import keys, limits
from dashboard.services.limits import Limit
from tests.conftest import make_session, make_user
from tests.dashboard.api.conftest import Api, api  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def fresh(kind: str) -> str:
    return f"{kind}:{uuid.uuid4().hex}"


def test_exactly_n_of_n_pass_in_fifty_threads_and_the_refused_count_nowhere():
    key, project = fresh("key"), fresh("project")
    rules = [Limit(key, 40, 3600), Limit(project, 70, 3600)]
    with ThreadPoolExecutor(50) as pool:
        verdicts = list(pool.map(lambda _: limits.take_all(rules), range(200)))
        assert sum(v.allowed for v in verdicts) == 40
        other = [Limit(fresh("key"), 40, 3600), Limit(project, 70, 3600)]
        verdicts = list(pool.map(lambda _: limits.take_all(other), range(200)))
    assert sum(v.allowed for v in verdicts) == 30  # 160 refusals took nothing of the project's 70
    refused = next(v for v in verdicts if not v.allowed)
    assert (refused.name, refused.limit, refused.remaining) == (project, 70, 0)
    assert 0 < refused.retry_after_s <= 3600 / 70 + 1


def test_the_headers_tell_of_the_tightest_limit(api, settings):  # noqa: F811
    settings.CONFIG = settings.CONFIG.model_copy(update={"rate_project": 5, "rate_key": 8})
    answers = [api.get() for _ in range(6)]
    assert [a.status_code for a in answers] == [200] * 5 + [429]
    assert [a["X-RateLimit-Limit"] for a in answers] == ["5"] * 6
    assert [a["X-RateLimit-Remaining"] for a in answers] == ["4", "3", "2", "1", "0", "0"]
    assert int(answers[-1]["Retry-After"]) >= 1
    other_key = keys.create(api.project, name="second").plain
    refused = Api(api.client, api.project, other_key).get()
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limit_exceeded")
    assert "of this project" in refused.json()["detail"]


def test_an_address_is_limited_whatever_its_keys(api, settings):  # noqa: F811
    settings.CONFIG = settings.CONFIG.model_copy(update={"rate_address": 3, "rate_failed": 2})
    address = f"2001:db8:{uuid.uuid4().int % 9999}:7::"

    def call(last: str, **headers: str) -> int:
        return api.client.get(api.path(), headers=headers, REMOTE_ADDR=address + last).status_code

    good = {"Authorization": f"Bearer {api.key}"}
    assert [call("1", **good), call("2", **good), call("3", **good)] == [200, 200, 200]
    assert call("4", **good) == 429  # another address of the same /64
    assert call("5") == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113." + str(uuid.uuid4().int % 250)}
    codes = [api.client.get(api.path(), **elsewhere).status_code for _ in range(3)]
    assert codes == [401, 401, 429]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("", "unknown"),
    ],
)
def test_how_an_address_is_counted(address, name):
    assert limits.address_name(address) == name


@pytest.mark.parametrize("door", ["sign-in", "admin:login"])
def test_too_many_tries_to_sign_in_from_one_address(settings, project, door):
    settings.CONFIG = settings.CONFIG.model_copy(update={"rate_sign_in": 3})
    make_user("olivia", project)
    User.objects.update(is_staff=True)
    client, address = Client(), f"2001:db8:{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}::1"
    form = {"username": "olivia", "password": "correct horse battery"}
    for name in ("a", "b", "c"):
        wrong = form | {"username": name}
        assert client.post(reverse(door), wrong, REMOTE_ADDR=address).status_code == 200
    refused = client.post(reverse(door), form, REMOTE_ADDR=address)
    assert refused.status_code == 429 and int(refused["Retry-After"]) >= 1
    assert client.post(reverse(door), form, REMOTE_ADDR="192.0.2.77").status_code == 302


def test_racing_sessions_never_pass_the_limit(operator, project):
    Project.objects.filter(pk=project.pk).update(max_concurrent_sessions=3)

    def start(_: int) -> str:
        try:
            make_session(operator)
        except QuotaExceeded as error:
            return error.code
        finally:
            connections.close_all()
        return "started"

    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(start, range(10)))
    assert sorted(results) == ["started"] * 3 + ["too_many_concurrent_sessions"] * 7
    assert AgentSession.objects.count() == 3


def test_402_and_429_on_the_wire(api):  # noqa: F811
    from decimal import Decimal

    from dashboard.services import budgets

    Project.objects.filter(pk=api.project.pk).update(max_concurrent_sessions=1)
    assert api.session()["status"] == "pending"
    refused = api.post(body={"instructions": "x"})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_concurrent_sessions")
    assert int(refused["Retry-After"]) >= 1
    Project.objects.update(max_concurrent_sessions=20)
    budgets.set_metering(api.project, True, hold_usd=Decimal(1), by="ada")
    refused = api.post(body={"instructions": "x"})
    assert (refused.status_code, refused.json()["code"]) == (402, "insufficient_credits")
    assert set(refused.json()) == {"code", "detail", "extra"}
    assert "Retry-After" not in refused
    assert AgentSession.objects.count() == 1
