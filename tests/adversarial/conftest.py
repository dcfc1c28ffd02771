"""A rig for all attacks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

pytest.register_assert_rewrite("tests.adversarial.proof")

from tests.adversarial.harness import Rig, open_rig  # noqa: E402
from tests.browsers import small_pictures  # noqa: E402

__all__ = ["small_pictures"]


@pytest.fixture(autouse=True)
def _pictures_are_small(small_pictures: None) -> None:
    """No attack aims at one, and no proof looks at one."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of a scenario runs once for each of its file's SCENARIOS."""
    if "scenario" in metafunc.fixturenames:
        named = [pytest.param(scenario, id=scenario.name) for scenario in metafunc.module.SCENARIOS]
        metafunc.parametrize("scenario", named)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def rig(driver: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    async with open_rig(tmp_path_factory.mktemp("attacked")) as rig:
        yield rig
