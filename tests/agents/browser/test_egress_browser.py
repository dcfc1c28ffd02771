"""A real browser behind the egress proxy: what its pages may and may not reach."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Error as PlaywrightError

from agents.browser.addresses import AddressChecker
from agents.browser.egress import Denied, EgressProxy
from agents.browser.process import BrowserOptions, launch, terminate
from agents.browser.session import BrowserSession

pytestmark = pytest.mark.browser


@dataclass
class Outside:
    """A browser whose pages may reach one origin, and a second one that must stay unreached."""

    session: BrowserSession
    proxy: EgressProxy
    site: str
    closed: str
    touched: list[str] = field(default_factory=list)
    denied: list[Denied] = field(default_factory=list)


async def serve(app: web.Application) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    return runner, runner.addresses[0][1]


async def page(request: web.Request) -> web.StreamResponse:
    if request.path == "/ws":
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await socket.send_str("echo " + message.data)
        return socket
    if request.path == "/redirect":
        raise web.HTTPFound(request.query["to"])
    if request.path == "/big":
        return web.Response(body=bytes(50_000_000))
    if request.path == "/upload":
        return web.json_response({"size": len(await request.read())})
    return web.Response(text="<title>site</title><p>hello", content_type="text/html")


@pytest_asyncio.fixture(loop_scope="session")
async def outside(driver: None, tmp_path: Path) -> AsyncIterator[Outside]:
    touched: list[str] = []

    async def never(request: web.Request) -> web.Response:
        touched.append(str(request.url))
        return web.Response(text="secret", headers={"Access-Control-Allow-Origin": "*"})

    site_app, closed_app = web.Application(client_max_size=1 << 27), web.Application()
    site_app.router.add_route("*", "/{path:.*}", page)
    closed_app.router.add_route("*", "/{path:.*}", never)
    site_runner, site_port = await serve(site_app)
    closed_runner, closed_port = await serve(closed_app)

    async def resolve(host: str, port: int) -> Sequence[str]:
        if host in ("site.test", "rebind.test", "localhost"):
            return ["127.0.0.1"]
        raise OSError("no such name")

    denied: list[Denied] = []
    checker = AddressChecker([f"http://site.test:{site_port}"], resolver=resolve)
    proxy = EgressProxy(checker, on_denied=denied.append)
    port = await proxy.start()
    handle = await launch(BrowserOptions(), user_data_dir=tmp_path / "profile", proxy_port=port)
    session = await BrowserSession.open(handle, downloads_dir=tmp_path / "downloads")
    yield Outside(
        session, proxy, f"http://site.test:{site_port}", str(closed_port), touched, denied
    )
    await session.close()
    await terminate(handle)
    await proxy.stop()
    for runner in (site_runner, closed_runner):
        await runner.cleanup()


async def test_pages_uploads_and_websockets_work(outside: Outside) -> None:
    tab = outside.session.page
    await tab.goto(outside.site)
    assert await tab.title() == "site"
    size = await tab.evaluate(
        "fetch('/upload',{method:'POST',body:new Uint8Array(5_000_000)}).then(r=>r.json())"
    )
    assert size == {"size": 5_000_000}
    fetched = await tab.evaluate("fetch('/big').then(r=>r.arrayBuffer()).then(b=>b.byteLength)")
    assert fetched == 50_000_000
    said = await tab.evaluate(
        """new Promise((done, fail) => { const s = new WebSocket('ws://' + location.host + '/ws');
        s.onopen = () => s.send('hi'); s.onmessage = e => done(e.data); s.onerror = fail })"""
    )
    assert said == "echo hi"
    assert outside.denied == []


async def test_a_refused_page_says_which_rule(outside: Outside) -> None:
    tab = outside.session.page
    answer = await tab.goto("http://169.254.169.254/latest/meta-data/")
    assert answer is not None and answer.status == 403
    assert "address:metadata" in await tab.inner_text("body")
    assert outside.denied[-1].rule == "address:metadata"
    with pytest.raises(PlaywrightError, match="ERR_TUNNEL_CONNECTION_FAILED"):
        await tab.goto("https://10.0.0.1/")
    assert outside.denied[-1].rule == "address:private"


async def test_no_way_of_asking_reaches_a_closed_address(outside: Outside) -> None:
    tab, port = outside.session.page, outside.closed
    hosts = ("127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433", "127.1", "0.0.0.0",
             "[::ffff:127.0.0.1]", "rebind.test", "x.localhost")  # fmt: skip
    urls = [f"http://{host}:{port}/" for host in hosts]
    for url in (*urls, f"{outside.site}/redirect?to={urls[0]}"):
        try:
            answer = await tab.goto(url)
            assert answer is not None and answer.status in (403, 502), url
        except PlaywrightError:
            pass
    await tab.goto(outside.site)
    await tab.evaluate(ATTEMPTS, urls)
    assert outside.touched == []
    assert {event.rule for event in outside.denied} >= {"address:loopback"}


# Each way gets the same time, and all are over (or refused) before the last line returns.
ATTEMPTS = """async urls => { const tries = [];
const settle = (p) => tries.push(Promise.race([p, new Promise(r => setTimeout(r, 3000))]));
for (const url of urls) {
  settle(fetch(url, {mode: 'no-cors'}).catch(() => 0));
  settle(new Promise(r => { const i = new Image(); i.onload = i.onerror = r; i.src = url }));
  settle(new Promise(r => { const s = new WebSocket(url.replace('http', 'ws')); s.onopen = s.onerror = r }));
  settle(new Promise(r => { const e = new EventSource(url); e.onopen = e.onerror = () => { e.close(); r() } }));
  settle(new Promise(r => { const f = document.createElement('iframe'); f.onload = r; f.src = url;
    document.body.append(f) }));
  settle(new Promise(r => { const s = document.createElement('script'); s.onload = s.onerror = r; s.src = url;
    document.body.append(s) }));
  navigator.sendBeacon(url, 'x');
  for (const rel of ['prefetch', 'preconnect', 'dns-prefetch', 'stylesheet']) {
    const l = document.createElement('link'); l.rel = rel; l.href = url; document.head.append(l) }
}
const rtc = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:' + new URL(urls[0]).port}]});
rtc.createDataChannel('x'); await rtc.setLocalDescription(await rtc.createOffer());
await Promise.all(tries); rtc.close(); }"""  # noqa: E501


async def test_a_new_endpoint_on_the_same_port_serves_the_same_browser(outside: Outside) -> None:
    tab = outside.session.page
    await tab.goto(outside.site)
    port = outside.proxy.port
    assert port is not None
    await outside.proxy.stop()
    failed = await tab.evaluate("fetch('/while-away').then(() => false, () => true)")
    assert failed
    successor = EgressProxy(outside.proxy.checker)
    async with asyncio.timeout(40):
        await successor.start(port)
    await tab.goto(outside.site + "/again")
    assert await tab.title() == "site"
    await successor.stop()
