"""What the planner sees crosses over as one text, whatever a page does to JSON."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from agents.model.embedded.reading.factbook import Fact, open_book
from agents.model.embedded.view import locate, look
from tests.agents.browser.test_extract_as_text import HABITS

pytestmark = pytest.mark.browser
DESK = """<!doctype html><title>Desk</title><script>%s</script><h1>Library card</h1>
<form><label>Name <input name=who value='Ann "Bo" \\ Lee'></label><button>Renew</button></form>
<dl><dt>Number</dt><dd>LC-204</dd><dt>Branch</dt><dd>Northgate</dd></dl>"""


async def seen(page: Page, script: str = "") -> tuple[list[dict[str, Any]], str, list[Fact]]:
    await page.set_content(DESK % script)
    view = await look(page)
    return [e.d for e in [*view.elements, *view.texts]], view.body, (await open_book(page)).facts


@pytest.mark.parametrize("habit", HABITS)
async def test_a_page_with_json_of_its_own_is_seen_alike(page: Page, habit: str) -> None:
    plain = await seen(page)
    await page.goto("about:blank")
    assert await seen(page, HABITS[habit]) == plain
    assert [fact.value for fact in plain[2]] == ["LC-204", "Northgate"]
    button = next(e for e in (await look(page)).elements if e.name == "Renew")
    assert await locate(button) == 'page.get_by_role("button", name="Renew", exact=True)'


@pytest.mark.parametrize("json", ["no {", "5"])
async def test_a_page_that_writes_no_json_is_not_seen(page: Page, json: str) -> None:
    await page.set_content(DESK % f"JSON.stringify = () => '{json}';")
    assert (await look(page)).elements == []
    assert (await open_book(page)).facts == []
