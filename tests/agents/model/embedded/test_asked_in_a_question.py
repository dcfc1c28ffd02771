"""Fields that are called by a question, and what they suggest while somebody types."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser

PAGE = "last_trip.html"


async def test_a_statement_answers_the_question_of_a_field(play: Play) -> None:
    done = await play(PAGE, "The last place I was in is Iceland. Submit your answer.")
    assert await done.text("#said") == "name= place=Iceland"


async def test_what_a_statement_is_about_is_no_part_of_its_value(play: Play) -> None:
    done = await play(PAGE, "The last film I saw is Alien. Submit your answer.", {"value": "skip"})
    assert "last film I saw" in done.asked[0].prompt
    assert await done.text("#said") == "name= place="


async def test_suggestions_are_listed_and_none_is_taken(play: Play) -> None:
    done = await play(
        PAGE,
        'Type "guinea" into "What was the last location you visited?" and list the suggestions',
    )
    assert [list(row.values()) for row in done.outcome.output] == [
        ["Equatorial Guinea"],
        ["Guinea"],
        ["Guinea-Bissau"],
        ["Papua New Guinea"],
    ]
    assert done.outcome.is_task_successful is True
    assert await done.session.page.locator("[role=combobox]").input_value() == "guinea"
