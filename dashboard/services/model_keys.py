"""A run's own model key: from the web process to its worker, in memory only.

It lies in Redis, sealed with the installation's key and bound to the task, and goes with the end
of the task. The private Redis writes nothing to disk, so a restart loses it; so does waiting for
longer than the task may. Then the run says so, and is started again with its key.
"""

from __future__ import annotations

import base64
from typing import Any

import redis
from cryptography.exceptions import InvalidTag
from django.conf import settings

from agents.errors import ModelError
from dashboard.errors import Conflict
from dashboard.models import Task
from dashboard.services import sealing

MARK = "held_in_memory"  # in the stored model: names of the fields that are kept here
GONE = (
    "The model key that came with this run is gone: it is held in memory only, and the server was "
    "restarted, or the run waited for too long. Start the run again with its key."
)


def keep(task: Task, held: dict[str, Any]) -> None:
    """Hold these fields of the task's model. Raises: Conflict when memory cannot be reached."""
    sealed = sealing.seal(held, row_id=_name(task.pk), project_id=task.project_id)
    try:
        with _client() as client:
            client.set(_name(task.pk), base64.b64encode(sealed), ex=_life_s(task))
    except (redis.RedisError, OSError) as error:
        raise Conflict(
            "The model key cannot be held just now (Redis does not answer); try again."
        ) from error


def completed(task: Task) -> dict[str, Any]:
    """The task's model with the fields that are held for it.

    Raises: ModelError `model_key_gone`; also when Redis is away, which ends the run.
    """
    model: dict[str, Any] = dict(task.options.get("model") or {})
    if not model.pop(MARK, None):
        return model
    try:
        with _client() as client:
            found = client.getex(_name(task.pk), ex=_life_s(task))
        if found is None:
            raise ModelError(GONE, code="model_key_gone")
        sealed = base64.b64decode(found)
        held = sealing.unseal(sealed, row_id=_name(task.pk), project_id=task.project_id)
    except (redis.RedisError, OSError, InvalidTag) as error:
        raise ModelError(GONE, code="model_key_gone") from error
    return {**model, **held}


def is_held(task: Task) -> bool:
    """Whether the task brought a key of its own."""
    return bool((task.options.get("model") or {}).get(MARK))


def forget(task: Task) -> None:
    """The task is over: its key goes. What cannot be reached goes with its time."""
    if not is_held(task):
        return
    try:
        with _client() as client:
            client.delete(_name(task.pk))
    except (redis.RedisError, OSError):
        return


def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def _name(task_id: str) -> str:
    return f"webagent:model-key:{task_id}"


def _life_s(task: Task) -> int:
    """Seconds that the task may work, and wait for one answer."""
    works_s = (task.options.get("max_duration_minutes") or 60) * 60
    return int(works_s + settings.CONFIG.request_expires_s)
