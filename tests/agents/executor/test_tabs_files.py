"""New tabs, downloads, uploads, files and pictures, by plain function calls."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from tests.browsers import on_shared_loop

pytestmark = [pytest.mark.browser, on_shared_loop]


def attach(bench, path="/report.csv", body="a,b\n1,2\n", media="text/csv", name="report.csv"):
    async def send(request):
        return web.Response(
            body=body.encode(),
            content_type=media,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    bench.site.add(path, send)


async def test_a_popup_is_waited_for_and_becomes_the_page(bench):
    bench.site.add("/pop", "<title>Pop</title><p>inside</p>")
    await bench.show("<a href='/pop' target=_blank rel=noopener>Open</a><p>outside</p>")
    value = await bench.value(
        """
main = page.locator("p")
new = await popup(page.get_by_role("link", name="Open"))
[await new.title(), await page.locator("p").inner_text(), await main.inner_text(),
 [t["title"] for t in await tabs.list()]]
"""
    )
    assert value == ["Pop", "inside", "outside", ["A page", "Pop"]]
    record = next(r for r in bench.reported if r.tool == "popup" and r.status == "completed")
    assert record.target == 'link "Open"' and record.result["url"].endswith("/pop")


async def test_a_click_that_opens_no_tab_says_so(bench):
    await bench.show("<button>Nothing</button>")
    result = await bench.run('await popup(page.get_by_text("Nothing"), timeout=600)')
    assert result.error_code == "no_popup", result.error_message


async def test_tabs_are_opened_switched_and_closed(bench):
    bench.site.add("/two", "<title>Two</title>")
    await bench.show("<p>x</p>")
    value = await bench.value(
        f"""
await tabs.new("{bench.site.url("/two")}")
first = await page.title()
await tabs.switch(0)
second = await page.title()
await tabs.close(1)
[first, second, len(await tabs.list())]
"""
    )
    assert value == ["Two", "A page", 1]
    result = await bench.run("await tabs.switch(7)")
    assert result.error_code == "no_such_tab"


async def test_a_download_is_waited_for_stored_and_readable(bench):
    attach(bench)
    await bench.show("<a href='/report.csv'>Report</a>")
    result = await bench.run(
        """
file = await download(page.get_by_text("Report"))
[file["name"], file["size_bytes"], await files.read_text("report.csv"), await files.list()]
"""
    )
    assert result.ok, result.error_message
    assert result.value[:3] == ["report.csv", 8, "a,b\n1,2\n"]
    assert result.value[3][0]["name"] == "report.csv"
    assert [d.name for d in result.downloads] == ["report.csv"]
    assert bench.artifacts.kinds == ["download"]


async def test_a_click_without_a_download_says_so(bench):
    await bench.show("<button>Nothing</button>")
    result = await bench.run('await download(page.get_by_text("Nothing"), timeout=900)')
    assert result.error_code == "download_timeout"


async def test_a_full_disk_is_told_and_the_step_goes_on(bench):
    attach(bench)
    bench.artifacts.full = True
    await bench.show("<a href='/report.csv'>Report</a>")
    result = await bench.run('await download(page.get_by_text("Report"))')
    assert result.error_code == "storage_failed" and "No space left" in result.error_message
    saved = await bench.run('await files.save_text("a.txt", "x")')
    assert saved.error_code == "storage_failed"
    assert await bench.value("1") == 1


async def test_files_are_saved_by_name(bench):
    value = await bench.value(
        """
