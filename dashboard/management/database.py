"""What commands say of a database that is not there, or not set up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError
from django.db import DatabaseError


@contextmanager
def needed() -> Iterator[None]:
    """Do something that needs the database. Raises: CommandError, which says what to do."""
    try:
        yield
    except DatabaseError as error:
        raise CommandError(
            f"The database is not ready ({error}): start once with `manage.py up`, or run "
            "`manage.py migrate`."
        ) from None
