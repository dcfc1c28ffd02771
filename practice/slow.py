"""A page that takes its time."""

from __future__ import annotations

import asyncio
import time

from aiohttp import web

from practice.layout import notice, page, plural

LONGEST_S = 120.0
routes = web.RouteTableDef()


def _choices() -> str:
    links = "".join(
        f'<li><a class="button quiet" href="/slow/?s={s}">{plural(s, "second")}</a></li>'
        for s in (1, 3, 8, 30)
    )
    return f"""<form method="get" action="/slow/" class="inline">
<label for="s">Answer after</label>
<input id="s" name="s" type="number" min="0" max="120" step="any" value="8" required>
<span>seconds</span>
<button>Open</button>
</form>
<ul class="row">{links}</ul>"""


@routes.get("/slow/")
async def slow(request: web.Request) -> web.Response:
    """With ?s=8 the answer comes after eight seconds (0 to 120), without it at once."""
    asked = request.query.get("s")
    if asked is None:
        body = f"<h1>A slow page</h1><p>How long should the next page take?</p>{_choices()}"
        return page("A slow page", body, section="slow")
    try:
        seconds = float(asked)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= LONGEST_S:
        problem = notice("bad", "Give a number of seconds between 0 and 120.")
        body = f"<h1>A slow page</h1>{problem}{_choices()}"
        return page("A slow page", body, section="slow", status=400)
    started = time.monotonic()
    await asyncio.sleep(seconds)
    took = time.monotonic() - started
    body = f"""<h1>Here at last</h1>
<p>Thank you for waiting.</p>
<dl class="facts"><dt>Time taken</dt><dd>{took:.1f} seconds</dd>
<dt>Reference number</dt><dd id="reference">SLOW-{int(seconds * 10):04d}</dd></dl>
<p><a href="/slow/">Again</a></p>"""
    return page("Here at last", body, section="slow")
