"""Which rows of which list are meant, on pages that nobody prepared."""

from __future__ import annotations

from typing import Any

import pytest

from agents.browser.extract_names import match_column
from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

browsed = pytest.mark.browser


@browsed
@pytest.mark.parametrize(
    ("page", "words", "firsts"),
    [
        (
            "kiln_yard.html",
            "Show me all kilns of the North yard with kiln number, kiln and state",
            ["K-1", "K-4", "K-5"],
        ),
        (
            "kiln_yard.html#kilns",
            "return every kiln that takes 60 minutes or more, with kiln and duration",
            ["Otter", "North star", "Stoat"],
        ),
        (
            "kiln_yard.html",
            "get the names and e-mail addresses of everybody in the Glaze team",
            ["Ada Moor", "Ida Holm"],
        ),
        (
            "snack_bars.html",
            "give me the three with the best rating: name, rating, delivery fee",
            ["Taco Top", "Dosa Den", "Soup Sea"],
        ),
    ],
)
async def test_just_the_rows_that_are_meant(
    play: Play, page: str, words: str, firsts: list[str]
) -> None:
    done = await play(page, words)
    assert [next(iter(row.values())) for row in done.outcome.output or []] == firsts
    assert done.outcome.is_task_successful is True


@browsed
async def test_sums_of_several_kinds_keep_their_words(play: Play) -> None:
    done = await play("snack_bars.html", "List all snack bars with name and delivery fee")
    assert done.outcome.output[1] == {"name": "Dosa Den", "delivery fee": "£2.60"}


@browsed
async def test_what_a_search_brings_is_no_menu(play: Play) -> None:
    done = await play(
        "manual_search.html", 'Search the manual for "sail" and list the titles of all results'
    )
    shown = [row["title"] for row in done.outcome.output]
    assert shown == ["Reefing a sail", "Sails", "Mending sailcloth"]


@browsed
async def test_a_yard_that_no_row_names_has_no_rows(play: Play) -> None:
    done = await play("kiln_yard.html#kilns", "List all kilns of the West yard with kiln and state")
    assert done.outcome.is_task_successful is not True
    assert not done.outcome.output or isinstance(done.outcome.output, str)


@pytest.mark.parametrize(
    ("field", "columns", "meant"),
    [
        ("number of replies", ["Topic", "Replies", "Views"], "Replies"),
        ("catalogue number", ["No.", "Piece"], "No."),
        ("kiln number", ["No.", "Kiln"], "No."),
        ("room number", ["No.", "Room"], "Room"),
    ],
)
def test_columns_that_numbers_stand_in(field: str, columns: list[str], meant: str) -> None:
    assert match_column(field, columns) == meant


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        (
            "List all lamps of the brand Kite which are in stock, name and price",
            {"noun": "lamps", "fields": ["name", "price"]},
        ),
        (
            "return a table of all of them with key and title",
            {"noun": "", "fields": ["key", "title"], "as": "table"},
        ),
        (
            "extract everyone's name, room and phone as a table",
            {"noun": "people", "fields": ["name", "room", "phone"], "as": "table"},
        ),
        ("Get the top 5 stories with title, points and comments", {"limit": 5, "noun": "stories"}),
        (
            "show me the two with the lowest price",
            {"limit": 2, "order": {"by": "price", "desc": False, "word": "lowest price"}},
        ),
    ],
)
def test_wishes_said_in_other_ways(words: str, wish: dict[str, Any]) -> None:
    (intent,) = parse(words)
    assert intent["do"] == "extract"
    assert {k: intent[k] for k in wish} == wish


def test_more_to_load_asks_for_the_whole_list() -> None:
    (intent,) = parse("List the lamps with name and price. There may be more to load.")
    assert intent["all_pages"] is True


@browsed
async def test_a_row_that_tells_its_own_quantity_is_not_counted(play: Play) -> None:
    words = "How many kettles are on the list, and what is the value of one?"
    done = await play("store_room.html", words)
    assert done.outcome.output["count"] == 31
    assert "£24" in str(done.outcome.output)


@browsed
async def test_names_in_two_columns_are_the_names_of_people(play: Play) -> None:
    words = "List first name, last name and job title of the people shown"
    done = await play("store_room.html", words)
    assert done.outcome.output[1] == {
        "first name": "Piet",
        "last name": "Holm",
        "job title": "Porter",
    }
    assert len(done.outcome.output) == 3


@browsed
async def test_the_last_to_come_and_what_they_do(play: Play) -> None:
    words = "Tell me who in this table is the newest, and what that person does for a living"
    done = await play("store_room.html", words)
    assert "Ruta" in str(done.outcome.output) and "Cook" in str(done.outcome.output)
