"""What each attack proves: it fails while its guard stands, visibly; it succeeds when that is gone.

A test file names a subject's SCENARIOS and takes both tests from here, so that parallel processes
share the attacks, each with a browser of its own.
"""

from __future__ import annotations

import pytest

from tests.adversarial.harness import Rig
from tests.adversarial.scenario import Scenario
from tests.adversarial.world import SECRET


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_the_attack_fails(scenario: Scenario, rig: Rig) -> None:
    ran = await rig.attack(scenario, frozenset(scenario.without))
    assert not scenario.harm(rig.world), rig.world.hits
    assert scenario.guard == "redactor" or ran.told, ran.host.types()
    if scenario.password:
        assert SECRET not in ran.everything()


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_the_attack_succeeds_without_its_guard(scenario: Scenario, rig: Rig) -> None:
    ran = await rig.attack(scenario, frozenset((*scenario.without, scenario.guard)))
    assert scenario.harm(rig.world), (ran.host.types()[-12:], ran.host.events[-4:])
