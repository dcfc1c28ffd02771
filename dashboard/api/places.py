"""How many requests are at work at once; the others wait in order, without a thread.

Each request at work has a thread and a database connection of its own. A hundred of them share one
interpreter: all become slow, also the one that everybody waits for because it is writing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from dashboard.busy import Busy

PLACES = 8  # also well within PostgreSQL's pool
WAIT_S = 30.0
_places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@asynccontextmanager
async def place() -> AsyncIterator[None]:
    """Hold one of the places. Raises: Busy when none became free in time."""
    places = _places.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(PLACES))
    try:
        async with asyncio.timeout(WAIT_S):
            await places.acquire()
    except TimeoutError:
        raise Busy from None
    try:
        yield
    finally:
        places.release()
