"""Races on the ledger and on decisions, with real threads on the real database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from agents.events import TaskNotice
from agents.ports import InputRequestSpec
from dashboard import ledger
from dashboard.errors import Conflict
from dashboard.models import Event
from dashboard.services import leases, requests
from tests.conftest import make_task

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(count: int, work) -> list:
    def call(index: int):
        try:
            return work(index)
        finally:
            connections.close_all()

    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.fail("races need a database file")
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(call, range(count)))


def test_eight_writers_leave_no_gap_and_no_duplicate(operator):
    task = make_task(operator)
    first = ledger.read(task_id=task.pk)[-1].seq

    def write(writer: int) -> None:
        for index in range(25):
            with transaction.atomic():
                ledger.append(task, TaskNotice(kind="race", message=f"{writer}/{index}"))

    in_threads(8, write)
    seqs = list(Event.objects.filter(seq__gt=first).order_by("pk").values_list("seq", flat=True))
    assert sorted(seqs) == list(range(first + 1, first + 201))


def test_a_rolled_back_append_leaves_no_gap(operator):
    task = make_task(operator)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ledger.append(task, TaskNotice(kind="x", message="lost"))
        raise ZeroDivisionError
    with transaction.atomic():
        ledger.append(task, TaskNotice(kind="x", message="kept"))
    seqs = [event.seq for event in ledger.read(task_id=task.pk)]
    assert seqs == list(range(1, len(seqs) + 1))


def test_eight_racing_answers_give_one_winner(operator):
    held = leases.claim(make_task(operator).pk, "w1")
    request = requests.open_request(
        held, held.fence, InputRequestSpec(key="k", kind="question", prompt="?")
    )

    def answer(index: int) -> str:
        try:
            requests.decide(request, by=operator, response=f"answer {index}")
        except Conflict:
            return "lost"
        return "won"

    assert sorted(in_threads(8, answer)) == ["lost"] * 7 + ["won"]


def test_eight_racing_claims_give_one_holder(operator):
    task = make_task(operator)
    claims = in_threads(8, lambda index: leases.claim(task.pk, f"w{index}"))
    assert len([c for c in claims if c is not None]) == 1
