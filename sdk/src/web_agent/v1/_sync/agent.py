"""Agents without `await`."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping
from types import TracebackType
from typing import Any, cast

from web_agent.v1._agent_calls import (
    CONFIRMATION_REQUESTED,
    AgentCalls,
    converted,
    decision,
    prepare,
    with_own_type,
)
from web_agent.v1._sync.transport import Transport
from web_agent.v1.agent_types import (
    WebAgentConfirmationAnswer,
    WebAgentConfirmationHandler,
    WebAgentConfirmationRequest,
    WebAgentResult,
    WebAgentRunInput,
    WebAgentSignal,
    WebAgentStreamEvent,
    parse_stream_event,
)
from web_agent.v1.errors import ApiError, ConflictError

LOOK_S = 0.1  # how often a signal is looked at
RunInput = str | Mapping[str, Any] | WebAgentRunInput


class WebAgent:
    """Runs goals. Made by `Web.agent(...)`."""

    def __init__(self, transport: Transport, config: Mapping[str, Any]) -> None:
        self._transport = transport
        self._calls = AgentCalls(transport.config)
        self._agent = dict(config)

    def run(self, run: RunInput | None = None, /, **fields: Any) -> WebAgentResult:
        """Pursue a goal to its end, and give the result, however it ended.

        run: the goal, or a WebAgentRunInput, or its fields as a mapping or by keyword: goal,
        start_url, browser_id, approval, on_confirm, captcha, variables, output_schema, metadata,
        signal; and any of the agent's own, which it overrides.
        An exception in here, Ctrl-C too, cancels the run.
        Raises: ApiError when the run could not be started or followed.
        """
        return self._run(run, fields, None)

    def stream(
        self, run: RunInput | None = None, /, **fields: Any
    ) -> Generator[WebAgentStreamEvent, None, None]:
        """The same, event by event, to `run.completed` with its result.

        Leaving the loop early cancels the run.
        """
        return self._stream(run, fields, None)

    def session(
        self,
        *,
        start_url: str | None = None,
        browser_id: str | None = None,
        **fields: Any,
    ) -> WebAgentSession:
        """A browser for several goals: `with agent.session() as session`."""
        browser = self._agent.get("browser")
        body = {"start_url": start_url, "browser_id": browser_id, "browser": browser, **fields}
        call = self._calls.open_session({k: v for k, v in body.items() if v is not None})
        made = self._transport.send(call)
        return WebAgentSession(self, str(made["session_id"]), made)

    def get(self, run_id: str, *, output_schema: Any = None) -> WebAgentResult:
        """A run as it stands."""
        from web_agent.v1.agent_schema import normalize_output_schema

        wanted = output_schema if output_schema is not None else self._agent.get("output_schema")
        found = self._transport.send(self._calls.get(run_id))
        return converted(found, normalize_output_schema(wanted))

    def list(
        self,
        *,
        session_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> dict[str, Any]:
        """One page of the project's runs, newest first: `{items, next_cursor}`."""
        return self._transport.send(self._calls.list(session_id, limit, cursor))

    def cancel(self, run_id: str, *, reason: str | None = None) -> None:
        """End a run. Raises: ConflictError when it is over."""
        self._transport.send(self._calls.cancel(run_id, reason))

    def confirm(
        self, run_id: str, confirmation_id: str, *, approved: bool, **fields: Any
    ) -> dict[str, Any]:
        """Decide on a confirmation: `reason`, `edits`, `outcome`, `remember` may be given too.

        Raises: ConflictError when it is decided or has expired.
        """
        body = {"approved": approved, **fields}
        return self._transport.send(self._calls.confirm(run_id, confirmation_id, body))

    def artifact(self, run_id: str, artifact_id: str) -> bytes:
        """The bytes of a file or a screenshot."""
        return self._transport.send(self._calls.artifact(run_id, artifact_id))

    def events(
        self, run_id: str, *, last_event_id: str | int | None = None
    ) -> Generator[WebAgentStreamEvent, None, None]:
        """Events of a run that was started elsewhere; it goes on when you leave."""

        def is_over() -> bool:
            return self._transport.send(self._calls.get(run_id)).is_over

        follow = self._calls.follow(run_id, last_event_id)
        with self._transport.stream(follow, is_over) as stream:
            for event in stream:
                yield parse_stream_event(event)

    # --- one run ------------------------------------------------------------------------------
    def _run(
        self, run: RunInput | None, fields: Mapping[str, Any], session_id: str | None
    ) -> WebAgentResult:
        result: WebAgentResult | None = None
        stream = self._stream(run, fields, session_id)
        try:
            for event in stream:
                result = event.result or result
        finally:
            stream.close()
        if result is None:
            raise ApiError("The run's events ended without a result.", code="bad_stream")
        return result

    def _stream(
        self, run: RunInput | None, fields: Mapping[str, Any], session_id: str | None
    ) -> Generator[WebAgentStreamEvent, None, None]:
        prepared = prepare(self._agent, run, fields, self._transport.config.base_url)
        started = self._transport.send(self._calls.start(prepared, session_id))
        done = _watch(prepared.signal, self, started.run_id)
        over = False
        events = self.events(started.run_id)
        try:
            for event in events:
                over = event.result is not None
                yield with_own_type(event, prepared.schema)
                asked = event.confirmation
                if event.type == CONFIRMATION_REQUESTED and asked is not None:
                    self._decide(prepared.on_confirm, started.run_id, asked)
        finally:
            done.set()
            events.close()
            if not over:
                self._give_up(started.run_id)

    def _give_up(self, run_id: str) -> None:
        try:
            self.cancel(run_id, reason="the client stopped following it")
        except ApiError:
            pass  # it is over, or the server is away: nothing is left to do from here

    def _decide(
        self,
        handler: WebAgentConfirmationHandler | None,
        run_id: str,
        request: WebAgentConfirmationRequest,
    ) -> None:
        if handler is None:
            return
        # An async handler has no loop here: what it returns is refused as no decision.
        body = decision(cast(WebAgentConfirmationAnswer, handler(request)))
        if body is None:
            return
        try:
            self._transport.send(self._calls.confirm(run_id, request.id, body))
        except ConflictError:
            pass  # a person at the console was faster, or it expired: the events tell


