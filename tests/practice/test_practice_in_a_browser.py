"""The practice site as people and agents see it: real browser, axe, small screens."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from agents.browser.executable import find_browser
from practice.app import create_app
from practice.signin import ACCOUNTS

pytestmark = pytest.mark.browser

PAGES = [
    "/", "/shop/", "/shop/products/enamel-mug", "/shop/cart", "/shop/checkout", "/shop/orders",
    "/signin/code", "/signin/phone", "/news/", "/news/item/3", "/forms/", "/slow/", "/price/",
    "/receiver/", "/nowhere",
]  # fmt: skip
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async with TestServer(create_app()) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox"]
        )
        yield started
        await started.close()


async def fill_the_site(page: Page, address: str) -> None:
    """Something in the cart, a code on the phone, a webhook received."""
    await page.goto(f"{address}/shop/products/enamel-mug")
    await page.get_by_label("Quantity").fill("2")
    await page.get_by_role("button", name="Add to cart").click()
    await page.goto(f"{address}/signin/")
    await page.get_by_label("User name").fill("ada")
    await page.get_by_label("Password").fill(ACCOUNTS["ada"])
    await page.get_by_role("button", name="Sign in").click()
    await page.request.post(f"{address}/receiver/", data='{"type": "ping"}')


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_no_page_breaks_an_accessibility_rule_or_overflows(
    chromium: Browser, address: str, scheme: str, width: int
) -> None:
    page = await chromium.new_page(color_scheme=scheme)  # type: ignore[arg-type]
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await fill_the_site(page, address)
    options = {"runOnly": {"type": "tag", "values": AXE_TAGS}}
    for path in PAGES:
        await page.goto(address + path)
        await page.set_viewport_size({"width": width, "height": 900})
        found = (await Axe().run(page, options=options)).response["violations"]
        complaints += [f"{path} at {width}: {v['id']} {v['nodes'][0]['html']}" for v in found]
        await page.set_viewport_size({"width": 320, "height": 700})
        needed = await page.evaluate("document.documentElement.scrollWidth")
        if needed > 320:
            complaints.append(f"{path} needs {needed} px")
    assert complaints == []


async def test_the_checkout_adds_delivery_and_the_order_costs_what_the_button_said(
    chromium: Browser, address: str
) -> None:
    page = await chromium.new_page()
    await fill_the_site(page, address)
    await page.goto(f"{address}/shop/checkout")
    await page.get_by_label("Full name").fill("Grace Hopper")
    await page.get_by_label("Email").fill("grace@example.com")
    await page.get_by_label("Address").fill("1 Navy Yard")
    await page.get_by_label("Card number").fill("4242424242424242")
    await page.get_by_label("Express").check()
    await page.get_by_role("button", name="Pay £26.50").click()
    assert await page.inner_text("h1") == "Order PR-1001"
    assert await page.inner_text("#paid") == "£26.50"


async def test_every_widget_of_the_form_reaches_the_result(chromium: Browser, address: str) -> None:
    page = await chromium.new_page()
    await page.goto(f"{address}/forms/")
    await page.get_by_label("Full name").fill("Ada")
    await page.get_by_label("Email").fill("ada@example.com")
    await page.get_by_label("Departure date").fill("2030-05-01")
    await page.get_by_label("Budget a night").fill("200")
    await page.get_by_label("Luggage tag colour").fill("#aa3300")
    await page.get_by_label("Extras").select_option(["Parking", "Cot"])
    await page.get_by_role("switch", name="Text message updates").click()
    await page.get_by_role("textbox", name="Notes to the office").fill("A window seat")
    await page.get_by_label("Passport scan").set_input_files(
        {"name": "pass.txt", "mimeType": "text/plain", "buffer": b"abc"}
    )
    await page.get_by_label("I accept the travel rules").check()
    await page.get_by_role("button", name="Send request").click()
    got: dict[str, list[str]] = {}
    for row in await page.locator("tbody tr").all():
        name, value = await row.locator("th").inner_text(), await row.locator("td").inner_text()
        got.setdefault(name, []).append(value)
    assert got["departure"] == ["2030-05-01"]
    assert got["budget"] == ["200"]
    assert got["tag_colour"] == ["#aa3300"]
    assert got["extras"] == ["Parking", "Cot"]
    assert got["updates"] == ["on"]
    assert got["notes"] == ["A window seat"]
    assert got["passport"][0].startswith("pass.txt, 3 bytes")


async def test_starting_again_asks_first(chromium: Browser, address: str) -> None:
    page = await chromium.new_page()
    await page.goto(f"{address}/forms/")
    await page.get_by_label("Full name").fill("Ada")
    answers = iter([False, True])
    asked: list[str] = []

    async def answer(dialog) -> None:
        asked.append(dialog.message)
        await (dialog.accept() if next(answers) else dialog.dismiss())

    page.on("dialog", answer)
    for left in ("Ada", ""):
        await page.get_by_role("button", name="Start again").click()
        assert await page.get_by_label("Full name").input_value() == left
    assert asked == ["Empty the whole form?"] * 2
