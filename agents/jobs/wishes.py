"""From what people want (rows) to the running tasks' `RunControl`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog
from django.db import DatabaseError

from agents.jobs.db import db
from dashboard import nudges
from dashboard.models import Control
from dashboard.services import control as takeover
from dashboard.services import watch
from dashboard.services.watch import Wish

if TYPE_CHECKING:
    from agents.jobs.context import DbRunContext

log = structlog.get_logger(__name__)

POLL_S = 2.0
# A running action may go on for so long after somebody asked for the mouse.
FINISH_ACTION_S = 6.0


class Wishes:
    """Reads people's wishes about this worker's runs: when nudged, and every two seconds."""

    def __init__(self, runs: dict[str, tuple[DbRunContext, asyncio.Task[None]]]) -> None:
        self._runs = runs
        self._look = asyncio.Event()
        self._granting: dict[str, asyncio.Task[None]] = {}
        self._versions: dict[str, int] = {}

    def look(self) -> None:
        """There is a new run: look at once."""
        self._look.set()

    async def catch_up(self, task_id: str) -> None:
        """Apply what people wished before the run began: it must not act on a held browser."""
        for wish in await db(watch.wishes, [task_id]):
            await self._apply(wish)

    async def follow(self) -> None:
        """Apply wishes for as long as the worker runs."""
        following = nudges.hub().subscribe()
        while True:
            self._follow_topics(following)
            waits = [
                asyncio.ensure_future(following.wait()),
                asyncio.ensure_future(self._look.wait()),
            ]
            await asyncio.wait(waits, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            self._look.clear()
            changed, _ = following.take()
            for topic in changed:
                entry = self._runs.get(topic.removeprefix("task:"))
                if entry is not None:
                    entry[0].changed.set()
            if not self._runs:
                continue
            try:
                for wish in await db(watch.wishes, list(self._runs)):
                    await self._apply(wish)
            except DatabaseError as error:
                log.error("reading wishes failed", error=str(error))

    def _follow_topics(self, following: nudges.Subscription) -> None:
        wanted = {f"task:{task_id}" for task_id in self._runs}
        for topic in wanted - following.topics:
            following.add(topic)
        for topic in following.topics - wanted:
            following.remove(topic)
            self._versions.pop(topic.removeprefix("task:"), None)

    async def _apply(self, wish: Wish) -> None:
        entry = self._runs.get(wish.task_id)
        if entry is None:
            return
        context, run = entry
        if wish.fence != context.row.fence:
            if not run.cancelling():
                run.cancel("lease lost")
            return
        context.egress.follow(wish.egress)
        control = context.control
        if wish.cancel_reason is not None:
            if not control.cancelled:
                await control.cancel(wish.cancel_reason)
            return
        if wish.stop_soft:
            await control.stop_after_step("session stopped")
            context.changed.set()  # no step runs while it asks
        await (control.hold("paused") if wish.paused else control.release("paused"))
        if wish.control == Control.AGENT:
            known = self._versions.get(wish.task_id)
            if wish.handback_note and known != wish.control_version:
                control.leave_note(f"handback:{wish.control_version}", wish.handback_note)
            if known is not None and known != wish.control_version:
                await control.hold("human")  # taken and handed back between two looks
            if "human" in control.held:
                await control.release("human", note=wish.handback_note)
        else:
            # A step that waits for an approval gives way at once: nothing of it runs.
            await control.hold("human", interrupt=bool(context.confirming))
            if wish.control == Control.TAKING and wish.task_id not in self._granting:
                grant = asyncio.ensure_future(self._grant(wish, context))
                self._granting[wish.task_id] = grant
                grant.add_done_callback(lambda _: self._granting.pop(wish.task_id, None))
        self._versions[wish.task_id] = wish.control_version
        await self._park_if_long(context)

    async def _grant(self, wish: Wish, context: DbRunContext) -> None:
        """Wait until the run stands still (at the worst, cut its action short), then let drive."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + FINISH_ACTION_S
        while context.control.waiting_since is None and not context.asking:
            if loop.time() > deadline:
                context.control.interrupt()
                deadline = loop.time() + 1.0
            if wish.task_id not in self._runs:
                break
            await asyncio.sleep(0.05)
        await db(takeover.grant, wish.session_id)

    async def _park_if_long(self, context: DbRunContext) -> None:
        """A run that is held for long gives its lease up; its checkpoint is saved."""
        since = context.control.waiting_since
        if since is None or "paused" not in context.control.held:
            return
        if asyncio.get_running_loop().time() - since > context.park_after_s:
            await context.control.park()
