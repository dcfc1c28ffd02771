"""A run's way out: everything that it tells, stores or asks goes through one redactor here.

`guard_context` and `guard_route` stand between the loop and its host and model. What they let
through holds no value of a sensitive variable in a form that `agents.guard.redactor` knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agents.checkpoint import decode_turn, encode_turn
from agents.events import Payload
from agents.guard.binaries import covered
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

MOST_BYTES = 20_000_000  # of a file that is looked through
SCREENSHOT = "screenshot"
_SNIFFED = 4_096
CONFIRMATION = "confirmation"


@dataclass(frozen=True)
class _Level:
    """An object of ours: its fields' names stay. What people, pages and models fill is cleaned.

    ours: fields with names and numbers that we made. A short value may be in them by chance, and
    they must hold. below: fields that are, or list, objects of ours themselves.
    """

    ours: frozenset[str] = frozenset()
    below: Mapping[str, _Level] = field(default_factory=dict)


def _level(ours: str = "", **below: _Level) -> _Level:
    return _Level(frozenset(ours.split()), below)


_FILE = _level("id sha256 media_type")
_MESSAGE = _level("id")
_INTENT = _level("action_id tool risk risks level fingerprint request_id rule")
_RECORD = _level("action_id tool status error_code rule", intent=_INTENT)
_DECISION = _level("decision kind")
_CONTEXT = _level("action_id tool level risks fingerprint group screenshot_artifact_id")
_TURN = _level(
    decision=_DECISION,
    result=_level("error_code", actions=_RECORD, downloads=_FILE),
    answer=_level("status request_id"),
    messages=_MESSAGE,
)
_STATE = _level(
    "boundary today format browser seen repeats",
    turns=_TURN,
    open=_level("model page_mark", decision=_DECISION, records=_RECORD, messages=_MESSAGE),
    asking=_level("key", decision=_DECISION, messages=_MESSAGE),
    messages=_MESSAGE,
    files=_FILE,
    outcome=_level("terminal_reason status"),
)
_EVENT = _level(
    "id kind status previous tool model rule risk level fingerprint media_type sha256 error_code "
    "terminal_reason action_id artifact_id observation_artifact_id message_id request_id task_id"
)
_ANY_JSON = frozenset(("output", "value", "result", "response"))
# Words that a schema is made of. They tell nothing, and without them it is none.
_TYPES = frozenset(("string", "number", "integer", "boolean", "object", "array", "null"))
_FORMATS = frozenset(
    ("password", "one-time-code", "email", "uri", "date", "time", "date-time", "uuid", "hostname")
)


def clean(
    value: JSON, redactor: Redactor, *, numbers: bool = False, level: _Level | None = None
) -> JSON:
    """JSON without values, but for the fields that hold our own identifiers.

    numbers: a number that is a value goes too; only where any JSON is allowed. level: what the
    value is when we made it; without one, every text in it is cleaned, names of fields too.
    """
    if isinstance(value, str):
        return redactor.text(value)
    if isinstance(value, dict) and level is not None:
        return {
            key: item
            if key in level.ours and not isinstance(item, dict)
            else clean(item, redactor, numbers=numbers, level=level.below.get(key))
            for key, item in value.items()
        }
    if isinstance(value, dict):
        return {
            (redactor.text(key) if isinstance(key, str) else key): (
                clean(item, redactor, numbers=numbers)
            )
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [clean(item, redactor, numbers=numbers, level=level) for item in value]
    return redactor.json(value) if numbers else value


def clean_schema(schema: JSON, redactor: Redactor) -> JSON:
    """A JSON Schema without values; it stays one when a value is a word like `string`."""
    if isinstance(schema, list | tuple):
        return [clean_schema(item, redactor) for item in schema]
    if not isinstance(schema, dict):
        return clean(schema, redactor)
    return {
        redactor.text(str(key)): item
        if isinstance(item, str) and item in {"type": _TYPES, "format": _FORMATS}.get(key, ())
        else clean_schema(item, redactor)
        for key, item in schema.items()
    }


def clean_event(event: Payload, redactor: Redactor) -> Payload:
    """The event without values; the same object when there are none."""
    if not redactor.active:
        return event
    data = event.model_dump(mode="json")
    cleaned = clean(data, redactor, level=_EVENT)
    for name in _ANY_JSON & data.keys():
        cleaned[name] = clean(data[name], redactor, numbers=True)
    if data.get("input_schema"):
        cleaned["input_schema"] = clean_schema(data["input_schema"], redactor)
    if data.get("kind") == CONFIRMATION and "context" in data:
        cleaned["context"] = clean(data["context"], redactor, level=_CONTEXT)
    return event if cleaned == data else type(event).model_validate(cleaned)


def clean_request(request: InputRequestSpec, redactor: Redactor) -> InputRequestSpec:
    """The question without values; its key stays, or it would be asked twice."""
    if not redactor.active:
        return request
    return replace(
        request,
        prompt=redactor.text(request.prompt),
        choices=clean(request.choices, redactor),
        input_schema=clean_schema(request.input_schema, redactor),
        context=clean(
            request.context, redactor, level=_CONTEXT if request.kind == CONFIRMATION else None
        ),
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
            checkpoint = clean(checkpoint, self.redactor, level=_STATE)
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
    """Stores files without values; names too. Screenshots are masked where the page is painted."""

    inner: ArtifactStore
    redactor: Redactor

    async def put(
        self, data: bytes, *, name: str, media_type: str, kind: str, step: int | None = None
    ) -> StoredArtifact:
        """As `ArtifactStore.put`."""
        if self.redactor.active and kind != SCREENSHOT:
            data = await asyncio.to_thread(self._clean, data)
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
        """The file's bytes without values; None when it holds none that can be seen."""
        file = Path(path)
        if file.stat().st_size > MOST_BYTES:
            return None
        data = file.read_bytes()
        cleaned = self._clean(data)
        return None if cleaned is data else cleaned

    def _clean(self, data: bytes) -> bytes:
        """The same object when there is nothing to take out."""
        return self.redactor.data(data) if _is_text(data) else covered(data, self.redactor)

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
            output_schema=clean_schema(turn.output_schema, self._redactor),
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
                cleaned = clean(data, self._redactor, level=_TURN)
                before = (turn, turn if cleaned == data else decode_turn(cleaned))
            self._turns[id(turn)] = before
        return tuple(self._turns[id(turn)][1] for turn in turns)


def _pass_on(text: str, to: Callable[[str], None]) -> None:
    if text:
        to(text)
