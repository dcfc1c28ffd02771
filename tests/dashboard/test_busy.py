"""Many writers: turns in order, and what those are told whose turn does not come."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client
from django.urls import reverse

from dashboard.api import places
from dashboard.busy import NoTurn, is_busy
from dashboard.models import AgentSession, AuditEntry, IdempotencyRecord
from dashboard.sqlite.base import turns
from dashboard.sqlite.turns import Turns
from tests.conftest import make_user
from tests.dashboard.api.conftest import Api, api  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]


@pytest.fixture(autouse=True)
def _on_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no queue of ours")


@pytest.fixture
def someone_writes(monkeypatch) -> Iterator[sqlite3.Connection]:
    """Another process holds the database's write lock, and nobody waits long for it."""
    monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", 0.2)
    connection.close()
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def waiting(queue: Turns, count: int) -> None:
    deadline = time.monotonic() + 30
    while queue.length < count and time.monotonic() < deadline:
        threading.Event().wait(0.001)
    assert queue.length == count


def test_writers_write_in_the_order_in_which_they_came(project):
    written: list[int] = []

    def write(number: int) -> None:
        try:
            if number % 2:  # a transaction, or one statement
                with transaction.atomic():
                    AuditEntry.objects.create(project=project, action="x")
                    written.append(number)
            else:
                AuditEntry.objects.create(project=project, action="x")
                written.append(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    with transaction.atomic():
        for number, thread in enumerate(threads):
            thread.start()
            waiting(turns, number + 1)
    for thread in threads:
        thread.join()
    # A single statement's writer notes it after its turn, so the next one may be faster at that.
    assert [number for number in written if number % 2] == [1, 3, 5, 7, 9, 11]
    assert sorted(written) == list(range(12))


@pytest.fixture
def interruptible():
    """Ctrl-C raises here, also in a process that was started to ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_who_is_interrupted_leaves_the_queue():
    queue = Turns()
    assert queue.take(1)

    def interrupt() -> None:
        waiting(queue, 1)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    other = threading.Thread(target=interrupt)
    other.start()
    with pytest.raises(KeyboardInterrupt):
        queue.take(30)
    other.join()
    assert queue.length == 0
    queue.give()
    assert queue.take(0)


def test_a_turn_that_does_not_come_leaves_the_queue():
    queue = Turns()
    assert queue.take(1)
    assert not queue.take(0.01)
    assert queue.length == 0
    queue.give()
    assert queue.take(0.01)


@pytest.mark.parametrize("how", ["error", "closed"])
def test_a_turn_ends_with_its_transaction_however_that_ends(project, how):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        AuditEntry.objects.create(project=project, action="x")
        if how == "closed":
            connection.close()
        raise ZeroDivisionError
    assert turns.take(0)
    turns.give()


def test_a_statement_that_fails_ends_its_turn(project):
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("INSERT INTO no_such_table VALUES (1)")
    assert turns.take(0)
    turns.give()


def test_reads_wait_for_nobody(project, someone_writes):
    assert type(project).objects.count() == 1


def test_a_busy_database_is_told_apart_from_a_broken_one(project, someone_writes):
    with pytest.raises(OperationalError) as busy:
        AuditEntry.objects.create(project=project, action="x")
    with pytest.raises(OperationalError) as broken, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    assert is_busy(busy.value)
    assert not is_busy(broken.value)


def test_the_api_says_when_to_try_again(api: Api, someone_writes):  # noqa: F811
    answer = api.post(body={"instructions": "Open the shop"})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limit_exceeded")
    assert int(answer.headers["Retry-After"]) >= 1
    assert set(answer.json()) == {"code", "detail", "extra"}
    someone_writes.rollback()
    assert api.post(body={"instructions": "Open the shop"}).status_code == 201


def test_a_refused_request_may_be_sent_again_with_its_key(api: Api, someone_writes):  # noqa: F811
    answer = api.post(body={"instructions": "Open the shop"}, Idempotency_Key="once")
    assert answer.status_code == 429
    someone_writes.rollback()
    again = api.post(body={"instructions": "Open the shop"}, Idempotency_Key="once")
    assert again.status_code == 201
    assert AgentSession.objects.count() == IdempotencyRecord.objects.count() == 1


def test_a_refused_request_whose_record_stayed_may_be_sent_again(api: Api, monkeypatch):  # noqa: F811
    with monkeypatch.context() as busy:
        busy.setattr(AgentSession, "save", Mock(side_effect=NoTurn("database is locked")))
        busy.setattr(IdempotencyRecord, "delete", Mock(side_effect=NoTurn("database is locked")))
        answer = api.post(body={"instructions": "Open the shop"}, Idempotency_Key="once")
    assert answer.status_code == 429
    assert IdempotencyRecord.objects.count() == 1
    again = api.post(body={"instructions": "Open the shop"}, Idempotency_Key="once")
    assert again.status_code == 201
    assert AgentSession.objects.count() == IdempotencyRecord.objects.count() == 1


def test_a_request_without_a_place_is_told_to_come_again(api: Api, monkeypatch):  # noqa: F811
    monkeypatch.setattr(places, "PLACES", 0)
    monkeypatch.setattr(places, "WAIT_S", 0.05)
    answer = api.get()
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limit_exceeded")
    assert "Retry-After" in answer.headers


def test_a_page_says_it_kindly(project, someone_writes):
    someone_writes.rollback()
    person = Client(raise_request_exception=False)
    person.force_login(make_user("olivia", project))
    someone_writes.execute("BEGIN IMMEDIATE")
    answer = person.post(reverse("new-session"), {"instructions": "Open the shop"})
    assert answer.status_code == 503
    assert "busy" in answer.content.decode()
    assert answer.headers["Retry-After"] == "3"
