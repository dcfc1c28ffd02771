"""A stream of events over as many connections as it takes: the state, without the network."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from web_agent.v1._attempts import backoff, connection_error, timeouts
from web_agent.v1._config import Config
from web_agent.v1._sse import Frame, FrameTooLong, Parser
from web_agent.v1.errors import ApiConnectionError, ApiError, ApiTimeoutError, error_from
from web_agent.v1.types import Event, EventType, parse_event

# The server sends a heartbeat every 15 s: three missed ones mean a dead connection.
SILENCE_S = 45.0
GIVE_UP_AFTER_S = 300.0
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})


class Follow:
    """Where a stream stands: the cursor, what was sent already, when to try again.

    terminal: the event type that ends the stream; None for streams without an end.
    deadline: on `time.monotonic`'s clock; past it, the stream raises ApiTimeoutError.
    """

    def __init__(
        self,
        path: str,
        config: Config,
        *,
        last_event_id: str | int | None,
        include_heartbeats: bool,
        terminal: str | None = EventType.COMPLETED,
        give_up_after_s: float = GIVE_UP_AFTER_S,
        deadline: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._config = config
        self.last_event_id = None if last_event_id is None else str(last_event_id)
        self._include_heartbeats = include_heartbeats
        self._terminal = terminal
        self._give_up_after_s = give_up_after_s
        self._deadline = deadline
        self._clock = clock
        self._parser = Parser()
        self._failures = 0
        self._failing_since: float | None = None
        self._base_s = config.backoff_s
        self._wait_s = 0.0
        self._came = 0
        self._task_was_over = False
        self.finished = False

    # --- a connection ---------------------------------------------------------------------------
    def request(self) -> dict[str, Any]:
        """Arguments of httpx's `stream` for the next connection. Raises: ApiTimeoutError."""
        self._check_deadline()
        self._parser = Parser()
        self._came = 0
        self._wait_s = 0.0
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if self.last_event_id is not None:
            headers["Last-Event-ID"] = self.last_event_id
        read_s = SILENCE_S
        if self._deadline is not None:
            read_s = min(read_s, max(0.05, self._deadline - self._clock()))
        return {
            "method": "GET",
            "url": self._config.base_url + self._path,
            "headers": headers,
            "timeout": timeouts(read_s),
        }

    def feed(self, chunk: bytes) -> list[Event]:
        """Events to hand on. Raises: ApiConnectionError when this is no event stream."""
        self._check_deadline()
        try:
            frames = self._parser.feed(chunk)
        except FrameTooLong as error:
            raise ApiConnectionError(str(error), code="bad_stream") from error
        events = []
        for frame in frames:
            event = self._event(frame)
            if event is not None:
                events.append(event)
                if event.type == self._terminal:
                    self.finished = True
                    break
        return events

    def _event(self, frame: Frame) -> Event | None:
        if frame.retry_ms is not None:
            self._base_s = max(0.05, frame.retry_ms / 1000)
        if not frame.data:
            return None
        try:
            data = json.loads(frame.data)
        except ValueError as error:
            raise ApiConnectionError("An event is not JSON.", code="bad_stream") from error
        if not isinstance(data, Mapping) or not isinstance(data.get("type"), str):
            raise ApiConnectionError("An event has no type.", code="bad_stream")
        self._failures, self._failing_since = 0, None
        if data["type"] == EventType.HEARTBEAT:
            return parse_event(data) if self._include_heartbeats else None
        if frame.id is not None:
            if self._is_old(frame.id):
                return None
            self.last_event_id = frame.id
        self._came += 1
        event = parse_event({**data, "id": frame.id if frame.id is not None else data.get("id")})
        return event

    def _is_old(self, number: str) -> bool:
        """Seen before: a proxy or a server may replay more than was asked for."""
        last = self.last_event_id
        if last is None or number == last:
            return number == last
        return number.isdigit() and last.isdigit() and int(number) <= int(last)

    # --- its end --------------------------------------------------------------------------------
    def refused(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """The server answered with an error. Raises: ApiError when another try cannot help."""
        error = error_from(status, body, headers)
        if status not in _RETRIED:
            raise error
        self._failed(error)
        if error.retry_after_s is not None:
            self._wait_s = min(error.retry_after_s, self._config.max_wait_s)

    def broke(self, error: httpx.RequestError | ApiConnectionError) -> None:
        """The connection failed. Raises: ApiError when it has been failing for too long."""
        told = error if isinstance(error, ApiError) else connection_error(error)
        self._failed(told)

    def _failed(self, error: ApiError) -> None:
        self._check_deadline()
        now = self._clock()
        self._failing_since = self._failing_since if self._failing_since is not None else now
        if now - self._failing_since > self._give_up_after_s:
            raise error
        self._failures += 1
        self._wait_s = backoff(self._failures, self._base_s)

    def ended_early(self) -> bool:
        """The server closed the stream in good order, but not with the terminal event.

        True: nothing came, so ask whether the task is over at all (`task_is`), lest a cursor
        behind the last event makes this go round for ever.
        """
        if self._came:
            self._wait_s = 0.0
            return False
        self._failures += 1
        self._wait_s = backoff(self._failures, self._base_s)
        return self._terminal is not None

    def task_is(self, over: bool) -> None:
        """Told after `ended_early`. Over, and still nothing on one more look: the end."""
        if over and self._task_was_over:
            self.finished = True
        elif over:
            self._wait_s = 0.0
        self._task_was_over = over

    @property
    def wait_s(self) -> float:
        """Seconds until the next connection."""
        if self._deadline is not None:
            return max(0.0, min(self._wait_s, self._deadline - self._clock()))
        return self._wait_s

    def _check_deadline(self) -> None:
        if self._deadline is not None and self._clock() >= self._deadline:
            raise ApiTimeoutError("The task did not end in the time given.", code="timeout")
