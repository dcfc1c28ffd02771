"""A short way to a look: a debugging socket of the guard's own, past Playwright's driver.

The look is the same code in the same isolated world, Playwright's own; only the way there is a
tenth as long. That world has to be known first. The browser is asked to give it, by its name, a
function that no other world sees; the look that goes the long way calls it, and the browser tells
this socket which world that was. The function's name proves each answer: no page can know it. A
world ends with its document, and the next look goes the long way again. Whatever is unusual
(another frame, nothing there yet, a page that is busy) does, too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from playwright.async_api import BrowserContext, Page

from agents.browser.cdp import CdpConnection, CdpError
from agents.errors import BrowserError, BrowserGone

TargetOf = Callable[[Page], str | None]

_LOOK = "options => globalThis[Symbol.for('webagent.look')](options)"
_TOUCH = "options => globalThis[Symbol.for('webagent.touch')](options)"
# What takes longer is a busy page; the long way has its own, longer limit.
_ANSWER_S = 2.0
_MOST_BYTES = 4 * 1024 * 1024


@dataclass
class _Tab:
    """A page of the browser on this socket. world: of its document, once it told itself.

    binding: the function that tells it.
    """

    session: str
    binding: str = field(default_factory=lambda: f"w{secrets.token_hex(16)}")
    world: int | None = None


class Line:
    """One browser's socket. Opened by the first look that could use it."""

    def __init__(self, debug_port: int, target_of: TargetOf) -> None:
        self._port = debug_port
        self._target_of = target_of
        self._cdp: CdpConnection | None = None
        self._tabs: WeakKeyDictionary[Page, _Tab] = WeakKeyDictionary()
        self._opening = asyncio.Lock()
        self._closed = False

    async def look(self, page: Page, options: dict[str, Any]) -> dict[str, Any] | None:
        """What the page tells; None when the long way has to be taken."""
        tab = self._tabs.get(page)
        if tab is None:
            return None
        try:
            return await self._ask(tab, _LOOK, options, _ANSWER_S)
        except BrowserError:
            tab.world = None
            return None

    async def touch(
        self, page: Page, options: dict[str, Any], timeout_s: float
    ) -> dict[str, Any] | None:
        """What the touch of a kept element came to; None when nothing was touched.

        Raises: BrowserError when nobody knows.
        """
        tab = self._tabs.get(page)
        if tab is None:
            return None
        # As Playwright calls its own code.
        waiting = {"awaitPromise": True, "userGesture": True}
        return await self._ask(tab, _TOUCH, options, timeout_s, **waiting)

    async def insert_text(self, page: Page, text: str, timeout_s: float) -> None:
        """Type where the page has its keyboard, as one piece. Raises: BrowserError."""
        if self._cdp is None:
            raise BrowserGone("The connection to the browser is closed.")
        session = self._tabs[page].session
        await self._cdp.call(
            "Input.insertText", {"text": text}, session_id=session, timeout_s=timeout_s
        )

    def leads_to(self, page: Page) -> bool:
        """Whether the page can be reached without opening anything."""
        return page in self._tabs and self._cdp is not None and not self._cdp.closed.is_set()

    async def press(self, page: Page, strokes: Sequence[dict[str, Any]], timeout_s: float) -> None:
        """Press keys where the page has its keyboard: arguments of Input.dispatchKeyEvent.

        They are sent at once, and the page gets them in turn. Raises: BrowserError.
        """
        if self._cdp is None:
            raise BrowserGone("The connection to the browser is closed.")
        session = self._tabs[page].session
        answers = [
            self._cdp.start("Input.dispatchKeyEvent", stroke, session_id=session)
            for stroke in strokes
        ]
        try:
            async with asyncio.timeout(timeout_s):
                for answer in answers:
                    await answer
        except TimeoutError as error:
            raise CdpError("The page did not take the key.", code="cdp_timeout") from error

    async def _ask(
        self, tab: _Tab, function: str, options: dict[str, Any], timeout_s: float, **how: Any
    ) -> dict[str, Any] | None:
        """What the isolated world answers, if it tells anything. Raises: BrowserError."""
        if tab.world is None or self._cdp is None or self._cdp.closed.is_set():
            return None
        answer = await self._cdp.call(
            "Runtime.callFunctionOn",
            {
                "functionDeclaration": function,
                "executionContextId": tab.world,
                "arguments": [{"value": options}],
                "returnByValue": True,
                **how,
            },
            session_id=tab.session,
            timeout_s=timeout_s,
        )
        if "exceptionDetails" in answer:
            return None
        return _proven(answer["result"].get("value"), tab.binding)

    async def ask_for_world(self, page: Page) -> str:
        """The function that a look on the long way has to call; empty when there is none."""
        with contextlib.suppress(BrowserError, KeyError):
            async with self._opening:
                tab = await self._tab(page)
            if tab is None or self._cdp is None:
                return ""
            name = f"__playwright_utility_world_{page._impl_obj._guid}"
            # Taken back first: the browser gives it to worlds that are there, once.
            self._cdp.post("Runtime.removeBinding", {"name": tab.binding}, session_id=tab.session)
            named = {"name": tab.binding, "executionContextName": name}
            await self._cdp.call("Runtime.addBinding", named, session_id=tab.session)
            return tab.binding
        return ""

    async def _tab(self, page: Page) -> _Tab | None:
        if self._closed:
            return None
        if self._cdp is None or self._cdp.closed.is_set():
            self._tabs.clear()
            self._cdp = await CdpConnection.connect(self._port, max_message_bytes=_MOST_BYTES)
            self._cdp.on(self._on_event)
        tab = self._tabs.get(page)
        target = self._target_of(page)
        if tab is None and target is not None:
            attached = await self._cdp.call(
                "Target.attachToTarget", {"targetId": target, "flatten": True}
            )
            tab = self._tabs[page] = _Tab(attached["sessionId"])
        return tab

    def _on_event(self, method: str, params: dict[str, Any], session: str | None) -> None:
        if method != "Runtime.bindingCalled":
            return
        for tab in self._tabs.values():
            if tab.session == session and tab.binding == params.get("name"):
                tab.world = params.get("executionContextId")

    async def close(self) -> None:
        """Hang up for good."""
        self._closed = True
        cdp, self._cdp = self._cdp, None
        if cdp is not None:
            await cdp.close()


def _proven(value: Any, proof: str) -> dict[str, Any] | None:
    """An answer of the world that it was asked of, if it tells anything."""
    with contextlib.suppress(ValueError):
        told = json.loads(value) if isinstance(value, str) else None
        if isinstance(told, dict) and told.pop("proof", None) == proof:
            return told
    return None


_lines: WeakKeyDictionary[BrowserContext, Line] = WeakKeyDictionary()


def open_line(context: BrowserContext, debug_port: int, target_of: TargetOf) -> None:
    """Let looks into this context's pages go the short way."""
    _lines[context] = Line(debug_port, target_of)


def line_of(context: BrowserContext) -> Line | None:
    return _lines.get(context)


async def close_line(context: BrowserContext) -> None:
    line = _lines.pop(context, None)
    if line is not None:
        await line.close()
