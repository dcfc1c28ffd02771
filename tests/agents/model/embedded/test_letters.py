"""Letters as pages: bold lines with what they head below them, and hardly any other marks."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


async def test_bold_lines_head_the_lines_below_them(play: Play) -> None:
    done = await play(
        "ferry_letter.html", "Get the boarding method, the pick-up point and the skipper"
    )
    assert done.outcome.output == {
        "boarding method": "On foot (gate 2)",
        "pick-up point": "Old Mill, 4 Weir Lane, Port Sorrel",
        "skipper": "Jo Lind",
    }


async def test_a_label_of_another_kind_is_no_answer(play: Play) -> None:
    done = await play("ferry_letter.html", "Get the paying method and the luggage method")
    assert done.outcome.is_task_successful is not True
    assert done.outcome.output != {
        "paying method": "Harbour card",
        "luggage method": "Harbour card",
    }


async def test_the_one_number_of_a_letter_is_who_wrote_it(play: Play) -> None:
    done = await play("ferry_letter.html", "Which number can I call the ferries on?")
    assert done.outcome.output == "0117 496 0812"


async def test_the_one_number_is_not_everybodys(play: Play) -> None:
    done = await play("ferry_letter.html", "Which number can I call the tourist desk on?")
    assert done.outcome.is_task_successful is not True
    assert "0117" not in str(done.outcome.output)
