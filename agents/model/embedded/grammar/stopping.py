"""Where to stop: "stop before paying", "don't place the order yet"."""

from __future__ import annotations

import re
from typing import Any

Intent = dict[str, Any]

_FINAL = (
    r"(?:pay(?:ing|ment)?|(?:plac|complet|confirm|submitt?|send|finish)(?:e|ing)?|order(?:ing)?|"
    r"buy(?:ing)?|book(?:ing)?|check(?:ing)? ?out|purchas(?:e|ing))"
)
_STOP = re.compile(
    r"(?:but\s+)?(?:please\s+)?(?:(?:then|just)\s+)?(?:stop|halt|pause)\s+"
    rf"(?:right |just )?(?:before|at|short of)\s+(?:you\s+|the\s+)?(?:really\s+)?{_FINAL}\b.*"
    r"|(?:but\s+)?(?:please\s+)?(?:(?:you\s+)?(?:do not|don['’]t|must not|never))\s+"
    r"(?:actually\s+|really\s+)?(?:pay|place (?:the|an|my) order|submit|send|complete|confirm|"
    r"check ?out)(?:\s+(?:it|anything|the (?:order|form|booking|purchase)))?"
    r"(?:\s+(?:yet|for real))?",
    re.I,
)
_DEEDS = frozenset({"add", "checkout", "carry", "create"})


def stop(text: str) -> Intent | None:
    """Whether a clause says to leave the last button alone."""
    return {"do": "stop"} if _STOP.fullmatch(text.strip(" .,;")) else None


def apply(intents: list[Intent]) -> None:
    """Every deed of the task that would send something for good knows that it must not."""
    if not any(one["do"] == "stop" for one in intents):
        return
    for one in intents:
        if one["do"] in _DEEDS:
            one["stop"] = True
        if one["do"] == "stop":
            one["do"] = "nothing"
