"""What a run needs to go on after its worker died: the state of the loop, to and from JSON.

A checkpoint is saved in the same transaction as the events that it belongs to, so the two never
disagree. Its size is bounded: old turns shrink to what a summary needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from agents.plain import bounded, clip, plain, plain_text, shown
from agents.ports import (
    Act,
    ActionRecord,
    Answer,
    Ask,
    Decision,
    Finish,
    IncomingMessage,
    StepResult,
    StoredArtifact,
    Turn,
)

FORMAT = 1
RESULT_CHARS = 16_000  # one step's value; the whole of it is in the observation artifact
OBSERVATION_CHARS = 24_000
TURNS_CHARS = 90_000  # above: the oldest turns become slim until TURNS_KEPT_CHARS are left
TURNS_KEPT_CHARS = 60_000
SLIM_TURNS = 60
SLIM_CHARS = 1_000
RECENT_ACTIONS = 40
MAX_FILES = 200


@dataclass
class OpenStep:
    """A step that was announced and has not ended: what to run again, and what it did so far."""

    step: int
    decision: Act
    model: str
    by_loop: bool = False  # opened by the loop itself (start address), not decided by a model
    notes: tuple[str, ...] = ()
    messages: tuple[IncomingMessage, ...] = ()
    page_mark: str = ""  # digest of the page before the step
    records: list[ActionRecord] = field(default_factory=list)


@dataclass
class OpenAsk:
    """A question that was decided on and whose answer is not in the turns yet."""

    step: int
    decision: Ask
    key: str
    notes: tuple[str, ...] = ()
    messages: tuple[IncomingMessage, ...] = ()
    context: dict[str, Any] = field(default_factory=dict)
    by_loop: bool = False


@dataclass(frozen=True)
class _Encoded:
    turn: Turn
    data: dict[str, Any]
    size: int


@dataclass
class RunState:
    """Everything the loop carries from step to step."""

    boundary: str
    today: str = ""
    step: int = 0  # number of the newest step
    decided: int = 0  # decisions used up, the measure of `max_steps`
    turns: list[Turn] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)
    plan: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # not told to the model yet
    messages: list[IncomingMessage] = field(default_factory=list)  # read, not decided on yet
    open: OpenStep | None = None
    asking: OpenAsk | None = None
    started: bool = False  # the start address was opened
    browser: str = ""  # which process the pages live in
    page_url: str = ""
    page_title: str = ""
    page_tab: int = 0
    page_tab_count: int = 0
    files: list[StoredArtifact] = field(default_factory=list)  # what step code can name
    seen: list[str] = field(default_factory=list)  # ids of observation artifacts
    losses: int = 0  # browsers lost in a row
    repeats: list[str] = field(default_factory=list)  # marks of the newest steps
    repeat_asked: bool = False
    schema_repairs: int = 0
    evidence_repairs: int = 0
    told: list[str] = field(default_factory=list)  # one-time notices already given
    rejected: dict[str, str] = field(default_factory=dict)  # fingerprint to a person's reason
    sent: dict[str, int] = field(default_factory=dict)  # approved requests of pages: how often
    grave: dict[str, str] = field(default_factory=dict)  # what was sent once: fingerprint to risks
    outcome: dict[str, Any] | None = None  # how it ended, once that is settled
    # Turns never change, and a state is saved at every touch of a page: each is encoded once.
    _encoded: dict[int, _Encoded] = field(default_factory=dict, repr=False, compare=False)

    def add(self, turn: Turn) -> None:
        """Append a turn; older ones lose their page text, and shrink when all grow too large."""
        if self.turns:
            self.turns[-1] = replace(self.turns[-1], observation="")
        self.turns.append(_bounded_turn(turn))
        total = sum(self._encode(each).size for each in self.turns)
        if total <= TURNS_CHARS:
            return
        if len(self.turns) > SLIM_TURNS:
            cut = len(self.turns) - SLIM_TURNS
            orders = [t for t in self.turns[:cut] if t.messages or t.answer is not None]
            self.turns = orders[-SLIM_TURNS:] + self.turns[cut:]
            total = sum(self._encode(each).size for each in self.turns)
        for index, old in enumerate(self.turns[:-1]):
            if total <= TURNS_KEPT_CHARS:
                break
            if self._encode(old).size > SLIM_CHARS:
                slim = _slim(old)
                total -= self._encode(old).size - self._encode(slim).size
                self.turns[index] = slim

    def _encode(self, turn: Turn) -> _Encoded:
        known = self._encoded.get(id(turn))
        if known is None or known.turn is not turn:
            if len(self._encoded) > 4 * SLIM_TURNS:
                self._encoded.clear()
            data = encode_turn(turn)
            known = self._encoded[id(turn)] = _Encoded(turn, data, len(shown(data)))
        return known

    def keep(self, files: Iterable[StoredArtifact]) -> None:
        """Remember files of the task; a later one of the same name takes the earlier's place."""
        latest = {item.name: item for item in (*self.files, *files)}
        self.files = list(latest.values())[-MAX_FILES:]

    def as_json(self) -> dict[str, Any]:
        """The state as JSON for `RunContext.emit(checkpoint=...)`."""
        data = {name: getattr(self, name) for name in _PLAIN_FIELDS}
        data["format"] = FORMAT
        data["memory"] = plain(self.memory)
        data["turns"] = [self._encode(turn).data for turn in self.turns]
        data["messages"] = [asdict(message) for message in self.messages]
        data["files"] = [asdict(item) for item in self.files]
        data["open"] = _encode_open(self.open) if self.open else None
        data["asking"] = _encode_asking(self.asking) if self.asking else None
        for name in ("plan", "notes", "seen", "repeats", "told"):
            data[name] = list(getattr(self, name))
        for name in ("rejected", "sent", "grave"):
            data[name] = dict(getattr(self, name))
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> RunState:
        """The state as saved. Raises: ValueError for a checkpoint of another format."""
        if data.get("format") != FORMAT:
            raise ValueError(f"checkpoint format {data.get('format')!r}, expected {FORMAT}")
        state = cls(**{name: data[name] for name in _PLAIN_FIELDS if name in data})
        state.memory = dict(data.get("memory") or {})
        state.turns = [decode_turn(item) for item in data.get("turns", [])]
        state.messages = [IncomingMessage(**item) for item in data.get("messages", [])]
        state.files = [StoredArtifact(**item) for item in data.get("files", [])]
        state.open = _decode_open(data["open"]) if data.get("open") else None
        state.asking = _decode_asking(data["asking"]) if data.get("asking") else None
        return state


