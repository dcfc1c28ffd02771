"""Re-sealing of everything under the newest key, in small writes beside a running server."""

from __future__ import annotations

import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import models

from dashboard.errors import Conflict
from dashboard.models import Endpoint, IdempotencyRecord, InputRequest, Secret, Task
from dashboard.services import keyring, sealing

BATCH = 200
# Longer than any request or transaction that sealed with the key before.
GRACE_S = 600.0


@dataclass
class Report:
    """What a pass over all sealed values found."""

    changed: int = 0
    current: int = 0
    unreadable: list[str] = field(default_factory=list)  # "table id"


@dataclass(frozen=True)
class _Place:
    """A column with sealed values."""

    model: type[models.Model]
    column: str
    bound_to: Callable[[Any], dict[str, str]]
    as_text: bool = False  # base64 in a text column
    key_column: str = ""


def _to_its_row(row: Any) -> dict[str, str]:
    return {"row_id": row.pk, "project_id": row.project_id}


_PLACES = (
    _Place(Secret, "sealed", _to_its_row, key_column="key_id"),
    _Place(Task, "sealed_variables", _to_its_row),
    _Place(InputRequest, "sealed_response", _to_its_row),
    _Place(Endpoint, "sealed_secret", _to_its_row),
    _Place(Endpoint, "sealed_previous", _to_its_row),
    _Place(IdempotencyRecord, "response", sealing.answer_of, as_text=True),
)


def rotate() -> tuple[str, Report]:
    """A new key, then all values under it; (its id, what was done).

    A rotation that was cut short is taken up with the key it made. Keys given by the environment
    are not made here: the first of the list is the newest. Raises: Conflict when one runs.
    """
    try:
        with keyring.rotation():
            unfinished = len(keyring.all_keys()) > 1 and _anything_older()
            if not keyring.are_listed() and not unfinished:
                keyring.add()
            return keyring.all_keys()[0].id, reseal_all()
    except BlockingIOError:
        raise Conflict("A rotation is under way on this data directory.") from None


def reseal_all() -> Report:
    """Every sealed value under the newest key. May be cut short and begun again at any time.

    Each value is changed only if it is still what was read: a writer that is faster wins, and
    has sealed with the newest key itself.
    """
    report = Report()
    for place in _PLACES:
        for row in _rows(place):
            _reseal(place, row, report)
    return report


def forget_older() -> int:
    """Drop the keys that nothing is sealed with any more; how many.

    Raises: Conflict while a value needs one, within ten minutes of the rotation, or when the
    keys are given by the environment.
    """
    if keyring.are_listed():
        raise Conflict("Take the older keys out of WEBAGENT_FIELD_ENCRYPTION_KEYS yourself.")
    if len(keyring.all_keys()) == 1:
        return 0
    if time.time() - keyring.all_keys()[0].made_at < GRACE_S:
        raise Conflict("The newest key is younger than ten minutes; try again later.")
    with keyring.rotation():
        if _anything_older():
            raise Conflict("Some values are still sealed with an older key; rotate first.")
        return keyring.forget_older()


def _anything_older() -> bool:
    newest = keyring.all_keys()[0].id
    return any(
        sealing.key_id(_sealed(place, row)) != newest for place in _PLACES for row in _rows(place)
    )


def _rows(place: _Place) -> Iterator[Any]:
    """Rows with a value, a batch at a time, each batch in a short read of its own."""
    last: Any = None
    empty = {place.column: ""} if place.as_text else {f"{place.column}__isnull": True}
    rows = place.model._default_manager.exclude(**empty).order_by("pk")
    rows = rows.only("pk", "project_id", place.column)
    while True:
        batch = list((rows if last is None else rows.filter(pk__gt=last))[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        last = batch[-1].pk


def _sealed(place: _Place, row: Any) -> bytes:
    value = getattr(row, place.column)
    return b64decode(value) if place.as_text else bytes(value)


def _reseal(place: _Place, row: Any, report: Report) -> None:
    stored = getattr(row, place.column)
    try:
        fresh = sealing.reseal(_sealed(place, row), **place.bound_to(row))
    except (InvalidTag, ValueError):
        report.unreadable.append(f"{place.model._meta.db_table} {row.pk}")
        return
    if fresh is None:
        report.current += 1
        return
    changes: dict[str, Any] = {place.column: b64encode(fresh).decode() if place.as_text else fresh}
    if place.key_column:
        changes[place.key_column] = sealing.key_id(fresh)
    same = place.model._default_manager.filter(pk=row.pk, **{place.column: stored})
    report.changed += same.update(**changes)
