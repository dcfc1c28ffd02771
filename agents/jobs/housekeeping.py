"""What a worker looks after on its own host: idle browsers, dead ones, orphans, lost proxies."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import psutil
import structlog
from django.db import DatabaseError
from django.utils import timezone

from agents.browser.process import BrowserHandle, find_orphans, is_alive, terminate
from agents.errors import BrowserError
from agents.jobs.browsers import LET_GO_TOPIC, BrowserPool
from agents.jobs.db import db
from dashboard import nudges
from dashboard.conf import Config
from dashboard.models import AgentSession, Control, SessionStatus, Task
from dashboard.services import leases, origins, sessions, workers

if TYPE_CHECKING:
    from agents.jobs.context import DbRunContext

log = structlog.get_logger(__name__)

EVERY_S = 15.0
_OPEN = (SessionStatus.PENDING, SessionStatus.RUNNING)


def _ports_of(rows: Iterable[AgentSession]) -> set[int]:
    """Debugging and proxy ports of browsers on this host."""
    handles = [row.browser for row in rows]
    return {handle.get(key) or 0 for handle in handles for key in ("debug_port", "proxy_port")}


def _last_used(row: AgentSession) -> datetime:
    return row.browser_used_at or row.updated_at


def _alive(worker: str) -> bool:
    """Whether the process that a worker's name (`host:pid:start`) tells of still runs."""
    try:
        pid, started = (int(part) for part in worker.rsplit(":", 2)[1:])
        return abs(psutil.Process(pid).create_time() - started) < 2
    except (ValueError, psutil.Error):
        return False


