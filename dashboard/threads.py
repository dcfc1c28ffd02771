"""Reads of the database from event loops that no request of Django's surrounds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error, connection, connections

P = ParamSpec("P")
T = TypeVar("T")


def in_thread(work: Callable[P, T]) -> Callable[P, Awaitable[T]]:
    """The same function, run in a thread of the event loop's executor.

    Sockets and streams have no end of a request at which Django would tidy up: a thread would keep
    its connection, one less in PostgreSQL's pool for each, and would meet a broken one for ever.
    """

    @wraps(work)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except Error:
            connection.close()
            raise
        finally:
            if not settings.IS_SQLITE:
                connections.close_all()  # back to the pool

    return sync_to_async(call, thread_sensitive=False)
