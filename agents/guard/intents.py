"""Risky calls whose worker stopped in the middle: did they happen?

Right before such a call two things are noted. A mark is left in the document of its element: it
notes the first press, key or change, those of scripts included. And the input that the browser has
counted so far in each window of the tab goes into the intent, with the window's document: a page
can neither stop that count nor set it back. Whoever comes after looks at both: untouched, the call
was never made; touched, it was; gone with its document, the page moved on and nobody can tell.

Source of the count: Event Timing, `performance.eventCounts`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Literal

from playwright.async_api import CDPSession, ElementHandle, Frame, Locator, Page
from playwright.async_api import Error as PlaywrightError

from agents.ports import JSON

# Only its listeners can change the mark: what the page sees of it is neither writable nor
# removable, and its name is not known before it is there.
_ARM = """(e, id) => {
  const d = e && e.ownerDocument ? e.ownerDocument : document;
  let touched = false;
  for (const kind of ['pointerdown', 'mousedown', 'touchstart', 'click', 'keydown', 'submit',
                      'input', 'change', 'drop'])
    d.defaultView.addEventListener(kind, () => { touched = true; }, {capture: true, once: true});
  Object.defineProperty(d, Symbol.for(id), {get: () => touched});
}"""
_READ = "id => { const touched = document[Symbol.for(id)]; return touched ?? null; }"
# Read in a world of its own, where the page's own `performance` is not seen.
_COUNT = """['pointerdown', 'mousedown', 'touchstart', 'click', 'keydown', 'input', 'drop'].reduce(
  (sum, kind) => sum + (performance.eventCounts.get(kind) || 0), 0)"""
_WORLD = "webagent-intents"
_UNKNOWN = -1
_ANSWER_S = 3.0
# Input that a dying worker had already sent reaches the page within milliseconds.
_LATE_INPUT_S = 0.5

Seen = Literal["untouched", "touched", "gone"]
Windows = Mapping[str, Any]  # frame -> [document, input events in it]


async def arm(target: Locator | ElementHandle | Frame, mark: str) -> JSON:
    """Leave a mark in the document of the target; the windows of its tab and their input so far.

    What can be neither marked nor counted is gone later.
    """
    with contextlib.suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(_ANSWER_S):
            if isinstance(target, Frame):
                await target.evaluate(f"id => ({_ARM})(null, id)", mark)
            else:
                await target.evaluate(_ARM, mark)
    with contextlib.suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(_ANSWER_S):
            page = await _page_of(target)
            return dict(await _windows(page)) if page is not None else {}
    return {}


async def observe(browser: Any, mark: str, windows: Windows | None) -> Seen:
    """What the mark and the counts tell now, looked for in every tab and frame."""
    seen = await _look(browser, mark, windows)
    if seen == "untouched":
        await asyncio.sleep(_LATE_INPUT_S)
        seen = await _look(browser, mark, windows)
    return seen


async def _look(browser: Any, mark: str, windows: Windows | None) -> Seen:
    """Touched when either says so; untouched only when both do."""
    found = {await _marked(browser, mark), await _counted(browser, windows or {})}
    if "touched" in found:
        return "touched"
    return "untouched" if found == {"untouched"} else "gone"


async def _marked(browser: Any, mark: str) -> Seen:
    pages: list[Page] = list(browser.pages)
    for page in pages:
        for frame in page.frames:
            with contextlib.suppress(PlaywrightError, TimeoutError):
                async with asyncio.timeout(_ANSWER_S):
                    found = await frame.evaluate(_READ, mark)
                if isinstance(found, bool):
                    return "touched" if found else "untouched"
    return "gone"


async def _counted(browser: Any, before: Windows) -> Seen:
    now: dict[str, list[Any]] = {}
    for page in list(browser.pages):
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(_ANSWER_S):
                now |= await _windows(page)
    there = {
        frame: now[frame][1]
        for frame, (document, count) in before.items()
        if count != _UNKNOWN and now.get(frame, [None])[0] == document
    }
    if any(count > before[frame][1] for frame, count in there.items()):
        return "touched"
    whole = before and len(there) == len(before) and _UNKNOWN not in there.values()
    return "untouched" if whole else "gone"


# --- what the browser counts ------------------------------------------------------------------
async def _page_of(target: Locator | ElementHandle | Frame) -> Page | None:
    if isinstance(target, ElementHandle):
        frame = await target.owner_frame()
        return frame.page if frame is not None else None
    return target.page


async def _windows(page: Page) -> dict[str, list[Any]]:
    """{frame: [document, input events]} of a tab, by the browser's ids. Raises: PlaywrightError."""
    found = await _windows_of(await page.context.new_cdp_session(page))
    for frame in page.frames[1:]:
        try:
            session = await page.context.new_cdp_session(frame)
        except PlaywrightError:
            continue  # it lives in its parent's process, and was counted there
        found |= await _windows_of(session)
    return found


async def _windows_of(session: CDPSession) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    try:
        waiting = [(await session.send("Page.getFrameTree"))["frameTree"]]
        while waiting:
            tree = waiting.pop()
            waiting += tree.get("childFrames", ())
            frame = tree["frame"]
            found[frame["id"]] = [frame["loaderId"], await _count(session, frame["id"])]
    finally:
        with contextlib.suppress(PlaywrightError):
            await session.detach()
    return found


async def _count(session: CDPSession, frame_id: str) -> int:
    """Input events of a frame; unknown while it is on its way to another document."""
    named = {"frameId": frame_id, "worldName": _WORLD}
    try:
        world = (await session.send("Page.createIsolatedWorld", named))["executionContextId"]
        asked = {"contextId": world, "expression": _COUNT, "returnByValue": True}
        return int((await session.send("Runtime.evaluate", asked))["result"]["value"])
    except (PlaywrightError, KeyError):
        return _UNKNOWN
