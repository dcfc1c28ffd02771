"""What all tests of the engine share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from agents.browser.executable import find_browser
from tests.browsers import on_shared_loop

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests that say nothing else run where the shared browser is."""
    for item in items:
        if not (item.path.is_relative_to(HERE) and item.get_closest_marker("browser")):
            continue
        marked = item.get_closest_marker("asyncio")
        if marked is not None and "loop_scope" not in marked.kwargs:
            item.add_marker(on_shared_loop, append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def window() -> AsyncIterator[Browser]:
    """A bare browser that tests share."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=find_browser(), args=["--no-sandbox", "--site-per-process"]
        )
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(window: Browser) -> AsyncIterator[Page]:
    """A page with cookies and storage of its own."""
    context = await window.new_context()
    yield await context.new_page()
    await context.close()
