"""Celery entry points, and the only room of the engine that knows the dashboard.

A worker is started with `celery -A agents.jobs worker --pool threads`. Jobs ring the worker's
`Runner` and return at once; the rows say what is due.
"""

from __future__ import annotations

import gc
import os
from typing import Any

import django
import structlog
from celery import shared_task
from celery.signals import worker_process_shutdown, worker_ready, worker_shutdown
from django.apps import apps
from django.db import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
if apps.ready:
    _starting = False
else:
    _starting = True
    gc.disable()  # all that is imported stays: looking for garbage in it takes half a second
    django.setup()

from agents.jobs.deliveries import Sender
from agents.jobs.runner import Runner
from dashboard import dispatch
from dashboard.celery import app
from dashboard.conf import config
from dashboard.services import (
    control,
    deliveries,
    records,
    requests,
    retention,
    tasks,
    workers,
)

if _starting:
    gc.freeze()
    gc.enable()

__all__ = ["app"]

log = structlog.get_logger(__name__)
_runner: Runner | None = None
_sender: Sender | None = None


@worker_ready.connect
def _start(**_: Any) -> None:
    global _runner, _sender
    if _runner is None:
        _runner = Runner(config())
        _runner.start()
    if _sender is None:
        _sender = Sender(allow=config().egress_allow_list)
        _sender.start()


@worker_shutdown.connect
@worker_process_shutdown.connect
def _stop(**_: Any) -> None:
    global _runner, _sender
    sender, _sender = _sender, None
    runner, _runner = _runner, None
    if sender is not None:
        sender.stop()
    if runner is not None:
        runner.stop()


@shared_task(name="agents.jobs.run_task")
def run_task(task_id: str) -> None:
    """Somebody says that the task has work due."""
    if _runner is not None:
        _runner.ring(task_id)


@shared_task(name="agents.jobs.close_browser")
def close_browser(session_id: str) -> None:
    """The session is over: its browser may go."""
    if _runner is not None:
        _runner.close_browser(session_id)


@shared_task(name="agents.jobs.deliver")
def deliver(delivery_id: str) -> None:
    """Somebody says that the webhook is due."""
    if _sender is not None:
        _sender.ring()


@shared_task(name="agents.jobs.sweep")
def sweep() -> None:
    """Ring again for what nobody took; expire what nobody answered.

    What fails is left to the next round and keeps nothing else from being done.
    """
    for chore in _CHORES:
        try:
            chore()
        except OperationalError as error:
            log.warning("the database is away; the next sweep goes on", error=str(error))
            return
        except Exception:
            log.exception("a chore of the sweep failed", chore=chore.__qualname__)


@shared_task(name="agents.jobs.retain")
def retain() -> None:
    """Delete what is past its age."""
    retention.run()


def _ring_due_tasks() -> None:
    for task_id, host in tasks.due():
        dispatch.wake(task_id, host=host)


def _ring_due_deliveries() -> None:
    for delivery_id, _ in deliveries.due(limit=1):  # one doorbell: a sender looks for all
        dispatch.deliver(delivery_id)


_CHORES = (
    requests.expire_due,
    control.expire_due,
    tasks.end_cancelled,
    _ring_due_tasks,
    deliveries.free_held,
    _ring_due_deliveries,
    deliveries.forget_old,
    workers.forget_dead,
    records.forget_old,
)
