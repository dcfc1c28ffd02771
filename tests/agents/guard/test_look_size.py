"""A look before a touch costs the same however much stands on the page.

Told by what the reading itself calls: every read of a node, style or box through the DOM's own
accessors. What one call makes the browser search by itself (`querySelector`) counts as one.
"""

from __future__ import annotations

import pytest

from agents.browser.session import BrowserSession
from agents.guard.probe import SOURCE
from tests.agents.browser.conftest import Site
from tests.agents.executor.conftest import shared_site

__all__ = ["shared_site"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CONTROLS = (
    "<h1>Shop</h1><label>Name <input id=name></label><label><input type=checkbox id=tick> Agree"
    "</label><select id=choice><option>one<option>two</select><button id=press>Add</button>"
)
LIST = CONTROLS + "<ul>{}</ul>"
TABLE = "<main><h1>Rows</h1><table>{}</table></main>"
CARDS = "<main><h1>Bags</h1><form id=f><input name=q><button>Find</button></form>{}</main>"
PAGES = [
    (LIST, "<li><a href=#{0}>Item {0}</a></li>", ["#name", "#tick", "#choice", "#press"]),
    (TABLE, "<tr><td>Row {0}<td>{0}.00 €<td><input id=n{0}><td><button id=b{0}>Add</button>",
     ["#n0", "#b0"]),
    (CARDS, "<article class=card><h3>Bag {0}</h3><p>Of good leather</p><b>€ {0}</b>"
            "<button id=b{0}>Buy</button></article>", ["#b0", "[name=q]"]),
]  # fmt: skip
# How often the reading calls the DOM for one look. It runs in the page's own world here, where the
# prototypes that it takes its accessors from can be made to count.
COUNT = """([source, selector, whole]) => {
  let calls = 0;
  const counting = call => function (...given) { calls += 1; return call.apply(this, given); };
  const undo = [];
  const types = [Node, Element, HTMLElement, CharacterData, Document, NodeList, TreeWalker,
                 HTMLInputElement, HTMLCollection, HTMLFormControlsCollection];
  for (const type of types) {
    const own = Object.getOwnPropertyDescriptors(type.prototype);
    for (const [name, told] of Object.entries(own)) {
      if (!told.configurable || name === 'constructor') continue;
      const counted = {...told};
      if (told.get) counted.get = counting(told.get);
      else if (typeof told.value === 'function') counted.value = counting(told.value);
      Object.defineProperty(type.prototype, name, counted);
      undo.push(() => Object.defineProperty(type.prototype, name, told));
    }
  }
  const style = window.getComputedStyle;
  window.getComputedStyle = counting(style);
  try {
    const target = document.querySelector(selector);
    const engine = eval(source);
    calls = 0;
    const [told] = engine.queryAll(target, 'of:' + encodeURIComponent(JSON.stringify({whole})));
    const count = calls;
    const facts = JSON.parse(told.textContent);
    if (facts.error || facts.brief === whole) throw new Error(told.textContent);
    return count;
  } finally {
    window.getComputedStyle = style;
    undo.forEach(each => each());
  }
}"""


async def counts(
    session: BrowserSession, site: Site, shape: str, item: str, items: int, selectors: list[str]
) -> list[int]:
    body = shape.format("".join(item.format(n) for n in range(items)))
    await session.page.goto(site.add("/size", f"<!doctype html><meta charset=utf-8>{body}"))
    return [await session.page.evaluate(COUNT, [SOURCE, each, False]) for each in selectors]


@pytest.mark.parametrize("shape, item, selectors", PAGES, ids=["list", "table", "cards"])
async def test_a_look_reads_no_more_on_a_long_page(
    shared_session: BrowserSession, shared_site: Site, shape: str, item: str, selectors: list[str]
) -> None:
    short = await counts(shared_session, shared_site, shape, item, 100, selectors)
    long = await counts(shared_session, shared_site, shape, item, 3_000, selectors)
    assert all(many <= few + 20 for few, many in zip(short, long, strict=True)), (short, long)


async def test_a_whole_look_reads_each_part_of_the_page_once(
    shared_session: BrowserSession, shared_site: Site
) -> None:
    """Six boxes lie around the button, and none of them names a price."""
    nested = "<div>" * 6 + "<button id=t>Delete</button>" + "</div>" * 6
    body = "<p>Nothing here</p>" * 400
    await shared_session.page.goto(shared_site.add("/once", f"<!doctype html>{nested}{body}"))
    count = await shared_session.page.evaluate(COUNT, [SOURCE, "#t", True])
    again = "<main><p>Nothing here</p></main>"
    await shared_session.page.goto(shared_site.add("/once", f"<!doctype html>{nested}{again}"))
    least = await shared_session.page.evaluate(COUNT, [SOURCE, "#t", True])
    assert (count - least) / 400 < 40  # calls for a paragraph and its text
