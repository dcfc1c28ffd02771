"""Fields that no label names: told by their kind, by their place, by the heads of drawn columns."""

from __future__ import annotations

import pytest

from agents.browser.extract_fields import name_tokens
from agents.browser.extract_looks import by_list
from agents.model.embedded.grammar.parse import parse
from agents.model.embedded.reading.assigning import Column, assign
from tests.agents.browser.conftest import browser_handle, browser_options, driver
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["browser_handle", "browser_options", "driver", "play"]

browsed = pytest.mark.browser


@browsed
async def test_pieces_of_cards_are_told_by_kind_and_place_and_prove_nothing(play: Play) -> None:
    done = await play("rowing_crews.html", "List our boats with name, class, age and shed")
    assert done.outcome.output == [
        {"name": "Heron", "class": "Coxed four", "age": "12 years", "shed": "Upper shed"},
        {"name": "Coot", "class": "Double scull", "age": "3 years", "shed": "Lower shed"},
        {"name": "Swallow at Rest by", "class": "Single scull", "age": "7 years",
         "shed": "Upper shed"},
    ]  # fmt: skip
    assert done.outcome.is_task_successful is None
    assert "“class”" in done.outcome.text


@browsed
async def test_a_field_that_no_piece_can_be_is_missing(play: Play) -> None:
    done = await play("rowing_crews.html", "List our boats with name, age and phone number")
    assert done.outcome.is_task_successful is False
    assert "phone number" in done.outcome.text


@browsed
@pytest.mark.parametrize(
    ("page", "words", "has"),
    [
        ("rowing_crews.html", "Which crews train on Wednesdays?", ["Masters", "Beginners"]),
        ("rowing_crews.html", "What is the hour fee for a four?", ["£18"]),
        ("rowing_crews.html", "What is the deposit for a pair of fours?", ["£90"]),
        ("rowing_crews.html", "Tell me when the gates open", ["05:45"]),
        ("rowing_crews.html", "What is the mooring fee for a dinghy?", ["£40"]),
        (
            "defect_list.html",
            "Get all defects labelled safety, with number, title and who opened them",
            ["D-31", "lena", "D-12", "iris"],
        ),
    ],
)
async def test_what_is_asked_is_found(play: Play, page: str, words: str, has: list[str]) -> None:
    done = await play(page, words)
    shown = str(done.outcome.output)
    assert all(text in shown for text in has), (shown, done.outcome.text)
    assert not any(text in shown for text in ("Juniors", "£30", "£60", "£65", "tomas"))


def test_columns_go_to_the_fields_whose_kind_they_are() -> None:
    columns = [
        Column("text", ("Coxed four", "Scull"), 1.0),
        Column("text_2", ("12 years", "3 years"), 1.0),
        Column("text_3", ("Upper shed", "Lower shed"), 1.0),
    ]
    told = assign(["class", "age", "where"], columns)
    assert {field: column.name for field, (column, _) in told.items()} == {
        "age": "text_2",
        "class": "text",
        "where": "text_3",
    }
    assert told["age"][1] and not told["class"][1]


def test_a_title_that_ends_with_by_names_nobody() -> None:
    tokens = [
        {"t": "A Star to Steer By", "p": "a", "hd": 1},
        {"t": "Until 18 April 2027", "p": "p"},
    ]
    assert "author" not in name_tokens(tokens)
    told = [{"t": "Bell", "p": "a", "hd": 1}, {"t": "opened 3 days ago by", "p": "p"},
            {"t": "lena", "p": "b"}]  # fmt: skip
    assert name_tokens(told)["author"] == "lena"


@pytest.mark.parametrize(
    ("words", "noun", "fields"),
    [
        ("Which rooms are on the first floor? I need their names and sizes", "rooms",
         ["name", "size"]),
        ("List all shops. Give name and phone", "shops", ["name", "phone"]),
        ("Make a list of the exhibitions: title, until when, and which gallery", "exhibitions",
         ["title", "until when", "which gallery"]),
        ("Get me all events in May, including venue and time", "events", ["venue", "time"]),
        ("What is on at the Ritz on Saturday? Give title and time", "", ["title", "time"]),
    ],
)  # fmt: skip
def test_fields_said_apart_belong_to_the_list(words: str, noun: str, fields: list[str]) -> None:
    (wish,) = parse(words)
    assert (wish["do"], wish["noun"], wish["fields"]) == ("extract", noun, fields)


def test_departures_come_before_arrivals_wherever_they_stand() -> None:
    rows = [{"text": "07:28", "text_2": "07:05"}, {"text": "12:10 pm", "text_2": "11:50 am"}]
    assert by_list(rows, "departure") == ["07:05", "11:50 am"]
    assert by_list(rows, "arrival") == ["07:28", "12:10 pm"]


@browsed
@pytest.mark.parametrize(
    ("words", "has", "lacks"),
    [
        ("List the cards of the Doing board", ["Sand the hull", "Order rope"], ["Buy paint"]),
        ("Get the first 2 sailors with name, age and port", ["Ada", "41", "Oban"], ["Cem"]),
        ("Get the top 2 news with date and title", ["3 May 2026", "Slip closed"], ["Regatta"]),
        ("List the links under Services in the footer", ["Moorings", "Fuel"], ["Imprint"]),
        ("Get the text under Rates", ["Ten pounds a night."], ["Sand the hull"]),
    ],
)
async def test_parts_of_a_page_are_told_by_what_heads_them(
    play: Play, words: str, has: list[str], lacks: list[str]
) -> None:
    done = await play("slipway.html", words)
    shown = str(done.outcome.output)
    assert all(text in shown for text in has), (shown, done.outcome.text)
    assert not any(text in shown for text in lacks), shown


@browsed
@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("Press Book for Teal", "booked === 'Teal'"),
        (
            'Type "Hello, write to {{email}} in Oban." into Message',
            "m.value.endsWith('to ann@x.org in Oban.')",
        ),
        ("Check Box 2", "b2.checked && !b1.checked"),
        ("Click the Age header", "sorted === 'Age'"),
    ],
)
async def test_controls_are_found_by_all_that_is_said(play: Play, words: str, state: str) -> None:
    done = await play("slipway.html", words)
    assert await done.session.page.evaluate(f"() => Boolean({state})"), done.outcome.text
