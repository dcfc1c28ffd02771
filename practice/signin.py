"""Signing in: a password, then a one-time code that arrives on a (pretend) phone."""

from __future__ import annotations

import csv
import hmac
import io
import secrets
import time

from aiohttp import web

from practice.layout import e, notice, page, see_other
from practice.state import State, TextMessage, Visitor, state_of, visitor_of

# Printed on the sign-in page itself: these accounts guard nothing.
ACCOUNTS = {"ada": "analytical-engine", "grace": "nanosecond-wire"}
FULL_NAMES = {"ada": "Ada Lovelace", "grace": "Grace Hopper"}
MAX_FAILURES = 5
LOCKED_S = 30.0
MAX_CODE_FAILURES = 3
STATEMENT = [
    ("2025-03-03", "Train to Lisbon", "-86.40"),
    ("2025-03-07", "Salary", "2450.00"),
    ("2025-03-09", "Bookshop", "-31.20"),
    ("2025-03-12", "Electricity", "-74.95"),
    ("2025-03-18", "Refund, umbrella", "29.95"),
]
routes = web.RouteTableDef()


def _aside(visitor: Visitor) -> str:
    if not visitor.signed_in_as:
        return '<a href="/signin/phone">Phone</a>'
    return f'<a href="/signin/account">{e(FULL_NAMES[visitor.signed_in_as])}</a>'


def _page(request: web.Request, title: str, body: str, status: int = 200) -> web.Response:
    return page(title, body, section="signin", aside=_aside(visitor_of(request)), status=status)


def _password_page(
    request: web.Request, problem: str = "", name: str = "", status: int = 200
) -> web.Response:
    accounts = "".join(
        f"<tr><td><code>{user}</code></td><td><code>{password}</code></td></tr>"
        for user, password in ACCOUNTS.items()
    )
    body = f"""<div class="narrow"><h1>Sign in</h1>{notice("bad", problem)}
<form method="post" action="/signin/" class="stack panel">
<div class="field"><label for="username">User name</label>
<input id="username" name="username" autocomplete="username" value="{e(name)}" required></div>
<div class="field"><label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
</div><button>Sign in</button></form>
<details><summary>Practice accounts</summary>
<table><thead><tr><th scope="col">User name</th><th scope="col">Password</th></tr></thead>
<tbody>{accounts}</tbody></table>
<p>After the password a code is sent to <a href="/signin/phone">the phone</a>. Five wrong
passwords lock an account for 30 seconds.</p></details></div>"""
    return _page(request, "Sign in", body, status)


@routes.get("/signin/")
async def show(request: web.Request) -> web.Response:
    if visitor_of(request).signed_in_as:
        raise see_other("/signin/account")
    return _password_page(request)


def _locked(state: State, name: str) -> bool:
    count, last = state.failures.get(name, (0, 0.0))
    if count >= MAX_FAILURES and time.monotonic() - last >= LOCKED_S:
        state.failures.pop(name)
        return False
    return count >= MAX_FAILURES


def _send_code(state: State, visitor: Visitor, name: str) -> None:
    visitor.password_ok_for, visitor.code_failures = name, 0
    visitor.code = f"{secrets.randbelow(1_000_000):06d}"
    state.phone.appendleft(TextMessage(to=name, code=visitor.code))


@routes.post("/signin/")
async def password(request: web.Request) -> web.Response:
    form = await request.post()
    name, given = str(form.get("username", "")).strip().lower(), str(form.get("password", ""))
    state = state_of(request)
    if name in ACCOUNTS and _locked(state, name):
        return _password_page(
            request, "This account is locked after too many wrong passwords. Wait 30 seconds.",
            name, status=429,
        )  # fmt: skip
    right = hmac.compare_digest(ACCOUNTS.get(name, "").encode(), given.encode("utf-8", "replace"))
    if not right or name not in ACCOUNTS:
        if name in ACCOUNTS:
            state.failures[name] = (state.failures.get(name, (0, 0.0))[0] + 1, time.monotonic())
        return _password_page(request, "User name or password is wrong.", name, status=401)
    state.failures.pop(name, None)
    _send_code(state, visitor_of(request), name)
    raise see_other("/signin/code")


