"""Retention takes what is past its age, files included, and nothing that is still needed."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from axes.models import AccessLog
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils import timezone

from agents.ports import Usage
from dashboard.models import (
    AgentSession,
    Artifact,
    AuditEntry,
    Control,
    Delivery,
    DeliveryStatus,
    Event,
    Retention,
    TaskBill,
    UsageEntry,
)
from dashboard.services import artifacts, leases, retention, sessions, tasks
from dashboard.services.options import NewTask
from tests.conftest import make_task

pytestmark = pytest.mark.django_db(transaction=True)
OLD = timedelta(days=100)


def file_of(task, data: bytes) -> Path:
    sha256, size = artifacts.write_bytes(data)
    row = artifacts.add(
        task, task.fence, sha256=sha256, size_bytes=size, name="a.bin",
        media_type="application/octet-stream", kind="download", step=1,
    )  # fmt: skip
    return Path(artifacts._root() / row.path)


def finished(operator, data: bytes = b"bytes", **options):
    """A task that is over, with a file, and its session."""
    task = leases.claim(make_task(operator, **options).pk, "w:1:0")
    path = file_of(task, data)
    leases.record(task.pk, task.fence, (), usage=Usage(steps=1))
    tasks.finish(task.pk, task.fence, terminal_reason="done")
    return task, path


def age(*paths: Path, by: timedelta = OLD) -> None:
    """All rows and these files were made long ago."""
    then = timezone.now() - by
    AgentSession.objects.update(updated_at=then)
    Artifact.objects.update(created_at=then)
    UsageEntry.objects.update(at=then)
    AuditEntry.objects.update(at=then)
    for path in paths:
        os.utime(path, (time.time() - by.total_seconds(),) * 2)


def test_an_old_session_goes_with_its_files_and_what_it_used_stays(operator):
    _, path = finished(operator)
    age(path)
    removed = retention.run()
    assert (removed.sessions, AgentSession.objects.count(), Event.objects.count()) == (1, 0, 0)
    assert not path.exists() and not TaskBill.objects.exists()
    entry = UsageEntry.objects.get()
    assert (entry.task_id, entry.session_id, entry.steps) == (None, None, 1)
    assert AuditEntry.objects.get(action="retention.ran").detail == {"sessions": 1}


def test_bytes_that_another_session_has_too_stay(operator):
    _, path = finished(operator, b"the same")
    age()
    _, again = finished(operator, b"the same")
    age_only_file = (time.time() - OLD.total_seconds(),) * 2
    os.utime(path, age_only_file)
    assert path == again
    retention.run()
    assert AgentSession.objects.count() == 1 and path.exists()


def test_bytes_that_are_being_written_again_stay(operator):
    _, path = finished(operator)
    age(path)
    artifacts.write_bytes(b"bytes")  # a run stores them anew; its row comes in a moment
    retention.run()
    assert not Artifact.objects.exists() and path.exists()


def test_bytes_without_a_row_go_in_the_end(operator):
    digest, _ = artifacts.write_bytes(b"left by a crash")
    path = artifacts._root() / "artifacts" / digest[:2] / digest
    age(path)
    for hour in range(256 // retention.FOLDERS_A_RUN):
        retention._sweep_files(hour)
    assert not path.exists()


def test_what_is_going_on_stays(operator, project):
    running = leases.claim(make_task(operator).pk, "w:1:0")
    waiting = make_task(operator)
    driven, _ = finished(operator)
    AgentSession.objects.filter(pk=driven.session_id).update(control=Control.HUMAN)
    browsing, _ = finished(operator)
    AgentSession.objects.filter(pk=browsing.session_id).update(browser={"pid": 1})
    undelivered, _ = finished(operator, callback_url="https://hooks.example/")
    assert Delivery.objects.filter(session=undelivered.session_id).exists()
    recent, _ = finished(operator)
    age()
    AgentSession.objects.filter(pk=recent.session_id).update(updated_at=timezone.now())
    assert retention.run().sessions == 0
    left = {running.session_id, waiting.session_id, driven.session_id, browsing.session_id}
    left |= {undelivered.session_id, recent.session_id}
    assert set(AgentSession.objects.values_list("pk", flat=True)) == left
    Delivery.objects.update(status=DeliveryStatus.DELIVERED)
    age()
    assert retention.run().sessions >= 1
    assert not AgentSession.objects.filter(pk=undelivered.session_id).exists()


def test_files_may_go_before_their_session(operator, project):
    task, path = finished(operator)
    Retention.objects.create(project=project, files_days=7, sessions_days=0)
    age(path, by=timedelta(days=8))
    removed = retention.run()
    assert (removed.files, removed.sessions, path.exists()) == (1, 0, False)
    assert AgentSession.objects.filter(pk=task.session_id).exists()


def test_nothing_goes_when_ages_are_zero(operator, project):
    _, path = finished(operator)
    Retention.objects.create(
        project=project, sessions_days=0, files_days=0, audit_days=0, usage_days=0
    )
    AuditEntry.objects.create(project=project, actor="x", action="x")
    age(path, by=timedelta(days=4000))
    retention.run()
    assert path.exists() and AuditEntry.objects.exists() and UsageEntry.objects.exists()


def test_old_audit_and_usage_entries_go(operator, project):
    finished(operator)
    AuditEntry.objects.create(project=project, actor="x", action="x")
    age(by=timedelta(days=401))
    removed = retention.run()
    assert (removed.audit >= 1, removed.usage) == (True, 1)
    assert not UsageEntry.objects.exists()


def test_old_records_of_who_signed_in_go(operator, settings):
    client = Client()
    client.force_login(operator.user)
    SessionStore(session_key="old" * 10).save(must_create=True)
    Session.objects.filter(session_key="old" * 10).update(expire_date=timezone.now() - OLD)
    for days in (364, 366):
        entry = AccessLog.objects.create(username="olivia", ip_address="192.0.2.1")
        AccessLog.objects.filter(pk=entry.pk).update(
            attempt_time=timezone.now() - timedelta(days=days)
        )
    # Signing in has left one, too.
    retention.run(dry_run=True)
    assert (Session.objects.count(), AccessLog.objects.count()) == (2, 3)
    retention.run()
    assert Session.objects.get().session_key == client.session.session_key
    assert AccessLog.objects.count() == 2
    settings.CONFIG = settings.CONFIG.model_copy(update={"keep_audit_days": 0})
    AccessLog.objects.update(attempt_time=timezone.now() - timedelta(days=4000))
    retention.run()
    assert AccessLog.objects.exists()


def test_a_dry_run_only_counts(operator, capsys):
    _, path = finished(operator)
    age(path)
    call_command("retention", "--dry-run")
    assert "1 sessions, 1 files" in capsys.readouterr().out
    assert path.exists() and AgentSession.objects.exists()


def test_a_follow_up_and_retention_at_once(operator):
    """Either the session goes on, or it is gone; never half."""
    made = [finished(operator, bytes([n])) for n in range(8)]
    age(*(path for _, path in made))

    def work(index: int) -> None:
        try:
            if index % 2:
                retention.run()
                return
            for task, _ in made:
                try:
                    sessions.create_task(task.session, NewTask(instructions="go on"), by=operator)
                except Exception as error:
                    assert getattr(error, "status", 0) in (404, 409), error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    for session in AgentSession.objects.all():
        assert session.status == "running" and session.tasks.count() == 2
    for row in Artifact.objects.all():
        assert artifacts.open_file(row).read()
