"""Codes that stand beside a name without a label."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser

PAGE = "paint_box.html"


@pytest.mark.parametrize(
    ("words", "output"),
    [
        (
            "I need the two colour codes of grapefruit from the swatches.",
            {"colour codes": "#ED5565, #DA4453"},
        ),
        ("What are the colour codes of aqua?", {"colour code": "#4FC1E9, #3BAFDA"}),
        ("Get the codes of Mint from the swatches", {"code": "#48CFAD, #37BC9B"}),
        ("What is the part number of the Pump?", {"part number": "PX-1040"}),
    ],
)
async def test_codes_beside_a_name_are_its_codes(play: Play, words: str, output: object) -> None:
    done = await play(PAGE, words)
    assert done.outcome.output == output
    assert done.outcome.is_task_successful is True


@pytest.mark.parametrize(
    "words",
    [
        "Get the three colour codes of mint",  # it has two
        "What is the colour code of the Pump?",  # its code is no colour
        "What is the post code of the Pump?",
        "What are the colour codes of lavender?",
    ],
)
async def test_other_codes_are_no_answer(play: Play, words: str) -> None:
    done = await play(PAGE, words)
    assert done.outcome.is_task_successful is False
