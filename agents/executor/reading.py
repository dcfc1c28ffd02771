"""Calls that read a whole page; what they give is data."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from agents.executor.probe import HIDDEN
from agents.plain import clip
from agents.ports import JSON

PAGE_TEXT_CHARS = 20_000
_MAX_ROWS = 1_000
_TRIES = 6
_MOVED_ON = re.compile(
    r"because of a navigation|context was destroyed|interrupted by another navigation|"
    r"Frame was detached|Cannot find context",
    re.IGNORECASE,
)
_PASSWORDS = """() => [...document.querySelectorAll('input[type=password]')]
  .map(e => e.value).filter(Boolean)"""


async def read(
    browser: Any, page: Page, method: str, arguments: dict[str, Any], timeout_ms: float
) -> JSON:
    """The result of a reading call; tried again when the page moves on under it.

    Raises: Playwright's errors; AgentError.
    """
    for left in reversed(range(_TRIES)):
        try:
            return await _read(browser, page, method, arguments, timeout_ms)
        except PlaywrightError as error:
            if not left or not _MOVED_ON.search(str(error)):
                raise
            with contextlib.suppress(PlaywrightError):
                await page.wait_for_load_state("domcontentloaded", timeout=min(timeout_ms, 5_000))
    raise AssertionError


async def _read(
    browser: Any, page: Page, method: str, arguments: dict[str, Any], timeout_ms: float
) -> JSON:
    # Not needed by any other call, and heavy to load.
    from agents.browser import extract, observe

    if method == "title":
        return await page.title()
    if method == "content":
        return await page.content()
    if method == "observe":
        wanted = {key: arguments[key] for key in ("cursor", "max_chars") if key in arguments}
        return (await observe.observe(page, **wanted)).text
    if method == "page_text":
        text = await page.locator("body").inner_text(timeout=timeout_ms)
        return clip(text, max(100, int(arguments.get("max_chars", PAGE_TEXT_CHARS))))
    if method == "aria_snapshot":
        snapshot = await page.locator("body").aria_snapshot(timeout=timeout_ms)
        for value in await page.evaluate(_PASSWORDS):
            snapshot = snapshot.replace(str(value), HIDDEN)
        return snapshot
    if method == "extract_list":
        return await extract.extract_list(
            page,
            fields=_names(arguments.get("fields")),
            limit=_limit(arguments.get("limit")),
            near=arguments.get("near"),
        )
    if method == "extract_tables":
        return await extract.extract_tables(page)
    if method == "extract_details":
        return await extract.extract_details(page, fields=_names(arguments.get("fields")))
    if method == "json_ld":
        return await extract.json_ld(page)
    raise AttributeError(f"Page has no {method}")


def _names(fields: Any) -> list[str] | None:
    if fields is None:
        return None
    if isinstance(fields, str):
        return [part.strip() for part in fields.split(",") if part.strip()]
    if isinstance(fields, list) and all(isinstance(item, str) for item in fields):
        return fields or None
    raise TypeError('fields must be a list of names: ["title", "price"]')


def _limit(limit: Any) -> int | None:
    if limit is None:
        return None
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise TypeError("limit must be a number from 1")
    return min(limit, _MAX_ROWS)


async def tabs(browser: Any) -> JSON:
    """The open tabs: index, address, title, and which one is active."""
    active = browser.page

    async def title(page: Page) -> str:
        with contextlib.suppress(PlaywrightError, TimeoutError):
            return (await asyncio.wait_for(page.title(), 1.0))[:200]
        return ""

    pages = browser.pages
    titles = await asyncio.gather(*(title(page) for page in pages))
    return [
        {"index": i, "url": page.url, "title": name, "active": page == active}
        for i, (page, name) in enumerate(zip(pages, titles, strict=True))
    ]
