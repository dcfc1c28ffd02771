"""Answers the dialogs that pages put up, so that no page can hold an agent.

One of a call may be accepted, where the call expected it (`agents.browser.dialog_answers`).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Callable

from playwright.async_api import BrowserContext, Dialog, Page
from playwright.async_api import Error as PlaywrightError

from agents.browser.dialog_answers import MOST_CHARS, Expected, Trace, said, unfit
from agents.browser.notices import Notices
from agents.browser.tabs import Tab, Tabs

# Ten dialogs in five seconds are no conversation.
_FLOOD_COUNT = 10
_FLOOD_WINDOW_S = 5.0
_STEP_S = 2.0
_TAKEN = frozenset({"alert", "beforeunload"})  # kinds that ask nothing
_CUT_CHARS = 300  # of a text that nobody can accept by its words
_HINT = "if the task wants it, press again with accept_dialog(target, this text)"
_SILENCE = """() => {
  window.alert = () => undefined;
  window.confirm = () => false;
  window.prompt = () => null;
}"""


class Dialogs:
    """Alerts are accepted, questions declined, a page that does not want to be left is left.

    Every dialog is reported. While a person drives, dialogs are theirs to answer, by the viewer's
    own connection; one that they leave open is answered when they hand back. A page that floods
    has its running script ended and its dialogs taken away; if even that does not help, an empty
    tab takes its place.
    """

    def __init__(self, context: BrowserContext, tabs: Tabs, notices: Notices) -> None:
        self._context = context
        self._tabs = tabs
        self._notices = notices
        self._seen: dict[Page, deque[float]] = {}
        self._silencing: set[Page] = set()
        self._left: list[Dialog] = []
        self._trace: Trace | None = None
        self.person_drives: Callable[[], bool] = lambda: False

    def start(self) -> None:
        self._context.on("dialog", self._on_dialog)

    def stop(self) -> None:
        self._context.remove_listener("dialog", self._on_dialog)

    def answer_left(self) -> None:
        """Answer what a person left open; nothing happens to what they answered."""
        left, self._left = self._left, []
        for dialog in left:
            self._tabs.spawn(dialog.accept() if dialog.type in _TAKEN else dialog.dismiss())

    def _on_dialog(self, dialog: Dialog) -> None:
        if self.person_drives():
            self._left.append(dialog)
            return
        page, trace = dialog.page, self._trace
        if page is not None and self._floods(page):
            self._silence_soon(page)
            self._tabs.spawn(dialog.accept() if dialog.type in _TAKEN else dialog.dismiss())
        elif dialog.type in _TAKEN or trace is None or trace.page != page:
            self._tabs.spawn(self._answer(dialog, accept=dialog.type in _TAKEN))
        else:
            self._tabs.spawn(self._answer_traced(dialog, trace))

    async def _answer_traced(self, dialog: Dialog, trace: Trace) -> None:
        """Accept the dialog that the call expects, decline any other."""
        expected = trace.expected
        why = await trace.objection(dialog) or ("" if trace is self._trace else "the call was over")
        if why or expected.accepted:
            expected.others.append((said(dialog.message), why))
            await self._answer(dialog, accept=False, why=why)
            return
        expected.accepted = True
        if seen := self._seen.get(trace.page):
            seen.pop()  # one that a call wanted is no part of a flood
        await self._answer(dialog, accept=True, answer=expected.answer)

    async def _answer(
        self, dialog: Dialog, *, accept: bool, answer: str | None = None, why: str = ""
    ) -> None:
        """Tell of a dialog, and answer it. why: what a notice says of it beside its text."""
        text = said(dialog.message)
        did = "accepted" if accept else "dismissed"
        asks = dialog.type not in _TAKEN
        hint = why or (asks and not accept and (unfit(text) or _HINT)) or ""
        shown = text if len(text) <= MOST_CHARS else f"{text[:_CUT_CHARS]}…"
        self._notices.add(
            "dialog",
            f"The page showed a dialog ({dialog.type}), which was {did}: {shown!r}"
            + (f" ({hint})" if hint else ""),
            type=dialog.type,
            text=shown,
            accepted=accept,
            **({"why": hint} if hint else {}),
        )
        if not accept:
            await dialog.dismiss()
        elif answer is None:
            await dialog.accept()
        else:
            await dialog.accept(answer)

    @contextlib.asynccontextmanager
    async def expecting(self, page: Page, expected: Expected) -> AsyncIterator[Expected]:
        """While this is open, the first dialog on the page that is the expected one gets its OK.

        Raises: Playwright's Error.
        """
        async with Trace(page, expected) as trace:
            self._trace = trace
            try:
                yield expected
            finally:
                self._trace = None

    def _floods(self, page: Page) -> bool:
        now = time.monotonic()
        for closed in [known for known in self._seen if known.is_closed()]:
            del self._seen[closed]
        times = self._seen.setdefault(page, deque(maxlen=_FLOOD_COUNT))
        times.append(now)
        return len(times) == _FLOOD_COUNT and now - times[0] < _FLOOD_WINDOW_S

    def _silence_soon(self, page: Page) -> None:
        tab = self._tabs.find(page)
        if tab is None or page in self._silencing:
            return
        self._silencing.add(page)
        self._tabs.repair(self._silence(tab))

    async def _silence(self, tab: Tab) -> None:
        """End the flood; bounded, whatever the page does."""
        try:
            for _ in range(3):
                # The request to stop must be there before the dialog is answered, as a loop
                # leaves no other moment; its reply comes only when the script has ended.
                self._tabs.spawn(self._end_script(tab))
                with contextlib.suppress(PlaywrightError, TimeoutError):
                    async with asyncio.timeout(_STEP_S):
                        for frame in tab.page.frames:
                            await frame.evaluate(_SILENCE)
                    self._notices.add(
                        "dialog_flood",
                        f"The page at {tab.page.url} kept opening dialogs; its script was "
                        "stopped and its dialogs are silenced until it is loaded again.",
                    )
                    return
            self._notices.add(
                "dialog_flood",
                f"The page at {tab.page.url} kept opening dialogs and could not be stopped; "
                "an empty tab took its place.",
            )
            await self._tabs.replace(tab, None)
        finally:
            self._silencing.discard(tab.page)
            self._seen.pop(tab.page, None)

    async def _end_script(self, tab: Tab) -> None:
        if tab.cdp is not None:
            async with asyncio.timeout(_STEP_S):
                await tab.cdp.send("Runtime.terminateExecution")
