"""One run in progress: its context, its state, its bill, and the one way to save them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

from agents.budget import Budget
from agents.checkpoint import RunState
from agents.control import RunControl
from agents.events import Payload, TaskCostUpdate, TaskNotice
from agents.ports import RunContext, Usage
from agents.prompts import new_boundary
from agents.verify import Seen


class Run:
    """What the rooms of the loop share. Every save is one transaction of the host."""

    def __init__(self, context: RunContext) -> None:
        self.context = context
        self.budget = Budget.of(context.task)
        self.resumed = context.checkpoint is not None
        if context.checkpoint is not None:
            self.state = RunState.from_json(context.checkpoint)
        else:
            self.state = RunState(
                boundary=new_boundary(), today=f"{datetime.now(UTC):%A, %Y-%m-%d}"
            )
        self.seen = Seen()
        self._bill = Usage()
        self._saving = asyncio.Lock()  # the gate saves beside the loop: never an older state last

    @property
    def control(self) -> RunControl:
        """People's side of the run."""
        return self.context.control

    def charge(self, usage: Usage) -> None:
        """Put something on the bill; the next save pays it."""
        self._bill = self._bill + usage

    async def save(self, *events: Payload, bill: bool = True) -> None:
        """Append events and save the state; with `bill`, charge what is owed and say the totals.

        The host adds the browser's time by itself: only it knows when the browser was open.

        Raises: LeaseLost.
        """
        async with self._saving:
            state = self.state.as_json()
            owed = self._bill if bill else Usage()
            if owed == Usage():
                await self.context.emit(*events, checkpoint=state)
                return
            update = cost_update(self.context.usage + owed)
            await self.context.emit(*events, update, checkpoint=state, usage=owed)
            self._bill = Usage()

    async def settle(self) -> None:
        """Pay what is owed at the end of a run that was cut short."""
        if self._bill != Usage():
            await self.save()

    def notice_once(self, kind: str, message: str) -> list[Payload]:
        """The notice as an event, unless this task had it before."""
        if kind in self.state.told:
            return []
        self.state.told.append(kind)
        return [TaskNotice(kind=kind, message=message)]


def cost_update(total: Usage) -> TaskCostUpdate:
    """The totals as an event."""
    return TaskCostUpdate(
        steps=total.steps,
        input_tokens=total.input_tokens,
        output_tokens=total.output_tokens,
        cost_usd=money(total.cost_usd),
        browser_seconds=round(total.browser_seconds, 3),
    )


def money(value: Decimal | None) -> str | None:
    """A decimal string, None when the cost is not known."""
    return None if value is None else format(value, "f")
