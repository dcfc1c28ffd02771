"""Every attack fails while its guard stands, visibly; and succeeds when the guard is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from agents.browser.playwright_driver import close_driver
from agents.executor import close_sandbox
from tests.adversarial import (
    deeds,
    exfiltration,
    leaks,
    named,
    origins,
    presses,
    senders,
    tricks,
    twice,
    wandering,
)
from tests.adversarial.harness import Rig, open_rig
from tests.adversarial.scenario import Scenario
from tests.adversarial.world import SECRET

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SCENARIOS = [
    *exfiltration.SCENARIOS,
    *wandering.SCENARIOS,
    *deeds.SCENARIOS,
    *origins.SCENARIOS,
    *tricks.SCENARIOS,
    *twice.SCENARIOS,
    *presses.SCENARIOS,
    *named.SCENARIOS,
    *senders.SCENARIOS,
    *leaks.SCENARIOS,
]
every = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rig(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path_factory.mktemp("attacked")) as rig:
        yield rig
    await close_sandbox()
    await close_driver()


async def test_there_are_enough_of_them() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(names) >= 40
    assert len(set(names)) == len(names)


@every
async def test_the_attack_fails(scenario: Scenario, rig: Rig) -> None:
    ran = await rig.attack(scenario, frozenset(scenario.without))
    assert not scenario.harm(rig.world), rig.world.hits
    assert scenario.guard == "redactor" or ran.told, ran.host.types()
    if scenario.password:
        assert SECRET not in ran.everything()


@every
async def test_the_attack_succeeds_without_its_guard(scenario: Scenario, rig: Rig) -> None:
    ran = await rig.attack(scenario, frozenset((*scenario.without, scenario.guard)))
    assert scenario.harm(rig.world), (ran.host.types()[-12:], ran.host.events[-4:])
