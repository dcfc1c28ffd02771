"""Ordinary sites in a real browser: how often a person is asked on the way through.

Each flow lists its questions by the call or request and its main risk, for both modes. Where mode
`delegated` asks more than one of a deed, or any of what only reads, a comment says why.
"""

# ruff: noqa: E501  (pages stand here as they would be written)
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from agents.events import TaskPolicyDenied
from agents.ports import Act
from tests.agents.browser.conftest import Site
from tests.agents.guard.test_gate import (
    Opener,
    handle,
    opener,
    play,
    site,
    steps,
    world_of,
    yes,
)

__all__ = ["handle", "opener", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

POST = """<script>const post = (to, data, kind) => fetch(to, {method: 'POST',
  headers: {'content-type': kind || 'application/json'},
  body: typeof data === 'string' ? data : JSON.stringify(data)}).then(r => r.text());
const told = text => { document.querySelector('output').textContent = text }</script><output></output>"""


def press(name: str, then: str = "") -> str:
    """Press what is called so, and wait for what the page says after it."""
    wait = f'\nawait page.get_by_text("{then}", exact=True).wait_for(timeout=5000)' if then else ""
    return f'await page.get_by_text("{name}", exact=True).click(){wait}'


def fill(**values: str) -> str:
    return "\n".join(f'await page.get_by_label("{k}").fill("{v}")' for k, v in values.items())


@dataclass(frozen=True)
class Flow:
    """pages: by path; a path beginning with ">" leads to where it says (303). steps: one after the
    other. sent: what has to arrive, in order. delegated, ask: the questions of each mode."""

    pages: dict[str, str]
    steps: Sequence[str]
    sent: tuple[str, ...]
    delegated: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    start: str = "/"
    answers: dict[str, str] = field(default_factory=dict)  # type by path, for what is no page


_AGAIN = ("request payment",) * 2
PAYING = """const order = ORDER; b.onclick = async () => {
  await post('/api/orders', order); post('/api/telemetry', {event: 'order_placed', total: 49.9});
  for (let i = 0; i < 5; i++) await fetch('/api/orders/17/status').then(r => r.text());
  location = 'NEXT' }"""


def shop(order: str, following: str, *more: str) -> Flow:
    """more: what is asked after the press that pays."""
    items = "{items: [{sku: 'bag-1', quantity: 2}], "
    script = PAYING.replace("ORDER", items + order + "}").replace("NEXT", following)
    return Flow(
        pages={
            "/": f"""<title>Shop</title>{POST}<form method=post action=/search>
              <label>Find <input name=q></label><button>Search</button></form>""",
            "/search": f"""<title>Found</title>{POST}<p>Blue backpack 24.95 €</p>
              <button id=f>Only blue</button><button id=a>Add to cart</button><a href=/cart>Cart</a>
              <script>f.onclick = async () => {{
                await post('/graphql', {{operationName: 'Products', variables: {{color: 'blue'}},
                  query: 'query Products($color: String) {{ products(color: $color) {{ id }} }}'}});
                await post('/api/products/filter', {{color: ['blue'], max_price: 100}});
                told('1 backpack') }};
              a.onclick = async () => {{ await post('/api/cart/items', {{sku: 'bag-1', quantity: 1}});
                told('In the cart') }}</script>""",
            "/cart": f"""<title>Cart</title>{POST}<label>Quantity <input id=n value=1></label>
              <button id=u>Update</button><a href=/checkout>Go to checkout</a>
              <script>u.onclick = async () => {{
                await fetch('/api/cart/items/1', {{method: 'PATCH', body: `quantity=${{n.value}}`,
                  headers: {{'content-type': 'application/x-www-form-urlencoded'}}}});
                told('2 in the cart') }}</script>""",
            "/checkout": """<title>Address</title><form method=post action=/checkout/address>
              <label>Name <input name=name></label><label>Street <input name=street></label>
              <label>City <input name=city></label><button>Continue</button></form>""",
            ">/checkout/address": "/checkout/delivery",
            "/checkout/delivery": """<title>Shipping</title><form method=post
              action=/checkout/shipping><label><input type=radio name=shipping value=standard checked>
              Standard</label><button>Continue</button></form>""",
            ">/checkout/shipping": "/checkout/review",
            "/checkout/review": f"""<title>Review</title>{POST}<main><p>2 x Blue backpack</p>
              <p>Total 49.90 €</p><button id=b>Pay 49.90 €</button></main><script>{script}</script>""",
            ">/checkout/done": "/checkout/complete?order=17",
            "/checkout/complete": "<h1>Thank you</h1>",
            "/order/17/confirmation": "<h1>Thank you</h1>",
        },
        steps=(
            f"{fill(Find='backpack')}\n{press('Search', 'Blue backpack 24.95 €')}",
            press("Only blue", "1 backpack"),
            press("Add to cart", "In the cart"),
            press("Cart", "Go to checkout"),
            f"{fill(Quantity='2')}\n{press('Update', '2 in the cart')}",
            press("Go to checkout", "Continue"),
            f"{fill(Name='Ada', Street='Elm 1', City='Bonn')}\n{press('Continue', 'Standard')}",
            press("Continue", "Total 49.90 €"),
            press("Pay 49.90 €", "Thank you"),
        ),
        sent=(
            *("POST /search", "POST /graphql", "POST /api/products/filter"),
            *("POST /api/cart/items", "PATCH /api/cart/items/1", "POST /checkout/address"),
            *("POST /checkout/shipping", "POST /api/orders", *["GET /api/orders/17/status"] * 5),
        ),
        delegated=("click payment", *more),
        ask=("click external_submit", "click external_submit", "click payment", *more),
        answers=dict.fromkeys(
            ("/graphql", "/api/products/filter", "/api/cart/items", "/api/cart/items/1",
             "/api/orders", "/api/telemetry", "/api/orders/17/status"), "application/json"
        ),
    )  # fmt: skip


def intents(to: str, amount: str, *more: str) -> Flow:
    """more: what is asked after the press."""
    kind = "application/x-www-form-urlencoded"
    return Flow(
        pages={
            "/": f"""<title>Pay</title>{POST}<main><p>Total 49.90 €</p>
              <button id=b>Pay now</button></main><script>b.onclick = async () => {{
              await fetch('{to}', {{method: 'POST', mode: 'no-cors',
                headers: {{'content-type': '{kind}'}}, body: '{amount}&currency=eur'}});
              const f = document.createElement('form'); f.method = 'post';
              f.action = '/orders/17/confirm'; f.innerHTML = '<input name=intent value=pi_1>';
              document.body.append(f); f.submit() }}</script>""",
            "/orders/17/confirm": "<h1>Thank you</h1>",
        },
        steps=(press("Pay now", "Thank you"),),
        sent=("POST /payment_intents", "POST /orders/17/confirm"),
        delegated=("click payment", *more),
        ask=("click payment", *more),
        answers={"/payment_intents": "application/json"},
    )


FORGE = Flow(
    pages={
        "/": f"""<title>tool</title>{POST}<a href=/issues>Issues</a><a href=/settings>Settings</a>
          <a href=/pull/5>Pull request 5</a><form action=/search><label>Find <input name=q></label>
          <button>Search</button></form><form method=post action=/ada/tool/star>
          <input type=hidden name=authenticity_token value=x1><button>Star</button></form>""",
        "/issues": "<title>Issues</title><p>3 open</p><a href=/>Home</a><a href=/issues/5>Delete</a>",
        "/pull/5": "<title>Pull</title><p>Merge me</p><a href=/>Home</a>",
        "/settings": "<title>Settings</title><p>Your settings</p><a href=/>Home</a>"
        "<form method=post action=/account/delete><button>Delete account</button></form>",
        "/search": "<title>Found</title><p>2 found</p><a href=/>Home</a>",
        ">/ada/tool/star": "/starred",
        "/starred": "<title>tool</title><p>Starred</p>",
    },
    steps=(
        f"{press('Issues', '3 open')}\n{press('Home', 'Issues')}",
        f"{press('Pull request 5', 'Merge me')}\n{press('Home', 'Issues')}",
        f"{press('Settings', 'Your settings')}\n{press('Home', 'Issues')}",
        f"{fill(Find='delete')}\n{press('Search', '2 found')}\n{press('Home', 'Issues')}",
        press("Star", "Starred"),
    ),
    sent=("GET /issues", "GET /pull/5", "GET /settings", "GET /search", "POST /ada/tool/star"),
    ask=("click ambiguous",),
)

MAIL = Flow(
    pages={
        "/": f"""<title>Inbox</title>{POST}<button id=m>Minutes of Monday</button><main>
          <label>To <input id=to></label><label>Subject <input id=su></label>
          <label>Message <textarea id=te></textarea></label><button id=s>Send</button></main>
          <script>m.onclick = async () => {{ await post('/api/read', {{ids: [5]}});
            await fetch('/api/messages/5').then(r => r.text()); told('We met.') }};
          te.onchange = () => post('/api/drafts', {{to: to.value, subject: su.value, text: te.value}});
          s.onclick = async () => {{ await post('/api/messages/send',
            {{to: to.value, subject: su.value, text: te.value}}); told('Message sent') }}</script>""",
    },
    steps=(
        press("Minutes of Monday", "We met."),
        fill(To="ada@example.com", Subject="Hello", Message="Good day"),
        press("Send", "Message sent"),
    ),
    sent=("POST /api/read", "GET /api/messages/5", "POST /api/drafts", "POST /api/messages/send"),
    ask=("request external_submit", "click external_submit"),  # the mark of reading, then Send
    answers=dict.fromkeys(
        ("/api/read", "/api/messages/5", "/api/drafts", "/api/messages/send"), "application/json"
    ),
)  # fmt: skip

SIGN_IN = Flow(
    pages={
        "/": """<title>Sign in</title><form method=post action=/login><label>User <input name=user>
          </label><label>Password <input type=password name=password></label>
          <button>Log in</button></form>""",
        ">/login": "/home",
        "/home": "<title>Home</title><p>Hello Ada</p><form method=post action=/logout>"
        "<button>Sign out</button></form>",
        ">/logout": "/bye",
        "/bye": "<title>Bye</title><p>Signed out</p>",
    },
    steps=(
        f"{fill(User='ada', Password='pw')}\n{press('Log in', 'Hello Ada')}",
        press("Sign out", "Signed out"),
    ),
    sent=("POST /login", "POST /logout"),
    ask=("fill sensitive_data", "click auth", "click auth"),
)

NEWS = Flow(
    pages={
        "/": f"""<title>News</title>{POST}<div id=c>We use cookies
          <button id=k>Accept all</button></div><a href=/2026/11/delete-your-account>How to delete</a>
          <img src="/pixel.gif?event=purchase&value=49.90"><img src=/tr?ev=Purchase&cd[value]=9>
          <form method=post action=/newsletter><input name=email><button>Subscribe</button></form>
          <script>navigator.sendBeacon('/collect', 'event=purchase&total=49.90');
          k.onclick = async () => {{ await post('/api/consent', {{analytics: true}}); c.remove();
            told('Thanks') }}</script>""",
        "/2026/11/delete-your-account": "<title>How</title><p>It is easy</p>",
    },
    steps=(press("Accept all", "Thanks"), press("How to delete", "It is easy")),
    sent=("GET /pixel.gif", "GET /tr", "POST /collect", "POST /api/consent"),
    answers={"/pixel.gif": "image/gif", "/tr": "image/gif", "/collect": "text/plain",
             "/api/consent": "application/json"},
)  # fmt: skip

PARTS = Flow(
    pages={
        "/": f"""<title>App</title>{POST}<img src=/img/remove-icon.svg><img src=/api/cart/remove-icon>
          <script src=/assets/delete.js></script><script src=/static/js/checkout/pay.js></script>
          <link rel=stylesheet href=/css/cancel-order.css><button id=b>Load more</button>
          <script>b.onclick = async () => {{
            await fetch('/api/icons/trash').then(r => r.text()); told('Loaded') }}</script>""",
    },
    steps=(press("Load more", "Loaded"),),
    sent=("GET /img/remove-icon.svg", "GET /api/cart/remove-icon", "GET /assets/delete.js",
          "GET /static/js/checkout/pay.js", "GET /css/cancel-order.css", "GET /api/icons/trash"),
    answers={"/img/remove-icon.svg": "image/svg+xml", "/api/cart/remove-icon": "image/svg+xml",
             "/assets/delete.js": "text/javascript", "/css/cancel-order.css": "text/css",
             "/static/js/checkout/pay.js": "text/javascript", "/api/icons/trash": "text/plain"},
)  # fmt: skip

FLOWS = {
    # `/checkout/complete?order=17` may complete an order as well as thank for it. `total` does not
    # say cents: a server that takes it for euros is paid a hundred times as much.
    "shop, cents": shop("total_cents: 4990", "/checkout/done", "request payment"),
    "shop, total in cents": shop("total: 4990, currency: 'EUR'", "/checkout/done", *_AGAIN),
    "shop, decimals": shop("total: '49.90'", "/order/17/confirmation"),
    # It announces the payment; the order that follows makes it.
    "payment intent": intents("/payment_intents", "amount_cents=4990"),
    # The intent tells cents as an amount, or goes to a host that the page did not name.
    "payment intent in cents": intents("/payment_intents", "amount=4990", "request payment"),
    "payment intent elsewhere": intents(
        "OTHER/payment_intents", "amount_cents=4990", "request payment"
    ),
    "forge": FORGE,
    "mail": MAIL,
    "sign in": SIGN_IN,
    "news": NEWS,
    "parts": PARTS,
}


def _leads(to: str) -> Any:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=303, headers={"Location": to})

    return answer


