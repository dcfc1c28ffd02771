"""The hostile site as an aiohttp application: servers that fail, pages that fight, counters."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

BIG_BYTES = 50 * 1024 * 1024


@dataclass
class Ledger:
    """What was done to the site. Written on its loop, read by tests from their thread."""

    hits: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)  # requests of a path
    submitted: list[dict[str, str]] = field(default_factory=list)
    holds: dict[str, asyncio.Event] = field(default_factory=dict)


LEDGER = web.AppKey("ledger", Ledger)
routes = web.RouteTableDef()


def _page(title: str, body: str, **headers: str) -> web.Response:
    text = f"<!doctype html><html lang=en><title>{title}</title><body>{body}</body></html>"
    return web.Response(text=text, content_type="text/html", headers=headers)


async def _held(request: web.Request, name: str) -> None:
    """Wait while a test holds this name."""
    hold = request.app[LEDGER].holds.get(name)
    if hold is not None:
        await hold.wait()


# --- servers that fail ------------------------------------------------------------------------
@routes.get("/never")
async def never(request: web.Request) -> web.Response:
    """The connection stands, no answer comes."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


@routes.get("/reset")
async def reset(request: web.Request) -> web.Response:
    """The connection is cut without a word."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@routes.get("/circle")
async def circle(request: web.Request) -> web.Response:
    """Redirects to itself."""
    raise web.HTTPFound("/circle")


@routes.get("/endless")
async def endless(request: web.Request) -> web.StreamResponse:
    """A page whose body never ends."""
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    await response.write(b"<!doctype html><title>Endless</title><h1>Endless</h1>")
    while True:
        await response.write(b"<p>and on it goes</p>" * 50)
        await asyncio.sleep(0.05)


@routes.get("/big")
async def big(request: web.Request) -> web.StreamResponse:
    """A page of fifty megabytes."""
    response = web.StreamResponse(headers={"Content-Type": "text/html"})
    await response.prepare(request)
    await response.write(b"<!doctype html><title>Big</title><h1>Big page</h1>")
    line = b"<p>" + b"big and bigger " * 4000 + b"</p>"
    for _ in range(BIG_BYTES // len(line)):
        await response.write(line)
    await response.write_eof()
    return response


# --- pages that fight -------------------------------------------------------------------------
@routes.get("/popups")
async def popups(request: web.Request) -> web.Response:
    """Opens fifty windows as soon as it is loaded."""
    return _page(
        "Popups",
        "<h1>Popups</h1><script>"
        "for (let n = 0; n < 50; n++) window.open('/plain?popup=' + n, 'w' + n)</script>",
    )


@routes.get("/alerts")
async def alerts(request: web.Request) -> web.Response:
    """Alerts for ever."""
    return _page(
        "Alerts", "<h1>Alerts</h1><script>setTimeout(() => {for (;;) alert('again')})</script>"
    )


@routes.get("/spin")
async def spin(request: web.Request) -> web.Response:
    """A script that never gives the page back, from a moment after it is loaded."""
    return _page("Spin", "<h1>Spin</h1><script>setTimeout(() => {for (;;);}, 50)</script>")


@routes.get("/away")
async def away(request: web.Request) -> web.Response:
    """Goes somewhere else all the time."""
    number = int(request.query.get("n", "0"))
    return _page(
        f"Away {number}",
        f"<h1>Away {number}</h1><script>setTimeout(() => {{location = '/away?n={number + 1}'}},"
        " 30)</script>",
    )


# --- pages that count -------------------------------------------------------------------------
@routes.get("/plain")
async def plain(request: web.Request) -> web.Response:
    """A quiet page."""
    await _held(request, "plain")
    return _page("Plain", "<h1>A plain page</h1><p>The word of the day is sandalwood.</p>")


@routes.get("/counter/{name}")
async def counter(request: web.Request) -> web.Response:
    """Buttons that count on the server, two fields, and a cookie that tells the browser again."""
    name = request.match_info["name"]
    body = f"""<h1>Counter {name}</h1>
