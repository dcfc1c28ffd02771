"""What people say of themselves for a form: "I have other pets but I do not have a garden"."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar.masking import Masked
from agents.model.embedded.grammar.phrases import bare, clean, target_of

Intent = dict[str, Any]

_TICK = re.compile(
    r",?\s*(?:so|and so)\s+(?:please\s+)?(?:tick|check|mark|choose|select|say|set|answer)\s+"
    r"(?:that|this|it|so|the (?:one|box)|yes)(?:\s+(?:one|box|too))?(?:\s+only)?$",
    re.I,
)
_BUT = re.compile(r",?\s*\b(?:but|although|though|and)\s+(?=(?:i|we)\s)", re.I)
_NOT = re.compile(
    r"(?:i|we)\s+(?:(?:do not|don['’]t)\s+(?P<verb>have|own|need|keep|smoke|live|work|drive|hold)"
    r"|have\s+no|(?:am|are)\s+(?:not|no))\s+(?P<what>\S.*)",
    re.I,
)
_DO = re.compile(
    r"(?P<who>i|we)\s+(?:do\s+)?(?P<what>(?:have|own|need|keep|smoke|live|work|drive|hold|am|are)"
    r"\s+\S.*)",
    re.I,
)


_AGREES = re.compile(
    r"(?:she|he|they)\s+(?:(?:do |also )?accepts?|(?:do |also )?agrees?(?: to| with)?)\s+"
    r"(?:to )?(?P<what>(?:the|your|all|these)\s+(?:[a-z]+ )*(?:rules?|terms?|conditions?"
    r"|polic(?:y|ies)|privacy|licen[cs]e|agreement)(?: and (?:the )?(?:[a-z]+ )?[a-z]+)?)",
    re.I,
)


def agrees(text: str, k: Masked) -> list[Intent]:
    """ "She accepts the travel rules": a box to tick before the form is sent."""
    if (match := _AGREES.fullmatch(clean(text))) is None:
        return []
    return [{"do": "check", "target": target_of(match["what"], k), "of_me": True}]


def told(text: str, k: Masked) -> list[Intent]:
    """The boxes that are to be ticked, and those that are not; [] when it says nothing of a form.

    A statement alone may be a mere remark: one part has to deny, or a tick to be asked for.
    """
    said = _TICK.sub("", text)
    parts = [clean(p) for p in _BUT.split(said)]
    read = [(_NOT.fullmatch(p), _DO.fullmatch(p)) for p in parts]
    if not all(no or yes for no, yes in read):
        return []
    if said == text and not (len(parts) > 1 and any(no for no, _ in read)):
        return []
    return [_unticked(no, k) if no else _ticked(yes, k) for no, yes in read]


def _unticked(no: re.Match[str], k: Masked) -> Intent:
    return {"do": "avoid", "words": k.raw(bare(no["what"])), "of_me": True}


def _ticked(yes: re.Match[str] | None, k: Masked) -> Intent:
    words = k.raw(f"{yes['who']} {yes['what']}") if yes else ""
    return {"do": "check", "target": {**target_of("it", k), "words": words, "raw": words},
            "of_me": True}  # fmt: skip
