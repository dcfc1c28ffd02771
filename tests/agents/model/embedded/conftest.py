"""The address of the planner's local pages, and pictures of them that cost little."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browsers import small_pictures

__all__ = ["small_pictures"]

SITES = Path(__file__).parents[3] / "sites" / "planner"


def site(name: str) -> str:
    """Address of one of the local pages."""
    return (SITES / name).as_uri()


@pytest.fixture(autouse=True)
def _pictures_are_small(small_pictures: None) -> None:
    """Nothing here looks at one: the planner sees the page as text."""
