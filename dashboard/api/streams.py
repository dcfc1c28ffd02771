"""Event streams beside Django: thousands of idle readers cost a coroutine each, no thread.

A streaming response holds Django's request, its middleware and its database thread for as long as
it lasts. So the view only decides (who asks, which task, from where) and leaves a `Stream` in the
connection's scope; when Django is done with the request, the stream is sent from here, with the
headers that Django gave.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import structlog
from django.db import DatabaseError
from django.http import HttpRequest

from dashboard import ledger, nudges
from dashboard.errors import BadRequest
from dashboard.models import Event
from dashboard.services import keys
from dashboard.threads import in_thread

log = structlog.get_logger(__name__)

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SCOPE_KEY = "webagent.stream"
HEARTBEAT_S = 15.0
BATCH = 200
TERMINAL = "task.completed"
PATHS = ("/events", "/runs")  # what may be answered with a stream


@dataclass(frozen=True, slots=True)
class Stream:
    """What a reader may follow: the events of a task with `seq > after`."""

    task_id: str
    session_id: str
    project_id: str
    after: int
    is_over: bool  # the task had ended when the reader came
    key_id: str  # a key that is revoked or expires ends its streams

    def follow(self) -> AsyncGenerator[bytes, None]:
        """The frames, to the end of the task."""
        return follow(self)


class Followed(Protocol):
    """What a view leaves in the scope: something that can be sent as it comes."""

    def follow(self) -> AsyncGenerator[bytes, None]:
        """The frames, to their end."""
        ...


def cursor_of(request: HttpRequest, last_event_id: str | None, *, newest: int) -> int:
    """Where the reader goes on: the header's cursor, else the query's, else the beginning.

    newest: the largest cursor that was given out. After a larger one nothing would ever follow, not
    even the end, so its reader is told instead of kept waiting. Raises: BadRequest.
    """
    given = request.headers.get("Last-Event-ID") or last_event_id or "0"
    extra = {"last_event_id": given[:100]}
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise BadRequest("Last-Event-ID must be the `id` of an event of this stream.", extra=extra)
    if int(given) > newest:
        raise BadRequest(
            "No event of this stream has had this id yet: the Last-Event-ID is another stream's.",
            extra=extra,
        )
    return int(given)


def frame(event: Event, project_id: str) -> bytes:
    """One event on the wire: `id` and `data`, no `event` line."""
    body = json.dumps(ledger.envelope(event, project_id), separators=(",", ":"))
    return f"id: {event.seq}\ndata: {body}\n\n".encode()


def heartbeat(stream: Stream) -> bytes:
    """A sign of life, without an id, so that it never moves a client's cursor."""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    # By hand: it is what an idle server does all day. Ids need no escaping.
    return (
        f'data: {{"id":null,"type":"stream.heartbeat","task_id":"{stream.task_id}",'
        f'"session_id":"{stream.session_id}","project_id":"{stream.project_id}",'
        f'"occurred_at":"{now}","data":{{}}}}\n\n'
    ).encode()


