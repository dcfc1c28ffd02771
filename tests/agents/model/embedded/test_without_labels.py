"""Fields without a label: those in a table's head, and those that only their place names."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser

OF_2000 = [
    {"Boat": "Borealis", "Year": "2000", "Paid in": "May", "Berth": "14"},
    {"Boat": "Curlew", "Year": "2000", "Paid in": "March", "Berth": "15"},
]


@pytest.mark.parametrize(
    "words",
    [
        'Enter "2000" into Year',
        'Type "2000" into the year filter',
        "Filter the table so that it shows me only the year 2000",
        "Filter the table by year 2000",
        "Filter year by 2000",
        "Show only the rows with year 2000",
    ],
)
async def test_a_field_in_a_tables_head_is_that_of_its_column(play: Play, words: str) -> None:
    done = await play("filter_row.html", f"{words} and list the boats")
    assert done.outcome.output == OF_2000
    assert done.outcome.is_task_successful is True


async def test_a_list_in_a_tables_head_is_that_of_its_column(play: Play) -> None:
    done = await play("filter_row.html", "Select March in Paid in and list the boats")
    assert [row["Boat"] for row in done.outcome.output] == ["Aurora", "Curlew"]


async def test_a_filter_that_no_column_has_is_asked_about(play: Play) -> None:
    done = await play("filter_row.html", "Filter the table by length 2000", {"value": "skip"})
    assert done.asked


async def test_the_place_of_a_field_names_it(play: Play) -> None:
    done = await play(
        "unlabelled.html",
        'Enter "Ann" into Guest name, "3 May" into Arrival, "2" into Nights, "KT1" into Car plate, '
        '"vegan" into Diet, "Mill Lane" into Street and "Leeds" into Town, then press Save',
    )
    assert await done.text("#said") == (
        "guest=Ann; arrival=3 May; nights=2; plate=KT1; diet=vegan; street=Mill Lane; town=Leeds"
    )