def _open(site: Site, flow: Flow) -> None:
    other = site.origin.replace("127.0.0.1", "localhost")
    for path, page in flow.pages.items():
        if path.startswith(">"):
            site.add(path[1:], _leads(page))
        else:
            site.add(path, page.replace("OTHER", other))
    for path, kind in flow.answers.items():
        site.add(path, "{}" if "json" in kind else "", kind)


@pytest.mark.parametrize("mode", ["delegated", "ask"])
@pytest.mark.parametrize("name", FLOWS)
async def test_an_ordinary_way_asks_so_often(site: Site, opener: Opener, name: str, mode: str):
    flow = FLOWS[name]
    _open(site, flow)
    world = world_of(site, *[yes() for _ in range(30)], path=flow.start, approval=mode)
    await play(world, opener, *[Act(each) for each in flow.steps])
    asked = [
        f"{spec.context['tool'].rpartition('.')[2]} {spec.risk}" for spec in world.requests.values()
    ]
    arrived = [f"{each.method} {each.path}" for each in site.requests]
    assert not [step.error_message for step in steps(world) if step.error_message]
    assert not world.of(TaskPolicyDenied)
    assert sorted(each for each in arrived if each in flow.sent) == sorted(flow.sent)
    assert tuple(asked) == (flow.delegated if mode == "delegated" else flow.ask)
