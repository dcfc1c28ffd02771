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

from playwright.async_api import Page, TimeoutError

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
    what, given = meant
    try:
        options = {"key": facts.key, "what": what, "given": given}
        told = await line.touch(page, options, timeout_ms / 1000)
        if told is None:
            return None
        if told["done"] == _NEEDS_INPUT:
            if given:
                await line.insert_text(page, given, timeout_ms / 1000)
            else:
                await page.keyboard.press("Delete")
    except BrowserError as error:
        if error.code == "cdp_timeout":
            raise TimeoutError(_LATE.format(timeout_ms, facts.tag)) from None
        return None  # its document or the socket has gone: Playwright finds out which
    return Touched(told["done"] if what == "select" else None)


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
    return None


# As Playwright's client says it: a bare value also matches a label.
_CHOICES = {"value": "valueOrLabel", "index": "index", "label": "label"}


def _every(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