class Housekeeping:
    """Runs beside the tasks; each round is safe to repeat and to miss."""

    def __init__(
        self,
        config: Config,
        pool: BrowserPool,
        runs: dict[str, tuple[DbRunContext, asyncio.Task[None]]],
    ) -> None:
        self._config = config
        self._pool = pool
        self._runs = runs

    async def keep(self) -> None:
        """One round at start (browsers left by a dead worker need their proxy), then regularly."""
        asked = nudges.hub().subscribe(LET_GO_TOPIC, origins.TOPIC)
        due = 0.0
        clock = asyncio.get_running_loop().time
        news: Collection[str] = ()
        try:
            while True:
                try:
                    await self.let_go_of_others()
                    if origins.TOPIC in news:
                        await self.follow_origins()
                    if clock() >= due:
                        await self._round()
                        due = clock() + EVERY_S
                except (DatabaseError, BrowserError, OSError) as error:
                    log.error("housekeeping failed", error=str(error))
                    due = clock() + EVERY_S
                await asked.wait(max(0.1, due - clock()))
                news, _ = asked.take()
        finally:
            asked.close()

    async def let_go_of_others(self) -> None:
        """Let go of sessions that another worker runs, and of those without a browser here."""
        known = self._pool.known - self._in_runs()
        if not known:
            return
        here, elsewhere = await db(self._whose, known)
        for session_id in known:
            if session_id in elsewhere or session_id not in here:
                await self._pool.let_go(session_id, unless=partial(self._has_run, session_id))

    async def follow_origins(self) -> None:
        """Take over what people opened or closed for sessions that nobody runs here just now."""
        for row in await db(self._browsers_here):
            if row.pk in self._pool.known and row.pk not in self._in_runs():
                self._pool.restore_egress(row.pk, row.egress)

    def _has_run(self, session_id: str) -> bool:
        return session_id in self._in_runs()

    def _in_runs(self) -> set[str]:
        return {context.row.session_id for context, _ in self._runs.values()}

    def _whose(self, session_ids: set[str]) -> tuple[set[str], set[str]]:
        """Of these sessions: those with a browser on this host; those that another worker runs."""
        here = AgentSession.objects.filter(
            pk__in=session_ids, browser_host=self._config.host_name
        ).exclude(browser=None)
        return set(here.values_list("pk", flat=True)), self._run_elsewhere(session_ids)

    def _run_elsewhere(self, session_ids: Iterable[str]) -> set[str]:
        held = Task.objects.filter(session_id__in=session_ids).exclude(leases.free())
        mine = f"{self._config.host_name}:{os.getpid()}:"
        workers_of = held.exclude(worker="").values_list("session_id", "worker")
        return {session_id for session_id, worker in workers_of if not worker.startswith(mine)}

    async def _round(self) -> None:
        await self._end_leases_of_the_dead()
        rows = await db(self._browsers_here)
        elsewhere = await db(self._run_elsewhere, [row.pk for row in rows])
        self._pool.note_ports(_ports_of(rows))
        keep: set[int] = set()
        spare: list[AgentSession] = []
        for row in rows:
            handle = BrowserHandle.from_dict(row.browser)
            if not is_alive(handle):
                await self._lose(row)
                continue
            if self._is_idle(row):
                await self.close_browser(row.pk)
                continue
            keep.add(handle.pid)
            if self._is_spare(row):
                spare.append(row)
            if handle.proxy_port and row.pk not in elsewhere:
                if row.pk not in self._in_runs():
                    self._pool.restore_egress(row.pk, row.egress)
                await self._pool.ensure_proxy(row.pk, handle.proxy_port)
        spare.sort(key=_last_used)
        for row in spare[: max(0, len(spare) - self._config.idle_browsers)]:
            log.info("closing the browser that was unused the longest", session=row.pk)
            await self.close_browser(row.pk)
        root = self._config.data_dir / "browsers"
        for orphan in await asyncio.to_thread(find_orphans, root, keep):
            log.warning("ending an orphaned browser", pid=orphan.pid)
            await terminate(orphan)

    async def _end_leases_of_the_dead(self) -> None:
        """A worker of this host that is gone need not be waited for until its leases run out."""
        host = self._config.host_name
        for name in await db(workers.names_of, host):
            if not _alive(name):
                await db(workers.leave, name)
        for name in await db(leases.held_by_host, host):
            if not _alive(name):
                count = await db(leases.end_leases_of, name)
                log.warning("a worker died; its tasks go on", worker=name, tasks=count)

    def _browsers_here(self) -> list[AgentSession]:
        return list(
            AgentSession.objects.filter(browser_host=self._config.host_name).exclude(browser=None)
        )

    def _is_idle(self, row: AgentSession) -> bool:
        if row.status in _OPEN or row.control != Control.AGENT:
            return False
        if row.status in (SessionStatus.STOPPED, SessionStatus.FAILED):
            return True
        patience = self._config.kept_open_s(row.keep_alive)
        return _last_used(row) < timezone.now() - timedelta(seconds=patience)

    def _is_spare(self, row: AgentSession) -> bool:
        """Whether a browser is kept only since a follow-up may come, and nobody asked for that."""
        used = row.status in _OPEN or row.control != Control.AGENT or self._has_run(row.pk)
        return not used and not row.keep_alive

    async def close_browser(self, session_id: str) -> None:
        """Close a session's browser, unless one of its tasks runs here."""
        row = await db(AgentSession.objects.filter(pk=session_id).first)
        if row is None or row.browser is None or row.status in _OPEN:
            return
        if any(context.row.session_id == session_id for context, _ in self._runs.values()):
            return
        if not await self._take_off(row, sessions.forget_browser):
            return
        await db(sessions.free_profile, row)
        if row.status in (SessionStatus.STOPPED, SessionStatus.FAILED):
            await asyncio.to_thread(self._pool.forget_files, session_id, row.user_data_dir)

    async def _lose(self, row: AgentSession) -> None:
        """Say that the process of the row's browser is gone."""
        for context, _ in list(self._runs.values()):
            if context.row.session_id == row.pk and context.row.session.browser == row.browser:
                await context.browser_ended()
                return
        await self._take_off(row, sessions.lose_browser)

    async def _take_off(
        self, row: AgentSession, forget: Callable[[str, dict[str, Any]], bool]
    ) -> bool:
        """End what is left of the row's browser, if the row lets go of it."""
        handle: dict[str, Any] = row.browser

        async def unused() -> bool:
            return await db(forget, row.pk, handle)

        return await self._pool.close(row.pk, handle, if_so=unused)
