"""One webhook on the wire: signed, to a checked address, without following anywhere.

Signatures: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from standardwebhooks import Webhook

from agents.browser.addresses import AddressChecker, Pinned
from agents.errors import BrowserError, PolicyError
from dashboard.services.deliveries import Outgoing, Result

TOTAL_S = 15.0
EXCERPT_BYTES = 2048
_AGENT = "web-agent-webhooks/1"


def headers(outgoing: Outgoing, at: datetime) -> dict[str, str]:
    """The headers of an attempt at this time, with one signature for each secret."""
    signatures = [
        Webhook(secret).sign(outgoing.webhook_id, at, outgoing.body) for secret in outgoing.secrets
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": _AGENT,
        "Accept-Encoding": "identity",
        "webhook-id": outgoing.webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


class _PinnedResolver(AbstractResolver):
    """Answers with the addresses that were checked, whatever is asked."""

    def __init__(self, pinned: Pinned) -> None:
        self._pinned = pinned

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host=address, port=port, proto=0,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in self._pinned.addresses
        ]  # fmt: skip

    async def close(self) -> None:
        """Nothing to let go."""


def _connector(pinned: Pinned) -> aiohttp.TCPConnector:
    """Connections to the checked addresses and no other.

    The resolver is not asked about literal addresses, so the dialled one is compared as well.
    """

    def make(info: Sequence) -> socket.socket:  # type: ignore[type-arg]
        family, kind, proto, _, dialled = info
        if dialled[0] not in pinned.addresses or dialled[1] != pinned.port:
            raise PolicyError("The address dialled is not the one checked.", rule="address:changed")
        return socket.socket(family, kind, proto)

    return aiohttp.TCPConnector(
        resolver=_PinnedResolver(pinned), socket_factory=make, use_dns_cache=False, force_close=True
    )


async def post(outgoing: Outgoing, checker: AddressChecker, *, total_s: float = TOTAL_S) -> Result:
    """Send once. Whatever goes wrong is told in the result; only cancelling raises."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(total_s):
            result = await _post(outgoing, checker)
    except (TimeoutError, aiohttp.ServerTimeoutError):
        result = Result(error_class="timeout")
    except PolicyError:
        result = Result(error_class="address_refused")
    except BrowserError as error:
        result = Result(error_class=error.code)
    except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError):
        result = Result(error_class="tls_failed")
    except aiohttp.ServerDisconnectedError:
        result = Result(error_class="connection_closed")
    except (aiohttp.ClientConnectionError, OSError):
        result = Result(error_class="connection_failed")
    except (aiohttp.ClientError, ValueError):
        result = Result(error_class="bad_response")
    return replace(result, ms=round((time.monotonic() - began) * 1000))


async def _post(outgoing: Outgoing, checker: AddressChecker) -> Result:
    pinned = await checker.check_url(outgoing.url)
    async with (
        aiohttp.ClientSession(
            connector=_connector(pinned),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
        ) as client,
        client.post(
            outgoing.url,
            data=outgoing.body.encode(),
            headers=headers(outgoing, datetime.now(UTC)),
            allow_redirects=False,
        ) as answer,
    ):
        return Result(
            status_code=answer.status,
            error_class=_class_of(answer.status),
            response_excerpt=await _excerpt(answer),
            retry_after_s=retry_after_s(answer.headers.get("Retry-After", "")),
        )


def _class_of(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if status < 400:
        return "redirect"
    return "client_error" if status < 500 else "server_error"


async def _excerpt(answer: aiohttp.ClientResponse) -> str:
    """The beginning of the body. A body that does not come does not change the answer."""
    read = bytearray()
    try:
        async with asyncio.timeout(2):
            while len(read) < EXCERPT_BYTES:
                part = await answer.content.read(EXCERPT_BYTES - len(read))
                if not part:
                    break
                read += part
    except (TimeoutError, aiohttp.ClientError, OSError):
        pass
    return read.decode("utf-8", "replace").replace("\x00", "�")


def retry_after_s(header: str) -> float | None:
    """Seconds that a `Retry-After` asks to wait: a number or a date; None when it is neither."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
