"""Opening one of several things, and the nth of things that can be done."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


async def test_the_first_result_is_what_the_search_found_however_late(play: Play) -> None:
    done = await play("harbour.html", "Search for Petrel and open the first result")
    assert await done.text("#out") == "opened #boat;"


async def test_opening_what_does_nothing_is_no_success(play: Play) -> None:
    done = await play("harbour.html", "Search for nothing and open the first result")
    assert done.outcome.is_task_successful is not True or await done.text("#out")


@pytest.mark.parametrize(
    "said", ["Open the request about the crane", "Open the crane request", "Open the crane ticket"]
)
async def test_two_things_that_are_called_so_are_a_question(play: Play, said: str) -> None:
    done = await play("harbour.html", said, "skip")
    offered = str(done.asked[0].choices)
    assert "Petrel" in offered and "east wall" in offered
    assert await done.text("#out") == ""


async def test_one_thing_is_opened_by_part_of_its_name(play: Play) -> None:
    done = await play("harbour.html", "Open the shower ticket")
    assert await done.text("#out") == "opened #r13;"


async def test_the_second_of_what_can_be_booked(play: Play) -> None:
    done = await play("harbour.html", "Book the second ferry")
    assert await done.text("#out") == "booked 08:40;"


async def test_a_stepper_goes_by_the_names_of_its_buttons(play: Play) -> None:
    done = await play("harbour.html", "add two guests")
    assert await done.text("#g") == "4"


async def test_the_menu_is_what_is_called_menu(play: Play) -> None:
    done = await play("harbour.html", "Open the menu and click Berths")
    assert await done.text("#out") == "opened #berths;"


async def test_the_list_is_exported_in_the_wanted_format(play: Play) -> None:
    done = await play("harbour.html", "Please export the list as CSV")
    assert [file.name for file in done.world.store.of_kind("download")] == ["requests.csv"]


async def test_a_button_that_says_the_whole_instruction_is_no_echo_of_it(play: Play) -> None:
    done = await play("harbour.html", "Book the 08:40 ferry")
    assert await done.text("#out") == "booked 08:40;"


async def test_a_draft_is_not_what_was_to_be_submitted(play: Play) -> None:
    done = await play("draft_beside.html", "Type Grace into Full name and submit the form")
    assert await done.text("#out") == "Send request"
