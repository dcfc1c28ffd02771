"""What must not be pressed: a dialog's way back, another month's cell, what is booked already."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agents.model.embedded.doing.boxes import _told
from agents.model.embedded.doing.carry import _tells_done
from tests.agents.browser.conftest import browser_handle, browser_options, driver
from tests.agents.model.embedded.test_deeds_unprepared import done_there
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["browser_handle", "browser_options", "driver", "play"]


@pytest.mark.browser
async def test_a_dialogs_way_back_does_not_send_a_cancellation(play: Play) -> None:
    done = await play("club_desk.html", "Cancel booking 1234, reason: ordered twice")
    assert await done_there(done) == ["cancelled: ordered twice"]


@pytest.mark.browser
@pytest.mark.parametrize(
    "when", ["on 12 March 2026 at 10:00", "on Wednesday at 10:00", "on 11 November 2026 at 10:00"]
)
async def test_no_other_months_cell_and_none_that_is_taken_is_pressed(
    play: Play, when: str
) -> None:
    done = await play("club_desk.html", f"Book a court {when}", "skip")
    assert await done_there(done) == []


@pytest.mark.browser
async def test_the_days_own_cell_is_pressed(play: Play) -> None:
    done = await play("club_desk.html", "Book a court on 12 November 2026 at 10:00", "skip")
    assert await done_there(done) == ["slot Thu 12 Nov 10:00"]


@pytest.mark.parametrize(
    ("line", "done"),
    [
        ("Your booking is cancelled", True),
        ("A reason is required before a booking is cancelled", False),
        ("Bookings must be cancelled two days before", False),
    ],
)
def test_a_demand_is_no_news_of_a_deed_that_was_done(line: str, done: bool) -> None:
    assert _tells_done(line, "cancel") is done


@pytest.mark.browser
async def test_a_complaint_that_ends_with_a_question_is_one(play: Play) -> None:
    done = await play("club_desk.html", "Press Renew")
    assert done.outcome.is_task_successful is not True
    assert "card number is wrong" in done.outcome.text


@pytest.mark.browser
async def test_cancel_in_a_plain_form_goes_back(play: Play) -> None:
    words = "Press Leave the club. Cancel membership, reason: moved house"
    done = await play("club_desk.html", words)
    assert await done_there(done) == ["left: moved house"]


def test_a_box_that_says_the_contrary_is_not_meant() -> None:
    box = SimpleNamespace(name="Do not send me newsletters", role="checkbox", off=False)
    view = SimpleNamespace(elements=[box])
    assert _told(view, "you send me newsletters") is None
    assert _told(view, "you do not send me newsletters") is box


@pytest.mark.browser
async def test_of_links_to_a_script_the_one_in_the_form_at_hand_is_pressed(play: Play) -> None:
    done = await play("two_wizards.html", 'Type "Ada" into Second name, then click Next')
    assert await done.session.page.evaluate("pressed") == "second"


@pytest.mark.browser
@pytest.mark.parametrize(("answer", "left"), [("skip", "Leeks"), ("1", "Gone")])
async def test_what_is_named_nowhere_is_not_taken_for_what_stands_there(
    play: Play, answer: str, left: str
) -> None:
    done = await play("one_note.html", "Delete the photo", answer)
    assert "the photo" in done.asked[0].prompt
    assert "Shopping for Sunday" in done.asked[0].choices[0]["label"]
    assert left in await done.text("#note")
