"""What became of a risky call whose worker stopped in the middle of it."""

from __future__ import annotations

from typing import Literal

import structlog

from agents.guard.confirming import Confirming
from agents.guard.intents import observe
from agents.ports import ActionRecord

log = structlog.get_logger(__name__)

Outcome = Literal["done", "not_done", "unknown"]
_ACCEPTS = "accept_dialog."  # tools that press something and say OK to what the page asks then


async def settle(people: Confirming, record: ActionRecord) -> Outcome:
    """Looked at in the page, or else a person is asked. May change the record's intent."""
    intent = record.intent or {}
    tries = int(intent.get("tries", 1))
    mark = str(intent.get("mark") or f"{record.action_id}:{tries}")
    seen = (
        await observe(people.browser, mark, intent.get("windows"))
        if people.browser is not None
        else "gone"
    )
    log.info("open intent", action=record.action_id, seen=seen)
    if seen == "untouched":
        return "not_done"
    if intent.get("level") != "high" and not intent.get("asked"):
        return "unknown"  # the model is told, and looks
    # A dying worker takes the page's open question with it: that was declined, though pressed.
    in_two_parts = record.tool.startswith(_ACCEPTS)
    if seen == "touched" and intent.get("level") != "high" and not in_two_parts:
        return "done"
    # It was pressed, but what it sent may have died with the worker's proxy; or nobody knows.
    answer = await people.ask(await people.did_it_happen(record, tries))
    if answer.status == "answered" and answer.response == "not_done":
        # Whoever says so does not approve it again: that is asked by itself.
        record.intent = {**intent, "tries": tries + 1}
        return "not_done"
    return "done" if answer.response == "done" else "unknown"
