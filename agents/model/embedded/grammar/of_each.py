"""The grammar of asking a fact of each thing of the list just asked for: "what does each cost?"."""

from __future__ import annotations

import re

from agents.model.embedded.grammar.phrases import clean
from agents.model.embedded.grammar.wishes import Intent

_EACH = r"(?:(?:each|every one|all)(?: one| of (?:them|these|those))?|they|them|these|those)"
_WHOLE = re.compile(_EACH, re.I)
# "How much was the budget of each": what is asked is called by a noun of its own.
_NAMED = re.compile(
    r"(?:how (?:much|many|high|big|large|long|old)|what|who) (?:is|are|was|were) (?:the )?"
    rf"(?!each\b)(?P<field>[a-z]+(?: [a-z]+){{0,2}}) (?:of|for) {_EACH}",
    re.I,
)


def taken(intent: Intent, before: list[Intent]) -> bool:
    """ "Which are free, and what does each cost": a field of the list asked for just before."""
    last = before[-1] if before else {}
    if last.get("do") != "extract" or last.get("limit") == 1 or last.get("as") == "table":
        return False
    fields = _asked(intent)
    if not fields:
        return False
    told = last.get("fields") or ["title"]
    last["fields"] = [*told, *(f for f in fields if f not in told)]
    last["text"] += f"; {intent.get('text', '')}"
    return True


def _asked(intent: Intent) -> list[str]:
    if intent["do"] not in ("details", "answer") or intent.get("nth") is not None:
        return []
    if said := _NAMED.fullmatch(clean(intent.get("text", "")).rstrip("?")):
        return [said["field"].lower()]
    whole = intent["do"] == "details" and _WHOLE.fullmatch(str(intent.get("subject") or ""))
    return list(intent["fields"] or []) if whole else []
