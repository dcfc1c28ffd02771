"""The orders made in the shop, for people and, as JSON, for tests."""

from __future__ import annotations

from aiohttp import web

from practice.layout import e, money, notice, plural
from practice.shop import SHIPPING, shop_page
from practice.state import Order, state_of, visitor_of

routes = web.RouteTableDef()


@routes.get("/shop/api/orders")
async def as_json(request: web.Request) -> web.Response:
    """`{"count", "payment_attempts", "orders": [...]}`, oldest first."""
    state = state_of(request)
    return web.json_response(
        {
            "count": len(state.orders),
            "payment_attempts": state.payment_attempts,
            "orders": [order.as_dict() for order in state.orders],
        }
    )


@routes.get("/shop/orders")
async def listing(request: web.Request) -> web.Response:
    """All orders since the last reset, newest first."""
    orders = state_of(request).orders
    rows = "".join(
        f'<tr><th scope="row"><a href="/shop/orders/{o.number}">{o.number}</a></th>'
        f"<td><time>{o.placed_at:%Y-%m-%d %H:%M}</time></td><td>{e(o.name)}</td>"
        f"<td>{sum(line.quantity for line in o.lines)}</td><td>{money(o.total)}</td></tr>"
        for o in reversed(orders)
    )
    table = (
        f"""<div class="wide"><table><thead><tr><th scope="col">Order</th>
<th scope="col">Placed (UTC)</th><th scope="col">Name</th><th scope="col">Items</th>
<th scope="col">Total</th></tr></thead><tbody>{rows}</tbody></table></div>"""
        if orders
        else "<p>Nobody has ordered anything yet.</p>"
    )
    body = f"""<h1>Orders</h1><p class="count">{plural(len(orders), "order")}</p>{table}
<p><a class="button quiet" href="/shop/">Back to the shop</a></p>"""
    return shop_page(request, "Orders", body)


def _find(request: web.Request) -> Order:
    number = request.match_info["number"]
    for order in state_of(request).orders:
        if order.number == number:
            return order
    raise web.HTTPNotFound


@routes.get("/shop/orders/{number}")
async def one(request: web.Request) -> web.Response:
    order, visitor = _find(request), visitor_of(request)
    flash, visitor.flash = visitor.flash, ""
    rows = "".join(
        f'<tr><th scope="row">{e(line.name)}</th><td>{line.quantity}</td>'
        f"<td>{money(line.price)}</td><td>{money(line.price * line.quantity)}</td></tr>"
        for line in order.lines
    )
    body = f"""{notice("good", flash)}<h1>Order {order.number}</h1>
<dl class="facts"><dt>Name</dt><dd>{e(order.name)}</dd><dt>Email</dt><dd>{e(order.email)}</dd>
<dt>Address</dt><dd>{e(order.address)}</dd><dt>Delivery</dt><dd>{SHIPPING[order.delivery][0]}</dd>
<dt>Placed</dt><dd><time>{order.placed_at:%Y-%m-%d %H:%M:%S} UTC</time></dd></dl>
<div class="wide"><table><thead><tr><th scope="col">Product</th><th scope="col">Quantity</th>
<th scope="col">Price</th><th scope="col">Total</th></tr></thead><tbody>{rows}</tbody>
<tfoot><tr><th scope="row" colspan="3">Delivery</th><td>{money(order.shipping)}</td></tr>
<tr><th scope="row" colspan="3">Paid</th><td id="paid">{money(order.total)}</td></tr></tfoot>
</table></div><p><a class="button quiet" href="/shop/">Back to the shop</a></p>"""
    return shop_page(request, f"Order {order.number}", body)
