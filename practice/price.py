"""One product whose price and stock can be set from outside."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

from aiohttp import web

from practice.drawings import drawing
from practice.layout import e, money, notice, page, see_other
from practice.state import State, now, state_of, visitor_of

NAME = "Toner cartridge 415X, black"
routes = web.RouteTableDef()


def _json_ld(state: State) -> str:
    stock = "InStock" if state.in_stock else "OutOfStock"
    facts = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": NAME,
        "sku": "TN-415X-BK",
        "offers": {
            "@type": "Offer",
            "price": str(state.prices[-1][1]),
            "priceCurrency": "GBP",
            "availability": f"https://schema.org/{stock}",
        },
    }
    return f'<script type="application/ld+json">{json.dumps(facts)}</script>'


@routes.get("/price/")
async def show(request: web.Request) -> web.Response:
    state, visitor = state_of(request), visitor_of(request)
    flash, visitor.flash = visitor.flash, ""
    changed_at, amount = state.prices[-1]
    stock = "In stock" if state.in_stock else "Out of stock"
    history = "".join(
        f"<tr><td><time>{at:%Y-%m-%d %H:%M:%S}</time></td><td>{money(was)}</td></tr>"
        for at, was in reversed(state.prices[-20:])
    )
    body = f"""{notice("good", flash)}
<article class="product">
<div class="picture">{drawing("toner", NAME)}</div>
<div>
<h1>{e(NAME)}</h1>
<p class="price" id="price">{money(amount)}</p>
<p class="stock" data-stock="{"yes" if state.in_stock else "no"}" id="stock">{stock}</p>
<dl class="facts">
<dt>Order number</dt><dd>TN-415X-BK</dd>
<dt>Yield</dt><dd>7,500 pages</dd>
<dt>Price set</dt><dd><time id="changed">{changed_at:%Y-%m-%d %H:%M:%S} UTC</time></dd>
</dl>
</div>
</article>
<section class="panel">
<h2>Set the price</h2>
<form method="post" action="/price/set" class="inline">
<label for="new-price">New price in pounds</label>
<input id="new-price" name="price" inputmode="decimal" value="{amount}" required>
<label class="check"><input type="checkbox" name="in_stock" value="yes"
{"checked" if state.in_stock else ""}> in stock</label>
<input type="hidden" name="form" value="1">
<button>Set price</button>
</form>
<h2>History</h2>
<table><thead><tr><th scope="col">Set (UTC)</th><th scope="col">Price</th></tr></thead>
<tbody>{history}</tbody></table>
</section>"""
    return page(NAME, body, section="price", head=_json_ld(state))


@routes.get("/price/api")
async def read(request: web.Request) -> web.Response:
    state = state_of(request)
    return web.json_response(
        {"name": NAME, "price": str(state.prices[-1][1]), "in_stock": state.in_stock}
    )


def _amount(value: object) -> Decimal | None:
    text = str(value).strip().lstrip("£").replace(",", "")
    try:
        amount = Decimal(text)
        return amount.quantize(Decimal("0.01")) if 0 <= amount <= 1_000_000 else None
    except InvalidOperation:  # no number at all, or not a number that can be compared
        return None


@routes.post("/price/set")
async def set_price(request: web.Request) -> web.Response:
    """Set the price: a form, or JSON `{"price": "1240.00", "in_stock": true}`."""
    state = state_of(request)
    is_json = request.content_type == "application/json"
    if is_json:
        try:
            given = await request.json()
        except ValueError:
            given = None
        if not isinstance(given, dict):
            return web.json_response({"error": "Send a JSON object."}, status=400)
    else:
        given = dict(await request.post())
    amount = _amount(given.get("price", state.prices[-1][1]))
    if amount is None:
        text = "The price must be a number between 0 and 1,000,000."
        if is_json:
            return web.json_response({"error": text}, status=400)
        body = f'<h1>Not a price</h1>{notice("bad", text)}<p><a href="/price/">Back</a></p>'
        return page("Not a price", body, section="price", status=400)
    if "in_stock" in given or "form" in given:
        state.in_stock = given.get("in_stock") in (True, "yes", "true", "1", "on")
    if amount != state.prices[-1][1]:
        state.prices = [*state.prices[-99:], (now(), amount)]
    if is_json:
        return web.json_response({"price": str(amount), "in_stock": state.in_stock})
    visitor_of(request).flash = f"The price is now {money(amount)}."
    raise see_other("/price/")
