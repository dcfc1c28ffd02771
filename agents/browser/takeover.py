"""A person's hands on a browser: pointer, wheel, keys, text, touch, address bar, tabs, dialogs.

Inputs are applied in the order given. An input that is aimed at a point names the view it was
aimed at, and is refused when another tab has come in front since: nobody clicks what they did
not see. Nothing that is typed is logged.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ada_url

from agents.browser.cdp import CdpConnection, CdpError
from agents.browser.frames import Frame
from agents.browser.front import write_front
from agents.browser.keys import key_params
from agents.browser.takeover_messages import (
    Dialog,
    Input,
    Key,
    Navigate,
    Pointer,
    Tab,
    TakeoverError,
    Text,
    Touch,
    Wheel,
    parse_input,
)

__all__ = ["InputDriver", "OpenDialog", "TakeoverError", "dialog_event", "parse_input"]

# A page may be busy for long; then inputs queue in the browser, up to this many.
_MAX_UNDERWAY = 64
_PATIENCE_S = 2.0
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)")
_BUTTON_BITS = {"none": 0, "left": 1, "right": 2, "middle": 4, "back": 8, "forward": 16}


@dataclass(frozen=True)
class OpenDialog:
    """A dialog of the page that waits for an answer. kind: alert, confirm, prompt, beforeunload."""

    kind: str
    message: str
    default_text: str = ""


def dialog_event(dialog: OpenDialog | None) -> dict[str, Any]:
    """What viewers are told when a dialog of the page opens, or (None) has closed."""
    return {
        "type": "dialog",
        "open": dialog is not None,
        "kind": dialog.kind if dialog else "",
        "message": dialog.message if dialog else "",
        "default_text": dialog.default_text if dialog else "",
    }


class InputDriver:
    """Drives the browser on a loopback debugging port; one per person who drives.

    shown: the newest frame of the cast, which says which tab is looked at and how large it is.
    user_data_dir: the browser's profile, where the tab in front is noted for the agent.
    on_tab: told of the tab that a tab input brought to the front, to have it shown.
    on_dialog: told when a dialog of the page opens, and None when it closes.
    """

    def __init__(
        self,
        debug_port: int,
        *,
        shown: Callable[[], Frame | None],
        user_data_dir: str | Path | None = None,
        on_tab: Callable[[str], None] | None = None,
        on_dialog: Callable[[OpenDialog | None], None] | None = None,
    ) -> None:
        self.debug_port = debug_port
        self._shown = shown
        self._profile = user_data_dir
        self._on_tab = on_tab
        self._on_dialog = on_dialog
        self._cdp: CdpConnection | None = None
        self._sessions: dict[str, str] = {}  # target id -> session id
        self._underway: set[asyncio.Future[dict[str, Any]]] = set()
        self._dialog_session: str | None = None

    async def apply(self, message: Input) -> None:
        """Do what the message says.

        Raises: TakeoverError (`stale_view`, `no_page`, `unknown_key`, `page_busy`,
        `address_refused`, `navigation_failed`, `no_such_tab`, `no_dialog`); BrowserGone.
        """
        if isinstance(message, Tab):
            await self._tab(message)
        elif isinstance(message, Dialog):
            await self._answer_dialog(message)
        elif isinstance(message, Navigate):
            await self._navigate(message)
        elif isinstance(message, Pointer):
            await self._pointer(message)
        elif isinstance(message, Wheel):
            await self._wheel(message)
        elif isinstance(message, Touch):
            await self._touch(message)
        elif isinstance(message, Key):
            await self._key(message)
        else:
            assert isinstance(message, Text)
            await self._run(await self._page(), "Input.insertText", {"text": message.text})

    async def aclose(self) -> None:
        """Let go of the browser. An open dialog is dismissed by that."""
        cdp, self._cdp = self._cdp, None
        self._sessions.clear()
        if cdp is not None:
            await cdp.close()

    # --- connection ---------------------------------------------------------------------------
    async def _connection(self) -> CdpConnection:
        if self._cdp is None or self._cdp.closed.is_set():
            await self.aclose()
            self._cdp = await CdpConnection.connect(self.debug_port)
            self._cdp.on(self._on_event)
        return self._cdp

    async def _page(self, view: int | None = None) -> str:
        """The debugging session of the tab that is looked at."""
        shown = self._shown()
        if shown is None or not shown.target_id:
            raise TakeoverError("There is no page to act on yet.", code="no_page")
        if view is not None and view != shown.view:
            raise TakeoverError("Another tab has come in front; look again.", code="stale_view")
        cdp = await self._connection()
        session = self._sessions.get(shown.target_id)
        if session is None:
            try:
                attached = await cdp.call(
                    "Target.attachToTarget", {"targetId": shown.target_id, "flatten": True}
                )
            except CdpError as error:
                raise TakeoverError("That tab is not open any more.", code="no_page") from error
            session = self._sessions[shown.target_id] = str(attached["sessionId"])
            # Makes the page's dialogs ours to answer, for as long as somebody drives. A page that
            # hangs answers this late, and takes inputs as late.
            cdp.post("Page.enable", session_id=session)
        return session

    def _on_event(self, method: str, params: dict[str, Any], session: str | None) -> None:
        if method == "Target.detachedFromTarget":
            gone = params.get("sessionId")
            self._sessions = {t: s for t, s in self._sessions.items() if s != gone}
        elif method == "Page.javascriptDialogOpening":
            self._dialog_session = session
            self._tell(
                OpenDialog(params["type"], params["message"], params.get("defaultPrompt", ""))
            )
        elif method == "Page.javascriptDialogClosed":
            self._dialog_session = None
            self._tell(None)

    def _tell(self, dialog: OpenDialog | None) -> None:
        if self._on_dialog is not None:
            self._on_dialog(dialog)

    async def _run(self, session: str, method: str, *steps: dict[str, Any]) -> None:
        """Make the calls in order and wait a while for the page to have taken them.

        A page that is busy, or holds a dialog open, answers later: then its inputs wait in the
        browser. Raises: TakeoverError when too many wait there already.
        """
        if len(self._underway) >= _MAX_UNDERWAY:
            raise TakeoverError("The page is too busy to take more input.", code="page_busy")
        cdp = await self._connection()
        futures = []
        for params in steps:
            future = cdp.start(method, params, session_id=session)
            self._underway.add(future)
            future.add_done_callback(self._underway.discard)
            futures.append(future)
        done, _ = await asyncio.wait(futures, timeout=_PATIENCE_S)
        for future in done:
            error = future.exception()
            if isinstance(error, CdpError):
                raise TakeoverError(f"The browser refused the input: {error}") from error
            if error is not None:
                raise error

    async def _cast_off(self, session: str, method: str, params: dict[str, Any]) -> None:
        """Make a call that the next one supersedes; dropped when the page does not keep up."""
        if len(self._underway) >= _MAX_UNDERWAY:
            return
        future = (await self._connection()).start(method, params, session_id=session)
        self._underway.add(future)
        future.add_done_callback(self._underway.discard)

    # --- pointer, touch -----------------------------------------------------------------------
    def _point(self, x: float, y: float) -> dict[str, float]:
        """A share of the picture as CSS px of the viewport."""
        shown = self._shown()
        assert shown is not None  # `_page` came first
        return {
            "x": round(x * shown.device_width, 2),
            "y": round(y * shown.device_height - shown.offset_top, 2),
        }

    async def _pointer(self, message: Pointer) -> None:
        session = await self._page(message.view)
        common: dict[str, Any] = {
            **self._point(message.x, message.y),
            "modifiers": message.modifiers,
            "pointerType": "mouse",
        }
        if message.action == "move":
            held = next((b for b, bit in _BUTTON_BITS.items() if bit & message.buttons), "none")
            move = {**common, "type": "mouseMoved", "button": held, "buttons": message.buttons}
            await self._cast_off(session, "Input.dispatchMouseEvent", move)
            return
        bit = _BUTTON_BITS[message.button]
        down = {**common, "type": "mousePressed", "button": message.button}
        up = {**common, "type": "mouseReleased", "button": message.button}
        if message.action == "down":
            buttons, clicks = message.buttons | bit, message.clicks
            steps = [{**down, "buttons": buttons, "clickCount": clicks}]
        elif message.action == "up":
            buttons, clicks = message.buttons & ~bit, message.clicks
            steps = [{**up, "buttons": buttons, "clickCount": clicks}]
        else:
            steps = [{**common, "type": "mouseMoved", "button": "none", "buttons": 0}]
            for count in range(1, 3 if message.action == "dblclick" else 2):
                steps.append({**down, "buttons": bit, "clickCount": count})
                steps.append({**up, "buttons": 0, "clickCount": count})
        await self._run(session, "Input.dispatchMouseEvent", *steps)

    async def _wheel(self, message: Wheel) -> None:
        session = await self._page(message.view)
        params = {
            **self._point(message.x, message.y),
            "type": "mouseWheel",
            "deltaX": message.dx,
            "deltaY": message.dy,
            "modifiers": message.modifiers,
        }
        await self._cast_off(session, "Input.dispatchMouseEvent", params)

    async def _touch(self, message: Touch) -> None:
        session = await self._page(message.view)
        points = [{**self._point(p.x, p.y), "id": p.id} for p in message.points]
        names = {"start": "touchStart", "move": "touchMove", "end": "touchEnd"}
        common = {"modifiers": message.modifiers}
        if message.action == "tap":
            steps = [
                {**common, "type": "touchStart", "touchPoints": points[:1]},
                {**common, "type": "touchEnd", "touchPoints": []},
            ]
            if not points:
                raise TakeoverError("A tap needs a point.")
        else:
            kind = names.get(message.action, "touchCancel")
            # The protocol wants no points at the end; those that stay are not told again.
            left = points if kind in ("touchStart", "touchMove") else []
            steps = [{**common, "type": kind, "touchPoints": left}]
        await self._run(session, "Input.dispatchTouchEvent", *steps)

    # --- keys ---------------------------------------------------------------------------------
    async def _key(self, message: Key) -> None:
        try:
            params = key_params(message.key, message.code, message.modifiers, message.location)
        except ValueError as error:
            raise TakeoverError(f"{error}.", code="unknown_key") from error
        session = await self._page()
        # A key without text is "raw": it types nothing, but acts (caret, shortcuts, Escape).
        down = {**params, "type": "keyDown" if "text" in params else "rawKeyDown"}
        if message.repeat:
            down["autoRepeat"] = True
        up = {k: v for k, v in params.items() if k not in ("text", "unmodifiedText")}
        up["type"] = "keyUp"
        steps = {"down": [down], "up": [up], "press": [down, up]}[message.action]
        await self._run(session, "Input.dispatchKeyEvent", *steps)

    # --- address bar --------------------------------------------------------------------------
    async def _navigate(self, message: Navigate) -> None:
        session = await self._page()
        if message.action == "goto":
            await self._goto(session, message.url or "")
        elif message.action == "reload":
            await self._run(session, "Page.reload", {})
        elif message.action == "stop":
            await self._run(session, "Page.stopLoading", {})
        else:
            history = await self._history(session)
            index = history["currentIndex"] + (1 if message.action == "forward" else -1)
            if 0 <= index < len(history["entries"]):
                entry = history["entries"][index]["id"]
                await self._run(session, "Page.navigateToHistoryEntry", {"entryId": entry})

    async def _history(self, session: str) -> dict[str, Any]:
        """The tab's history, which Chromium does not tell for a moment while a page is changed."""
        cdp = await self._connection()
        ends = asyncio.get_running_loop().time() + _PATIENCE_S
        while True:
            try:
                return await cdp.call("Page.getNavigationHistory", session_id=session)
            except CdpError as error:
                late = asyncio.get_running_loop().time() > ends
                if late or "Not attached to an active page" not in str(error):
                    raise
            await asyncio.sleep(0.05)

    async def _goto(self, session: str, typed: str) -> None:
        address = complete_address(typed)
        cdp = await self._connection()
        future = cdp.start("Page.navigate", {"url": address}, session_id=session)
        await asyncio.wait({future}, timeout=_PATIENCE_S)
        if future.done():
            problem = future.result().get("errorText", "")
            # Aborted: it turned out to be a download, or somebody went elsewhere meanwhile.
            if problem and problem != "net::ERR_ABORTED":
                raise TakeoverError(
                    f"That address cannot be opened ({problem}).", code="navigation_failed"
                )

    # --- tabs, dialogs ------------------------------------------------------------------------
    async def _tab(self, message: Tab) -> None:
        cdp = await self._connection()
        if message.action == "open":
            created = await cdp.call("Target.createTarget", {"url": "about:blank"})
            self._show(created["targetId"])
            return
        infos = (await cdp.call("Target.getTargets"))["targetInfos"]
        open_tabs = {info["targetId"] for info in infos if info["type"] == "page"}
        if message.target_id is None or message.target_id not in open_tabs:
            raise TakeoverError("There is no such tab.", code="no_such_tab")
        target = {"targetId": message.target_id}
        try:
            if message.action == "switch":
                await cdp.call("Target.activateTarget", target)
                self._show(message.target_id)
            elif len(open_tabs) == 1:
                raise TakeoverError("The last tab stays open.", code="last_tab")
            else:
                await cdp.call("Target.closeTarget", target)
                await self._wait_closed(cdp, message.target_id)
        except CdpError as error:
            raise TakeoverError("That tab is not open any more.", code="no_such_tab") from error

    async def _wait_closed(self, cdp: CdpConnection, target_id: str) -> None:
        """Chromium lists a tab for a moment after it was closed; then it would count as left."""
        deadline = time.monotonic() + _PATIENCE_S  # a page that asks before it goes may stay
        while time.monotonic() < deadline:
            infos = (await cdp.call("Target.getTargets"))["targetInfos"]
            if all(info["targetId"] != target_id for info in infos):
                return
            await asyncio.sleep(0.02)

    def _show(self, target_id: str) -> None:
        if self._profile is not None:
            write_front(self._profile, target_id)
        if self._on_tab is not None:
            self._on_tab(target_id)

    async def _answer_dialog(self, message: Dialog) -> None:
        session = self._dialog_session
        try:
            if session is None:
                raise CdpError("none is open")
            params = {"accept": message.accept, "promptText": message.text}
            cdp = await self._connection()
            await cdp.call("Page.handleJavaScriptDialog", params, session_id=session)
        except CdpError as error:
            raise TakeoverError("No dialog is open any more.", code="no_dialog") from error


def complete_address(typed: str) -> str:
    """What somebody typed into the address bar as an absolute http(s) address.

    Raises: TakeoverError (`address_refused`) for every other scheme and for nonsense.
    """
    text = typed.strip()
    if not _SCHEME.match(text):
        host = text.split("/", 1)[0]
        plain = ":" in host or host.rsplit(".", 1)[-1].isdigit() or "." not in host
        text = ("http://" if plain else "https://") + text
    try:
        url = ada_url.URL(text)
    except ValueError as error:
        raise TakeoverError("That is not a web address.", code="address_refused") from error
    if url.protocol not in ("http:", "https:") or not url.hostname:
        raise TakeoverError("Only http and https addresses can be opened.", code="address_refused")
    return str(url.href)
