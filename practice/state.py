"""What the site remembers between requests. One object per running site."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from aiohttp import web

COOKIE = "practice_visitor"
COOKIE_S = 30 * 24 * 3600  # a browser that is started anew is the same visitor
MAX_VISITORS = 2_000


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


@dataclass
class Line:
    slug: str
    name: str
    quantity: int
    price: Decimal


@dataclass
class Order:
    number: str
    name: str
    email: str
    address: str
    delivery: str
    lines: list[Line]
    shipping: Decimal
    total: Decimal
    placed_at: datetime = field(default_factory=now)

    def as_dict(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "name": self.name,
            "email": self.email,
            "address": self.address,
            "delivery": self.delivery,
            "lines": [vars(line) | {"price": str(line.price)} for line in self.lines],
            "shipping": str(self.shipping),
            "total": str(self.total),
            "placed_at": self.placed_at.isoformat().replace("+00:00", "Z"),
        }


@dataclass
class Visitor:
    """One browser: its cart, and how far it got with signing in."""

    cart: dict[str, int] = field(default_factory=dict)  # slug -> quantity
    flash: str = ""
    password_ok_for: str = ""  # name whose password was right; the code comes next
    code: str = ""
    code_failures: int = 0
    signed_in_as: str = ""


@dataclass
class TextMessage:
    to: str
    code: str
    sent_at: datetime = field(default_factory=now)


@dataclass
class Hook:
    """A webhook as it arrived. signature: valid, invalid, missing or unchecked."""

    received_at: datetime
    headers: dict[str, str]
    body: str
    answered: int
    signature: str

    def as_dict(self) -> dict[str, Any]:
        stamp = self.received_at.isoformat().replace("+00:00", "Z")
        return {**vars(self), "received_at": stamp}


@dataclass
class ReceiverMode:
    """How the receiver answers. `remaining` counts failures left; None means until changed."""

    status: int = 200
    remaining: int | None = None
    delay_s: float = 0.0
    retry_after: str = ""
    secret: str = ""


@dataclass
class State:
    visitors: dict[str, Visitor] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    payment_attempts: int = 0
    failures: dict[str, tuple[int, float]] = field(default_factory=dict)  # name -> count, when
    phone: deque[TextMessage] = field(default_factory=lambda: deque(maxlen=50))
    prices: list[tuple[datetime, Decimal]] = field(
        default_factory=lambda: [(now(), Decimal("1180.00"))]
    )
    in_stock: bool = True
    hooks: deque[Hook] = field(default_factory=lambda: deque(maxlen=200))
    hooks_received: int = 0
    receiver: ReceiverMode = field(default_factory=ReceiverMode)
    submissions: int = 0

    def reset(self) -> None:
        """Forget everything, as after a fresh start."""
        self.__dict__.update(State().__dict__)

    def visitor(self, token: str) -> Visitor:
        """The visitor with this cookie. The oldest are dropped beyond 2,000."""
        if token not in self.visitors:
            while len(self.visitors) >= MAX_VISITORS:
                del self.visitors[next(iter(self.visitors))]
            self.visitors[token] = Visitor()
        return self.visitors[token]


STATE = web.AppKey("state", State)
VISITOR_TOKEN = web.RequestKey("visitor_token", str)


def state_of(request: web.Request) -> State:
    return request.app[STATE]


def visitor_of(request: web.Request) -> Visitor:
    """Who asks. The middleware below has made sure of the cookie."""
    return state_of(request).visitor(request[VISITOR_TOKEN])


@web.middleware
async def remember_visitor(request: web.Request, handler: Any) -> web.StreamResponse:
    """Give every browser a cookie. Its name is our own: cookies ignore ports."""
    token = request.cookies.get(COOKIE, "")
    fresh = not (16 <= len(token) <= 64 and token.isascii())
    request[VISITOR_TOKEN] = token = secrets.token_urlsafe(18) if fresh else token
    try:
        response = await handler(request)
    except web.HTTPException as redirect:
        if fresh:
            _name(redirect, token)
        raise
    if fresh and not response.prepared:
        _name(response, token)
    return response


def _name(response: web.StreamResponse, token: str) -> None:
    response.set_cookie(COOKIE, token, max_age=COOKIE_S, httponly=True, samesite="Lax", path="/")
