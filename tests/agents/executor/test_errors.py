"""A failed call says what was wrong with which element, and what to try."""

from __future__ import annotations

import pytest

from agents.executor import ExecutorLimits
from tests.agents.executor.test_tabs_files import attach
from tests.browsers import on_shared_loop

pytestmark = [pytest.mark.browser, on_shared_loop]

QUICK = ExecutorLimits(action_timeout_ms=700, navigation_timeout_ms=1500)


async def failure(bench, code, **options):
    bench.limits = QUICK
    result = await bench.run(code, **options)
    assert not result.ok
    return result


async def test_nothing_found(bench):
    await bench.show("<button>Save</button>")
    result = await failure(bench, 'x = 1\nawait page.get_by_role("button", name="Send").click()')
    assert result.error_code == "element_not_found"
    assert 'Nothing on the page matched button "Send" within 0.7 s' in result.error_message
    assert 'line 2: `await page.get_by_role("button", name="Send").click()`' in result.error_message
    assert bench.reported[-1].error_code == "element_not_found"


async def test_several_found_lists_them_in_python(bench):
    await bench.show("".join(f"<a href='/{i}'>Item {i}</a>" for i in range(9)))
    result = await failure(bench, 'await page.get_by_role("link", name="Item").click()')
    assert result.error_code == "several_elements"
    assert "matches 9 elements" in result.error_message
    assert 'page.get_by_role("link", name="Item 0")' in result.error_message
    assert result.error_message.count("<a href") == 5


async def test_covered_by_something_else(bench):
    await bench.show(
        "<button>Buy</button>"
        "<div id='cookies' style='position:fixed;inset:0;background:#fff8'>cookies</div>"
    )
    result = await failure(bench, 'await page.get_by_role("button", name="Buy").click()')
    assert result.error_code == "element_covered"
    assert 'button "Buy" is covered by <div id="cookies"' in result.error_message


REASONS = [
    ("<button disabled>Go</button>", 'get_by_text("Go").click()', "element_disabled", "disabled"),
    ("<input readonly>", 'locator("input").fill("x")', "element_readonly", "read-only"),
    ("<b hidden>Go</b>", 'locator("b").click()', "element_hidden", "not visible"),
    (
        "<select><option>A</option></select>",
        'locator("select").select_option("B")',
        "no_such_option",
        "options",
    ),
    ("<p>text</p>", 'locator("p").fill("x")', "wrong_element", "<input>"),
    ("<input type=number>", 'locator("input").fill("abc")', "bad_value", "Cannot type text"),
    ("<input type=date>", 'locator("input").fill("tomorrow")', "bad_value", "2024-12-31"),
    ("<input type=time>", 'locator("input").fill("noon")', "bad_value", "23:59"),
    ("<input>", 'locator("input").press("Enterr")', "bad_value", "ArrowDown"),
    ("<p></p>", 'locator("p[").click()', "bad_selector", "not a valid selector"),
    ("<p></p>", 'wait_for_url("**/nowhere", timeout=300)', "wait_timeout", "nowhere"),
    ("<p></p>", 'get_by_text("late").wait_for(timeout=300)', "element_not_found", "late"),
    ("<p></p>", 'locator("p").wait_for(state="gone")', "bad_value", "attached|detached"),
    ("<p></p>", 'locator("p").click(button="big")', "bad_value", "left|right"),
    ("<p></p>", 'wait_for_load_state("done")', "bad_arguments", "domcontentloaded"),
    ("<p></p>", 'locator("p").nth("x").click()', "invalid_code", "int"),
]


@pytest.mark.parametrize(("body", "call", "error", "words"), REASONS)
async def test_reasons(bench, body, call, error, words):
    await bench.show(body)
    result = await failure(bench, f"await page.{call}")
    assert result.error_code == error, result.error_message
    assert words in result.error_message


async def test_nothing_listens_there(bench, unused_tcp_port):
    result = await failure(bench, f'await page.goto("http://127.0.0.1:{unused_tcp_port}/")')
    assert result.error_code == "navigation_failed"
    assert "nothing answers at this address" in result.error_message


async def test_a_page_that_never_loads(bench):
    result = await failure(bench, f'await page.goto("{bench.site.url("/hang")}")')
    assert result.error_code == "navigation_timeout"
    assert "did not load within 1.5 s" in result.error_message


async def test_a_page_that_redirects_in_a_circle(bench):
    from aiohttp import web

    async def again(request):
        raise web.HTTPFound("/again")

    bench.site.add("/again", again)
    result = await failure(bench, f'await page.goto("{bench.site.url("/again")}")')
    assert result.error_code == "navigation_failed"
    assert "redirects in a circle" in result.error_message


