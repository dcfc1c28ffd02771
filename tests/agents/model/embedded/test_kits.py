"""Pages as component kits build them: grids of the rows in sight, figures, folds, custom tabs."""

from __future__ import annotations

import pytest

from tests.agents.browser.conftest import browser_handle, browser_options, driver
from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["browser_handle", "browser_options", "driver", "play"]

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
