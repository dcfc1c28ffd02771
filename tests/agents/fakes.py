"""A host in memory: what `agents/jobs.py` builds over the database, without one.

`World` is what survives a worker: ledger, checkpoint, usage, questions, messages, files. A
`FakeContext` is one worker's hold on it; several, one after another, play a task whose workers
die. Writes are checked as a database would: payloads and checkpoints must be strict JSON.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents.control import RunControl
from agents.errors import BrowserError, LeaseLost, Parked
from agents.events import Payload, TaskMessage, TaskMessageSeen
from agents.ports import (
    Answer,
    IncomingMessage,
    InputRequestSpec,
    StoredArtifact,
    TaskSpec,
    Usage,
)


def make_task(instructions: str = "Do it.", **fields: Any) -> TaskSpec:
    """A task with everything filled in."""
    return TaskSpec("task_1", "sess_1", "proj_1", "do_anything", instructions, **fields)


@dataclass
class FakeStore:
    """Artifacts in memory. `put` of the same bytes twice is one file, two rows."""

    files: dict[str, bytes] = field(default_factory=dict)
    rows: list[tuple[StoredArtifact, str, int | None]] = field(default_factory=list)

    async def put(
        self, data: bytes, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        digest = hashlib.sha256(data).hexdigest()
        stored = StoredArtifact(f"art_{len(self.rows) + 1}", name, media_type, len(data), digest)
        self.rows.append((stored, kind, step))
        self.files[stored.id] = data
        return stored

    async def put_file(
        self, path: str, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        data = Path(path).read_bytes()
        return await self.put(data, name=name, media_type=media_type, kind=kind, step=step)

    async def read(self, artifact_id: str) -> bytes:
        return self.files[artifact_id]

    def of_kind(self, kind: str) -> list[StoredArtifact]:
        """Rows of one kind, oldest first."""
        return [stored for stored, its_kind, _ in self.rows if its_kind == kind]


@dataclass
class World:
    """What outlives a worker."""

    task: TaskSpec
    events: list[Payload] = field(default_factory=list)
    checkpoint: str | None = None  # as JSON text, as a database keeps it
    usage: Usage = field(default_factory=Usage)
    requests: dict[str, InputRequestSpec] = field(default_factory=dict)
    answers: list[Answer | Exception] = field(default_factory=list)  # given in order
    answered: dict[str, Answer] = field(default_factory=dict)
    inbox: list[tuple[IncomingMessage, int | None]] = field(default_factory=list)
    store: FakeStore = field(default_factory=FakeStore)
    standing: set[tuple[str, str]] = field(default_factory=set)
    elapsed_s: float = 0.0
    emits: int = 0
    asked: int = 0  # calls of `ask`, repeated ones too

    def types(self) -> list[str]:
        """Types of all events, in order."""
        return [event.type for event in self.events]

    def of(self, kind: type[Payload]) -> list[Any]:
        """Events of one class, in order."""
        return [event for event in self.events if type(event) is kind]

    def tell(self, content: str) -> None:
        """A person writes to the running task."""
        self.inbox.append((IncomingMessage(f"msg_{len(self.inbox) + 1}", content, "Ada"), None))


class FakeContext:
    """One worker's RunContext over a World.

    browser: gives the session's browser. new_browser: gives the one after a crash.
    crash: (n, "before" | "after") dies around the n-th emit: nothing is written from then on,
    the call never returns, and `crashed` is set. lose_lease_at: emit number that finds the lease
    gone. on_emit: called after each commit with its number.
    """

    def __init__(
        self,
        world: World,
        *,
        browser: Callable[[], Awaitable[Any]],
        new_browser: Callable[[], Awaitable[Any]] | None = None,
        crash: tuple[int, str] | None = None,
        lose_lease_at: int | None = None,
        on_emit: Callable[[int], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.world = world
        self.task = world.task
        self.checkpoint = json.loads(world.checkpoint) if world.checkpoint else None
        self.artifacts = world.store
        self.control = RunControl()
        self.ticks: list[tuple[str, dict[str, Any]]] = []
        self.crashed = asyncio.Event()
        self.replaced: list[str] = []
        self.egress: Any = None  # agents.browser.egress_policy.SessionEgress, where a test has one
        self._browser = browser
        self._new_browser = new_browser
        self._crash = crash
        self._lose_lease_at = lose_lease_at
        self._on_emit = on_emit
        self._clock = clock
        self._started = clock()
        self._before_s = world.elapsed_s
        self._dead = False
        self._own_emits = 0

    @property
    def usage(self) -> Usage:
        return self.world.usage

    @property
    def elapsed_s(self) -> float:
        return self._before_s + self._clock() - self._started

    async def emit(
        self,
        *events: Payload,
        checkpoint: dict[str, Any] | None = None,
        usage: Usage | None = None,
    ) -> None:
        self._own_emits += 1
        if self._dead or self._own_emits == self._lose_lease_at:
            raise LeaseLost
        due = self._crash if self._crash and self._crash[0] == self._own_emits else None
        if due and due[1] == "before":
            await self._die()
        rows = [event.model_dump(mode="json") for event in events]
        strict = json.dumps([rows, checkpoint], allow_nan=False)
        strict.encode()
        if "\\u0000" in strict:
            raise AssertionError("NUL reached the ledger")
        self.world.events.extend(events)
        self.world.emits += 1
        if checkpoint is not None:
            self.world.checkpoint = json.dumps(checkpoint)
        if usage is not None:
            self.world.usage = self.world.usage + usage
        self.world.elapsed_s = self.elapsed_s
        if self._on_emit:
            self._on_emit(self._own_emits)
        if due:
            await self._die()
        await asyncio.sleep(0)

    async def _die(self) -> None:
        """As `kill -9`: from here on this worker does nothing more."""
        self._dead = True
        self.crashed.set()
        await asyncio.get_running_loop().create_future()

    async def ask(self, request: InputRequestSpec) -> Answer:
        self.world.asked += 1
        self.world.requests.setdefault(request.key, request)
        if request.key not in self.world.answered:
            if not self.world.answers:
                raise Parked
            answer = self.world.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            self.world.answered[request.key] = answer
            self.open_origin(request, answer)
        return self.world.answered[request.key]

    def open_origin(self, request: InputRequestSpec, answer: Answer) -> None:
        """What the dashboard does with an approval that is about an origin."""
        said = answer.response if isinstance(answer.response, dict) else {}
        if request.context.get("about") == "origin" and said.get("approved") is True:
            self.egress.approve(request.context["origin"])

    async def follow_origins(self) -> None:
        return None

    async def withdraw(self, keys: Sequence[str] | None = None) -> None:
        if keys is None:
            asked = self.world.requests.items()
            keys = [key for key, spec in asked if spec.kind == "confirmation"]
        for key in keys:
            self.world.answered.setdefault(key, Answer("canceled"))

    async def standing(self, tool: str, host: str) -> bool:
        return (tool, host) in self.world.standing

    async def messages(self, step: int) -> Sequence[IncomingMessage]:
        found = []
        for index, (message, seen) in enumerate(self.world.inbox):
            if seen is None:
                self.world.inbox[index] = (message, step)
                self.world.events.append(TaskMessageSeen(message_id=message.id, step=step))
            if seen is None or seen == step:
                found.append(message)
        return found

    async def say(self, content: str, *, step: int | None = None) -> None:
        if self._dead:
            raise LeaseLost
        number = len(self.world.of(TaskMessage)) + 1
        message = TaskMessage(message_id=f"say_{number}", role="agent", content=content, step=step)
        self.world.events.append(message)

    def tick(self, kind: str, data: dict[str, Any]) -> None:
        self.ticks.append((kind, data))

    async def browser(self) -> Any:
        return await self._browser()

    async def replace_browser(self, reason: str) -> Any:
        self.replaced.append(reason)
        if self._new_browser is None:
            raise BrowserError("No browser can be started.")
        return await self._new_browser()
