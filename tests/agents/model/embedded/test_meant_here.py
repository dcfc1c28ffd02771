"""Deeds that go to the right place of a page: its form, its card, its field, its drawn box."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_deeds_unprepared import done_there
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser
HALL = "village_hall.html"


async def test_of_forms_alike_the_one_whose_heading_was_said(play: Play) -> None:
    done = await play(HALL, "Sign the form for the old railway as Ada Byron, ada@example.org")
    assert await done_there(done) == ["talk=railway|name=Ada Byron|email=ada@example.org"]
    assert done.outcome.is_task_successful is True


async def test_forms_alike_that_nothing_tells_apart_are_asked_about(play: Play) -> None:
    done = await play(HALL, "Sign the sheet as Ada Byron, ada@example.org", "2")
    assert [spec.kind for spec in done.asked] == ["choice"]
    assert await done_there(done) == ["talk=railway|name=Ada Byron|email=ada@example.org"]


async def test_a_card_s_heart_belongs_to_its_own_heading(play: Play) -> None:
    done = await play(HALL, "Mark the Red scarf as a favourite")
    assert await done_there(done) == ["favourite|Red scarf"]


async def test_a_round_button_off_the_page_is_pressed_by_its_label(play: Play) -> None:
    done = await play(HALL, "Choose Twenty-five pounds and press Give now")
    assert await done_there(done) == ["sum=25"]


async def test_a_second_value_is_never_put_over_the_first(play: Play) -> None:
    done = await play(
        HALL,
        "Enter 0116 496 0 as phone, write "
        '"Twelve people with drums." about my group, and send the question. '
        "I do not need a piano but I do have small children, so tick that one.",
    )
    assert await done_there(done) == ["who=|tel=0116 496 0|text=Twelve people with drums.|child=on"]
