"""Where the pages of this worker's browsers are, also between the steps that tell it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from django.db import DatabaseError
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from agents.errors import BrowserError
from agents.jobs.browsers import BrowserPool
from agents.jobs.db import db
from dashboard.services import sessions

log = structlog.get_logger(__name__)

EVERY_S = 1.0
_TITLE_S = 1.0


class Whereabouts:
    """Follows pages that move by themselves or by a person's hand.

    Addresses are known here without asking the browser. Only one that stood for two looks and was
    not told before costs a read, and a write if no step has told it.
    """

    def __init__(self, pool: BrowserPool) -> None:
        self._pool = pool
        self._seen: dict[str, str] = {}
        self._told: dict[str, str] = {}

    async def follow(self) -> None:
        """Look at all pages, for as long as the worker lives."""
        while True:
            await asyncio.sleep(EVERY_S)
            pages = self._pages()
            for session_id, page in pages.items():
                url = page.url
                stays = self._seen.get(session_id) == url != self._told.get(session_id)
                self._seen[session_id] = url
                if stays and url.startswith(("http://", "https://")):
                    await self._tell(session_id, page, url)
            for known in (self._seen, self._told):
                for session_id in known.keys() - pages.keys():
                    del known[session_id]

    def _pages(self) -> dict[str, Page]:
        found = {}
        for session_id, session in self._pool.attached.items():
            with suppress(BrowserError):
                found[session_id] = session.page
        return found

    async def _tell(self, session_id: str, page: Page, url: str) -> None:
        title = ""
        with suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(_TITLE_S):
                title = await page.title()
        if page.url != url:
            return
        try:
            await db(sessions.follow_page, session_id, url=url, title=title)
        except DatabaseError as error:
            log.warning("a page's address was not written", error=str(error))
            return
        self._told[session_id] = url
