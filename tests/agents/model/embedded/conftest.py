"""A real browser page for the planner's tests, and the address of its local pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

SITES = Path(__file__).parents[3] / "sites" / "planner"
CANDIDATES = (
    "/usr/lib/chromium/chromium-headless-shell",
    "/usr/lib/chromium/chromium",
    "google-chrome",
)


def browser_path() -> str | None:
    """A real browser binary on this machine; None lets Playwright use its own."""
    named = os.environ.get("WEBAGENT_BROWSER_PATH")
    return named or next((found for c in CANDIDATES if (found := shutil.which(c))), None)


def site(name: str) -> str:
    """Address of one of the local pages."""
    return (SITES / name).as_uri()


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox"]
        )
        opened = await browser.new_page()
        opened.set_default_timeout(5000)
        yield opened
        await browser.close()
