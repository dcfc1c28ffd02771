"""Keyset pages: newest first, by public id, which sorts by the time it was made."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from django.db.models import QuerySet

from dashboard.errors import BadRequest

_CURSOR = re.compile(r"[a-z]{2,5}_[0-9A-Z]{26}")


def page(rows: QuerySet, *, limit: int, cursor: str | None) -> tuple[list[Any], str | None]:
    """The rows of a page and the cursor of the next one. Raises: BadRequest for a bad cursor."""
    if cursor:
        rows = rows.filter(pk__lt=decode(cursor))
    found = list(rows.order_by("-pk")[: limit + 1])
    if len(found) <= limit:
        return found, None
    return found[:limit], encode(found[limit - 1].pk)


def encode(pk: str) -> str:
    """The opaque cursor after this row."""
    return base64.urlsafe_b64encode(pk.encode()).decode().rstrip("=")


def decode(cursor: str) -> str:
    """The id in a cursor. Raises: BadRequest."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError, UnicodeError):
        raw = ""
    if not _CURSOR.fullmatch(raw):
        raise BadRequest("The cursor is malformed; pass `next_cursor` of the page before.")
    return raw
