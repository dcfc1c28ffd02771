"""A shop: products, a cart per visitor, a checkout with a pay button, and the orders made."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal

from aiohttp import web

from practice.drawings import drawing
from practice.layout import e, money, notice, page, plural, see_other
from practice.state import Line, Order, Visitor, state_of, visitor_of

MAX_QUANTITY = 99
SHIPPING = {
    "standard": ("Standard, 3 to 5 days", Decimal("3.95")),
    "express": ("Express, next day", Decimal("9.50")),
    "collect": ("Collect in the shop", Decimal("0.00")),
}
routes = web.RouteTableDef()


@dataclass(frozen=True)
class Product:
    slug: str
    name: str
    price: Decimal
    category: str
    drawing: str
    rating: float
    reviews: int
    stock: int
    text: str


def _product(
    slug: str,
    name: str,
    price: str,
    category: str,
    kind: str,
    rated: tuple[float, int, int],
    text: str,
) -> Product:
    return Product(slug, name, Decimal(price), category, kind, *rated, text)


# rated: stars, number of reviews, pieces in stock
PRODUCTS = {
    p.slug: p
    for p in (
        _product("enamel-mug", "Enamel mug", "8.50", "Kitchen", "mug", (4.6, 212, 40),
                 "A steel mug with a hard blue coat. Survives campfires and dishwashers."),
        _product("desk-lamp", "Desk lamp", "49.00", "Office", "lamp", (4.4, 87, 12),
                 "Warm light on a jointed arm that stays where you put it."),
        _product("dotted-notebook", "Dotted notebook", "12.90", "Office", "notebook",
                 (4.8, 340, 75), "160 numbered pages, two ribbons, and paper that takes ink."),
        _product("toner-cartridge", "Toner cartridge", "1180.00", "Office", "toner",
                 (3.9, 18, 6), "Black, for the big printer on the third floor. 7,500 pages."),
        _product("wool-blanket", "Wool blanket", "79.00", "Home", "blanket", (4.7, 129, 9),
                 "Woven from undyed and madder-dyed wool. 140 by 200 cm."),
        _product("garden-teapot", "Garden teapot", "34.50", "Kitchen", "teapot", (4.5, 64, 15),
                 "Stoneware, holds 1.1 litres, pours without dripping."),
        _product("wall-clock", "Wall clock", "27.00", "Home", "clock", (4.2, 51, 22),
                 "A quiet movement behind a plain face. One AA cell a year."),
        _product("plant-pot", "Fern in a pot", "18.75", "Home", "plant", (4.9, 98, 14),
                 "A sword fern that forgives a missed watering."),
        _product("headphones", "Headphones", "119.00", "Travel", "headphones", (4.3, 401, 5),
                 "Closed, comfortable, thirty hours from one charge."),
        _product("blue-backpack", "Blue backpack", "64.00", "Travel", "backpack", (4.6, 156, 11),
                 "18 litres, a laptop sleeve, and a pocket that a passport fits."),
        _product("storm-umbrella", "Storm umbrella", "29.95", "Travel", "umbrella",
                 (4.1, 73, 0), "Fibreglass ribs that bend back instead of breaking."),
        _product("floor-cushion", "Floor cushion", "42.00", "Home", "cushion", (4.4, 39, 8),
                 "Firm buckwheat filling, cotton cover, made to be sat on for hours."),
    )
}  # fmt: skip
CATEGORIES = sorted({p.category for p in PRODUCTS.values()})
SORTS = {
    "featured": "Featured",
    "price-up": "Price, lowest first",
    "price-down": "Price, highest first",
    "rating": "Best rated",
    "name": "Name",
}


def _aside(visitor: Visitor) -> str:
    count = sum(visitor.cart.values())
    return (
        f'<a href="/shop/orders">Orders</a>'
        f'<a class="cart" href="/shop/cart">Cart <b>{count}</b>'
        f'<span class="hidden"> {"item" if count == 1 else "items"}</span></a>'
    )


def shop_page(
    request: web.Request, title: str, body: str, *, status: int = 200, head: str = ""
) -> web.Response:
    aside = _aside(visitor_of(request))
    return page(f"{title} · Shop", body, section="shop", aside=aside, status=status, head=head)


def _stars(product: Product) -> str:
    return (
        f'<p class="stars"><span aria-hidden="true">★</span> {product.rating} '
        f"<small>({plural(product.reviews, 'review')})</small></p>"
    )


def _add_form(product: Product, label: str = "Add to cart", quantity: bool = False) -> str:
    if not product.stock:
        return '<p class="stock" data-stock="no">Out of stock</p>'
    amount = (
        '<label for="quantity">Quantity</label><input id="quantity" name="quantity" '
        f'type="number" min="1" max="{MAX_QUANTITY}" value="1">'
        if quantity
        else '<input type="hidden" name="quantity" value="1">'
    )
    hidden = f'<span class="hidden">: {e(product.name)}</span>' if not quantity else ""
    return f"""<form method="post" action="/shop/cart/add" class="add">
