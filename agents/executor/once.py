"""Calls that are made once, whatever became of the worker that began them."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from agents.executor.calls import Call
from agents.executor.kinds import Kind
from agents.ports import ActionRecord


def only_once(kind: Kind, record: ActionRecord) -> bool:
    """Whether a call is not made again when nobody knows whether it was made.

    That it may be repeated by its kind does not count where a person approved it, where its risk
    is high, or where its mere address does something.
    """
    intent = record.intent
    if not intent:
        return not kind.repeatable
    grave = bool(intent.get("asked")) or intent.get("level") == "high"
    return not kind.repeatable or kind.navigates or grave


def new_mark(record: ActionRecord, attempt: int) -> str:
    """The name of the mark left in the page of a call; no page can know it before."""
    return f"{record.action_id}:{attempt}:{secrets.token_hex(8)}"


def arrived(past: ActionRecord, call: Call, here: str, redact: Callable[[str], str]) -> bool:
    """Whether the tab, now at `here`, came to the address it was sent to from another one."""
    intent = past.intent or {}
    wanted = str((intent.get("edits") or {}).get("url") or call.url or "")
    there, aim = (redact(url).partition("#")[0] for url in (here, wanted))
    left = str(intent.get("from") or "").partition("#")[0]
    return call.tool == "page.goto" and there == aim != left
