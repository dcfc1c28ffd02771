"""Which pages a browser may open in its tabs, where the proxy alone cannot tell.

The proxy sees hosts, not what a connection is for. A policy that lets pages load parts from
anywhere, but be opened from its list only, needs to know: here every document of every tab, popup
and redirect waits in the browser until it is judged. After a secret was typed the proxy closes
everything by itself; the same is done all the same, since only so a page over https can say why.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Callable
from typing import Any

import ada_url
from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from agents.browser.addresses import DEFAULT_PORTS
from agents.browser.egress import Denied
from agents.browser.egress_http import FAILURE_HEADER, RULE_HEADER, error_body
from agents.browser.egress_policy import SessionEgress
from agents.errors import PolicyError

_DOCUMENTS = [{"urlPattern": "http*", "resourceType": "Document", "requestStage": "Request"}]
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CALL_S = 10.0


class DocumentGuard:
    """Judges documents of one browser. `cdp` is a session of the browser, not of one page."""

    def __init__(self, cdp: CDPSession) -> None:
        self._cdp = cdp
        self._egress: SessionEgress | None = None
        self._on_denied: Callable[[Denied], None] | None = None
        self._on = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def follow(self, egress: SessionEgress, on_denied: Callable[[Denied], None]) -> None:
        """Judge by these rules from now on. Raises: PlaywrightError, TimeoutError."""
        self._egress, self._on_denied = egress, on_denied
        wanted = egress.policy.limits_documents or egress.tainted
        if wanted == self._on:
            return
        async with asyncio.timeout(_CALL_S):
            if wanted:
                self._cdp.on("Fetch.requestPaused", self._paused)
                await self._cdp.send("Fetch.enable", {"patterns": _DOCUMENTS})
            else:
                await self._cdp.send("Fetch.disable")
                self._cdp.remove_listener("Fetch.requestPaused", self._paused)
        self._on = wanted

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _paused(self, event: dict[str, Any]) -> None:
        task = asyncio.ensure_future(self._decide(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _decide(self, event: dict[str, Any]) -> None:
        """Let one request go on, or answer it ourselves. A page that has gone needs no answer."""
        request_id = event["requestId"]
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(_CALL_S):
                refusal = await self._refusal(event)
                if refusal is not None:
                    await self._cdp.send("Fetch.fulfillRequest", _answer(request_id, refusal))
                elif self._only_passes_on(event):
                    await self._cdp.send(
                        "Fetch.continueRequest",
                        {"requestId": request_id, "interceptResponse": True},
                    )
                else:
                    await self._cdp.send("Fetch.continueRequest", {"requestId": request_id})

    async def _refusal(self, event: dict[str, Any]) -> PolicyError | None:
        egress = self._egress
        if egress is None or not await self._is_in_a_tab(event["frameId"]):
            return None
        method = event["request"]["method"]
        host, port = _where(event["request"]["url"])
        rule = egress.refusal(host, port, kind="document")
        if rule == "policy:redirect_domains":
            status = event.get("responseStatusCode")
            if status is None or status in _REDIRECTS or "responseErrorReason" in event:
                return None
        if rule is None:
            return None
        refusal = PolicyError(egress.explain(rule, host, port), rule=rule)
        if self._on_denied is not None:
            self._on_denied(Denied(rule, host, port, method, str(refusal)))
        return refusal

    def _only_passes_on(self, event: dict[str, Any]) -> bool:
        """Whether the answer has to be seen first: only a redirect is welcome from there."""
        if self._egress is None or "responseStatusCode" in event or "responseErrorReason" in event:
            return False
        rule = self._egress.refusal(*_where(event["request"]["url"]), kind="document")
        return rule == "policy:redirect_domains"

    async def _is_in_a_tab(self, frame_id: str) -> bool:
        """A tab's own document, not a frame's: only a tab has its main frame's id."""
        try:
            found = await self._cdp.send("Target.getTargetInfo", {"targetId": frame_id})
        except PlaywrightError:
            return False
        return bool(found["targetInfo"]["type"] != "iframe")


def _where(url: str) -> tuple[str, int]:
    try:
        parsed = ada_url.URL(url)
        return parsed.hostname, int(parsed.port or DEFAULT_PORTS[parsed.protocol.rstrip(":")])
    except (ValueError, KeyError):
        return "", 0


def denied_download(rule: str, url: str, reason: str) -> Denied:
    """A refused file, as the proxy's refusals are told."""
    host, port = _where(url.removeprefix("blob:"))
    return Denied(rule, host, port, "download", reason)


def _answer(request_id: str, refusal: PolicyError) -> dict[str, Any]:
    title, text = "Not open to this browser", str(refusal)
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'",
        FAILURE_HEADER.decode(): text.encode("ascii", "replace").decode()[:500],
        RULE_HEADER.decode(): refusal.rule,
    }
    return {
        "requestId": request_id,
        "responseCode": 403,
        "responseHeaders": [{"name": name, "value": value} for name, value in headers.items()],
        "body": base64.b64encode(error_body(title, text, rule=refusal.rule)).decode(),
    }
