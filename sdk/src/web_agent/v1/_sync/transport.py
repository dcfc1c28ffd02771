"""Sends calls and opens streams."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from types import TracebackType
from typing import TypeVar

import httpx

from web_agent.v1._attempts import Attempts
from web_agent.v1._calls import Call
from web_agent.v1._config import Config
from web_agent.v1._follow import Follow
from web_agent.v1.errors import ApiConnectionError, ServerError
from web_agent.v1.types import Event

T = TypeVar("T")


class Transport:
    """One pool of connections to the server."""

    def __init__(self, config: Config, http: httpx.Client | None = None) -> None:
        self.config = config
        self._own = http is None
        self._http = http or httpx.Client()
        self._headers = config.all_headers()

    def close(self) -> None:
        if self._own:
            self._http.close()

    def send(self, call: Call[T]) -> T:
        """The call's result, over as many attempts as allowed. Raises: ApiError."""
        attempts = Attempts(call, self.config)
        while True:
            request = attempts.request()
            request["headers"] = {**self._headers, **request["headers"]}
            try:
                response = self._http.request(**request)
            except httpx.RequestError as error:
                wait_s: float | None = attempts.broke(error)
            else:
                wait_s = attempts.answered(response.status_code, response.headers, response.content)
                if wait_s is None:
                    return attempts.result(response.content)
            time.sleep(wait_s or 0.0)

    def stream(self, follow: Follow, is_over: Callable[[], bool] | None = None) -> EventStream:
        """Events as `follow` wants them. is_over: asks whether the stream's task has ended."""
        return EventStream(self._stream(follow, is_over), follow)

    def _stream(
        self, follow: Follow, is_over: Callable[[], bool] | None
    ) -> Generator[Event, None, None]:
        while not follow.finished:
            last: list[Event] = []
            ask = False
            try:
                request = follow.request()
                request["headers"] = {**self._headers, **request["headers"]}
                with self._http.stream(**request) as response:
                    if response.status_code != 200:
                        body = response.read()
                        follow.refused(response.status_code, response.headers, body)
                    else:
                        for chunk in response.iter_bytes():
                            events = follow.feed(chunk)
                            if follow.finished:
                                last = events
                                break
                            for event in events:
                                yield event
                        else:
                            ask = follow.ended_early()
            except (httpx.RequestError, ApiConnectionError) as error:
                follow.broke(error)
            # The last event is handed on after the connection is given back: callers tend to
            # leave the loop on it.
            for event in last:
                yield event
            if follow.finished:
                return
            if ask and is_over is not None:
                try:
                    follow.task_is(is_over())
                except (ApiConnectionError, ServerError):
                    pass  # not known now: the next connection tells
            if not follow.finished:
                time.sleep(follow.wait_s)


class EventStream(Iterator[Event]):
    """Events as they come; ends after the terminal one. Reconnects by itself.

    Leaving the loop early? `close()` it, or use it with `with`, to free its connection
    at once.
    """

    def __init__(self, events: Generator[Event, None, None], follow: Follow) -> None:
        self._events = events
        self._follow = follow

    @property
    def last_event_id(self) -> str | None:
        """The cursor: pass it as `last_event_id` to go on from here later."""
        return self._follow.last_event_id

    def __iter__(self) -> EventStream:
        return self

    def __next__(self) -> Event:
        return self._events.__next__()

    def close(self) -> None:
        """Give the connection back."""
        self._events.close()

    def __enter__(self) -> EventStream:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
