"""What a page says to a deed: messages, complaints about a form, a question that gets a no."""

from __future__ import annotations

import pytest

from agents.ports import Answer
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


async def test_a_question_is_declined_when_that_was_asked_for(play: Play) -> None:
    done = await play("answers_back.html", "remove Per Holm, but cancel when it asks")
    assert not done.asked
    assert done.outcome.is_task_successful is True
    assert "Remove Per Holm from your contacts?" in done.outcome.text


async def test_a_message_box_that_complains_is_a_failure(play: Play) -> None:
    done = await play("answers_back.html", "click Export contacts")
    assert done.outcome.is_task_successful is False
    assert "Could not export: the disk is full." in done.outcome.text


async def test_a_message_box_is_reported(play: Play) -> None:
    done = await play("answers_back.html", "click Back up contacts")
    assert done.outcome.is_task_successful is True
    assert "3 contacts are backed up." in done.outcome.text


@pytest.mark.parametrize(
    ("page", "words", "said"),
    [
        ("complaints.html", 'type "eve" into Email and click Subscribe', "An address with an @"),
        ("complaints.html", "click Book the room", "The room is already booked."),
        ("complaints.html", "search for zebras", "No results for your search."),
        ("complaints.html", "click Save draft", "The draft could not be saved."),
        ("login_twice.html", "log in as eve with password nope", "Wrong user name or password."),
    ],
)
async def test_what_a_page_complains_about_is_not_done(
    play: Play, page: str, words: str, said: str
) -> None:
    done = await play(page, words)
    assert done.outcome.is_task_successful is False
    assert said in done.outcome.text


async def test_words_of_the_deed_itself_are_no_complaint(play: Play) -> None:
    done = await play("complaints.html", "click Reject the request")
    assert done.outcome.is_task_successful is True


async def test_a_download_that_fails_is_not_done(play: Play) -> None:
    done = await play("complaints.html", "download the report", Answer("expired"))
    assert done.outcome.is_task_successful is False
