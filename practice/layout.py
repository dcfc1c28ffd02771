"""The frame around every practice page, and the few helpers that build HTML."""

from __future__ import annotations

from decimal import Decimal
from html import escape

from aiohttp import web

SECTIONS = {
    "shop": ("/shop/", "Shop"),
    "signin": ("/signin/", "Sign in"),
    "news": ("/news/", "News"),
    "forms": ("/forms/", "Forms"),
    "slow": ("/slow/", "Slow"),
    "price": ("/price/", "Price"),
    "receiver": ("/receiver/", "Receiver"),
}


def e(value: object) -> str:
    """Text made safe for HTML content and for quoted attributes."""
    return escape(str(value), quote=True)


def money(amount: Decimal) -> str:
    """Pounds as a shop writes them: `£1,240.00`."""
    return f"£{amount:,.2f}"


def plural(count: int, word: str) -> str:
    """`1 comment`, `2 comments`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def notice(kind: str, text: str) -> str:
    """A message box. kind: `good`, `bad` or `info`; bad ones are announced at once."""
    role = "alert" if kind == "bad" else "status"
    return f'<p class="notice" data-kind="{kind}" role="{role}">{e(text)}</p>' if text else ""


def field(name: str, label: str, control: str, hint: str = "") -> str:
    """A labelled control. `control` is an HTML element whose id is `name`."""
    note = f'<small id="{name}-hint">{e(hint)}</small>' if hint else ""
    return f'<div class="field"><label for="{name}">{e(label)}</label>{control}{note}</div>'


def page(
    title: str,
    body: str,
    *,
    section: str = "",
    aside: str = "",
    head: str = "",
    status: int = 200,
) -> web.Response:
    """A whole page. aside: what stands right in the header (a cart link, a user's name)."""
    links = "".join(
        f'<a href="{href}"{" aria-current=page" if key == section else ""}>{label}</a>'
        for key, (href, label) in SECTIONS.items()
    )
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{e(title)}</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/practice.css">
<script type="module" src="/static/practice.js"></script>
{head}
</head>
<body data-section="{section or "home"}">
<a class="skip" href="#content">Skip to content</a>
<header class="top">
<a class="brand" href="/">Practice site</a>
<nav aria-label="Sections">{links}</nav>
<div class="aside">{aside}</div>
</header>
<main id="content" tabindex="-1">
{body}
</main>
<footer><p>Everything here is made up. Nothing is sold and nobody is paid.</p>
</footer>
</body>
</html>
"""
    return web.Response(text=html, content_type="text/html", status=status)


def see_other(address: str) -> web.HTTPSeeOther:
    """After a form was taken: go and look at the result (a reload then posts nothing)."""
    return web.HTTPSeeOther(address)
