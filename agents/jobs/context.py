"""A run's port to the database: the `RunContext` that products get."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from agents.browser.egress import Denied
from agents.browser.egress_policy import SessionEgress
from agents.browser.session import BrowserSession
from agents.control import Interrupted, RunControl
from agents.errors import BrowserError, BrowserGone, LeaseLost, Parked, Unconfirmed
from agents.events import Payload, TaskPageChanged, TaskPolicyDenied
from agents.guard import logs
from agents.guard.exits import clean_event
from agents.guard.policy import Policy
from agents.guard.redactor import Redactor
from agents.jobs.artifacts import DbArtifacts
from agents.jobs.browsers import BrowserPool
from agents.jobs.db import db
from agents.ports import (
    Answer,
    IncomingMessage,
    InputRequestSpec,
    TaskSpec,
    Usage,
    Variable,
)
from dashboard import nudges
from dashboard.conf import Config
from dashboard.models import InputRequest, RequestStatus, Task
from dashboard.services import (
    answers,
    leases,
    messages,
    origins,
    requests,
    secrets,
    sessions,
    standing,
)

MOST_DENIALS = 100  # events of refusals in one run, one for a rule and host

_ticker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ticks")


class DbRunContext:
    """One run of one task, from claim to release. Implements `agents.ports.RunContext`."""

    def __init__(self, task: Task, spec: TaskSpec, *, pool: BrowserPool, config: Config) -> None:
        self.row = task
        self.task = spec
        self.checkpoint: dict[str, Any] | None = task.checkpoint
        self.usage = Usage(
            task.steps,
            task.input_tokens,
            task.output_tokens,
            task.cost_usd,
            task.browser_seconds,
        )
        self.redactor = Redactor.of(spec.variables)
        hidden = {n: v.value for n, v in spec.variables.items() if v.sensitive}
        logs.protect(task.pk, hidden)
        self.artifacts = DbArtifacts(task)
        self.control = RunControl()
        self.park_after_s = config.park_after_s
        self._asks = 0  # questions under way; the network hold may ask beside a step
        self._asking_since = 0.0
        self.confirming = 0  # confirmations among them
        self.changed = asyncio.Event()  # set by the runner on every nudge of the task
        # The end is being written, and that write knows whether the lease held: from now on a
        # heartbeat that finds the task no longer held must not cut short what comes after it.
        self.is_ending = False
        self._pool = pool
        self._config = config
        self._earlier_s = task.active_seconds
        self._began = time.monotonic()
        self._waited_s = 0.0
        self._browser_since: float | None = None
        self._denials: set[tuple[str, str]] = set()
        self._background: set[asyncio.Task[None]] = set()
        pool.on_denied(task.session_id, self._denied)
        self.egress = SessionEgress.from_json(
            task.session.egress,
            Policy.parse(spec.policy).starting_at(spec.start_url or task.session.page_url),
            save=self._save_egress,
        )
        pool.set_egress(task.session_id, self.egress)

    @property
    def asking(self) -> bool:
        """Whether the run waits for an answer."""
        return self._asks > 0

    @property
    def elapsed_s(self) -> float:
        """Seconds of work: neither questions, nor pauses, nor takeovers count."""
        waited_s = self._waited_s + self.control.held_s
        if self._asks:
            waited_s += time.monotonic() - self._asking_since
        return self._earlier_s + time.monotonic() - self._began - waited_s

    # --- the ledger -------------------------------------------------------------------------
    async def emit(
        self,
        *events: Payload,
        checkpoint: dict[str, Any] | None = None,
        usage: Usage | None = None,
    ) -> None:
        events = tuple(clean_event(event, self.redactor) for event in events)
        if usage is not None:
            usage = usage + self._browser_time()
        await db(
            leases.record,
            self.row.pk,
            self.row.fence,
            events,
            checkpoint=checkpoint,
            usage=usage,
            active_s=self.elapsed_s,
        )
        if usage is not None:
            self.usage = self.usage + usage
        if checkpoint is not None:
            self.checkpoint = checkpoint
        for event in events:
            if isinstance(event, TaskPageChanged):
                await db(
                    sessions.set_page,
                    self.row.session_id,
                    url=event.page_url,
                    title=event.page_title,
                )

    def _browser_time(self) -> Usage:
        """Browser seconds since the last charge."""
        if self._browser_since is None:
            return Usage()
        now = time.monotonic()
        spent, self._browser_since = now - self._browser_since, now
        return Usage(browser_seconds=round(spent, 3))

    def final_usage(self) -> Usage:
        """What is left to charge when the run ends."""
        return self._browser_time()

    def tick(self, kind: str, data: dict[str, Any]) -> None:
        # One thread for all: the words of a model must come in their order.
        asyncio.get_running_loop().run_in_executor(
            _ticker, nudges.tick, f"task:{self.row.pk}", kind, data
        )

    # --- people -----------------------------------------------------------------------------
    async def ask(self, request: InputRequestSpec) -> Answer:
        life_s = self.task.options.get("confirmation_timeout_s")
        if life_s is not None and request.kind == requests.CONFIRMATION:
            request = replace(request, expires_in_s=life_s)
        row = await db(requests.open_request, self.row, self.row.fence, request)
        began = time.monotonic()
        if not self._asks:
            self._asking_since = began
        self._asks += 1
        confirms = request.kind == requests.CONFIRMATION
        self.confirming += confirms
        try:
            with self.control.asking():
                row = await self._settled(row, began, gives_way=confirms)
        finally:
            self._asks -= 1
            self.confirming -= confirms
            if not self._asks:
                self._waited_s += time.monotonic() - self._asking_since
        if not self._asks:
            await db(requests.back_to_work, self.row, self.row.fence)
        if row.status == RequestStatus.ANSWERED:
            skipped = row.skipped and not confirms
            if not await db(self._knows, row):
                raise Parked  # and come back with the secret answers among the variables
            return Answer(
                "skipped" if skipped else "answered",
                await db(answers.told, row),
                row.answered_by or None,
                row.pk,
            )
        ends_run = confirms and self.task.options.get("ends_unconfirmed")
        if ends_run and row.status == RequestStatus.EXPIRED:
            raise Unconfirmed(f"Nobody decided in time, so it was not done: {row.prompt}")
        return Answer(row.status, request_id=row.pk)

    def _knows(self, row: InputRequest) -> bool:
        """Whether what people answered in secret is among the run's variables."""
        if row.sealed_response is None:
            return True
        return answers.variables_of(self.row).keys() <= self.task.variables.keys()

    async def _settled(self, row: InputRequest, began: float, *, gives_way: bool) -> InputRequest:
        """The request once it is settled.

        gives_way: somebody who takes the browser over ends the wait. Raises: Interrupted for
        these; Parked after long; Cancelled.
        """
        while row.status == RequestStatus.PENDING:
            left = self._config.park_after_s - (time.monotonic() - began)
            if left <= 0:
                raise Parked
            self.changed.clear()
            self.control.check_waiting()
            if gives_way and "human" in self.control.held:
                raise Interrupted
            row = await db(InputRequest.objects.get, pk=row.pk)
            if row.status != RequestStatus.PENDING:
                break
            try:
                await self.control.interruptible(
                    asyncio.wait_for(self.changed.wait(), min(left, 5))
                )
            except TimeoutError:
                pass
            except Interrupted:
                self.control.check()
                if gives_way:
                    raise
                # A takeover while the agent waits: nothing runs that could be cut short.
                await asyncio.sleep(0.2)
        return row

    async def withdraw(self, keys: Sequence[str] | None = None) -> None:
        await db(requests.withdraw, self.row, self.row.fence, keys)

    async def standing(self, tool: str, host: str) -> bool:
        rules = standing.rules_of(self.row.pk).filter(tool=tool, host=host)
        return await db(rules.exists)

    async def follow_origins(self) -> None:
        self.egress.follow(await db(origins.rules_of, self.row.session_id))

    async def messages(self, step: int) -> Sequence[IncomingMessage]:
        rows = await db(messages.take_unseen, self.row, self.row.fence, step=step)
        return [IncomingMessage(row.pk, row.content, row.author or None) for row in rows]

    async def say(self, content: str, *, step: int | None = None) -> None:
        await db(messages.say, self.row, self.row.fence, content, step=step)

    # --- the browser ------------------------------------------------------------------------
    async def browser(self) -> BrowserSession:
        return await self._open(None)

    async def replace_browser(self, reason: str) -> BrowserSession:
        # Only the holder may end a browser: it may be another worker's by now.
        await db(leases.record, self.row.pk, self.row.fence, ())
        await self._pool.close(self.row.session_id, self.row.session.browser)
        self.row.session.browser = None
        return await self._open(reason)

    async def _save_egress(self, data: dict[str, Any]) -> None:
        """Keep what the session may reach. Raises: LeaseLost."""
        await db(sessions.set_egress, self.row.pk, self.row.fence, data)

    async def _open(self, reason: str | None) -> BrowserSession:
        session = self.row.session
        await self.egress.settle()
        starting = session.browser is None
        if starting:
            await self._tell("starting", None, reason or "")
        try:
            browser, fresh = await self._pool.get(
                session.pk, session.browser, profile_dir=self._profile_dir()
            )
        except BrowserError as error:
            lost = isinstance(error, BrowserGone)  # one more may be tried
            await self._tell("lost" if lost else "failed", None, str(error))
            raise
        if self._browser_since is None:
            self._browser_since = time.monotonic()
        browser.leave_dialogs_to(lambda: "human" in self.control.held)
        handle = browser.handle.as_dict()
        if fresh or session.browser != handle:
            lost = session.browser is not None
            session.browser, session.user_data_dir = handle, handle["user_data_dir"]
            await self._tell("live", handle, reason or ("browser was lost" if lost else ""))
        return browser

    async def browser_ended(self) -> None:
        """The browser's process is gone: said at once if the run waits, since that may last.

        A run that works finds out by itself; either way another browser starts when it goes on.
        """
        session = self.row.session
        waits = self.asking or self.control.waiting_since is not None
        if waits and session.browser is not None:
            session.browser = None
            with suppress(LeaseLost):
                await self._tell("lost", None, sessions.ENDED)

    async def variable_typed(self, name: str, variable: Variable, address: str) -> None:
        """A sensitive value is about to be typed: from now on the way out is its domains."""
        domains = variable.allowed_domains or (urlsplit(address).hostname or "",)
        self.egress.taint(domains, name, at=address)
        await self.egress.settle()
        await self._pool.limit(self.row.session_id)
        await db(secrets.typed, self.row.project_id, (name,))

    def _profile_dir(self) -> Path | None:
        """Where its profile is: the saved one's folder, or what its last browser left here."""
        session = self.row.session
        if session.profile_id:
            return (self._config.data_dir / "profiles" / session.profile_id).absolute()
        left = Path(session.user_data_dir) if session.user_data_dir else None
        return left if left is not None and left.is_dir() else None

    async def _tell(self, status: str, handle: dict[str, Any] | None, reason: str) -> None:
        await db(
            sessions.set_browser,
            self.row.session_id,
            status=status,
            handle=handle,
            host=self._config.host_name,
            task=self.row,
            reason=self.redactor.text(reason),
        )

    def _denied(self, denied: Denied) -> None:
        """The proxy refused something: one event for each rule and host, while they are few.

        After that one more for each rule: no page can hide what was refused behind the rest.
        """
        told, reason = (denied.rule, denied.host), denied.reason or "The address is not allowed."
        if told not in self._denials and len(self._denials) >= MOST_DENIALS:
            told, reason = (denied.rule, ""), f"{reason} No others of this rule are told."
        if told in self._denials:
            return
        self._denials.add(told)
        event = TaskPolicyDenied(
            rule=denied.rule,
            reason=reason,
            target=f"{denied.host}:{denied.port}",
        )
        task = asyncio.get_running_loop().create_task(self._emit_quietly(event))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _emit_quietly(self, event: Payload) -> None:
        with suppress(LeaseLost):
            await self.emit(event)

    async def aclose(self) -> None:
        """Let go of what belongs to this run; the browser goes on."""
        self._pool.ignore_denied(self.row.session_id, self._denied)
        await asyncio.gather(*self._background, return_exceptions=True)
        logs.release(self.row.pk)
