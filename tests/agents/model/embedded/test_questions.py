"""Questions in the browser's own boxes: what was told is done through them, the rest is asked."""

from __future__ import annotations

import pytest

from agents.browser.dialog_answers import unfit
from agents.model.embedded.doing.questions import Dialog, is_meant
from agents.ports import Answer
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

NOTES = "notes_asking.html"


def confirmations(done) -> list[str]:
    return [spec.prompt for spec in done.world.requests.values() if spec.kind == "confirmation"]


# --- what is meant ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("Delete the note Groceries", "Delete the note “Groceries”? This cannot be undone."),
        ("Delete the note Groceries", "Are you sure?"),
        ("Delete the note Groceries", "Do you really want to remove this note?"),
        ("Remove Per Holm", "Remove Per Holm from your contacts?"),
        ("Press Archive", "Archive this thread?"),
        ("Delete all notes", "Delete all 14 notes?"),
        ("Cancel my order 1234", "Cancel order 1234?"),
        ("Publish the post", "Publish the post now?"),
    ],
)
def test_a_question_about_what_was_told_is_meant(told: str, asked: str) -> None:
    assert is_meant(told, told, "", asked, told_yes=False)


@pytest.mark.parametrize("told_yes", [False, True])
@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("Delete the note Groceries", "Delete the note “Rent”?"),
        ("Delete the note Groceries", "Delete all 3 notes?"),
        ("Delete the note Groceries", "Delete everything?"),
        ("Press Clear", "Delete your account?"),
        ("Remove Per Holm", "Remove Ida Moe from your contacts?"),
        ("Press Archive", "Archive 12 threads?"),
        ("Archive the thread", "Delete this thread?"),
        ("Press Next", "Pay £20.00 now?"),
        ("Delete the note Groceries", "Delete the note “Groceries” and send it to Bob?"),
    ],
)
def test_a_question_about_something_else_is_not(told: str, asked: str, told_yes: bool) -> None:
    assert not is_meant(told, told, "", asked, told_yes=told_yes)


def test_names_may_stand_in_the_row_that_was_pressed() -> None:
    asked = "Delete “Groceries”?"
    assert is_meant("Delete the first note", "Delete the first note", "Groceries", asked,
                    told_yes=False)  # fmt: skip
    assert not is_meant("Delete the first note", "Delete the first note", "Rent", asked,
                        told_yes=False)  # fmt: skip


def test_what_cannot_be_said_ok_to_is_told_apart() -> None:
    for text in ("", "x" * 501, "a\u200bb"):
        assert not Dialog("confirm", text, False, unfit(text)).is_fit
    assert Dialog("confirm", "Sure?", False, "it is another text").is_fit


# --- in a browser -----------------------------------------------------------------------------
@pytest.mark.browser
@pytest.mark.parametrize(
    "words",
    [
        "Delete the note Groceries",
        "Delete the note Groceries and confirm",
        "Delete the note Groceries, then press OK in the dialog",
    ],
)
async def test_what_was_told_is_done_through_its_question(play: Play, words: str) -> None:
    done = await play(NOTES, words)
    assert not done.asked
    assert await done.text("#out") == "Deleted Groceries."
    assert "Rent" in await done.text("#rows")
    assert any("Delete the note “Groceries”? This cannot be undone." in each.replace('"', "”")
               for each in confirmations(done))  # fmt: skip
    assert "accept_dialog(" in done.code
    assert done.outcome.is_task_successful is not False, done.outcome.text


@pytest.mark.browser
async def test_another_question_is_put_to_a_person_word_for_word(play: Play) -> None:
    done = await play(NOTES, "Press Clear all", "skip")
    (asked,) = done.asked
    assert "“Delete all 3 notes and your account?”" in asked.prompt
    assert "Groceries" in await done.text("#rows")
    done = await play(NOTES, "Press Clear all", "ok")
    assert "Groceries" not in await done.text("#rows")
    assert any("Delete all 3 notes and your account?" in each for each in confirmations(done))


@pytest.mark.browser
async def test_nobody_answers(play: Play) -> None:
    done = await play(NOTES, "Press Clear all", Answer("expired"))
    assert done.outcome.is_task_successful is False
    assert "Delete all 3 notes and your account?" in done.outcome.text


@pytest.mark.browser
async def test_an_empty_question_after_a_named_press_is_meant(play: Play) -> None:
    done = await play(NOTES, 'Press "Tidy up"')
    assert not done.asked
    assert await done.text("#out") == "Tidied up."


@pytest.mark.browser
@pytest.mark.parametrize(
    "words",
    [
        "Press New folder and enter Invoices",
        'Press "New folder", type "Invoices" into the prompt and press OK',
    ],
)
async def test_a_prompt_gets_what_was_told(play: Play, words: str) -> None:
    done = await play(NOTES, words)
    assert not done.asked
    assert await done.text("#out") == "Made the folder Invoices."
    assert done.outcome.is_task_successful is not False, done.outcome.text


@pytest.mark.browser
async def test_a_prompt_without_a_value_is_asked(play: Play) -> None:
    done = await play(NOTES, "Press New folder", "Letters")
    (asked,) = done.asked
    assert "“Name of the new folder”" in asked.prompt
    assert await done.text("#out") == "Made the folder Letters."


@pytest.mark.browser
async def test_a_note_is_renamed(play: Play) -> None:
    done = await play(NOTES, 'Rename the note "Rent" to "Rent 2027"')
    assert await done.text("#out") == "Renamed to Rent 2027."


@pytest.mark.browser
async def test_a_prompt_for_a_password_is_a_persons(play: Play) -> None:
    done = await play(NOTES, "Press Unlock", "skip")
    (asked,) = done.asked
    assert asked.kind == "takeover" and "Your password?" in asked.prompt


@pytest.mark.browser
async def test_a_choice_that_asks_is_made(play: Play) -> None:
    done = await play(NOTES, "Select Archive in Folder and confirm", "ok")
    assert await done.text("#out") == "Moved to Archive."