<p id=who>{request.cookies.get("who", "nobody")}</p>
<label>First name <input id=first></label> <label>Last name <input id=last></label>
<button data-key=a>Press A</button> <button data-key=b>Press B</button>
<button data-key=c>Press C</button>
<ul id=log></ul>
<script>
for (const button of document.querySelectorAll('button')) button.onclick = async () => {{
  const answer = await fetch('/hit/{name}-' + button.dataset.key, {{method: 'POST'}});
  const item = document.createElement('li');
  item.textContent = button.dataset.key + ' ' + await answer.text();
  document.getElementById('log').append(item);
}};
</script>"""
    response = _page(f"Counter {name}", body)
    if "who" not in request.cookies:
        response.set_cookie("who", f"visitor of {name}", max_age=3600)
    return response


@routes.post("/hit/{key}")
async def hit(request: web.Request) -> web.Response:
    """One press of a button."""
    ledger, key = request.app[LEDGER], request.match_info["key"]
    ledger.hits[key] += 1
    await _held(request, key)
    return web.Response(text=str(ledger.hits[key]))


@routes.get("/deaf/{name}")
async def deaf(request: web.Request) -> web.Response:
    """A button that acts on the press and lets nobody else hear of it."""
    name = request.match_info["name"]
    body = f"""<h1>Pay</h1><button>Pay now</button>
<script>
for (const kind of ['pointerdown', 'mousedown', 'click']) addEventListener(kind, event => {{
  event.stopImmediatePropagation();
  if (kind === 'pointerdown') fetch('/hit/{name}', {{method: 'POST'}});
}}, true);
</script>"""
    return _page("Pay", body)


@routes.get("/send/{name}")
async def form(request: web.Request) -> web.Response:
    """A form whose sending takes the browser to another page."""
    name = request.match_info["name"]
    return _page(
        "Send",
        f"<h1>Send</h1><form method=post><label>Text <input name=text></label>"
        f"<label>Secret <input name=secret type=password></label>"
        f"<button>Send it</button></form><p>{name}</p>",
    )


@routes.post("/send/{name}")
async def send(request: web.Request) -> web.Response:
    ledger, name = request.app[LEDGER], request.match_info["name"]
    given = await request.post()
    ledger.submitted.append({"name": name, **{key: str(value) for key, value in given.items()}})
    ledger.hits[name] += 1
    await _held(request, name)
    return _page("Sent", f"<h1>Sent</h1><p>Received {ledger.hits[name]} times.</p>")


@routes.get("/leads/{name}")
async def leads(request: web.Request) -> web.Response:
    """A link to a page that waits while a test holds its name, and one that a script takes over."""
    name = request.match_info["name"]
    return _page(
        "Leads",
        f"<h1>Leads</h1><a href='/led/{name}'>Go on</a> <a id=like href='/led/{name}'>Like it</a>"
        f"<script>document.getElementById('like').onclick = event => {{"
        f" event.preventDefault(); return fetch('/hit/{name}', {{method: 'POST'}});"
        " }</script>",
    )


@routes.get("/led/{name}")
async def led(request: web.Request) -> web.Response:
    """Where it leads."""
    name = request.match_info["name"]
    await _held(request, name)
    return _page("Led", f"<h1>Led</h1><p>You came to {name}.</p>")


@routes.get("/files/{name}")
async def file(request: web.Request) -> web.StreamResponse:
    """A file whose second half waits while a test holds its name."""
    name = request.match_info["name"]
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(2 * 65536),
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write(b"1" * 65536)
    await _held(request, name)
    await response.write(b"2" * 65536)
    await response.write_eof()
    return response


@routes.get("/links/{name}")
async def links(request: web.Request) -> web.Response:
    """A page with a link to a file."""
    name = request.match_info["name"]
    return _page("Links", f'<h1>Links</h1><a href="/files/{name}">Get {name}</a>')


@web.middleware
async def _count(request: web.Request, handler: Any) -> web.StreamResponse:
    request.app[LEDGER].seen[request.path] += 1
    return await handler(request)


def create_app() -> web.Application:
    """The site with a ledger of its own."""
    app = web.Application(middlewares=[_count])
    app[LEDGER] = Ledger()
    app.add_routes(routes)
    return app
