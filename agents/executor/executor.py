"""Runs a step: a short program against the guarded page."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agents.control import Interrupted, RunControl
from agents.errors import BrowserGone, Cancelled
from agents.executor.actions import Actions
from agents.executor.clock import StepClock
from agents.executor.convert import is_unawaited, to_json
from agents.executor.diagnostics import StepError
from agents.executor.files import Shelf
from agents.executor.gate import ActionGate, PeopleGate
from agents.executor.host import Host
from agents.executor.replay import Replay
from agents.executor.sandbox import ExecutorLimits, Printed, feed
from agents.executor.variables import OnTyped
from agents.guard.policy import DefaultGate
from agents.guard.redactor import Redactor
from agents.plain import clip, plain_text
from agents.ports import (
    ActionListener,
    ActionRecord,
    ArtifactStore,
    StepResult,
    StoredArtifact,
    Variable,
)

_CLEANUP_S = 1.5
_TICK_S = 0.05


class Executor:
    """Runs the steps of one task in one browser. Lives on the run's event loop.

    gate: None is the default one, which judges addresses only. files: those of earlier steps, so
    that step code finds them again after a restart.
    """

    def __init__(
        self,
        browser: Any,
        *,
        control: RunControl,
        on_action: ActionListener,
        gate: ActionGate | None = None,
        variables: Mapping[str, Variable],
        artifacts: ArtifactStore,
        limits: ExecutorLimits = ExecutorLimits(),
        files: Iterable[StoredArtifact] = (),
        on_typed: OnTyped | None = None,
    ) -> None:
        self._browser = browser
        self._control = control
        self._on_action = on_action
        self._gate = gate or DefaultGate()
        self._variables = dict(variables)
        self._artifacts = artifacts
        self._limits = limits
        self._redactor = Redactor.of(variables)
        self._on_typed = on_typed
        self._shelf = Shelf(artifacts)
        self._shelf.add(files)
        self._people = self._gate if isinstance(self._gate, PeopleGate) else None

    @property
    def files(self) -> list[StoredArtifact]:
        """Files that step code can name."""
        return list(self._shelf.known.values())

    def redact(self, text: str) -> str:
        """Text without the values of sensitive variables, for whatever the model is shown."""
        return self._redactor.text(text)

    async def begin(self) -> None:
        """Put the browser under the gate, between steps too. Raises: BrowserError."""
        if self._people is not None:
            await self._people.begin(self._browser)

    async def clear(self) -> list[str]:
        """Wait for decisions on what pages sent by themselves; what was refused, in words.

        Raises: a RunSignal to end or park the run.
        """
        return await self._people.clear() if self._people is not None else []

    async def run(
        self,
        code: str,
        *,
        step: int,
        timeout_s: float = 60,
        replay: Sequence[ActionRecord] = (),
    ) -> StepResult:
        """Run code to its end, its time limit, or a person's interruption.

        replay: what the step did before its worker died. Every failure of the code is a result;
        the page stays as the code left it.
        Raises: Cancelled; BrowserGone; a RunSignal of the gate or the listener.
        """
        begun = time.monotonic()
        actions = Actions(
            step=step,
            browser=self._browser,
            control=self._control,
            gate=self._gate,
            on_action=self._on_action,
            redactor=self._redactor,
            limits=self._limits,
            replay=Replay(replay),
            clock=StepClock(timeout_s),
        )
        host = Host(actions, self._variables, self._shelf, self._on_typed)
        printed = Printed(self._limits.printed_chars)
        result = StepResult(ok=False, actions=actions.records)
        before = actions.page_url()
        try:
            value = await self._control.interruptible(
                self._drive(code, actions, host, printed, timeout_s)
            )
            if is_unawaited(value):
                raise StepError(
                    "The last expression was not awaited: put `await` before the call.",
                    code="invalid_code",
                )
            value = to_json(value, self._limits.value_chars)
            result.ok, result.value = True, self._redactor.json(value)
        except StepError as error:
            result.error_code, result.error_message = self._told(error, actions)
        except Interrupted:
            await actions.report_cut()
            if self._control.cancelled:
                self._control.check()
            result.interrupted = True
            result.error_code = "interrupted"
            result.error_message = "A person stopped the step. What it had done so far stays done."
            if self._people is not None:
                await self._people.interrupted()
        except Cancelled:
            await actions.report_cut()
            raise
        result.printed = self._redactor.text(plain_text(printed.text))
        if printed.dropped:
            result.printed += f"\n[… {printed.dropped} characters left out …]"
        result.changed = actions.changed or actions.page_url() != before
        await self._collect(result, host, actions, step)
        result.duration_ms = round((time.monotonic() - begun) * 1000)
        return result

    async def aclose(self) -> None:
        """Let go of the browser, which is not ours to close; what waits there is refused."""
        if self._people is not None:
            await self._people.aclose()

    # --- inside -----------------------------------------------------------------------------
    async def _drive(
        self, code: str, actions: Actions, host: Host, printed: Printed, timeout_s: float
    ) -> Any:
        """The code's value. Raises: StepError, or what ended the step from our side."""
        running = asyncio.ensure_future(
            feed(
                code,
                inputs=host.inputs(),
                external=host.functions(),
                limits=self._limits,
                printed=printed,
            )
        )
        try:
            while not (running.done() or actions.aborted.done()) and actions.clock.left_s > 0:
                await asyncio.wait(
                    {running, actions.aborted},
                    timeout=max(actions.clock.left_s, _TICK_S),
                    return_when=asyncio.FIRST_COMPLETED,
                )
            if actions.aborted.done():
                actions.aborted.result()
            if running.done():
                return running.result()
            raise _timed_out(actions, timeout_s)
        finally:
            if not running.done():
                running.cancel()
            await actions.stop()
            await asyncio.wait({running}, timeout=_CLEANUP_S)
            if running.done() and not running.cancelled():
                running.exception()

    def _told(self, error: StepError, actions: Actions) -> tuple[str, str]:
        """Code and message of a failure; the code of the page's error if that is what ended it."""
        message = str(error)
        problem = actions.problem
        code = error.code
        if code == "no_such_variable":
            message += f"\nVariables: {', '.join(self._variables) or 'none'}."
        if problem is not None and code == "code_error" and str(problem)[:500] in message:
            code = problem.code or code
        return code, clip(self._redactor.text(plain_text(message)), 4_000)

    async def _collect(self, result: StepResult, host: Host, actions: Actions, step: int) -> None:
        """What happened besides: finished downloads, and what the host and people told."""
        with contextlib.suppress(BrowserGone):
            await host.store_downloads()
        result.downloads = host.downloads
        told = [*host.notices, *actions.notices]
        result.notices = [self._redactor.text(plain_text(text)) for text in told]


def _timed_out(actions: Actions, timeout_s: float) -> StepError:
    record = actions.current
    doing = f", in the middle of {record.tool} on {record.target}" if record else ""
    return StepError(
        f"The step was stopped after {timeout_s:g} s{doing}. What it had done stays done. Make "
        "smaller steps, and wait for one thing at a time.",
        code="step_timeout",
    )
