"""Variables that are a part of a longer text: the text is typed with their values."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_deeds_unprepared import done_there
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser
DESK = "letter_desk.html"


@pytest.mark.parametrize(
    ("words", "deed"),
    [
        ('Search for "letters of {{email}}"', "letters of ann@x.org"),
        ("Search for letters of {{email}}", "letters of ann@x.org"),
        (
            'Enter "{{email}}, {{secret}}." as the message and press Send',
            "subject=|message=ann@x.org, s3cret.",
        ),
        (
            'Enter "{{ email }}" as the subject and press Send',
            "subject=ann@x.org|message=",
        ),
        (
            'Enter "to {{nobody}}" as the subject and press Send',
            "subject=to {{nobody}}|message=",
        ),
    ],
)
async def test_a_variable_within_a_text_is_its_value(play: Play, words: str, deed: str) -> None:
    done = await play(DESK, words)
    assert await done_there(done) == [deed]
    assert "s3cret" not in done.code
