"""A call of step code on its way to the page, and its arguments as people see them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agents.executor.gate import Argument
from agents.executor.kinds import Kind
from agents.executor.probe import HIDDEN
from agents.guard.risk_facts import DialogFacts, ElementFacts
from agents.plain import shown
from agents.ports import JSON, ActionRecord


def _same(value: JSON) -> Any:
    return value


async def _nothing(record: ActionRecord) -> ElementFacts | None:
    return None


async def _no_element() -> ElementFacts | None:
    return None


async def _no_arm(mark: str) -> JSON:
    return {}


@dataclass
class Call:
    """One call as the road needs it.

    run(timeout_ms): does it, gives JSON. wrap: the JSON as the sandbox gets it, also when it
    comes from a record. prepare: looks at the element before anything is announced: gives what
    the gate judges by, brief, and may refine the record's target, arguments and box. look: reads
    the element again, whole. arm(mark): leaves a mark in its page that tells later whether it was
    touched, and gives the input that its windows had so far. editable: arguments that a person may
    change, by name, and edit: changes them. field: the result is what a field holds. dialog: the
    page's question that it answers with OK.
    """

    tool: str
    kind: Kind
    target: str
    arguments: dict[str, Any]
    run: Callable[[float], Awaitable[JSON]]
    wrap: Callable[[JSON], Any] = _same
    prepare: Callable[[ActionRecord], Awaitable[ElementFacts | None]] = _nothing
    look: Callable[[], Awaitable[ElementFacts | None]] = _no_element
    arm: Callable[[str], Awaitable[JSON]] = _no_arm
    edit: Callable[[Mapping[str, Any]], None] | None = None
    editable: tuple[str, ...] = ()
    timeout_ms: float | None = None
    url: str | None = None
    variables: tuple[str, ...] = ()
    typed_kinds: tuple[str, ...] = ()
    typed_breaks: bool = False
    field: bool = False
    dialog: DialogFacts | None = None


_LABELS = {"message": "Question"}


def argument_of(name: str, value: Any, call: Call) -> Argument:
    """An argument for people; a secret and a variable cannot be edited."""
    kind = "boolean" if isinstance(value, bool) else "string"
    if isinstance(value, int | float) and not isinstance(value, bool):
        kind = "number"
    plain_one = isinstance(value, str | int | float) and value != HIDDEN
    return Argument(
        name=name,
        label=_LABELS.get(name) or name.replace("_", " ").capitalize(),
        type=kind,
        value=value if isinstance(value, str | int | float) or value is None else shown(value),
        editable=plain_one and name in call.editable and not call.variables,
    )
