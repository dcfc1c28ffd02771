"""What the site keeps over a restart, in one file: carts, orders, who is signed in."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import TypeAdapter, ValidationError

from practice.state import STATE, Order, State, TextMessage, Visitor


@dataclass
class Kept:
    """The lasting part of a `State`; received webhooks and wrong passwords are not in it."""

    visitors: dict[str, Visitor] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    payment_attempts: int = 0
    phone: list[TextMessage] = field(default_factory=list)
    prices: list[tuple[datetime, Decimal]] = field(default_factory=list)
    in_stock: bool = True
    submissions: int = 0


_KEPT = TypeAdapter(Kept)


def keep_in(app: web.Application, path: Path) -> None:
    """Begin with what the file holds, and write it after every request that changed something."""
    _load(app[STATE], path)

    @web.middleware
    async def save_changes(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        finally:
            if request.method not in ("GET", "HEAD"):
                _save(app[STATE], path)

    app.middlewares.append(save_changes)


def _load(state: State, path: Path) -> None:
    try:
        kept = _KEPT.validate_json(path.read_bytes())
    except FileNotFoundError:
        return
    except (OSError, ValidationError) as error:
        print(f"The practice site begins anew: {path} cannot be read ({error}).", file=sys.stderr)
        return
    state.visitors, state.orders = kept.visitors, kept.orders
    state.payment_attempts, state.submissions = kept.payment_attempts, kept.submissions
    state.phone.extend(kept.phone)
    state.prices, state.in_stock = kept.prices or state.prices, kept.in_stock


def _save(state: State, path: Path) -> None:
    kept = Kept(
        visitors=state.visitors,
        orders=state.orders,
        payment_attempts=state.payment_attempts,
        phone=list(state.phone),
        prices=state.prices,
        in_stock=state.in_stock,
        submissions=state.submissions,
    )
    fresh = path.with_suffix(".new")
    try:
        fresh.write_bytes(_KEPT.dump_json(kept))
        fresh.replace(path)
    except OSError as error:
        print(f"The practice site could not be kept in {path} ({error}).", file=sys.stderr)