def _code_page(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    body = f"""<div class="narrow"><h1>Enter the code</h1>{notice("bad", problem)}
<p>We sent a six-digit code to the phone ending in 42.</p>
<form method="post" action="/signin/code" class="stack panel">
<div class="field"><label for="code">One-time code</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="12"
required></div><button>Continue</button></form>
<form method="post" action="/signin/resend"><button class="quiet">Send another code</button></form>
<p><a href="/signin/phone" target="_blank" rel="noopener">Look at the phone</a> (opens a new
tab)</p></div>"""
    return _page(request, "Enter the code", body, status)


@routes.get("/signin/code")
async def ask_code(request: web.Request) -> web.Response:
    if not visitor_of(request).password_ok_for:
        raise see_other("/signin/")
    return _code_page(request)


@routes.post("/signin/code")
async def take_code(request: web.Request) -> web.Response:
    """The right code signs in; the third wrong one asks for the password again."""
    visitor = visitor_of(request)
    if not visitor.password_ok_for:
        raise see_other("/signin/")
    given = "".join(c for c in str((await request.post()).get("code", "")) if c.isdecimal())
    if hmac.compare_digest(given.encode(), visitor.code.encode()):
        visitor.signed_in_as, visitor.password_ok_for = visitor.password_ok_for, ""
        visitor.flash = "You are signed in."
        raise see_other("/signin/account")
    visitor.code_failures += 1
    if visitor.code_failures >= MAX_CODE_FAILURES:
        name, visitor.password_ok_for = visitor.password_ok_for, ""
        return _password_page(request, "Three wrong codes. Please sign in again.", name, status=401)
    left = MAX_CODE_FAILURES - visitor.code_failures
    tries = "1 try" if left == 1 else f"{left} tries"
    return _code_page(request, f"That code is wrong. {tries} left.", status=401)


@routes.post("/signin/resend")
async def resend(request: web.Request) -> web.Response:
    visitor = visitor_of(request)
    if not visitor.password_ok_for:
        raise see_other("/signin/")
    _send_code(state_of(request), visitor, visitor.password_ok_for)
    raise see_other("/signin/code")


@routes.get("/signin/phone")
async def phone(request: web.Request) -> web.Response:
    """The phone that gets the codes. Newest message first."""
    messages = "".join(
        f"""<li><small>To {e(FULL_NAMES[m.to])} ·
<time>{m.sent_at:%H:%M:%S} UTC</time></small>
<p>Your sign-in code is <strong class="code">{m.code}</strong>. Tell it to nobody.</p></li>"""
        for m in state_of(request).phone
    )
    inside = f"<ul>{messages}</ul>" if messages else "<p>No messages yet.</p>"
    body = f"""<div class="narrow"><h1>The phone</h1>
<p>Where the one-time codes arrive. A person would read them here.</p>
<div class="phone"><h2>Messages</h2>{inside}</div>
<p><a href="/signin/phone">Refresh</a></p></div>"""
    return _page(request, "The phone", body)


@routes.get("/signin/api/phone")
async def phone_json(request: web.Request) -> web.Response:
    """The phone's messages for tests: `{"messages": [{"to", "code"}]}`, newest first."""
    messages = [{"to": m.to, "code": m.code} for m in state_of(request).phone]
    return web.json_response({"messages": messages})


@routes.get("/signin/account")
async def account(request: web.Request) -> web.Response:
    visitor = visitor_of(request)
    if not visitor.signed_in_as:
        raise see_other("/signin/")
    flash, visitor.flash = visitor.flash, ""
    rows = "".join(
        f"<tr><td><time>{day}</time></td><td>{e(what)}</td><td>{amount}</td></tr>"
        for day, what, amount in STATEMENT
    )
    body = f"""{notice("good", flash)}<h1>Welcome, {e(FULL_NAMES[visitor.signed_in_as])}</h1>
<dl class="facts"><dt>User name</dt><dd>{e(visitor.signed_in_as)}</dd>
<dt>Account</dt><dd>PR-55-1024</dd><dt>Balance</dt><dd id="balance">£2,287.40</dd></dl>
<h2>March</h2><div class="wide"><table><thead><tr><th scope="col">Date</th>
<th scope="col">What</th><th scope="col">Amount in £</th></tr></thead>
<tbody>{rows}</tbody></table></div>
<p class="row"><a class="button" href="/signin/statement.csv" download>Download statement</a></p>
<form method="post" action="/signin/out"><button class="quiet">Sign out</button></form>"""
    return _page(request, "Your account", body)


@routes.get("/signin/statement.csv")
async def statement(request: web.Request) -> web.Response:
    """The account's bookings as a file to download."""
    if not visitor_of(request).signed_in_as:
        raise see_other("/signin/")
    out = io.StringIO()
    csv.writer(out).writerows([("date", "what", "amount"), *STATEMENT])
    return web.Response(
        text=out.getvalue(),
        content_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="statement.csv"'},
    )


@routes.post("/signin/out")
async def sign_out(request: web.Request) -> web.Response:
    visitor_of(request).signed_in_as = ""
    raise see_other("/signin/")
