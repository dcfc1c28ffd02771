"""What goes into a cart: the best of a list, several of it, and pages with no number for it."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_deeds_unprepared import done_there
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Put two of the cheapest backpacks into my cart", [("backpacks", 1, 2)]),
        ("Add the two cheapest lamps to the basket", [("lamps", 2, 1)]),
        ("Add the newest chair to the bag twice", [("chair", 1, 2)]),
        ("Buy 3 of the most expensive pens", [("pens", 1, 3)]),
        ("Put the cheapest lamp and the newest chair into the cart",
         [("lamp", 1, 1), ("chair", 1, 1)]),
    ],
)  # fmt: skip
def test_the_best_of_a_list_and_how_many(said: str, wanted: list[tuple[str, int, int]]) -> None:
    got = [(i["wish"]["noun"], i["wish"]["limit"], i["quantity"]) for i in parse(said)]
    assert got == wanted


@pytest.mark.parametrize(
    ("said", "name", "count"),
    [
        ("Order the Oak Tray twice", "Oak Tray", 2),
        ("Add the Oak Tray to my cart three times", "Oak Tray", 3),
        ("add two Oak Trays to my basket", "Oak Tray", 2),
        ("Add both the lamp and the chair to the cart", "lamp and the chair", None),
    ],
)
def test_a_thing_by_name_and_how_many(said: str, name: str, count: int | None) -> None:
    (intent,) = parse(said)
    assert (intent["do"], intent["target"]["words"]) == ("add", name)
    assert intent["target"].get("count") == count


@pytest.mark.parametrize(
    "said",
    ["Write a poem", "Write me a story about a dog", "Enter my address", "Type a good title",
     "Draw a cat", "Translate this page into French"],
)  # fmt: skip
def test_a_wish_for_words_is_not_typed_as_it_stands(said: str) -> None:
    (intent,) = parse(said)
    assert intent["do"] == "unknown"


def test_a_name_given_after_its_field_goes_into_that_field() -> None:
    (intent,) = parse("Enter the name as Ada Byron")
    assert (intent["target"]["words"], intent["value"]) == ("name", {"text": "Ada Byron"})


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        ("Put two of the cheapest teas into my basket", ["Mountain green"] * 2),
        ("Add the two cheapest teas to the basket", ["Mountain green", "Plain rooibos"]),
        ("Put the newest tea and the cheapest tea into the basket",
         ["Rose white", "Mountain green"]),
        ("Add Smoked black to the basket three times", ["Smoked black"] * 3),
        ("add two of the Rose white", ["Rose white"] * 2),
        ("Add one more guest", ["guests 3"]),
    ],
)  # fmt: skip
async def test_it_is_in_the_basket_as_often_as_wanted(
    play: Play, words: str, deeds: list[str]
) -> None:
    done = await play("tea_shelf.html", words)
    assert await done_there(done) == deeds
    assert done.outcome.is_task_successful is not False


@pytest.mark.browser
async def test_a_poem_is_asked_about(play: Play) -> None:
    done = await play("forms_all.html", "Write a poem", "skip")
    assert "poem" in done.asked[0].prompt


@pytest.mark.browser
async def test_the_best_one_that_is_sold_out_is_asked_about(play: Play) -> None:
    done = await play("tea_shelf.html#cups", "Add the cheapest cup to my basket", "skip")
    assert await done_there(done) == []
    assert "Blue cup" in done.asked[0].prompt
