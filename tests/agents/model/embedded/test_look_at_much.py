"""A long page costs a look in proportion to its length: nobody waits for the square of it."""

from __future__ import annotations

import re
import time

import pytest
from playwright.async_api import Page

from agents.browser.extract import read
from agents.browser.extract_values import PRICE
from agents.model.embedded.reading.by_kind import _BY
from agents.model.embedded.reading.facts import _MAIL
from agents.model.embedded.reading.measures import _PART
from agents.model.embedded.view import BUSY, look

pytestmark = pytest.mark.browser
# How often anybody asked an element for its tag or its class, or the list of its children.
COUNTING = """() => {
  window.reads = 0;
  for (const name of ['tagName', 'className', 'textContent']) {
    const owner = name === 'textContent' ? Node.prototype : Element.prototype;
    const found = Object.getOwnPropertyDescriptor(owner, name);
    const get = function () { window.reads++; return found.get.call(this); };
    Object.defineProperty(owner, name, {...found, get});
  }
}"""
PAGES = {
    "table": ("<table>", "<tr><td><a href=#>Order</a><td>Kim Berg<td><button>Open</button>"),
    "cards": ("<main>", "<div class=card><h3>Lamp</h3><b>kr 5</b><p><button>Buy</button></div>"),
}


@pytest.mark.parametrize("kind", PAGES)
async def test_twice_as_many_rows_cost_twice_as_much(page: Page, kind: str) -> None:
    start, row = PAGES[kind]
    costs = []
    for many in (100, 200):
        await page.goto("about:blank")
        await page.set_content(start + row * many)
        await page.evaluate(COUNTING)
        view = await look(page)
        assert len([e for e in view.elements if e.role == "button"]) == many
        costs.append(await page.evaluate("window.reads"))
    assert costs[1] < 2.3 * costs[0], costs


COMPARING = """() => {
  const own = Node.prototype.compareDocumentPosition;
  window.compared = 0;
  Node.prototype.compareDocumentPosition = function (other) {
    window.compared++; return own.call(this, other);
  };
  for (const e of document.querySelectorAll('x-b')) e.attachShadow({mode: 'open'}).innerHTML = 'b';
}"""
UNDER_HEADINGS = {
    "lists": "<h3>Day</h3><ul><li><a href=#>Row</a><li><a href=#>Oar</a></ul>",
    "shadow trees": "<h3>Day</h3><x-b></x-b><button>Row</button>",
}


@pytest.mark.parametrize("kind", UNDER_HEADINGS)
async def test_many_headings_are_compared_in_proportion(page: Page, kind: str) -> None:
    costs = []
    for many in (60, 120):
        await page.goto("about:blank")
        await page.set_content(UNDER_HEADINGS[kind] * many)
        await page.evaluate(COMPARING)
        assert await read(page)
        assert {e.head for e in (await look(page)).elements} == {"Day"}
        costs.append(await page.evaluate("window.compared"))
    assert costs[1] <= 2.3 * costs[0], costs


@pytest.mark.parametrize("run", ["1", "1,", "12 ", "1.5\n", "-\n"])
@pytest.mark.parametrize("shape", [PRICE, BUSY, _PART, _BY], ids=["price", "busy", "part", "size"])
def test_a_page_of_digits_is_searched_once(shape: re.Pattern[str], run: str) -> None:
    assert shape.search("Loading…") or shape.search("£4 for 140 x 200 cm")
    began = time.process_time()
    assert not list(shape.finditer(run * (40_000 // len(run))))
    assert time.process_time() - began < 2


@pytest.mark.parametrize("run", ["a", "a.", "-"])
def test_a_long_word_is_searched_once_for_an_address(run: str) -> None:
    began = time.process_time()
    assert _MAIL.findall(run * 20_000 + " ann@x.org, b.b@y.co.uk") == ["ann@x.org", "b.b@y.co.uk"]
    assert time.process_time() - began < 0.5
