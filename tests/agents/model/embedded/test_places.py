"""Sentences that say where: parts of a site by what people call them, and details after a deed."""

from __future__ import annotations

from typing import Any

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_deeds_unprepared import done_there
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        (
            "On the Boats tab edit the boat with number K 21, change its berth to B4, and save",
            ["saved K 21 Plover B4"],
        ),
        ("Suspend the member Cem Aydin, reason: on leave", ["suspended Cem Aydin: On leave"]),
        (
            "Go to the members page, suspend Ada Okafor and choose Unpaid fees as the reason",
            ["suspended Ada Okafor: Unpaid fees"],
        ),
        ("In the settings, untick that I get mail when a boat comes back and save", ["settings "]),
        (
            "In the reviews open Curlew, go back, then open Dunlin",
            ["opened Curlew", "back", "opened Dunlin"],
        ),
        (
            "Go to the reviews, scroll down until all of them are loaded, then open Garganey",
            ["opened Garganey"],
        ),
    ],
)
async def test_the_part_of_the_site_is_found_and_the_deed_done(
    play: Play, words: str, deeds: list[str]
) -> None:
    done = await play("boat_club.html", words)
    assert done.asked == []
    assert await done_there(done) == deeds


@pytest.mark.browser
async def test_of_two_with_the_name_a_person_says_which(play: Play) -> None:
    done = await play("boat_club.html", "Suspend the member Okafor, reason: on leave", "skip")
    labels = str([spec.choices for spec in done.asked])
    assert "Ada Okafor" in labels
    assert "Ben Okafor" in labels
    assert await done_there(done) == []


@pytest.mark.browser
async def test_a_file_is_told_by_its_row_and_the_heading_above(play: Play) -> None:
    done = await play("boat_club.html", "Download the winter rules form for 2027")
    assert "winter-rules-2027" in str(done.outcome.output)


def _deeds(words: str) -> list[tuple[str, str]]:
    def named(intent: dict[str, Any]) -> str:
        target = intent.get("target") or {}
        return str(target.get("words") or intent.get("name") or intent.get("noun") or "")

    return [(intent["do"], named(intent)) for intent in parse(words)]


@pytest.mark.parametrize(
    ("words", "deeds"),
    [
        ("In the phone book choose the floor Third", [("visit", "phone book"), ("select", "")]),
        (
            "List all guides. They are on the Staff page: go there and list them",
            [("visit", "Staff"), ("extract", "guides")],
        ),
        (
            "Open the log of pump P-7: who cleaned it, and when?",
            [("click", "log"), ("inquire", "")],
        ),
        ('Search for "pump", open the one you find', [("search", ""), ("open_nth", "it")]),
        ("Look at the price list and count the lamps", [("visit", "price"), ("count", "lamps")]),
        ('In the "Notes" row click Edit', [("click", "Edit")]),
    ],
)
def test_sentences_are_taken_apart_where_people_would(
    words: str, deeds: list[tuple[str, str]]
) -> None:
    told = _deeds(words)
    assert [do for do, _ in told] == [do for do, _ in deeds]


def test_a_quoted_name_ends_where_its_quote_ends() -> None:
    made = parse('Add a rule called "Night" at 20:30 that turns off the lamp "Porch"')[0]
    assert [(p["label"], p["raw"]) for p in made["pieces"]] == [
        ("name", "Night"),
        ("time", "20:30"),
        (None, "turn off"),
        ("lamp", "lamp Porch"),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "On Monday book a table for two",
        "At 09:30 book a table for two",
        "From Leeds book a train to York",
        "In March book a room for two",
    ],
)
def test_a_day_a_time_and_where_one_comes_from_are_no_part_of_a_site(words: str) -> None:
    assert all(intent["do"] != "visit" for intent in parse(words))


@pytest.mark.parametrize(
    ("words", "does"),
    [
        ("The login is at the top right", "fill_form"),
        ("Add the lamp to the basket, but no later than Friday", "avoid"),
        ("No thanks", "avoid"),
    ],
)
def test_what_is_only_told_is_no_wish(words: str, does: str) -> None:
    assert does not in [intent["do"] for intent in parse(words)]
