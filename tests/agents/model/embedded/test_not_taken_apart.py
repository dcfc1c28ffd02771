"""Everyday sentences whose parts belong together, however they are said."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Reply to Ann's mail: what time should I come?", "what time should I come"),
        ("Search for: what is love", "what is love"),
        ("Add a note: who pays for this?", "who pays for this"),
        ("Open the chat and write a message: when does it start?", "when does it start"),
    ],
)
def test_a_question_to_somebody_else_stays_in_its_text(words: str, said: str) -> None:
    intents = parse(words)
    assert "answer" not in [intent["do"] for intent in intents]
    assert said in str(intents[-1])


@pytest.mark.parametrize(
    "words",
    [
        "On Monday, book the yoga class at 9",
        "On 15 March, book a room for two",
        "In March, book a room for two",
        "Under the name Lee, book a table for Friday at 19:00",
        "From my savings account, transfer 50 euros to Ann",
    ],
)
def test_a_detail_said_first_is_no_place_that_may_be_left_out(words: str) -> None:
    assert not any(intent.get("soft") for intent in parse(words))


def test_an_account_is_a_place_and_also_what_money_comes_from() -> None:
    assert parse("In my account, download the latest invoice")[0].get("soft")


def test_showing_all_is_pressed_where_no_list_is_asked_for() -> None:
    last = parse("Open the orders page and show all")[-1]
    assert (last["do"], last["target"]["words"]) == ("click", "show all")


def test_the_name_of_a_new_thing_is_no_part_of_its_place() -> None:
    words = "Create a folder in the Documents area called Taxes"
    assert not any(intent.get("soft") for intent in parse(words))


@pytest.mark.parametrize(
    "words",
    ["The page is in German", "The price should be under 50 euros", "The login is on the left"],
)
def test_a_remark_fills_in_nothing(words: str) -> None:
    assert [intent["do"] for intent in parse(words)] != ["fill_form"]


def test_a_question_after_the_best_of_a_list_is_one_of_its_own() -> None:
    best, asked = parse("Open the cheapest book and tell me how many pages it has")
    assert best["do"] == "open_best"
    assert "pages" in str(asked)
