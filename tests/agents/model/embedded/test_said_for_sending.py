"""Deeds that send: what was said for them is filled in first, and kept after."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

browsed = pytest.mark.browser


@browsed
async def test_a_letter_is_not_sent_empty(play: Play) -> None:
    words = 'Send a letter with subject "re one" and message "Dear two"'
    done = await play("letter_desk.html", words)
    log = await done.session.page.evaluate("JSON.parse(localStorage.log || '[]')")
    assert log == ["subject,re one|message,Dear two"] or log == ["subject=re one|message=Dear two"]


@pytest.mark.parametrize(
    "words",
    [
        'Submit a ticket with title "Broken", priority "High"',
        'Post a note with title "A" and text "B"',
    ],
)
def test_details_of_what_is_sent_are_not_dropped(words: str) -> None:
    (wish,) = parse(words)
    assert wish["do"] == "create"
    assert all(piece["label"] and piece["value"] for piece in wish["pieces"])


@browsed
async def test_what_was_said_and_stands_nowhere_is_asked_about_before_sending(play: Play) -> None:
    words = "Send the request for Ada (ada@example.org): she wants a wide one"
    done = await play("kite_request.html", words, "skip")
    assert any("ada@example.org" in asked.prompt for asked in done.asked)
    assert await done.session.page.evaluate("window.name") == ""


@browsed
async def test_a_unit_that_the_field_names_is_not_typed(play: Play) -> None:
    done = await play("seed_price.html", "Change the price to 7 pounds")
    assert await done.session.page.locator("#now").inner_text() == "£7"


@browsed
async def test_agreeing_ticks_the_box(play: Play) -> None:
    done = await play("kite_request.html", "Agree to the rules and type Ada into Name")
    assert await done.session.page.locator("[name=terms]").is_checked()


@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        ("Go to the news, page three", ["visit", "to_page"]),
        ("Put a lamp in the cart, then make it four of them", ["add", "set", "keep"]),
        ("She accepts the travel rules", ["check"]),
        ("follow the link to the article about moss", ["click"]),
    ],
)
def test_ordinary_ways_to_say_it(words: str, deeds: list[str]) -> None:
    assert [wish["do"] for wish in parse(words)] == deeds


def test_nobody_says_one_thing_in_thousands_of_words() -> None:
    (wish,) = parse("List the " + "Ada " * 5_000)
    assert wish["do"] == "unknown"
    assert len(wish["words"]) < 250


@pytest.mark.parametrize(
    ("words", "limit", "noun"),
    [
        ("What are the three stories with the most points?", 3, "stories"),
        ("Which two products have the lowest rating?", 2, "products"),
        ("Which product has the best rating?", 1, "product"),
    ],
)
def test_as_many_of_the_best_as_were_asked_for(words: str, limit: int, noun: str) -> None:
    (wish,) = parse(words)
    assert (wish["limit"], wish["noun"]) == (limit, noun)


def test_two_facts_of_one_thing() -> None:
    (wish,) = parse("Tell me the rating of the wool blanket and how many reviews it has")
    assert (wish["fields"], wish["subject"]) == (["rating", "reviews"], "wool blanket")