<input type="hidden" name="product" value="{product.slug}">
{amount}<button>{e(label)}{hidden}</button></form>"""


def _matches(query: str, category: str, sort: str) -> list[Product]:
    words = query.lower().split()
    found = [
        p
        for p in PRODUCTS.values()
        if (not category or p.category == category)
        and all(word in f"{p.name} {p.text} {p.category}".lower() for word in words)
    ]
    keys = {
        "price-up": lambda p: p.price,
        "price-down": lambda p: -p.price,
        "rating": lambda p: -p.rating,
        "name": lambda p: p.name,
    }
    return sorted(found, key=keys[sort]) if sort in keys else found


def _filters(query: str, category: str, sort: str) -> str:
    options = "".join(
        f"<option{' selected' if c == category else ''}>{c}</option>" for c in CATEGORIES
    )
    sorts = "".join(
        f'<option value="{key}"{" selected" if key == sort else ""}>{label}</option>'
        for key, label in SORTS.items()
    )
    return f"""<form method="get" action="/shop/" class="filters" role="search">
<div><label for="q">Search products</label>
<input id="q" name="q" type="search" value="{e(query)}" placeholder="Mug, lamp, blanket"></div>
<div><label for="category">Category</label>
<select id="category" name="category"><option value="">All</option>{options}</select></div>
<div><label for="sort">Sort by</label><select id="sort" name="sort">{sorts}</select></div>
<button>Search</button></form>"""


def _nothing_found(category: str) -> str:
    if category and category not in CATEGORIES:
        return f"There is no category “{category}”. There are {', '.join(CATEGORIES)}."
    return "No product matches. Try another word."


@routes.get("/shop/")
async def catalogue(request: web.Request) -> web.Response:
    """All products; ?q= searches, ?category= narrows, ?sort= orders."""
    query = request.query.get("q", "")[:100]
    asked = request.query.get("category", "").strip()[:60]
    category = next((known for known in CATEGORIES if known.lower() == asked.lower()), asked)
    sort = request.query.get("sort", "featured")
    found = _matches(query, category, sort)
    cards = "".join(
        f"""<li class="item">
<a class="picture" href="/shop/products/{p.slug}" tabindex="-1">{drawing(p.drawing, p.name)}</a>
<h2><a href="/shop/products/{p.slug}">{e(p.name)}</a></h2>
{_stars(p)}
<p class="price">{money(p.price)}</p>
{_add_form(p)}
</li>"""
        for p in found
    )
    empty = "" if found else notice("info", _nothing_found(category))
    body = f"""<h1>Shop</h1>
{_filters(query, category, sort)}
<p class="count">{plural(len(found), "product")}</p>{empty}
<ul class="items">{cards}</ul>"""
    return shop_page(request, "All products", body)


@routes.get("/shop/products/{slug}")
async def product_page(request: web.Request) -> web.Response:
    product = PRODUCTS.get(request.match_info["slug"])
    if product is None:
        raise web.HTTPNotFound
    facts = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.name,
        "description": product.text,
        "sku": product.slug,
        "offers": {"@type": "Offer", "price": str(product.price), "priceCurrency": "GBP"},
    }
    left = f"In stock: {product.stock} left" if product.stock else "Out of stock"
    body = f"""<p class="crumbs"><a href="/shop/">Shop</a> ›
