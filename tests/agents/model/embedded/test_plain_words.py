"""Plain words on the practice site: the right answer, or an honest "not found"."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer

from agents.browser.session import BrowserSession
from agents.loop import run_loop
from agents.model.embedded import EmbeddedRoute
from agents.ports import Answer
from practice.app import create_app
from practice.stories import STORIES
from tests.agents.fakes import World, make_task
from tests.agents.model.embedded.test_planner import Agreeing, Play, Played

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(loop_scope="session")
async def practise(shared_session: BrowserSession) -> AsyncIterator[Play]:
    """Runs one instruction on a page of the practice site."""
    session = shared_session
    async with TestServer(create_app()) as server:

        async def browser() -> BrowserSession:
            return session

        async def run(path: str, words: str, *answers: Any) -> Played:
            task = make_task(words, start_url=str(server.make_url(path)), max_steps=40)
            world = World(task)
            world.answers = [Answer("answered", a) for a in answers]
            outcome = await run_loop(Agreeing(world, browser=browser), EmbeddedRoute())
            return Played(outcome, world, session)

        yield run


async def test_the_cheapest_price_of_what_was_searched_for(practise: Play) -> None:
    words = "Open the shop, search for a backpack and tell me the cheapest price"
    done = await practise("/", words)
    assert [r["price"] for r in done.outcome.output] == ["£64.00"]


async def test_what_is_asked_after_which_is_of_that_thing(practise: Play) -> None:
    words = "Which backpack is the cheapest, and what does it cost?"
    done = await practise("/shop/", words)
    assert done.outcome.output == [{"title": "Blue backpack", "price": "£64.00"}]
    assert done.outcome.is_task_successful is True


async def test_a_list_in_a_place_is_read_there(practise: Play) -> None:
    done = await practise("/", "Find the most expensive product in the shop")
    (found,) = done.outcome.output
    assert found["title"] == "Toner cartridge"


async def test_the_author_of_the_story_that_was_named(practise: Play) -> None:
    done = await practise("/news/", "Who wrote the story 'How a lighthouse keeper kept time'?")
    assert done.outcome.output == {"author": "yuki"}


async def test_what_people_say_are_the_comments(practise: Play) -> None:
    words = "Open the first story and read me what people say in the comments"
    done = await practise("/news/", words)
    shown = str(done.outcome.output)
    assert len(done.outcome.output) == 10
    assert STORIES[0].comments[0].text in shown and STORIES[0].comments[9].text in shown
