"""Forms whose fields are named like the properties of a form itself."""

from __future__ import annotations

import pytest

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
