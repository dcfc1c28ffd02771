"""The network hold: what pages send waits here until it is decided.

The browser pauses every request of pages, frames, popups, workers and service workers, redirects
included. What only reads goes on at once; what can change something waits for a decision: all but
GET, HEAD and OPTIONS, and those whose address says a deed. It works on the browser's own debugging
session, where new documents and workers are born with it; documents that were there before get it
by a nudge. Source: Chrome DevTools Protocol, Fetch.

When nobody is attached nothing is held. Websocket messages are not requests and are not held.
A browser lets everything go when the connection breaks: `lost` is called then, to end it.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import structlog

from agents.browser.cdp import CdpConnection
from agents.errors import BrowserError
from agents.guard.encodings import as_utf8
from agents.guard.risk_requests import only_reads

log = structlog.get_logger(__name__)

# All of them: an address can be spelled in more ways than the browser's patterns can tell.
_EVERYTHING = [{"urlPattern": "*"}]
# What makes up a page, by the protocol's names: nobody opens it by itself.
_PARTS = frozenset(
    {
        *("Image", "Stylesheet", "Script", "Font", "Media", "TextTrack", "Manifest"),
        *("SignedExchange", "Prefetch", "CSPViolationReport"),
    }
)
MOST_BODY = 2_000_000  # bytes of a body that are judged
# The protocol sends each body along, twice; about 100 MB of body fit. More ends the connection.
MAX_MESSAGE_BYTES = 256 * 1024 * 1024
_NUDGE_S = 2.0


@dataclass(frozen=True)
class HeldRequest:
    """A request that waits.

    body: as text, unpacked when it is compressed, at most 2,000,000 bytes of it; its end is in
    `tail` when it is longer. size and digest: bytes and SHA-256 (hex) of all that the browser gives
    of it. unread: "part" when it is no text or a file of it is not shown; "most" when it is longer
    than `body`, or not shown at all.
    is_part: a picture, script, style and the like, or something fetched ahead of its use.
    chain: the same for a request and those that servers redirect it to; redirected: it is one.
    """

    method: str
    url: str
    content_type: str
    body: str
    referrer: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    tail: str = ""
    size: int = 0
    digest: str = ""
    unread: Literal["", "part", "most"] = ""
    is_part: bool = False
    chain: str = ""
    redirected: bool = False


Judge = Callable[[HeldRequest], Awaitable[bool]]


class NetworkHold:
    """Pauses requests of one browser.

    judge: says whether a request may go; may take long. lost: called when the connection breaks,
    and with it the hold; not after `close`. failed: told the method and address of a request that
    was refused because it could not be judged.
    """

    def __init__(
        self,
        debug_port: int,
        judge: Judge,
        *,
        lost: Callable[[], None],
        failed: Callable[[str], Awaitable[None]],
    ) -> None:
        self._port = debug_port
        self._judge = judge
        self._lost = lost
        self._failed = failed
        self._telling: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None
        self._cdp: CdpConnection | None = None
        self._judging: dict[asyncio.Task[None], tuple[str, str | None]] = {}

    async def open(self) -> None:
        """Hold from now on. Raises: BrowserError when the browser does not let us."""
        cdp = await CdpConnection.connect(self._port, max_message_bytes=MAX_MESSAGE_BYTES)
        cdp.on(self._on_event)
        self._cdp = cdp
        self._watching = asyncio.ensure_future(self._watch(cdp))
        try:
            await cdp.call("Fetch.enable", {"patterns": _EVERYTHING})
            targets = (await cdp.call("Target.getTargets"))["targetInfos"]
            nudges = [self._nudge(t["targetId"]) for t in targets if t["type"] in _DOCUMENTS]
            await asyncio.gather(*nudges)
        except BaseException:  # cancelled too: what waits would wait for ever
            await self.close()
            raise

    async def _watch(self, cdp: CdpConnection) -> None:
        await cdp.closed.wait()
        if self._cdp is cdp:
            log.error("the hold was lost")
            self._lost()

    async def _nudge(self, target_id: str) -> None:
        """Make a document that is there already ask us too.

        Its way to the network is rebuilt when a debugging session of its own starts to intercept,
        and the new one leads past ours.
        """
        assert self._cdp is not None
        try:
            async with asyncio.timeout(_NUDGE_S):
                attached = await self._cdp.call(
                    "Target.attachToTarget", {"targetId": target_id, "flatten": True}
                )
                session = attached["sessionId"]
                none = {"patterns": [{"urlPattern": "none:*"}]}
                await self._cdp.call("Fetch.enable", none, session_id=session)
                await self._cdp.call("Target.detachFromTarget", {"sessionId": session})
        except (BrowserError, TimeoutError) as error:
            log.warning("a document could not be put under the hold", error=str(error))

    async def close(self) -> None:
        """Hold no more. What waits is refused: nobody is there to decide."""
        cdp, self._cdp = self._cdp, None
        if cdp is None:
            return
        if self._watching is not None:
            self._watching.cancel()
        waiting = list(self._judging.items())
        for task in [*(task for task, _ in waiting), *self._telling]:
            task.cancel()
        for _, (request_id, session) in waiting:
            self._refuse(cdp, request_id, session)
        if waiting:
            await asyncio.gather(*(task for task, _ in waiting), return_exceptions=True)
        if not cdp.closed.is_set():
            try:
                await cdp.call("Fetch.disable", timeout_s=2.0)
            except BrowserError as error:
                log.info("the hold could not be lifted", error=str(error))
        await cdp.close()

    @property
    def is_open(self) -> bool:
        """Whether requests are held at the moment."""
        return self._cdp is not None and not self._cdp.closed.is_set()

    # --- inside -----------------------------------------------------------------------------
    def _on_event(self, method: str, params: dict[str, Any], session: str | None) -> None:
        if method != "Fetch.requestPaused" or self._cdp is None:
            return
        request_id = params["requestId"]
        try:
            held = self._waits(params)
        except Exception:  # must not end the connection, and the browser with it
            log.exception("a request could not be read; it is refused")
            self._refuse(self._cdp, request_id, session)
            request = params.get("request") or {}
            self._tell(f"{request.get('method')} {request.get('url')}")
            return
        if held is None:
            self._cdp.post("Fetch.continueRequest", {"requestId": request_id}, session_id=session)
            return
        task = asyncio.ensure_future(self._decide(request_id, session, held))
        self._judging[task] = (request_id, session)
        task.add_done_callback(lambda done: self._judging.pop(done, None))

    @staticmethod
    def _waits(params: Mapping[str, Any]) -> HeldRequest | None:
        """A paused request; None when it only reads, and goes at once."""
        request = params["request"]
        kind = str(params.get("resourceType") or "")
        report = kind == "CSPViolationReport"  # its body is the browser's, its address the page's
        method = "GET" if report else request["method"]
        if only_reads(method, request["url"], request.get("headers") or {}):
            return None
        return replace(
            held_of(request, kind),
            chain=str(params.get("networkId") or ""),
            redirected=bool(params.get("redirectedRequestId")),
        )

    async def _decide(self, request_id: str, session: str | None, held: HeldRequest) -> None:
        cdp = self._cdp
        allowed = False
        try:
            allowed = await self._judge(held)
        except Exception:  # what nobody judged must not go, and the others wait for their turn
            log.exception("a request could not be judged; it is refused")
            self._tell(f"{held.method} {held.url}")
        finally:  # cancelled too: what is not answered would go when the hold ends
            if cdp is not None and cdp is self._cdp:
                if allowed:
                    cdp.post("Fetch.continueRequest", {"requestId": request_id}, session_id=session)
                else:
                    self._refuse(cdp, request_id, session)

    def _tell(self, target: str) -> None:
        task = asyncio.ensure_future(self._tell_of(target))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell_of(self, target: str) -> None:
        try:
            await self._failed(target)
        except Exception:  # what broke the judging may break this, too
            log.exception("a refused request could not be told of")

    @staticmethod
    def _refuse(cdp: CdpConnection, request_id: str, session: str | None) -> None:
        reason = {"requestId": request_id, "errorReason": "BlockedByClient"}
        cdp.post("Fetch.failRequest", reason, session_id=session)


_DOCUMENTS = ("page", "iframe")


def held_of(request: Mapping[str, Any], kind: str = "") -> HeldRequest:
    """A paused request as the protocol tells it. kind: its resource type."""
    headers = {str(k).lower(): str(v) for k, v in (request.get("headers") or {}).items()}
    raw, missing = _body_of(request)
    text = as_utf8(raw, headers, MOST_BODY)
    long = len(text) > MOST_BODY
    unread = missing or ("" if _is_text(text) else "part")
    return HeldRequest(
        method=str(request["method"]).upper(),
        url=str(request["url"]),
        content_type=headers.get("content-type", ""),
        body=text[:MOST_BODY].decode("utf-8", "replace"),
        referrer=headers.get("referer", ""),
        headers=headers,
        tail=text[-_TAIL:].decode("utf-8", "replace") if long else "",
        size=len(raw),
        digest=hashlib.sha256(_without_boundary(raw)).hexdigest() if raw else "",
        unread="most" if long else unread,
        is_part=kind in _PARTS or "prefetch" in headers.get("sec-purpose", ""),
    )


def _body_of(request: Mapping[str, Any]) -> tuple[bytes, Literal["", "part", "most"]]:
    """The body's bytes, and whether some or all of them are missing.

    `postData` leaves out what is no UTF-8; `postDataEntries` are exact, but an entry that is a
    file of a form or a stream comes without its bytes.
    """
    entries = request.get("postDataEntries") or []
    try:
        parts = [base64.b64decode(e["bytes"], validate=True) for e in entries if "bytes" in e]
    except (binascii.Error, ValueError, TypeError):
        parts = []
    raw = b"".join(parts)
    if not entries and request.get("postData"):
        raw = str(request["postData"]).encode("utf-8", "replace")
        parts = [raw]
    if not parts:
        return raw, "most" if request.get("hasPostData") or entries else ""
    return raw, "part" if len(parts) < len(entries) else ""


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in raw


def _without_boundary(raw: bytes) -> bytes:
    """A form's body without the random line that browsers put between its parts."""
    found = _BOUNDARY.match(raw)
    return raw.replace(found[0], b"") if found else raw


_BOUNDARY = re.compile(rb"--(----WebKitFormBoundary[A-Za-z0-9]{16})(?=\r\n)")
_TAIL = 1_000
