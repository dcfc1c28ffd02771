"""The short way to a look: the same facts, the very element, and nothing of it for the page."""

from __future__ import annotations

import pytest

from agents.browser.session import BrowserSession
from agents.guard.probe import GONE, probe, probe_focused, touched
from agents.guard.probe_line import Line, line_of
from tests.agents.browser.conftest import Site
from tests.agents.executor.conftest import shared_site

__all__ = ["shared_site"]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SHOP = """<!doctype html><meta charset=utf-8><h1>Shop</h1><form method=post action=/pay>
<label>Name <input id=name name=who></label><p>Total € 9</p><button>Pay now</button></form>
<button id=twice>More</button><button id=twice>More</button><iframe src=/inner></iframe>"""


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """short or long, for each look."""
    taken: list[str] = []
    look = Line.look

    async def noted(self, page, options):
        told = await look(self, page, options)
        taken.append("short" if told is not None else "long")
        return told

    monkeypatch.setattr(Line, "look", noted)
    return taken


async def show(session: BrowserSession, site: Site, body: str = SHOP) -> None:
    site.add("/inner", "<button>Inside</button>")
    await session.page.goto(site.add("/shop", body))


async def test_the_second_look_into_a_document_takes_the_short_way(
    shared_session: BrowserSession, shared_site: Site, ways: list[str]
) -> None:
    page = shared_session.page
    for _ in range(2):
        await show(shared_session, shared_site)
        for locator in (
            page.locator("#name"),
            page.get_by_label("Name"),
            page.get_by_role("button", name="Pay now"),
        ):
            assert await probe(locator) is not None
    assert ways == ["long", "short", "short"] * 2


@pytest.mark.parametrize("whole", [True, False])
async def test_both_ways_tell_the_same(
    shared_session: BrowserSession, shared_site: Site, ways: list[str], whole: bool
) -> None:
    await show(shared_session, shared_site)
    button = shared_session.page.get_by_role("button", name="Pay now")
    by_long = await probe(button, whole=whole)
    by_short = await probe(button, whole=whole)
    assert ways == ["long", "short"]
    assert by_long == by_short and by_short is not None and by_short.label == "Pay now"
    await shared_session.page.locator("#name").focus()
    typed = await probe_focused(shared_session.page, whole=whole)
    assert typed is not None and typed.name == "who" and typed.default is not None
    assert typed == await probe(shared_session.page.locator("#name"), whole=whole, focus=True)
    assert ways[2:] == ["short", "short"]


async def test_what_is_unusual_takes_the_long_way(
    shared_session: BrowserSession, shared_site: Site, ways: list[str]
) -> None:
    await show(shared_session, shared_site)
    page = shared_session.page
    await probe(page.locator("#name"))
    inside = await probe(page.frame_locator("iframe").locator("button"))
    assert inside is not None and inside.label == "Inside" and inside.key == 0
    assert ways == ["long"]  # the line is not even asked about another frame
    assert await probe(page.locator("#no"), timeout_ms=50) is None
    several = await probe(page.locator("#twice"))
    assert several is not None and several.label == "More" and several.key == 0
    assert ways == ["long", "long", "short"]


async def test_the_touch_meets_the_element_that_was_looked_at(
    shared_session: BrowserSession, shared_site: Site
) -> None:
    await show(shared_session, shared_site)
    page = shared_session.page
    field = page.get_by_label("Name")
    await probe(field)
    facts = await probe(field)
    assert facts is not None and facts.key
    await page.evaluate("document.querySelector('label').insertAdjacentHTML("
                        "'beforebegin', '<label>Name <input></label>')")  # fmt: skip
    await touched(page, facts).fill("Ada")
    assert await page.locator("#name").input_value() == "Ada"
    await page.locator("#name").evaluate("e => e.remove()")
    with pytest.raises(Exception, match=GONE):
        await touched(page, facts).fill("Eve", timeout=5_000)


async def test_pages_see_nothing_of_it(shared_session: BrowserSession, shared_site: Site) -> None:
    await show(shared_session, shared_site)
    page = shared_session.page
    await probe(page.locator("#name"))
    await probe(page.locator("#name"))
    await page.locator("#name").evaluate("e => e.id")  # Playwright's finder in the page's own world
    line = line_of(page.context)
    assert line is not None
    binding = line._tabs[page].binding
    seen = await page.evaluate(
        "name => [name in globalThis, Symbol.for('webagent.look') in globalThis,"
        " '_isUtilityWorld' in {}]",
        binding,
    )
    assert seen == [False, False, False]


FAKE = """() => void (globalThis[Symbol.for('webagent.look')] = options => {
  globalThis.asked = true;
  return JSON.stringify({tag: 'button', names: {text: 'Back'}, proof: '', found: 1, ...options});
})"""


async def test_a_world_of_the_page_is_not_believed(
    shared_session: BrowserSession, shared_site: Site, ways: list[str]
) -> None:
    await show(shared_session, shared_site)
    page = shared_session.page
    await probe(page.locator("button").first)
    await page.evaluate(FAKE)
    line = line_of(page.context)
    assert line is not None and line._cdp is not None
    tab, tab_id = line._tabs[page], line._target_of(page)
    worlds = {}
    line._cdp.on(lambda method, params, _: worlds.setdefault(
        params.get("context", {}).get("id"), params))  # fmt: skip
    await line._cdp.call("Runtime.enable", session_id=tab.session)
    own = [each["context"] for each in worlds.values() if "context" in each]
    main = {"isDefault": True, "frameId": tab_id}
    # As after a navigation into another process, which counts its worlds from one again.
    tab.world = next(each["id"] for each in own if main.items() <= each["auxData"].items())

    facts = await probe(page.get_by_role("button", name="Pay now"))

    assert facts is not None and facts.label == "Pay now"
    assert ways == ["long", "long"] and await page.evaluate("asked")


async def test_a_broken_line_only_costs_time(
    shared_session: BrowserSession, shared_site: Site, ways: list[str]
) -> None:
    await show(shared_session, shared_site)
    page = shared_session.page
    await probe(page.locator("#name"))
    line = line_of(page.context)
    assert line is not None and line._cdp is not None
    await line._cdp.close()
    for _ in range(2):
        assert await probe(page.locator("#name")) is not None
    assert ways == ["long", "long", "short"]
