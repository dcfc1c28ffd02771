"""The one dialog of a call that is answered with OK: the one that was expected, of that call.

A page may ask at any time, about anything, as often as it likes. So a dialog is accepted only when
it says what was expected, in the frame that the call's own input reached, while the page still
handles that input. Where the input arrived is told by listeners in a world that the page cannot
see; which frame asks, by the browser. Source: Chrome DevTools Protocol, Runtime.addBinding and
Page.javascriptDialogOpening.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import CDPSession, Dialog, Frame, Page
from playwright.async_api import Error as PlaywrightError

from agents.readable import readable

MOST_CHARS = 500  # a longer question is nothing that somebody decides on at a glance
_TRACED_S = 1.0
_WORLD = "webagent-dialogs"
_BINDING = "webagentTouched"
# `change` of a list comes from a script: Playwright's, when it chooses there.
_LISTEN = """(token => {
  for (const kind of ['pointerdown', 'mousedown', 'keydown', 'input', 'change'])
    addEventListener(kind, e => {
      if (e.isTrusted || %s) %s(token);
    }, {capture: true, once: true});
})"""
# Marks that right-to-left text carries; joiners belong to words and emoji (`agents.readable`).
_MARKS = str.maketrans("", "", "\u200e\u200f\u061c")
_JOINERS = "\u200c\u200d"


def said(text: str) -> str:
    """What a dialog says, on one line: how it is broken into lines changes nothing."""
    return " ".join(text.split())


def unfit(text: str) -> str:
    """Why nobody should say OK to a dialog with this text; empty when it can be read."""
    if not text:
        return "it says nothing"
    if len(text) > MOST_CHARS:
        return f"it is longer than {MOST_CHARS} characters"
    bare = text.translate(_MARKS)
    shown = (c for c in bare if c not in _JOINERS and not c.isspace())
    if readable(bare) != bare or any(unicodedata.category(c)[0] == "C" for c in shown):
        return "it holds characters that cannot be seen or that turn the text round"
    return ""


@dataclass
class Expected:
    """A dialog that a call may answer with OK, once.

    kind: confirm or prompt. text: what it must say, as `said`. site: whose question it must be,
    as `site_of`; taken before a secret answer was found to be meant for it. answer: what a prompt
    gets. scripted: the call acts by script (a choice in a list), so its events are no trusted
    input. told: the text as whoever expects it knows it, secrets taken out. accepted: it came and
    got its OK; others: (text, why not) of what else was asked.
    """

    kind: str
    text: str
    site: tuple[str, str]
    answer: str | None = field(default=None, repr=False)
    scripted: bool = False
    told: Callable[[str], str] = said
    accepted: bool = False
    others: list[tuple[str, str]] = field(default_factory=list)

    def objection(self, kind: str, message: str) -> str:
        """Why this is another dialog; empty when it is the one."""
        text = said(message)
        if kind != self.kind:
            return f"a {self.kind} was expected"
        if self.accepted:
            return "one dialog of a call is accepted, and it was"
        return unfit(text) or ("" if said(self.told(text)) == self.text else "it is another text")


class Trace:
    """Listens on one tab during one call: where its input arrived, and which frame asks."""

    def __init__(self, page: Page, expected: Expected) -> None:
        self.page = page
        self.expected = expected
        self._token = secrets.token_hex(8)
        self._sessions: list[CDPSession] = []
        self._frames: dict[tuple[int, int], str] = {}  # (session, context) -> frame
        self._touched: set[str] = set()
        self._asking: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def __aenter__(self) -> Trace:
        try:
            await self._listen(self.page)
            for frame in self.page.frames[1:]:
                with contextlib.suppress(PlaywrightError):  # it lives in its parent's process
                    await self._listen(frame)
        except BaseException:  # cancelled too: without an entry there is no exit
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for session in self._sessions:
            with contextlib.suppress(PlaywrightError):
                await session.detach()
        self._sessions.clear()

    async def _listen(self, where: Page | Frame) -> None:
        session = await self.page.context.new_cdp_session(where)
        number = len(self._sessions)
        self._sessions.append(session)
        session.on("Page.javascriptDialogOpening", self._asking.put_nowait)
        session.on("Runtime.bindingCalled", lambda called: self._on_touch(number, called))
        await session.send("Page.enable")
        waiting = [(await session.send("Page.getFrameTree"))["frameTree"]]
        while waiting:
            tree = waiting.pop()
            waiting += tree.get("childFrames", ())
            with contextlib.suppress(PlaywrightError):  # on its way to another document
                await self._listen_in(session, number, tree["frame"]["id"])

    async def _listen_in(self, session: CDPSession, number: int, frame: str) -> None:
        named = {"frameId": frame, "worldName": _WORLD}
        world = (await session.send("Page.createIsolatedWorld", named))["executionContextId"]
        self._frames[number, world] = frame
        binding = {"name": _BINDING, "executionContextName": _WORLD}
        await session.send("Runtime.addBinding", binding)
        script = _LISTEN % ("true" if self.expected.scripted else "false", _BINDING)
        asked = {"contextId": world, "expression": f"{script}('{self._token}')"}
        await session.send("Runtime.evaluate", asked)

    def _on_touch(self, number: int, called: dict[str, Any]) -> None:
        frame = self._frames.get((number, called.get("executionContextId", 0)))
        if frame is not None and called.get("payload") == self._token:
            self._touched.add(frame)

    async def objection(self, dialog: Dialog) -> str:
        """Why the dialog is not the one to be accepted; empty when it is.

        It is open while this looks, and nothing of its page runs: what is touched by now was
        touched before it opened.
        """
        why = self.expected.objection(dialog.type, dialog.message)
        if why:
            return why
        try:
            async with asyncio.timeout(_TRACED_S):
                asks = await self._asking.get()
                while (asks["type"], asks["message"]) != (dialog.type, dialog.message):
                    asks = await self._asking.get()
        except TimeoutError:
            return "what brought it up could not be told"
        if asks.get("frameId") not in self._touched:
            return "something else than the call brought it up"
        if site_of(str(asks.get("url") or "")) != self.expected.site:
            return "another site asks"
        return ""


def site_of(address: str) -> tuple[str, str]:
    """Scheme and host of a document's address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc
