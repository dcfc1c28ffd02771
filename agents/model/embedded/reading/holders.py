"""Who holds a role: "Who is the secretary?", where a card says "Lise Brandt" and "Secretary"."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Page

from agents.browser.extract import find_lists
from agents.browser.extract_names import Record, plain
from agents.model.embedded.run import Step

_WHO = re.compile(r"(?i)\s*(?:(?:tell me|find out|get|show me|say) )?who(?:'s| is| are| was)\b")
_NAME = re.compile(
    r"(?:(?:Dr|Prof|Mr|Mrs|Ms|Rev|Sir)\.? )?[A-ZÀ-Þ][\w'’.-]*"
    r"(?: (?:van|von|de|del|der|di|da|la|le|al|bin|ten))*(?: [A-ZÀ-Þ][\w'’.-]*){0,3}"
)
MAX_COLUMNS = 8


def asks_who(step: Step) -> bool:
    """Whether it is a person that a step asks for."""
    return bool(_WHO.match(step.get("text") or ""))


def is_name(value: Any) -> bool:
    """Whether a value can be what somebody is called: no address, no number."""
    return isinstance(value, str) and bool(_NAME.fullmatch(value.strip()))


async def holder(page: Page, step: Step) -> str | None:
    """The one person of whom a list says just this role; None when there are several, or none."""
    if not asks_who(step):
        return None
    role, of = step["fields"][0], step.get("subject")
    found: set[str] = set()
    for listing in await find_lists(page):
        for row in listing.records:
            name = row.get("title") or row.get("name")
            if len(row) > MAX_COLUMNS:
                continue  # a whole part of the page, with all its people
            told = _says(row, role) and (not of or _mentions(row, of))
            if told and is_name(name) and plain(str(name)) != plain(role):
                found.add(str(name).strip())
    return found.pop() if len(found) == 1 else None


def _says(row: Record, role: str) -> bool:
    return any(
        isinstance(v, str) and plain(v) == plain(role)
        for k, v in row.items()
        if k not in ("title", "name", "url", "image")
    )


def _mentions(row: Record, words: str) -> bool:
    text = plain(" ".join(str(v) for v in row.values()))
    return all(w in text.split() for w in plain(words).split())
