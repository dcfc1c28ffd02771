"""The client without `await` is made from the one with it."""

from __future__ import annotations

import pytest

from scripts import sync_twin


@pytest.mark.parametrize("name", sync_twin.MADE)
def test_the_sync_client_is_what_is_made_of_the_async_one(name: str) -> None:
    present = (sync_twin.SDK / "_sync" / name).read_text()
    assert present == sync_twin.made(name), "run: .venv/bin/python scripts/sync_twin.py"
