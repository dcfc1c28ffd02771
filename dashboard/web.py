"""The web server: daphne, which refuses a body that is too large while it comes.

Daphne itself takes whatever is sent, on the disk and then in memory, before it calls the
application. Started as `python -m dashboard.web` with daphne's own arguments.
"""

from __future__ import annotations

from http import HTTPStatus
from io import BytesIO
from typing import Any

import daphne.server  # first: it installs the reactor
from daphne.cli import CommandLineInterface
from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet.interfaces import IDelayedCall
from twisted.web.http import RESPONSES, HTTPChannel

from dashboard.bodies import MAX_BYTES

# After the answer the rest is read and thrown away for a while: closing a connection on unread
# bytes resets it, and a client that still sends would never see why. Source: RFC 9112, 9.6.
LINGER_S = 5.0
LINGER_BYTES = 64 * 1024 * 1024


class BoundedRequest(WebRequest):
    """A request that is answered as soon as its body is known to be too large."""

    _taken = 0

    def __init__(self, *args: Any, **more: Any) -> None:
        # Forms are Django's to read; Twisted would hang up on those that it does not understand.
        super().__init__(*args, parsePOSTFormSubmission=False, **more)

    def gotLength(self, length: int | None) -> None:
        super().gotLength(length)
        if length is not None and length > MAX_BYTES:
            self._refuse(length)

    def handleContentChunk(self, data: bytes) -> None:
        self._taken += len(data)
        if self.channel.is_refusing:
            return
        if self._taken > MAX_BYTES:
            self._refuse(self._taken)
            return
        super().handleContentChunk(data)

    def _refuse(self, size: int) -> None:
        """Hand it to the application without its body, which reads the size from the header."""
        self.content.close()
        self.content = BytesIO()
        self.requestHeaders.removeHeader(b"transfer-encoding")
        self.requestHeaders.removeHeader(b"expect")
        self.requestHeaders.setRawHeaders(b"content-length", [str(size).encode()])
        self.responseHeaders.setRawHeaders(b"connection", [b"close"])
        self.channel.refuse(self)


class BoundedChannel(HTTPChannel):
    """A connection that may end before its request does."""

    is_refusing = False
    _surplus = 0
    _deadline: IDelayedCall | None = None

    def refuse(self, request: BoundedRequest) -> None:
        """Answer now; what comes after this is not looked at."""
        self.is_refusing, self.persistent = True, False
        self.setTimeout(None)
        self._deadline = self.callLater(60.0, self.forceAbortClient)  # if no answer comes
        request.requestReceived(self._command, self._path, self._version)

    def dataReceived(self, data: bytes) -> None:
        if not self.is_refusing:
            super().dataReceived(data)
            return
        self._surplus += len(data)
        if self._surplus > LINGER_BYTES:
            self.forceAbortClient()

    def rawDataReceived(self, data: bytes) -> None:
        if not self.is_refusing:
            super().rawDataReceived(data)

    def allContentReceived(self) -> None:
        if not self.is_refusing:
            super().allContentReceived()

    def loseConnection(self) -> None:
        if not self.is_refusing:
            super().loseConnection()
            return
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._networkProducer.unregisterProducer()
        self.transport.loseWriteConnection()
        self._deadline = self.callLater(LINGER_S, super().loseConnection)

    def connectionLost(self, reason: Any) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        super().connectionLost(reason)


class BoundedFactory(HTTPFactory):
    """Builds such connections."""

    protocol = BoundedChannel

    def buildProtocol(self, addr: Any) -> Any:
        channel = super().buildProtocol(addr)
        channel.requestFactory = BoundedRequest
        return channel


def main() -> None:
    """Run daphne's command line with it."""
    daphne.server.HTTPFactory = BoundedFactory
    for status in HTTPStatus:  # Twisted knows 422 and others as "Unknown Status"
        RESPONSES.setdefault(status.value, status.phrase.encode())
    CommandLineInterface.entrypoint()


if __name__ == "__main__":
    main()
