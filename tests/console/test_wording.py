"""Words for people: calls, questions of pages and their answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dashboard.pages import wording
from dashboard.templatetags.console import left


def test_waiting_and_cut_words_read_well() -> None:
    assert wording.action("page.wait_for_timeout", "page", {"timeout": 1500}) == "Wait 1.5 s"
    assert wording.action("page.wait_for_load_state", "page", {}) == "Wait for the page to load"
    assert wording.action("page.close", "page", {}) == "Close the tab"
    assert wording.clip("Order two cartridges of toner", 17) == "Order two…"
    assert wording.clip("x" * 30, 10) == "xxxxxxxxx…"


def test_who_thought_of_a_step_is_told() -> None:
    assert wording.model("embedded:planner") == "keyless planner"
    assert wording.model("loop") == "no model"
    assert wording.model("openai:gpt-5.4-mini") == "openai:gpt-5.4-mini"


def test_a_variable_is_told_by_its_name() -> None:
    typed = {"value": 'variables["answer_1_card_number"]'}
    assert (
        wording.action("locator.fill", 'field "Card"', typed)
        == "Type {{answer_1_card_number}} into field “Card”"
    )


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("Type {{answer_1_card_number}} into the field", 20, "Type…"),
        ("Card:{{answer_1_card_number}} and more", 20, "Card…"),
        ("Type {{card}} into the field", 13, "Type…"),
        ("Type {{card}} into the field", 14, "Type {{card}}…"),
        ("{{answer_1_card_number}} goes into the field", 10, "{{answer_1_card_number}}…"),
        ("{{answer_1_card_number}}", 10, "{{answer_1_card_number}}"),
        ("{{answer_1_card_number}}", 24, "{{answer_1_card_number}}"),
        ("One {{a}} or another {{b}}", 26, "One {{a}} or another {{b}}"),
    ],
)
def test_a_cut_leaves_a_placeholder_whole(text: str, most: int, shown: str) -> None:
    assert wording.clip(text, most) == shown


def test_a_press_that_says_ok_is_told_with_its_question() -> None:
    asks = {"message": "Delete the note?"}
    assert (
        wording.action("accept_dialog.click", 'button "Delete"', asks)
        == "Click button “Delete”, and say OK to “Delete the note?”"
    )
    assert (
        wording.action("accept_dialog.press", "field", {**asks, "key": "Enter", "answer": "Bo"})
        == "Press Enter in field, and answer “Bo” to “Delete the note?”"
    )
    assert wording.verb_of("accept_dialog.press") == "say OK to questions"
    assert wording.verb_of("locator.click") == "click"
    assert wording.came_of_it({"asked": "Delete the note?", "answer": "OK"}, "") == ""


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({"type": "confirm", "text": "Sure?", "accepted": False},
         "The page asked “Sure?”: the answer was Cancel"),
        ({"type": "confirm", "text": "Sure?", "accepted": True},
         "The page asked “Sure?”: the answer was OK"),
        ({"type": "prompt", "text": "Name?", "accepted": True},
         "The page asked “Name?”: the answer was given"),
        ({"type": "alert", "text": "Saved\u202e.", "accepted": True}, "The page said “Saved.”"),
        ({"type": "beforeunload", "text": "", "accepted": True},
         "The page did not want to be left; it was left"),
    ],
)  # fmt: skip
def test_a_dialog_box_is_told_in_words(detail: dict[str, Any], told: str) -> None:
    assert wording.dialog(detail) == told


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(86_395, "1 d left"), (84_000, "23 h left"), (5_390, "1 h 29 min left")],
)
def test_what_is_left_begins_with_what_was_given(seconds: int, shown: str) -> None:
    assert left(timezone.now() + timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('Type “Ada” into field "Full name".', "Type “Ada” into field “Full name”."),
        ('Press "Pay" or ("Cancel")', "Press “Pay” or (“Cancel”)"),
        ('A screen of 27" and one of 32"', 'A screen of 27" and one of 32"'),
        ('It answered {"a": "b"}', 'It answered {"a": "b"}'),
        ('Type {{email}} into "Email"', "Type {{email}} into “Email”"),
        # A label cannot seem to end before it does.
        ('Press "Save” and “close"', "Press “Save’ and ‘close”"),
    ],
)
def test_quotation_marks_are_of_one_kind(text: str, shown: str) -> None:
    assert wording.quotes(text) == shown


def test_what_a_file_line_says_is_not_told_as_values() -> None:
    stored = {"id": "art_1", "name": "a.jpg", "media_type": "image/jpeg", "size_bytes": 9}
    assert wording.came_of_it(stored, "") == ""
    assert wording.came_of_it(stored | {"seen": True, "b": 2}, "") != ""
