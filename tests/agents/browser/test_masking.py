"""Fields that hold secrets show dots in every picture, whatever the page does with their type."""

from __future__ import annotations

import pytest

from agents.browser.masking import mask, remember
from agents.ports import Variable
from tests.agents.executor.conftest import Bench, bench, shared_site
from tests.browsers import on_shared_loop

__all__ = ["bench", "shared_site"]
pytestmark = [pytest.mark.browser, on_shared_loop]
DOTS = "e => getComputedStyle(e).webkitTextSecurity"
FORM = """<label>Password <input id=pw type=password></label>
<label>Code <input id=code autocomplete=one-time-code></label>
<label>Card <input id=card autocomplete="billing cc-number"></label>
<label>Note <input id=note></label><p id=echo></p><p id=plain>nothing here</p>
<button onclick="pw.type = pw.type == 'text' ? 'password' : 'text'">Show</button>
<script>for (const e of [pw, note])
  e.addEventListener('input', () => echo.textContent = 'You typed ' + e.value)</script>"""
SECRET = "correct-horse-77"


async def dots(bench: Bench, selector: str) -> str:
    return await bench.browser.page.eval_on_selector(selector, DOTS)


async def test_a_password_that_is_shown_as_text_stays_dots(bench):
    await bench.show(FORM)
    page = bench.browser.page
    await page.click("#pw")
    await page.keyboard.insert_text("typed by a person")
    await page.click("button")
    assert await page.eval_on_selector("#pw", "e => e.type") == "text"
    assert await dots(bench, "#pw") == "disc"
    await page.eval_on_selector("#pw", "e => e.removeAttribute('style')")
    await page.wait_for_function("getComputedStyle(pw).webkitTextSecurity == 'disc'")
    seen = await bench.browser.observe()
    assert "typed by a person" not in seen.text.replace("You typed typed by a person", "")
    assert await bench.value('await page.locator("#pw").input_value()') == "[hidden]"


async def test_codes_and_cards_show_dots_and_other_fields_do_not(bench):
    await bench.show(FORM)
    for selector, expected in (("#code", "disc"), ("#card", "disc"), ("#note", "none")):
        await bench.browser.page.fill(selector, "4111111111111111")
        assert await dots(bench, selector) == expected, selector


async def test_a_field_that_gets_a_sensitive_variable_shows_dots_first(bench):
    bench.variables = {"pw": Variable(SECRET, sensitive=True), "name": Variable("ada")}
    await bench.show(FORM)
    assert (await bench.run('await page.fill("#note", variables["pw"])')).ok
    assert await dots(bench, "#note") == "disc"
    await bench.browser.page.focus("#card")
    assert (await bench.run('await page.fill("#code", variables["name"])')).ok
    seen = await bench.browser.observe()
    assert SECRET not in seen.text.replace(f"You typed {SECRET}", "")


async def test_text_that_repeats_a_value_is_covered_before_a_picture(bench):
    bench.variables = {"pw": Variable(SECRET, sensitive=True)}
    await bench.show(FORM)
    page = bench.browser.page
    assert (await bench.run('await page.locator("#pw").fill(variables["pw"])')).ok
    assert await page.inner_text("#echo") == f"You typed {SECRET}"
    await bench.browser.screenshot()
    assert await dots(bench, "#echo") == "disc"
    assert await dots(bench, "#plain") == "none"


async def test_another_host_is_never_asked_about_a_value(bench):
    await bench.show(FORM)
    page = bench.browser.page
    await mask(await page.query_selector("#note"))
    remember(page.main_frame, SECRET)
    other = bench.site.add("/other", f"<p id=echo>{SECRET}</p>").replace("127.0.0.1", "localhost")
    await page.goto(other)
    await bench.browser.screenshot()
    assert await dots(bench, "#echo") == "none"
