"""New things and whole forms: which field a piece means is read off the page."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

browser = pytest.mark.browser


@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        ('add the todos "a" and "b", then mark "b" as done', ["create", "create", "check"]),
        ("choose Riga as the port and apply", ["select", "act_on"]),
        ("press Close my account and cancel when it asks", ["click", "act_on"]),
        ("which cards do they take? look under Payment", ["click", "answer"]),
        ("add the tags cold and express", ["select"]),
        ('add "Blue mug" to the cart', ["add"]),
        ("go to page 3 of the table", ["to_page"]),
        ("search the table for Lima", ["search"]),
        ("register as Ann Lee with email a@b.org", ["create"]),
    ],
)
def test_phrases_are_read_as_their_deeds(words: str, deeds: list[str]) -> None:
    assert [intent["do"] for intent in parse(words)] == deeds


def test_credentials_in_brackets_lose_the_brackets() -> None:
    (intent,) = parse("log in (username: root, password: s3cret)")
    assert (intent["user"], intent["password"]) == ({"text": "root"}, {"text": "s3cret"})


@browser
async def test_a_new_thing_goes_through_its_dialog(play: Play) -> None:
    done = await play(
        "repairs_desk.html",
        'create a new job "Broken chair" with priority urgent assigned to Piet',
    )
    rows = await done.session.page.locator("#jobs li").all_inner_texts()
    assert done.outcome.is_task_successful is not False
    assert rows[-1].split() == ["Broken", "chair", "Urgent", "Piet", "🗑"]


@browser
async def test_a_lone_field_takes_each_name_and_the_rows_box_is_ticked(play: Play) -> None:
    done = await play(
        "repairs_desk.html",
        'add the todos "water plants" and "call mum", mark "Lift stuck" as done',
    )
    text = await done.text("#jobs")
    assert "water plants" in text
    assert "call mum" in text
    boxes = done.session.page.get_by_title("Done")
    assert [await boxes.nth(i).is_checked() for i in range(4)] == [False, True, False, False]


@browser
async def test_the_control_with_the_verb_acts_not_the_row_s_other_one(play: Play) -> None:
    done = await play("repairs_desk.html", "delete the lift stuck job")
    assert not done.asked
    assert "Lift stuck" not in await done.text("#jobs")
    assert "Door squeaks" in await done.text("#jobs")


@browser
async def test_labels_that_only_the_page_knows(play: Play) -> None:
    done = await play(
        "berth_table.html",
        'Fill in the form: boat name Aurora II, length 9.5, owner "Ilse Brandt", shore power. '
        "Set the first day to 2027-06-01 at 14:30 and click Request berth",
    )
    wanted = "boat=Aurora II;len=9.5;owner=Ilse Brandt;day=2027-06-01;time=14:30;power=on"
    assert await done.text("#out") == wanted


@browser
async def test_a_calendar_with_menus_for_month_and_year(play: Play) -> None:
    done = await play("leave_menus.html", "choose 5 February 2027 as the first day")
    assert await done.session.page.locator("#from").input_value() == "2027-2-5"


@browser
async def test_a_place_that_is_not_here_is_not_taken_for_reached(play: Play) -> None:
    done = await play("repairs_desk.html", "go to the repairs archive", {"value": "skip"})
    assert len(done.asked) == 1
    assert done.outcome.is_task_successful is not True
