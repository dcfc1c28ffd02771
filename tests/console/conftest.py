"""The web process as people use it: a real server on the tests' database, and real browsers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from agents.browser.executable import find_browser
from dashboard.models import AgentSession, Project, Role
from dashboard.services.actors import Actor
from tests.conftest import make_actor, make_project, signed_in
from tests.console import builders

ROOT = Path(__file__).resolve().parents[2]
OpenPage = Callable[..., Page]
expect.set_options(timeout=30_000)  # a busy machine is slow, not wrong


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Most browser tests of the console are run once, on one database.

    Two people at once are the database's business too; the rest is what browsers make of pages
    whose contents the other tests compare on every database.
    """
    here = Path(__file__).parent
    for item in items:
        if not item.path.is_relative_to(here) or item.path.name == "test_two_people.py":
            continue
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.once)


@pytest.fixture(scope="session")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Origin of a web process that works on the tests' database, files and Valkey."""
    from dashboard.supervisor.children import die_with_parent

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("web") / "web.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.web", "-b", "127.0.0.1", "-p", str(port),
             "dashboard.asgi:application"],
            cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=os.environ | {"WEBAGENT_DATABASE_URL": _database_url(), "WEBAGENT_PORT": str(port),
                              "WEBAGENT_ALLOW_SCRIPTED": "1"},
            preexec_fn=die_with_parent,
        )  # fmt: skip
    try:
        _wait_for(f"{address}/healthz", process, log)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _database_url() -> str:
    """The tests' own database, as an address."""
    row = connection.settings_dict
    if connection.vendor == "sqlite":
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        options = {"timeout": 20, "transaction_mode": "IMMEDIATE", "init_command": pragmas}
        return f"sqlite:///{row['NAME']}?{urlencode(options, quote_via=quote)}"
    who = f"{quote(row['USER'])}:{quote(row['PASSWORD'])}@" if row["USER"] else ""
    return f"postgres://{who}{row['HOST']}:{row['PORT'] or 5432}/{row['NAME']}"


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, f"{url} does not answer: {log.read_text()}"
        try:
            httpx.get(url, timeout=2)
            return
        except httpx.HTTPError:
            time.sleep(0.05)


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    """A browser for this file. Not for longer: its driver holds the thread's event loop."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # That loop does nothing with the rows: a test may touch them.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        started = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def open_page(web: str, window: Browser, transactional_db: None, settings) -> Iterator[OpenPage]:
    """Opens an address as a signed-in person. Afterwards no page may have complained."""
    settings.MEDIA_ROOT = django_settings.CONFIG.data_dir / "files"
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_as(actor: Actor | None, path: str = "", *, size=(1280, 800), **options) -> Page:
        width, height = size
        context = window.new_context(
            base_url=web, viewport={"width": width, "height": height}, **options
        )
        contexts.append(context)
        context.set_default_timeout(30_000)
        if actor is not None:
            cookie = signed_in(actor).cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": web}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: _note(message, complaints))
        if path:
            page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert not complaints, complaints


@pytest.fixture
def olivia(open_page: OpenPage) -> Actor:
    """Who sits at a browser's window."""
    return make_actor(make_project(), "olivia")


@pytest.fixture
def session(olivia: Actor) -> AgentSession:
    """One whose agent asks her to take its browser over."""
    prompt = "Please sign in, then hand the browser back."
    return builders.open_browser(builders.ask(olivia, "takeover", prompt).task.session)


@pytest.fixture
def person(operator: Actor) -> Client:
    """The operator, signed in."""
    return signed_in(operator)


@pytest.fixture
def admin(project: Project) -> Actor:
    return make_actor(project, "ada", Role.ADMIN)


def until(page: Page, script: str, timeout_s: float = 30) -> None:
    """Wait for a script to be true in the page. Playwright's own way needs `eval`, which our
    pages forbid."""
    deadline = time.monotonic() + timeout_s
    while not page.evaluate(script):
        assert time.monotonic() < deadline, f"not within {timeout_s:.0f} s: {script}"
        page.wait_for_timeout(20)


def _note(message, complaints: list[str]) -> None:
    if message.type not in ("error", "warning"):
        return
    # An answer that refuses is shown on the page; the browser logs its status too.
    if "the server responded with a status of 4" in message.text:
        return
    # The picture's socket of a session whose browser exists in its row only.
    if "WebSocket" in message.text and "ERR_CONNECTION_REFUSED" in message.text:
        return
    # A search that was under way when its list led to another page.
    if message.text.startswith(("htmx:sendAbort", "htmx:afterRequest")):
        return
    complaints.append(f"{message.location.get('url')}: {message.text}")
