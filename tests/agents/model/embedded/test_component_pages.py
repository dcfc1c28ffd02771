"""Pages as component kits make them: labels without `for`, cards, unnamed columns, little lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


async def shown(done: Any) -> list[str]:
    return await done.session.page.locator("#list label").all_inner_texts()


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        (
            "Get all plans with name and price",
            [["STARTER", "$0"], ["PREMIUM", "$49"], ["LARGE", "$99"]],
        ),
        (
            "List everyone with job title",
            [["Ada Moor", "Geologist"], ["Bo Lind", "Teacher"], ["Cy Hart", "Actuary"]],
        ),
        (
            "List the rides with name and quantity",
            [["Long Drop", "74"], ["Wild Oak", "12"], ["Iron Lark", "30"]],
        ),
    ],
)
async def test_cards_and_tables_go_by_their_own_words(
    play: Play, words: str, rows: list[list[str]]
) -> None:
    done = await play("rides.html", words)
    assert done.outcome.output, done.outcome.text
    assert [list(map(str.upper, map(str, r.values()))) for r in done.outcome.output] == [
        [v.upper() for v in row] for row in rows
    ]
    assert done.outcome.is_task_successful is True


async def test_what_nothing_names_is_given_and_proves_nothing(play: Play) -> None:
    done = await play("rides.html", "Which coasters are in Germany?")
    assert [r["Name"] for r in done.outcome.output] == ["Long Drop", "Iron Lark"]
    assert done.outcome.is_task_successful is None
    assert "does not say that these are “coasters”" in done.outcome.text


async def test_no_row_is_taken_for_what_only_a_word_tells_apart(play: Play) -> None:
    done = await play("rides.html", "List the red coasters")
    assert done.outcome.output is None
    assert done.outcome.is_task_successful is False


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("What is the job of Bo Lind?", ["Teacher"]),
        ("How much is the Premium plan and how many users does it have?", ["49", "10"]),
        ("Tell me the total due", ["1,160"]),
        ('Press "Close account" and read what the dialog says', ["Are you sure?", "will be gone"]),
    ],
)
async def test_single_facts(play: Play, words: str, told: list[str]) -> None:
    done = await play("rides.html", words)
    assert all(value in done.outcome.text for value in told), done.outcome.text
    assert done.outcome.is_task_successful is True


async def test_a_label_names_the_field_after_it(play: Play) -> None:
    words = 'Enter "ada" as the address, password "x-1" and confirm the password'
    done = await play("rides.html", words)
    fields = [done.session.page.locator(f"#{name}") for name in ("address", "p1", "p2")]
    assert [await f.input_value() for f in fields] == ["ada", "x-1", "x-1"]


@pytest.mark.parametrize(
    ("words", "items"),
    [
        ('Add a todo called "Sweep" and another called "Dust"', ["Sweep", "Dust"]),
        (
            'Type "Tea" into the field and press Enter, do the same with "Cake"',
            ["Tea", "Cake"],
        ),
        (
            'Type "Ring Rob" into the field and press Enter. Then double-click it, change the text '
            'to "Ring Bob" and press Enter',
            ["Ring Bob"],
        ),
    ],
)
async def test_a_little_list_is_kept(play: Play, words: str, items: list[str]) -> None:
    assert await shown(await play("little_list.html", words)) == items


async def test_a_page_that_counts_is_believed(play: Play) -> None:
    words = 'Add "One" and "Two", then tell me how many items are left'
    done = await play("little_list.html", words)
    assert done.outcome.output == 2
