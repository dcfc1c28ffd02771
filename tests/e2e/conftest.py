"""The running product for end-to-end tests: one instance a process, more on request."""

from __future__ import annotations

import itertools
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.stack import Stack, processes_of
from tests.sites.hostile.server import HOST, HostileSite

# Browsers of the tests may reach the hostile site, whatever its ports are.
OPEN = {"WEBAGENT_EGRESS_ALLOW": f"{HOST}/32"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them need the running product."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def service_environment() -> Iterator[Callable[[], dict[str, str]]]:
    """Makes the environment of a new instance.

    On SQLite and a private Valkey there is nothing to say. When the suite runs on PostgreSQL and
    Redis, every instance has a database of its own on each.
    """
    database_url = os.environ.get("WEBAGENT_DATABASE_URL", "")
    redis_url = "" if "WEBAGENT_TESTS_PRIVATE_REDIS" in os.environ else os.environ.get(
        "WEBAGENT_REDIS_URL", ""
    )  # fmt: skip
    made: list[str] = []
    free = _redis_databases()

    def make() -> dict[str, str]:
        found = {}
        if database_url:
            name = f"webagent_e2e_{secrets.token_hex(4)}"
            _administer(database_url, f'CREATE DATABASE "{name}"')
            made.append(name)
            found["WEBAGENT_DATABASE_URL"] = (
                urlsplit(database_url)._replace(path=f"/{name}").geturl()
            )
        if redis_url:
            found["WEBAGENT_REDIS_URL"] = (
                urlsplit(redis_url)._replace(path=f"/{next(free)}").geturl()
            )
        return found

    yield make
    for name in made:
        _administer(database_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _redis_databases() -> Iterator[int]:
    """Numbers for the instances of this process.

    Redis has 16. 1 to 4 are the suite's parallel processes' own, and 0 is that of a suite in one
    process; of the rest each process has three. The first instance may run as long as all others:
    its number does not come again.
    """
    process = int(re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", "")) or 0) % 4
    first, *others = [*range(15, 4, -1), 0][3 * process : 3 * process + 3]
    yield first
    yield from itertools.cycle(others)


def _administer(database_url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(scope="package")
def stack(
    tmp_path_factory: pytest.TempPathFactory,
    service_environment: Callable[[], dict[str, str]],
) -> Iterator[Stack]:
    """The product, ready. Tests share it: none may stop it or leave it changed.

    It ends with the last test of this folder: its ticks would take from all that come later.
    """
    environment = {**service_environment(), **OPEN}
    instance = Stack(tmp_path_factory.mktemp("stack") / "data", environment)
    try:
        instance.start()
        yield instance
        # Whatever the tests did to it, nothing of it is left behind.
        instance.stop()
        left = processes_of(instance.data_dir)
        assert not left, [process.cmdline() for process in left]
    finally:
        instance.close()


@pytest.fixture
def own_stack(tmp_path: Path, service_environment: Callable[[], dict[str, str]]) -> Iterator[Stack]:
    """An instance that a test may start, stop and break; not started yet."""
    instance = Stack(tmp_path / "data", {**service_environment(), **OPEN})
    try:
        yield instance
    finally:
        instance.close()


@pytest.fixture
def api(stack: Stack) -> Iterator[httpx.Client]:
    """An HTTP client with the shared product's key."""
    with stack.client() as client:
        yield client


@pytest.fixture(scope="package")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileSite]:
    """The site of pages that misbehave or count; browsers of the tests may reach it."""
    site = HostileSite(tmp_path_factory.mktemp("hostile"))
    yield site
    site.close()


@pytest.fixture
def calm_logs(stack: Stack) -> Iterator[None]:
    """Fails the test when the worker or the web server wrote a traceback meanwhile."""
    logs = [stack.data_dir / "logs" / f"{name}.log" for name in ("worker", "web")]
    before = {log: log.stat().st_size for log in logs}
    yield
    for log in logs:
        with log.open("rb") as file:
            file.seek(before[log])
            said = file.read().decode("utf-8", "replace")
        assert "Traceback" not in said, f"{log.name}:\n{said[-6000:]}"
