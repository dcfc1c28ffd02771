"""One step: announce it, run its code, look at what it did, and write it all down at once.

The step is saved before it runs, each call on the page before it touches the page. A worker that
takes over finds the open step with the calls made so far, and runs the code again with them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import structlog

from agents import repeats
from agents.checkpoint import OpenStep
from agents.control import Interrupted
from agents.errors import AgentError, BrowserGone, Cancelled, PolicyError, RunSignal
from agents.events import (
    Payload,
    TaskNotice,
    TaskPlanReady,
    TaskStepStarted,
)
from agents.plain import clip, plain, plain_text, shown
from agents.ports import Act, ActionListener, ActionRecord, StepResult, StoredArtifact, Turn, Usage
from agents.run import Run, money
from agents.sight import Sight, View
from agents.step_events import EVENT_TEXT_CHARS, action_events, completed, denied, left_open

log = structlog.get_logger(__name__)

EVENT_CODE_CHARS = 20_000
LOADERS = ("page.goto", "page.reload", "page.go_back", "page.go_forward", "tabs.new")
READS_BUFFERED = 50  # reads are written down in batches, never later than the next touch

# (session, on_action, files of earlier steps) -> an executor
ExecutorFactory = Callable[[Any, ActionListener, Sequence[StoredArtifact]], Any]


class Steps:
    """Runs steps against the browser in `sight`."""

    def __init__(self, run: Run, sight: Sight, executor_factory: ExecutorFactory) -> None:
        self._run = run
        self._sight = sight
        self._factory = executor_factory
        self._executor: Any = None
        self._waiting: list[Payload] = []  # events of reads, not written yet
        self._write_error: Exception | None = None
        self.view: View | None = None  # the page after the newest step, while it is fresh

    async def attach(self, session: Any) -> None:
        """Use this browser from now on."""
        await self.aclose()
        self._sight.session = session
        self.view = None
        self._executor = self._factory(session, self._on_action, self._run.state.files)
        self._sight.redact = self._executor.redact
        await self._executor.begin()

    async def clear(self) -> None:
        """Between steps: wait for decisions on what pages sent by themselves.

        Raises: Parked, Cancelled, Rejected.
        """
        if self._executor is not None:
            self._run.state.notes += await self._executor.clear()

    async def aclose(self) -> None:
        """Let go of the executor; the browser stays."""
        if self._executor is not None:
            executor, self._executor = self._executor, None
            await executor.aclose()

    async def begin(
        self,
        decision: Act,
        *,
        model: str,
        spent: Usage | None = None,
        number: int | None = None,
        page: View | None = None,
    ) -> None:
        """Announce a step and save it as open. number: only for steps of the loop itself."""
        state = self._run.state
        by_loop = spent is None
        if number is None:
            state.step += 1
            number = state.step
        if not by_loop:
            state.decided += 1
        decision = replace(
            decision,
            code=plain_text(decision.code),
            reasoning=plain_text(decision.reasoning),
            plan=None,
        )
        state.open = OpenStep(
            step=number,
            decision=decision,
            model=model,
            by_loop=by_loop,
            notes=() if by_loop else tuple(state.notes),
            messages=() if by_loop else tuple(state.messages),
            page_mark=page.mark if page else "",
        )
        if not by_loop:
            state.notes, state.messages = [], []
        started = TaskStepStarted(
            step=number,
            code=clip(decision.code, EVENT_CODE_CHARS),
            reasoning=clip(decision.reasoning, EVENT_TEXT_CHARS),
            model=model,
            page_url=page.url if page else None,
            input_tokens=spent.input_tokens if spent else None,
            output_tokens=spent.output_tokens if spent else None,
            cost_usd=money(spent.cost_usd) if spent else None,
        )
        await self._run.save(started)

    async def announce_plan(self, plan: Sequence[str] | None, source: str) -> None:
        """Show the plan when it is new or changed; it is saved with the next step."""
        lines = [clip(plain_text(str(line)).strip(), 300) for line in plan or ()][:50]
        lines = [line for line in lines if line]
        if lines and lines != self._run.state.plan:
            self._run.state.plan = lines
            await self._run.save(TaskPlanReady(steps=lines, source=source), bill=False)

    async def play(self) -> StepResult:
        """Run the open step to its end and write down what came of it.

        Raises: BrowserGone (the step stays open: `abandon` it), Cancelled, LeaseLost.
        """
        step = self._open_step()
        try:
            return await self._play(step)
        finally:
            self._run.control.end_touch()

    async def _play(self, step: OpenStep) -> StepResult:
        started = time.monotonic()
        try:
            result = await self._execute(step)
        except Cancelled as signal:
            await self._sight.halt()
            await self.abandon("canceled", f"The task was canceled: {signal.reason}")
            raise
        if result.error_code == BrowserGone.code or not self._sight.session.alive:
            raise BrowserGone(result.error_message or "The browser is gone.")
        if not result.duration_ms:
            result.duration_ms = round((time.monotonic() - started) * 1000)
        if result.interrupted and any(_was_loading(record) for record in result.actions):
            await self._sight.halt()
        await self._close(step, result)
        return result

    def loads_again(self) -> bool:
        """Whether all that is left of the open step's newest call is a page, to be loaded again."""
        step = self._run.state.open
        return step is not None and bool(step.records) and step.records[-1].loads_again

    async def abandon(self, code: str, message: str) -> None:
        """End the open step without looking: its browser is gone or the task was canceled."""
        step = self._run.state.open
        if step is None:
            return
        await self._run.context.withdraw()  # what it asked leave for will not happen
        result = StepResult(
            ok=False,
            error_code=code,
            error_message=message,
            actions=list(step.records),
            changed=any(record.mutating for record in step.records),
        )
        await self._write(step, result, None, [])

    async def _execute(self, step: OpenStep) -> StepResult:
        left_s = self._run.budget.time_left_s(self._run.context.elapsed_s)
        try:
            return await self._executor.run(
                step.decision.code,
                step=step.step,
                timeout_s=max(1.0, min(self._run.context.task.step_timeout_s, left_s)),
                replay=list(step.records),
            )
        except (RunSignal, BrowserGone):
            raise
        except Interrupted:
            return StepResult(
                ok=False,
                error_code="interrupted",
                error_message="A person interrupted the step. Look at the page before going on.",
                actions=list(step.records),
                changed=any(record.mutating for record in step.records),
                interrupted=True,
            )
        except Exception as error:
            if error is self._write_error:
                raise
            # The edge of a step: an error of our own costs the agent a step, not the task.
            log.exception("step_broke", step=step.step)
            code = error.code if isinstance(error, AgentError) else "step_failed"
            said = str(error) if isinstance(error, AgentError) else type(error).__name__
            return StepResult(
                ok=False,
                error_code=code,
                error_message=f"The step could not be run to its end: {said}. Look at the page.",
                actions=list(step.records),
                changed=any(record.mutating for record in step.records),
            )

    async def _close(self, step: OpenStep, result: StepResult) -> None:
        """Look at the page after the step, and write everything down."""
        sight = self._sight
        gone: BrowserGone | None = None
        view: View | None = None
        pictures: Sequence[Payload] = ()
        if not self._run.control.cancelled:
            try:
                if result.error_code == "navigation_timeout":
                    await sight.stop_loading()
                elif result.changed:
                    await sight.settle()
                view = await sight.look()
                if result.changed or (step.page_mark and step.page_mark != view.mark):
                    pictures = await sight.store_picture(view, step.step)
            except Interrupted:
                pass  # a person wants the browser now: the page is looked at afterwards
            except BrowserGone as error:
                gone = error
        await self._write(step, result, view, pictures)
        if gone is not None:
            raise gone

    async def _write(
        self, step: OpenStep, result: StepResult, view: View | None, pictures: Sequence[Payload]
    ) -> None:
        state, run = self._run.state, self._run
        events, lines = self._sight.notices(step.step)
        told = [TaskNotice(kind="page", message=line, step=step.step) for line in result.notices]
        result.notices = [plain_text(line) for line in (*result.notices, *lines)]
        if view is not None:
            result.downloads = [*result.downloads, *await self._sight.downloads(step.step)]
        state.keep(result.downloads)
        if self._executor is not None:
            state.keep(self._executor.files)
        result.value = plain(result.value)
        result.printed = plain_text(result.printed)
        stored = await self._store_seen(step, result, view)
        run.seen.add_result(result, step.decision.code)
        page = self._sight.page_events(view)
        state.open = None
        if not step.by_loop:
            run.charge(Usage(steps=1))
        if result.ok:
            state.losses = 0
        ended = completed(step, result, view, stored)
        state.add(
            Turn(
                step=step.step,
                decision=step.decision,
                result=result,
                observation=view.text if view else "",
                notes=step.notes,
                messages=step.messages,
            )
        )
        if view is not None:
            self._judge(step, result, view)
        self.view = view if view is not None and view.readable else None
        waiting, self._waiting = self._waiting, []
        left = left_open(step.records, step.step)
        await run.save(*waiting, *left, *told, *events, *page, *pictures, ended)

    def _judge(self, step: OpenStep, result: StepResult, view: View) -> None:
        """Tell the model when its touch changed nothing; remember the step for repeats."""
        state = self._run.state
        touched = any(record.mutating for record in result.actions)
        if result.ok and touched and step.page_mark == view.mark:
            state.notes.append("Nothing visible on the page changed after this step.")
        if not step.by_loop:
            mark = repeats.step_mark(step.decision.code, result, view.mark)
            repeats.remember(state.repeats, mark)

    async def _store_seen(
        self, step: OpenStep, result: StepResult, view: View | None
    ) -> StoredArtifact | None:
        """Keep what the agent saw: for people to read, and to check claims after a restart."""
        if view is None:
            return None
        mark = self._run.state.boundary
        brought = [shown(result.value)] if result.value is not None else []
        brought += [result.printed] if result.printed else []
        text = (
            f"{view.title}\n{view.url}\n\n{view.text}"
            f"\n=== result {mark} ===\n"
            + clip("\n".join(brought), 200_000)
            + f"\n=== code {mark} ==="
            f"\n{step.decision.code}\n"
        )
        stored = await self._run.context.artifacts.put(
            text.encode(),
            name=f"step-{step.step}.txt",
            media_type="text/plain; charset=utf-8",
            kind="observation",
            step=step.step,
        )
        self._run.state.seen.append(stored.id)
        return stored

    async def _on_action(self, record: ActionRecord) -> None:
        """Write a call down: touches at once, reads with the next write."""
        step = self._open_step()
        record = replace(record, arguments=plain(record.arguments), result=plain(record.result))
        for index, known in enumerate(step.records):
            if known.action_id == record.action_id:
                if (known.status, known.loading) == (record.status, record.loading):
                    return  # replayed: it was written down before
                step.records[index] = record
                if known.status == record.status:  # what it opens takes long
                    await self._save_touch([])
                    return
                break
        else:
            step.records.append(record)
        self._waiting += action_events(record, step.step)
        if record.status == "failed" and record.error_code == PolicyError.code:
            self._waiting.append(denied(record, step.step))
        if not record.mutating and len(self._waiting) < READS_BUFFERED:
            return
        if record.mutating and (record.tool != "page.goto" or record.intent):
            self._run.control.begin_touch()  # an address is just opened again
        waiting, self._waiting = self._waiting, []
        await self._save_touch(waiting)

    async def _save_touch(self, events: Sequence[Payload]) -> None:
        try:
            await self._run.save(*events, bill=False)
        except Exception as error:
            self._write_error = error  # what cannot be written down must not be done
            raise

    def _open_step(self) -> OpenStep:
        step = self._run.state.open
        if step is None:
            raise RuntimeError("no step is open")
        return step


def _was_loading(record: ActionRecord) -> bool:
    """Whether the call was cut short while it waited for a page."""
    return record.error_code == "interrupted" and record.tool in LOADERS
