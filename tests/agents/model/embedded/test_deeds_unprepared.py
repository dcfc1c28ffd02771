"""Deeds on pages by frameworks: icons without words, drawn switches, forms of several pages."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.agents.model.embedded.test_planner import Play, Played, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


async def done_there(done: Played) -> list[str]:
    """What the page recorded, in order."""
    return json.loads(await done.session.page.evaluate("localStorage.log || '[]'"))


async def kept(done: Played) -> dict[str, Any]:
    """The settings as the page saved them."""
    return json.loads(await done.session.page.evaluate("localStorage.saved || '{}'"))


@pytest.mark.parametrize(
    ("page", "words", "deeds"),
    [
        (
            "board_cards.html",
            'Move the card "Collect logos" to In progress',
            ["move|Collect logos|In progress"],
        ),
        (
            "board_cards.html",
            'Rename the card Buy domain to "Buy domain and hosting"',
            ["rename|Buy domain|Buy domain and hosting"],
        ),
        (
            "board_cards.html",
            "Add a card called Check analytics to the To do column",
            ["card|To do|Check analytics"],
        ),
        ("board_cards.html", 'delete "Fix footer links"', ["delete|Fix footer links"]),
        ("staff_icons.html", "Deactivate Ben Osei", ["deactivate|Ben Osei"]),
        (
            "staff_icons.html",
            "Change the department of Carla Ruiz to Finance",
            ["edit|Carla Ruiz|Finance|carla.ruiz@staffhub.test"],
        ),
    ],
)
async def test_a_row_s_deed_behind_an_icon_or_a_menu(
    play: Play, page: str, words: str, deeds: list[str]
) -> None:
    done = await play(page, words)
    assert await done_there(done) == deeds
    assert done.outcome.is_task_successful is True


async def test_what_stands_on_no_page_in_sight_is_searched_for(play: Play) -> None:
    done = await play("staff_icons.html", "Delete the employee Hugo Bell, confirm if it asks.")
    assert await done_there(done) == ["delete|Hugo Bell"]


async def test_a_sign_up_goes_through_its_pages(play: Play) -> None:
    done = await play(
        "join_steps.html",
        "Sign me up: Grace Hopper, grace@example.org, born on 9 December 1986, username ghopper, "
        "password {{secret}}. It is a personal account, I accept the terms of service but I do "
        "not want the newsletter.",
    )
    shown = await done.session.page.evaluate("state()")
    assert "9 December 1986" in (await done_there(done))[0]
    assert (shown["un"], shown["ty"], shown["nl"], shown["tc"]) == (
        "ghopper",
        "personal",
        False,
        True,
    )
    assert not done.asked


async def test_a_form_that_refuses_is_no_success(play: Play) -> None:
    done = await play(
        "join_steps.html",
        "Create an account for Ada Byron with the email ada@example.org, the username ada and the "
        "password {{secret}}, business account, accept the terms",
    )
    assert await done_there(done) == []
    assert done.outcome.is_task_successful is False


async def test_days_and_guests_are_set_in_drawn_fields(play: Play) -> None:
    done = await play(
        "stays_search.html",
        "Find a stay in Lisbon, Portugal from 12 March 2027 to 15 March 2027 for 3 adults and "
        "1 child.",
    )
    deeds = [d for d in await done_there(done) if d.startswith("search")]
    assert deeds == ["search|Lisbon, Portugal|2027-03-12|2027-03-15|3|1|1"]


async def test_cookies_that_are_refused_are_not_accepted(play: Play) -> None:
    done = await play("stays_search.html", "Please reject the optional cookies")
    assert await done_there(done) == ["cookies|necessary"]


async def test_switches_and_tabs_that_are_only_drawn(play: Play) -> None:
    done = await play(
        "prefs_drawn.html",
        "Turn on push notifications, turn off the weekly digest, and save.",
    )
    saved = await kept(done)
    assert (saved["push"], saved["digest"], saved["em"]) == (True, False, True)


async def test_a_strip_of_buttons_goes_by_the_words_beside_it(play: Play) -> None:
    done = await play(
        "prefs_drawn.html",
        "Switch to the dark theme, set the language to German and save the changes.",
    )
    saved = await kept(done)
    assert (saved["theme"], saved["lang"], saved["compact"]) == ("Dark", "Deutsch", False)


async def test_how_many_is_set_at_the_thing_itself(play: Play) -> None:
    done = await play("plant_shop.html", "Add 3 Snake Plants to my basket.")
    assert await done_there(done) == ["add|Snake Plant|3"]


async def test_a_checkout_takes_its_details_and_leaves_out_what_is_refused(play: Play) -> None:
    done = await play(
        "plant_shop.html",
        "Put one Monstera Deliciosa and two Peace Lily in the basket, apply the promo code GREEN10 "
        "and check out with express delivery. My name is Ada Byron, ada@example.org, 12 Mill Lane, "
        "postcode AB1 2CD. Please don't sign me up for plant tips.",
    )
    order = (await done_there(done))[-1]
    assert order.endswith("|Ada Byron|ada@example.org|12 Mill Lane|AB1 2CD|express|nonews")


async def test_a_booking_in_a_row_on_another_tab(play: Play) -> None:
    done = await play(
        "gym_classes.html",
        "Could you book me into the Pilates class on Tuesday? I don't want text reminders.",
    )
    assert await done_there(done) == ["book|Tue|07:00|Pilates|noremind"]


async def test_a_dialog_that_wants_more_is_no_success(play: Play) -> None:
    done = await play("build_settings.html", "Delete the project", {"value": "skip"})
    assert await done_there(done) == []
    assert "Type the project name" in done.asked[0].prompt
    assert done.outcome.is_task_successful is False


async def test_a_value_is_never_written_over_another_field(play: Play) -> None:
    done = await play("build_settings.html", '- set instances to 3\n- add the tag "beta"\n- save')
    assert await done_there(done) == ["save|nimbus-web|false|main|staging|512|3|web+beta"]


async def test_what_is_refused_is_seen_to_before_it_is_sent(play: Play) -> None:
    done = await play(
        "soup_recipe.html",
        'Leave the comment "Tasty, but needs lemon." and make sure I don\'t get emails about '
        "replies",
    )
    assert await done_there(done) == ["comment|Tasty, but needs lemon.|quiet"]
