"""Builders that all tests share: plain functions over the real services."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import SyncToAsync
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection, connections
from django.test import Client, TransactionTestCase
from servestatic.middleware import ServeStaticMiddleware

from dashboard.models import AgentSession, Membership, Project, Role, Task, User
from dashboard.services import actors, keys, sessions
from dashboard.services.actors import Actor
from dashboard.services.options import NewSession
from tests.browsers import driver, shared_browser, shared_session

__all__ = ["driver", "shared_browser", "shared_session"]

HERE = Path(__file__).parent
# Its files take longest: a parallel run, which hands out whole files in order, begins with them.
FIRST = ("adversarial", "e2e")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, or one of them goes on alone at the end.

    After the longest come those with browsers, the one with most such tests first. What is left
    takes moments a file, and fills the end evenly.
    """
    browsing = Counter(item.path for item in items if item.get_closest_marker("browser"))

    def place(item: pytest.Item) -> tuple[bool, int]:
        first = any(item.path.is_relative_to(HERE / name) for name in FIRST)
        return not first, 0 if first else -browsing[item.path]

    items.sort(key=place)


@pytest.fixture(autouse=True)
def _private_files(settings, tmp_path):
    """Files of a test stay in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "files"
    # Slow hashing protects real passwords only.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_found_once() -> Iterator[None]:
    """Each test client builds the middleware anew, which looks at all of the static files."""
    find = ServeStaticMiddleware.add_files_from_finders
    known: dict[tuple[Any, ...], tuple[dict[str, Any], list[Any]]] = {}

    def remember(middleware: ServeStaticMiddleware) -> None:
        key = (middleware.static_prefix, middleware.autorefresh, middleware.max_age)
        if key not in known:
            find(middleware)
            known[key] = middleware.files, middleware.directories
        files, directories = known[key]
        middleware.files, middleware.directories = dict(files), list(directories)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ServeStaticMiddleware, "add_files_from_finders", remember)
        yield


@pytest.fixture(scope="session", autouse=True)
def _kinds_of_rows_are_written_once() -> Iterator[None]:
    """What Django writes after each flush, for every model its name and four permissions, stays.

    Tests that commit end with a flush: the rows of the tests go, in a fifteenth of the time.
    """
    kept = {ContentType._meta.db_table, Permission._meta.db_table}

    def flush(test: TransactionTestCase) -> None:
        for name in test._databases_names(include_mirrors=False):
            database = connections[name]
            found = database.introspection.django_table_names(
                only_existing=True, include_views=False
            )
            tables = [table for table in found if table not in kept]
            database.ops.execute_sql_flush(database.ops.sql_flush(no_style(), tables))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_connection_outlives_the_tests(django_db_setup, django_db_blocker):
    """Threads of asynchronous tests keep connections, which would block the database's drop."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def make_project(slug: str = "acme", **fields: Any) -> Project:
    """A project."""
    return Project.objects.create(name=slug.title(), slug=slug, **fields)


def make_user(name: str, project: Project | None = None, role: str = Role.OPERATOR) -> User:
    """A user, member of the project if one is given."""
    user = User.objects.create_user(username=name, password="correct horse battery")
    if project is not None:
        Membership.objects.create(user=user, project=project, role=role)
    return user


def make_actor(project: Project, name: str = "olivia", role: str = Role.OPERATOR) -> Actor:
    """A signed-in member of the project."""
    user = User.objects.filter(username=name).first() or make_user(name, project, role)
    actor = actors.member(user, project)
    assert actor is not None
    return actor


def signed_in(actor: Actor, **options: Any) -> Client:
    """A person's browser, without a window. options: what each of its requests carries."""
    client = Client(**options)
    client.force_login(actor.user)  # type: ignore[arg-type]
    return client


def make_session(actor: Actor, **options: Any) -> AgentSession:
    """A session with its first task queued."""
    return sessions.create(NewSession(**{"instructions": "Open the shop", **options}), by=actor)


def make_task(actor: Actor, **options: Any) -> Task:
    """The first task of a new session."""
    return make_session(actor, **options).tasks.get()


@pytest.fixture
def project(db) -> Project:
    return make_project()


@pytest.fixture
def operator(project) -> Actor:
    return make_actor(project)


@pytest.fixture
def api_key(project) -> str:
    """A key with all scopes, in plain text."""
    return keys.create(project, name="tests", scopes=["run", "read", "approve", "admin"]).plain
