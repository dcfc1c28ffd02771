"""Reading pages of many kinds: no answer without every word of the question honoured."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("page", "words", "output"),
    [
        ("boat_sections.html", "When does the Thursday boat to the Lighthouse leave?", "14:20"),
        ("lamp_spec.html", "What is the range of the rear light?", {"range": "40 m"}),
        ("workshop_prices.html", "How much does a new spoke cost?", {"price": "£9"}),
        ("house_applications.html", "When was A-16 received?", "21/08/2026"),
    ],
)
async def test_the_row_that_is_named_answers(
    play: Play, page: str, words: str, output: object
) -> None:
    done = await play(page, words)
    assert done.outcome.output == output
    assert done.outcome.is_task_successful is not False


@pytest.mark.parametrize(
    ("page", "words", "first"),
    [
        (
            "boat_sections.html",
            "List the sailings from Lighthouse to Harbour",
            ["Monday", "Friday"],
        ),
        ("boat_sections.html", "Which sailings take no bicycles?", ["Thursday", "Friday"]),
        ("board_boxes.html", "Show me the topics started by Ida Holm", ["Moss", "When"]),
        ("board_boxes.html", "Which topic has the most replies?", ["Roses"]),
        ("workshop_prices.html", "What can I get for under £20?", ["Adjust", "True", "New spoke"]),
        ("house_applications.html", "Show me the most recent application", ["A-17"]),
        ("house_applications.html", "Which applications are still pending?", ["A-15"]),
    ],
)
async def test_conditions_pick_among_the_rows(
    play: Play, page: str, words: str, first: list[str]
) -> None:
    done = await play(page, words)
    shown = [" ".join(map(str, row.values())) for row in done.outcome.output]
    assert len(shown) == len(first)
    assert all(start in row for start, row in zip(first, shown, strict=True))
    assert done.outcome.is_task_successful is True


async def test_captions_over_boxes_name_the_columns_and_ads_are_no_topics(play: Play) -> None:
    done = await play("board_boxes.html", "List the topics with author, replies and views")
    assert done.outcome.output[0] == {
        "topic": "Moss in the lawn",
        "author": "Ida Holm",
        "replies": 12,
        "views": 340,
    }
    assert len(done.outcome.output) == 3


async def test_two_things_side_by_side(play: Play) -> None:
    done = await play("house_applications.html", "Compare A-17 and A-15")
    assert [row["Decision"] for row in done.outcome.output] == ["Approved", "Pending"]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("house_applications.html", "List the applications with reference and agent"),
        ("house_applications.html", "List the applications in Paris"),
        ("board_boxes.html", "Show me the topics started by Zoe Marsh"),
        ("lamp_spec.html", "What was fixed in 4.1.2?"),
        ("boat_sections.html", "When does the Sunday boat to the Lighthouse leave?"),
    ],
)
async def test_a_condition_that_is_not_met_is_no_success(play: Play, page: str, words: str) -> None:
    done = await play(page, words)
    assert done.outcome.is_task_successful is False