await files.save_json("rows.json", [{"a": 1, "b": "ü"}])
await files.save_text("notes.md", "# Notes", media_type="text/markdown")
[await files.read_text("notes.md"), [f["name"] for f in await files.list()]]
"""
    )
    assert value == ["# Notes", ["rows.json", "notes.md"]]
    assert json.loads(bench.artifacts.data["art_1"]) == [{"a": 1, "b": "ü"}]
    assert [a.media_type for a in bench.artifacts.stored] == ["application/json", "text/markdown"]
    assert bench.artifacts.kinds == ["output", "output"]
    for name in ("../x", "a/b", "", ".hidden", "x" * 200, "a\\nb"):
        result = await bench.run(f'await files.save_text("{name}", "x")')
        assert result.error_code == "bad_file_name", name
    missing = await bench.run('await files.read_text("none.txt")')
    assert missing.error_code == "no_such_file"


async def test_a_saved_file_is_uploaded_by_name(bench):
    await bench.show('<input type=file multiple onchange="t.textContent=files[0].name"><p id=t>')
    executor = bench.executor()
    await executor.run('await files.save_text("cv.txt", "hello")', step=1)
    result = await executor.run(
        'await page.locator("input").set_input_files("cv.txt")\n'
        'await page.locator("#t").inner_text()',
        step=2,
    )
    assert result.value == "cv.txt", result.error_message
    refused = await executor.run(
        'await page.locator("input").set_input_files("/etc/passwd")', step=3
    )
    assert refused.error_code == "no_such_file"


async def test_a_screenshot_becomes_a_file(bench):
    await bench.show("<h1>Picture</h1>")
    value = await bench.value('await page.screenshot("shop")')
    assert value["name"] == "shop.jpg" and bench.artifacts.kinds == ["file"]
    assert bench.artifacts.data["art_1"][:2] == b"\xff\xd8"


async def test_dialogs_and_popups_are_told(bench):
    await bench.show("<button onclick=\"alert('Beware')\">Warn</button>")
    result = await bench.run('await page.get_by_text("Warn").click()')
    assert result.ok, result.error_message
    assert any("Beware" in notice for notice in result.notices)


async def test_the_page_is_read_as_text_lists_and_tables(bench):
    rows = "".join(
        f"<li><a href='/p{i}'>Lamp {i}</a> <span class=price>${i}.50</span></li>" for i in range(5)
    )
    await bench.show(
        f"<h2>Lamps</h2><ul>{rows}</ul><table><tr><th>City</th><th>People</th></tr>"
        "<tr><td>Oslo</td><td>700</td></tr><tr><td>Rome</td><td>2800</td></tr></table>"
    )
    value = await bench.value(
        """
[await page.extract_list(["title", "price"], limit=2), await page.extract_tables(),
 await page.page_text(), await page.observe()]
"""
    )
    assert [row["title"] for row in value[0]] == ["Lamp 0", "Lamp 1"]
    assert value[1][0]["rows"][0] == {"City": "Oslo", "People": "700"}
    assert "Lamps" in value[2] and "Lamp 3" in value[3]
    result = await bench.run("await page.extract_list(fields=[1, 2])")
    assert result.error_code in ("invalid_code", "bad_arguments")


async def test_mouse_and_keyboard(bench):
    await bench.show(
        "<body style='margin:0'><button style='position:absolute;left:0;top:0;width:99px;"
        "height:40px' onclick='o.textContent+=\"c\"'>x</button><input style='margin:90px' id=i>"
        "<p id=o></p>"
    )
    value = await bench.value(
        """
await page.mouse.click(20, 20)
await page.locator("#i").focus()
await page.keyboard.type("abc")
await page.keyboard.press("Control+a")
await page.keyboard.press("Delete")
await page.keyboard.insert_text("z")
[await page.locator("#o").inner_text(), await page.locator("#i").input_value()]
"""
    )
    assert value == ["c", "z"]
    assert bench.reported[0].target == "point 20, 20"


async def test_page_calls_with_selectors(bench):
    await bench.show("<input><button onclick=\"this.textContent='ok'\">go</button>")
    value = await bench.value(
        """
await page.fill("input", "abc")
await page.click("button")
found = await page.wait_for_selector("button")
[await page.input_value("input"), await found.inner_text(), await page.is_visible("input")]
"""
    )
    assert value == ["abc", "ok", True]


async def test_frames(bench):
    bench.site.add("/in", "<p>inner</p><button onclick=\"this.textContent='hit'\">b</button>")
    await bench.show("<iframe src='/in'></iframe>")
    value = await bench.value(
        """
frame = page.frame_locator("iframe")
await frame.get_by_role("button").click()
[await frame.locator("p").inner_text(), await frame.get_by_role("button").inner_text(),
 await page.locator("iframe").content_frame.locator("p").inner_text()]
"""
    )
    assert value == ["inner", "hit", "inner"]


async def test_locators_combine(bench):
    await bench.show(
        "<div><b>Lamp</b><button>Buy</button></div><div><b>Desk</b><button>Buy</button></div>"
    )
    value = await bench.value(
        """
card = page.locator("div").filter(has=page.get_by_text("Desk"))
both = page.get_by_role("button").and_(page.get_by_text("Buy"))
either = page.get_by_text("Lamp").or_(page.get_by_text("Desk"))
[await card.get_by_role("button").count(), await both.count(), await either.count(),
 await page.locator("div", has_text="Lamp").locator("b").inner_text()]
"""
    )
    assert value == [1, 2, 2, "Lamp"]
    await bench.value(
        'await page.locator("div").filter(has_text="Desk").get_by_role("button").click()'
    )
    assert bench.reported[-1].target == 'button in div with "Desk"'