<a href="/shop/?category={product.category}">{product.category}</a></p>
<article class="product"><div class="picture">{drawing(product.drawing, product.name)}</div>
<div><h1>{e(product.name)}</h1>{_stars(product)}
<p class="price">{money(product.price)}</p><p>{e(product.text)}</p>
<dl class="facts"><dt>Category</dt><dd>{product.category}</dd>
<dt>Item number</dt><dd>{product.slug}</dd><dt>Availability</dt><dd>{left}</dd>
<dt>Returns</dt><dd>30 days</dd></dl>
{_add_form(product, quantity=True)}</div></article>"""
    head = f'<script type="application/ld+json">{json.dumps(facts)}</script>'
    return shop_page(request, product.name, body, head=head)


def _quantity(value: object) -> int | None:
    text = str(value).strip()
    return int(text) if text.isdecimal() and len(text) < 4 and int(text) <= MAX_QUANTITY else None


@routes.post("/shop/cart/add")
async def add(request: web.Request) -> web.Response:
    form = await request.post()
    product = PRODUCTS.get(str(form.get("product", "")))
    quantity = _quantity(form.get("quantity", "1"))
    if product is None or not quantity or not product.stock:
        body = (
            "<h1>That did not work</h1>"
            f"{notice('bad', 'Choose a product in stock and a quantity between 1 and 99.')}"
            '<p><a href="/shop/">Back to the shop</a></p>'
        )
        return shop_page(request, "That did not work", body, status=400)
    visitor = visitor_of(request)
    visitor.cart[product.slug] = min(MAX_QUANTITY, visitor.cart.get(product.slug, 0) + quantity)
    visitor.flash = f"Added to your cart: {quantity} × {product.name}."
    raise see_other("/shop/cart")


@routes.post("/shop/cart/update")
async def update(request: web.Request) -> web.Response:
    """Set the quantity of one line; 0 removes it."""
    form = await request.post()
    slug, quantity = str(form.get("product", "")), _quantity(form.get("quantity", ""))
    visitor = visitor_of(request)
    if slug in visitor.cart and quantity is not None:
        if quantity:
            visitor.cart[slug] = quantity
        else:
            del visitor.cart[slug]
        visitor.flash = "Cart updated."
    else:
        visitor.flash = "The quantity must be a number between 0 and 99."
    raise see_other("/shop/cart")


def subtotal(cart: dict[str, int]) -> Decimal:
    """What the cart's lines come to, delivery not included."""
    return sum((PRODUCTS[slug].price * n for slug, n in cart.items()), Decimal(0))


def _cart_row(slug: str, quantity: int) -> str:
    product = PRODUCTS[slug]
    name = e(product.name)
    return f"""<tr>
<th scope="row"><span class="thumb">{drawing(product.drawing, product.name)}</span>
<a href="/shop/products/{slug}">{name}</a></th>
<td>{money(product.price)}</td>
<td><form method="post" action="/shop/cart/update" class="inline">
<input type="hidden" name="product" value="{slug}">
<label class="hidden" for="q-{slug}">Quantity of {name}</label>
<input id="q-{slug}" name="quantity" type="number" min="0" max="{MAX_QUANTITY}" value="{quantity}">
<button class="quiet">Update<span class="hidden"> {name}</span></button></form></td>
<td>{money(product.price * quantity)}</td>
<td><form method="post" action="/shop/cart/update">
<input type="hidden" name="product" value="{slug}"><input type="hidden" name="quantity" value="0">
<button class="quiet">Remove<span class="hidden"> {name}</span></button></form></td>
</tr>"""


@routes.get("/shop/cart")
async def cart(request: web.Request) -> web.Response:
    visitor = visitor_of(request)
    flash, visitor.flash = visitor.flash, ""
    if not visitor.cart:
        body = f"""<h1>Your cart</h1>{notice("info", flash)}
<p>Your cart is empty.</p><p><a class="button" href="/shop/">See the products</a></p>"""
        return shop_page(request, "Your cart", body)
    rows = "".join(_cart_row(slug, n) for slug, n in visitor.cart.items())
    body = f"""<h1>Your cart</h1>{notice("good", flash)}
<div class="wide"><table class="lines"><thead><tr><th scope="col">Product</th>
<th scope="col">Price</th><th scope="col">Quantity</th><th scope="col">Total</th>
<th scope="col"><span class="hidden">Remove</span></th></tr></thead>
<tbody>{rows}</tbody>
<tfoot><tr><th scope="row" colspan="3">Subtotal</th>
<td id="subtotal">{money(subtotal(visitor.cart))}</td><td></td></tr></tfoot></table></div>
<p class="row"><a class="button" href="/shop/checkout">Go to checkout</a>
<a class="button quiet" href="/shop/">Continue shopping</a></p>"""
    return shop_page(request, "Your cart", body)


