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

_NAME = "Symbol.for('action.mark')"
_ARM = f"""(e, id) => {{
  const w = (e && e.ownerDocument ? e.ownerDocument : document).defaultView;
  const mark = {{id, touched: false}};
  Object.defineProperty(w, {_NAME}, {{value: mark, configurable: true}});
  for (const kind of ['pointerdown', 'mousedown', 'touchstart', 'click', 'keydown', 'submit',
                      'input', 'change', 'drop'])
    w.addEventListener(kind, () => {{ mark.touched = true; }}, {{capture: true, once: true}});
}}"""
_READ = f"() => {{ const m = window[{_NAME}]; return m ? [m.id, m.touched] : null; }}"
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
                    found = await frame.evaluate(_READ)
                if isinstance(found, list) and found[0] == mark:
                    return "touched" if found[1] else "untouched"
    return "gone"
