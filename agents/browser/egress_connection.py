"""One connection of a browser to its egress proxy: requests answered one after the other."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import Protocol

import ada_url

from agents.browser import egress_http as wire
from agents.browser.addresses import Pinned, parse_port
from agents.errors import BrowserError, PolicyError


@dataclass(frozen=True)
class EgressLimits:
    """Bounds of one endpoint. A browser opens at most 32 plain sockets and 255 websockets."""

    connections: int = 512
    head_bytes: int = 64 * 1024
    idle_s: float = 90.0
    connect_s: float = 10.0
    response_s: float = 300.0


class ClientReader(asyncio.StreamReader):
    """A reader that tells when the other side has gone, without anybody reading from it."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)
        self.ended = asyncio.Event()

    def feed_eof(self) -> None:
        self.ended.set()
        super().feed_eof()

    def set_exception(self, exc: Exception) -> None:
        self.ended.set()
        super().set_exception(exc)


class Gatekeeper(Protocol):
    """What a connection asks of its proxy."""

    limits: EgressLimits

    async def admit(self, host: str, port: int, method: str, scheme: str) -> Pinned:
        """Judge one request. Raises: PolicyError (already reported); BrowserError."""
        ...

    async def dial(self, pinned: Pinned) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to a checked address. Raises: OSError, TimeoutError."""
        ...


class ClientConnection:
    """One connection of the browser, request after request."""

    def __init__(
        self, proxy: Gatekeeper, reader: ClientReader, writer: asyncio.StreamWriter
    ) -> None:
        self._proxy = proxy
        self._limits = proxy.limits
        self._reader = reader
        self._writer = writer
        self._answered = False  # some of the response is out; an error page would corrupt it
        self._upgraded = False  # the connection is a tunnel now: ends are passed on, not acted on
        self.leads_to: tuple[Pinned, str] | None = None  # where it is connected to, by which scheme

    async def run(self) -> None:
        goes_on = True
        while goes_on:
            self._answered = False
            try:
                async with asyncio.timeout(self._limits.idle_s):
                    head = await wire.read_request(self._reader)
            except TimeoutError:
                return
            except wire.BadMessage as error:
                await self._refuse(error.status, "Bad request", str(error))
                return
            if head is None:
                return
            goes_on = await self._answer(head)

    async def _answer(self, head: wire.RequestHead) -> bool:
        """Serve one request. True when the connection can carry another."""
        try:
            if head.method == "CONNECT":
                await self._tunnel(head)
                return False
            return await self._forward(head)
        except wire.BadMessage as error:
            title = "Bad request" if error.status < 500 else "Bad answer"
            await self._refuse(error.status, title, str(error))
        except PolicyError as error:
            await self._refuse(403, "Not open to this browser", str(error), rule=error.rule)
        except TimeoutError:
            await self._refuse(504, "Too slow", "The server did not answer in time.")
        except BrowserError as error:
            await self._refuse(502, "Cannot be reached", str(error))
        except asyncio.IncompleteReadError:
            await self._refuse(502, "Cut off", "The connection ended too early.")
        except OSError:
            await self._refuse(502, "Cannot be reached", "The server cannot be reached.")
        return False

    async def _refuse(self, status: int, title: str, text: str, *, rule: str | None = None) -> None:
        if self._answered:
            # Half a body is out. A reset, not a clean end, tells the browser that it is cut short.
            self._writer.transport.abort()
            return
        page = wire.error_page(status, title, text, rule=rule)
        await last_words(self._reader, self._writer, page)

    async def _tunnel(self, head: wire.RequestHead) -> None:
        host, port = _authority(head.target)
        pinned = await self._proxy.admit(host, port, "CONNECT", "tunnel")
        self.leads_to = (pinned, "tunnel")
        server_reader, server_writer = await self._dial(pinned)
        # Lets the kernel notice a tunnel whose other end vanished without a word.
        server_writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        try:
            self._answered = True
            self._writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._join(server_reader, server_writer)
        finally:
            await close_gently(server_writer)

    async def _forward(self, head: wire.RequestHead) -> bool:
        host, port, path = _absolute(head.target)
        framing = wire.request_framing(head)
        pinned = await self._proxy.admit(host, port, head.method, "http")
        self.leads_to = (pinned, "http")
        server_reader, server_writer = await self._dial(pinned)
        exchange = asyncio.ensure_future(
            self._exchange(head, path, framing, pinned, server_reader, server_writer)
        )
        gone = asyncio.ensure_future(self._reader.ended.wait())
        try:
            await asyncio.wait({exchange, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not exchange.done() and not self._upgraded:
                raise ConnectionResetError("the browser gave the request up")
            return await exchange
        finally:
            for task in (exchange, gone):
                task.cancel()
            await asyncio.gather(exchange, gone, return_exceptions=True)
            server_writer.transport.abort()
            self.leads_to = None

    async def _dial(self, pinned: Pinned) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            return await self._proxy.dial(pinned)
        except TimeoutError as error:
            raise BrowserError(f"{pinned.host} did not accept the connection.") from error
        except OSError as error:
            raise BrowserError(f"{pinned.host} cannot be reached.") from error

    async def _exchange(
        self,
        head: wire.RequestHead,
        path: str,
        framing: wire.Framing,
        pinned: Pinned,
        server_reader: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
    ) -> bool:
        fields = wire.end_to_end(head.headers, b"host")
        fields.insert(0, (b"Host", _host_field(pinned)))
        if head.upgrades:
            fields += [(b"Connection", b"Upgrade")]
            fields += [(b"Upgrade", value) for value in wire.values(head.headers, b"upgrade")]
        else:
            fields.append((b"Connection", b"close"))
        line = f"{head.method} {path} HTTP/1.{head.minor_version}".encode()
        server_writer.write(wire.encode_head(line, fields))
        body = asyncio.ensure_future(wire.relay_body(self._reader, server_writer, framing))
        try:
            answer = asyncio.ensure_future(self._respond(head, server_reader, server_writer, body))
            try:
                await asyncio.wait({body, answer}, return_when=asyncio.FIRST_COMPLETED)
                broken = body.done() and isinstance(body.exception(), wire.BadMessage)
                if broken and not self._answered:
                    body.result()
                reusable = await answer
            finally:
                answer.cancel()
                await asyncio.gather(answer, return_exceptions=True)
            return reusable and head.persistent and body.done() and body.exception() is None
        finally:
            body.cancel()
            await asyncio.gather(body, return_exceptions=True)

    async def _respond(
        self,
        head: wire.RequestHead,
        server_reader: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
        body: asyncio.Future[None],
    ) -> bool:
        """Pass the server's answer on. True when its end is marked, so more can follow it."""
        while True:
            async with asyncio.timeout(self._limits.response_s):
                answer = await wire.read_response(server_reader)
            if answer.status == 101 or answer.status >= 200:
                break
            self._writer.write(wire.encode_head(answer.status_line, answer.headers))
        if answer.status == 101:
            if not head.upgrades:
                raise wire.BadMessage("The server changed protocols unasked.", 502)
            await body
            self._answered = self._upgraded = True
            self._writer.write(wire.encode_head(answer.status_line, answer.headers))
            await self._join(server_reader, server_writer)
            return False
        framing = wire.response_framing(head.method, answer)
        ours = (wire.FAILURE_HEADER.lower(), wire.RULE_HEADER.lower())
        left_out = (*ours, b"content-length") if framing.chunked else ours
        fields = wire.end_to_end(answer.headers, *left_out)
        reusable = framing.delimited and head.persistent
        fields.append((b"Connection", b"keep-alive" if reusable else b"close"))
        self._answered = True
        self._writer.write(wire.encode_head(answer.status_line, fields))
        await wire.relay_body(server_reader, self._writer, framing)
        await self._writer.drain()
        return reusable

    async def _join(
        self, server_reader: asyncio.StreamReader, server_writer: asyncio.StreamWriter
    ) -> None:
        """Carry bytes both ways until both sides have ended, or one of them breaks."""
        ways = [
            asyncio.ensure_future(_pump(self._reader, server_writer)),
            asyncio.ensure_future(_pump(server_reader, self._writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await wire.relay_until_eof(reader, writer)
    if writer.can_write_eof():
        writer.write_eof()


async def last_words(reader: ClientReader, writer: asyncio.StreamWriter, page: bytes) -> None:
    """Send a final answer so that it arrives.

    Closing over a request body that nobody read resets the connection, and the reset overtakes
    the answer; so the rest is read and dropped for a moment (RFC 9112, section 9.6).
    """
    writer.write(page)
    await writer.drain()
    writer.write_eof()
    try:
        async with asyncio.timeout(1.0):
            while await reader.read(wire.PIECE_BYTES):
                pass
    except TimeoutError:
        pass


async def close_gently(writer: asyncio.StreamWriter) -> None:
    """Close once all is sent; a receiver that reads nothing is cut after two seconds."""
    writer.close()
    try:
        async with asyncio.timeout(2.0):
            await writer.wait_closed()
    except TimeoutError:
        writer.transport.abort()
    except OSError:
        pass


def _authority(target: str) -> tuple[str, int]:
    host, separator, port = target.rpartition(":")
    try:
        bare = not host.startswith("[")
        if not separator or not host or (bare and ":" in host):
            raise ValueError("not host:port")
        return host, parse_port(port)
    except ValueError as error:
        raise wire.BadMessage("CONNECT wants host:port.") from error


def _absolute(target: str) -> tuple[str, int, str]:
    """Host, port and path of an absolute-form target, read the way browsers read it."""
    try:
        url = ada_url.URL(target)
    except ValueError as error:
        raise wire.BadMessage("The request's target is not an absolute address.") from error
    if url.protocol != "http:" or not url.hostname:
        raise wire.BadMessage("Only absolute http addresses can be asked for here.")
    return url.hostname, int(url.port or 80), url.pathname + url.search


def _host_field(pinned: Pinned) -> bytes:
    host = f"[{pinned.host}]" if ":" in pinned.host else pinned.host
    return (host if pinned.port == 80 else f"{host}:{pinned.port}").encode("ascii")