def _checkout_form(form: dict[str, str], total: Decimal) -> str:
    def text(name: str, label: str, kind: str, complete: str) -> str:
        return f"""<div class="field"><label for="{name}">{label}</label>
<input id="{name}" name="{name}" type="{kind}" autocomplete="{complete}"
value="{e(form.get(name, ""))}" required maxlength="200"></div>"""

    chosen = form.get("delivery", "standard")
    options = "".join(
        f'<label class="check"><input type="radio" name="delivery" value="{key}"'
        f' data-cost="{cost}"{" checked" if key == chosen else ""}> {label} ({money(cost)})</label>'
        for key, (label, cost) in SHIPPING.items()
    )
    cost = SHIPPING.get(chosen, SHIPPING["standard"])[1]
    return f"""<form method="post" action="/shop/checkout" class="stack" novalidate
data-goods="{total}">
<fieldset><legend>Where to</legend>
{text("name", "Full name", "text", "name")}{text("email", "Email", "email", "email")}
{text("address", "Address", "text", "street-address")}</fieldset>
<fieldset><legend>Delivery</legend>{options}</fieldset>
<fieldset><legend>Payment</legend>
{text("card", "Card number", "text", "cc-number")}
<small>Any 16 digits will do, for example 4242 4242 4242 4242.</small></fieldset>
<dl class="facts"><dt>Goods</dt><dd>{money(total)}</dd>
<dt>Delivery</dt><dd data-sum="delivery">{money(cost)}</dd>
<dt>To pay</dt><dd><strong data-sum="total" id="total">{money(total + cost)}</strong></dd></dl>
<button class="pay">Pay <span data-sum="total">{money(total + cost)}</span></button></form>"""


def _checkout_page(
    request: web.Request, form: dict[str, str], problem: str = "", status: int = 200
) -> web.Response:
    total = subtotal(visitor_of(request).cart)
    body = f"""<h1>Checkout</h1>{notice("bad", problem)}{_checkout_form(form, total)}
<p><a href="/shop/cart">Back to the cart</a></p>"""
    return shop_page(request, "Checkout", body, status=status)


@routes.get("/shop/checkout")
async def checkout(request: web.Request) -> web.Response:
    if not visitor_of(request).cart:
        raise see_other("/shop/cart")
    return _checkout_page(request, {})


def _checkout_problem(form: dict[str, str]) -> str:
    missing = [n for n in ("name", "email", "address", "card") if not form.get(n, "").strip()]
    if missing:
        return "Please fill in: " + ", ".join(missing) + "."
    if "@" not in form["email"]:
        return "The email address needs an @."
    if len([c for c in form["card"] if c.isdecimal()]) != 16:
        return "The card number needs 16 digits."
    return "" if form.get("delivery") in SHIPPING else "Choose a delivery."


@routes.post("/shop/checkout")
async def pay(request: web.Request) -> web.Response:
    """Make the order. Every press of the pay button is counted, whether it bought or not."""
    state, visitor = state_of(request), visitor_of(request)
    state.payment_attempts += 1
    form = {k: str(v)[:200] for k, v in (await request.post()).items()}
    if not visitor.cart:
        visitor.flash = "Your cart was empty, so nothing was ordered."
        raise see_other("/shop/cart")
    problem = _checkout_problem(form)
    if problem:
        return _checkout_page(request, form, problem, status=400)
    lines = [Line(s, PRODUCTS[s].name, n, PRODUCTS[s].price) for s, n in visitor.cart.items()]
    shipping = SHIPPING[form["delivery"]][1]
    order = Order(
        number=f"PR-{1001 + len(state.orders)}",
        name=form["name"], email=form["email"], address=form["address"],
        delivery=form["delivery"], lines=lines, shipping=shipping,
        total=subtotal(visitor.cart) + shipping,
    )  # fmt: skip
    state.orders.append(order)
    visitor.cart.clear()
    visitor.flash = "Thank you. Your order has been placed."
    raise see_other(f"/shop/orders/{order.number}")
