"""The egress proxy on raw sockets: what passes, what is refused, and with which words."""

from __future__ import annotations

import asyncio
import hashlib
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from agents.browser.addresses import AddressChecker
from agents.browser.egress import Denied, EgressLimits, EgressProxy
from agents.errors import BrowserError

PIECE = b"0123456789abcdef" * 4096


@dataclass
class World:
    """A loopback server that the proxy may reach as `site.test`, and the proxy."""

    proxy: EgressProxy
    proxy_port: int
    site_port: int
    denied: list[Denied] = field(default_factory=list)
    requests: list[web.BaseRequest] = field(default_factory=list)

    @property
    def site(self) -> str:
        return f"http://site.test:{self.site_port}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.proxy_port}"

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.proxy_port)

    async def say(self, raw: bytes) -> bytes:
        """Send raw bytes; all that comes back until the proxy closes."""
        reader, writer = await self.open()
        writer.write(raw)
        answer = await asyncio.wait_for(reader.read(), 30)
        writer.close()
        return answer


async def resolve(host: str, port: int) -> Sequence[str]:
    if host in ("site.test", "other.test", "dead.test", "localhost"):
        return ["127.0.0.1"]
    raise OSError("no such name")


async def site(request: web.Request) -> web.StreamResponse:
    """What the far side does: echo, stream, upgrade."""
    kind = request.path
    if kind == "/ws":
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str(f"echo {message.data}")
        return socket
    if kind == "/big":
        response = web.StreamResponse()
        if "length" in request.query:
            response.content_length = len(PIECE) * 800
        else:
            response.enable_chunked_encoding()
        await response.prepare(request)
        for _ in range(800):
            await response.write(PIECE)
        return response
    if kind == "/upload":
        digest, size = hashlib.sha256(), 0
        async for piece in request.content.iter_chunked(65536):
            digest.update(piece)
            size += len(piece)
        return web.json_response({"size": size, "sha256": digest.hexdigest()})
    if kind == "/empty":
        return web.Response(status=204)
    if kind == "/pretender":
        return web.Response(headers={"X-Egress-Failure": "no", "X-Egress-Rule": "no", "X-Own": "1"})
    return web.json_response({"path": request.path_qs, "headers": dict(request.headers)})


@pytest.fixture
async def world() -> AsyncIterator[World]:
    requests: list[web.BaseRequest] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        requests.append(request)
        return await site(request)

    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{rest:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    port = runner.addresses[0][1]
    denied: list[Denied] = []
    checker = AddressChecker([f"http://site.test:{port}", "dead.test:9"], resolver=resolve)
    proxy = EgressProxy(checker, on_denied=denied.append)
    proxy_port = await proxy.start()
    yield World(proxy, proxy_port, port, denied, requests)
    await proxy.stop()
    await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def get(target: str, *headers: str, method: str = "GET", body: bytes = b"") -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: ignored.test", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def test_a_request_reaches_the_allowed_site_with_its_real_host(
    world: World, client: aiohttp.ClientSession
) -> None:
    async with client.get(f"{world.site}/a%20b?q=1#x", proxy=world.url) as answer:
        seen = await answer.json()
    assert seen["path"] == "/a%20b?q=1"
    assert seen["headers"]["Host"] == f"site.test:{world.site_port}"
    raw = await world.say(
        get(f"{world.site}/", "Connection: close, X-Secret-Hop", "X-Secret-Hop: 1", "X-Own: 2",
            "Proxy-Authorization: Basic eDp5")
    )  # fmt: skip
    assert raw.startswith(b"HTTP/1.1 200 OK\r\n")
    names = {name.lower() for name in world.requests[-1].headers}
    assert "x-own" in names
    assert not names & {"x-secret-hop", "proxy-authorization", "proxy-connection"}
    assert world.requests[-1].headers["Host"] == f"site.test:{world.site_port}"


