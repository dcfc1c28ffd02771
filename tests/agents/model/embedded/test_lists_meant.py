"""Which list is meant, when its things do not say so themselves: by its heading, by its columns."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.browser.conftest import browser_handle, browser_options, driver
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["browser_handle", "browser_options", "driver", "play"]

browsed = pytest.mark.browser


@browsed
@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("List what returns", ["The ferry", "The night lamp", "Free moorings"]),
        ("List the papers they accept as proof of ownership", ["bill", "insurance", "letter"]),
        ("Which two stories are read most at the moment?", ["Seal sleeps", "The kiosk"]),
        ("Which jetties are step-free and have showers?", ["Middle"]),
        ("Which jetties have power? Return jetty and length of each.", ["North 40", "Middle 22"]),
        ("Return a table of all jetties with length and power", ["North 40", "Middle 22", "South"]),
        ("Give me the jetty and length of what is shown, largest length first", ["North", "South"]),
    ],
)
async def test_the_list_that_is_meant_is_read(play: Play, words: str, rows: list[str]) -> None:
    done = await play("harbour_paper.html", words)
    shown = [" ".join(map(str, row.values())) for row in done.outcome.output]
    assert all(row.startswith(start) for start, row in zip(rows, shown, strict=False)), shown
    assert len(shown) == 3 if "largest" in words else len(shown) == len(rows)
    assert done.outcome.is_task_successful is True


@browsed
async def test_no_list_is_taken_for_one_that_no_heading_names(play: Play) -> None:
    done = await play("harbour_paper.html", "List what moves")
    assert done.outcome.is_task_successful is not True
    assert not done.outcome.output or "crane" not in str(done.outcome.output)


@pytest.mark.parametrize(
    ("words", "form", "fields"),
    [
        ("Return a table of all results with title, author and year", "table", 3),
        ("Give me a csv of all orders with id and total", "csv", 2),
        ("Make a table of all lamps with price", "table", 1),
    ],
)
def test_a_table_is_the_form_of_the_answer_and_no_field(words: str, form: str, fields: int) -> None:
    (wish,) = parse(words)
    assert (wish["do"], wish["as"], len(wish["fields"])) == ("extract", form, fields)
    assert form not in wish["fields"]


@browsed
async def test_what_a_ticked_filter_leaves_is_what_it_is_called(play: Play) -> None:
    words = "Tick Spades, then list the spades under £30 with name and price"
    done = await play("garden_bits.html", words)
    assert [r["name"] for r in done.outcome.output] == ["Long spade", "Digging friend"]
    assert done.outcome.is_task_successful is True


@browsed
async def test_a_state_that_only_a_mark_tells_picks_the_rows(play: Play) -> None:
    words = "List the mails in my inbox that are still unread, with sender and subject"
    done = await play("post_room.html", words)
    assert done.outcome.output == [
        {"sender": "Orla Finch", "subject": "Boat on Friday"},
        {"sender": "Tea Society", "subject": "Cups wanted"},
    ]
    assert done.outcome.is_task_successful is True
