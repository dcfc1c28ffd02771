"""Keyboard and mouse: they go to whatever has the focus, so the focus is looked at first."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any

from playwright.async_api import Page as PlaywrightPage

from agents.errors import ActionError
from agents.executor.calls import Call
from agents.executor.elements import Elements
from agents.executor.kinds import kind_of
from agents.executor.probe import HIDDEN, box_of, focused, is_secret
from agents.executor.values import Keyboard, Mouse, Variable
from agents.executor.variables import check_receiver, fitting, has_breaks
from agents.guard.intents import arm
from agents.guard.probe import frame_at, frame_focused, probe_focused, probe_point
from agents.guard.probe_touch import keys_are_held, press
from agents.guard.risk_facts import ElementFacts
from agents.ports import JSON, ActionRecord


class Inputs:
    """Makes calls on a tab's keyboard and mouse."""

    def __init__(self, browser: Any, elements: Elements) -> None:
        self._browser = browser
        self._elements = elements
        # Where the mouse was moved to: a press without a point goes there.
        self._mouse: dict[PlaywrightPage, tuple[float, float]] = {}
        self._held: dict[PlaywrightPage, tuple[float, float]] = {}  # where its button went down

    async def _tab(self, device: Keyboard | Mouse) -> PlaywrightPage:
        page = device.tab if device.tab is not None else await self._browser.ready()
        if page.is_closed():
            raise ActionError("This tab is closed: use `page`.", code="tab_closed")
        return page

    async def _aimed_at(
        self, device: Keyboard | Mouse, method: str, bound: dict[str, Any], *, whole: bool = False
    ) -> ElementFacts | None:
        """The element that the call goes to: the one with the focus, or under the mouse."""
        page = await self._tab(device)
        if isinstance(device, Keyboard):
            return await probe_focused(page, whole=whole)
        if "x" in bound:
            self._mouse[page] = (float(bound["x"]), float(bound["y"]))
        place = self._mouse.get(page, (0.0, 0.0))
        element = await probe_point(page, *place, whole=whole)
        if method == "up" and element is not None and math.dist(self._held.get(page, place), place):
            return replace(element, onto=element)  # what was held is dropped here
        return element

    def call(self, device: Keyboard | Mouse, method: str, bound: dict[str, Any]) -> Call:
        """The call of a device's method."""
        group = "mouse" if isinstance(device, Mouse) else "keyboard"
        kind = kind_of(group, method)
        if kind.typed and kind.typed in bound:
            bound[kind.typed] = self._elements.named(bound[kind.typed])
        typed = bound.get(kind.typed) if kind.typed else None
        handle = self._elements.variable(typed.name) if isinstance(typed, Variable) else None

        looked: ElementFacts | None = None  # what has the keyboard, as it was judged

        async def prepare(record: ActionRecord) -> ElementFacts | None:
            nonlocal looked
            if not kind.judged:
                if group == "mouse":  # `move`: where later presses go
                    self._mouse[await self._tab(device)] = (float(bound["x"]), float(bound["y"]))
                return None
            element = looked = await self._aimed_at(device, method, bound)
            if element is None:
                return None
            if group == "keyboard":
                record.box = box_of(element)
            elif method == "down":
                page = await self._tab(device)
                self._held[page] = self._mouse.get(page, (0.0, 0.0))
            named_key = method in ("press", "down", "up") and len(str(typed)) > 1
            literal = isinstance(typed, str) and not named_key
            if literal and kind.typed and is_secret(element):
                record.arguments[kind.typed] = HIDDEN
            return element

        async def look_again() -> ElementFacts | None:
            nonlocal looked
            looked = await self._aimed_at(device, method, bound, whole=True)
            return looked

        async def run(timeout: float) -> JSON:
            if isinstance(typed, Variable):
                page = await self._tab(device)
                return await self._type_variable(page, typed, bound, looked, timeout)
            return await self._send(device, method, bound, timeout)

        shown = {
            key: f'variables["{value.name}"]' if isinstance(value, Variable) else value
            for key, value in bound.items()
        }
        return Call(
            tool=f"{group}.{method}",
            kind=kind,
            target=_where(group, bound),
            arguments=shown,
            run=run,
            prepare=prepare,
            look=look_again,
            arm=partial(self._mark, device),
            edit=bound.update,
            editable=("text",) if method in ("type", "insert_text") else (),
            variables=(typed.name,) if isinstance(typed, Variable) else (),
            typed_kinds=(handle.kind,) if handle is not None else (),
            typed_breaks=handle is not None and has_breaks(handle.value),
        )

    async def _mark(self, device: Keyboard | Mouse, name: str) -> JSON:
        """Leave the mark of a call where its input arrives."""
        page = await self._tab(device)
        if isinstance(device, Keyboard):
            frame = await frame_focused(page)
        else:
            frame = await frame_at(page, *self._mouse.get(page, (0.0, 0.0)))
        return await arm(frame, name) if frame is not None else {}

    async def _send(
        self, device: Keyboard | Mouse, method: str, bound: dict[str, Any], timeout: float
    ) -> None:
        """The input itself; a single key on the short way where that is open."""
        page = await self._tab(device)
        if isinstance(device, Mouse):
            await getattr(page.mouse, method)(**bound)
            return
        if method == "down":
            keys_are_held(page)
        short = method == "press" and bound.keys() == {"key"}
        if not short or not await press(page, bound["key"], timeout):
            await getattr(page.keyboard, method)(**bound)

    async def _type_variable(
        self,
        page: PlaywrightPage,
        handle: Variable,
        bound: dict[str, Any],
        looked: ElementFacts | None,
        timeout: float,
    ) -> None:
        """Type into the focused element itself: its document is the one that was checked."""
        variable = self._elements.variable(handle.name)
        element, frame = await focused(page)
        check_receiver(handle.name, variable, frame)
        if element is None:
            raise ActionError("No field has the focus: click one first.", code="no_focus")
        await self._elements.before_typing(handle.name, variable, element, frame)
        value = fitting(variable.value, looked)
        await element.type(value, delay=bound.get("delay", 0), timeout=timeout)


def _where(group: str, bound: dict[str, Any]) -> str:
    if group == "mouse" and "x" in bound:
        return f"point {bound['x']:g}, {bound['y']:g}"
    return "focused element" if group == "keyboard" else "mouse"
