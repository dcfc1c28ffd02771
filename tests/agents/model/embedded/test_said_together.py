"""Several things said in one breath, and columns that nothing on the page names."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_deeds_unprepared import done_there
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        ("Add Runner Bean and Black Kale to my tray", ["tray Runner Bean", "tray Black Kale"]),
        ('Add "Moon Carrot" to my tray', ["tray Moon Carrot"]),
        ("Press Frost and Rain", ["frost", "rain"]),
        ('Leave the comment "Thank you" and press Comment', ["comment Thank you"]),
    ],
)
async def test_each_thing_is_done_and_nothing_is_typed_elsewhere(
    play: Play, words: str, deeds: list[str]
) -> None:
    done = await play("seed_swap.html", words)
    assert await done_there(done) == deeds
    assert await done.session.page.locator("#jump").input_value() == ""
    assert await done.session.page.locator("[name=mail]").input_value() == ""


@pytest.mark.browser
async def test_a_choice_is_said_with_what_it_is_chosen_in(play: Play) -> None:
    done = await play("seed_swap.html", "Select raised bed C")
    assert await done.session.page.locator("select").input_value() == "C"


@pytest.mark.browser
async def test_what_an_opening_brought_up_is_the_answer(play: Play) -> None:
    done = await play("seed_swap.html", 'Open "When do I water?" and get the answer')
    assert "never in the midday sun" in done.outcome.text
    assert done.outcome.is_task_successful is True


@pytest.mark.browser
async def test_a_press_without_reaction_proves_nothing(play: Play) -> None:
    done = await play("seed_swap.html", "Press Shake it")
    assert done.outcome.is_task_successful is None
    assert "no reaction" in done.outcome.text


@pytest.mark.browser
@pytest.mark.parametrize(
    ("page", "words", "rows"),
    [
        (
            "seed_swap.html",
            "List the comments with author, date and text",
            [
                ["brom", "3 May 2026", "The beans came up after nine days."],
                ["ulla-k", "5 May 2026", "Mine took eleven, but it was cold."],
                ["brom", "6 May 2026", "Try them on the window sill."],
            ],
        ),
        (
            "choir.html",
            "Get everyone with name, role and voice",
            [
                ["Dr Asta Bloom", "Conductor", "Alto"],
                ["Ben van Dorp", "Treasurer", "Bass"],
                ["Cleo Hart", "Librarian", "Soprano"],
            ],
        ),
        (
            "choir.html",
            "List all pieces with time, title and composer",
            [["19:00", "Evening song", "Ola Brandt"], ["19:20", "Three rounds", "Ida Fell"]],
        ),
        (
            "seed_swap.html",
            "List the seeds with name, days and how many people they feed",
            [
                ["Runner Bean", "9 days", "Feeds 4"],
                ["Moon Carrot", "14 days", "Feeds 2"],
                ["Black Kale", "6 days", "Feeds 6"],
            ],
        ),
    ],
)
async def test_columns_are_told_by_what_is_left(
    play: Play, page: str, words: str, rows: list[list[str]]
) -> None:
    done = await play(page, words)
    assert done.outcome.output, done.outcome.text
    assert [list(row.values()) for row in done.outcome.output] == rows
    # Nothing on the page says "role": what is left is given, and proves nothing.
    assert done.outcome.is_task_successful is (None if "role" in words else True)


@pytest.mark.browser
async def test_labels_may_hold_an_apostrophe_and_both_fields_get_the_value(play: Play) -> None:
    words = """Fill in singer's name "Theo", parent's phone "0163" """
    done = await play("choir.html", words)
    values = [await f.input_value() for f in await done.session.page.locator("input").all()]
    assert values == ["Theo", "0163", ""]


def test_a_second_question_is_about_the_same_thing() -> None:
    first, second = parse("How much is the desk lamp and is it available?")
    assert (first["subject"], second["subject"]) == ("desk lamp", "desk lamp")
    assert [first["fields"], second["fields"]] == [["price"], ["availability"]]
    last = parse("What is the price of the Moon lamp and when does it ship?")[-1]
    assert last["old"][-1]["question"] == "when does the Moon lamp ship"


def test_a_press_needs_no_comma_before_it() -> None:
    intents = parse("Scroll the list to the bottom hit submit")
    assert [i["do"] for i in intents] == ["scroll", "click"]


def test_close_with_is_what_is_pressed() -> None:
    (click,) = parse("Close the offer with No thanks")
    assert (click["do"], click["target"]["words"]) == ("click", "No thanks")
