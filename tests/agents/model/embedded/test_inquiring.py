"""Questions put in other ways: is there any, do you sell, tell me when, is A or B cheaper."""

from __future__ import annotations

from typing import Any

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]


def _names(output: Any) -> list[str]:
    return [str(row.get("title") or next(iter(row.values()))) for row in output]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("page", "words", "names"),
    [
        ("kettle_shop.html", "Is there anything over 2000?", ["Red kettle", "Iron teapot"]),
        ("kettle_shop.html", "Do you have any teapots in stock?", ["Tin teapot"]),
        ("kettle_shop.html", "Have you got kettles?", ["Red kettle", "Blue kettle"]),
        ("kettle_shop.html", "What's the cheapest teapot you sell?", ["Tin teapot"]),
        ("kettle_shop.html", "What is the second cheapest thing you have?", ["Tin teapot"]),
        ("kettle_shop.html", "Which products are out of stock?", ["Blue kettle", "Iron teapot"]),
        ("kettle_shop.html", "Which is heavier, the red kettle or the blue kettle?",
         ["Blue kettle", "Red kettle"]),
        ("kettle_shop.html", "Is the tin teapot cheaper than the iron teapot?",
         ["Tin teapot", "Iron teapot"]),
        ("kettle_shop.html", "List everything between 900 and 2000", ["Blue kettle", "Tin teapot"]),
        ("kettle_notes.html", "Which articles were posted after 28 May 2025?",
         ["Steam and glass", "The last tin"]),
        ("kettle_notes.html", "List the posts from May 2025", ["A handle mended"]),
        ("kettle_notes.html", "List the notes that are not by Ola Berg",
         ["A handle mended", "The last tin"]),
        ("kettle_shop.html", "List all products except teapots",
         ["Red kettle", "Blue kettle", "Stone mug"]),
        ("kettle_shop.html", "Which kettles do you have under 2000?", ["Blue kettle"]),
        ("kettle_shop.html", "Which teapot costs the most?", ["Iron teapot"]),
        ("class_rota.html", "Which classes are in the Loft or the Yard?",
         ["Knitting for sailors", "Sail repair"]),
        ("class_rota.html", "Which berths are longer than 8 m?", ["North pier", "South pier"]),
        ("kettle_notes.html", "Any notes by Ola Berg?",
         ["Descaling without fuss", "Steam and glass"]),
        ("kettle_notes.html", "Get the titles and dates of the notes", ["Descaling without fuss",
         "A handle mended", "Steam and glass", "The last tin"]),
        ("kettle_notes.html", "Return the results as a table with title and author",
         ["Descaling without fuss", "A handle mended", "Steam and glass", "The last tin"]),
        ("kettle_notes.html", "Get the top 2 headlines", ["Descaling without fuss",
                                                          "A handle mended"]),
        ("class_rota.html", "List all classes taught by Dr A. Moss",
         ["Knitting for sailors", "Charts and stars"]),
        ("class_rota.html", "Which berths have power?", ["North pier", "Inner basin"]),
        ("class_rota.html", "Do any berths allow dogs?", ["North pier", "Inner basin"]),
        ("class_rota.html", "What is the cheapest berth with power?", ["Inner basin"]),
        ("class_rota.html", "List the classes with 7 places", ["Charts and stars"]),
        ("class_rota.html", "Which class is cheaper, Splicing or Sail repair?",
         ["Splicing", "Sail repair"]),
        ("fitting_slots.html", "Which rooms have a rating above 8?", ["Garden room", "Loft"]),
        ("fitting_slots.html", "List the free times", ["10:00", "10:45", "13:15", "15:30"]),
    ],
)  # fmt: skip
async def test_such_things_are_listed(play: Play, page: str, words: str, names: list[str]) -> None:
    done = await play(page, words)
    assert _names(done.outcome.output) == names
    assert done.outcome.is_task_successful is True


