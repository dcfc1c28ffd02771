"""A fact asked of each thing of a list, behind the question for the list itself."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]


@pytest.mark.browser
@pytest.mark.parametrize(
    "words",
    [
        "Which of the boats are ready, and how much was the estimate of each?",
        "Which of the boats are ready, and how high is the estimate of each one?",
    ],
)
async def test_a_named_fact_of_each(play: Play, words: str) -> None:
    done = await play("boat_yard.html", words)
    assert done.outcome.output == [
        {"title": "Sandpiper", "estimate": "£640"},
        {"title": "Merganser", "estimate": "£85"},
    ]


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("Which boats are free, and how much does each cost?", "price"),
        ("Which boats are free and what do they cost?", "price"),
        ("List the boats. How long is each of them?", "duration"),
    ],
)
def test_each_is_what_was_listed(words: str, field: str) -> None:
    (wish,) = parse(words)
    assert wish["do"] == "extract"
    assert wish["fields"] == ["title", field]


def test_a_price_of_one_thing_is_asked_apart() -> None:
    assert [i["do"] for i in parse("List the boats. How much does the Sandpiper cost?")] == [
        "extract",
        "details",
    ]
