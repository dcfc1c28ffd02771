"""The hostile site on a thread of its own, with what tests steer it by."""

from __future__ import annotations

import asyncio
import datetime
import random
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sites.hostile.site import LEDGER, Ledger, create_app

T = TypeVar("T")

# Not 127.0.0.1: an allowance for this address opens nothing else of the machine.
HOST = "127.0.0.2"
# Below the ports that the kernel hands out. Browsers listen on such a port of 127.0.0.1, and what
# has the number of one of theirs is closed to all of them, on every address of the machine.
PORTS = range(20_000, 32_000)


def bound_socket() -> socket.socket:
    """A bound socket of HOST whose port no browser will ever have."""
    while True:
        found = socket.socket()
        try:
            found.bind((HOST, random.choice(PORTS)))
            return found
        except OSError:
            found.close()  # taken: another one


class Loop:
    """An event loop on its own thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run something on the loop and wait for it."""

        async def call() -> T:
            return await work()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(30)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


class HostileSite:
    """The site while it runs. `url` is open to browsers of the tests, `tls_url` has no valid
    certificate, nothing listens at `closed_url`."""

    def __init__(self, directory: Path) -> None:
        self._loop = Loop()
        self._app = create_app()
        self.ledger: Ledger = self._app[LEDGER]
        self._runner = web.AppRunner(self._app, handler_cancellation=True, shutdown_timeout=0.1)
        port, tls_port = self._loop.run(lambda: self._start(directory))
        self.url = f"http://{HOST}:{port}"
        self.tls_url = f"https://{HOST}:{tls_port}"
        with bound_socket() as probe:
            self.closed_url = f"http://{HOST}:{probe.getsockname()[1]}"

    async def _start(self, directory: Path) -> tuple[int, int]:
        await self._runner.setup()
        plain = web.SockSite(self._runner, bound_socket())
        await plain.start()
        secure = web.SockSite(
            self._runner, bound_socket(), ssl_context=_wrong_certificate(directory)
        )
        await secure.start()
        first, second = (address[1] for address in self._runner.addresses)
        return first, second

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Requests of this name are counted, but get no answer until released or the block ends."""

        async def hold() -> None:
            self.ledger.holds[name] = asyncio.Event()

        self._loop.run(hold)
        try:
            yield
        finally:
            self.release(name)

    def release(self, name: str) -> None:
        """Answer what is held by this name, and hold nothing more."""

        async def let_go() -> None:
            hold = self.ledger.holds.pop(name, None)
            if hold is not None:
                hold.set()

        self._loop.run(let_go)

    def close(self) -> None:
        self._loop.run(self._runner.cleanup)
        self._loop.close()


def _wrong_certificate(directory: Path) -> ssl.SSLContext:
    """For another host, signed by nobody, and over."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elsewhere.example")])
    then = datetime.datetime(2020, 1, 1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(then)
        .not_valid_after(then + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    file = directory / "wrong.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
