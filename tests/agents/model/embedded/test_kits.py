"""Pages as component kits build them: grids of the rows in sight, figures, folds, custom tabs."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page", ["tide_grid.html", "tide_grid.html#untold"])
async def test_a_grid_of_the_rows_in_sight_is_scrolled_through(play: Play, page: str) -> None:
    done = await play(page, "List all moorings with quay and fee")
    assert len(done.outcome.output) == 45
    assert "Mooring S45" in done.outcome.output[-1].values()
    assert done.outcome.is_task_successful is True


async def test_a_grid_that_brings_no_more_rows_is_not_taken_for_whole(play: Play) -> None:
    done = await play("tide_grid.html#stuck", "List all moorings with quay and fee")
    assert len(done.outcome.output) == 9
    assert done.outcome.is_task_successful is False


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("How many berths are free?", 14),
        ("Who is the secretary?", {"secretary": "Lise Brandt"}),
        ("What is the deposit?", {"deposit": "£1,250.50"}),
        ("What is the telephone number?", {"telephone number": "01328 555 019"}),
        ("Tell me when high water is on Tuesday", "06:58"),
        ("Which harbour is the Kittiwake in?", {"harbour": "Blakeney"}),
        ("Where is the nearest fuel?", "At the east quay, pump 3."),
        ("What is the subtotal?", {"subtotal": "£40.25"}),
    ],
)
async def test_what_a_kit_shows_is_read(play: Play, words: str, told: object) -> None:
    done = await play("quay_kit.html", words)
    assert done.outcome.output == told
    assert done.outcome.is_task_successful is True


@pytest.mark.parametrize("words", ["Who is the treasurer of Wells?", "How many showers are free?"])
async def test_what_a_kit_does_not_show_is_not_made_up(play: Play, words: str) -> None:
    done = await play("quay_kit.html", words)
    assert done.outcome.is_task_successful is False


async def test_what_custom_elements_draw_and_slot_is_read(play: Play) -> None:
    done = await play("slot_kit.html", "List all tools with name, price and availability")
    assert done.outcome.output == [
        {"name": "Fid", "price": "£12.50", "availability": "In stock"},
        {"name": "Marlinspike", "price": "£18.00", "availability": "Out of stock"},
        {"name": "Palm", "price": "£9.75", "availability": "In stock"},
    ]


async def test_an_open_tab_heads_what_it_shows_only(play: Play) -> None:
    done = await play("slot_kit.html", "Open the Teachers tab and list all teachers with name")
    assert [next(iter(r.values())) for r in done.outcome.output] == ["Nora Lind", "Jan Prins"]
