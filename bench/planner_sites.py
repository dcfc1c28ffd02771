"""A server for made-up sites: files for GET, a record of everything else.

It stands for the server of any site. A form that is sent away is answered by the page of the same
name (`/order` by `order.html`), or by a plain thank-you page; a script's request by `{"ok": true}`.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from practice.app import create_app

_THANKS = "<!doctype html><title>Thank you</title><h1>Thank you</h1><p>We got it: {}.</p>"
_FRESH = {"Cache-Control": "no-store"}  # another site may have had the port before


@dataclass
class Sent:
    """One request other than GET: where to and with which fields."""

    path: str
    fields: dict[str, Any]


@dataclass
class Site:
    """One site, on an origin of its own, so that nothing is stored from before."""

    folder: Path
    sent: list[Sent] = field(default_factory=list)
    url: str = ""
    _runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Serve on a free port of loopback."""
        self._runner = web.AppRunner(self._app(), access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """End it."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=20 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        if request.method in ("GET", "HEAD"):
            found = self._file(path)
            return (
                web.FileResponse(found, headers=_FRESH)
                if found
                else web.Response(status=404, text="Not found")
            )
        fields = await _fields(request)
        self.sent.append(Sent("/" + path, fields))
        if request.headers.get("Sec-Fetch-Dest", "empty") == "empty":
            return web.json_response({"ok": True})
        if self._file(path + ".html"):
            raise web.HTTPSeeOther(f"/{path}.html")
        told = ", ".join(f"{name}: {value}" for name, value in fields.items())
        return web.Response(text=_THANKS.format(html.escape(told)), content_type="text/html")

    def _file(self, path: str) -> Path | None:
        base = (self.folder / path).resolve()
        if base != self.folder.resolve() and self.folder.resolve() not in base.parents:
            return None
        for found in (base, base.with_name(base.name + ".html"), base / "index.html"):
            if found.is_file():
                return found
        return None


class PracticeSite(Site):
    """The practice site, new for each task, with the same record of what was sent."""

    def _app(self) -> web.Application:
        app = create_app()

        @web.middleware
        async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.method not in ("GET", "HEAD"):
                self.sent.append(Sent(request.path, await _fields(request)))
            return await handler(request)

        app.middlewares.append(record)
        return app


async def _fields(request: web.Request) -> dict[str, Any]:
    """What a request carries: form fields, or the top of its JSON."""
    if request.content_type == "application/json" or request.content_type == "text/plain":
        try:
            body = json.loads(await request.text() or "null")
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {"": body}
    found: dict[str, Any] = {}
    for name, value in (await request.post()).items():
        text = value.filename if isinstance(value, web.FileField) else value
        found[name] = f"{found[name]}, {text}" if name in found else text
    return found
