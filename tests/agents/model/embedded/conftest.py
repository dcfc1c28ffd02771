"""The address of the planner's local pages."""

from __future__ import annotations

from pathlib import Path

SITES = Path(__file__).parents[3] / "sites" / "planner"


def site(name: str) -> str:
    """Address of one of the local pages."""
    return (SITES / name).as_uri()
