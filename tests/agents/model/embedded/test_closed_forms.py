"""Forms in a dialog or a part of the page that has to be opened before a field can be filled."""

from __future__ import annotations

import pytest

from agents.events import TaskStepStarted
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser

PAGE = "closed_forms.html"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            'Enter "When do you open?" into Your question, "Ann" into Your name, press Pass it on',
            "question=When do you open? who=Ann",
        ),
        ('Enter "12 m" into Berth length and press Save mooring', "mooring 12 m"),
        ("Set the skipper to Ada and press Save crew", "crew Ada"),
        ("Fill in the form: skipper Ada. Then press Save crew.", "crew Ada"),
    ],
)
async def test_the_form_of_a_named_field_is_opened(play: Play, words: str, said: str) -> None:
    done = await play(PAGE, words)
    assert await done.text("#said") == said
    assert "look behind" not in "".join(e.reasoning for e in done.world.of(TaskStepStarted))


async def test_nothing_that_deletes_is_pressed_to_find_a_field(play: Play) -> None:
    done = await play(PAGE, 'Enter "moving" into Reason for going', {"value": "skip"})
    assert await done.text("#said") == ""
    assert done.asked
