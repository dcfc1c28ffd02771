"""The filtering proxy in front of one browser: nothing leaves it unchecked.

The browser is started with this endpoint as its only way out (loopback included). Each tunnel
(CONNECT: https and every websocket) and each request of a kept-alive plain connection is judged
anew: the host is resolved once, all its addresses are checked, and the connection goes to a
checked address. Server connections are never shared between requests, so no answer to an
earlier request can vouch for a later one.

Answers of its own: 400 malformed, 403 refused (the page names the rule), 431 head too long,
502 unreachable, 503 too many connections, 504 too slow. Addresses are logged without path or
query, which may carry secrets.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from agents.browser.addresses import AddressChecker, Pinned, plain_name
from agents.browser.egress_connection import (
    ClientConnection,
    ClientReader,
    EgressLimits,
    close_gently,
    last_words,
)
from agents.browser.egress_http import error_page
from agents.browser.egress_policy import SessionEgress
from agents.errors import BrowserError, PolicyError

__all__ = ["Denied", "EgressLimits", "EgressProxy", "HostPolicy"]

log = logging.getLogger(__name__)

HostPolicy = Callable[[str, int, str], str | None]


@dataclass(frozen=True)
class Denied:
    """One refused attempt. rule: `address:<range>`, `host:invalid`, or the policy's own name."""

    rule: str
    host: str
    port: int
    method: str
    reason: str = ""


class EgressProxy:
    """One endpoint for one browser, bound to loopback.

    on_denied: told of every refusal; it must not block. policy: a further rule on
    (host, port, scheme), asked after the address check of each request; it returns the name of
    the rule that refuses, or None. scheme: `http` or `tunnel`. It may be replaced at any time
    and holds from the next request on; `recheck` applies it to what is open already.
    """

    def __init__(
        self,
        checker: AddressChecker,
        *,
        on_denied: Callable[[Denied], None] | None = None,
        policy: HostPolicy | None = None,
        limits: EgressLimits | None = None,
    ) -> None:
        self.checker = checker
        self.policy = policy
        self.limits = limits or EgressLimits()
        self._on_denied = on_denied
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.Task[None], ClientConnection] = {}
        self._port: int | None = None

    @property
    def port(self) -> int | None:
        """The port in use; None while stopped."""
        return self._port

    def tell(self, on_denied: Callable[[Denied], None] | None) -> None:
        """Have refusals told to somebody else from now on: a spare got its session."""
        self._on_denied = on_denied

    async def start(self, port: int = 0) -> int:
        """Listen and return the port. A given port takes over for an endpoint that has died.

        Raises: BrowserError with code `proxy_port_taken` while another process listens there.
        """
        if self._server is not None:
            raise BrowserError("This egress endpoint is already started.")
        loop = asyncio.get_running_loop()

        def connection() -> asyncio.StreamReaderProtocol:
            return asyncio.StreamReaderProtocol(ClientReader(self.limits.head_bytes), self._accept)

        try:
            self._server = await loop.create_server(
                connection, "127.0.0.1", port, reuse_address=True, backlog=256
            )
        except OSError as error:
            raise BrowserError(
                f"The browser's egress endpoint cannot listen on port {port}: {error.strerror}.",
                code="proxy_port_taken",
            ) from error
        self._port = int(self._server.sockets[0].getsockname()[1])
        return self._port

    async def stop(self) -> None:
        """Stop listening and cut every connection. Harmless when not started."""
        server, self._server, self._port = self._server, None, None
        if server is None:
            return
        server.close()
        for task in list(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        await server.wait_closed()

    def denied(self, event: Denied) -> None:
        """Record a refusal and pass it on."""
        log.info("egress refused: %s %s:%d (%s)", event.method, event.host, event.port, event.rule)
        if self._on_denied is not None:
            try:
                self._on_denied(event)
            except Exception:  # a refusal stands, whoever fails to hear of it
                log.exception("the listener for refused connections failed")

    async def admit(self, host: str, port: int, method: str, scheme: str) -> Pinned:
        """Judge one request. Raises: PolicyError (already reported); BrowserError."""
        try:
            # By name first: what policy closes is not even looked up, as names can carry secrets.
            if self.policy is not None and (name := plain_name(host)) is not None:
                self._judge(Pinned(name, port, ()), scheme)
            pinned = await self.checker.check(host, port)
            self._judge(pinned, scheme)
        except PolicyError as error:
            self.denied(Denied(error.rule, host[:253], port, method, str(error)))
            raise
        return pinned

    def _judge(self, pinned: Pinned, scheme: str) -> None:
        rule = self._refusal(pinned, scheme)
        if rule is not None:
            raise PolicyError(self._words(rule, pinned), rule=rule)

    def _refusal(self, pinned: Pinned, scheme: str) -> str | None:
        if self.policy is None:
            return None
        rule = self.policy(pinned.host, pinned.port, scheme)
        if rule is None and pinned.opened and isinstance(self.policy, SessionEgress):
            rule = self.policy.private_refusal(pinned)
        return rule

    def _words(self, rule: str, pinned: Pinned) -> str:
        if isinstance(self.policy, SessionEgress):
            return self.policy.explain(rule, pinned.host, pinned.port)
        return f"{pinned.host} port {pinned.port} is closed by policy."

    def recheck(self) -> None:
        """Cut what the policy of this moment would not let be opened: tunnels, websockets."""
        for task, connection in list(self._clients.items()):
            if connection.leads_to is None:
                continue
            pinned, scheme = connection.leads_to
            rule = self._refusal(pinned, scheme)
            if rule is not None:
                words = self._words(rule, pinned)
                self.denied(Denied(rule, pinned.host, pinned.port, "open connection", words))
                task.cancel()

    async def dial(self, pinned: Pinned) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to a checked address, trying them in order. Raises: OSError, TimeoutError."""
        last: OSError = OSError("no address")
        async with asyncio.timeout(self.limits.connect_s):
            for address in pinned.addresses:
                try:
                    return await asyncio.open_connection(
                        address, pinned.port, limit=self.limits.head_bytes
                    )
                except OSError as error:
                    last = error
        raise last

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(reader, ClientReader)
        connection = ClientConnection(self, reader, writer)
        task = asyncio.ensure_future(self._serve(connection, reader, writer))
        self._clients[task] = connection
        task.add_done_callback(lambda done: self._clients.pop(done, None))

    async def _serve(
        self, connection: ClientConnection, reader: ClientReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            if len(self._clients) > self.limits.connections:
                await last_words(
                    reader, writer, error_page(503, "Too busy", "Too many open connections.")
                )
            else:
                await connection.run()
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        except (OSError, asyncio.IncompleteReadError):
            pass  # one of the two sides hung up: nothing is left to tell it
        except Exception:  # one connection's: the browser goes on with the others
            log.exception("an egress connection failed")
        finally:
            await close_gently(writer)
