"""Keys on the short way reach the page as Playwright's own do, or not at all."""

from __future__ import annotations

import string

import pytest

from agents.browser.keys import strokes
from agents.browser.session import BrowserSession
from agents.guard.probe import probe, touched
from agents.guard.probe_touch import Touched, keys_are_held, touch
from agents.guard.risk_facts import ElementFacts
from tests.agents.browser.conftest import Site
from tests.agents.executor.conftest import shared_site

__all__ = ["shared_site"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NAMED = """Enter Tab Backspace Delete Insert Home End PageUp PageDown ArrowLeft ArrowUp
  ArrowRight ArrowDown ContextMenu F1 F12"""
CHORDS = """Shift+Tab Shift+a Shift+1 Shift+ArrowLeft Control+a ControlOrMeta+A Control+Shift+z
  Alt+ArrowDown Meta+k Control++ Shift+Enter"""

PAGE = """<!doctype html><meta charset=utf-8><script>
window.told = [];
for (const type of ['keydown', 'keypress', 'keyup'])
  addEventListener(type, e => told.push([type, e.key, e.code, e.keyCode, e.which, e.charCode,
    e.location, e.shiftKey, e.ctrlKey, e.altKey, e.metaKey, e.repeat, e.isTrusted,
    e.target.id]), true);
for (const type of ['beforeinput', 'input'])
  addEventListener(type, e => told.push([type, e.inputType, e.data]), true);
</script><form onsubmit="told.push('submit'); return false">
<input id=one value="old text"><input id=two></form>
<textarea id=area>first
second</textarea><div id=rich contenteditable>old</div>"""
STATE = """() => [told, document.activeElement.id,
  ...[...document.querySelectorAll('input, textarea')].map(
    e => [e.value, e.selectionStart, e.selectionEnd]),
  document.getElementById('rich').innerHTML]"""


async def looked_at(session: BrowserSession, selector: str) -> ElementFacts:
    """By the short way, which gives it the keyboard and keeps it."""
    await probe(session.page.locator("html"))
    facts = await probe(session.page.locator(selector), whole=False, focus=True)
    assert facts is not None and facts.key
    return facts


async def both_ways(
    session: BrowserSession, selector: str, calls: list[tuple[str, dict[str, str]]]
) -> tuple[object, object]:
    page = session.page
    told = []
    for short in (False, True):
        await page.reload()
        for method, arguments in calls:
            facts = await looked_at(session, selector)
            if short:
                assert await touch(page, facts, method, arguments, 5_000) == Touched(), arguments
            else:
                await getattr(page.locator(selector), method)(**arguments)
        told.append(await page.evaluate(STATE))
    return told[0], told[1]


@pytest.mark.parametrize("selector", ["#one", "#area", "#rich"])
async def test_every_key_is_pressed_as_playwright_presses_it(
    shared_session: BrowserSession, shared_site: Site, selector: str
) -> None:
    await shared_session.page.goto(shared_site.add("/keys", PAGE))
    keys = [*string.ascii_letters, *string.digits, *string.punctuation, " "]
    keys += (NAMED + " " + CHORDS).split()
    calls = [("press", {"key": key}) for key in keys]
    by_playwright, by_us = await both_ways(shared_session, selector, calls)
    assert by_us == by_playwright


async def test_a_text_is_typed_key_by_key(
    shared_session: BrowserSession, shared_site: Site
) -> None:
    await shared_session.page.goto(shared_site.add("/keys", PAGE))
    for method in ("press_sequentially", "type"):
        calls = [(method, {"text": "Ada's 2nd (cup)!"})]
        by_playwright, by_us = await both_ways(shared_session, "#two", calls)
        assert by_us == by_playwright


@pytest.mark.parametrize(
    "key", ["Escape", "Shift", "Hyper+a", "NoKey", "", "Ж", "ab", "Shift+Shift+a", "CapsLock"]
)
async def test_what_is_not_known_is_left_to_playwright(key: str) -> None:
    assert strokes(key) is None


async def test_a_page_that_takes_the_keyboard_away_gets_no_key(
    shared_session: BrowserSession, shared_site: Site
) -> None:
    page = shared_session.page
    await page.goto(shared_site.add("/keys", PAGE))
    facts = await looked_at(shared_session, "#one")
    await page.evaluate("document.getElementById('two').focus()")
    assert await touch(page, facts, "press", {"key": "x"}, 5_000) is None
    assert await page.locator("#two").input_value() == ""
    await touched(page, facts).press("x")
    assert await page.locator("#two").input_value() == ""
    assert "x" in await page.locator("#one").input_value()


async def test_a_key_that_step_code_holds_stays_held(
    shared_session: BrowserSession, shared_site: Site
) -> None:
    page = await shared_session.page.context.new_page()
    try:
        await page.goto(shared_site.add("/keys", PAGE))
        keys_are_held(page)
        await probe(page.locator("html"))
        facts = await probe(page.locator("#two"), whole=False, focus=True)
        assert facts is not None
        assert await touch(page, facts, "press", {"key": "a"}, 5_000) is None
    finally:
        await page.close()
