"""Step code does on a real page what Playwright code would do, and is reported call by call."""

from __future__ import annotations

import pytest

from tests.browsers import on_shared_loop

pytestmark = [pytest.mark.browser, on_shared_loop]

FORM = """
<form action="/done" onsubmit="return true">
  <label>Email <input name="email"></label>
  <label>Size
    <select name="size"><option>S</option><option value="m">Medium</option></select></label>
  <label><input type="checkbox" name="news"> News</label>
  <button>Send</button>
</form>
<ul><li>one</li><li>two</li><li>three</li></ul>
"""


async def test_a_form_is_filled_and_sent(bench):
    await bench.show(FORM)
    bench.site.add("/done", "<title>Done</title><h1>Thank you</h1>")
    result = await bench.run(
        """
await page.get_by_label("Email").fill("ann@example.org")
await page.get_by_label("Size").select_option("m")
await page.get_by_label("News").check()
await page.get_by_role("button", name="Send").click()
[page.url, await page.get_by_role("heading").inner_text()]
"""
    )
    assert result.ok, result.error_message
    assert result.value[0].endswith("/done?email=ann%40example.org&size=m&news=on")
    assert result.value[1] == "Thank you"
    assert result.changed
    assert [(r.tool, r.target) for r in result.actions] == [
        ("locator.fill", 'field "Email"'),
        ("locator.select_option", 'field "Size"'),
        ("locator.check", 'field "News"'),
        ("locator.click", 'button "Send"'),
        ("locator.inner_text", "heading"),
    ]
    assert all(r.status == "completed" for r in result.actions)


async def test_touching_calls_are_announced_before_and_reading_calls_are_not(bench):
    await bench.show(FORM)
    seen_before = []

    async def on_action(record):
        if record.status == "started":
            seen_before.append(await bench.browser.page.locator("input").first.input_value())
        bench.reported.append(record)

    bench.on_action = on_action
    await bench.value('await page.locator("input").first.fill("x")\nawait page.title()')
    assert seen_before == [""]
    assert [(r.status, r.tool, r.action_id) for r in bench.reported] == [
        ("started", "locator.fill", "1.1"),
        ("completed", "locator.fill", "1.1"),
        ("completed", "page.title", "1.2"),
    ]


async def test_reading_alone_changes_nothing(bench):
    await bench.show(FORM)
    result = await bench.run('await page.locator("li").all_inner_texts()')
    assert result.value == ["one", "two", "three"]
    assert not result.changed


async def test_lists_of_locators_and_loops(bench):
    await bench.show(FORM)
    value = await bench.value(
        """
texts = []
for item in await page.locator("li").all():
    texts.append(await item.inner_text())
{"count": await page.locator("li").count(), "texts": texts,
 "last": await page.locator("li").last.inner_text(),
 "t": await page.locator("li").filter(has_text="tw").inner_text()}
"""
    )
    assert value == {"count": 3, "texts": ["one", "two", "three"], "last": "three", "t": "two"}


async def test_a_sandbox_pattern_reaches_the_page_as_a_pattern(bench):
    await bench.show(FORM)
    code = 'import re\nawait page.get_by_text(re.compile("^TW", re.I)).inner_text()'
    assert await bench.value(code) == "two"


async def test_goto_reports_status_and_takes_relative_addresses(bench):
    await bench.show(FORM)
    bench.site.add("/next", "<title>Next</title>")
    assert (await bench.value('await page.goto("/next")'))["status"] == 200
    value = await bench.value('await page.goto("missing")')
    assert value["status"] == 404 and value["ok"] is False
    assert bench.reported[-1].target.endswith("/missing")


async def test_the_last_expression_and_a_final_return_are_the_value(bench):
    assert await bench.value("1 + 1") == 2
    assert await bench.value("x = 3\nreturn x * 2") == 6
    assert await bench.value("x = 3") is None


async def test_each_program_starts_fresh(bench):
    await bench.value("kept = 1")
    result = await bench.run("kept")
    assert not result.ok and "kept" in result.error_message


async def test_what_json_cannot_hold_is_described(bench):
    value = await bench.value(
        '[page.get_by_role("button", name="Send"), {1, 2}, b"ab", page, 10**9]'
    )
    assert value == ['<Locator button "Send">', [1, 2], "<2 bytes>", "<Page>", 10**9]


async def test_printed_text_comes_back(bench):
    result = await bench.run('print("hello", 5)\nprint("again")')
    assert result.printed == "hello 5\nagain\n"


async def test_parallel_calls_are_made_one_after_the_other(bench):
    await bench.show(FORM)
    value = await bench.value(
        """
import asyncio
await asyncio.gather(*[page.locator("li").nth(i).inner_text() for i in range(3)])
"""
    )
    assert value == ["one", "two", "three"]
    assert [r.action_id for r in bench.reported] == ["1.1", "1.2", "1.3"]


async def test_a_click_that_navigates_is_seen_by_the_next_call(bench):
    bench.site.add("/b", "<title>B</title><a href='/page'>back</a>")
    await bench.show("<a href='/b'>go</a>")
    for _ in range(5):
        value = await bench.value(
            """
await page.get_by_role("link", name="go").click()
first = await page.title()
await page.get_by_role("link", name="back").click()
[first, await page.title()]
"""
        )
        assert value == ["B", "A page"]


async def test_refs_of_an_observation_work_and_are_told_in_words(bench):
    await bench.show(FORM)
    text = (await bench.browser.observe()).text
    import re

    number = re.search(r'\[?(e\d+)\]? ?button "Send"|button "Send" \[?(e\d+)', text)
    assert number, text
    ref = number[1] or number[2]
    result = await bench.run(f'await ref("{ref}").hover()\nawait ref("{ref}").inner_text()')
    assert result.ok, result.error_message
    assert result.value == "Send"
    assert result.actions[0].target == 'button "Send"'
    assert result.actions[0].box and len(result.actions[0].box) == 4


async def test_a_stale_ref_says_what_to_do(bench):
    await bench.show(FORM)
    result = await bench.run('await ref("e999").click()')
    assert result.error_code == "stale_ref"
    assert "Observe the page again" in result.error_message


async def test_changing_a_handle_inside_changes_nothing_outside(bench):
    await bench.show("<p>hello</p>")
    value = await bench.value(
        """
for name, other in [("tab", 5), ("url", "http://evil.example"), ("recipe", None)]:
    setattr(page, name, other)
p = page.locator("p")
setattr(p, "recipe", "x")
await p.inner_text()
"""
    )
    assert value == "hello"
