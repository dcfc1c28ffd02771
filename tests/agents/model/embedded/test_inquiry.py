"""Questions of several parts, answered from the facts of pages that nobody prepared."""

from __future__ import annotations

import pytest

from agents.model.embedded.grammar.parse import parse
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

browsed = pytest.mark.browser


@browsed
@pytest.mark.parametrize(
    ("page", "words", "told"),
    [
        (
            "glass_houses.html",
            "What are the soil moisture and the light in the cactus house?",
            ["12 %", "9800 lx"],
        ),
        (
            "glass_houses.html",
            "Who renewed the misting nozzles, and when?",
            ["Ada Moor", "3 Apr"],
        ),
        (
            "lending_desk.html",
            "What is the condition of tool TL-204, who is it lent to and when is it back?",
            ["Worn", "Jon Birk", "2 July 2027"],
        ),
        ("kiln_yard.html", "What is the e-mail address of Finn Lowe?", ["finn@kiln.test"]),
        (
            "swim_classes.html",
            "What is the early class on Tuesday of week 12, and what does it cost?",
            ["Backstroke", "7.10"],
        ),
        (
            "rowing_club.html",
            "Who owns the boat Heron_4, and how many seats has it?",
            ["Jon Birk", "4"],
        ),
    ],
)
async def test_every_part_of_a_question_is_answered(
    play: Play, page: str, words: str, told: list[str]
) -> None:
    done = await play(page, words)
    assert done.outcome.output, (done.outcome, done.code)
    values = [str(v) for v in done.outcome.output.values()]
    assert len(values) == len(told)
    assert all(part in value for part, value in zip(told, values, strict=True))
    assert done.outcome.is_task_successful is True


@browsed
async def test_a_question_is_looked_for_where_a_site_answers_questions(play: Play) -> None:
    done = await play("rowing_club.html", "Until when can I give a key back?")
    assert "20:00" in done.outcome.output
    assert done.session.page.url.endswith("rowing_help.html")


@browsed
@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("glass_houses.html", "What are the soil moisture and the light in the palm house?"),
        ("glass_houses.html", "What is the humidity in the fern house?"),
        ("lending_desk.html", "What is the condition of tool TL-20?"),
        ("shop_grid.html", "Who makes the copper kettle, and what does it cost?"),
        ("rowing_fleet.html", "How many seats has the boat Heron_8, and who owns it?"),
    ],
)
async def test_what_no_page_tells_is_not_answered(play: Play, page: str, words: str) -> None:
    done = await play(page, words, "skip")
    assert done.outcome.is_task_successful is not True


@browsed
async def test_the_part_of_a_number_is_quoted_whole(play: Play) -> None:
    done = await play("sail_notes.html", "Summarise what changed in edition 2.1")
    assert "Reefing has a chapter of its own" in done.outcome.output
    assert "harbours" in done.outcome.output
    assert "colour" not in done.outcome.output and "charts" not in done.outcome.output


@browsed
async def test_a_part_without_an_answer_is_said(play: Play) -> None:
    done = await play(
        "rowing_fleet.html", "Who owns the boat Heron_2, and what is the length of it?"
    )
    assert "Mara Voss" in str(done.outcome.output)
    assert done.outcome.is_task_successful is False
    assert "length" in (done.outcome.text or "")


@pytest.mark.parametrize(
    ("words", "exact", "kinds"),
    [
        ("What is the state of order A-77, and when is it due?", ["A-77"], ["", "date"]),
        ("Who mended the roof, and when?", [], ["person", "date"]),
        ("At which gate does the Oslo train stand, and on which days?", ["Oslo"], ["", "date"]),
        ("What is the colour of “Old sail” and of which size is it?", ["Old sail"], ["", ""]),
    ],
)
def test_parts_of_a_question_are_about_one_thing(
    words: str, exact: list[str], kinds: list[str]
) -> None:
    (intent,) = parse(words)
    assert intent["do"] == "inquire"
    assert intent["wish"]["exact"] == exact
    assert [p["kind"] for p in intent["wish"]["parts"]] == kinds


def test_a_question_after_a_colon_is_one_of_its_own() -> None:
    first, second = parse("Open the log of boat K-2: who patched the hull, and when?")
    assert first["do"] in ("click", "act_on", "find") and "patched" not in first["text"]
    assert second["do"] == "inquire"
