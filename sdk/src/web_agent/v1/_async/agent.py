"""Agents: a model, a browser and rules, given once; goals, given one after another."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Mapping
from types import TracebackType
from typing import Any

import anyio

from web_agent.v1._agent_calls import (
    CONFIRMATION_REQUESTED,
    AgentCalls,
    Prepared,
    Started,
    converted,
    prepare,
    with_own_type,
)
from web_agent.v1._async.deciding import Deciding
from web_agent.v1._async.transport import Transport
from web_agent.v1.agent_types import (
    WebAgentResult,
    WebAgentRunInput,
    WebAgentSignal,
    WebAgentStreamEvent,
    parse_stream_event,
)
from web_agent.v1.errors import ApiError, ConflictError

GOODBYE_S = 10.0  # how long a run that nobody follows any more is tried to be cancelled
LOOK_S = 0.1  # how often a signal that cannot be awaited is looked at
RunInput = str | Mapping[str, Any] | WebAgentRunInput


class WebAgent:
    """Runs goals. Made by `Web.agent(...)`."""

    def __init__(self, transport: Transport, config: Mapping[str, Any]) -> None:
        self._transport = transport
        self._calls = AgentCalls(transport.config)
        self._agent = dict(config)

    async def run(self, run: RunInput | None = None, /, **fields: Any) -> WebAgentResult:
        """Pursue a goal to its end, and give the result, however it ended.

        run: the goal, or a WebAgentRunInput, or its fields as a mapping or by keyword: goal,
        start_url, browser_id, approval, on_confirm, captcha, variables, output_schema, metadata,
        signal; and any of the agent's own, which it overrides.
        Cancelling this coroutine cancels the run.
        Raises: ApiError when the run could not be started or followed.
        """
        return await self._run(run, fields, None)

    def stream(
        self, run: RunInput | None = None, /, **fields: Any
    ) -> AsyncGenerator[WebAgentStreamEvent, None]:
        """The same, event by event, to `run.completed` with its result.

        Leaving the loop early cancels the run.
        """
        return self._stream(run, fields, None)

    async def session(
        self,
        *,
        start_url: str | None = None,
        browser_id: str | None = None,
        **fields: Any,
    ) -> WebAgentSession:
        """A browser for several goals: `async with await agent.session() as session`."""
        browser = self._agent.get("browser")
        body = {"start_url": start_url, "browser_id": browser_id, "browser": browser, **fields}
        call = self._calls.open_session({k: v for k, v in body.items() if v is not None})
        made = await self._transport.send(call)
        return WebAgentSession(self, str(made["session_id"]), made)

    async def get(self, run_id: str, *, output_schema: Any = None) -> WebAgentResult:
        """A run as it stands."""
        from web_agent.v1.agent_schema import normalize_output_schema

        wanted = output_schema if output_schema is not None else self._agent.get("output_schema")
        found = await self._transport.send(self._calls.get(run_id))
        return converted(found, normalize_output_schema(wanted))

    async def list(
        self,
        *,
        session_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> dict[str, Any]:
        """One page of the project's runs, newest first: `{items, next_cursor}`."""
        return await self._transport.send(self._calls.list(session_id, limit, cursor))

    async def cancel(self, run_id: str, *, reason: str | None = None) -> None:
        """End a run. Raises: ConflictError when it is over."""
        await self._transport.send(self._calls.cancel(run_id, reason))

    async def confirm(
        self, run_id: str, confirmation_id: str, *, approved: bool, **fields: Any
    ) -> dict[str, Any]:
        """Decide on a confirmation: `reason`, `edits`, `outcome`, `remember` may be given too.

        Raises: ConflictError when it is decided or has expired.
        """
        body = {"approved": approved, **fields}
        return await self._transport.send(self._calls.confirm(run_id, confirmation_id, body))

    async def artifact(self, run_id: str, artifact_id: str) -> bytes:
        """The bytes of a file or a screenshot."""
        return await self._transport.send(self._calls.artifact(run_id, artifact_id))

    async def events(
        self, run_id: str, *, last_event_id: str | int | None = None
    ) -> AsyncGenerator[WebAgentStreamEvent, None]:
        """Events of a run that was started elsewhere; it goes on when you leave."""

        async def is_over() -> bool:
            return (await self._transport.send(self._calls.get(run_id))).is_over

        follow = self._calls.follow(run_id, last_event_id)
        async with self._transport.stream(follow, is_over) as stream:
            async for event in stream:
                yield parse_stream_event(event)

    # --- one run ------------------------------------------------------------------------------
    async def _run(
        self, run: RunInput | None, fields: Mapping[str, Any], session_id: str | None
    ) -> WebAgentResult:
        result: WebAgentResult | None = None
        stream = self._stream(run, fields, session_id)
        try:
            async for event in stream:
                result = event.result or result
        finally:
            await stream.aclose()
        if result is None:
            raise ApiError("The run's events ended without a result.", code="bad_stream")
        return result

    async def _stream(
        self, run: RunInput | None, fields: Mapping[str, Any], session_id: str | None
    ) -> AsyncGenerator[WebAgentStreamEvent, None]:
        prepared = prepare(self._agent, run, fields, self._transport.config.base_url)
        started = await self._start(prepared, session_id)
        watcher = _watch(prepared.signal, self, started.run_id)
        over = False
        events = self.events(started.run_id)

        async def send(confirmation_id: str, body: Mapping[str, Any]) -> None:
            try:
                await self._transport.send(
                    self._calls.confirm(started.run_id, confirmation_id, body)
                )
            except ConflictError:
                pass  # a person at the console was faster, or it expired: the events tell

        deciding = Deciding(prepared.on_confirm, send)
        try:
            while (event := await deciding.next(events)) is not None:
                over = event.result is not None
                deciding.hear(event)
                yield with_own_type(event, prepared.schema)
                asked = event.confirmation
                if event.type == CONFIRMATION_REQUESTED and asked is not None:
                    await deciding.ask(asked)
        finally:
            if watcher is not None:
                watcher.cancel()
            with anyio.CancelScope(shield=True):
                await deciding.close()
                await events.aclose()
                if not over:
                    await self._give_up(started.run_id)

    async def _start(self, prepared: Prepared, session_id: str | None) -> Started:
        """Start the run; when that is cancelled half-way, find out which it was and cancel it."""
        call = self._calls.start(prepared, session_id)
        try:
            return await self._transport.send(call)
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True), anyio.move_on_after(GOODBYE_S):
                while True:
                    try:
                        # The same key: the server does it once, and tells which run it is.
                        started = await self._transport.send(call)
                    except ConflictError:
                        await anyio.sleep(LOOK_S)
                        continue
                    except ApiError:
                        break
                    await self._give_up(started.run_id)
                    break
            raise

    async def _give_up(self, run_id: str) -> None:
        with anyio.move_on_after(GOODBYE_S):
            try:
                await self.cancel(run_id, reason="the client stopped following it")
            except ApiError:
                pass  # it is over, or the server is away: nothing is left to do from here


