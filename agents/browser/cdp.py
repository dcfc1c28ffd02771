"""A small client for a browser's debugging socket, independent of Playwright.

The live view and takeover run in other processes than the agent, come and go with viewers, and
need a handful of calls: one websocket to the browser, sessions multiplexed over it ("flat" mode).
Protocol: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

import aiohttp

from agents.errors import BrowserError, BrowserGone

Listener = Callable[[str, dict[str, Any], str | None], None]

CONNECT_S = 5.0
CALL_S = 10.0
# A 4K screencast frame is a few MB of base64; nothing that we ask for is bigger.
MAX_MESSAGE_BYTES = 64 * 1024 * 1024


class CdpError(BrowserError):
    """The browser refused a call, or did not answer in time."""

    code = "cdp_error"


class CdpConnection:
    """One debugging socket. Made by `connect`; lives on the event loop that made it.

    Listeners are called in the order of arrival, on the loop, and must not block.
    """

    def __init__(
        self, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse
    ) -> None:
        self.closed = asyncio.Event()
        self._http = http
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._listeners: list[Listener] = []
        self._outgoing: set[asyncio.Task[None]] = set()
        self._reader = asyncio.ensure_future(self._read())

    @classmethod
    async def connect(
        cls,
        debug_port: int,
        *,
        timeout_s: float = CONNECT_S,
        max_message_bytes: int = MAX_MESSAGE_BYTES,
    ) -> CdpConnection:
        """Attach to the browser that listens on a loopback port. Raises: BrowserGone.

        max_message_bytes: a bigger message from the browser ends the connection.
        """
        # trust_env stays off: the debugging port is never behind a proxy.
        http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None), trust_env=False)
        try:
            async with asyncio.timeout(timeout_s):
                url = f"http://127.0.0.1:{debug_port}/json/version"
                async with http.get(url) as answer:
                    version = await answer.json(content_type=None)
                socket = await http.ws_connect(
                    version["webSocketDebuggerUrl"], max_msg_size=max_message_bytes, autoclose=True
                )
            return cls(http, socket)
        except (aiohttp.ClientError, OSError, ValueError, LookupError, TypeError) as error:
            await http.close()
            raise BrowserGone(f"No browser answers on debugging port {debug_port}.") from error
        except BaseException:  # cancelled, for one
            await http.close()
            raise

    def on(self, listener: Listener) -> None:
        """Call `listener(method, params, session_id)` for every event."""
        self._listeners.append(listener)

    async def call(
        self,
        method: str,
        params: dict[str, Any] | None = None,
        *,
        session_id: str | None = None,
        timeout_s: float = CALL_S,
    ) -> dict[str, Any]:
        """Make a call and wait for its result.

        Raises: CdpError when the browser refuses or is silent; BrowserGone when it is away.
        """
        future = self.start(method, params, session_id=session_id)
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError as error:
            raise CdpError(f"The browser did not answer {method}.", code="cdp_timeout") from error

    def start(
        self, method: str, params: dict[str, Any] | None = None, *, session_id: str | None = None
    ) -> asyncio.Future[dict[str, Any]]:
        """Make a call; the future brings its result. Calls go out in the order they are made."""
        number = next(self._ids)
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_retrieve)
        if self.closed.is_set():
            future.set_exception(BrowserGone("The connection to the browser is closed."))
            return future
        self._waiting[number] = future
        future.add_done_callback(lambda _: self._waiting.pop(number, None))
        self._send(_message(number, method, params, session_id))
        return future

    def post(
        self, method: str, params: dict[str, Any] | None = None, *, session_id: str | None = None
    ) -> None:
        """Make a call whose result does not matter."""
        if not self.closed.is_set():
            self._send(_message(next(self._ids), method, params, session_id))

    def _send(self, text: str) -> None:
        # aiohttp writes small frames in the first step of the task, so the order is kept.
        task = asyncio.ensure_future(self._socket.send_str(text))
        self._outgoing.add(task)
        task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._outgoing.discard(task)
        if not task.cancelled():
            task.exception()  # a broken socket is seen, and told, by the reader

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._take(json.loads(message.data))
        finally:
            self.closed.set()
            for future in list(self._waiting.values()):
                if not future.done():
                    future.set_exception(BrowserGone("The browser closed the connection."))

    def _take(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        if number is None:
            for listener in self._listeners:
                listener(message["method"], message.get("params", {}), message.get("sessionId"))
            return
        future = self._waiting.pop(number, None)
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(CdpError(str(message["error"].get("message", "refused"))))
        else:
            future.set_result(message.get("result", {}))

    async def close(self) -> None:
        """Hang up; the browser goes on, and drops what this socket had started in it."""
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        self.closed.set()
        for task in list(self._outgoing):
            task.cancel()
        try:
            async with asyncio.timeout(1.0):
                await self._socket.close()
        except (TimeoutError, aiohttp.ClientError, OSError):
            pass
        await self._http.close()


def _message(
    number: int, method: str, params: dict[str, Any] | None, session_id: str | None
) -> str:
    message: dict[str, Any] = {"id": number, "method": method, "params": params or {}}
    if session_id is not None:
        message["sessionId"] = session_id
    return json.dumps(message)


def _retrieve(future: asyncio.Future[dict[str, Any]]) -> None:
    """Mark a result that nobody waited for as seen, or asyncio reports it as lost."""
    if not future.cancelled():
        future.exception()
