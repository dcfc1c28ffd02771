"""Receives webhooks, shows them, checks their signatures, and fails when told to.

Signatures are those of Standard Webhooks: `webhook-signature: v1,<base64>`, HMAC-SHA256 of
`id.timestamp.body` under the secret (`whsec_` + base64).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from practice.layout import e, notice, page, plural, see_other
from practice.state import Hook, ReceiverMode, now, state_of, visitor_of

SHOWN_HEADERS = ("content-type", "user-agent", "webhook-id", "webhook-timestamp")
STATUSES = (200, 204, 301, 400, 410, 429, 500, 503)
LONGEST_DELAY_S = 60.0
routes = web.RouteTableDef()


def signature_state(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """`valid`, `invalid`, `missing`, or `unchecked` when no secret was given."""
    if not secret:
        return "unchecked"
    given = headers.get("webhook-signature", "")
    if not given:
        return "missing"
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return "invalid"
    signed = f"{headers.get('webhook-id', '')}.{headers.get('webhook-timestamp', '')}."
    mac = hmac.new(key, signed.encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(mac).decode()
    matches = [hmac.compare_digest(expected.encode(), one.encode()) for one in given.split()]
    return "valid" if any(matches) else "invalid"


@routes.post("/receiver/")
@routes.post("/receiver/{name:in/.+}")
async def receive(request: web.Request) -> web.Response:
    """Take a webhook, remember it, and answer as the present mode says."""
    state = state_of(request)
    body, mode = await request.read(), state.receiver
    status = mode.status
    if mode.remaining is not None:
        status = mode.status if mode.remaining > 0 else 200
        mode.remaining = max(0, mode.remaining - 1)
    headers = {k.lower(): v for k, v in request.headers.items()}
    state.hooks_received += 1
    state.hooks.appendleft(
        Hook(
            received_at=now(),
            headers=headers,
            body=body[:65_536].decode("utf-8", "replace"),
            answered=status,
            signature=signature_state(mode.secret, headers, body),
        )
    )
    if mode.delay_s:
        await asyncio.sleep(mode.delay_s)
    answer = {"Location": "/receiver/elsewhere"} if status == 301 else {}
    if mode.retry_after and status in (429, 503):
        answer["Retry-After"] = mode.retry_after
    return web.Response(status=status, headers=answer)


def _change(mode: ReceiverMode, given: Mapping[str, Any]) -> ReceiverMode | str:
    """The mode after a change, or a sentence that says what was wrong with it."""
    try:
        status = int(given.get("status", mode.status))
        delay_s = float(given.get("delay_s", mode.delay_s) or 0)
        times = given.get("times", None)
        remaining = int(times) if times not in (None, "") else None
    except (TypeError, ValueError):
        return "status and times must be whole numbers, delay_s a number."
    if not 200 <= status <= 599:
        return "status must be between 200 and 599."
    if not 0 <= delay_s <= LONGEST_DELAY_S:
        return "delay_s must be between 0 and 60."
    if remaining is not None and remaining < 0:
        return "times must be 0 or more."
    retry_after = str(given.get("retry_after", mode.retry_after) or "").strip()
    if not (retry_after.isascii() and retry_after.isprintable()):
        return "retry_after must be a plain header value."
    return replace(
        mode, status=status, remaining=remaining, delay_s=delay_s,
        retry_after=retry_after, secret=str(given.get("secret", mode.secret) or "").strip(),
    )  # fmt: skip


@routes.post("/receiver/mode")
async def set_mode(request: web.Request) -> web.Response:
    """Say how to answer: `{status, times?, delay_s?, retry_after?, secret?}`, form or JSON.

    times: only the next so many get `status`, then 200 again.
    """
    state = state_of(request)
    is_json = request.content_type == "application/json"
    given: Any
    if is_json:
        try:
            given = await request.json()
        except ValueError:
            given = None
    else:
        given = dict(await request.post())
    changed = _change(state.receiver, given) if isinstance(given, dict) else "Send a JSON object."
    if not isinstance(changed, str):
        state.receiver = changed
    if is_json:
        wrong = isinstance(changed, str)
        answer = {"error": changed} if wrong else {"status": state.receiver.status}
        return web.json_response(answer, status=400 if wrong else 200)
    visitor_of(request).flash = changed if isinstance(changed, str) else "Changed."
    raise see_other("/receiver/")


@routes.post("/receiver/clear")
async def clear(request: web.Request) -> web.Response:
    state_of(request).hooks.clear()
    raise see_other("/receiver/")


@routes.get("/receiver/api/hooks")
async def as_json(request: web.Request) -> web.Response:
    """`{"received", "hooks": [...]}`: the hooks as `Hook` has them, newest first."""
    state = state_of(request)
    return web.json_response(
        {"received": state.hooks_received, "hooks": [hook.as_dict() for hook in state.hooks]}
    )


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


def _row(hook: Hook) -> str:
    headers = "".join(
        f"<dt>{name}</dt><dd>{e(hook.headers[name])}</dd>"
        for name in SHOWN_HEADERS
        if name in hook.headers
    )
    kind = "good" if hook.answered < 300 else "bad"
    return f"""<li class="hook"><p><time>{hook.received_at:%H:%M:%S} UTC</time>
<span class="tag" data-kind="{kind}">answered {hook.answered}</span>
<span class="tag">signature {hook.signature}</span></p>
<dl class="facts">{headers}</dl><pre tabindex="0">{e(_pretty(hook.body)) or "(empty)"}</pre></li>"""


def _mode_form(mode: ReceiverMode) -> str:
    options = "".join(
        f"<option{' selected' if s == mode.status else ''}>{s}</option>"
        for s in sorted({*STATUSES, mode.status})
    )
    times = "" if mode.remaining is None else mode.remaining
    return f"""<form method="post" action="/receiver/mode" class="filters">
<div><label for="status">Answer with</label><select id="status" name="status">{options}</select>
</div><div><label for="times">Only the next (times)</label>
<input id="times" name="times" type="number" min="0" value="{times}"></div>
<div><label for="delay_s">After seconds</label>
<input id="delay_s" name="delay_s" type="number" min="0" max="60" step="any"
value="{mode.delay_s:g}"></div>
<div><label for="retry_after">Retry-After</label>
<input id="retry_after" name="retry_after" value="{e(mode.retry_after)}"></div>
<div><label for="secret">Signing secret</label>
<input id="secret" name="secret" value="{e(mode.secret)}" placeholder="whsec_…"
autocomplete="off"></div><button>Set</button></form>"""


@routes.get("/receiver/")
async def show(request: web.Request) -> web.Response:
    state, visitor = state_of(request), visitor_of(request)
    flash, visitor.flash = visitor.flash, ""
    address = f"{request.scheme}://{request.host}/receiver/"
    hooks = "".join(_row(hook) for hook in state.hooks)
    shown = f'<ul class="hooks">{hooks}</ul>' if hooks else "<p>Nothing has arrived yet.</p>"
    body = f"""<h1>Webhook receiver</h1>{notice("info", flash)}
<p>Send webhooks to <code>{e(address)}</code> and they show up here.</p>
<section class="panel"><h2>How it answers</h2>{_mode_form(state.receiver)}</section>
<section><h2>Received</h2>
<p class="count" id="received">{plural(state.hooks_received, "webhook")} received</p>{shown}
<form method="post" action="/receiver/clear"><button class="quiet">Clear the list</button></form>
</section>"""
    return page("Webhook receiver", body, section="receiver")
