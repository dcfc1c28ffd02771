"""The one road from step code to the page: check, announce, do, settle, record."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agents.control import RunControl
from agents.errors import ActionError, BrowserGone, PolicyError, RunSignal
from agents.executor.diagnostics import StepError
from agents.executor.gate import ActionGate, ProposedAction
from agents.executor.kinds import Kind
from agents.executor.page_errors import Problem, translate
from agents.executor.replay import Replay, cut_result, is_cut
from agents.executor.sandbox import ExecutorLimits
from agents.executor.variables import Secrets
from agents.plain import bounded, plain, shown
from agents.ports import JSON, ActionListener, ActionRecord

_ARGUMENT_CHARS = 500
_GRACE_S = 2.0  # beyond Playwright's own time limit: then the page is not answering at all
_LAST_WORDS_S = 0.3


def _same(value: JSON) -> Any:
    return value


async def _nothing(record: ActionRecord) -> None:
    return None


async def _no_facts() -> Mapping[str, Any]:
    return {}


@dataclass
class Call:
    """One call as the road needs it.

    run(timeout_ms): does it, gives JSON. wrap: the JSON as the sandbox gets it, also when it
    comes from a record. prepare: learns about the element before anything is announced, and may
    refine the record's target, arguments and box. field: the result is what a field holds.
    """

    tool: str
    kind: Kind
    target: str
    arguments: dict[str, Any]
    run: Callable[[float], Awaitable[JSON]]
    wrap: Callable[[JSON], Any] = _same
    prepare: Callable[[ActionRecord], Awaitable[None]] = _nothing
    facts: Callable[[], Awaitable[Mapping[str, Any]]] = _no_facts
    timeout_ms: float | None = None
    url: str | None = None
    variables: tuple[str, ...] = ()
    field: bool = False


@dataclass
class Actions:
    """The calls of one step, one after the other whatever the code does in parallel."""

    step: int
    browser: Any
    control: RunControl
    gate: ActionGate
    on_action: ActionListener
    secrets: Secrets
    limits: ExecutorLimits
    replay: Replay
    deadline: float
    records: list[ActionRecord] = field(default_factory=list)
    changed: bool = False
    problem: Problem | None = None  # the newest failure that step code was told about
    current: ActionRecord | None = None

    def __post_init__(self) -> None:
        self.aborted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()

    # --- ending -----------------------------------------------------------------------------
    def abort(self, error: BaseException) -> Exception:
        """End the step with `error`, whatever its code would make of it."""
        if not self.aborted.done():
            self.aborted.set_exception(error)
        return RuntimeError("The step is over.")

    async def stop(self) -> None:
        """Cut calls under way short, and say so where they were announced."""
        tasks = [task for task in self._tasks if not task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=1.0)
        if not self.aborted.done():
            self.aborted.cancel()
        elif not self.aborted.cancelled():
            self.aborted.exception()

    async def report_cut(self) -> None:
        """Tell of an announced call that was cut short."""
        record, self.current = self.current, None
        if record is not None and record.error_code == "interrupted":
            await self.on_action(replace(record))

    # --- one call ---------------------------------------------------------------------------
    async def perform(self, call: Call) -> Any:
        """Do one call. Raises: built-in exceptions only, which is what the sandbox knows."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            async with self._turn:
                return await self._one(call)
        finally:
            self._tasks.discard(task)

    async def _one(self, call: Call) -> Any:
        if self.aborted.done():
            raise RuntimeError("The step is over.")
        try:
            self.control.check()
        except RunSignal as signal:
            raise self.abort(signal) from None
        number = len(self.records) + 1
        if number > self.limits.calls:
            limit = f"The step made more than {self.limits.calls} calls. Do less in one step."
            raise self.abort(StepError(limit, code="call_limit"))
        arguments = self._shown(call.arguments)
        target = self.secrets.hide(call.target)
        past = self.replay.take(call.tool, target, arguments)
        if past is not None and self._settles(past, call):
            self.records.append(past)
            return self._from_past(past, call)
        record = ActionRecord(
            past.action_id if past else f"{self.step}.{number}",
            call.tool,
            target,
            arguments,
            "started",
            call.kind.mutating,
        )
        self.records.append(record)
        self.current = record
        value = await self._do(call, record, announced=past is not None)
        self.current = None
        return call.wrap(value)

    async def _do(self, call: Call, record: ActionRecord, *, announced: bool) -> JSON:
        begun = time.perf_counter()
        timeout_ms = self._timeout(call)
        try:
            await self._before(call, record, announced)
            value = await asyncio.wait_for(call.run(timeout_ms), timeout_ms / 1000 + _GRACE_S)
            if call.kind.settle_s:
                await self._settle(call.kind)
        except asyncio.CancelledError:
            record.status, record.error_code = "failed", "interrupted"
            record.error_message = "Cut short; it may have happened."
            record.duration_ms = _ms_since(begun)
            raise
        except _Signalled as signal:
            raise self.abort(signal.error) from None
        except RunSignal as signal:
            raise self.abort(signal) from None
        except BrowserGone as error:
            problem = Problem(str(error), code=error.code)
            await self._failed(record, problem, begun)
            raise self.abort(error) from None
        except Exception as error:
            problem = await self._problem(error, call, timeout_ms)
            await self._failed(record, problem, begun)
            raise problem.in_sandbox() from None
        value = self._hidden(value, call)
        record.result = self._kept(value)
        record.status, record.duration_ms = "completed", _ms_since(begun)
        await self._announce(record)
        return value

    async def _before(self, call: Call, record: ActionRecord, announced: bool) -> None:
        """All that comes before the touch."""
        if call.kind.mutating or call.url is not None:
            await call.prepare(record)
            record.arguments = self._shown(record.arguments)
            record.target = self.secrets.hide(record.target)
        proposed = ProposedAction(
            action_id=record.action_id,
            step=self.step,
            tool=call.tool,
            target=record.target,
            arguments=record.arguments,
            mutating=call.kind.mutating,
            page_url=self.page_url(),
            url=call.url,
            variables=call.variables,
            facts=call.facts,
        )
        try:
            await self.gate.allow(proposed)
            self.control.check()  # the gate may have waited for a person
        except PolicyError:
            raise
        except Exception as error:
            raise _Signalled(error) from None
        if call.kind.mutating:
            if not announced:
                await self._announce(record, call)
            self.changed = True

    async def _announce(self, record: ActionRecord, call: Call | None = None) -> None:
        """Tell the host; what it raises (a lost lease) ends the step."""
        try:
            await self.on_action(replace(record))
        except Exception as error:
            if call is not None:
                raise _Signalled(error) from None
            raise self.abort(error) from None

    async def _failed(self, record: ActionRecord, problem: Problem, begun: float) -> None:
        message = self.secrets.hide(str(problem))
        problem.args = (message,)
        record.status, record.error_code, record.error_message = "failed", problem.code, message
        record.duration_ms = _ms_since(begun)
        self.problem = problem
        self.current = None
        await self._announce(record)

    async def _problem(self, error: Exception, call: Call, timeout_ms: float) -> Problem:
        """The failure in words; or the end of the browser, if that is what it was."""
        if "closed" in str(error) or "crash" in str(error).lower():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.browser.gone.wait(), _LAST_WORDS_S)
            if not self.browser.alive:
                gone = BrowserGone("The browser ended while the step was running.")
                self.abort(gone)
                return Problem(str(gone), code=gone.code)
        return translate(error, tool=call.tool, target=call.target, timeout_ms=timeout_ms)

    async def _settle(self, kind: Kind) -> None:
        """Let what the call began come to rest: a navigation, a request, a new tab."""
        await self.browser.idle(timeout_s=kind.settle_s, quiet_s=kind.quiet_s)

    # --- from the past ----------------------------------------------------------------------
    def _settles(self, past: ActionRecord, call: Call) -> bool:
        """Whether a record answers the call, so that it is not made again."""
        if past.status == "started":
            if past.mutating and not call.kind.repeatable:
                error = ActionError(
                    f"{call.tool} on {past.target or 'the page'} was under way when the worker "
                    "stopped. Nobody knows whether it happened: look at the page before you "
                    "repeat it.",
                    code="interrupted_action",
                )
                self.records.append(past)
                raise self.abort(StepError(str(error), code=error.code))
            return False
        return not (is_cut(past.result) and not past.mutating)

    def _from_past(self, past: ActionRecord, call: Call) -> Any:
        self.changed = self.changed or past.mutating
        if past.status == "failed":
            self.problem = Problem(past.error_message or "It failed.", code=past.error_code or "")
            raise self.problem.in_sandbox()
        return call.wrap(past.result)

    # --- small parts ------------------------------------------------------------------------
    def page_url(self) -> str:
        """Where the active tab is; empty while there is none."""
        try:
            return str(self.browser.page.url)
        except Exception:
            return ""

    def _timeout(self, call: Call) -> float:
        limits = self.limits
        default = limits.navigation_timeout_ms if call.kind.navigates else limits.action_timeout_ms
        wanted = call.timeout_ms if call.timeout_ms else default
        left = (self.deadline - time.monotonic()) * 1000 - 200
        return max(1.0, min(wanted, limits.max_timeout_ms, max(left, 50.0)))

    def _shown(self, arguments: dict[str, Any]) -> dict[str, Any]:
        shown_ones = {key: bounded(value, _ARGUMENT_CHARS) for key, value in arguments.items()}
        return self.secrets.hide_in(shown_ones)

    def _hidden(self, value: JSON, call: Call) -> JSON:
        """A result without secrets and within what a step may read at once."""
        if isinstance(value, str):
            text = self.secrets.hide_field(value) if call.field else self.secrets.hide(value)
            return bounded(text, self.limits.read_chars)
        if value is None or isinstance(value, bool | int | float):
            return value
        return bounded(self.secrets.hide_in(plain(value)), self.limits.read_chars)

    def _kept(self, value: JSON) -> JSON:
        if value is None or isinstance(value, bool | int | float):
            return value
        if len(shown(value)) <= self.limits.record_chars:
            return value
        return cut_result(value, bounded(value, self.limits.record_chars // 4))


class _Signalled(Exception):
    """Carries what a host's callback raised past the handlers of a page's errors."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def _ms_since(begun: float) -> int:
    return round((time.perf_counter() - begun) * 1000)