async def test_a_refusal_is_403_names_its_rule_and_is_reported(world: World) -> None:
    answer = await world.say(get("http://169.254.169.254/latest/<script>?token=secret"))
    head, page = answer.split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 403 Forbidden")
    assert b"X-Egress-Rule: address:metadata" in head
    assert b"address:metadata" in page and b"<script" not in page and b"secret" not in page
    assert [(d.rule, d.host, d.port, d.method) for d in world.denied] == [
        ("address:metadata", "169.254.169.254", 80, "GET")
    ]
    assert not world.requests


async def test_only_the_proxy_says_that_there_is_no_answer_of_the_site(
    world: World, client: aiohttp.ClientSession
) -> None:
    async with client.get("http://dead.test:9/", proxy=world.url) as answer:
        assert answer.headers["X-Egress-Failure"] == "dead.test cannot be reached."
        assert "X-Egress-Rule" not in answer.headers
    async with client.get(f"{world.site}/pretender", proxy=world.url) as answer:
        assert answer.headers["X-Own"] == "1"
        assert not {"X-Egress-Failure", "X-Egress-Rule"} & set(answer.headers)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "other.test"])
async def test_a_tunnel_to_a_closed_address_is_refused(world: World, host: str) -> None:
    answer = await world.say(get(f"{host}:{world.site_port}", method="CONNECT"))
    assert answer.startswith(b"HTTP/1.1 403")
    assert (world.denied[-1].method, world.denied[-1].rule) == ("CONNECT", "address:loopback")
    assert not world.requests


async def test_each_request_of_a_kept_connection_is_checked(world: World) -> None:
    reader, writer = await world.open()
    for _ in range(3):
        writer.write(get(f"{world.site}/empty"))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 204") and b"Connection: keep-alive" in head
    writer.write(get(f"http://127.0.0.1:{world.site_port}/empty"))
    assert (await reader.read()).startswith(b"HTTP/1.1 403")
    writer.close()
    assert len(world.requests) == 3


async def test_pipelined_requests_are_answered_in_order(world: World) -> None:
    answer = await world.say(
        get(f"{world.site}/one")
        + get(f"{world.site}/two", "Content-Length: 3", method="POST", body=b"abc")
        + get("http://10.0.0.1/three")
    )
    assert answer.index(b"/one") < answer.index(b"/two") < answer.index(b"address:private")


async def test_a_policy_is_asked_each_time_and_can_change(
    world: World, client: aiohttp.ClientSession
) -> None:
    asked: list[tuple[str, int, str]] = []

    def policy(host: str, port: int, scheme: str) -> str | None:
        asked.append((host, port, scheme))
        return "domain:site.test" if closed else None

    world.proxy.policy = policy
    statuses = []
    for closed in (False, True):  # noqa: B007 (the policy reads it)
        async with client.get(f"{world.site}/empty", proxy=world.url) as answer:
            statuses.append(answer.status)
    assert statuses == [204, 403]
    assert asked[0] == ("site.test", world.site_port, "http")
    assert world.denied[-1].rule == "domain:site.test"


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET http://site.test/ HTTP/2.0\r\n\r\n",
        b"GET ftp://site.test/ HTTP/1.1\r\n\r\n",
        b"GET https://site.test/ HTTP/1.1\r\n\r\n",
        b"GET http:// HTTP/1.1\r\n\r\n",
        b"GET http://site.test/ HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET http://site.test/ HTTP/1.1\r\nA: 1\r\n folded\r\n\r\n",
        b"GET http://site.test/ HTTP/1.1\r\nA : 1\r\n\r\n",
        b"GET http://site.test/ HTTP/1.1\r\nA: 1\x002\r\n\r\n",
        b"GET http://site.test/\xff HTTP/1.1\r\n\r\n",
        b"POST http://site.test/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST http://site.test/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST http://site.test/ HTTP/1.1\r\nContent-Length: +1\r\n\r\na",
        b"POST http://site.test/ HTTP/1.1\r\nContent-Length: 1\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST http://site.test/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"CONNECT site.test HTTP/1.1\r\n\r\n",
        b"CONNECT site.test:0 HTTP/1.1\r\n\r\n",
        b"CONNECT ::1:443 HTTP/1.1\r\n\r\n",
        b"CONNECT site.test:443x HTTP/1.1\r\n\r\n",
    ],
)
async def test_a_bad_request_is_400(world: World, raw: bytes) -> None:
    assert (await world.say(raw)).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert not world.requests


