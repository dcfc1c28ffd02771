"""Pages without classes, labels or links to go by: rows, names and answers all the same."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


async def test_equal_rows_are_rows_and_the_rest_is_behind_a_drawn_button(play: Play) -> None:
    done = await play("offers_feed.html", "get the first 6 offers with seller and price")
    assert [r["seller"] for r in done.outcome.output] == [
        "Kim Berg", "Lou Dahl", "Lou Dahl", "Max Falk", "Nia Holm", "Ole Moe",
    ]  # fmt: skip
    assert [r["price"] for r in done.outcome.output][:3] == ["kr 180", "kr 15", "kr 15"]


async def test_a_toolbar_belongs_to_its_card(play: Play) -> None:
    done = await play(
        "offers_feed.html", "like the tube radio and put the red bike on the watch list"
    )
    assert not done.asked
    assert await done.text("#out") == "Like: Tube radio;Save to watch list: Red bike;"


async def test_a_list_that_only_linked_data_names(play: Play) -> None:
    done = await play("offers_feed.html", "list the ingredients")
    assert [r["title"] for r in done.outcome.output] == [
        "500 g rye flour",
        "10 g salt",
        "350 ml water",
    ]


async def test_a_folded_answer_is_opened_by_its_question(play: Play) -> None:
    done = await play("offers_feed.html", "which cards do they take?")
    assert "Mastercard" in done.outcome.output


async def test_what_stands_below_a_name_is_no_address(play: Play) -> None:
    done = await play("offers_feed.html", "what is the email address of Kim Berg?")
    assert done.outcome.output == {"email address": "kim@berg.example"}


async def test_a_stepper_is_called_by_the_words_before_its_buttons(play: Play) -> None:
    done = await play("offers_feed.html", "set the chairs to 4")
    assert await done.session.page.locator("#n").input_value() == "4"


async def test_how_long_wants_a_number(play: Play) -> None:
    done = await play("offers_feed.html", "how long do I have to bake it?")
    assert done.outcome.output == "Bake it for 55 minutes."


@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        ("click Yes, then Next, tick Breakfast", ["click", "click", "check"]),
        ("set the time to 2:30 pm. Set guests to 3", ["set", "set", "keep"]),
        ('fill payee "Eva", account no. "NB1"', ["fill", "fill"]),
        ("search for bike in the category Bikes", ["select", "search"]),
        ("select the cheapest one", ["open_best"]),
        ('make a new visit at 13:45 for patient "Eli Moen"', ["create"]),
    ],
)
def test_clauses_end_where_a_person_ends_them(words: str, deeds: list[str]) -> None:
    assert [intent["do"] for intent in parse(words)] == deeds


def test_a_value_of_a_column_narrows_the_list() -> None:
    (intent,) = parse("get all orders of customer Kim")
    assert intent["filters"] == [{"field": "customer", "op": "=", "value": "Kim"}]
