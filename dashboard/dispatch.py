"""Doorbells: the only calls that enqueue jobs, always after commit, by name.

A message carries an id and nothing else; it may be lost or doubled. The rows say what is due, and
the sweep rings again for what nobody took.
"""

from __future__ import annotations

import time

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis import RedisError

log = structlog.get_logger(__name__)

# A broker that hangs costs its time limit once, not at every request; workers look by themselves.
QUIET_S = 5.0
_quiet_until = 0.0

RUN_TASK = "agents.jobs.run_task"
CLOSE_BROWSER = "agents.jobs.close_browser"
DELIVER = "agents.jobs.deliver"


def host_queue(host: str) -> str:
    """Queue of the jobs that need a browser living on this host."""
    return f"host.{host}"


def wake(task_id: str, *, host: str = "") -> None:
    """Ring for a task that has work due. host: where its browser lives, if it has one."""
    _ring(RUN_TASK, task_id, host_queue(host) if host else "tasks")


def close_browser(session_id: str, *, host: str) -> None:
    """Ring for a browser to be closed on its host."""
    if host:
        _ring(CLOSE_BROWSER, session_id, host_queue(host))


def deliver(delivery_id: str) -> None:
    """Ring for a webhook that is due."""
    _ring(DELIVER, delivery_id, "deliveries")


def _ring(name: str, row_id: str, queue: str) -> None:
    def send() -> None:
        global _quiet_until
        if time.monotonic() < _quiet_until:
            return
        try:
            current_app.send_task(name, args=[row_id], queue=queue, retry=False, expires=60)
        except (OperationalError, RedisError, OSError) as error:
            _quiet_until = time.monotonic() + QUIET_S
            log.warning("doorbell not rung; the sweep will", job=name, error=type(error).__name__)

    transaction.on_commit(send)
