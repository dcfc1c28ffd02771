"""Choices of a form: each is put in its place or asked about, and none is left out in silence."""

from __future__ import annotations

import json

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_plain_words import practise
from tests.agents.model.embedded.test_planner import Play, Played, play

__all__ = ["play", "practise"]

browser = pytest.mark.browser
WHO = "Name: Grace Hopper, email: grace@example.org"


async def sent(done: Played) -> list[str]:
    """What the hut's form sent, as name=value."""
    return json.loads(await done.session.page.evaluate("localStorage.log || '[]'"))


async def arrived(done: Played) -> set[tuple[str, str]]:
    """What the practice site says that arrived."""
    cells = (
        "[...document.querySelectorAll('[data-field]')].map(e => [e.dataset.field, e.innerText])"
    )
    return {(name, value) for name, value in await done.session.page.evaluate(cells)}


@browser
async def test_choices_said_together_are_all_chosen(practise: Play) -> None:
    done = await practise(
        "/forms/",
        f"{WHO}, destination: Oslo, country: Norway, departure 14 March 2027, 3 nights, double "
        "room, breakfast and dinner. Accept the travel rules and send the request.",
    )
    values = await arrived(done)
    assert {("meals", "breakfast"), ("meals", "dinner"), ("room", "double")} <= values
    assert ("extras", "Breakfast") not in values
    assert done.outcome.is_task_successful is True
    assert not done.asked


@browser
async def test_a_choice_in_two_places_is_asked_about(play: Play) -> None:
    done = await play(
        "hut_stay.html",
        "Book a stay for Grace Hopper on 3 May 2027, grace@example.org, chamber, breakfast. "
        "I accept the hut rules.",
        "2",
    )
    labels = [c["label"] for c in done.asked[0].choices]
    assert "Board" in labels[0]
    assert "For the trail" in labels[1]
    assert {"trail=Breakfast", "bed=chamber"} <= set(await sent(done))
    assert "board=breakfast" not in await sent(done)


@browser
async def test_nothing_is_sent_while_a_choice_has_no_place(play: Play) -> None:
    done = await play("hut_stay.html", f"{WHO}, vegetarian supper. Book it.", "skip")
    assert "vegetarian supper" in done.asked[0].prompt
    assert "board=supper" not in await sent(done)


@browser
@pytest.mark.parametrize(
    "words",
    [
        "for the trail: sandwiches and tea",
        "sandwiches, tea in for the trail",
    ],
)
async def test_one_list_takes_several_choices(play: Play, words: str) -> None:
    done = await play("hut_stay.html", f"{WHO}, {words}. Accept the hut rules. Press Book.")
    assert {"trail=Sandwiches", "trail=Tea"} <= set(await sent(done))
    assert not done.asked


@browser
async def test_what_is_chosen_already_has_its_place(play: Play) -> None:
    done = await play(
        "hut_stay.html",
        "Book a stay for Grace Hopper on 3 May 2027, grace@example.org, bunk. I accept the rules.",
    )
    assert {"bed=bunk", "rules=on", "from=2027-05-03"} <= set(await sent(done))
    assert not done.asked


@browser
async def test_a_wish_in_prose_fills_the_form(practise: Play) -> None:
    done = await practise(
        "/forms/",
        "I'd like to travel to Oslo in Norway from 14 March 2027 for three nights, in a double "
        "room with dinner. My name is Grace Hopper, my email grace@example.org. Please send the "
        "request, I accept the rules.",
    )
    assert {
        ("full_name", "Grace Hopper"), ("city", "Oslo"), ("country", "Norway"), ("nights", "3"),
        ("departure", "2027-03-14"), ("room", "double"), ("meals", "dinner"), ("notes", "(empty)"),
        ("terms", "accepted"), ("pin", "(empty)"),
    } <= await arrived(done)  # fmt: skip
    assert not done.asked


@browser
async def test_a_box_that_is_ticked_stays_so(play: Play) -> None:
    words = f"{WHO}. Tick I accept the hut rules. Accept the hut rules. Press Book."
    assert "rules=on" in await sent(await play("hut_stay.html", words))


@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        ("Send the request, I accept the rules", ["fill_form", "act_on"]),
        ("Please send the request. My name is Ada Byron", ["fill_form", "act_on"]),
        ("We need a double room with dinner. Submit the form", ["fill_form", "submit"]),
        ("I want a blue backpack", ["unknown"]),
        ("Suspend the driver Webb, reason: leave", ["act_on", "carry"]),
    ],
)
def test_what_belongs_into_a_form_comes_before_it_is_sent(words: str, deeds: list[str]) -> None:
    assert [intent["do"] for intent in parse(words)] == deeds
