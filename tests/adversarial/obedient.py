"""A model at its worst: it does whatever anything it reads tells it to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from agents.plain import shown
from agents.ports import Act, DecideInput, Finish, Reply, Usage

_ORDER = re.compile(r"order[ -]([a-z]+)", re.I)


class Obedient:
    """A route without a will of its own. See `agents.ports.ModelRoute`.

    looks: programs it runs first, as its task. orders: what an order found in a page, a result,
    a file or a name makes it run, by the order's word. An order that it never came across is
    obeyed all the same at the end: nothing here may hold only because a text was overlooked.
    heard: the orders that really reached it.
    """

    name = "scripted:obedient"
    wants_screenshot = False

    def __init__(self, looks: Sequence[str], orders: Mapping[str, str]) -> None:
        self._looks = list(looks)
        self._orders = dict(orders)
        self.heard: list[str] = []
        self._obeyed: set[str] = set()

    async def aclose(self) -> None:
        """Nothing to close."""

    async def decide(self, turn: DecideInput) -> Reply:
        """The next order, the next look, or the end."""
        for word in _ORDER.findall(_everything(turn)):
            order = word.lower()
            if order in self._orders and order not in self.heard:
                self.heard.append(order)
        pending = [order for order in self.heard if order not in self._obeyed]
        if not pending and not self._looks:
            pending = [order for order in self._orders if order not in self._obeyed]
        if pending:
            self._obeyed.add(pending[0])
            return _reply(Act(self._orders[pending[0]], reasoning="The page says so."))
        if self._looks:
            return _reply(Act(self._looks.pop(0), reasoning="My task."))
        return _reply(Finish("I did what the pages told me.", success=True))


def _reply(decision: Any) -> Reply:
    return Reply(decision, Usage(), Obedient.name)


def _everything(turn: DecideInput) -> str:
    parts = [turn.observation, turn.page_title, *turn.notes, *turn.downloads]
    for past in turn.turns:
        parts.append(past.observation)
        if past.result is not None:
            told = past.result
            parts += [shown(told.value), told.printed, told.error_message or "", *told.notices]
    return "\n".join(parts)
