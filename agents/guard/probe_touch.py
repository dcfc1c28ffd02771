"""A short way to a touch, on the element that a look on the short way has kept.

Playwright's driver sends the browser eight messages to fill a field: it finds it, tells itself what
it found, takes hold of it, describes it, and only then has its own code in the page do the work.
That code is called here at once, over the guard's socket, in Playwright's world: what it checks,
does and types is the same. It is called for what needs no mouse and is ready now; whatever
Playwright would wait for, retry or complain about is left to Playwright. A page on its way to
another document does not answer before that is there: the browser holds calls back, and then drops
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from playwright.async_api import Error, Page, TimeoutError

from agents.browser.keys import strokes
from agents.errors import BrowserError
from agents.guard.probe_line import line_of
from agents.guard.risk_facts import ElementFacts
from agents.ports import JSON

_NEEDS_INPUT = "needsinput"
_LATE = (
    "Timeout {:.0f}ms exceeded.\nCall log:\n  - locator resolved to <{}>"  # as Playwright says it
)


@dataclass(frozen=True)
class Touched:
    """A touch that was made. value: what Playwright's call gives."""

    value: JSON = None


async def touch(
    page: Page,
    facts: ElementFacts,
    method: str,
    arguments: Mapping[str, Any],
    timeout_ms: float,
) -> Touched | None:
    """Make a locator's call on the element that was looked at; None when nothing was touched.

    Raises: Playwright's TimeoutError when the page did not answer; it may have been touched.
    """
    line, meant = line_of(page.context), _meant(method, arguments)
    if line is None or meant is None or not facts.key:
        return None
    if meant[0] == "keys" and page in _holding:
        return None
    what, given = meant
    try:
        options = {"key": facts.key, "what": what, "given": None if what == "keys" else given}
        told = await line.touch(page, options, timeout_ms / 1000)
        if told is None:
            return None
        if what == "keys":
            for key in given:
                await line.press(page, key, timeout_ms / 1000)
        elif told["done"] == _NEEDS_INPUT:
            if given:
                await line.insert_text(page, given, timeout_ms / 1000)
            elif not await press(page, "Delete", timeout_ms):
                await page.keyboard.press("Delete")
    except BrowserError as error:
        if error.code == "cdp_timeout":
            raise TimeoutError(_LATE.format(timeout_ms, facts.tag)) from None
        return None  # its document or the socket has gone: Playwright finds out which
    return Touched(told["done"] if what == "select" else None)


async def press(page: Page, key: str, timeout_ms: float) -> bool:
    """Press a key where the page has its keyboard; False when Playwright has to.

    Raises: Playwright's TimeoutError when the page did not answer; it may have been pressed.
    """
    line, presses = line_of(page.context), strokes(key)
    if line is None or presses is None or page in _holding or not line.leads_to(page):
        return False
    try:
        await line.press(page, presses, timeout_ms / 1000)
    except BrowserError as error:
        if error.code == "cdp_timeout":
            raise TimeoutError(f"Timeout {timeout_ms:.0f}ms exceeded.") from None
        raise Error(f"The key could not be pressed: {error}") from None
    return True


_holding: WeakSet[Page] = WeakSet()


def keys_are_held(page: Page) -> None:
    """Step code held a key down by itself. Only Playwright knows which: it presses all from now."""
    _holding.add(page)


def _meant(method: str, arguments: Mapping[str, Any]) -> tuple[str, Any] | None:
    """What the page is asked for a call, and with what; None for any other call."""
    names = arguments.keys()
    if method == "fill" and names == {"value"} and isinstance(arguments["value"], str):
        return "fill", arguments["value"]
    if method == "clear" and not names:
        return "fill", ""
    if method in ("check", "uncheck") and not names:
        return "ticked", method == "check"
    if method == "set_checked" and names == {"checked"}:
        return "ticked", arguments["checked"] is True
    if method == "select_option" and names and names <= _CHOICES.keys():
        given = [(name, each) for name in names for each in _every(arguments[name])]
        if given and all(type(each) is (int if name == "index" else str) for name, each in given):
            return "select", [{_CHOICES[name]: each} for name, each in given]
    if method in _KEYS and names == {_KEYS[method]} and isinstance(arguments[_KEYS[method]], str):
        typed = arguments[_KEYS[method]]
        keys = [strokes(each) for each in ([typed] if method == "press" else typed)]
        if keys and None not in keys:
            return "keys", keys
    return None


_KEYS = {"press": "key", "type": "text", "press_sequentially": "text"}
# As Playwright's client says it: a bare value also matches a label.
_CHOICES = {"value": "valueOrLabel", "index": "index", "label": "label"}


def _every(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
