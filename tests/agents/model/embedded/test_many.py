"""Deeds on all, both or the first so many of a kind: of that kind alone, or a question."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_deeds_unprepared import done_there
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        ("Delete the first two drafts", ["Garden plan", "Letter to Bob"]),
        ("Delete all drafts", ["Old recipe", "Garden plan", "Letter to Bob"]),
        ("Delete the second draft", ["Garden plan"]),
    ],
)
async def test_only_things_of_the_kind_that_was_said(
    play: Play, words: str, deeds: list[str]
) -> None:
    done = await play("two_lists.html", words)
    assert await done_there(done) == deeds


@pytest.mark.parametrize(
    "words",
    [
        "Delete both drafts",
        "Delete the first five drafts",
        "Delete all read messages",
        "Delete all notes",
        "Delete the second note",
    ],
)
async def test_what_does_not_fit_the_page_is_asked_about(play: Play, words: str) -> None:
    done = await play("two_lists.html", words, True)
    assert await done_there(done) == []
    assert [spec.kind for spec in done.asked] == ["takeover"]
