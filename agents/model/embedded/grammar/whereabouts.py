"""Where on the page a thing stands: its region ("in the footer"), or a numbered row or form."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar.words import ORDINAL, ordinal_in

_REGIONS = {
    "footer": "footer",
    "header": "header",
    "sidebar": "sidebar",
    "side bar": "sidebar",
    "navigation": "navigation",
    "navigation bar": "navigation",
    "navigation menu": "navigation",
    "nav": "navigation",
    "navbar": "navigation",
    "nav bar": "navigation",
}
_REGION = re.compile(
    r"\s+(?:in|on|at|of|from|inside|within)\s+(?:the|this)\s+"
    r"(?:(?:page|site|main|top|left|right)(?:['’]?s)?\s+)*"
    rf"(?P<name>{'|'.join(sorted(_REGIONS, key=len, reverse=True))})$",
    re.I,
)
_ROW = (
    r"row|line|card|item|entry|product|result|article|post|story|order|task|member|user|message"
    r"|comment|review|tile"
)
_NUMBERED = re.compile(
    rf"\s+(?:in|on|of|from|inside|within|for)\s+(?:the\s+)?(?P<nth>{ORDINAL.pattern})\s+"
    rf"(?P<noun>{_ROW}|form)(?:\s+(?:of|in|from)\s+(?:the\s+)?(?P<of>.+))?$",
    re.I,
)


def taken(phrase: str) -> tuple[str, dict[str, Any]]:
    """A noun phrase without its whereabouts, and these: `region`; `row` or `form`, from 1, -1 last.

    "Delete in the second row of the Members table" keeps the table: "Delete in Members table".
    """
    if match := _REGION.search(phrase):
        return phrase[: match.start()], {"region": _REGIONS[match["name"].lower()]}
    match = _NUMBERED.search(phrase)
    if match is None or not phrase[: match.start()].strip():
        return phrase, {}
    place = "form" if match["noun"].lower() == "form" else "row"
    rest = f" in the {match['of']}" if match["of"] else ""
    return phrase[: match.start()] + rest, {place: ordinal_in(match["nth"])[0]}
