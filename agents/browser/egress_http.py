"""HTTP/1 as the egress proxy needs it: heads parsed strictly, bodies passed on piece by piece.

Framing follows RFC 9112. Whatever two parties could read differently (both lengths, folded
lines, stray control characters) is refused, so nobody can hide a second request in a body.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

Headers = tuple[tuple[bytes, bytes], ...]

PIECE_BYTES = 64 * 1024
MAX_CHUNK_LINE = 4096
MAX_TRAILER_BYTES = 64 * 1024
# On the proxy's own answers, and on no site's: why there is none of the site, by which rule.
FAILURE_HEADER = b"X-Egress-Failure"
RULE_HEADER = b"X-Egress-Rule"

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_REQUEST_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}) (\S+) HTTP/1\.([01])")
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [^\r\n]*)?")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?")
_HOP_BY_HOP = frozenset(
    b"connection proxy-connection keep-alive proxy-authorization proxy-authenticate te upgrade "
    b"http2-settings".split()
)


class BadMessage(Exception):
    """The bytes are not HTTP/1 as we accept it. `status` is what the client is told."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class RequestHead:
    """A parsed request line and its header fields."""

    method: str
    target: str
    minor_version: int
    headers: Headers

    @property
    def persistent(self) -> bool:
        """True when the client means to use its connection again."""
        wishes = tokens(self.headers, b"connection") | tokens(self.headers, b"proxy-connection")
        return self.minor_version == 1 and b"close" not in wishes

    @property
    def upgrades(self) -> bool:
        return b"upgrade" in tokens(self.headers, b"connection") and has(self.headers, b"upgrade")


@dataclass(frozen=True)
class ResponseHead:
    """A parsed status line and its header fields."""

    status: int
    status_line: bytes
    headers: Headers


@dataclass(frozen=True)
class Framing:
    """How a body ends: after `length` bytes, with the last chunk, or when the sender closes."""

    length: int | None = None
    chunked: bool = False

    @property
    def delimited(self) -> bool:
        return self.chunked or self.length is not None


def has(headers: Headers, name: bytes) -> bool:
    return any(key.lower() == name for key, _ in headers)


def values(headers: Headers, name: bytes) -> list[bytes]:
    return [value for key, value in headers if key.lower() == name]


def tokens(headers: Headers, name: bytes) -> set[bytes]:
    """The comma-separated words of a field, lower case."""
    words = b",".join(values(headers, name)).lower().split(b",")
    return {word.strip() for word in words if word.strip()}


def _parse_headers(lines: Sequence[bytes]) -> Headers:
    parsed = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _TOKEN.fullmatch(name) or re.search(rb"[\r\n\0]", value):
            raise BadMessage("A header line is malformed.")
        parsed.append((name, value.strip(b" \t")))
    return tuple(parsed)


async def read_request(reader: asyncio.StreamReader) -> RequestHead | None:
    """The next request of a connection; None when the client has closed it in between.

    Raises: BadMessage (400, or 431 when the head is longer than the reader's limit).
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise BadMessage("The request's head is too long.", 431) from error
    except asyncio.IncompleteReadError as error:
        if not error.partial.strip():
            return None
        raise BadMessage("The request ended inside its head.") from error
    lines = head[:-4].lstrip(b"\r\n").split(b"\r\n")
    match = _REQUEST_LINE.fullmatch(lines[0])
    if match is None:
        raise BadMessage("The request line is malformed.")
    headers = _parse_headers(lines[1:])
    try:
        target = match[2].decode("ascii")
    except UnicodeDecodeError as error:
        raise BadMessage("The request's target is not ASCII.") from error
    return RequestHead(match[1].decode("ascii"), target, int(match[3]), headers)


async def read_response(reader: asyncio.StreamReader) -> ResponseHead:
    """Raises: BadMessage (502) when the server answers something else than HTTP/1."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head[:-4].split(b"\r\n")
        match = _STATUS_LINE.fullmatch(lines[0])
        if match is None:
            raise BadMessage("The server's status line is malformed.")
        return ResponseHead(int(match[1]), lines[0], _parse_headers(lines[1:]))
    except (asyncio.LimitOverrunError, asyncio.IncompleteReadError) as error:
        raise BadMessage("The server closed without an answer.", 502) from error
    except BadMessage as error:
        raise BadMessage(str(error), 502) from error


def request_framing(head: RequestHead) -> Framing:
    """Raises: BadMessage for a length that could be read in two ways."""
    coding, lengths = tokens(head.headers, b"transfer-encoding"), _lengths(head.headers)
    if coding:
        if coding != {b"chunked"} or lengths or head.minor_version == 0:
            raise BadMessage("The request's body has no clear length.")
        return Framing(chunked=True)
    return Framing(length=lengths.pop() if lengths else 0)


