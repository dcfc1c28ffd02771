"""What all tests of the guard share."""

from __future__ import annotations

import pytest

from tests.browsers import small_pictures

__all__ = ["small_pictures"]


@pytest.fixture(autouse=True)
def _pictures_are_small(small_pictures: None) -> None:
    """That an approval shows one is proved here; what is on it, where pictures are taken."""