async def test_a_broken_chunk_is_400(world: World) -> None:
    answer = await world.say(
        get(f"{world.site}/upload", "Transfer-Encoding: chunked", method="POST", body=b"zz\r\nab")
    )
    assert answer.startswith(b"HTTP/1.1 400")


async def test_a_head_that_is_too_long_is_431(world: World) -> None:
    answer = await world.say(get(f"{world.site}/", "X: " + "a" * 70_000))
    assert answer.startswith(b"HTTP/1.1 431")


async def test_what_cannot_be_reached_is_502(world: World) -> None:
    for raw in (
        get("http://dead.test:9/"), get("dead.test:9", method="CONNECT"),
        get("http://no-such-name.test/"), get("no-such-name.test:443", method="CONNECT"),
    ):  # fmt: skip
        assert (await world.say(raw)).startswith(b"HTTP/1.1 502 Bad Gateway")


async def reply_with(raw: bytes, *, hold: bool = False) -> tuple[asyncio.Server, int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()
        if hold:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", b"HTTP/1.1 502"),
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", b"HTTP/1.1 502"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", b"HTTP/1.1 502"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", b"HTTP/1.1 502"),
        (b"HTTP/1.1 200 OK\r\n\r\nto the end", b"HTTP/1.1 200"),
        (b"HTTP/1.0 200 OK\r\n\r\nold", b"HTTP/1.0 200"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No\r\n\r\n", b"HTTP/1.1 103"),
    ],
)
async def test_odd_servers(world: World, raw: bytes, expected: bytes) -> None:
    server, port = await reply_with(raw)
    world.proxy.checker = AddressChecker([f"127.0.0.1:{port}"])
    async with server:
        answer = await world.say(get(f"http://127.0.0.1:{port}/", "Connection: close"))
    assert answer.startswith(expected)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello!!\r\n0\r\n\r\n",
    ],
)
async def test_a_body_cut_short_never_looks_whole(
    world: World, client: aiohttp.ClientSession, raw: bytes
) -> None:
    server, port = await reply_with(raw)
    world.proxy.checker = AddressChecker([f"127.0.0.1:{port}"])
    async with server:
        with pytest.raises(aiohttp.ClientError):
            async with client.get(f"http://127.0.0.1:{port}/", proxy=world.url) as answer:
                await answer.read()


async def test_a_silent_server_is_504(world: World) -> None:
    server, port = await reply_with(b"", hold=True)
    world.proxy.checker = AddressChecker([f"127.0.0.1:{port}"])
    world.proxy.limits = EgressLimits(response_s=0.05)
    async with server:
        answer = await world.say(get(f"http://127.0.0.1:{port}/"))
    assert answer.startswith(b"HTTP/1.1 504")


async def test_an_abandoned_request_lets_its_server_go(world: World) -> None:
    gone = asyncio.Event()
    asked = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        try:
            await reader.read()
        except ConnectionError:
            pass
        gone.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    world.proxy.checker = AddressChecker([f"127.0.0.1:{port}"])
    async with server:
        _, writer = await world.open()
        writer.write(get(f"http://127.0.0.1:{port}/"))
        await asyncio.wait_for(asked.wait(), 30)
        writer.close()
        await asyncio.wait_for(gone.wait(), 30)


