"""Risky calls whose worker stopped in the middle: did they happen?

Right before such a call a mark is left in the document of its element. It notes the first
press, key or change. Whoever comes after looks for the mark: untouched, the call was never made;
touched, it was; gone with its document, the page moved on and nobody can tell for sure.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Literal

from playwright.async_api import ElementHandle, Frame, Locator, Page
from playwright.async_api import Error as PlaywrightError

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
_ANSWER_S = 3.0
# Input that a dying worker had already sent reaches the page within milliseconds.
_LATE_INPUT_S = 0.5

Seen = Literal["untouched", "touched", "gone"]


async def arm(target: Locator | ElementHandle | Frame, mark: str) -> None:
    """Leave a mark in the document of the target. What cannot be marked counts as gone later."""
    with contextlib.suppress(PlaywrightError, TimeoutError):
        async with asyncio.timeout(_ANSWER_S):
            if isinstance(target, Frame):
                await target.evaluate(f"id => ({_ARM})(null, id)", mark)
            else:
                await target.evaluate(_ARM, mark)


async def observe(browser: Any, mark: str) -> Seen:
    """What the mark tells now, looked for in every tab and frame."""
    seen = await _look(browser, mark)
    if seen == "untouched":
        await asyncio.sleep(_LATE_INPUT_S)
        seen = await _look(browser, mark)
    return seen


async def _look(browser: Any, mark: str) -> Seen:
    pages: list[Page] = list(browser.pages)
    for page in pages:
        for frame in page.frames:
            with contextlib.suppress(PlaywrightError, TimeoutError):
                async with asyncio.timeout(_ANSWER_S):
                    found = await frame.evaluate(_READ, mark)
                if isinstance(found, bool):
                    return "touched" if found else "untouched"
    return "gone"
