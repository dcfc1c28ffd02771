"""A run's way out: everything that it tells, stores or asks goes through one redactor here.

`guard_context` and `guard_route` stand between the loop and its host and model. What they let
through holds no value of a sensitive variable in a form that `agents.guard.redactor` knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agents.checkpoint import decode_turn, encode_turn
from agents.events import Payload
from agents.guard.receivers import bind
from agents.guard.redactor import Redactor
from agents.outcome import Outcome
from agents.ports import (
    JSON,
    Answer,
    ArtifactStore,
    DecideInput,
    IncomingMessage,
    InputRequestSpec,
    ModelRoute,
    Reply,
    RunContext,
    StoredArtifact,
    Turn,
    Usage,
)

MOST_TEXT = 20_000_000  # bytes of a downloaded file that are looked through
_SNIFFED = 4_096
# Names and numbers that we made: a short value may be in them by chance, and they must hold.
_OURS = frozenset(
    (
        "id", "sha256", "key", "keys", "kind", "status", "tool", "type", "boundary", "today",
        "page_mark", "repeats", "seen", "browser", "model", "media_type", "fingerprint", "group",
        "format", "action", "rule", "decision", "error_code", "terminal_reason",
        "level", "risk", "risks",
    )
)  # fmt: skip


def clean(value: JSON, redactor: Redactor, *, numbers: bool = False) -> JSON:
    """JSON without values, but for the fields that hold our own identifiers.

    numbers: a number that is a value goes too; only where any JSON is allowed.
    """
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, dict):
        return {
            (redactor.text(key) if isinstance(key, str) else key): (
                item if _is_ours(key, item) else clean(item, redactor, numbers=numbers)
            )
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [clean(item, redactor, numbers=numbers) for item in value]
    return redactor.json(value) if numbers else value


def _is_ours(key: Any, item: Any) -> bool:
    return isinstance(key, str) and (
        (key in _OURS and not isinstance(item, dict)) or key.endswith(("_id", "_ids"))
    )


def clean_event(event: Payload, redactor: Redactor) -> Payload:
    """The event without values; the same object when there are none."""
    if not redactor.active:
        return event
    data = event.model_dump(mode="json")
    cleaned = {
        name: item
        if _is_ours(name, item)
        else clean(item, redactor, numbers=name in ("output", "value", "result"))
        for name, item in data.items()
    }
    return event if cleaned == data else type(event).model_validate(cleaned)


def clean_request(request: InputRequestSpec, redactor: Redactor) -> InputRequestSpec:
    """The question without values; its key stays, or it would be asked twice."""
    if not redactor.active:
        return request
    return replace(
        request,
        prompt=redactor.text(request.prompt),
        choices=clean(request.choices, redactor),
        input_schema=clean(request.input_schema, redactor),
        context=clean(request.context, redactor),
    )


def clean_outcome(outcome: Outcome, redactor: Redactor) -> Outcome:
    """The end without values."""
    if not redactor.active:
        return outcome
    return replace(
        outcome,
        output=clean(outcome.output, redactor, numbers=True),
        error=clean(outcome.error, redactor),
        text=redactor.text(outcome.text),
    )


def guard_context(context: RunContext) -> GuardedContext:
    """The context for a run: its variables bound to domains, and every way out of it guarded."""
    task = context.task
    bound = bind(
        task.variables,
        start_url=task.start_url,
        policy=task.policy,
        instructions=task.instructions,
    )
    return GuardedContext(context, bound, Redactor.of(bound))


class GuardedContext:
    """A RunContext over another one. What is not an exit is the other one's."""

    def __init__(self, inner: RunContext, variables: dict[str, Any], redactor: Redactor) -> None:
        self._inner = inner
        self.redactor = redactor
        instructions = redactor.text(inner.task.instructions)
        self.task = replace(inner.task, variables=variables, instructions=instructions)
        self.artifacts = CleanArtifacts(inner.artifacts, redactor)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def emit(
        self,
        *events: Payload,
        checkpoint: dict[str, Any] | None = None,
        usage: Usage | None = None,
    ) -> None:
        if self.redactor.active and checkpoint is not None:
            checkpoint = clean(checkpoint, self.redactor)
        cleaned = [clean_event(event, self.redactor) for event in events]
        await self._inner.emit(*cleaned, checkpoint=checkpoint, usage=usage)

    async def ask(self, request: InputRequestSpec) -> Answer:
        return await self._inner.ask(clean_request(request, self.redactor))

    async def messages(self, step: int) -> Sequence[IncomingMessage]:
        found = await self._inner.messages(step)
        return [replace(one, content=self.redactor.text(one.content)) for one in found]

    async def say(self, content: str, *, step: int | None = None) -> None:
        await self._inner.say(self.redactor.text(content), step=step)

    def tick(self, kind: str, data: dict[str, Any]) -> None:
        self._inner.tick(kind, clean(data, self.redactor))


