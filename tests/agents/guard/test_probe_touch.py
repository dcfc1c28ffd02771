"""The short way to a touch does what Playwright's own call does, or nothing."""

from __future__ import annotations

import pytest

from agents.browser.session import BrowserSession
from agents.guard.probe import GONE, probe, touched
from agents.guard.probe_line import line_of
from agents.guard.probe_touch import Touched, touch
from agents.guard.risk_facts import ElementFacts
from tests.agents.browser.conftest import Site
from tests.agents.executor.conftest import shared_site

__all__ = ["shared_site"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FIELDS = """<!doctype html><meta charset=utf-8><script>
window.told = [];
for (const type of ['focus', 'beforeinput', 'input', 'change', 'keydown', 'click'])
  addEventListener(type, e => told.push([type, e.target.id, e.isTrusted, e.inputType || '']), true);
</script>
<input id=text value=old><input id=number type=number><input id=date type=date>
<textarea id=area>old</textarea><div id=rich contenteditable>old</div>
<label id=label>Named <input id=named></label><input type=checkbox id=ticked checked>
<input type=checkbox id=bare><select id=one><option>a<option value=2>b<option>c</select>
<select id=many multiple><option selected>a<option>b<option>c</select>"""
STATE = """() => [told, document.activeElement.id,
  ...[...document.querySelectorAll('input, textarea')].map(e => [e.value, e.checked]),
  document.getElementById('rich').textContent,
  ...[...document.querySelectorAll('select')].map(e => [...e.selectedOptions].map(o => o.value))]"""


async def looked_at(session: BrowserSession, selector: str) -> ElementFacts:
    """By the short way, so that the element is kept."""
    await probe(session.page.locator("html"))
    facts = await probe(session.page.locator(selector), whole=False)
    assert facts is not None and facts.key
    return facts


@pytest.mark.parametrize(
    ("selector", "method", "arguments"),
    [
        ("#text", "fill", {"value": "Ada 'x' \u0416"}),
        ("#text", "fill", {"value": ""}),
        ("#text", "clear", {}),
        ("#number", "fill", {"value": " 12 "}),
        ("#date", "fill", {"value": "2026-01-31"}),
        ("#area", "fill", {"value": "two\nlines"}),
        ("#rich", "fill", {"value": "new"}),
        ("#label", "fill", {"value": "Ada"}),
        ("#ticked", "check", {}),
        ("#bare", "uncheck", {}),
        ("#bare", "set_checked", {"checked": False}),
        ("#one", "select_option", {"value": "2"}),
        ("#one", "select_option", {"value": "b"}),
        ("#one", "select_option", {"label": "c"}),
        ("#many", "select_option", {"value": ["b", "c"]}),
        ("#many", "select_option", {"index": [0, 2]}),
    ],
)
async def test_it_does_what_playwright_does(
    shared_session: BrowserSession,
    shared_site: Site,
    selector: str,
    method: str,
    arguments: dict[str, object],
) -> None:
    page, url = shared_session.page, shared_site.add("/fields", FIELDS)
    await page.goto(url)
    gives = await getattr(page.locator(selector), method)(**arguments)
    by_playwright = await page.evaluate(STATE)

    await page.goto(url)
    facts = await looked_at(shared_session, selector)
    done = await touch(page, facts, method, arguments, 5_000)

    assert done == Touched(gives)
    assert await page.evaluate(STATE) == by_playwright


NOT_READY = """<!doctype html><script>window.told = [];
for (const type of ['focus', 'input', 'change', 'click'])
  addEventListener(type, e => told.push(type), true);</script>
<input class=t id=off disabled><input class=t id=set readonly value=1>
<div inert><input class=t id=inert></div><input class=t id=unseen style="visibility:hidden">
<input class=t id=box type=checkbox><p class=t id=p>Text</p><input class=t id=n type=number>
<select class=t id=s><option>a<option disabled>b</select>"""


@pytest.mark.parametrize(
    ("selector", "method", "arguments"),
    [
        ("#off", "fill", {"value": "x"}),
        ("#set", "fill", {"value": "x"}),
        ("#inert", "fill", {"value": "x"}),
        ("#unseen", "fill", {"value": "x"}),
        ("#p", "fill", {"value": "x"}),
        ("#box", "fill", {"value": "x"}),
        ("#n", "fill", {"value": "ten"}),
        ("#box", "check", {}),
        ("#p", "check", {}),
        ("#s", "select_option", {"value": "no"}),
        ("#s", "select_option", {"value": "b"}),
        ("#s", "select_option", {"value": []}),
        ("#n", "select_option", {"value": "a"}),
        ("#n", "fill", {"value": "1", "force": True}),
        ("#n", "click", {}),
    ],
)
async def test_what_is_not_ready_is_not_touched(
    shared_session: BrowserSession,
    shared_site: Site,
    selector: str,
    method: str,
    arguments: dict[str, object],
) -> None:
    page = shared_session.page
    await page.goto(shared_site.add("/not-ready", NOT_READY))
    facts = await looked_at(shared_session, selector)
    assert await touch(page, facts, method, arguments, 5_000) is None
    assert await page.evaluate("told") == []


async def test_only_the_very_element_is_touched(
    shared_session: BrowserSession, shared_site: Site
) -> None:
    page = shared_session.page
    await page.goto(shared_site.add("/fields", FIELDS))
    facts = await looked_at(shared_session, "#text")
    await page.evaluate("""() => { const old = document.getElementById('text');
        const fresh = old.cloneNode(); old.id = 'moved'; old.before(fresh); }""")
    assert await touch(page, facts, "fill", {"value": "Ada"}, 5_000) == Touched()
    assert await page.locator("#moved").input_value() == "Ada"
    assert await page.locator("#text").input_value() == "old"
    await page.evaluate("document.getElementById('moved').replaceWith('')")
    assert await touch(page, facts, "fill", {"value": "Eve"}, 5_000) is None
    with pytest.raises(Exception, match=GONE):
        await touched(page, facts).fill("Eve", timeout=2_000)
    assert await page.locator("#text").input_value() == "old"


async def test_another_document_or_a_broken_line_costs_only_time(
    shared_session: BrowserSession, shared_site: Site
) -> None:
    page, url = shared_session.page, shared_site.add("/fields", FIELDS)
    await page.goto(url)
    facts = await looked_at(shared_session, "#text")
    await page.goto(url)
    assert await touch(page, facts, "fill", {"value": "Ada"}, 5_000) is None
    facts = await looked_at(shared_session, "#text")
    line = line_of(page.context)
    assert line is not None and line._cdp is not None
    await line._cdp.close()
    assert await touch(page, facts, "fill", {"value": "Ada"}, 5_000) is None
    assert await page.locator("#text").input_value() == "old"


FAKE = """() => void (globalThis[Symbol.for('webagent.touch')] = () => {
  globalThis.asked = true;
  return JSON.stringify({done: 'done', proof: ''});
})"""


async def test_the_pages_own_world_neither_sees_nor_answers(
    shared_session: BrowserSession, shared_site: Site
) -> None:
    page = shared_session.page
    await page.goto(shared_site.add("/fields", FIELDS))
    facts = await looked_at(shared_session, "#text")
    assert not await page.evaluate("Symbol.for('webagent.touch') in globalThis")
    await page.evaluate(FAKE)
    assert await touch(page, facts, "fill", {"value": "Ada"}, 5_000) == Touched()
    assert await page.evaluate("globalThis.asked") is None
    line = line_of(page.context)
    assert line is not None and line._cdp is not None
    tab, worlds = line._tabs[page], []
    line._cdp.on(lambda method, params, _: worlds.append(params.get("context", {})))
    await line._cdp.call("Runtime.enable", session_id=tab.session)
    # As after a navigation into another process, which counts its worlds from one again.
    mine = {"isDefault": True, "frameId": line._target_of(page)}
    tab.world = next(w["id"] for w in worlds if mine.items() <= w.get("auxData", {}).items())
    assert await touch(page, facts, "fill", {"value": "Eve"}, 5_000) is None
    assert await page.evaluate("asked") and await page.locator("#text").input_value() == "Ada"
