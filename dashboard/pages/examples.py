"""Tasks to try at once, on the practice site, without any model."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Example:
    """A task that runs in one click."""

    title: str
    shows: str
    instructions: str
    start_url: str


def examples() -> list[Example]:
    """The examples, with this server's practice site as their address."""
    site = settings.CONFIG.practice_address
    return [
        Example(
            "Read a news list",
            "Reads the page and returns rows",
            "Get the top 5 stories with title, points and comments",
            f"{site}/news/",
        ),
        Example(
            "Fill in a form",
            "Types into fields; watch it live",
            'Type "Ada Lovelace" into Full name, enter "ada@example.org" into Email, '
            "then take a screenshot",
            f"{site}/forms/",
        ),
        Example(
            "Find something to buy",
            "Searches a shop, opens a product, reads its price",
            "Search for backpack, open the first product and get the title and price",
            f"{site}/shop/",
        ),
        Example(
            "Sign in with a person's help",
            "Stops at the password: take the mouse, sign in as ada with analytical-engine and the "
            "code from the phone, hand back",
            "Sign in and take a screenshot",
            f"{site}/signin/",
        ),
    ]
