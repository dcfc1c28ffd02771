"""What people want of a running task: cancel, pause, take over. Set outside, read by the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from agents.errors import Cancelled, Parked

T = TypeVar("T")


class Interrupted(Exception):
    """The wait was cut short because a person cancelled, paused or took control."""


class RunControl:
    """The people's side of one run. Not thread-safe: lives on the run's event loop."""

    def __init__(self) -> None:
        self._cancel_reason: str | None = None
        self._stop_after_step = False
        self._park = False
        self._soft_reason = ""
        self._holds: set[str] = set()
        self._changed = asyncio.Condition()
        self._interrupt = asyncio.Event()
        self._handback_notes: list[str] = []
        self._left_note: tuple[str, str] | None = None
        self._human_drove = False
        self.waiting_since: float | None = None  # loop time; set while held at a boundary
        self._held_s = 0.0
        self._touching = False
        self._at_rest = asyncio.Event()
        self._at_rest.set()

    # --- set from outside -------------------------------------------------------------------
    async def cancel(self, reason: str = "") -> None:
        """End the run at once: the running action is interrupted."""
        self._cancel_reason = reason or "canceled"
        self._interrupt.set()
        await self._notify()

    async def stop_after_step(self, reason: str = "session_stopped") -> None:
        """End the run when the running step is over."""
        if self._cancel_reason is None:
            self._stop_after_step = True
            self._soft_reason = reason
        await self._notify()

    async def hold(self, why: str, *, interrupt: bool = False) -> None:
        """Hold the run at its next boundary. why: `paused` or `human`."""
        self._holds.add(why)
        if why == "human":
            self._human_drove = True
        if interrupt:
            self._interrupt.set()
        await self._notify()

    async def release(self, why: str, *, note: str = "") -> None:
        """Take a hold back; a note is told to the agent."""
        if why in self._holds:
            self._holds.discard(why)
            if note:
                self._handback_notes.append(note)
        if not self._holds and self._cancel_reason is None:
            self._interrupt.clear()
        await self._notify()

    async def park(self) -> None:
        """Make a held run give its lease up; it is resumed from its checkpoint."""
        self._park = True
        await self._notify()

    def interrupt(self) -> None:
        """Cut the running action short without ending the run; the loop comes to its boundary."""
        self._interrupt.set()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def rest(self) -> None:
        """Wait until no step is under way that has touched the page, or a person is asked.

        A worker that stops waits for this: what was touched is then written down.
        """
        await self._at_rest.wait()

    # --- told by the run --------------------------------------------------------------------
    def begin_touch(self) -> None:
        """The running step is about to touch the page so that once is enough."""
        self._touching = True
        self._at_rest.clear()

    def end_touch(self) -> None:
        """The step is over and written down."""
        self._touching = False
        self._at_rest.set()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """A person is asked meanwhile, which may last: nobody waits for the step."""
        self._at_rest.set()
        try:
            yield
        finally:
            if self._touching:
                self._at_rest.clear()

    # --- read by the run --------------------------------------------------------------------
    @property
    def cancelled(self) -> bool:
        return self._cancel_reason is not None

    @property
    def held(self) -> frozenset[str]:
        return frozenset(self._holds)

    @property
    def held_s(self) -> float:
        """Seconds that the run stood still for people, the present wait included."""
        since = self.waiting_since
        waiting = 0.0 if since is None else asyncio.get_running_loop().time() - since
        return self._held_s + waiting

    def take_notes(self) -> list[str]:
        """Notes left at handback since the last call."""
        notes, self._handback_notes = self._handback_notes, []
        return notes

    def leave_note(self, key: str, note: str) -> None:
        """What was said at the newest handback, which may have been while nobody ran the task.

        key: which handback it was.
        """
        self._left_note = (key, note)

    def take_handback(self, told: list[str], *, resumed: bool) -> tuple[bool, list[str]]:
        """Whether a person had the browser since the last call, and what they said at the end.

        told: keys of the handbacks that the run knows of; new ones are added. resumed: the run
        was begun before, so that a handback while it was parked concerns it.
        """
        drove, notes = self.take_human_drove(), self.take_notes()
        left, self._left_note = self._left_note, None
        if left is not None and left[0] not in told:
            told.append(left[0])
            if resumed and not drove:
                return True, [*notes, left[1]]
        return drove, notes

    def take_human_drove(self) -> bool:
        """Whether a person had the browser since the last call, however shortly."""
        drove, self._human_drove = self._human_drove, "human" in self._holds
        return drove

    def check(self) -> None:
        """Raises Cancelled if the run was cancelled. Called before every action."""
        if self._cancel_reason is not None:
            raise Cancelled(self._cancel_reason)

    def check_waiting(self) -> None:
        """Raises Cancelled if the run is to end and no action runs that could be finished first."""
        self.check()
        if self._stop_after_step:
            raise Cancelled(self._soft_reason)

    async def boundary(self) -> bool:
        """Between two steps: wait while held. True when it had to wait.

        Raises: Cancelled; Parked when it was held for so long that its worker wants the room.
        """
        waited = False
        try:
            async with self._changed:
                while True:
                    self.check_waiting()
                    if not self._holds:
                        self._interrupt.clear()  # what was to be cut short is over
                        return waited
                    if self._park:
                        raise Parked
                    waited = True
                    if self.waiting_since is None:
                        self.waiting_since = asyncio.get_running_loop().time()
                    await self._changed.wait()
        finally:
            self._held_s = self.held_s
            self.waiting_since = None

    async def interruptible(self, awaitable: Awaitable[T]) -> T:
        """Await something, cut short when a person interrupts.

        Raises: Interrupted (the awaitable was cancelled); what the awaitable raises.
        """
        work = asyncio.ensure_future(awaitable)
        stop = asyncio.ensure_future(self._interrupt.wait())
        try:
            await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            raise Interrupted
        finally:
            stop.cancel()
            if not work.done():
                work.cancel()
