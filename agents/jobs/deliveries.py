"""The worker's webhook sender: claims due deliveries and sends them side by side.

It has an event loop of its own: agents may keep theirs busy, and a slow receiver costs a coroutine
here. No endpoint gets more than a few of the places, so that one that hangs delays no other.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import structlog
from django.db import DatabaseError

from agents.browser.addresses import AddressChecker
from agents.jobs.db import db
from agents.jobs.posting import TOTAL_S, post
from dashboard.conf import config
from dashboard.services import deliveries
from dashboard.services.deliveries import SCHEDULE_S, SPREAD, Outgoing

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 5.0
PLACES = 32
PLACES_AN_ENDPOINT = 4
# The first retry is sooner than the next look.
_FIRST_RETRY_S = SCHEDULE_S[1] * (1 + SPREAD) + 0.05


class Sender:
    """One worker process's sender. `start`, `ring` and `stop` are for any thread."""

    def __init__(self, *, allow: list[str], total_s: float = TOTAL_S) -> None:
        """allow: private origins that webhooks may go to, as browsers may; never our own."""
        self._checker = AddressChecker(allow, never=config().own_origins)
        self._total_s = total_s
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._busy: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="deliveries", daemon=True)
        self._look = asyncio.Event()
        self._stopping = False

    def start(self) -> None:
        """Start the loop's thread."""
        self._thread.start()

    def ring(self) -> None:
        """Somebody says that a delivery is due."""
        if not self._stopping:
            self._loop.call_soon_threadsafe(self._look.set)

    def stop(self, timeout_s: float = 5.0) -> None:
        """Give back what is on its way and end the loop. The same id is sent again later."""
        if self._stopping:
            return
        self._stopping = True
        self._loop.call_soon_threadsafe(self._follower.cancel)
        self._thread.join(timeout_s)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._follower = self._loop.create_task(self._follow())
        try:
            self._loop.run_until_complete(self._follower)
        except asyncio.CancelledError:
            self._loop.run_until_complete(self._give_back())
        finally:
            self._loop.close()

    async def _give_back(self) -> None:
        running = list(self._sending.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _follow(self) -> None:
        """Look for due deliveries when told, and now and then in case nobody told."""
        while True:
            self._look.clear()
            try:
                await self._take_due()
            except DatabaseError as error:
                log.error("looking for due deliveries failed", error=str(error))
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._look.wait()
            except TimeoutError:
                pass

    async def _take_due(self) -> None:
        """Begin to send what is due while there is room, fairly among endpoints."""
        while (room := PLACES - len(self._sending)) > 0:
            full = [pk for pk, count in self._busy.items() if count >= PLACES_AN_ENDPOINT]
            begun = 0
            for delivery_id, endpoint_id in await db(
                deliveries.due, limit=room * 2, except_endpoints=full
            ):
                if len(self._sending) >= PLACES:
                    break
                if delivery_id in self._sending:
                    continue
                if self._busy[endpoint_id] < PLACES_AN_ENDPOINT:
                    self._begin(delivery_id, endpoint_id)
                    begun += 1
            if not begun:
                return

    def _begin(self, delivery_id: str, endpoint_id: str) -> None:
        self._busy[endpoint_id] += 1
        task = self._loop.create_task(self._send(delivery_id))
        self._sending[delivery_id] = task

        def done(_: asyncio.Task[None]) -> None:
            del self._sending[delivery_id]
            self._busy[endpoint_id] -= 1
            if not self._busy[endpoint_id]:
                del self._busy[endpoint_id]
            self._look.set()

        task.add_done_callback(done)

    async def _send(self, delivery_id: str) -> None:
        try:
            claimed = await db(deliveries.claim, delivery_id)
            if claimed is not None:
                await self._send_claimed(claimed)
        except DatabaseError as error:
            # Nothing can be written: the lease runs out and the same id is sent again.
            log.error("database failed in mid-delivery", delivery=delivery_id, error=str(error))
            await asyncio.sleep(LOOK_EVERY_S)  # it is still due: not at once again
        except Exception:  # one delivery's: the others go on, and this one is tried again
            log.exception("a delivery failed in an unforeseen way", delivery=delivery_id)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _send_claimed(self, claimed: Outgoing) -> None:
        try:
            result = await post(claimed, self._checker, total_s=self._total_s)
        except asyncio.CancelledError:
            await _shielded(db(deliveries.release, claimed.id, claimed.fence))
            raise
        await _shielded(db(deliveries.record, claimed.id, claimed.fence, result))
        log.info(
            "webhook sent", delivery=claimed.id, status=result.status_code,
            error=result.error_class or None, ms=result.ms,
        )  # fmt: skip
        if not result.delivered:
            self._loop.call_later(_FIRST_RETRY_S, self._look.set)


async def _shielded(work: Coroutine[Any, Any, Any]) -> None:
    """Finish a write even when the sender stops meanwhile."""
    inner = asyncio.ensure_future(work)
    try:
        await asyncio.shield(inner)
    except asyncio.CancelledError:
        await inner
        raise
