"""Comparison tables: the things head the columns, the rows are what is compared."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

PAGE = "phones_beside.html"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "output"),
    [
        (
            "What are the height and the weight of the Brook Lumen 920?",
            {"height": "5.11 inches", "weight": "185"},
        ),
        ("What is the screen size of the Lumen 8?", {"screen size": "3.7 inches"}),
        (
            "Get the price and weight of the Lumen 8 and the One 5",
            [
                {"title": "Brook Lumen 8", "price": "$399", "weight": "136"},
                {"title": "Aster One 5", "price": "$599", "weight": "112"},
            ],
        ),
        (
            "Compare the height of the One 5 and the Lumen 8",
            [
                {"title": "Aster One 5", "height": "4.87 inches"},
                {"title": "Brook Lumen 8", "height": "4.9 inches"},
            ],
        ),
        (
            "Compare the Small and Large contracts: price, data and sending fee",
            [
                {"title": "Small", "price": "$12", "data": "1 GB of data",
                 "sending fee": "3% sending fee"},
                {"title": "Large", "price": "$29", "data": "20 GB of data",
                 "sending fee": "1% sending fee"},
            ],
        ),
    ],
)  # fmt: skip
async def test_a_column_tells_of_its_thing(play: Play, words: str, output: object) -> None:
    done = await play(PAGE, words)
    assert done.outcome.output == output
    assert done.outcome.is_task_successful is True


@pytest.mark.browser
@pytest.mark.parametrize(
    "words",
    [
        "What is the battery life of the Lumen 920?",  # talking, or music
        "What is the weight of the Brook?",  # two columns
        "What is the colour of the One 5?",
    ],
)
async def test_what_fits_twice_or_not_at_all_is_no_answer(play: Play, words: str) -> None:
    done = await play(PAGE, words)
    assert done.outcome.is_task_successful is False


@pytest.mark.parametrize(
    ("words", "names", "fields"),
    [
        ("Compare the Basic and Pro plans: price and size", ["Basic", "Pro"], ["price", "size"]),
        ("Compare Basic and Pro by price", ["Basic", "Pro"], ["price"]),
        ("Compare the price of Basic and Pro", ["Basic", "Pro"], ["price"]),
        ("Compare Basic and Pro", ["Basic", "Pro"], None),
    ],
)  # fmt: skip
def test_what_is_compared_may_be_said(
    words: str, names: list[str], fields: list[str] | None
) -> None:
    (step,) = parse(words)
    assert (step["do"], step["names"], step.get("fields")) == ("compare", names, fields)
