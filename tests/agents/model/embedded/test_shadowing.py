"""Forms whose fields are named like the properties of a form itself."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from agents.browser.extract import read
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


async def test_a_form_with_fields_called_children_and_id_is_filled(play: Play) -> None:
    done = await play(
        "shadowing_names.html",
        'Set the day of visit to 2027-04-03, type 2 into Children, "X12" into Passport number, '
        'choose Dr as title, enter "Noor Haddad" as your name and click Reserve',
    )
    assert not done.asked
    sent = await done.text("#out")
    assert sent.startswith("day=2027-04-03;children=2;id=X12;title=Dr;tagName=Noor Haddad;")


async def test_a_list_beside_such_a_form_is_read(play: Play) -> None:
    done = await play("shadowing_names.html", "list all shows with title and price")
    assert [row["title"] for row in done.outcome.output] == [
        "Salt and Silver",
        "Clockwork Town",
        "Deep Time",
    ]


async def test_nothing_is_left_in_the_page(play: Play) -> None:
    done = await play("shadowing_names.html", "list all shows with title and price")
    left = "Object.getOwnPropertySymbols(Element.prototype).filter(s => !s.description).length"
    assert await done.session.page.evaluate(left) == 0


async def test_a_page_with_frozen_prototypes_keeps_its_methods(page: Page) -> None:
    await page.set_content("<ul><li><a href=/x>One</a> $3<li><a href=/y>Two</a> $4</ul>")
    await page.evaluate("() => { Object.freeze(Element.prototype); Object.freeze(Node.prototype) }")
    for _ in range(2):
        assert [len(found["groups"]) for found in await read(page)] == [1]
    assert await page.evaluate("typeof document.querySelector") == "function"