class Pulse:
    """When a silent stream is due a sign of life: `HEARTBEAT_S` after its last frame.

    Being woken is no frame: deltas of a model pass by many times a second, and while Redis is away
    readers are woken to look for themselves.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.sent()

    def sent(self) -> None:
        """A frame has gone out."""
        self._due_at = self._clock() + HEARTBEAT_S

    @property
    def left_s(self) -> float:
        """Seconds until a heartbeat is due."""
        return max(0.0, self._due_at - self._clock())

    @property
    def is_due(self) -> bool:
        """Whether it is time for one."""
        return self.left_s == 0.0


class Lookout:
    """Finds what a lost nudge would have told, and keys that no longer hold.

    One query for all readers of this event loop: idle ones cost none of their own. A reader misses
    an event, and outlives its key, for one heartbeat at most.
    """

    def __init__(self) -> None:
        self._readers: dict[str, set[nudges.Subscription]] = {}
        self._seen: dict[str, int] = {}
        self._keys: Counter[str] = Counter()
        self._ended_keys: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def add(self, session_id: str, reader: nudges.Subscription, key_id: str) -> None:
        """Look out for this reader."""
        self._readers.setdefault(session_id, set()).add(reader)
        self._keys[key_id] += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._look(), name="lookout")

    def has_ended(self, key_id: str) -> bool:
        """Whether the key was found revoked or expired."""
        return key_id in self._ended_keys

    def remove(self, session_id: str, reader: nudges.Subscription, key_id: str) -> None:
        """The reader has gone."""
        self._keys[key_id] -= 1
        if not self._keys[key_id]:
            del self._keys[key_id]
            self._ended_keys.discard(key_id)
        readers = self._readers.get(session_id)
        if readers is not None:
            readers.discard(reader)
            if not readers:
                del self._readers[session_id]
                self._seen.pop(session_id, None)

    async def _look(self) -> None:
        newest, active = in_thread(ledger.last_seqs), in_thread(keys.active)
        while self._readers:
            await asyncio.sleep(HEARTBEAT_S)
            try:
                followed = set(self._keys)
                self._ended_keys = (followed - await active(followed)) & set(self._keys)
            except DatabaseError as error:
                log.warning("looking for revoked keys failed", error=str(error))
            sessions = list(self._readers)
            for start in range(0, len(sessions), 500):
                try:
                    found = await newest(sessions[start : start + 500])
                except DatabaseError as error:
                    log.warning("looking for missed events failed", error=str(error))
                    continue
                for session_id, seq in found.items():
                    if self._seen.get(session_id) != seq:
                        self._seen[session_id] = seq
                        for reader in self._readers.get(session_id, ()):
                            reader.wake()


_lookouts: WeakKeyDictionary[asyncio.AbstractEventLoop, Lookout] = WeakKeyDictionary()


def lookout() -> Lookout:
    """The lookout of the running event loop."""
    return _lookouts.setdefault(asyncio.get_running_loop(), Lookout())


async def follow(stream: Stream) -> AsyncGenerator[bytes, None]:
    """All events with `seq > after`, then what comes, until the task is over."""
    following = nudges.hub().subscribe(f"task:{stream.task_id}")
    guard = lookout()
    guard.add(stream.session_id, following, stream.key_id)
    read = in_thread(ledger.read)
    cursor, look = stream.after, True
    pulse = Pulse(asyncio.get_running_loop().time)
    try:
        yield b": stream open\n\n"
        while True:
            changed, _ = following.take()
            look = look or bool(changed)
            while look and (
                events := await read(task_id=stream.task_id, after=cursor, limit=BATCH)
            ):
                yield b"".join(frame(event, stream.project_id) for event in events)
                pulse.sent()
                cursor = events[-1].seq
                if events[-1].type == TERMINAL:
                    return
            if stream.is_over:
                return  # the reader has had the last event already
            look = False
            await following.wait(pulse.left_s)
            if guard.has_ended(stream.key_id):
                return
            if pulse.is_due:
                yield heartbeat(stream)
                pulse.sent()
    finally:
        guard.remove(stream.session_id, following, stream.key_id)
        following.close()


class EventStreams:
    """ASGI middleware: lets Django decide, then streams what it allowed."""

    def __init__(self, django: App) -> None:
        self._django = django

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].endswith(PATHS):
            await self._django(scope, receive, send)
            return
        head: Message = {}

        async def decide(message: Message) -> None:
            """Hold the head back until it is known who sends the body."""
            if message["type"] == "http.response.start":
                head.update(message)
            elif SCOPE_KEY not in scope:
                if head:
                    await send(dict(head))
                    head.clear()
                await send(message)

        await self._django(scope, receive, decide)
        stream: Followed | None = scope.pop(SCOPE_KEY, None)
        if stream is None:
            return
        if scope["method"] == "HEAD":
            await send(_stream_head(head))
            await send({"type": "http.response.body", "body": b""})
            return
        await _send_stream(stream, head, receive, send)


def _stream_head(head: Message) -> Message:
    headers = [
        (name, value)
        for name, value in head["headers"]
        if name.lower() not in (b"content-length", b"content-type")
    ]
    return {**head, "headers": [*headers, (b"content-type", b"text/event-stream")]}


async def _send_stream(stream: Followed, head: Message, receive: Receive, send: Send) -> None:
    await send(_stream_head(head))
    body = asyncio.ensure_future(_send_body(stream, send))
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({body, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for part in (body, gone):
            part.cancel()
        await asyncio.gather(body, gone, return_exceptions=True)


async def _send_body(stream: Followed, send: Send) -> None:
    try:
        async with aclosing(stream.follow()) as chunks:
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
    except DatabaseError as error:
        log.warning("an event stream ends: the database is away", error=str(error))
    except Exception:
        log.exception("an event stream broke")
    # In any case: a reader whose stream is over comes back with its cursor; one whose stream stays
    # open without a word waits.
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
