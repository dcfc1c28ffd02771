"""From the workers' event loop to the database and back, in threads."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import OperationalError, connection, connections

from dashboard.busy import is_busy

P = ParamSpec("P")
T = TypeVar("T")

_TRIES = 5
_threads = ThreadPoolExecutor(max_workers=6, thread_name_prefix="db")


async def db(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a service in a database thread. A busy database is tried again for a while."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, partial(_call, work, args, kwargs))


def _call(work: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    for attempt in range(1, _TRIES + 1):
        try:
            return work(*args, **kwargs)
        except OperationalError as error:
            passing = is_busy(error)
            connection.close()  # a broken connection must not be met again
            if not passing or attempt == _TRIES:
                raise
            time.sleep(random.uniform(0.05, 0.2) * attempt)
        finally:
            if not settings.IS_SQLITE:
                connections.close_all()  # back to the pool
    raise AssertionError("unreachable")