class WebAgentSession:
    """One browser, and goals in it one after another. `with`, or `close()` it."""

    def __init__(self, agent: WebAgent, session_id: str, data: Mapping[str, Any]) -> None:
        self._agent = agent
        self.browser_id = session_id
        self.debug_url: str | None = data.get("debug_url")

    def run(self, run: RunInput | None = None, /, **fields: Any) -> WebAgentResult:
        """Pursue a goal in this browser. Raises: ConflictError while another runs."""
        return self._agent._run(run, fields, self.browser_id)

    def stream(
        self, run: RunInput | None = None, /, **fields: Any
    ) -> Generator[WebAgentStreamEvent, None, None]:
        """The same, event by event."""
        return self._agent._stream(run, fields, self.browser_id)

    def close(self) -> None:
        """End what runs in it and close its browser."""
        self._agent._transport.send(self._agent._calls.close_session(self.browser_id))

    def __enter__(self) -> WebAgentSession:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _watch(signal: WebAgentSignal | None, agent: WebAgent, run_id: str) -> threading.Event:
    """Cancels the run once the signal is set. Set what it returns when the run is over."""
    done = threading.Event()
    if signal is None:
        return done

    def watch() -> None:
        while not done.wait(LOOK_S):
            if signal.is_set():
                try:
                    agent.cancel(run_id, reason="cancelled by its signal")
                except ApiError:
                    pass  # it was over already
                return

    threading.Thread(target=watch, name=f"signal of {run_id}", daemon=True).start()
    return done