_PLAIN_FIELDS = tuple(
    name
    for name in RunState.__dataclass_fields__
    if name not in ("memory", "turns", "messages", "files", "open", "asking", "_encoded")
)


# --- one value each ---------------------------------------------------------------------------


def encode_decision(decision: Decision) -> dict[str, Any]:
    """A decision as JSON, tagged with its kind."""
    return {"decision": type(decision).__name__.lower(), **plain(asdict(decision))}


def decode_decision(data: dict[str, Any]) -> Decision:
    """A decision from JSON. Raises: ValueError for an unknown kind."""
    kinds: dict[str, type[Act] | type[Ask] | type[Finish]] = {
        "act": Act,
        "ask": Ask,
        "finish": Finish,
    }
    fields = dict(data)
    kind = fields.pop("decision", None)
    if kind not in kinds:
        raise ValueError(f"unknown decision {kind!r}")
    return kinds[kind](**fields)


def encode_result(result: StepResult) -> dict[str, Any]:
    """What came of a step, as JSON."""
    return plain(asdict(result))


def decode_result(data: dict[str, Any]) -> StepResult:
    """What came of a step, from JSON."""
    fields = dict(data)
    fields["actions"] = [ActionRecord(**item) for item in fields.get("actions", [])]
    fields["downloads"] = [StoredArtifact(**item) for item in fields.get("downloads", [])]
    return StepResult(**fields)


