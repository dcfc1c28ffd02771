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
@pytest.mark.parametrize(
    ("words", "values"),
    [
        (
            "please fill this in for me: Tom Hart, tom@example.org, phone 0151 496 0199, going to "
            "Vienna in Austria on 2 June 2027 at 09:30, staying 5 nights. Send it when you are "
            "done, I agree to the travel rules",
            {"full_name": "Tom Hart", "city": "Vienna", "country": "Austria", "nights": "5",
             "departure": "2027-06-02", "departure_time": "09:30", "terms": "accepted"},
        ),
        (
            "Name Bo Falk, mail bo@example.org, two nights in Paris, single room, no meals. Send "
            "it, rules accepted.",
            {"full_name": "Bo Falk", "city": "Paris", "nights": "2", "terms": "accepted"},
        ),
        (
            "I'm Bo Falk (bo@example.org) and I'd like to stay two nights in Rome from 3 May 2027. "
            "Lunch and parking please. Accept the rules and submit it.",
            {"city": "Rome", "nights": "2", "meals": "lunch", "extras": "Parking"},
        ),
        (
            "I am Lena Park, my email is lena@example.org. I want a suite with an airport "
            "transfer, budget 200 a night. Save it as a draft",
            {"room": "suite", "extras": "Airport transfer", "budget": "200", "action": "draft"},
        ),
        (
            "Send a travel request for Mia Lund, mia@example.org, to Prague, because of the spring "
            "conference. I accept the travel rules.",
            {"city": "Prague", "reason": "spring conference", "pin": "(empty)",
             "find": "(empty)"},
        ),
        (
            "Ask for a trip to Zurich on 12 April 2027 for Ida Wolf, ida@example.org, late "
            "check-out. I accept the rules.",
            {"city": "Zurich", "departure": "2027-04-12", "extras": "Late check-out"},
        ),
    ],
)  # fmt: skip
async def test_ordinary_words_fill_a_form(
    practise: Play, words: str, values: dict[str, str]
) -> None:
    done = await practise("/forms/", words)
    assert set(values.items()) <= await arrived(done)
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
        ("I need a lamp for my desk, put it in the cart", ["add"]),
        ("Suspend the driver Webb, reason: leave", ["act_on", "carry"]),
    ],
)
def test_what_belongs_into_a_form_comes_before_it_is_sent(words: str, deeds: list[str]) -> None:
    assert [intent["do"] for intent in parse(words)] == deeds
