"""Timetables, choices that several things fit, days in three boxes, drawn chips, statements."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.browser.conftest import browser_handle, browser_options, driver
from tests.agents.model.embedded.test_deeds_unprepared import done_there
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["browser_handle", "browser_options", "driver", "play"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        (
            'Book the practice room Flute on Thursday at 14:00 with the purpose "Duet" and with a '
            "music stand",
            ["Flute Thu 14:00 purpose=Duet&stand=on"],
        ),
        (
            "Book a trial lesson with Holm on 3 March 2027 for Ada Byron",
            ["trial teacher=Mia+Holm+%28flute%29&day=2027-03-03&name=Ada+Byron"],
        ),
        (
            "Click Hire an instrument. The instrument number is V7. The hire should start on "
            "5 February 2027, for 12 months. Choose size 3/4 and the bow Carbon and press Hire",
            ["number=V7&d=5&m=2&y=2027&long=12 3/4,Carbon"],
        ),
    ],
)
async def test_what_was_said_stands_in_the_form(play: Play, words: str, deeds: list[str]) -> None:
    done = await play("music_school.html", words)
    assert done.asked == []
    assert await done_there(done) == deeds


@pytest.mark.browser
async def test_a_taken_cell_is_not_pressed(play: Play) -> None:
    words = "Book the practice room Cello on Tuesday at 10:00 with the purpose “Duet”"
    done = await play("music_school.html", words, "skip")
    assert await done_there(done) == []


@pytest.mark.browser
async def test_of_two_teachers_of_that_name_a_person_says_which(play: Play) -> None:
    words = "Book a trial lesson with Berg on 3 March 2027 for Ada Byron"
    done = await play("music_school.html", words, "Tomas Berg (cello)")
    labels = [choice["label"] for choice in done.asked[0].choices]
    assert labels[:2] == ["Nora Berg (violin)", "Tomas Berg (cello)"]
    assert await done_there(done) == [
        "trial teacher=Tomas+Berg+%28cello%29&day=2027-03-03&name=Ada+Byron"
    ]


@pytest.mark.parametrize(
    ("words", "do", "told"),
    [
        ("Mark invoice INV-7 as paid", "act_on", "mark as paid"),
        ("Sign ann@x.org up for the weekly letter", "carry", "sign up"),
        ("Check out: name Ada Byron, email ada@x.org", "checkout", None),
        ("Put the flat in Mill Lane 21 on my favourites", "act_on", "favourite"),
        ("Sign the guest book", "submit", "sign"),
    ],
)
def test_wishes_are_said_in_other_ways(words: str, do: str, told: str | None) -> None:
    intent = parse(words)[0]
    assert (intent["do"], intent.get("verb")) == (do, told)


def test_a_field_called_to_is_told_from_the_word_before_a_value() -> None:
    first, second, *_ = parse("Set Issued from to 2026-09-01 and Issued to to 2026-09-30")
    assert [first["target"]["words"], second["target"]["words"]] == ["Issued from", "Issued to"]


def test_several_details_said_after_a_name_stay_apart() -> None:
    (form,) = parse("My name is {{name}}, e-mail {{email}}, mobile {{phone}}.")
    assert [piece["value"] for piece in form["pieces"]] == [
        {"var": "name"},
        {"var": "email"},
        {"var": "phone"},
    ]
