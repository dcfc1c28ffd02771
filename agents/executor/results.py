"""What a call gave: as step code gets it, and as the record of the call keeps it."""

from __future__ import annotations

from agents.executor.replay import cut_result
from agents.executor.sandbox import ExecutorLimits
from agents.guard.redactor import Redactor
from agents.plain import bounded, fitted, plain, shown
from agents.ports import JSON


def without_secrets(
    value: JSON, redactor: Redactor, limits: ExecutorLimits, *, field: bool
) -> JSON:
    """A result without secrets and within what a step may read at once. field: what one holds."""
    if isinstance(value, str):
        text = redactor.field(value) if field else redactor.text(value)
        return bounded(text, limits.read_chars)
    if value is None or isinstance(value, bool | int | float):
        return value
    return fitted(redactor.json(plain(value)), limits.read_chars)


def for_record(value: JSON, limits: ExecutorLimits) -> JSON:
    """The same, cut to what a record may hold."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if len(shown(value)) <= limits.record_chars:
        return value
    return cut_result(value, fitted(value, limits.record_chars // 4))
