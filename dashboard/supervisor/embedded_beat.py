"""Beat dies with its worker.

The worker forks beat. Were the worker killed, beat would live on beside the one that the next
worker brings, and ring twice. Loaded into the worker by `--include`.
"""

from __future__ import annotations

from typing import Any

from celery.signals import beat_embedded_init

from dashboard.supervisor.children import die_with_parent


@beat_embedded_init.connect
def _bind_to_worker(**kwargs: Any) -> None:
    die_with_parent()
