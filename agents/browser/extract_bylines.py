"""Lines that say who and when ("amara 20 hours ago"), and sentences that seem to have a label."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from agents.browser.extract_values import DATE

Token = dict[str, Any]
_AGO = (
    r"(?:about |over |almost )?(?:an?|one|\d+) (?:second|sec|minute|min|hour|day|week|month|year)s?"
    r" ago|just now|yesterday"
)
_WHO_WHEN = re.compile(
    rf"(?P<who>(?!\d)[@\w][\w.'’-]*(?: [A-ZÀ-Þ][\w.'’-]*){{0,2}}),? (?:on |at )?"
    rf"(?P<when>{_AGO}|{DATE.pattern})",
    re.I,
)
_NO_ONE = re.compile(
    r"\w+ed|about|over|almost|nearly|last|active|seen|online|open|from|on|at|by|since|until|till"
    r"|mon\w*|tue\w*|wed\w*|thu\w*|fri\w*|sat\w*|sun\w*|date|time|new|due|ends?|starts?|begins?",
    re.I,
)
_SHARE = 0.8  # of the records whose line has to look so
_SENTENCE = re.compile(r"[A-Z][\w /-]{1,24}: \S+(?: \S+){4,}[.!?]")
_LABEL = re.compile(r"[A-Za-z][\w /-]{1,24}:\s+\S")


def cut(pieces: list[list[Token]]) -> list[list[Token]]:
    """The records with such lines cut in two, and sentences marked that only seem to have a label.

    A line is cut only where nearly all records have one like it, by more than one person.
    """
    several: dict[str, list[Token]] = {}
    for tokens in pieces:
        for token in tokens:
            several.setdefault(token["p"], []).append(token)
    lines = {path for path, tokens in several.items() if _are_bylines(tokens, len(pieces))}
    for tokens in several.values():
        labelled = sum(bool(_LABEL.match(t["t"])) for t in tokens)
        for token in tokens:
            if labelled * 2 <= len(tokens) and _SENTENCE.fullmatch(token["t"]):
                token["said"] = 1  # "Counterpoint: it only works if you own the tools."
    return [[one for t in tokens for one in _halves(t, lines)] for tokens in pieces]


def _are_bylines(tokens: list[Token], records: int) -> bool:
    found = [m for t in tokens if (m := _by_whom(t))]
    told = len(found) >= _SHARE * len(tokens) and len(tokens) >= _SHARE * records
    return told and len(found) > 1 and len(Counter(m["who"] for m in found)) > 1


def _by_whom(token: Token) -> re.Match[str] | None:
    if token.get("hd") or token.get("h") or token.get("l"):
        return None
    match = _WHO_WHEN.fullmatch(token["t"])
    return match if match and not _NO_ONE.fullmatch(match["who"].split()[0]) else None


def _halves(token: Token, lines: set[str]) -> list[Token]:
    match = _by_whom(token) if token["p"] in lines else None
    if match is None:
        return [token]
    who = {k: v for k, v in token.items() if k != "k"}
    return [{**who, "t": match["who"], "l": "author"}, {**token, "t": match["when"]}]
