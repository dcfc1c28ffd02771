"""Where something is to be done, said first: "In the settings, switch off the sound"."""

from __future__ import annotations

import re

from agents.model.embedded.grammar.masking import MASK
from agents.model.embedded.grammar.words import BARE_VERBS, OBJECT_VERBS, VERBS

_VERB = "|".join(sorted(map(re.escape, {*VERBS, *OBJECT_VERBS}), key=len, reverse=True))
_OBJECT = (
    r"(?:the|my|an?|this|that|it|them|all|every|each|both|her|his|their|our|me|for|on|off|up|down"
    rf"|in|into|to|by|only|(?-i:[A-Z£$€#])|\d|{MASK})"
)
_DEED = rf"(?:please\s+|then\s+)?(?:{_VERB})\s+{_OBJECT}"
_LEAD = re.compile(
    r"^(?:in|on|under|at|within|inside|from(?=\s+the\b))\s+"
    r"(?P<place>(?!which\b|what|whose|how\b|order\b)(?:the |my |your |our |its )?[^,:"
    rf"{MASK[1:-1]}]{{2,40}}?|{MASK})(?P<comma>,)?\s+(?P<rest>(?:{_DEED}.*|(?:{'|'.join(BARE_VERBS)})\b.*))$",
    re.I | re.S,
)
# Parts of one page: what is clicked there is told apart by them.
_PARTS = re.compile(
    r"\b(?:rows?|lines?|cards?|items?|entr(?:y|ies)|products?|dialog|popup|pop-up|modal|header|"
    r"footer|sidebar|column|box|field|table|group|first|second|third|last|\d+(?:st|nd|rd|th))\b",
    re.I,
)
_PICKS = re.compile(r"(?:click|press|select|choose|check|open|tap)\b", re.I)
_PAGES = re.compile(r"\b(?:page|tab|area|screen|settings|category|department|board)$", re.I)
_TIME = re.compile(r"\b(?:\d|day|week|month|year|morning|evening|moment|end|start|case|order|total|"
                   r"addition|general|particular|same)\b", re.I)  # fmt: skip
# When, for whom and with what a deed is done: no place, and nothing that may be left out.
_DETAIL = re.compile(
    r"\d|^(?:the )?name\b|\bbehalf\b|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|tonight|"
    r"tomorrow|noon|midnight|weekend|january|february|march|april|may|june|july|august|september|"
    r"october|november|december|spring|summer|autumn|winter|english|german|french|spanish)s?\b",
    re.I,
)
_MEANS = re.compile(_DETAIL.pattern + r"|\b(?:account|card|wallet|address|balance)\b", re.I)


_THERE = re.compile(
    r"^(?:they|it|these|those|this|that|(?:the|all|my) [a-z]+)\s+(?:is|are|can be found|stands?)\s+"
    r"(?:all\s+)?(?:on|in|under|at)\s+(?P<place>the [^,:;]{2,40}|[A-Z][^,:;]{1,40}?)"
    r"(?:\s*[:,;–-]\s*(?:so\s+)?(?:go|look|open it|see)(?:\s+there)?"
    r"(?:\s+(?:and|to)\s+(?P<rest>.+))?)?$",
    re.I | re.S,
)


def told_where(sentence: str) -> tuple[str, str]:
    """(place, rest) of "They are on the Agents page: go there and list them"; else ("", "")."""
    match = _THERE.match(sentence.strip(" .!"))
    if match is None or not _PAGES.search(match["place"]):
        return "", ""
    return match["place"], match["rest"] or ""


def place_first(sentence: str) -> tuple[str, str]:
    """(place, rest) of a sentence that says first where; ("", sentence) of any other."""
    match = _LEAD.match(sentence.strip())
    if match is None or _PARTS.search(match["place"]) or _TIME.search(match["place"]):
        return "", sentence
    if re.match(rf"(?:at|on|from)\s+{MASK}", sentence.strip(), re.I):
        return "", sentence  # a time or a day, as likely as a name
    means = _MEANS if re.match(r"(?:from|using)\b", match.group(), re.I) else _DETAIL
    if means.search(match["place"]) and not _PAGES.search(match["place"]):
        return "", sentence
    picks = _PICKS.match(match["rest"]) and not _PAGES.search(match["place"])
    if picks and (match["comma"] or re.match(MASK, match["place"])):
        return "", sentence  # "For the user Ann, click Edit": told apart by its row
    return match["place"], match["rest"]