async def test_a_page_that_cannot_be_read_in_time_is_not_taken_for_an_element(bench):
    await bench.show("<script>setTimeout(() => { for (;;); }, 50)</script>")
    result = await failure(bench, "await page.page_text()")
    assert result.error_code == "page_timeout", result.error_message
    assert "page.page_text: the page did not answer within 0.7 s" in result.error_message


async def test_an_address_of_a_file_says_that_it_is_one(bench):
    attach(bench)
    await bench.show("<p>Before</p>")
    address = bench.site.url("/report.csv")
    result = await bench.run(
        f"""
try:
    await page.goto("{address}")
except RuntimeError as error:
    said = str(error)
[said, await files.read_text("report.csv")]
"""
    )
    assert result.ok, result.error_message
    said, text = result.value
    assert f"{address} is a file, not a page. It was downloaded as report.csv (8 bytes)" in said
    assert text == "a,b\n1,2\n"
    assert bench.reported[-2].error_code == "navigation_downloads"
    assert [d.name for d in result.downloads] == ["report.csv"]


async def test_step_code_can_catch_and_go_on(bench):
    await bench.show("<button>Save</button>")
    bench.limits = QUICK
    value = await bench.value(
        """
try:
    await page.get_by_text("Send").click(timeout=200)
except TimeoutError as error:
    caught = str(error)[:20]
await page.get_by_text("Save").click()
caught
"""
    )
    assert value == "Nothing on the page "
    assert bench.tools("failed") == ["locator.click"]


async def test_mistakes_are_found_before_anything_runs(bench):
    await bench.show("<button onclick='document.title=1'>Save</button>")
    result = await failure(bench, 'await page.get_by_text("Save").click()\npage.titel()')
    assert result.error_code == "invalid_code"
    assert "Did you mean `title`" in result.error_message
    assert bench.reported == [] and await bench.browser.page.title() == "A page"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('page.getByText("x")', "get_by_text"),
        ('await page.query_selector("x")', "locator(selector)"),
        ("async def f():\n    async with page.expect_popup() as p:\n        pass", "popup(target)"),
        ('page.locator("x").click()', "await"),
        ('await page.locator("x").click(timeot=3)', "timeot"),
        ("await page.goto()", "url"),
        ('await page.fill("x")', "value"),
        ("import requests", "Nothing has to be imported"),
        ("if True:\n    return 5", "end the code with the value"),
        ('await page.evaluate("1")', "JavaScript is switched off"),
        ('await page.locator("x").fill(5)', "Expected `str | Variable`"),
    ],
)
async def test_mistakes_are_explained(quiet_bench, code, words):
    result = await quiet_bench.run(code)
    assert not result.ok
    assert words in result.error_message, result.error_message


@pytest.mark.parametrize(
    "code",
    [
        'import re\nm = re.search(r"\\d+", await page.title())\nm.group() if m else "none"',
        'import re\nre.search(r"n", await page.title()).group()',
        "x = None\nfor i in range(2):\n    x = await page.title()\nx.upper()",
        'a = {"n": 1}\na["n"] = "x"\na["m"] = [1]\na',
        "best = None\nfor n in [3, 1]:\n    if best is None or n < best: best = n\nbest + 1",
        "def f(x):\n    return x.upper()\nf(await page.title())",
        "import asyncio\nasync def main():\n    return await page.title()\nawait main()",
        "hasattr(page, 'url')",
        "from datetime import datetime\ndatetime(2024, 1, 2).isoformat()",
        "import json\njson.dumps({'a': [1, None]})",
        "sorted([{'a': 2}, {'a': 1}], key=lambda r: r['a'])[0]['a']",
    ],
)
async def test_programs_that_models_write_are_not_refused(quiet_bench, code):
    result = await quiet_bench.run(code)
    assert result.ok, result.error_message


async def test_a_closed_tab_is_named(bench):
    await bench.show("<p>x</p>")
    result = await failure(
        bench,
        """
await tabs.new()
p = page.locator("p")
await tabs.close(1)
await p.inner_text()
""",
    )
    assert result.error_code == "tab_closed"


async def test_a_host_that_fails_ends_the_step_with_its_own_error(bench):
    await bench.show("<button onclick='document.title=1'>Save</button>")

    class Broken(Exception):
        pass

    async def on_action(record):
        raise Broken

    bench.on_action = on_action
    with pytest.raises(Broken):
        await bench.run('try:\n    await page.locator("button").click()\nexcept Exception: pass')
    assert await bench.browser.page.title() == "A page"
