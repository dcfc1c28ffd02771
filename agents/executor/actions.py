"""The one road from step code to the page: check, announce, do, settle, record."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout

from agents.control import Interrupted, RunControl
from agents.errors import ActionError, BrowserError, BrowserGone, PolicyError, RunSignal
from agents.executor.calls import Call, argument_of
from agents.executor.clock import StepClock
from agents.executor.diagnostics import StepError
from agents.executor.gate import ActionGate, Grant, PeopleGate, ProposedAction
from agents.executor.kinds import Kind
from agents.executor.loading import LatePage, Underway, loading_again, made, watched
from agents.executor.once import arrived, new_mark, only_once
from agents.executor.page_errors import Problem, translate
from agents.executor.replay import Replay, is_cut
from agents.executor.results import for_record, without_secrets
from agents.executor.sandbox import ExecutorLimits
from agents.guard.redactor import Redactor
from agents.guard.risk_facts import ElementFacts
from agents.plain import bounded, shown
from agents.ports import JSON, ActionListener, ActionRecord

_ARGUMENT_CHARS = 500
_LAST_WORDS_S = 0.3


@dataclass
class Actions:
    """The calls of one step, one after the other whatever the code does in parallel."""

    step: int
    browser: Any
    control: RunControl
    gate: ActionGate
    on_action: ActionListener
    redactor: Redactor
    limits: ExecutorLimits
    replay: Replay
    clock: StepClock
    records: list[ActionRecord] = field(default_factory=list)
    changed: bool = False
    problem: Problem | None = None  # the newest failure that step code was told about
    current: ActionRecord | None = None

    def __post_init__(self) -> None:
        self.aborted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._people = self.gate if isinstance(self.gate, PeopleGate) else None
        self.notices: list[str] = []  # what people changed or refused, for the model

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
        target = self.redactor.text(call.target)
        past = self.replay.take(call.tool, target, arguments)
        if past is not None and await self._settles(past, call):
            self.records.append(past)
            return self._from_past(past, call)
        if past is not None and past.loading and past.loads_again:
            call, record = loading_again(self.browser, call, past, self.notices.append), past
        else:
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
        attempt = int((past.intent or {}).get("tries", 1)) if past else 1
        value = await self._do(call, record, announced=past is not None, attempt=attempt)
        self.current = None
        return call.wrap(value)

    async def _do(self, call: Call, record: ActionRecord, *, announced: bool, attempt: int) -> JSON:
        begun = time.perf_counter()
        timeout_ms = self._timeout(call)
        try:
            element = await self._before(call, record, announced, attempt)
            timeout_ms = self._timeout(call)
            begun = time.perf_counter()
            watching = watched(
                self.browser, call, record, element, self.redactor.text, self._announce
            )
            async with watching as underway:
                value = await self._run(call, timeout_ms, underway)
                await self._settle(call.kind)
            if call.kind.mutating:
                await self._clear_own()
        except asyncio.CancelledError:
            record.status, record.error_code = "failed", "interrupted"
            record.error_message = "Cut short; it may have happened."
            record.duration_ms = _ms_since(begun)
            raise
        except _Signalled as signal:
            raise self.abort(signal.error) from None
        except (RunSignal, Interrupted) as signal:
            raise self.abort(signal) from None
        except BrowserGone as error:
            problem = Problem(str(error), code=error.code)
            if not record.loads_again:
                await self._failed(record, problem, begun)
            raise self.abort(error) from None
        except Exception as error:  # the page's, or ours: step code is told what failed
            record.rule = error.rule if isinstance(error, PolicyError) else None
            problem = await self._problem(error, call, timeout_ms)
            if problem.code != BrowserGone.code or not record.loads_again:
                await self._failed(record, problem, begun)
            raise problem.in_sandbox() from None
        value = without_secrets(value, self.redactor, self.limits, field=call.field)
        record.result = for_record(value, self.limits)
        record.status, record.duration_ms = "completed", _ms_since(begun)
        await self._announce(record)
        return value

    async def _before(
        self, call: Call, record: ActionRecord, announced: bool, attempt: int
    ) -> ElementFacts | None:
        """All that comes before the touch; what is known of the element that is touched."""
        element: ElementFacts | None = None
        if call.kind.mutating or call.url is not None:
            await self._clear_others()
            element = await call.prepare(record)
            record.arguments = self._shown(record.arguments)
            record.target = self.redactor.text(record.target)
        proposed = self._proposed(call, record, element, attempt)
        try:
            with self.clock.stopped():
                grant = await self.gate.allow(proposed)
            self.control.check()  # the gate may have waited for a person
        except (PolicyError, ActionError, PlaywrightError):
            raise  # of the last kinds when the gate looks again, and the element has gone
        except Exception as error:  # the host's: no step code may catch it
            raise _Signalled(error) from None
        if grant is not None:
            await self._intend(call, record, grant, attempt)
        if call.kind.mutating:
            if not announced or record.intent:
                await self._announce(record, call)
            self.changed = True
        return element

    def _proposed(
        self, call: Call, record: ActionRecord, element: ElementFacts | None, attempt: int
    ) -> ProposedAction:
        def edit(edits: Mapping[str, Any]) -> Mapping[str, Any]:
            if call.edit is not None:
                call.edit(edits)
            return self._shown({**record.arguments, **edits})

        return ProposedAction(
            action_id=record.action_id,
            step=self.step,
            tool=call.tool,
            target=record.target,
            arguments=record.arguments,
            mutating=call.kind.mutating,
            page_url=self.page_url(),
            url=call.url,
            variables=call.variables,
            typed_kinds=call.typed_kinds,
            typed_breaks=call.typed_breaks,
            attempt=attempt,
            editable=tuple(argument_of(n, v, call) for n, v in record.arguments.items()),
            dialog=call.dialog,
            element=element,
            look=call.look,
            edit=edit,
        )

    async def _intend(self, call: Call, record: ActionRecord, grant: Grant, attempt: int) -> None:
        """Keep what was allowed with the record, and leave the mark that tells it was touched."""
        mark = new_mark(record, attempt)
        record.intent = {
            **grant.as_json(),
            "tries": attempt,
            "mark": mark,
            "from": self.redactor.text(self.page_url()),
        }
        if grant.edits:
            changed = ", ".join(f"{name} = {shown(value)}" for name, value in grant.edits.items())
            self.notices.append(f"A person changed {call.tool} before approving it: {changed}")
        if only_once(call.kind, record):
            record.intent["windows"] = await call.arm(mark)

    async def _run(self, call: Call, timeout_ms: float, underway: Underway | None) -> JSON:
        """Make the call. While a request that it sent waits for a person, no time goes by."""
        work = made(call, timeout_ms, underway, self.clock.left_s)
        if self._people is None or not call.kind.mutating:
            return await work
        work = asyncio.ensure_future(work)
        held = asyncio.ensure_future(self._people.waiting())
        try:
            await asyncio.wait({work, held}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            await self._clear_own()
            try:
                return await work
            except (PlaywrightTimeout, TimeoutError, LatePage):
                return None  # it was made: the request that it sent had to wait
        finally:
            held.cancel()
            if not work.done():
                work.cancel()
            elif not work.cancelled():
                work.exception()

    async def _clear_own(self) -> None:
        """Wait for decisions on what the call made the page send. Raises: PolicyError."""
        refused = await self._cleared()
        if refused:
            raise PolicyError(" ".join(refused), rule="approval:request")

    async def _clear_others(self) -> None:
        """The same for what the page sent by itself: the model is told with the step."""
        self.notices += await self._cleared()

    async def _cleared(self) -> list[str]:
        if self._people is None:
            return []
        with self.clock.stopped():
            return await self._people.clear()

    async def _announce(self, record: ActionRecord, call: Call | None = None) -> None:
        """Tell the host; what it raises (a lost lease) ends the step."""
        try:
            await self.on_action(replace(record))
        except Exception as error:  # the host's: no step code may catch it
            if call is not None:
                raise _Signalled(error) from None
            raise self.abort(error) from None

    async def _failed(self, record: ActionRecord, problem: Problem, begun: float) -> None:
        message = self.redactor.text(str(problem))
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
        if kind.settle_s:  # what the call began comes to rest: a navigation, a request, a new tab
            await self.browser.idle(timeout_s=kind.settle_s, quiet_s=kind.quiet_s)

    # --- from the past ----------------------------------------------------------------------
    async def _settles(self, past: ActionRecord, call: Call) -> bool:
        """Whether a record answers the call, so that it is not made again."""
        if past.loads_again:
            return False
        if past.status == "started":
            if past.mutating and only_once(call.kind, past):
                if past.intent and self._people is not None:
                    outcome = await self._became(past, call)
                    if outcome != "unknown":
                        return outcome == "done"
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

    async def _became(self, past: ActionRecord, call: Call) -> str:
        """What became of a risky call that was under way; written down before it is used."""
        assert self._people is not None and past.intent is not None
        if arrived(past, call, self.page_url(), self.redactor.text):
            outcome = "done"
        else:
            try:
                with self.clock.stopped():
                    outcome = await self._people.settle(past)
            except (RunSignal, Interrupted) as signal:
                raise self.abort(signal) from None
        past.intent = {**past.intent, "outcome": outcome}
        if outcome == "done":
            past.status = "completed"
            if call.tool == "page.goto":
                past.result = {"url": self.page_url(), "status": None, "ok": True}
            self.notices.append(
                f"{past.tool} on {past.target} had happened when the worker stopped; it was not "
                "made again. Look at the page."
            )
            await self._announce(past)
        return outcome

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
        except BrowserError:
            return ""

    def _timeout(self, call: Call) -> float:
        limits = self.limits
        default = limits.navigation_timeout_ms if call.kind.navigates else limits.action_timeout_ms
        wanted = call.timeout_ms if call.timeout_ms else default
        left = self.clock.left_s * 1000 - 200
        return max(1.0, min(wanted, limits.max_timeout_ms, max(left, 50.0)))

    def _shown(self, arguments: dict[str, Any]) -> dict[str, Any]:
        shown_ones = {key: bounded(value, _ARGUMENT_CHARS) for key, value in arguments.items()}
        return self.redactor.json(shown_ones)


class _Signalled(Exception):
    """Carries what a host's callback raised past the handlers of a page's errors."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def _ms_since(begun: float) -> int:
    return round((time.perf_counter() - begun) * 1000)
