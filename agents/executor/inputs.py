"""Keyboard and mouse: they go to whatever has the focus, so the focus is looked at first."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page as PlaywrightPage

from agents.errors import ActionError
from agents.executor.actions import Call
from agents.executor.elements import Elements
from agents.executor.kinds import kind_of
from agents.executor.probe import HIDDEN, focused, look_at
from agents.executor.values import Keyboard, Mouse, Variable
from agents.executor.variables import check_receiver
from agents.ports import JSON, ActionRecord


class Inputs:
    """Makes calls on a tab's keyboard and mouse."""

    def __init__(self, browser: Any, elements: Elements) -> None:
        self._browser = browser
        self._elements = elements

    async def _tab(self, device: Keyboard | Mouse) -> PlaywrightPage:
        page = device.tab if device.tab is not None else await self._browser.ready()
        if page.is_closed():
            raise ActionError("This tab is closed: use `page`.", code="tab_closed")
        return page

    def call(self, device: Keyboard | Mouse, method: str, bound: dict[str, Any]) -> Call:
        """The call of a device's method."""
        group = "mouse" if isinstance(device, Mouse) else "keyboard"
        kind = kind_of(group, method)
        typed = bound.get(kind.typed) if kind.typed else None

        async def prepare(record: ActionRecord) -> None:
            named_key = method in ("press", "down", "up") and len(str(typed)) > 1
            if group == "mouse" or named_key or isinstance(typed, Variable):
                return
            element, _ = await focused(await self._tab(device))
            if element is None:
                return
            facts = await look_at(element)
            record.box = facts.box
            if facts.secret and kind.typed:
                record.arguments[kind.typed] = HIDDEN

        async def run(timeout: float) -> JSON:
            page = await self._tab(device)
            if isinstance(typed, Variable) and kind.typed:
                return await self._type_variable(page, method, typed, bound, timeout)
            await getattr(page.mouse if group == "mouse" else page.keyboard, method)(**bound)
            return None

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
            variables=(typed.name,) if isinstance(typed, Variable) else (),
        )

    async def _type_variable(
        self,
        page: PlaywrightPage,
        method: str,
        handle: Variable,
        bound: dict[str, Any],
        timeout: float,
    ) -> None:
        """Type into the focused element itself: its document is the one that was checked."""
        variable = self._elements.variable(handle.name)
        element, frame = await focused(page)
        check_receiver(handle.name, variable, frame)
        if element is None:
            raise ActionError("No field has the focus: click one first.", code="no_focus")
        await element.type(variable.value, delay=bound.get("delay", 0), timeout=timeout)


def _where(group: str, bound: dict[str, Any]) -> str:
    if group == "mouse" and "x" in bound:
        return f"point {bound['x']:g}, {bound['y']:g}"
    return "focused element" if group == "keyboard" else "mouse"