def encode_turn(turn: Turn) -> dict[str, Any]:
    """A past turn as JSON; what it does not have is left out."""
    data: dict[str, Any] = {"step": turn.step, "decision": encode_decision(turn.decision)}
    if turn.result is not None:
        data["result"] = encode_result(turn.result)
    if turn.answer is not None:
        data["answer"] = plain(asdict(turn.answer))
    if turn.observation:
        data["observation"] = plain_text(turn.observation)
    if turn.notes:
        data["notes"] = list(turn.notes)
    if turn.messages:
        data["messages"] = [asdict(message) for message in turn.messages]
    return data


def decode_turn(data: dict[str, Any]) -> Turn:
    """A past turn from JSON."""
    return Turn(
        step=data["step"],
        decision=decode_decision(data["decision"]),
        result=decode_result(data["result"]) if data.get("result") else None,
        answer=Answer(**data["answer"]) if data.get("answer") else None,
        observation=data.get("observation", ""),
        notes=tuple(data.get("notes", ())),
        messages=tuple(IncomingMessage(**item) for item in data.get("messages", ())),
    )


def _encode_open(item: OpenStep) -> dict[str, Any]:
    return {
        **_told(item),
        "step": item.step,
        "decision": encode_decision(item.decision),
        "model": item.model,
        "by_loop": item.by_loop,
        "page_mark": item.page_mark,
        "records": [plain(asdict(record)) for record in item.records],
    }


def _decode_open(data: dict[str, Any]) -> OpenStep:
    decision = decode_decision(data["decision"])
    if not isinstance(decision, Act):
        raise ValueError("an open step must hold code")
    return OpenStep(
        step=data["step"],
        decision=decision,
        model=data["model"],
        by_loop=data["by_loop"],
        notes=tuple(data["notes"]),
        messages=tuple(IncomingMessage(**message) for message in data["messages"]),
        page_mark=data["page_mark"],
        records=[ActionRecord(**record) for record in data["records"]],
    )


def _encode_asking(item: OpenAsk) -> dict[str, Any]:
    return {
        **_told(item),
        "step": item.step,
        "decision": encode_decision(item.decision),
        "key": item.key,
        "context": plain(item.context),
        "by_loop": item.by_loop,
    }


def _decode_asking(data: dict[str, Any]) -> OpenAsk:
    decision = decode_decision(data["decision"])
    if not isinstance(decision, Ask):
        raise ValueError("a pending question must hold a question")
    return OpenAsk(
        step=data["step"],
        decision=decision,
        key=data["key"],
        notes=tuple(data["notes"]),
        messages=tuple(IncomingMessage(**message) for message in data["messages"]),
        context=data["context"],
        by_loop=data["by_loop"],
    )


def _told(item: OpenStep | OpenAsk) -> dict[str, Any]:
    return {"notes": list(item.notes), "messages": [asdict(m) for m in item.messages]}


# --- bounds -----------------------------------------------------------------------------------


def _bounded_turn(turn: Turn) -> Turn:
    """The newest turn: whole, but for results and page text of extreme size."""
    result = turn.result
    if result is not None:
        actions = [replace(a, result=None, box=None) for a in result.actions[-RECENT_ACTIONS:]]
        result = replace(
            result,
            value=bounded(result.value, RESULT_CHARS),
            printed=clip(result.printed, RESULT_CHARS // 2),
            actions=actions,
        )
    return replace(turn, result=result, observation=clip(turn.observation, OBSERVATION_CHARS))


def _slim(turn: Turn) -> Turn:
    """An old turn: enough to say in a line what was done and what came of it."""
    decision: Decision = turn.decision
    if isinstance(decision, Act):
        decision = Act(clip(decision.code, 200), clip(decision.reasoning, 150))
    elif isinstance(decision, Finish):
        decision = Finish(clip(decision.text, 300), success=decision.success)
    result = turn.result
    if result is not None:
        message = clip(result.error_message, 150) if result.error_message else None
        result = StepResult(
            ok=result.ok,
            value=bounded(result.value, 150),
            error_code=result.error_code,
            error_message=message,
            changed=result.changed,
            downloads=result.downloads,
        )
    return replace(turn, decision=decision, result=result, observation="", notes=())
