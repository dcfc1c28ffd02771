"""Findings cross over as one text, whatever a page does to JSON."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from agents.browser.extract import extract_list, read

pytestmark = pytest.mark.browser
SHOP = """<!doctype html><title>Shop</title><script>%s</script><h1>Teapots</h1><ul>
<li><h3>Green teapot</h3><span class=price>£20.50</span></li>
<li><h3>Blue "teapot"</h3><span class=price>£31.00</span></li>
<li><h3>Red teapot \\ 2</h3><span class=price>£18.75</span></li></ul>"""
# As Prototype.js does, and ways to be of no use at all.
HABITS = {
    "arrays": "Array.prototype.toJSON = function () { return JSON.stringify([...this]); };",
    "strings": "String.prototype.toJSON = function () { return 'nothing'; };",
    "undefined": "JSON.stringify = () => undefined;",
    "throwing": "JSON.stringify = () => { throw new Error('no'); };",
    "missing": "delete window.JSON;",
}


async def shown(page: Page, script: str = "") -> list[dict[str, Any]]:
    await page.set_content(SHOP % script)
    return await read(page)


@pytest.mark.parametrize("habit", HABITS)
async def test_a_page_with_json_of_its_own_is_read_alike(page: Page, habit: str) -> None:
    plain = await shown(page)
    await page.goto("about:blank")
    assert await shown(page, HABITS[habit]) == plain
    assert [row["price"] for row in await extract_list(page)] == ["£20.50", "£31.00", "£18.75"]


async def test_a_page_that_writes_no_json_is_no_finding(page: Page) -> None:
    assert await shown(page, "JSON.stringify = () => 'no {';") == []
