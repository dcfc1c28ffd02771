"""Screenshots straight from the compositor: they need nothing from the page's scripts."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from playwright.async_api import CDPSession

_MAX_HEIGHT = 10_000


@dataclass(frozen=True)
class Screenshot:
    """A JPEG. width, height: CSS px, which are the image's pixels."""

    data: bytes
    width: int
    height: int


async def capture(
    cdp: CDPSession, *, width: int, height: int, quality: int, full_page: bool
) -> Screenshot:
    """The viewport, or the page from its top down to 10,000 px. Source: Page.captureScreenshot."""
    params: dict[str, object] = {"format": "jpeg", "quality": max(1, min(int(quality), 100))}
    if full_page:
        metrics = await cdp.send("Page.getLayoutMetrics")
        size = metrics["cssContentSize"]
        width = max(width, min(int(size["width"]), _MAX_HEIGHT))
        height = max(height, min(int(size["height"]), _MAX_HEIGHT))
        params["captureBeyondViewport"] = True
        params["clip"] = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    answer = await cdp.send("Page.captureScreenshot", params)
    return Screenshot(base64.b64decode(answer["data"]), width, height)
