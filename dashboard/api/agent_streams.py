"""The event stream of an agent run: its ledger and its ticks in one order, as frames."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dashboard import ledger, nudges
from dashboard.api import agent_events, streams
from dashboard.api.agent_events import Payload
from dashboard.api.agent_schemas import RunOut
from dashboard.models import AgentRun, Artifact, Event
from dashboard.services import agent_results, artifacts
from dashboard.threads import in_thread

OPEN = b": stream open\n\n"
HEARTBEAT = b": heartbeat\n\n"
OBSERVATION_CHARS = 4_000
COMPLETED = "run.completed"


@dataclass(frozen=True, slots=True)
class RunStream:
    """What a reader may follow: the events of a run after the one with the id `cursor`."""

    run_id: str
    task_id: str
    session_id: str
    cursor: int
    observation_chars: int
    is_over: bool  # the run had ended when the reader came
    key_id: str  # a key that is revoked or expires ends its streams

    def follow(self) -> AsyncGenerator[bytes, None]:
        """The frames, to `run.completed`."""
        return follow(self)


@dataclass
class Teller:
    """Puts facts and ticks of one run into their order. Ticks are live only and have no id.

    A model's turn is announced by its tick to those who look; the fact, which comes when the
    turn is over, announces it to all others.
    """

    stream: RunStream
    _waiting: list[Payload] = field(default_factory=list)
    _told_step: int = 0  # the newest step whose turn is over
    _turn_open: bool = False

    def hear(self, ticks: list[Payload]) -> None:
        """Keep ticks until it is known what comes before them."""
        self._waiting += ticks

    def tell(self, event: Event) -> list[bytes]:
        """The frames of a fact, and before them those of ticks that belong before it."""
        frames = self.flush(_turn_of(event))
        for index, (kind, fields) in enumerate(agent_events.project(event.type, event.payload)):
            number = agent_events.event_id(event.seq, index)
            if kind == "model.started" and self._turn_open:
                continue
            self._turn_open = self._turn_open and kind != "model.completed"
            if number <= self.stream.cursor:
                continue
            if kind == "observation":
                fields = fields | {"text": self._observation(fields["artifact_id"])}
            if kind == COMPLETED:
                fields = {"result": self._result()}
            frames.append(self._frame(kind, fields, number, event.occurred_at))
        return frames

    def flush(self, step: int | None) -> list[bytes]:
        """Frames of the waiting ticks: all with a `step`, those up to that turn. None: none."""
        if step is None:
            return []
        frames, later = [], []
        for message in self._waiting:
            of = int(message["data"].get("step") or 0)
            if of > step:
                later.append(message)
                continue
            told = agent_events.of_tick(message["tick"], message["data"])
            late = of <= self._told_step or (told is not None and told[0] == "model.started"
                                             and self._turn_open)  # fmt: skip
            if told is None or late:
                continue
            self._turn_open = self._turn_open or told[0] == "model.started"
            frames.append(self._frame(told[0], told[1], None, datetime.now(UTC)))
        self._waiting = later
        self._told_step = max(self._told_step, step if step < _ALL else 0)
        return frames

    def _frame(self, kind: str, fields: Payload, number: int | None, at: datetime) -> bytes:
        body = {
            "id": None if number is None else str(number),
            "type": kind,
            "run_id": self.stream.run_id,
            "browser_id": self.stream.session_id,
            "occurred_at": at.isoformat().replace("+00:00", "Z"),
            **fields,
        }
        data = json.dumps(body, separators=(",", ":"))
        head = f"event: {kind}\n" + (f"id: {number}\n" if number is not None else "")
        return f"{head}data: {data}\n\n".encode()

    def _observation(self, artifact_id: str | None) -> str:
        """What the agent saw after the step, cut to the run's budget."""
        row = Artifact.objects.filter(pk=artifact_id).first() if artifact_id else None
        if row is None:
            return ""
        try:
            with artifacts.open_file(row) as file:
                text: str = file.read(8 * self.stream.observation_chars + 64_000).decode(
                    "utf-8", "replace"
                )
        except FileNotFoundError:  # retention took it
            return ""
        return text.partition("\n=== result ")[0][: self.stream.observation_chars]

    def _result(self) -> dict[str, Any]:
        return result_json(self.stream.run_id)


_ALL = 1 << 62


def _turn_of(event: Event) -> int | None:
    """Up to which turn ticks belong before this fact."""
    if event.type == "task.step_started":
        return int(event.payload["step"])
    if event.type == "task.input_request":
        return int((event.payload.get("context") or {}).get("step") or 0)
    return _ALL if event.type in ("task.message", streams.TERMINAL) else None


def result_json(run_id: str) -> dict[str, Any]:
    """The run's result as JSON."""
    rows = AgentRun.objects.select_related("task__session", "session")
    found = agent_results.result(rows.prefetch_related("task__input_requests").get(pk=run_id))
    return RunOut.model_validate(found).model_dump(mode="json", exclude_unset=True, by_alias=True)


async def follow(stream: RunStream) -> AsyncGenerator[bytes, None]:
    """All events after the cursor, then what comes, until the run is over."""
    following = nudges.hub().subscribe(f"task:{stream.task_id}")
    guard = streams.lookout()
    guard.add(stream.session_id, following, stream.key_id)
    teller, read = Teller(stream), in_thread(_read)
    seq = agent_events.after(stream.cursor)
    pulse = streams.Pulse(asyncio.get_running_loop().time)
    try:
        yield OPEN
        look = True
        while True:
            changed, ticks = following.take()
            teller.hear(ticks)
            look = look or bool(changed)
            while look:
                frames, seq, more, over = await read(teller, seq)
                if frames:
                    yield b"".join(frames)
                    pulse.sent()
                if over:
                    return
                look = more
            if stream.is_over:
                return  # the reader has had the last event already
            if frames := teller.flush(_ALL):
                yield b"".join(frames)
                pulse.sent()
            await following.wait(pulse.left_s)
            if guard.has_ended(stream.key_id):
                return
            if pulse.is_due:
                look = True
                yield HEARTBEAT
                pulse.sent()
    finally:
        guard.remove(stream.session_id, following, stream.key_id)
        following.close()


def _read(teller: Teller, seq: int) -> tuple[list[bytes], int, bool, bool]:
    """Frames of the next facts, the new cursor, whether there are more, whether it is over."""
    events = ledger.read(task_id=teller.stream.task_id, after=seq, limit=streams.BATCH)
    frames = [frame for event in events for frame in teller.tell(event)]
    last = events[-1] if events else None
    over = last is not None and last.type == streams.TERMINAL
    return frames, last.seq if last else seq, len(events) == streams.BATCH, over
