"""Values that nobody else knows go through a real page: no exit has them, in any form."""

from __future__ import annotations

import logging
import random
from collections.abc import AsyncIterator
from io import StringIO

import pytest
import pytest_asyncio

from agents.browser.session import BrowserSession
from agents.executor import close_sandbox
from agents.guard import logs
from agents.guard.redactor import Redactor
from agents.loop import run_loop
from tests.agents.browser.conftest import Site
from tests.agents.executor.conftest import shared_site
from tests.agents.fakes import FakeContext
from tests.agents.guard import canaries
from tests.agents.guard.leaks import Leaky, exits, log, plan, some_of, world_of
from tests.browsers import on_shared_loop

__all__ = ["log", "shared_site"]
pytestmark = [pytest.mark.browser, on_shared_loop]
IN_BROWSER = 8  # the other runs play against a page in memory


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox() -> AsyncIterator[None]:
    yield
    await close_sandbox()


async def run_in_browser(
    session: BrowserSession, site: Site, dice: random.Random, log: StringIO
) -> tuple[dict[str, str], dict[str, str]]:
    values = some_of(canaries.make(dice), dice)
    gossip = " and ".join(values.values())
    world = world_of(values, site.add("/echo", canaries.PAGE), gossip)

    async def browser() -> BrowserSession:
        return session

    context = FakeContext(world, browser=browser)
    route = Leaky(plan(list(values), gossip), gossip)
    logs.protect("run", values)
    outcome = await run_loop(context, route)
    logging.getLogger("tests").warning("run ended: %s", gossip)
    logs.release("run")
    assert outcome.terminal_reason == "done", outcome
    typed = await session.page.input_value("#field")
    assert typed == next(iter(values.values())), "the page itself must get the value"
    return values, exits(context, route, outcome, log)


async def test_nothing_leaves_a_run_in_a_browser(shared_session, shared_site, sandbox, log):
    dice = random.Random(20261122)
    for _ in range(IN_BROWSER):
        log.truncate(0)
        values, found = await run_in_browser(shared_session, shared_site, dice, log)
        leaks = {name: canaries.hits(text, values)[:3] for name, text in found.items()}
        assert not any(leaks.values()), leaks


async def test_the_eye_sees_them_at_every_exit_when_the_redactor_sleeps(
    shared_session, shared_site, sandbox, log, monkeypatch
):
    monkeypatch.setattr(Redactor, "_suspects", lambda self, text: False)
    values, found = await run_in_browser(shared_session, shared_site, random.Random(5), log)
    blind = [name for name, text in found.items() if not canaries.hits(text, values)]
    assert blind == []