@pytest.mark.browser
@pytest.mark.parametrize(
    ("page", "words", "output"),
    [
        ("kettle_shop.html", "Go to the notes and tell me when 'The last tin' was posted",
         "17 December 2025"),
        ("kettle_shop.html", "find the phone number of the shop",
         {"phone number": "0141 496 0777"}),
        ("class_rota.html", "Who teaches Splicing?", "Jo Penn"),
        ("class_rota.html", "When is the hall open on Saturday?", "10-14"),
        ("class_rota.html", "Is the hall open on Sunday?", "closed"),
        ("class_rota.html", "How many classes are in the Cellar?", 2),
        ("class_rota.html", "How many classes have a fee over 10?", 3),
        ("kettle_notes.html", "how many notes are there in May 2025?", 1),
        ("kettle_notes.html", "How many authors are there?", 2),
        ("kettle_notes.html", "Who wrote the note about glass?", {"author": "Ola Berg"}),
        ("kettle_contact.html", "Get the check-in time and the check-out time",
         {"check-in time": "14:00", "check-out time": "10:30"}),
    ],
)  # fmt: skip
async def test_a_fact_is_told(play: Play, page: str, words: str, output: object) -> None:
    done = await play(page, words)
    assert done.outcome.output == output
    assert done.outcome.is_task_successful is True


@pytest.mark.browser
@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("List the ferries with departure, arrival and price", ["06:40", "07:55", "€9.00"]),
        ("List the rooms with rating, number of bedrooms and price", ["8.6", "2 bed", "€80"]),
        ("List the walks with date and price", ["Until 4 May 2027", "Free"]),
    ],
)
async def test_columns_are_told_by_the_list_as_a_whole(
    play: Play, words: str, first: list[str]
) -> None:
    done = await play("fitting_slots.html", words)
    shown = [str(v) for v in done.outcome.output[0].values()]
    assert shown[-len(first) :] == first
    assert done.outcome.is_task_successful is True


@pytest.mark.browser
@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("kettle_shop.html", "Do you sell lamps?"),
        ("kettle_shop.html", "Is there anything under 200?"),
        ("kettle_shop.html", "Are there any teapots under 900?"),
        ("kettle_notes.html", "Which notes were posted since January 2026?"),
        ("kettle_shop.html", "Which is larger, the red kettle or the blue kettle?"),
        ("kettle_shop.html", "Is there anything under 3 pounds?"),
        ("kettle_shop.html", "What's the average price?"),
        ("berth_rules.html", "Do any berths allow dogs?"),
        ("berth_rules.html", "How much does the storage disk cost?"),
    ],
)
async def test_what_is_not_there_is_not_told(play: Play, page: str, words: str) -> None:
    done = await play(page, words)
    assert done.outcome.is_task_successful is False


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("books under 20 pounds", ("price", "<", 20.0)),
        ("jobs that pay more than 40k", ("salary", ">", 40_000.0)),
        ("bikes weighing less than 9 kg", ("kg", "<", 9.0)),
        ("flats for no more than 900 euros", ("price", "<=", 900.0)),
        ("phones rated over 4.5", ("rating", ">", 4.5)),
    ],
)
def test_amounts_are_read_with_their_measure(words: str, rule: tuple[str, str, float]) -> None:
    (step,) = parse(f"List all {words}")
    (found,) = step["filters"]
    assert (found["field"], found["op"], found["value"]) == rule
    assert step["noun"] == words.split()[0]


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("since September 2026", ["2026-09-01", "9999-12-31"]),
        ("before 3 May 2026", ["0001-01-01", "2026-05-02"]),
        ("between 3 and 9 May 2026", None),
        ("between 3 May and 9 June 2026", ["2026-05-03", "2026-06-09"]),
        ("in February 2024", ["2024-02-01", "2024-02-29"]),
        ("posted on 2026-04-05", ["2026-04-05", "2026-04-05"]),
    ],
)
def test_days_and_months_are_spans(words: str, span: list[str] | None) -> None:
    (step,) = parse(f"Which letters were written {words.removeprefix('posted ')}?")
    dates = [rule["value"] for rule in step["filters"] if rule["op"] == "dates"]
    assert dates == ([span] if span else [])
