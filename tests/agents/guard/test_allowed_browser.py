"""What pages do with an approval in a real browser: what is asked again, and what is not."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from agents.ports import Act
from tests.agents.browser.conftest import Site
from tests.agents.guard.test_gate import (
    PAY,
    Opener,
    handle,
    no,
    opener,
    play,
    site,
    steps,
    world_of,
    yes,
)

__all__ = ["handle", "opener", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FIELDS = """<p>Blue backpack, total $1,249.00</p><input type=hidden name=total value=1249.00>
<input type=hidden name=csrf_token value=a1><input type=hidden name=loaded_time value=1>
<label>Phone <input name=phone value="555 0100"></label><button>Pay now</button>"""
FORM = f"<title>Pay</title><form id=f method=post action=/orders>{FIELDS}</form>"
LOOSE = f"<title>Pay</title><main>{FIELDS.replace('<button', '<button id=b type=button')}</main>"
HARMLESS = {
    "a plain form": FORM,
    "tokens and times that change": FORM + "<script>f.onsubmit = () => "
    "{ f.csrf_token.value = 'b2'; f.loaded_time.value = Date.now() }</script>",
    "what a script adds": FORM + "<script>f.addEventListener('formdata', e => {"
    " e.formData.append('telemetry', JSON.stringify({moves: 300, total_clicks: 9}));"
    " e.formData.append('tz', 'Europe/Berlin') })</script>",
    "values in another dress": FORM + "<script>f.onsubmit = () => "
    "{ f.phone.value = '555-0100'; f.total.value = '1249' }</script>",
    "a form in parts": FORM.replace("<form", "<form enctype=multipart/form-data"),
    "a total beside the form": "<aside><p>Sum of all: $54.00</p></aside>" + LOOSE.replace(
        "total $1,249.00", "delivery $5.00"
    ) + """<script>b.onclick = () => fetch('/orders', {method: 'POST',
      body: JSON.stringify({amount: 54, delivery_price: 5})})</script>""",
    "a check before the order": LOOSE + """<script>b.onclick = async () => {
      const post = (to, data) => fetch(to, {method: 'POST', body: JSON.stringify(data),
        headers: {'content-type': 'application/json', 'x-mine': '1'}});
      await post('/api/cart/validate', {total: 1249});
      navigator.sendBeacon('/collect', 'total=1249');
      await post('/orders', {amount: {value: '1249.00', currency: 'USD'}, amount_cents: 124900});
    }</script>""",
}  # fmt: skip
TWICE = (
    LOOSE
    + """<script>b.onclick = () => { for (const i of [1, 2])
  fetch('/orders', {method: 'POST', body: 'total=1249.00'}) }</script>"""
)
HIDDEN = LOOSE.replace("<p>", "<p hidden>$9,999.00</p><p style='opacity:0'>$9,999.00</p><p>") + (
    "<script>b.onclick = () => fetch('/orders', {method: 'POST', body: 'price=9999'})</script>"
)


PIECES = """<title>Pay</title><main><p>2 x Blue backpack</p><p>Total $49.90</p>
<button id=b>Pay $49.90</button></main><script>b.onclick = () => fetch('/orders', {method: 'POST',
  body: JSON.stringify({total: 49.9, quantity: MANY})})</script>"""


@pytest.fixture
def orders(site: Site) -> list[str]:
    """Bodies of what was ordered."""
    sent: list[str] = []

    async def take(request: web.Request) -> web.Response:
        sent.append(await request.text())
        return web.Response(text="<h1>Thank you</h1>", content_type="text/html")

    site.add("/orders", take)
    for path in ("/api/cart/validate", "/collect"):
        site.add(path, "ok")
    return sent


async def pressed(site: Site, opener: Opener, page: str, *answers: Any) -> Any:
    site.add("/pay", page)
    world = world_of(site, *answers, path="/pay")
    await play(world, opener, Act(f"{PAY}\nawait page.wait_for_timeout(300)"))
    return world


@pytest.mark.parametrize("how", HARMLESS)
async def test_an_order_as_it_was_shown_asks_once(site, orders, opener, how):
    world = await pressed(site, opener, HARMLESS[how], yes())
    assert len(world.requests) == 1
    assert len(orders) == 1


async def test_a_second_order_is_asked_about_by_itself(site, orders, opener):
    world = await pressed(site, opener, TWICE, yes(), no("once is enough"))
    assert len(orders) == 1
    first, second = world.requests.values()
    assert (first.context["tool"], second.context["tool"]) == ("locator.click", "request")
    assert 'it is a second one: Press "Pay now"' in second.prompt
    assert second.context["level"] == "high"
    assert "once is enough" in steps(world)[0].error_message


async def test_a_second_order_goes_when_it_is_approved_too(site, orders, opener):
    world = await pressed(site, opener, TWICE, yes(), yes())
    assert (len(world.requests), len(orders)) == (2, 2)


async def test_what_nobody_can_see_was_not_shown(site, orders, opener):
    world = await pressed(site, opener, HIDDEN, yes(), no())
    _, second = world.requests.values()
    assert 'price is "9999", which was not shown' in second.prompt
    assert orders == []


@pytest.mark.parametrize(("sent", "went"), [("2", 1), ("20", 0)])
async def test_a_number_of_pieces_is_told_and_is_what_may_be_sent(site, orders, opener, sent, went):
    site.add("/pay", PIECES.replace("MANY", sent))
    world = world_of(site, yes(), no(), path="/pay")
    press = 'await page.get_by_role("button").click()\nawait page.wait_for_timeout(300)'
    await play(world, opener, Act(press))
    first = next(iter(world.requests.values()))
    assert first.prompt.endswith(', with "2 x Blue backpack" on the page')
    assert (len(world.requests), len(orders)) == (2 - went, went)


def redirect(site: Site, seen: list[str], path: str, status: int, to: str) -> None:
    async def lead(request: web.Request) -> web.Response:
        seen.append(f"{request.method} {request.path} {await request.text()}")
        return web.Response(status=status, headers={"Location": to})

    site.add(path, lead)


async def test_what_the_server_makes_of_an_order_belongs_to_it(site, orders, opener):
    seen: list[str] = []
    redirect(site, seen, "/pay-here", 307, "/api/pay")
    redirect(site, seen, "/api/pay", 308, "/orders/place-order")
    redirect(site, seen, "/orders/place-order", 303, "/checkout/place-order?order=7")
    site.add("/checkout/place-order", "<h1>Thank you</h1>")
    page = FORM.replace("/orders", "/pay-here").replace("<button", "<input name=x><button")
    world = await pressed(site, opener, page, yes())
    assert len(world.requests) == 1
    assert [each.split()[0] for each in seen] == ["POST"] * 3
    assert len({each.split()[2] for each in seen}) == 1
    assert "/checkout/place-order" in [r.path for r in site.requests]


async def test_a_redirect_of_something_else_does_not(site, orders, opener):
    redirect(site, [], "/neutral", 302, "/checkout/place-order?order=8")
    page = (
        LOOSE
        + """<script>b.onclick = async () => {
      await fetch('/orders', {method: 'POST', body: 'total=1249.00'}); location = '/neutral' }
      </script>"""
    )
    world = await pressed(site, opener, page, yes(), no())
    _, second = world.requests.values()
    assert "it is a second one" in second.prompt
    assert len(orders) == 1
