"""Deeds that go to the right place of a page: its form, its card, its field, its drawn box."""

from __future__ import annotations

import pytest

from agents.events import TaskPlanReady
from tests.agents.model.embedded.test_deeds_unprepared import done_there
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser
HALL = "village_hall.html"


async def test_of_forms_alike_the_one_whose_heading_was_said(play: Play) -> None:
    done = await play(HALL, "Sign the form for the old railway as Ada Byron, ada@example.org")
    assert await done_there(done) == ["talk=railway|name=Ada Byron|email=ada@example.org"]
    assert done.outcome.is_task_successful is True


async def test_forms_alike_that_nothing_tells_apart_are_asked_about(play: Play) -> None:
    done = await play(HALL, "Sign the sheet as Ada Byron, ada@example.org", "2")
    assert [spec.kind for spec in done.asked] == ["choice"]
    assert await done_there(done) == ["talk=railway|name=Ada Byron|email=ada@example.org"]


async def test_a_card_s_heart_belongs_to_its_own_heading(play: Play) -> None:
    done = await play(HALL, "Mark the Red scarf as a favourite")
    assert await done_there(done) == ["favourite|Red scarf"]


async def test_a_round_button_off_the_page_is_pressed_by_its_label(play: Play) -> None:
    done = await play(HALL, "Choose Twenty-five pounds and press Give now")
    assert await done_there(done) == ["sum=25"]


async def test_a_second_value_is_never_put_over_the_first(play: Play) -> None:
    done = await play(
        HALL,
        "Enter 0116 496 0 as phone, write "
        '"Twelve people with drums." about my group, and send the question. '
        "I do not need a piano but I do have small children, so tick that one.",
    )
    assert await done_there(done) == ["who=|tel=0116 496 0|text=Twelve people with drums.|child=on"]


BARN = "sound_barn.html"


@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        ("Follow the Sound Barn", ["follow"]),
        (
            "Add the Tuesday concert of Reed Trio to my evening",
            ["evening|Tuesday 4 May|Reed Trio"],
        ),
        (
            "Put {{email}} on the waiting list for Ukulele in Ipswich",
            ["wait|mail=ann@x.org|ukulele-ipswich"],
        ),
        (
            "Rename the rehearsal room to “Oak” and press Keep it",
            ["room|door=Oak|lock=Never|heat=false"],
        ),
        (
            "Turn the heating on, have it lock after 2 hours and press Keep it",
            ["room|door=Room A|lock=2 hours|heat=true"],
        ),
        ("Subscribe {{email}} to the monthly letter", ["letter|mail=ann@x.org"]),
    ],
)
async def test_a_plain_wish_finds_its_control(play: Play, words: str, deeds: list[str]) -> None:
    done = await play(BARN, words)
    assert await done_there(done) == deeds


async def test_stars_topics_and_drawn_boxes_of_a_comment(play: Play) -> None:
    done = await play(
        BARN,
        'Give it 3 stars and leave a comment saying "The second half was far too loud." '
        "My name is Bo K. and I accept the house rules, no gift. Give it the topic sound, "
        "I don't want the programme. Post it.",
    )
    assert await done_there(done) == [
        "say|who=Bo K.|words=The second half was far too loud.|gift=0|"
        "stars=3|mail=false|rules=true|topics=sound"
    ]


SHOP = "mug_shop.html"


async def test_things_are_added_though_nobody_says_where_to(play: Play) -> None:
    done = await play(SHOP, "Add the desk lamp and two wool blankets")
    assert sorted(await done_there(done)) == [
        "add|Desk lamp",
        "add|Wool blanket",
        "add|Wool blanket",
    ]
    assert "Not understood" not in " ".join(done.world.of(TaskPlanReady)[0].steps)


async def test_things_for_a_room_are_filtered_by_the_room(play: Play) -> None:
    done = await play(SHOP, "Show only things for the Office")
    assert await done_there(done) == ["room|Office"]


async def test_stopping_before_paying_asks_for_no_card(play: Play) -> None:
    done = await play(
        SHOP, "Check out with name Ada Byron, email ada@example.org, but stop before paying"
    )
    assert await done_there(done) == []
    assert not done.asked
    assert await done.session.page.locator("[name=email]").input_value() == "ada@example.org"
    assert "stopped before the payment" in done.outcome.text


async def test_one_value_leaves_the_rest_of_the_sentence_alone(play: Play) -> None:
    done = await play(BARN, "Set the name on the door to “Oak”, lock after 2 hours", "1", "1")
    assert await done.session.page.locator("#room [name=door]").input_value() == "Oak"
    assert await done.session.page.locator("[name=lock]").input_value() == "2 hours"


async def test_a_drawn_list_with_an_arrow_and_a_part_of_the_day(play: Play) -> None:
    done = await play(
        "viewing_desk.html",
        "Choose 3 or more seats and request a visit on 4 May 2027 in the afternoon for Ada Byron",
    )
    assert await done_there(done) == ["seats|3 or more", "visit|2027-05-04|Afternoon|Ada Byron"]


async def test_a_page_s_only_delete_is_not_for_a_noun_it_does_not_show(play: Play) -> None:
    done = await play("viewing_desk.html", "Delete the trailer", "Skip")
    assert await done_there(done) == []
    assert done.outcome.is_task_successful is not True
