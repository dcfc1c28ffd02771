"""Keeps secrets out of pictures: fields that hold one show dots, to screenshots and live viewers.

The dots are the page's own style (`-webkit-text-security`), so they are in whatever is painted and
cost nothing at capture. Observation and executor take a field with them for a secret one, too.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.async_api import BrowserContext, ElementHandle, Error, Frame, Page

SCRIPT = (Path(__file__).parent / "masking.js").read_text(encoding="utf-8")
_COVER_S = 1.0
_MOST_VALUES = 50

_MASK = """e => {
  if (e.style) e.style.setProperty('-webkit-text-security', 'disc', 'important');
  e.dispatchEvent(new CustomEvent('webagent:mask', {bubbles: true, composed: true}));
}"""
# Text that repeats a value, and fields that hold one, in the documents that were given it.
_COVER = """values => {
  const mask = e => e && e.style
    && e.style.setProperty('-webkit-text-security', 'disc', 'important');
  const wanted = values.map(v => v.toLowerCase());
  const holds = t => { t = t.toLowerCase(); return wanted.some(v => t.includes(v)); };
  const walk = root => {
    const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let n = nodes.nextNode(), i = 0; n && i < 50000; n = nodes.nextNode(), i += 1) {
      if (n.nodeType === 3) { if (holds(n.data)) mask(n.parentElement); continue; }
      if (n.shadowRoot) walk(n.shadowRoot);
      if (typeof n.value === 'string' && n.value && holds(n.value)) mask(n);
    }
  };
  walk(document);
}"""

_installed: WeakKeyDictionary[BrowserContext, bool] = WeakKeyDictionary()
_given: WeakKeyDictionary[BrowserContext, dict[str, set[str]]] = WeakKeyDictionary()


async def install(context: BrowserContext) -> None:
    """Mask secret fields in all documents of the context, those already open included."""
    if context in _installed:
        return
    _installed[context] = True
    await context.add_init_script(script=SCRIPT)
    for page in context.pages:
        for frame in page.frames:
            await _quietly(frame, SCRIPT)


async def mask(element: ElementHandle) -> None:
    """Have the field show dots from now on; call it before a value is typed.

    Raises: playwright Error when the field is gone.
    """
    await element.evaluate(_MASK)


def remember(frame: Frame, value: str) -> None:
    """A document is given a value: text of it that repeats the value is covered, too."""
    if not value.strip():
        return
    given = _given.setdefault(frame.page.context, {}).setdefault(_host(frame), set())
    if len(given) < _MOST_VALUES:
        given.add(value)


async def cover(page: Page) -> None:
    """Before a picture: dots for text that repeats what was typed into the same host's fields.

    Only documents of hosts that were given a value are asked, and only about that value.
    """
    given = _given.get(page.context)
    if not given:
        return
    asked = [
        _quietly(frame, _COVER, sorted(given[_host(frame)]))
        for frame in page.frames
        if _host(frame) in given
    ]
    if asked:
        await asyncio.gather(*asked)


def _host(frame: Frame) -> str:
    """Host of a document; that of the one around it when it has no address of its own."""
    around: Frame | None = frame
    while around is not None and around.url.startswith(("about:", "blob:", "data:")):
        around = around.parent_frame
    return urlsplit(around.url).netloc.lower() if around is not None else ""


async def _quietly(frame: Frame, script: str, values: list[str] | None = None) -> None:
    """Evaluate for a short while at most: a page that hangs is no reason to go without."""
    try:
        await asyncio.wait_for(frame.evaluate(script, values), _COVER_S)
    except (Error, TimeoutError):
        return