@pytest.mark.parametrize("query", ["length", "chunked"])
async def test_fifty_megabytes_pass_in_bounded_memory(
    world: World, client: aiohttp.ClientSession, query: str
) -> None:
    digest, size = hashlib.sha256(), 0
    tracemalloc.start()
    try:
        async with client.get(f"{world.site}/big?{query}", proxy=world.url) as answer:
            async for piece in answer.content.iter_any():
                digest.update(piece)
                size += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == len(PIECE) * 800 > 50_000_000
    assert digest.digest() == hashlib.sha256(PIECE * 800).digest()
    assert peak < 8_000_000


@pytest.mark.parametrize("chunked", [True, False])
async def test_fifty_megabytes_go_up(
    world: World, client: aiohttp.ClientSession, chunked: bool
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(800):
            yield PIECE

    headers = {} if chunked else {"Content-Length": str(len(PIECE) * 800)}
    async with client.post(
        f"{world.site}/upload", data=pieces(), headers=headers, proxy=world.url
    ) as answer:
        seen: dict[str, Any] = await answer.json()
    assert seen == {
        "size": len(PIECE) * 800,
        "sha256": hashlib.sha256(PIECE * 800).hexdigest(),
    }
    assert ("Transfer-Encoding" in world.requests[0].headers) is chunked


async def test_a_websocket_passes_by_upgrade(world: World, client: aiohttp.ClientSession) -> None:
    async with client.ws_connect(f"{world.site}/ws", proxy=world.url) as socket:
        await socket.send_str("hello")
        assert (await socket.receive_str()) == "echo hello"


async def test_a_tunnel_carries_bytes_both_ways_and_ends_cleanly(world: World) -> None:
    reader, writer = await world.open()
    writer.write(get(f"site.test:{world.site_port}", method="CONNECT"))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 Connection established")
    writer.write(b"GET /inside HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n")
    assert b'"/inside"' in await asyncio.wait_for(reader.read(), 30)
    writer.close()


async def test_too_many_connections_get_503(world: World) -> None:
    world.proxy.limits = EgressLimits(connections=1)
    reader, writer = await world.open()
    writer.write(get(f"{world.site}/empty"))
    await reader.readuntil(b"\r\n\r\n")
    assert (await world.say(get(f"{world.site}/"))).startswith(b"HTTP/1.1 503")
    writer.close()


async def test_a_refused_upload_still_gets_its_answer(world: World) -> None:
    reader, writer = await world.open()
    writer.write(get("http://10.0.0.1/", "Content-Length: 800000", method="POST"))
    writer.write(b"x" * 800_000)
    assert (await reader.read()).startswith(b"HTTP/1.1 403")
    writer.close()


async def test_stopping_cuts_open_tunnels_and_frees_the_port(world: World) -> None:
    reader, writer = await world.open()
    writer.write(get(f"site.test:{world.site_port}", method="CONNECT"))
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.wait_for(world.proxy.stop(), 30)
    with pytest.raises(ConnectionError):
        if await reader.read() == b"":
            raise ConnectionResetError
    writer.close()
    assert world.proxy.port is None
    successor = EgressProxy(world.proxy.checker)
    assert await successor.start(world.proxy_port) == world.proxy_port
    await successor.stop()


async def test_an_occupied_port_is_a_typed_error(world: World) -> None:
    other = EgressProxy(world.proxy.checker)
    with pytest.raises(BrowserError) as error:
        await other.start(world.proxy_port)
    assert error.value.code == "proxy_port_taken"
    await other.stop()


async def test_a_listener_that_fails_does_not_open_the_door(world: World) -> None:
    def broken(event: Denied) -> None:
        raise RuntimeError("listener")

    proxy = EgressProxy(AddressChecker(), on_denied=broken)
    port = await proxy.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(get("http://127.0.0.1/"))
    assert (await reader.read()).startswith(b"HTTP/1.1 403")
    writer.close()
    await proxy.stop()
