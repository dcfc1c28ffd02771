"""A look at an element before it is touched: the facts that its risk is judged by.

The reading (`probe.js` and those beside it) runs as a Playwright selector engine, as the
observation does: in an isolated world that the page's patched prototypes do not reach, and in one
round trip. A second look into the same document goes past Playwright's driver (`probe_line`).
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from playwright.async_api import BrowserContext, ElementHandle, Error, Frame, Locator, Page

from agents.guard.probe_line import Line, TargetOf, close_line, line_of, open_line
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
            _HERE / "probe_touch.js",
            _HERE / "probe_line.js",
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


async def install(
    context: BrowserContext, *, debug_port: int | None = None, target_of: TargetOf | None = None
) -> None:
    """Give this context the engine. Documents that were looked at before never know it.

    debug_port, target_of: the browser's, and the target id of a page, for the short way.
    """
    if debug_port is not None and target_of is not None:
        open_line(context, debug_port, target_of)
    await _register(context)


async def uninstall(context: BrowserContext) -> None:
    """Let go of the browser."""
    await close_line(context)


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
    focus: bool = False,
) -> ElementFacts | None:
    """The facts of a locator's first match, or of a handle's element; None when it is not there.

    Waits up to timeout_ms for it. scroll: bring it into view, so that what lies over it is seen.
    point: where in it it is pressed, CSS px from its corner. pick: lists of what is chosen in it,
    by `value`, `label` and `index`. whole: False leaves out what takes a walk over the page and
    only an approval needs (`ElementFacts.brief`). focus: of what has the keyboard once the
    locator's element was given it, since not everything takes it.
    """
    options = {"scroll": scroll, "point": point, "pick": pick, "whole": whole}
    try:
        if isinstance(target, Locator):
            return await _of_locator(target, options, timeout_ms, focus)
        frame = await target.owner_frame()
        if frame is None:
            return None
        await _register(frame.page.context)
        found = await target.query_selector(_selector("of", **options))
        return _facts(await found.text_content() if found is not None else None)
    except Error:
        return None


_keys = itertools.count(1)
_ENTERS_FRAME = "internal:control=enter-frame"


async def _of_locator(
    locator: Locator, options: dict[str, Any], timeout_ms: float, focus: bool
) -> ElementFacts | None:
    """By the short way where it leads there. Raises: Error."""
    page = locator.page
    await _register(page.context)
    line = _line_to(locator)
    if line is not None:
        selector = locator._impl_obj._selector
        aim = {"selector": selector, "focus": focus, "key": next(_keys)}
        told = await line.look(page, options | aim)
        if told is not None:
            return ElementFacts.from_raw(told)
        options = options | {"announce": await line.ask_for_world(page)}
    looking = locator.first.locator(_selector("of", **options))
    facts = _facts(await looking.text_content(timeout=timeout_ms))
    if facts is None or not focus:
        return facts
    try:
        await locator.first.focus(timeout=timeout_ms)
    except Error:
        return facts
    return await probe_focused(page, whole=options["whole"]) or facts


async def is_there(locator: Locator) -> bool:
    """Whether the short way finds just one such element; False also where it does not lead."""
    line = _line_to(locator)
    asked = {"selector": locator._impl_obj._selector, "counted": True}
    told = await line.look(locator.page, asked) if line is not None else None
    return told is not None and told.get("found") == 1


def _line_to(locator: Locator) -> Line | None:
    """The short way to an element of a tab's own document."""
    page, wanted = locator.page, locator._impl_obj
    here = wanted._frame is page._impl_obj.main_frame and _ENTERS_FRAME not in wanted._selector
    return line_of(page.context) if here else None


def touched(page: Page, facts: ElementFacts) -> Locator:
    """The very element that was looked at and kept; its Error says `GONE` when it left."""
    return page.locator(_selector("held", key=facts.key))


GONE = "webagent: the element has gone"


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
    line, announce = line_of(page.context), ""
    if line is not None:
        aim = {"what": what, "point": {"x": x, "y": y}, "whole": whole}
        told = await line.look(page, aim)
        if told is not None:
            return ElementFacts.from_raw(told), frame
        announce = await line.ask_for_world(page)
    try:
        await _register(page.context)
        for _ in range(_FRAME_DEPTH):
            if frame is None:
                break
            selector = _selector(what, x=x, y=y, whole=whole, announce=announce)
            announce = ""  # it is the tab's own document that the short way leads to
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