class WebAgentSession:
    """One browser, and goals in it one after another. `async with`, or `close()` it."""

    def __init__(self, agent: WebAgent, session_id: str, data: Mapping[str, Any]) -> None:
        self._agent = agent
        self.browser_id = session_id
        self.debug_url: str | None = data.get("debug_url")

    async def run(self, run: RunInput | None = None, /, **fields: Any) -> WebAgentResult:
        """Pursue a goal in this browser. Raises: ConflictError while another runs."""
        return await self._agent._run(run, fields, self.browser_id)

    def stream(
        self, run: RunInput | None = None, /, **fields: Any
    ) -> AsyncGenerator[WebAgentStreamEvent, None]:
        """The same, event by event."""
        return self._agent._stream(run, fields, self.browser_id)

    async def close(self) -> None:
        """End what runs in it and close its browser."""
        await self._agent._transport.send(self._agent._calls.close_session(self.browser_id))

    async def __aenter__(self) -> WebAgentSession:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with anyio.CancelScope(shield=True), anyio.move_on_after(GOODBYE_S):
            await self.close()


def _watch(
    signal: WebAgentSignal | None, agent: WebAgent, run_id: str
) -> asyncio.Task[None] | None:
    """Cancels the run once the signal is set. Needs asyncio."""
    if signal is None:
        return None

    async def watch() -> None:
        wait = getattr(signal, "wait", None)
        if inspect.iscoroutinefunction(wait):
            await wait()
        while not signal.is_set():  # noqa: ASYNC110 - a threading.Event cannot be awaited
            await asyncio.sleep(LOOK_S)
        try:
            await agent.cancel(run_id, reason="cancelled by its signal")
        except ConflictError:
            pass  # it was over already

    return asyncio.get_running_loop().create_task(watch(), name=f"signal of {run_id}")
