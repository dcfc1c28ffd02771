"""What no form sends: NUL, which PostgreSQL refuses in a text, and numbers beyond all sense."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from dashboard.models import CreditAccount, User
from dashboard.services.actors import Actor
from tests.conftest import signed_in
from tests.console import builders

pytestmark = pytest.mark.django_db
NUL = "a\x00"
# What is encrypted may hold any byte, by chance this one too.
BYTES = (bytes, memoryview, connection.Database.Binary)
ASKED = ("ids", "shown", "q", "kind", "risk", "assignee", "state", "selected", "query", "cursor",
         "tab", "after", "before", "newest", "endpoint", "month", "part", "action", "since",
         "until", "task", "pane", "here")  # fmt: skip
LISTS = ("inbox", "inbox-changes", "inbox-news", "sessions", "sessions-newer", "deliveries",
         "usage", "palette", "settings-audit", "audit-export")  # fmt: skip
SENT = {
    "bulk": {"pick": f"{NUL}:1"},
    "choose-project": {"project": NUL},
    "account": {"first_name": NUL, "time_zone": NUL},
    "new-session": {"instructions": NUL, "model": NUL, "start_url": NUL, "title": NUL},
    "settings": {"approval": "ask", "policy": '{"blocked_domains": ["\x00"]}'},
    "settings-models": {"model": NUL},
    "settings-secrets": {"name": NUL, "value": NUL, "kind": "text", "description": NUL},
    "settings-profiles": {"name": NUL},
    "settings-keys": {"name": NUL, "scopes": ["read", NUL], "days": NUL},
    "settings-members": {"name": NUL, "role": NUL},
    "settings-retention": {"files": NUL},
    "add-endpoint": {"url": "https://example.com/\x00", "description": NUL, "events": [NUL]},
    "set-budget": {"soft": NUL, "hard": NUL},
}


@pytest.fixture
def person(admin: Actor) -> Client:
    return signed_in(admin)


@pytest.fixture
def without_nul():
    """Every value that a query carries is free of NUL, or the query is refused."""

    def run(execute, sql, params, many, context) -> Any:
        rows = (params or ()) if many else (params or (),)
        texts = [value for row in rows for value in row if not isinstance(value, BYTES)]
        assert "\x00" not in str(sql) and "\\x00" not in repr(texts), sql
        return execute(sql, params, many, context)

    with connection.execute_wrapper(run):
        yield


def test_no_address_takes_a_nul_to_the_database(person, without_nul):
    for name in LISTS:
        for asked in ASKED:
            answer = person.get(reverse(name), {asked: NUL})
            assert answer.status_code < 500, (name, asked)
    for name, form in SENT.items():
        assert person.post(reverse(name), form).status_code < 500, name


def test_no_part_of_a_session_or_request_takes_a_nul_to_the_database(person, operator, without_nul):
    row = builders.approval(operator)
    for name in ("session", "session-requests", "timeline-tail", "session-details"):
        for asked in ("shown", "task", "after", "pane", "here"):
            address = reverse(name, args=[row.task.session_id])
            assert person.get(address, {asked: NUL}).status_code < 500, (name, asked)
    for name in ("decide", "assign"):
        sent = {"action": NUL, "reason": NUL, "to": NUL, "revision": NUL, "value": NUL}
        assert person.post(reverse(name, args=[row.pk]), sent).status_code < 500


@pytest.mark.parametrize("hard", ["1e999999", "-1e999999", "NaN", "Infinity", "-1", "10000001"])
def test_a_budget_beyond_all_sense_is_refused(person, project, hard):
    person.post(reverse("set-budget"), {"soft": "1", "hard": "2"})
    for name in ("raise-budget", "set-budget"):
        assert person.post(reverse(name), {"soft": "1", "hard": hard}).status_code == 422
    assert CreditAccount.objects.get().hard_limit_micros == 2_000_000


def test_days_of_thousands_of_digits_are_refused(person):
    digits = "9" * 5_000
    key = {"name": "x", "scopes": ["read"], "days": digits}
    assert person.post(reverse("settings-keys"), key).status_code == 422
    assert person.post(reverse("settings-retention"), {"files": digits}).status_code == 422


def test_the_longest_name_fits_the_columns_that_keep_it():
    assert len(User(first_name="a" * 150, last_name="b" * 150).display_name) == 200
