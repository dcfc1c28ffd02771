"""The agent's loop: look, decide, act, check, until the task is over.

The loop owns no truth. Before anything is done it is saved, and a run that starts with a
checkpoint goes on exactly there: in the middle of a step, or of a question to a person.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import structlog

from agents import closing
from agents.asking import Asking
from agents.control import Interrupted
from agents.errors import (
    AgentError,
    BrowserError,
    BrowserGone,
    BudgetExceeded,
    Cancelled,
    Parked,
    Rejected,
)
from agents.events import TaskNotice
from agents.guard.exits import clean_outcome, guard_context, guard_route
from agents.outcome import Outcome
from agents.plain import clip, plain_text
from agents.ports import (
    Act,
    ActionListener,
    Ask,
    Finish,
    IncomingMessage,
    ModelRoute,
    RunContext,
    StepResult,
    StoredArtifact,
    Turn,
    Usage,
)
from agents.recovery import identity, leave_error_page, restore
from agents.run import Run
from agents.sight import LOOK_S, Sight, View
from agents.starting import failure
from agents.steps import ExecutorFactory, Steps
from agents.thinking import Sleep, Thinking

log = structlog.get_logger(__name__)

BROWSER_LOSSES = 3
SLOW = ("timeout", "page_timeout", "navigation_timeout", "step_timeout")


async def run_loop(
    context: RunContext,
    route: ModelRoute,
    *,
    executor_factory: ExecutorFactory | None = None,
    sleep: Sleep = asyncio.sleep,
) -> Outcome:
    """Run the context's task with a route to its end.

    executor_factory: by default makes an `agents.executor.Executor` over the context.
    sleep: waits between retries of the model.
    Raises: Cancelled, Parked and LeaseLost, for the host; AgentError `checkpoint_unreadable`.
    """
    context = guard_context(context)
    route = guard_route(route, context.redactor)
    try:
        run = Run(context)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        log.error("checkpoint_unreadable", error=str(error))
        raise AgentError(
            "The saved state of the task cannot be read by this version; start the task again.",
            code="checkpoint_unreadable",
        ) from error
    loop = _Loop(run, route, executor_factory or _executor_factory(run), sleep)
    try:
        return clean_outcome(await loop.run(), context.redactor)
    except Cancelled:
        await loop.put_down()
        raise
    except Parked:
        await run.save()  # notes that the model was not told yet
        raise
    finally:
        await loop.aclose()


class _Loop:
    def __init__(
        self,
        run: Run,
        route: ModelRoute,
        executor_factory: ExecutorFactory,
        sleep: Sleep,
    ) -> None:
        self._run = run
        self._sight = Sight(run)
        self._steps = Steps(run, self._sight, executor_factory)
        self._thinking = Thinking(run, route, self._sight, sleep)
        self._asking = Asking(run, self._sight)
        self._opened = False
        self._found = False  # in the browser that another worker left

    async def aclose(self) -> None:
        """Let go of the browser."""
        await self._steps.aclose()

    async def put_down(self) -> None:
        """A cancelled run: end the open step and pay what is owed."""
        await self._steps.abandon("canceled", "The task was canceled.")
        await self._run.settle()

    async def run(self) -> Outcome:
        """To the end of the task, whichever it is."""
        if self._run.state.outcome is not None:
            return await self._end(Outcome(**self._run.state.outcome))
        try:
            while True:
                try:
                    if not self._opened:
                        await self._open()
                    outcome = await self._go_on()
                except Interrupted:
                    continue  # a person wants something: the boundary finds out what
                except BrowserGone as gone:
                    await self._replace_browser(gone)
                    continue
                if outcome is not None:
                    return await self._end(outcome)
        except BudgetExceeded as error:
            return await self._end(closing.cut_short(self._run, error))
        except Rejected as signal:
            await self._steps.abandon(signal.code, str(signal))
            return await self._end(Outcome.failed(signal.code, str(signal)))
        except AgentError as error:
            log.warning("run_failed", code=error.code, error=str(error))
            return await self._end(Outcome.of_error(error))

    async def _open(self) -> None:
        """Take the browser, and up the thread where it was dropped."""
        run = self._run
        session = await run.context.browser()
        await self._steps.attach(session)
        self._opened = True
        if not run.resumed:
            run.state.browser = identity(session)
            return
        if run.state.browser and run.state.browser != identity(session):
            run.state.browser = identity(session)
            run.state.repeats.clear()  # doing it again in a new browser is no going round
            await restore(
                run, self._steps, "The browser that the task ran in is gone; this is a new one."
            )
            return
        self._found = True

    async def _go_on(self) -> Outcome | None:
        """Whatever comes next: what was left open first, then the next decision."""
        state = self._run.state
        await self._boundary()
        if state.open is not None:
            number, by_loop = state.open.step, state.open.by_loop
            result = await self._steps.play()
            if number == 0:
                return self._started(result)
            return None if by_loop else await self._asking.notice_repeats()
        if self._found:
            self._found = False
            if await leave_error_page(self._run, self._sight, self._steps):
                return None
        if state.asking is not None:
            await self._asking.wait()
            self._steps.view = None
            return None
        if not state.started:
            await self._begin_start()
            return None
        return await self._decide()

    # --- start address ------------------------------------------------------------------------
    async def _begin_start(self) -> None:
        """Open the start address as step 0: an action like any other, under the same guard."""
        state, url = self._run.state, self._run.context.task.start_url
        if not url:
            state.started = True
            return
        code = f"await page.goto({url!r})"
        await self._steps.begin(
            Act(code, reasoning="Open the start address."), model="loop", number=0
        )

    def _started(self, result: StepResult) -> Outcome | None:
        """A start address that cannot be opened ends the task; a slow page or a file does not."""
        state = self._run.state
        state.started = True
        url = self._run.context.task.start_url
        code = result.error_code or ""
        if result.ok or result.interrupted:
            return None
        if code in SLOW and _host(state.page_url) == _host(str(url)):
            state.notes.append("The start page did not finish loading; it may be incomplete.")
            return None
        if code == "navigation_downloads":
            state.notes.append(f"There is no page yet. {result.error_message}")
            return None
        return failure(str(url), result)

    # --- one turn -----------------------------------------------------------------------------
    async def _boundary(self) -> None:
        """Between two steps: people first. Raises: Cancelled."""
        control, state = self._run.control, self._run.state
        if "human" in control.held:
            # What was decided on is not the page that the person will leave behind.
            await self._steps.abandon("interrupted", "A person took the browser over.")
        waited = await control.boundary()
        drove, notes = control.take_handback(state.told, resumed=self._run.resumed)
        if waited or drove:
            self._steps.view = None
        if drove:
            await self._steps.abandon("interrupted", "A person took the browser over.")
            await self._sight.guarded(self._sight.session.follow_front_tab(), LOOK_S)
            state.notes.append("A person drove the browser and handed it back; look again.")
        state.notes += [f"The person's note: {plain_text(note)}" for note in notes]
        await self._steps.clear()

    async def _read_messages(self) -> bool:
        """Take what people wrote, and save it: it counts as seen. True when there was something."""
        state = self._run.state
        known = {message.id for message in state.messages}
        fresh = [
            IncomingMessage(message.id, plain_text(message.content), message.author)
            for message in await self._run.context.messages(state.step + 1)
            if message.id not in known
        ]
        if fresh:
            state.messages += fresh
            self._run.state.rejected.clear()  # they may have changed their mind
            await self._run.save(bill=False)
        return bool(fresh)

    async def _decide(self) -> Outcome | None:
        """Look, ask the route, and begin what it decided."""
        run, state = self._run, self._run.state
        await self._read_messages()
        run.budget.check(run.context.usage, run.context.elapsed_s)
        if run.budget.cost_is_unknown(run.context.usage):
            notices = run.notice_once(
                "cost_unknown",
                "The route's prices are not known: the cost limit is held against assumed ones.",
            )
            if notices:
                await run.save(*notices)
        view = self._steps.view or await self._look()
        self._steps.view = None
        reply = await self._thinking.decide(view)
        if reply is None:
            return None
        run.charge(reply.usage)
        if run.control.held:
            return None  # decided on a page that a person is about to change
        run.control.check()
        decision = reply.decision
        if isinstance(decision, Finish):
            if await self._read_messages():
                said = clip(plain_text(decision.text), 500)
                state.notes.append(f"A message came in before you could finish with: {said}")
                return None
            return await self._finish(decision)
        if run.budget.steps_left(state.decided) == 0:
            raise run.budget.out_of_steps()
        if isinstance(decision, Ask):
            await self._asking.begin(decision, view)
            return None
        await self._steps.announce_plan(decision.plan, reply.model)
        await self._steps.begin(decision, model=reply.model, spent=reply.usage, page=view)
        return None

    async def _look(self) -> View:
        view = await self._sight.look()
        events, lines = self._sight.notices(None)
        self._run.state.notes += lines
        stored = await self._sight.downloads(None)
        self._run.state.keep(stored)
        events += self._sight.page_events(view)
        if events or stored:
            await self._run.save(*events, bill=False)
        return view

    # --- ends of a turn -----------------------------------------------------------------------
    async def _finish(self, decision: Finish) -> Outcome | None:
        run, state = self._run, self._run.state
        last = state.turns[-1].decision if state.turns else None
        may_repair = run.budget.steps_left(state.decided) > 0 and last != decision
        verdict = await closing.judge(run, self._sight, decision, may_repair=may_repair)
        if isinstance(verdict, Outcome):
            return verdict
        state.step += 1
        state.decided += 1
        run.charge(Usage(steps=1))
        told = Turn(
            step=state.step,
            decision=decision,
            notes=tuple(state.notes),
            messages=tuple(state.messages),
        )
        state.add(told)
        state.notes, state.messages = [verdict.note], []
        await run.save(TaskNotice(kind="answer_sent_back", message=verdict.note, step=state.step))
        return None

    # --- browser ------------------------------------------------------------------------------
    async def _replace_browser(self, gone: BrowserGone) -> None:
        """Go on in a new browser at the last address. Raises: BrowserError after three losses."""
        state = self._run.state
        self._opened = True
        await self._steps.aclose()
        while True:
            state.losses += 1
            if state.losses >= BROWSER_LOSSES:
                raise BrowserError(
                    f"The browser was lost {state.losses} times in a row. {gone}",
                    code="browser_lost",
                    retryable=False,
                )
            if not self._steps.loads_again():
                await self._steps.abandon(gone.code, "The browser crashed during this step.")
            try:
                session = await self._run.context.replace_browser(str(gone))
                await self._steps.attach(session)
                state.browser = identity(session)
                await restore(
                    self._run, self._steps, "The browser crashed and was replaced by a new one."
                )
                return
            except BrowserGone as again:
                gone = again

    # --- end ----------------------------------------------------------------------------------
    async def _end(self, outcome: Outcome) -> Outcome:
        """Save the end before it is told: a resumed run tells it and decides nothing again."""
        state = self._run.state
        if state.outcome is None:
            state.outcome = {
                "output": outcome.output,
                "terminal_reason": outcome.terminal_reason,
                "is_task_successful": outcome.is_task_successful,
                "error": outcome.error,
                "text": outcome.text,
            }
            await self._run.save()
        if outcome.text:
            await self._run.context.say(outcome.text, step=state.step or None)
        return outcome


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _executor_factory(run: Run) -> ExecutorFactory:
    """The shipped executor over the run's control, variables and artifacts, under its gate."""
    from agents.executor import Executor
    from agents.guard.gate import RunGate
    from agents.guard.redactor import Redactor

    context = run.context
    redactor = Redactor.of(context.task.variables)

    def make(session: Any, on_action: ActionListener, files: Sequence[StoredArtifact]) -> Any:
        return Executor(
            session,
            control=context.control,
            on_action=on_action,
            gate=getattr(context, "gate", None) or RunGate(run, redact=redactor.text),
            variables=context.task.variables,
            artifacts=context.artifacts,
            files=files,
            on_typed=getattr(context, "variable_typed", None),
        )

    return make
