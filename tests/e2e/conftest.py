"""The running product for end-to-end tests: one instance a session, more on request."""

from __future__ import annotations

import os
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
    """All end-to-end tests share one process of a parallel run, and so one running product."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.xdist_group("stack"))


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
            # Redis has 16 databases; the parallel processes of the suite take the first ones.
            number = 15 - len(made) % 8
            found["WEBAGENT_REDIS_URL"] = urlsplit(redis_url)._replace(path=f"/{number}").geturl()
        return found

    yield make
    for name in made:
        _administer(database_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(database_url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory,
    service_environment: Callable[[], dict[str, str]],
) -> Iterator[Stack]:
    """The product, ready. Tests share it: none may stop it or leave it changed."""
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


@pytest.fixture(scope="session")
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
