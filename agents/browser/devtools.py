"""The little of the debugging protocol that must work when Playwright cannot attach."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import aiohttp

_ANSWER_S = 2.0


async def page_targets(port: int, *, timeout_s: float = 5.0) -> list[dict[str, Any]]:
    """The browser's pages, newest first; [] when it does not answer.

    Source: DevTools HTTP endpoint /json/list.
    """
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.get(f"http://127.0.0.1:{port}/json/list") as response,
        ):
            targets = await response.json(content_type=None)
            return [target for target in targets if target.get("type") == "page"]
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return []


async def close_stuck_pages(port: int) -> list[str]:
    """Close every page whose main thread does not answer; their addresses.

    Such a page keeps any new client from attaching to the browser. Its script cannot be stopped
    from here: attaching to a page needs the very thread that hangs.
    """
    targets = await page_targets(port)
    timeout = aiohttp.ClientTimeout(total=4 * _ANSWER_S)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        answers = await asyncio.gather(*(_answers(http, port, t["id"]) for t in targets))
        stuck = [t for t, answer in zip(targets, answers, strict=True) if not answer]
        if stuck and len(stuck) == len(targets):
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with http.put(f"http://127.0.0.1:{port}/json/new?about:blank"):
                    pass
        for target in stuck:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with http.get(f"http://127.0.0.1:{port}/json/close/{target['id']}"):
                    pass
    return [target["url"] for target in stuck]


async def _answers(http: aiohttp.ClientSession, port: int, target_id: str) -> bool:
    """Whether the page's main thread evaluates a 1 in time."""
    call = {"id": 1, "method": "Runtime.evaluate", "params": {"expression": "1"}}
    url = f"ws://127.0.0.1:{port}/devtools/page/{target_id}"
    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
        async with asyncio.timeout(_ANSWER_S), http.ws_connect(url) as socket:
            await socket.send_str(json.dumps(call))
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT and json.loads(message.data)["id"] == 1:
                    return True
    return False
