"""The conversation with one viewer of a browser, whatever socket carries it.

Server to viewer: frames as binary messages (form: `agents.browser.frames`), and JSON:

    {"type": "state", "state": "starting|live|reconnecting|closed", "reason": str,
     "last_frame_at": float | null, "control": {...},
     "tabs": [{"target_id", "url", "title", "active"}]}     first thing, and at every change
    {"type": "dialog", "open": bool, "kind": str, "message": str, "default_text": str}
    {"type": "error", "code": str, "message": str}         of the viewer's last message or input

Viewer to server, JSON:

    {"type": "ack"}                                        the frame is drawn; send the next
    {"type": "quality", "quality": "grid|page"}
    {"type": "visible", "visible": bool}                   hidden viewers are sent no frames
    {"type": "input", "input": {...}}                      see `agents.browser.takeover_messages`

`control` is whatever the server knows about who drives: at least {"driver": "agent|person|none",
"by": str | null, "you": bool}. One frame is in flight at a time. Inputs are applied in order; a
pointer move or wheel turn that another one of its kind follows at once is merged with it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from agents.browser.frames import QUALITIES, Frame
from agents.browser.hub import CastStatus, FrameHub, Viewer
from agents.browser.takeover_messages import Input, Pointer, TakeoverError, Wheel, parse_input
from agents.errors import BrowserError

MAX_MESSAGE_CHARS = 128 * 1024
_MAX_WAITING_INPUTS = 256
_MESSAGES_PER_S = 300.0
_MESSAGES_AT_ONCE = 600.0

SendBytes = Callable[[bytes], Awaitable[None]]
SendText = Callable[[str], Awaitable[None]]
OnInput = Callable[[Input], Awaitable[None]]


class ViewerConnection:
    """One viewer. `run` it for as long as its socket is open, and `receive` what it says.

    on_input: applies an input, or raises a BrowserError that the viewer is told; it decides
    whether this viewer may drive. None: a spectator.
    """

    def __init__(
        self,
        hub: FrameHub,
        key: str,
        *,
        send_bytes: SendBytes,
        send_text: SendText,
        on_input: OnInput | None = None,
        quality: str = "page",
        control: dict[str, Any] | None = None,
    ) -> None:
        self._hub = hub
        self._key = key
        self._send_bytes = send_bytes
        self._send_text = send_text
        self._on_input = on_input
        self._quality = QUALITIES.get(quality, QUALITIES["page"])
        self._control = control or {"driver": "none", "by": None, "you": False}
        self._status = CastStatus("starting")
        self._viewer: Viewer | None = None
        self._inputs: deque[Input] = deque()
        self._inputs_ready = asyncio.Event()
        self._allowance = _MESSAGES_AT_ONCE
        self._allowance_at = time.monotonic()

    async def run(self) -> None:
        """Send states and frames until cancelled. Raises: what the socket raises when it breaks."""
        inputs = asyncio.ensure_future(self._apply_inputs())
        try:
            async with self._hub.watch(self._key, self._quality) as viewer:
                self._viewer = viewer
                while True:
                    item = await viewer.next()
                    if isinstance(item, Frame):
                        await self._send_bytes(item.encoded)
                    else:
                        self._status = item
                        await self._send_state()
        finally:
            self._viewer = None
            inputs.cancel()
            await asyncio.gather(inputs, return_exceptions=True)

    async def receive(self, text: str) -> None:
        """Take one message of the viewer. Nonsense is answered with an error, never raised."""
        try:
            if not self._within_rate():
                raise TakeoverError("Too many messages.", code="too_many_messages")
            message = _decode(text)
            kind = message.get("type")
            if kind == "ack":
                if self._viewer is not None:
                    self._viewer.ack()
            elif kind == "input":
                self._take_input(parse_input(message.get("input")))
            elif kind == "quality":
                wanted = message.get("quality")
                if not isinstance(wanted, str) or wanted not in QUALITIES:
                    raise TakeoverError("There is no such quality.", code="bad_message")
                self._quality = QUALITIES[wanted]
                if self._viewer is not None:
                    self._viewer.ask(self._quality)
            elif kind == "visible" and isinstance(message.get("visible"), bool):
                if self._viewer is not None:
                    self._viewer.show(message["visible"])
                    self._viewer.ack()
            else:
                raise TakeoverError("This message is not understood.", code="bad_message")
        except TakeoverError as error:
            await self.tell_error(error)

    async def set_control(self, control: dict[str, Any]) -> None:
        """Tell the viewer who drives now."""
        if control != self._control:
            self._control = control
            await self._send_state()

    async def tell(self, message: dict[str, Any]) -> None:
        """Send a JSON message of another type, e.g. `dialog`."""
        await self._send_text(json.dumps(message))

    async def tell_error(self, error: BrowserError) -> None:
        await self.tell({"type": "error", "code": error.code, "message": str(error)})

    async def _send_state(self) -> None:
        await self.tell(
            {
                "type": "state",
                "state": self._status.state,
                "reason": self._status.reason,
                "last_frame_at": self._status.last_frame_at,
                "tabs": [asdict(tab) for tab in self._status.tabs],
                "control": self._control,
            }
        )

    def _within_rate(self) -> bool:
        now = time.monotonic()
        earned = (now - self._allowance_at) * _MESSAGES_PER_S
        self._allowance = min(_MESSAGES_AT_ONCE, self._allowance + earned)
        self._allowance_at = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

    def _take_input(self, message: Input) -> None:
        if self._on_input is None:
            raise TakeoverError("You are not driving this browser.", code="not_driving")
        merged = _merged(self._inputs[-1], message) if self._inputs else None
        if merged is not None:
            self._inputs[-1] = merged
        elif len(self._inputs) >= _MAX_WAITING_INPUTS:
            raise TakeoverError("The page is too busy to take more input.", code="page_busy")
        else:
            self._inputs.append(message)
        self._inputs_ready.set()

    async def _apply_inputs(self) -> None:
        while True:
            await self._inputs_ready.wait()
            self._inputs_ready.clear()
            while self._inputs:
                message = self._inputs.popleft()
                assert self._on_input is not None
                try:
                    await self._on_input(message)
                except BrowserError as error:
                    await self.tell_error(error)


def _decode(text: str) -> dict[str, Any]:
    if len(text) > MAX_MESSAGE_CHARS:
        raise TakeoverError("This message is too long.", code="bad_message")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TakeoverError("This message is not JSON.", code="bad_message") from error
    if not isinstance(message, dict):
        raise TakeoverError("This message is not an object.", code="bad_message")
    return message


def _merged(earlier: Input, later: Input) -> Input | None:
    """One input that does what both do, where the earlier one only passes through."""
    if isinstance(earlier, Pointer) and isinstance(later, Pointer):
        both_move = earlier.action == later.action == "move" and earlier.view == later.view
        return later if both_move and earlier.buttons == later.buttons == 0 else None
    if isinstance(earlier, Wheel) and isinstance(later, Wheel):
        if earlier.view != later.view or earlier.modifiers != later.modifiers:
            return None
        dx, dy = earlier.dx + later.dx, earlier.dy + later.dy
        if max(abs(dx), abs(dy)) > 10_000:
            return None
        return later.model_copy(update={"dx": dx, "dy": dy})
    return None
