"""Extraction on pages of different markup: what a person sees comes out under plain names."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from agents.browser.extract import (
    extract_details,
    extract_list,
    extract_tables,
    extract_text,
    json_ld,
)
from agents.browser.extract_values import money, number
from tests.agents.model.embedded.conftest import site

pytestmark = pytest.mark.browser


async def test_news_items_spread_over_two_rows_are_one_record_each(page: Page) -> None:
    await page.goto(site("news_rows.html"))
    rows = await extract_list(page, fields=["title", "points", "comment count", "link"], limit=3)
    assert rows[0] == {
        "title": "A tiny compiler in 500 lines",
        "points": 312,
        "comment count": 87,
        "link": "https://tinylang.example/item/0",
    }
    assert rows[2]["title"] == "Show: A keyboard made of wood"
    assert rows[2]["comment count"] == 0  # the page says "discuss"
    assert len(await extract_list(page)) == 8


async def test_cards_cut_into_rows_are_one_list(page: Page) -> None:
    await page.goto(site("shop_grid.html"))
    rows = await extract_list(page)
    assert [r["title"] for r in rows][:4] == [
        "Blue backpack", "Red backpack", "Black daypack", "Green duffel bag",
    ]  # fmt: skip
    assert len(rows) == 7
    assert (rows[1]["price"], rows[1]["old_price"], rows[1]["rating"]) == ("$54.50", "$69.00", 4.1)
    assert rows[5]["price"] == "$1,249.00"
    assert rows[3]["availability"] == "Sold out"


async def test_spans_and_two_header_rows(page: Page) -> None:
    await page.goto(site("tables.html"))
    sales, people, bare = await extract_tables(page)
    assert sales["headers"] == ["Region", "Sales Q1", "Sales Q2", "Staff"]
    assert sales["rows"][1] == {
        "Region": "South", "Sales Q1": "900", "Sales Q2": "870", "Staff": "14",
    }  # fmt: skip
    assert len(sales["rows"]) == 3  # the total is a footer
    assert people["rows"][2] == {"Name": "Cy Ray", "Role": "Writer", "City": "Pune"}
    assert bare["rows"][0]["Capital"] == "Paris"


async def test_near_picks_the_list_under_a_heading(page: Page) -> None:
    await page.goto(site("tables.html"))
    assert (await extract_list(page, near="people"))[0]["Name"] == "Ann Lee"
    await page.goto(site("detail.html"))
    assert [r["title"] for r in await extract_list(page, near="reviews")] == [
        "Bright enough", "Too small",
    ]  # fmt: skip


async def test_flat_heading_and_paragraph_list(page: Page) -> None:
    await page.goto(site("blog_flat.html"))
    rows = await extract_list(page, fields=["title", "date", "author"])
    assert rows[1] == {"title": "A river moves", "date": "February 20, 2026", "author": "Noor"}


async def test_shadow_roots_and_frames_are_read(page: Page) -> None:
    await page.goto(site("shadow_frames.html"))
    assert (await extract_list(page, fields=["name", "price"]))[2] == {
        "name": "Spring", "price": "£4.75",
    }  # fmt: skip
    assert (await extract_list(page, near="stock"))[0]["title"] == "Bolt M4"


async def test_details_join_pairs_prominent_text_and_linked_data(page: Page) -> None:
    await page.goto(site("detail.html"))
    details = await extract_details(page)
    assert details["title"] == "Trail Lamp 300"
    assert (details["price"], details["old_price"]) == ("€34,50", "€41,00")
    assert details["Battery life"] == "40 hours"
    assert details["Colour"] == "Black; Red"
    assert details["Made in"] == "Portugal"
    assert details["sku"] == "TL-300"
    assert (await json_ld(page))[0]["@type"] == "Product"
    assert await extract_details(page, fields=["price", "weight", "smell"]) == {
        "price": "€34,50", "weight": "48 g", "smell": None,
    }  # fmt: skip


async def test_text_leaves_menus_out(page: Page) -> None:
    await page.goto(site("detail.html"))
    texts = [b["text"] for b in await extract_text(page)]
    assert any("forty hours" in t for t in texts)
    assert not any(t.startswith("Lamps") for t in texts)


async def test_a_page_without_a_list_gives_nothing(page: Page) -> None:
    await page.set_content("<h1>Hello</h1><p>Only words.</p>")
    assert await extract_list(page) == []
    assert await extract_tables(page) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,299.00", 1299.0), ("1.299,50 €", 1299.5), ("12k", 12000), ("-3", -3), ("none", None)],
)
def test_numbers_in_any_spelling(text: str, value: float | None) -> None:
    assert number(text) == value


def test_money_names_its_currency() -> None:
    assert money("now only £4.75!") == (4.75, "GBP")
    assert money("1 299,00 kr") == (1299.0, "SEK")


async def test_a_page_that_is_an_item_itself_is_read(page: Page) -> None:
    await page.set_content(
        "<!doctype html><html itemscope itemtype='https://schema.org/WebPage'><title>Tea</title>"
        "<h1 itemprop=name>Teapots</h1><ul><li><h3>Green</h3>£20.50<li><h3>Blue</h3>£31.00</ul>"
    )
    assert [row["title"] for row in await extract_list(page)] == ["Green", "Blue"]
    assert {"@type": "WebPage", "name": "Teapots"} in await json_ld(page)


async def test_a_row_shorter_than_a_cell_from_above_reaches_is_read(page: Page) -> None:
    await page.set_content(
        "<table><tr><th>Day<th>Task<th>Who<tr><td>Mon<td>Paint<td rowspan=2>Ann"
        "<tr><td>Tue<tr><td>Wed<td>Dry<td>Bob</table>"
    )
    [table] = await extract_tables(page)
    assert table["rows"][1] == {"Day": "Tue", "Task": "", "Who": "Ann"}
