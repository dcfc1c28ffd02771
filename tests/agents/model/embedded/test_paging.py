"""Lists that go on: every page is read where all is asked for, and what was not read is said."""

from __future__ import annotations

import pytest

from tests.agents.model.embedded.test_planner import Play, play

__all__ = ["play"]

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("kind", ["next", "numbers", "more"])
async def test_all_means_all_pages(play: Play, kind: str) -> None:
    done = await play(f"long_list.html?{kind}", "list all books with price")
    assert [r["price"] for r in done.outcome.output] == [f"${40 - i}.00" for i in range(17)]
    assert done.outcome.is_task_successful is True
    assert "Read 4 pages of the list." in done.outcome.text


async def test_the_cheapest_of_all_pages(play: Play) -> None:
    done = await play("long_list.html", "find the cheapest book and tell me its price")
    assert done.outcome.output == [{"title": "Tale of the blue house 17", "price": "$24.00"}]


async def test_a_count_is_of_all_pages(play: Play) -> None:
    done = await play("long_list.html", "how many books are there?")
    assert done.outcome.output == 17


async def test_a_list_that_goes_on_says_so(play: Play) -> None:
    done = await play("long_list.html", "list the books")
    assert len(done.outcome.output) == 5
    assert "Only page 1 of 4 was read." in done.outcome.text


async def test_a_walk_that_runs_out_of_steps_is_no_success(play: Play) -> None:
    done = await play("long_list.html", "list all books", steps=5)
    assert done.outcome.is_task_successful is False
    assert 5 <= len(done.outcome.output) < 17
    assert "the list goes on" in done.outcome.text


async def test_a_page_by_its_number_past_a_banner_and_a_slow_app(play: Play) -> None:
    done = await play("fjord_news.html", "Go to the second page of the news and list the titles")
    assert done.outcome.output == [
        {"title": "Old mill becomes a library"},
        {"title": "Students map the seabed"},
        {"title": "Bank lowers its rates"},
    ]
    assert not done.asked


@pytest.mark.parametrize("kind", ["next", "numbers"])
async def test_a_page_by_its_number_with_or_without_one_in_the_pager(play: Play, kind: str) -> None:
    done = await play(f"long_list.html?{kind}", "open page 3 and list the prices")
    assert [r["price"] for r in done.outcome.output] == [f"${30 - i}.00" for i in range(5)]


async def test_a_page_that_is_not_there_is_said(play: Play) -> None:
    done = await play("long_list.html?numbers", "go to page 9 and list the titles")
    assert done.outcome.is_task_successful is False
    assert "I see no page 9" in done.outcome.text
