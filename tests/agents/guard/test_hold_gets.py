"""GETs that pages send by themselves: an address that says a deed waits, or is refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Error as PlaywrightError

from agents.browser.playwright_driver import close_driver
from agents.browser.process import BrowserOptions, launch, terminate
from agents.browser.session import BrowserSession
from agents.events import TaskPolicyDenied
from agents.executor.gate import ProposedAction
from agents.ports import InputRequestSpec
from tests.agents.browser.conftest import Site, served
from tests.agents.guard.test_hold import NO, YES, Asking

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DEED = "/account/delete?confirm=1"


def _element(tag: str, where: str = "head", **attributes: str) -> str:
    sets = "".join(f"e.setAttribute({k!r}, {v!r});" for k, v in attributes.items())
    return f"const e = document.createElement({tag!r}); {sets} document.{where}.append(e)"


def _blob(text: str) -> str:
    return f"URL.createObjectURL(new Blob([`{text}`], {{type: 'text/html'}}))"


def _link(rel: str, **attributes: str) -> str:
    return _element("link", rel=rel, href=DEED, **attributes)


_THERE = "${location.origin}" + DEED
_FETCHES = _blob(f"fetch('{_THERE}').catch(() => 0)")
_IMPORTS = _blob(f"importScripts('{_THERE}')")
_GOES = _blob(f"<script>location = '{_THERE}'</script>")
_SHOWS = _blob(f"<img src='{_THERE}'>")
SERVICE = f"""oninstall = () => skipWaiting(); onactivate = e => e.waitUntil(clients.claim());
onmessage = () => fetch('{DEED}').catch(() => 0);
onfetch = e => {{ if (e.request.url.endsWith('/neutral')) e.respondWith(fetch('{DEED}')) }};"""
_SERVICE = "navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)"
# What a person could open too: they are asked.
OPENS = {
    "location": f"location = '{DEED}'",
    "fetch": f"fetch('{DEED}').catch(() => 0)",
    "HEAD": f"fetch('{DEED}', {{method: 'HEAD'}}).catch(() => 0)",
    "keepalive": f"fetch('{DEED}', {{keepalive: true}}).catch(() => 0)",
    "xhr": f"const x = new XMLHttpRequest(); x.open('GET', '{DEED}'); x.send()",
    "frame": _element("iframe", "body", src=DEED),
    "object": _element("object", "body", data=DEED),
    "meta refresh": _element("meta", **{"http-equiv": "refresh", "content": f"0;url={DEED}"}),
    "refresh header": "location = '/refreshed'",
    "popup": f"window.open('{DEED}')",
    "popup without opener": f"window.open('{DEED}', '_blank', 'noopener')",
    "form": f"{_element('form', 'body', action='/account/delete')};"
    "e.innerHTML = '<input name=confirm value=1>'; e.submit()",
    "download": f"{_element('a', 'body', href=DEED, download='x')}; e.click()",
    "event stream": f"new EventSource('{DEED}')",
    "worker": f"new Worker('{DEED}')",
    "fetch of a worker": f"new Worker({_FETCHES})",
    "fetch of a service worker": f"{_SERVICE}.then(r => r.active.postMessage('go'))",
    "answer of a service worker": f"{_SERVICE}.then(() => location = '/neutral')",
    "cache": f"caches.open('x').then(c => c.add('{DEED}')).catch(() => 0)",
    "blob": f"window.open({_GOES})",
    "redirect of a page": "location = '/redirect'",
    "redirect of a fetch": "fetch('/redirect').catch(() => 0)",
    "redirect of a form": f"{_element('form', 'body', action='/redirect')}; e.submit()",
}  # fmt: skip
# What nobody opens by itself: it is refused.
PARTS = {
    "image": f"new Image().src = '{DEED}'",
    "redirect of an image": "new Image().src = '/redirect'",
    "image of a blob": f"{_element('iframe', 'body')}; e.src = {_SHOWS}",
    "style": _link("stylesheet"),
    "import": f"{_element('style')}; e.textContent = '@import url({DEED})'",
    "css": f"document.body.style.backgroundImage = 'url({DEED})'",
    "font": f"{_element('style')}; e.textContent = '@font-face {{font-family: X; src: url({DEED})}}"
    " body {font-family: X}'",
    "script": _element("script", src=DEED),
    "module": f"import('{DEED}').catch(() => 0)",
    "script of a worker": f"new Worker({_IMPORTS})",
    "video": _element("video", "body", src=DEED),
    "vector": f"document.body.innerHTML = '<svg><use href={DEED}#a /></svg>'",
    "prefetch": _link("prefetch"),
    "module ahead": _link("modulepreload"),
    "link header": "location = '/linked'",
    "policy report": "location = '/reporting'",
}  # fmt: skip


_RULE = {"source": "list", "urls": [DEED], "eagerness": "immediate"}
AHEAD = {
    "prefetch": {"prefetch": [_RULE]},
    "prerender": {"prerender": [_RULE]},
    "prefetch of links": {
        "prefetch": [{"where": {"href_matches": "/*"}, "eagerness": "immediate"}]
    },
    "prefetch as it is pressed": {"prefetch": [_RULE | {"eagerness": "conservative"}]},
}


class Watched(Asking):
    """A run that tells at once what it is asked and what is refused."""

    def __init__(self, *arguments: Any, **task: Any) -> None:
        self.denied: list[TaskPolicyDenied] = []
        self.happened = asyncio.Event()
        super().__init__(*arguments, **task)

    async def ask(self, spec: InputRequestSpec) -> Any:
        self.happened.set()
        return await super().ask(spec)

    async def emit(self, *events: Any) -> None:
        self.denied += events
        self.happened.set()


class Place:
    """A browser with a site whose deeds are counted."""

    def __init__(self, site: Site, session: BrowserSession) -> None:
        self.site, self.session = site, session
        self.arrived: list[str] = []
        self.run: Watched | None = None
        for path in ("/account/delete", "/account/delete-not", "/neutral"):
            site.add(path, self._take)
        site.add("/", "<title>Q</title><body>q")
        site.add("/sw.js", SERVICE, "text/javascript")
        site.add("/redirect", _to(302, Location=DEED))
        site.add("/refreshed", _to(200, Refresh=f"0;url={DEED}"))
        site.add("/linked", _to(200, Link=f"<{DEED}>; rel=preload; as=image"))
        site.add("/ahead", f"<title>A</title><a href='{DEED}'>More</a>")
        policy = f"img-src 'none'; report-uri {DEED}"
        site.add("/reporting", _to(200, "<img src=/x>", **{"Content-Security-Policy": policy}))

    async def _take(self, request: web.Request) -> web.Response:
        self.arrived.append(f"{request.method} {request.path}")
        if self.run is not None and request.path == "/account/delete":
            self.run.happened.set()
        return web.Response(text="ok", content_type="text/html")

    async def begin(self, run: Watched) -> Watched:
        self.run = run
        await run.gate.begin(self.session)
        return run

    async def does(self, script: str) -> None:
        """Open a fresh page, let it do something, and wait for what comes of it."""
        assert self.run is not None
        page = await self.session.context.new_page()
        await page.goto(self.site.url("/"))
        with suppress(PlaywrightError):  # the page may be another one already
            await page.evaluate(f"() => {{ {script} }}")
        async with asyncio.timeout(20):
            await self.run.happened.wait()

    async def end(self) -> None:
        if self.run is not None:
            await self.run.gate.aclose()
        self.run = None
        self.arrived.clear()
        for page in self.session.context.pages[1:]:
            await page.close()
        cdp = await self.session.context.new_cdp_session(self.session.context.pages[0])
        await cdp.send(
            "Storage.clearDataForOrigin", {"origin": self.site.origin, "storageTypes": "all"}
        )
        await cdp.detach()


def _to(status: int, text: str = "x", **headers: str) -> Any:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)

    return answer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("gets")
    async with served() as site:
        handle = await launch(BrowserOptions(), user_data_dir=folder / "profile", proxy_port=None)
        session = await BrowserSession.open(handle, downloads_dir=folder / "dl")
        yield Place(site, session)
        await session.detach()
        await terminate(handle)
        await close_driver()


@pytest_asyncio.fixture(loop_scope="session")
async def place(browser: Place) -> AsyncIterator[Place]:
    yield browser
    await browser.end()


@pytest.mark.parametrize("how", OPENS)
async def test_an_address_that_says_a_deed_waits_for_a_person(place: Place, how: str) -> None:
    run = await place.begin(Watched(NO))
    await place.does(OPENS[how])
    await run.gate.clear()
    assert [spec.risk for spec in run.asked][:1] == ["destructive"]
    assert place.arrived.count("GET /account/delete") == 0 and not run.denied


@pytest.mark.parametrize("how", PARTS)
async def test_a_part_of_a_page_with_such_an_address_is_refused(place: Place, how: str) -> None:
    run = await place.begin(Watched(YES))
    await place.does(PARTS[how])
    assert not run.asked
    assert run.denied[0].rule == "approval:part" and DEED in run.denied[0].target
    assert not [each for each in place.arrived if each.endswith("/account/delete")]


@pytest.mark.parametrize("how", AHEAD)
async def test_nothing_is_fetched_ahead_by_rules(place: Place, how: str) -> None:
    """Such requests pass the hold; so the browser does not make them, and following goes on."""
    run = await place.begin(Watched(NO))
    page = await place.session.context.new_page()
    await page.goto(place.site.url("/ahead"))
    rules = {"type": "speculationrules", "textContent": json.dumps(AHEAD[how])}
    await page.evaluate(
        "rules => document.head.append(Object.assign(document.createElement('script'), rules))",
        rules,
    )
    for _ in range(20):  # with rules that count, it arrives before the third
        await page.evaluate("fetch('/neutral').then(r => r.text())")
    assert "GET /account/delete" not in place.arrived and not run.asked
    await page.get_by_role("link").click(no_wait_after=True)
    async with asyncio.timeout(20):
        await run.happened.wait()
    await run.gate.clear()
    assert len(run.asked) == 1 and "GET /account/delete" not in place.arrived


async def test_an_approved_get_goes(place: Place) -> None:
    run = await place.begin(Watched(YES))
    page = await place.session.context.new_page()
    await page.goto(place.site.url("/"))
    assert await page.evaluate(f"fetch('{DEED}').then(r => r.text())") == "ok"
    assert (len(run.asked), place.arrived) == (1, ["GET /account/delete"])


async def test_an_allowed_call_is_not_asked_about_twice(place: Place) -> None:
    run = await place.begin(Watched(YES))
    page = place.session.context.pages[0]
    await page.goto(place.site.url("/"))
    url = place.site.url(DEED)
    await run.gate.allow(
        ProposedAction("1.1", 1, "page.goto", "the page", {}, True, page_url=page.url, url=url)
    )
    await page.goto(url)
    assert len(run.asked) == 1 and place.arrived == ["GET /account/delete"]


async def test_a_page_of_many_such_pictures_is_told_of_shortly(place: Place) -> None:
    run = await place.begin(Watched(YES))
    count = 60
    await place.does(f"for (let i = 0; i < {count}; i++) new Image().src = '{DEED}&i=' + i")
    page = place.session.context.pages[-1]
    await page.evaluate(f"fetch('{DEED}&last=1').then(r => r.text())")  # after all of them
    assert 0 < len(run.denied) <= 20 and len(await run.gate.clear()) <= 20
    assert place.arrived == ["GET /account/delete"]


HARMLESS = (
    "/help/payments", "/blog/how-to-delete-an-account", "/static/delete-icon.png", "/checkout.js",
    "/images/buy-now.webp", "/docs/api/delete", "/api/orders/cancel-reasons", "/css/remove.css",
    "/account/deleted-items", "/search?q=delete+account", "/?next=/account/delete",
)  # fmt: skip


async def test_harmless_addresses_ask_nobody(place: Place) -> None:
    run = await place.begin(Watched(NO, approval="ask"))
    page = await place.session.context.new_page()
    await page.goto(place.site.url("/"))
    for path in HARMLESS:
        await page.evaluate("path => fetch(path)", path)
        await page.evaluate(
            "path => new Promise(done => { const i = new Image(); i.onload = i.onerror = done;"
            " i.src = path })", path
        )  # fmt: skip
    assert not run.asked and not run.denied
