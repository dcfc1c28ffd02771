"""The seam where rules and people look at an action before it touches anything."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from agents.guard.risk_facts import DialogFacts, ElementFacts
from agents.ports import ActionRecord


async def _no_element() -> ElementFacts | None:
    return None


def _no_edits(edits: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Argument:
    """One argument of a call as a person sees it. type: string, number or boolean."""

    name: str
    label: str
    type: str
    value: Any
    editable: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it crosses the wire."""
        return dict(vars(self))


@dataclass(frozen=True)
class ProposedAction:
    """A call that is about to happen.

    tool: `page.goto`, `locator.click`, ... target: in words. arguments: redacted. url: where a
    navigation goes, as the browser will read it. variables: names of the values it types, and
    typed_kinds their kinds; typed_breaks: one of them has several lines. page_url: where the tab
    is now.
    element: what is known of the element it touches; None when it touches none, or none is there.
    look(): reads the element again, whole; `element` may be brief.
    edit(edits): changes arguments of the call for good; the arguments as they are then.
    attempt: 1, more after it was certain that an earlier try did nothing.
    dialog: the page's question that it answers with OK.
    """

    action_id: str
    step: int
    tool: str
    target: str
    arguments: Mapping[str, Any]
    mutating: bool
    page_url: str = ""
    url: str | None = None
    variables: tuple[str, ...] = ()
    typed_kinds: tuple[str, ...] = ()
    typed_breaks: bool = False
    attempt: int = 1
    editable: tuple[Argument, ...] = ()
    dialog: DialogFacts | None = None
    element: ElementFacts | None = field(default=None, compare=False)
    look: Callable[[], Awaitable[ElementFacts | None]] = field(default=_no_element, compare=False)
    edit: Callable[[Mapping[str, Any]], Mapping[str, Any]] = field(default=_no_edits, compare=False)


@dataclass(frozen=True)
class Grant:
    """What a risky call was allowed to do; kept with its record until it is done.

    asked: a person approved it. edits: arguments that the person changed.
    """

    risk: str
    level: str
    effect: str
    fingerprint: str
    asked: bool = False
    request_id: str | None = None
    edits: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As a record keeps it."""
        return {**vars(self), "edits": dict(self.edits)}


class ActionGate(Protocol):
    """Decides on every call before it happens."""

    async def allow(self, action: ProposedAction) -> Grant | None:
        """Return to let it happen; a Grant when it is risky. May wait for a person.

        Raises: PolicyError to refuse it (the model is told and may go another way); a RunSignal
        to end or park the run.
        """
        ...


class PeopleGate(ABC):
    """A gate that also watches what pages send by themselves, and may wait for people."""

    @abstractmethod
    async def allow(self, action: ProposedAction) -> Grant | None:
        """As `ActionGate.allow`."""

    @abstractmethod
    async def begin(self, browser: Any) -> None:
        """Watch this browser from now on."""

    @abstractmethod
    async def waiting(self) -> None:
        """Returns when a request of a page waits for a person's decision."""

    @abstractmethod
    async def clear(self) -> list[str]:
        """Wait until no request waits; what was refused since the last call, in words.

        Raises: a RunSignal to end or park the run.
        """

    @abstractmethod
    async def settle(self, record: ActionRecord) -> Literal["done", "not_done", "unknown"]:
        """What became of a risky call whose worker stopped in the middle of it. May ask people."""

    @abstractmethod
    async def interrupted(self) -> None:
        """The step was cut short: nobody needs the answers any more that it waited for."""

    @abstractmethod
    async def aclose(self) -> None:
        """Watch no more. What waits for a decision then is refused."""
