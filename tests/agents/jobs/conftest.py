"""What tests of a worker's jobs share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from django.db import connections

from agents.jobs import db as threads
from agents.jobs.browsers import BrowserPool
from dashboard.conf import Config, config


@pytest.fixture(autouse=True)
def _no_connection_outlives_the_test() -> Iterator[None]:
    """The worker's threads keep connections, which would block the database's drop."""
    yield
    for _ in range(12):
        threads._threads.submit(connections.close_all).result()


@pytest.fixture
def own_config(tmp_path: Path) -> Config:
    """A worker's configuration, with a folder of its own and no browser kept warm."""
    return config().model_copy(update={"data_dir": tmp_path, "warm_browsers": 0})


@pytest.fixture
async def pool(own_config: Config) -> AsyncIterator[BrowserPool]:
    """A worker's browsers. They end with the test."""
    made = BrowserPool(own_config)
    yield made
    await made.aclose()
