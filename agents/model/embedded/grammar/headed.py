"""Lists that are named by what heads them: "what stays", "what they accept as proof of address".

Sets `headed`, the words of the heading that is meant. "What is left" is whatever list is there.
"""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar.masking import Masked
from agents.model.embedded.grammar.phrases import bare, clean

Intent = dict[str, Any]

_WHATEVER = re.compile(
    r"\bwhat(?:ever)?\s+(?:(?:is|are|was|were)\s+(?:then |now |still )?(?:left|shown|listed"
    r"|displayed|found|there)(?: over)?|remains|comes up"
    r"|(?:it|that|this|you|they|the (?:page|search|list)) "
    r"(?:shows?|finds?|found|gets?|got|brings? up|lists?))(?=$|[,(])",
    re.I,
)
_HEADED = re.compile(r"what\s+(?!is\b|was\b|has\b|does\b)(?P<head>[a-z]+(?<!s)s)$", re.I)
_WHO = r"(?:you|they|we|i|people|(?:the|this) [a-z]+)"
_ACCEPTED = re.compile(
    rf"(?P<noun>(?:[a-z]+ ){{0,2}}[a-z]+(?<!s)s)\s+(?:(?:that|which)\s+)?{_WHO}\s+"
    r"(?:(?:can|may|must|should|will|have to|need to|do|would)\s+)?"
    r"(?:accepts?|takes?|brings?|counts?|gives?|recommends?|suggests?|uses?|requires?|needs?|wants?"
    r"|names?|allows?)\s+(?:as|for|under)\s+(?P<head>[^,]{2,50})$",
    re.I,
)


def take(text: str, wish: Intent, k: Masked) -> str:
    """The text without such words; the wish says what is meant by them."""
    if match := _WHATEVER.search(text):
        wish["whatever"] = True
        before = re.sub(r"\s+(?:of|for|from)\s*$", " of all entries", text[: match.start()])
        return clean(f"{before or 'entries'}{text[match.end() :]}")
    said = bare(clean(text))
    if match := _HEADED.fullmatch(said):
        wish.update(whatever=True, headed=k.raw(match.group("head")))
        return "entries"
    if match := _ACCEPTED.fullmatch(said):
        wish.update(whatever=True, headed=k.raw(bare(match.group("head"))))
        return match.group("noun")
    return text
