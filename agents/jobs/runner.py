"""The worker's event loop: claims tasks, runs them side by side, keeps their leases.

A Celery thread only rings; it never waits for a run. Waiting for a person costs a coroutine, and
how many tasks run at once is a number of this loop, not of threads.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import psutil
import structlog
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError

from agents.errors import AgentError, Cancelled, LeaseLost, Parked
from agents.executor import close_sandbox, warm_up
from agents.guard.exits import clean_outcome
from agents.jobs.browsers import BrowserPool
from agents.jobs.context import DbRunContext
from agents.jobs.db import db
from agents.jobs.housekeeping import Housekeeping
from agents.jobs.relay import LiveRelay
from agents.jobs.specs import spec_of
from agents.jobs.whereabouts import Whereabouts
from agents.jobs.wishes import Wishes
from agents.model.routes import build_route
from agents.model.settings import ModelSettings
from agents.outcome import Outcome
from agents.ports import TaskSpec
from agents.products import agent, do_anything
from dashboard import nudges
from dashboard.conf import Config
from dashboard.models import Task
from dashboard.services import leases, model_keys, tasks, workers

log = structlog.get_logger(__name__)

_PRODUCTS = {"do_anything": do_anything.run, "agent": agent.run}

# A task whose workers die so often without one more step being done is not given to another.
MOST_DEATHS = 5
SERVICE_PAUSE_S = 1.0
# A stop lets a step that touched its page end, and still fits into the six seconds of `up`.
TOUCH_ENDS_S = 4.0


class Runner:
    """One worker process's engine. `start` and `stop` are for any thread, the rest for its loop."""

    def __init__(self, config: Config) -> None:
        self.config = config
        started = int(psutil.Process().create_time())
        self.name = f"{config.host_name}:{os.getpid()}:{started}"
        self.runs: dict[str, tuple[DbRunContext, asyncio.Task[None]]] = {}
        self._claiming: set[str] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="runner", daemon=True)
        self._background: set[asyncio.Task[Any]] = set()
        self._stopping = False

    # --- from any thread --------------------------------------------------------------------
    def start(self) -> None:
        """Start the loop's thread."""
        self._thread.start()

    def ring(self, task_id: str) -> None:
        """Somebody says that the task has work due."""
        self._call(self._take(task_id))

    def close_browser(self, session_id: str) -> None:
        """Close the session's browser, unless one of its tasks runs here."""
        self._call(self.housekeeping.close_browser(session_id))

    def _call(self, work: Coroutine[Any, Any, Any]) -> None:
        if self._stopping:
            work.close()
            return
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self, timeout_s: float = 8.0) -> None:
        """Give all tasks back and end the loop; browsers go on for the next worker.

        A step that touched its page is let end first, for four seconds: what it did is then known.
        """
        self._stopping = True
        asyncio.run_coroutine_threadsafe(self._shut_down(), self._loop)
        self._thread.join(timeout_s)

    # --- on the loop ------------------------------------------------------------------------
    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self.pool = BrowserPool(self.config)
        self.model_settings = ModelSettings(allow_scripted=self.config.allow_scripted)
        self.housekeeping = Housekeeping(self.config, self.pool, self.runs)
        self.wishes = Wishes(self.runs)
        self._spawn(warm_up())
        for service in (
            self._beat,
            self.wishes.follow,
            self._follow_due,
            self.housekeeping.keep,
            Whereabouts(self.pool).follow,
            LiveRelay(self.config.host_name, settings.REDIS_URL).run,
        ):
            self._spawn(self._keep_running(service))
        self._loop.call_soon(self.pool.warm_up)
        self._loop.run_forever()
        self._loop.close()

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self._loop.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def _keep_running(self, service: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run something for as long as the worker lives: a bug in it must not end it quietly."""
        while True:
            try:
                await service()
            except Exception:
                log.exception("a part of the worker failed; it starts again")
            await asyncio.sleep(SERVICE_PAUSE_S)

    async def _beat(self) -> None:
        """Say that this worker is alive and renew its leases."""
        while True:
            try:
                await self._renew_leases()
                await db(
                    workers.beat,
                    self.name,
                    host=self.config.host_name,
                    pid=os.getpid(),
                    running=len(self.runs),
                    browsers=self.pool.count,
                    capacity=self.config.max_runs,
                )
            except DatabaseError as error:
                log.error("heartbeat failed", error=str(error))
            await asyncio.sleep(self.config.heartbeat_s)

    async def _renew_leases(self) -> None:
        """Keep what runs here, and stop what another worker has by now."""
        held = {task_id: context.row.fence for task_id, (context, _) in self.runs.items()}
        for task_id in await db(leases.heartbeat, self.name, held):
            entry = self.runs.get(task_id)
            if entry is None or entry[0].row.fence != held[task_id] or entry[0].is_ending:
                continue
            log.warning("lease lost", task=task_id)
            entry[1].cancel("lease lost")

    async def _follow_due(self) -> None:
        """Look for due tasks when told, and now and then in case nobody told."""
        following = nudges.hub().subscribe("due")
        while True:
            await self._pull()
            await following.wait(5)
            following.take()

    async def _pull(self) -> None:
        """Take due tasks while there is room."""
        if len(self.runs) >= self.config.max_runs:
            return
        try:
            waiting = await db(tasks.due)
        except DatabaseError as error:
            log.error("looking for due tasks failed", error=str(error))
            return
        for task_id, host in waiting:
            if host in ("", self.config.host_name):
                await self._take(task_id)

    async def _take(self, task_id: str) -> None:
        busy = len(self.runs) + len(self._claiming) >= self.config.max_runs
        if busy or self._stopping or task_id in self.runs or task_id in self._claiming:
            return
        self._claiming.add(task_id)
        try:
            task = await db(leases.claim, task_id, self.name)
            spec = await self._spec(task) if task is not None else None
            if task is None or spec is None:
                return
            context = DbRunContext(task, spec, pool=self.pool, config=self.config)
            run = self._spawn(self._run(task, context))
            self.runs[task_id] = (context, run)
            self.wishes.look()
        except LeaseLost:
            log.warning("lease lost", task=task_id)
        except DatabaseError as error:
            log.error("claim failed", task=task_id, error=str(error))
        finally:
            self._claiming.discard(task_id)

    async def _spec(self, task: Task) -> TaskSpec | None:
        """The claimed task as the engine knows it. One that cannot be run ends here: None."""
        try:
            if await db(leases.deaths, task.pk) < MOST_DEATHS:
                return await db(spec_of, task)
            error = ("worker_lost", f"{MOST_DEATHS} workers in a row died over this task.")
        except DatabaseError:
            raise
        except Exception as broken:
            # Whatever it is, it would break the next worker too. A changed key is the operator's
            # doing and needs no trace; all else is a bug.
            known = isinstance(broken, InvalidTag | ValueError)
            log.error("task unreadable", task=task.pk, exc_info=None if known else broken)
            error = (
                "task_unreadable",
                "What was stored of the task cannot be read (was the server's key changed?); "
                "start it again.",
            )
        await db(tasks.finish, task.pk, task.fence, terminal_reason="failed", error=error)
        return None

    async def _run(self, task: Task, context: DbRunContext) -> None:
        structlog.contextvars.bind_contextvars(task=task.pk)
        log.info("task claimed", fence=task.fence, product=task.product)
        try:
            await self.wishes.catch_up(task.pk)
            await self._run_to_end(task, context)
        except Parked:
            log.info("task parked")
            await db(leases.park, task.pk, task.fence)
        except LeaseLost:
            log.warning("lease lost, letting go")
            await self.pool.let_go(task.session_id)
        except asyncio.CancelledError as cancelled:
            if "lease lost" in str(cancelled):
                await self.pool.let_go(task.session_id)
            else:
                await asyncio.shield(db(leases.release, task.pk, task.fence, due=True))
                raise
        except DatabaseError as error:
            # Nothing can be written; the lease runs out and somebody goes on from the checkpoint.
            log.error("database failed in mid-run", error=str(error))
        finally:
            self.runs.pop(task.pk, None)  # first: a second cancel may cut the rest short
            await context.aclose()
            if not self._stopping:
                self._spawn(self._pull())

    async def _run_to_end(self, task: Task, context: DbRunContext) -> None:
        """Run the product and write how it ended."""
        try:
            model = context.task.model
            if model_keys.is_held(task):
                model = await db(model_keys.completed, task)
            route = build_route(model, settings=self.model_settings, addresses=self.pool.addresses)
            try:
                outcome = await _PRODUCTS[task.product](context, route=route)
            finally:
                await route.aclose()
        except Cancelled as cancelled:
            reason = cancelled.reason or "canceled"
            outcome = Outcome(None, "canceled", None, {"code": "canceled", "message": reason})
        except AgentError as error:
            outcome = Outcome.of_error(error)
        except (Parked, LeaseLost, OperationalError, InterfaceError):
            raise
        except Exception:  # a value that the database does not take is among them
            log.exception("run failed")
            outcome = Outcome.failed(
                "internal_error", "The agent met an error of its own. The log has the details."
            )
        outcome = clean_outcome(outcome, context.redactor)
        context.is_ending = True
        await db(
            tasks.finish,
            task.pk,
            task.fence,
            terminal_reason=outcome.terminal_reason,
            output=outcome.output,
            output_text=outcome.text,
            is_task_successful=outcome.is_task_successful,
            error=(outcome.error["code"], outcome.error["message"]) if outcome.error else None,
            usage=context.final_usage(),
        )
        if model_keys.is_held(task):
            await db(model_keys.forget, task)
        log.info("task ended", reason=outcome.terminal_reason)

    async def _put_down(self, context: DbRunContext, run: asyncio.Task[None]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(TOUCH_ENDS_S):
                await context.control.rest()
        run.cancel("worker stops")
        await asyncio.gather(run, return_exceptions=True)

    async def _shut_down(self) -> None:
        await asyncio.gather(*(self._put_down(*entry) for entry in self.runs.values()))
        await self.pool.aclose()
        await close_sandbox()
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        try:
            await db(workers.leave, self.name)
        except DatabaseError as error:
            log.warning("could not sign off", error=str(error))
        self._loop.stop()
