"""A look at an element before it is touched: the facts that its risk is judged by.

The reading (`probe.js` and those after it) runs as a Playwright selector engine, as the observation
does: in an isolated world that the page's patched prototypes do not reach, and in one round trip.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from playwright.async_api import BrowserContext, ElementHandle, Error, Frame, Locator, Page

from agents.guard.risk_facts import ElementFacts

_ENGINE = "webagent-guard"
_HERE = Path(__file__).parent
SOURCE = "(() => {{\n'use strict';\n{}\nreturn engine;\n}})()".format(
    "\n".join(
        path.read_text(encoding="utf-8")
        for path in (
            _HERE.parent / "browser" / "observe_dom.js",
            _HERE / "probe.js",
            _HERE / "probe_words.js",
            _HERE / "probe_shown.js",
            _HERE / "probe_forms.js",
        )
    )
)
_FRAME_DEPTH = 6
TIMEOUT_MS = 8_000

_registering: WeakKeyDictionary[Any, asyncio.Future[None]] = WeakKeyDictionary()


async def _register(context: BrowserContext) -> None:
    """Give this context the engine, once. As `browser.observe` does, and for its reasons."""
    done = _registering.get(context)
    if done is None:
        engine: Any = {"name": _ENGINE, "source": SOURCE, "contentScript": True}
        done = _registering[context] = asyncio.ensure_future(
            context._impl_obj._channel.registerSelectorEngine(selectorEngine=engine, timeout=0)
        )
    await asyncio.shield(done)


async def install(context: BrowserContext) -> None:
    """Give this context the engine. Documents that were looked at before never know it."""
    await _register(context)


def _selector(what: str, **options: Any) -> str:
    return f"{_ENGINE}={what}:{quote(json.dumps(options))}"


async def probe(
    target: Locator | ElementHandle,
    *,
    timeout_ms: float = TIMEOUT_MS,
    scroll: bool = True,
    point: Mapping[str, float] | None = None,
    pick: Mapping[str, Any] | None = None,
    whole: bool = True,
) -> ElementFacts | None:
    """The facts of a locator's first match, or of a handle's element; None when it is not there.

    Waits up to timeout_ms for it. scroll: bring it into view, so that what lies over it is seen.
    point: where in it it is pressed, CSS px from its corner. pick: lists of what is chosen in it,
    by `value`, `label` and `index`. whole: False leaves out what takes a walk over the page and
    only an approval needs (`ElementFacts.brief`).
    """
    selector = _selector("of", scroll=scroll, point=point, pick=pick, whole=whole)
    try:
        if isinstance(target, Locator):
            await _register(target.page.context)
            raw = await target.first.locator(selector).text_content(timeout=timeout_ms)
        else:
            frame = await target.owner_frame()
            if frame is None:
                return None
            await _register(frame.page.context)
            found = await target.query_selector(selector)
            raw = await found.text_content() if found is not None else None
    except Error:
        return None
    return _facts(raw)


async def probe_point(page: Page, x: float, y: float, *, whole: bool = True) -> ElementFacts | None:
    """The facts of what a mouse click at this point meets. x, y: CSS px of the view."""
    return (await _through_frames(page, "point", x, y, whole))[0]


async def frame_at(page: Page, x: float, y: float) -> Frame | None:
    """The innermost frame at this point, as `probe_point` finds it."""
    return (await _through_frames(page, "point", x, y))[1]


async def probe_focused(page: Page, *, whole: bool = True) -> ElementFacts | None:
    """The facts of what has the keyboard."""
    return (await _through_frames(page, "focused", 0, 0, whole))[0]


async def frame_focused(page: Page) -> Frame | None:
    """The innermost frame that has the keyboard."""
    return (await _through_frames(page, "focused", 0, 0))[1]


async def _through_frames(
    page: Page, what: str, x: float, y: float, whole: bool = False
) -> tuple[ElementFacts | None, Frame | None]:
    frame: Frame | None = page.main_frame
    try:
        await _register(page.context)
        for _ in range(_FRAME_DEPTH):
            if frame is None:
                break
            selector = _selector(what, x=x, y=y, whole=whole)
            raw = await frame.text_content(selector, timeout=TIMEOUT_MS)
            told = json.loads(raw or "{}")
            if "frame" not in told:
                return _facts(raw), frame
            handle = await frame.query_selector(_selector(f"{what}frame", x=x, y=y))
            frame = await handle.content_frame() if handle is not None else None
            x, y = x - told["frame"][0], y - told["frame"][1]
    except Error:
        pass
    return None, None


def _facts(raw: str | None) -> ElementFacts | None:
    told = json.loads(raw or "{}")
    if not told or "error" in told or "none" in told:
        return None
    return ElementFacts.from_raw(told)
