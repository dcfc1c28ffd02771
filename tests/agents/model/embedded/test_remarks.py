"""What is said beside a request asks for nothing; what it may be wanted for is not lost."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from agents.model.embedded.grammar.remarks import is_remark
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

PAGE = "gift_page.html"


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("I find the slides too dark", True),
        ("I can't read this", True),
        ("My screen is too small", True),
        ("It's for a gift", True),
        ("It's for Ann", False),  # a name may be wanted in a field
        ("I think the price is 20", False),
        ("The fuel is diesel", False),
        ("I like a quiet room", False),
        ("I would like the blue one", False),
        ("I hope you can find what it costs", False),
        ("I have two children", False),
    ],
)
def test_only_what_bears_no_value_is_a_remark(text: str, remark: bool) -> None:
    assert is_remark(text) is remark


def test_a_remark_alone_is_not_a_task() -> None:
    assert [one["do"] for one in parse("I find the slides too dark.")] == ["unknown"]


def test_a_clause_that_says_more_of_a_name_asks_nothing() -> None:
    steps = parse("Search for Woldt, who has left us, and take that row off the list please.")
    assert [(s["do"], s.get("verb")) for s in steps] == [("search", None), ("act_on", "remove")]


@pytest.mark.browser
@pytest.mark.parametrize(
    "words",
    [
        "I find the card too dark. Give it the Sky theme.",
        "Give it the Sky theme. I find the card too dark.",
    ],
)
async def test_the_request_beside_a_remark_is_done(play: Play, words: str) -> None:
    done = await play(PAGE, words)
    assert await done.text("#theme") == "Sky"
    assert not done.asked
    assert "I find the card too dark" in done.outcome.text


@pytest.mark.browser
async def test_a_remark_that_a_box_may_be_about_leaves_no_verdict(play: Play) -> None:
    done = await play(PAGE, "It's for a gift: tick Send by post and press Save")
    assert await done.text("#said") == "post=yes"
    assert done.outcome.is_task_successful is None


@pytest.mark.browser
@pytest.mark.parametrize(
    "words",
    [
        "My last name is Ruiz, passport number X1. Fill that in and save.",
        "My last name is Ruiz, passport number X1. Fill in the form with that and press Save.",
    ],
)
async def test_what_was_said_before_is_filled_in(play: Play, words: str) -> None:
    done = await play(PAGE, words)
    assert await done.text("#said") == "last=Ruiz passport=X1"
    assert not done.asked
