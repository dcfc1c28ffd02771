"""Every condition of a request is held against what a row really says."""

from __future__ import annotations

from typing import Any

import pytest

from agents.model.embedded.grammar.parse import parse
from agents.model.embedded.reading.cells import said
from agents.model.embedded.reading.checks import narrowed, passes
from agents.model.embedded.reading.measures import order_rows

BOOKS = [
    {"title": "Tides", "author": "Ada Moor", "date": "3 May 2019", "price": "£8.00"},
    {"title": "Dunes", "author": "Bo Lind", "date": "9 June 2022", "price": "£12.50"},
]


def filters(words: str) -> list[dict[str, Any]]:
    [intent] = parse(words)
    return intent["filters"]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("list the books since 2020", ["Dunes"]),
        ("list the books published before 2020", ["Tides"]),
        ("list the books between 2018 and 2020", ["Tides"]),
        ("list the books by Bo Lind", ["Dunes"]),
        ("list the books under £10", ["Tides"]),
        ("list the books under €10", []),
        ("list the books up to £8", ["Tides"]),
    ],
)
def test_a_condition_is_taken_out_of_the_words(words: str, titles: list[str]) -> None:
    rules = filters(words)
    assert [r["title"] for r in BOOKS if all(passes(r, x) for x in rules)] == titles


def test_what_a_list_is_of_may_have_to_be_said_by_its_rows() -> None:
    [rule] = filters("list the flights to Lisbon")
    assert passes({"flight": "K 1", "to": "Lisbon"}, rule)
    assert not passes({"flight": "K 2", "to": "Oslo"}, rule)


def test_a_condition_that_no_row_speaks_of_is_not_met() -> None:
    assert not passes(BOOKS[0], {"field": "pages", "op": "<", "value": 300.0})


def test_a_row_of_several_prices_is_under_none() -> None:
    row = {"title": "Brakes", "price": "£12", "text": "New pads", "text_2": "£24"}
    assert not passes(row, {"field": "price", "op": "<", "value": 30.0})


def test_a_free_thing_costs_less_than_any_price() -> None:
    assert passes({"price": "Free"}, {"field": "price", "op": "<", "value": 5.0})


def test_a_place_is_said_by_the_row_or_heads_its_part() -> None:
    rows = [{"title": "A", "city": "Berlin"}, {"title": "B", "city": "Bonn"}]
    assert narrowed(rows, {"near": "Berlin", "st": {}}) == rows[:1]
    assert narrowed(rows, {"near": "Paris", "st": {}}) == []
    parts = [{"title": "A", "section": "Tiree to Oban"}, {"title": "B", "section": "Oban to Tiree"}]
    assert narrowed(parts, {"near": "Oban to Tiree", "st": {}}) == parts[1:]


def test_dates_that_can_be_read_two_ways_put_nothing_in_order() -> None:
    order = {"by": "date", "desc": True, "word": "newest"}
    either = [{"title": "A", "date": "03/09/2026"}, {"title": "B", "date": "11/08/2026"}]
    assert order_rows(either, order) == []
    told = [*either, {"title": "C", "date": "21/08/2026"}]
    assert [r["title"] for r in order_rows(told, order)] == ["A", "C", "B"]


def test_points_part_thousands_where_all_are_written_so() -> None:
    rows = [{"title": "A", "mileage": "9.500 km"}, {"title": "B", "mileage": "121.000 km"}]
    order = {"by": "mileage", "desc": False, "word": "lowest"}
    assert [r["title"] for r in order_rows(rows, order)] == ["A", "B"]


def test_the_youngest_has_the_lowest_age() -> None:
    rows = [{"name": "Ann", "age": "41"}, {"name": "Ben", "age": "19"}]
    assert order_rows(rows, {"by": "date", "desc": True, "word": "youngest"})[0]["name"] == "Ben"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Tue – Thu", True),
        ("Wednesdays", True),
        ("Tue 9 – Thunderstorms", False),
        ("Tue 10–12, Thu 10–12", False),
    ],
)
def test_days_are_named_in_full_or_short_and_nothing_else(text: str, says: bool) -> None:
    assert (said({"wednesday"}, text) == {"wednesday"}) is says
