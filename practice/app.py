"""The practice site as an aiohttp application."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aiohttp import web

from practice import forms, news, orders, price, receiver, shop, signin, slow
from practice.keeping import keep_in
from practice.layout import e, page, see_other
from practice.state import STATE, State, remember_visitor, state_of

STATIC = Path(__file__).parent / "static"
MAX_REQUEST_BYTES = 8 * 1024 * 1024

CARDS = [
    (
        "shop",
        "A shop",
        "/shop/",
        "Twelve products, a cart, a checkout with a pay button, and the list of orders.",
        "Buy the blue backpack.",
    ),
    (
        "signin",
        "A sign-in",
        "/signin/",
        "Name and password, then a one-time code that arrives on a phone. Wrong tries lock.",
        "Sign in as ada, and ask me for the password and the code.",
    ),
    (
        "news",
        "A news list",
        "/news/",
        "Forty-five stories on three pages, each with points, comments and an article.",
        "Get the top 5 stories with title, points and comments as a table.",
    ),
    (
        "forms",
        "A long form",
        "/forms/",
        "Every kind of field a page can have. The result page repeats what arrived.",
        "Enter Ada Byron into Full name, ada@example.org into Email and Lisbon into Destination, "
        "accept the travel rules and click Send request.",
    ),
    (
        "slow",
        "A slow page",
        "/slow/",
        "Answers after as many seconds as you like.",
        "Click “1 second” and tell me the reference number.",
    ),
    (
        "price",
        "A price that changes",
        "/price/",
        "One product whose price and stock you set yourself.",
        "Tell me the price and the stock.",
    ),
    (
        "receiver",
        "A webhook receiver",
        "/receiver/",
        "Shows the webhooks it got and checks their signatures. Can be told to fail.",
        "Summarise the page.",
    ),
]


async def index(request: web.Request) -> web.Response:
    cards = "".join(
        f"""<li class="card" data-mark="{key}">
<h2><a href="{href}">{e(title)}</a></h2>
<p>{e(text)}</p>
<p class="try"><span>Try</span> “{e(example)}”</p>
</li>"""
        for key, title, href, text, example in CARDS
    )
    body = f"""<section class="hero">
<h1>A place to practise</h1>
<p>A small, friendly web site for agents to work on. Everything is made up, nothing leaves this
machine, and one button puts it all back as it was.</p>
<form method="post" action="/reset"><button class="quiet">Reset the whole site</button></form>
</section>
<ul class="cards">{cards}</ul>"""
    return page("Practice site", body)


async def reset(request: web.Request) -> web.Response:
    """Forget everything. Returns to the index page."""
    state_of(request).reset()
    raise see_other("/")


@web.middleware
async def friendly_errors(request: web.Request, handler: Any) -> web.StreamResponse:
    """A page instead of a bare line for addresses that do not exist, and safe headers for all."""
    try:
        response = await handler(request)
    except web.HTTPNotFound:
        response = page(
            "Page not found",
            '<h1>Page not found</h1><p>There is no such page here. <a href="/">Go to the start</a>.'
            "</p>",
            status=404,
        )
    if not response.prepared:
        response.headers.setdefault("Content-Security-Policy", "default-src 'self'")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Cache-Control", "no-store")
    return response


async def healthz(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def create_app(keep: Path | None = None) -> web.Application:
    """The whole site, with a state of its own. keep: the file that holds it over a restart."""
    slashes = web.normalize_path_middleware(append_slash=True)
    app = web.Application(
        middlewares=[friendly_errors, slashes, remember_visitor], client_max_size=MAX_REQUEST_BYTES
    )
    app[STATE] = State()
    if keep is not None:
        keep_in(app, keep)
    app.router.add_get("/", index)
    app.router.add_post("/reset", reset)
    app.router.add_get("/healthz", healthz)
    app.router.add_static("/static/", STATIC)
    for room in (shop, orders, signin, news, forms, slow, price, receiver):
        app.add_routes(room.routes)
    return app
