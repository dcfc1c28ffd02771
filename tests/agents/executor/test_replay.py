"""A step whose worker died runs again without doing anything twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.browsers import on_shared_loop

pytestmark = [pytest.mark.browser, on_shared_loop]

COUNTER = '<button onclick="n.textContent=+n.textContent+1">Add</button><p id=n>0</p><input>'
CODE = """
before = await page.locator("#n").inner_text()
await page.get_by_role("button", name="Add").click()
await page.locator("input").fill("typed")
await page.get_by_role("button", name="Add").click()
[before, await page.locator("#n").inner_text()]
"""


async def recorded(bench, code=CODE):
    await bench.show(COUNTER)
    result = await bench.run(code)
    assert result.ok, result.error_message
    return [replace(record) for record in result.actions]


async def count(bench):
    return await bench.browser.page.locator("#n").inner_text()


async def test_completed_calls_are_answered_from_the_record(bench):
    records = await recorded(bench)
    bench.reported.clear()
    result = await bench.run(CODE, replay=records)
    assert result.value == ["0", "2"]
    assert await count(bench) == "2"
    assert bench.reported == []
    assert [a.action_id for a in result.actions] == ["1.1", "1.2", "1.3", "1.4", "1.5"]
    assert result.changed


async def test_calls_after_the_recorded_ones_are_made(bench):
    records = (await recorded(bench))[:3]
    await bench.show(COUNTER)
    bench.reported.clear()
    bench.step = 0
    result = await bench.run(CODE, replay=records)
    assert result.value == ["0", "1"]
    assert [(r.action_id, r.status) for r in bench.reported] == [
        ("1.4", "started"),
        ("1.4", "completed"),
        ("1.5", "completed"),
    ]


async def test_a_click_that_may_have_happened_is_not_repeated(bench):
    records = (await recorded(bench))[:2]
    records[1].status = "started"
    await bench.show(COUNTER)
    code = f"try:\n    pass\nexcept Exception: pass\n{CODE}"
    result = await bench.run(code, replay=records)
    assert not result.ok and result.error_code == "interrupted_action"
    assert "look at the page" in result.error_message
    assert await count(bench) == "0"


async def test_an_interrupted_click_cannot_be_caught(bench):
    records = (await recorded(bench))[:2]
    records[1].status = "started"
    code = CODE.replace(
        'await page.get_by_role("button", name="Add").click()\nawait page.locator',
        'try:\n    await page.get_by_role("button", name="Add").click()\n'
        "except Exception: pass\nawait page.locator",
    )
    result = await bench.run(code, replay=records)
    assert result.error_code == "interrupted_action"


async def test_a_field_that_may_have_been_filled_is_filled_again(bench):
    records = (await recorded(bench))[:3]
    records[2].status = "started"
    await bench.show(COUNTER)
    bench.reported.clear()
    bench.step = 0
    result = await bench.run(CODE, replay=records)
    assert result.ok, result.error_message
    assert await bench.browser.page.locator("input").input_value() == "typed"
    assert (bench.reported[0].action_id, bench.reported[0].status) == ("1.3", "completed")


async def test_started_and_completed_entries_of_one_call_count_once(bench):
    records = await recorded(bench)
    doubled = [r for record in records for r in (replace(record, status="started"), record)]
    result = await bench.run(CODE, replay=doubled)
    assert result.value == ["0", "2"] and await count(bench) == "2"


async def test_failed_calls_fail_the_same_way_again(bench):
    await bench.show(COUNTER)
    code = """
try:
    await page.get_by_text("Missing").click(timeout=200)
except Exception as error:
    told = str(error)
await page.get_by_role("button", name="Add").click()
told
"""
    first = await bench.run(code)
    bench.reported.clear()
    again = await bench.run(code, replay=[replace(r) for r in first.actions])
    assert again.value == first.value and "Missing" in again.value
    assert bench.reported == [] and await count(bench) == "1"


async def test_code_that_went_another_way_gets_nothing_from_the_past(bench):
    records = await recorded(bench)
    await bench.show(COUNTER)
    result = await bench.run('await page.locator("#n").inner_text(timeout=500)', replay=records)
    assert result.value == "0"
    other = await bench.run(
        'await page.locator("input").fill("other")\n'
        'await page.get_by_role("button", name="Add").click()',
        replay=records,
    )
    assert other.ok and await count(bench) == "1"


async def test_a_result_too_large_to_keep_is_read_again(bench):
    await bench.show(f"<p>{'word ' * 3000}</p><button>Add</button>")
    code = 'len(await page.locator("p").inner_text())'
    first = await bench.run(code)
    records = [replace(r) for r in first.actions]
    assert len(str(records[0].result)) < 2_000
    again = await bench.run(code, replay=records)
    assert again.value == first.value > 10_000


async def test_a_hidden_literal_matches_its_own_record(bench):
    await bench.show('<input type="password"><button>Add</button>')
    code = 'await page.locator("input").fill("hunter22")\nawait page.get_by_text("Add").click()'
    first = await bench.run(code)
    records = [replace(r) for r in first.actions]
    assert records[0].arguments["value"] == "[hidden]"
    bench.reported.clear()
    again = await bench.run(code, replay=records)
    assert again.ok and bench.reported == []


async def test_a_replayed_popup_is_the_active_tab(bench):
    bench.site.add("/pop", "<title>Pop</title>")
    await bench.show("<a href='/pop' target=_blank>Open</a>")
    code = 'p = await popup(page.get_by_text("Open"))\nawait p.title()'
    first = await bench.run(code)
    assert first.value == "Pop"
    again = await bench.run(code, replay=[replace(r) for r in first.actions[:1]])
    assert again.value == "Pop"
    assert len(bench.browser.pages) == 2
