"""The seam where rules look at an action before it touches anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


async def _no_facts() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class ProposedAction:
    """A call that is about to happen.

    tool: `page.goto`, `locator.click`, ... target: in words. arguments: redacted. url: where a
    navigation goes, as the browser will read it. variables: names of the values it types.
    page_url: where the tab is now. facts(): looks at the element itself (role, name, type,
    autocomplete, form action) when a rule needs more than words; empty when there is none.
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
    facts: Callable[[], Awaitable[Mapping[str, Any]]] = field(default=_no_facts, compare=False)


class ActionGate(Protocol):
    """Decides on every call before it happens."""

    async def allow(self, action: ProposedAction) -> None:
        """Return to let it happen. May wait for a person.

        Raises: PolicyError to refuse it (the model is told and may go another way); a RunSignal
        to end or park the run.
        """
        ...
