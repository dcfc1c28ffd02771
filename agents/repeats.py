"""Does the agent go round in circles? Steps are compared by what they did and what came of it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tokenize
from collections.abc import Sequence
from typing import Literal

from agents.plain import plain
from agents.ports import StepResult

Advice = Literal["none", "note", "ask"]

NOTE_AFTER = 2  # the same step with the same result: tell the agent
ASK_AFTER = 4  # ... ask a person
SAME_CODE_NOTE_AFTER = 8  # the same code while the page moves on: paging through a list does that
SAME_CODE_ASK_AFTER = 20
WINDOW = 24

_REF = re.compile(r"\be\d+\b")
_SPACE = re.compile(r"\s+")


def page_mark(text: str, url: str) -> str:
    """Digest of what a page shows. Numbers of refs and layout of the text do not count."""
    return _digest(url, _SPACE.sub(" ", _REF.sub("e", text)))


def step_mark(code: str, result: StepResult, page: str) -> str:
    """Digest of a step: `<what was done>.<what came of it>`.

    What was done is the calls that touch pages, or the code when there are none.
    """
    touched = [[a.tool, a.target, plain(a.arguments)] for a in result.actions if a.mutating]
    did = _digest(json.dumps(touched, sort_keys=True)) if touched else _digest(_bare(code))
    came = _digest(page, result.error_code or "", json.dumps(plain(result.value), sort_keys=True))
    return f"{did}.{came}"


def remember(marks: list[str], mark: str) -> None:
    """Add the newest step's mark, forgetting the oldest."""
    marks.append(mark)
    del marks[:-WINDOW]


def advice(marks: Sequence[str]) -> Advice:
    """What to do about the newest step."""
    if not marks:
        return "none"
    newest = marks[-1]
    same = sum(1 for mark in marks[-2 * ASK_AFTER :] if mark == newest)
    did = newest.partition(".")[0]
    streak = 0
    for mark in reversed(marks):
        if mark.partition(".")[0] != did:
            break
        streak += 1
    if same >= ASK_AFTER or streak >= SAME_CODE_ASK_AFTER:
        return "ask"
    if same >= NOTE_AFTER or streak >= SAME_CODE_NOTE_AFTER:
        return "note"
    return "none"


def _bare(code: str) -> str:
    """Code without comments and layout; as it is when it does not tokenize."""
    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE)
    try:
        tokens = tokenize.generate_tokens(io.StringIO(code).readline)
        return " ".join(token.string for token in tokens if token.type not in skipped).strip()
    except (tokenize.TokenError, SyntaxError):
        return _SPACE.sub(" ", code)


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()
