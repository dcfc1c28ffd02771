"""Fields that nothing names, told by their form or by where they stand."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.browser.conftest import browser_handle, browser_options, driver
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["browser_handle", "browser_options", "driver", "play"]

browsed = pytest.mark.browser


@browsed
@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("List the sessions with time and teacher", ["Throwing for beginners", "07:30", "Orla"]),
        ("List the notes with author and date", ["Why handles crack", "Ines Moor", "4 May 2026"]),
        ("List all signs with their meaning", ["C6", "Fired at cone 6, in the electric kiln"]),
    ],
)
async def test_fields_are_told_by_their_form(play: Play, words: str, first: list[str]) -> None:
    done = await play("pottery_week.html", words)
    assert len(done.outcome.output) == 3
    assert list(done.outcome.output[0].values()) == first


@browsed
async def test_a_place_said_of_the_second_field_holds_for_that_one_only(play: Play) -> None:
    done = await play("pottery_week.html", "Tell me its shelf and its state in the Yard")
    assert list(done.outcome.output.values()) == ["D 4", "Half full"]


def test_where_a_thing_stands_is_no_part_of_its_name() -> None:
    (wish,) = parse("Tell me how much the deposit is (it is under Costs)")
    assert wish["subject"] == "deposit"


@browsed
@pytest.mark.parametrize(
    ("words", "told", "others"),
    [
        ("what's the outstanding amount?", ["£1,240.75"], ["310", "820"]),
        ("Compare the Starter and Potter passes", ["£18", "Clay included"], ["£31", "half"]),
    ],
)
async def test_a_word_that_tells_only_the_kind_need_not_be_said(
    play: Play, words: str, told: list[str], others: list[str]
) -> None:
    done = await play("pottery_week.html", words)
    shown = str(done.outcome.output)
    assert all(t in shown for t in told)
    assert not any(o in shown for o in others)
    assert done.outcome.is_task_successful is True


@browsed
async def test_free_times_are_the_chips_that_can_be_chosen(play: Play) -> None:
    done = await play("barber_day.html", "Click 5 in the calendar and list the free times")
    assert [row["title"] for row in done.outcome.output] == ["09:40", "16:00"]