@dataclass(frozen=True)
class CleanArtifacts:
    """Stores text without values; names too. Other files are stored as they are."""

    inner: ArtifactStore
    redactor: Redactor

    async def put(
        self, data: bytes, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        """As `ArtifactStore.put`."""
        if self.redactor.active and _is_text(data):
            data = await asyncio.to_thread(self.redactor.data, data)
        name = self.redactor.text(name)
        return await self.inner.put(data, name=name, media_type=media_type, kind=kind, step=step)

    async def put_file(
        self, path: str, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        """As `ArtifactStore.put_file`."""
        told = {"name": self.redactor.text(name), "media_type": media_type, "kind": kind}
        if self.redactor.active:
            found = await asyncio.to_thread(self._cleaned, path)
            if found is not None:
                return await self.inner.put(found, step=step, **told)
        return await self.inner.put_file(path, step=step, **told)

    def _cleaned(self, path: str) -> bytes | None:
        """The file's bytes without values; None when it holds none or is no text."""
        file = Path(path)
        if file.stat().st_size > MOST_TEXT:
            return None
        data = file.read_bytes()
        if not _is_text(data):
            return None
        cleaned = self.redactor.data(data)
        return None if cleaned is data else cleaned

    async def read(self, artifact_id: str) -> bytes:
        """As `ArtifactStore.read`."""
        return await self.inner.read(artifact_id)


def _is_text(data: bytes) -> bool:
    head = data[:_SNIFFED]
    return head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" not in head


def guard_route(route: ModelRoute, redactor: Redactor) -> ModelRoute:
    """The route for a run: it is asked without values, and what it streams is held back."""
    return _Route(route, redactor) if redactor.active else route  # type: ignore[return-value]


_ASKED = ("instructions", "observation", "page_url", "page_title", "guidance")


class _Route:
    """A ModelRoute over another one."""

    def __init__(self, inner: ModelRoute, redactor: Redactor) -> None:
        self._inner = inner
        self._redactor = redactor
        self._turns: dict[int, tuple[Turn, Turn]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def decide(self, turn: DecideInput) -> Reply:
        text, stream = self._redactor.text, self._redactor.stream()

        def on_delta(piece: str) -> None:
            _pass_on(stream.feed(piece), turn.on_delta)

        asked = replace(
            turn,
            **{name: text(getattr(turn, name)) for name in _ASKED},
            turns=self._cleaned(turn.turns),
            messages=[replace(one, content=text(one.content)) for one in turn.messages],
            variables={name: text(said) for name, said in turn.variables.items()},
            output_schema=clean(turn.output_schema, self._redactor),
            notes=[text(note) for note in turn.notes],
            downloads=[text(name) for name in turn.downloads],
            on_delta=on_delta,
        )
        reply = await self._inner.decide(asked)
        _pass_on(stream.flush(), turn.on_delta)
        return reply

    def _cleaned(self, turns: Sequence[Turn]) -> tuple[Turn, ...]:
        """Turns never change: each is looked through once."""
        known, self._turns = self._turns, {}
        for turn in turns:
            before = known.get(id(turn))
            if before is None or before[0] is not turn:
                data = encode_turn(turn)
                cleaned = clean(data, self._redactor)
                before = (turn, turn if cleaned == data else decode_turn(cleaned))
            self._turns[id(turn)] = before
        return tuple(self._turns[id(turn)][1] for turn in turns)


def _pass_on(text: str, to: Callable[[str], None]) -> None:
    if text:
        to(text)