def response_framing(method: str, head: ResponseHead) -> Framing:
    """Raises: BadMessage (502) for contradicting lengths."""
    if method == "HEAD" or head.status < 200 or head.status in (204, 304):
        return Framing(length=0)
    coding = tokens(head.headers, b"transfer-encoding")
    if coding:
        return Framing(chunked=coding == {b"chunked"})
    try:
        lengths = _lengths(head.headers)
    except BadMessage as error:
        raise BadMessage(str(error), 502) from error
    return Framing(length=lengths.pop() if lengths else None)


def _lengths(headers: Headers) -> set[int]:
    found = set()
    for value in tokens(headers, b"content-length"):
        if not value.isdigit() or len(value) > 15:
            raise BadMessage("The length of the body is not a number.")
        found.add(int(value))
    if len(found) > 1:
        raise BadMessage("The body has more than one length.")
    return found


def end_to_end(headers: Headers, *also: bytes) -> list[tuple[bytes, bytes]]:
    """The fields that travel on: none of this connection's own, none that it names."""
    own = _HOP_BY_HOP | tokens(headers, b"connection") | set(also)
    own -= {b"content-length", b"transfer-encoding", b"host"} - set(also)
    return [(name, value) for name, value in headers if name.lower() not in own]


def encode_head(first_line: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"\r\n".join([first_line, *(b": ".join(field) for field in headers), b"", b""])


async def relay_body(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, framing: Framing
) -> None:
    """Pass a body on as it comes; never more than a piece of it is held.

    Raises: BadMessage for broken chunks; IncompleteReadError when the sender goes too early.
    """
    if framing.chunked:
        await _relay_chunked(reader, writer)
    elif framing.length is not None:
        await _relay_exactly(reader, writer, framing.length)
    else:
        await relay_until_eof(reader, writer)


async def relay_until_eof(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(PIECE_BYTES):
        writer.write(piece)
        await writer.drain()


async def _relay_exactly(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: int
) -> None:
    while count > 0:
        piece = await reader.read(min(count, PIECE_BYTES))
        if not piece:
            raise asyncio.IncompleteReadError(b"", count)
        count -= len(piece)
        writer.write(piece)
        await writer.drain()


async def _relay_chunked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    trailer_left = MAX_TRAILER_BYTES
    while True:
        line = await _read_line(reader)
        match = _CHUNK_SIZE.fullmatch(line[:-2])
        if match is None:
            raise BadMessage("A chunk of the body is malformed.")
        writer.write(line)
        size = int(match[1], 16)
        if size == 0:
            break
        await _relay_exactly(reader, writer, size)
        if await reader.readexactly(2) != b"\r\n":
            raise BadMessage("A chunk of the body is longer than it says.")
        writer.write(b"\r\n")
    while True:
        line = await _read_line(reader)
        trailer_left -= len(line)
        if trailer_left < 0:
            raise BadMessage("The body's trailer is too long.")
        writer.write(line)
        if line == b"\r\n":
            await writer.drain()
            return


async def _read_line(reader: asyncio.StreamReader) -> bytes:
    try:
        line = await reader.readuntil(b"\r\n")
    except asyncio.LimitOverrunError as error:
        raise BadMessage("A line of the body is too long.") from error
    if len(line) > MAX_CHUNK_LINE:
        raise BadMessage("A line of the body is too long.")
    return line


def error_body(title: str, text: str, *, rule: str | None = None) -> bytes:
    """A page of ours in place of the site's. It carries no script and no link."""
    note = f"<p>Rule: <code>{html.escape(rule)}</code></p>" if rule else ""
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(title)}</title>"
        f"<h1>{html.escape(title)}</h1><p>{html.escape(text)}</p>{note}"
    ).encode()


def error_page(status: int, title: str, text: str, *, rule: str | None = None) -> bytes:
    """A whole response that closes the connection."""
    page = error_body(title, text, rule=rule)
    headers = [
        (b"Content-Type", b"text/html; charset=utf-8"),
        (b"Content-Length", str(len(page)).encode()),
        (b"Cache-Control", b"no-store"),
        (b"Content-Security-Policy", b"default-src 'none'"),
        (b"Connection", b"close"),
    ]
    headers.append((FAILURE_HEADER, re.sub(r"[^ -~]", "?", text)[:500].encode()))
    if rule:
        headers.append((RULE_HEADER, re.sub(r"[^\w:.-]", "_", rule).encode("ascii", "replace")))
    line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()
    return encode_head(line, headers) + page
