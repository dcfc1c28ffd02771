"""Questions that the agent is to put to a person: "ask me which colour I like"."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar.masking import Masked
from agents.model.embedded.grammar.phrases import bare, clean

Intent = dict[str, Any]

_ASK = re.compile(
    r"(?:please )?ask (?:me|us|the user|a person|somebody|someone)(?P<for> for| about)? "
    r"(?P<what>\S.*)$",
    re.I,
)
# What is asked for in secret has a sign-in or a form that it belongs into.
_SECRET = re.compile(r"\b(?:pass\w*|pin|code|token|cvv|cvc|card number|account number|otp)\b", re.I)
_MINE = [
    (r"\bdo i\b", "do you"), (r"\bam i\b", "are you"), (r"\bi am\b", "you are"),
    (r"\bi['’]m\b", "you are"), (r"\bi\b", "you"), (r"\bmy\b", "your"), (r"\bme\b", "you"),
    (r"\bmyself\b", "yourself"), (r"\bwe\b", "you"), (r"\bour\b", "your"),
]  # fmt: skip


def asked(text: str, k: Masked) -> Intent | None:
    """The question, in the words of the one who puts it; None for what is asked in secret."""
    match = _ASK.fullmatch(clean(text))
    if match is None or _SECRET.search(match["what"]):
        return None
    what = k.raw(clean(match["what"]))
    if match["for"]:
        prompt = f"What is {bare_of(what)}?"
    elif re.match(r"(?:whether|if|which|what|when|where|whom?|whose|how|why)\b", what, re.I):
        prompt = f"Please say {yours(what)}."
    else:
        return None
    return {"do": "ask_me", "prompt": prompt[:1].upper() + prompt[1:], "words": k.original(text)}


def bare_of(what: str) -> str:
    """ "a colour" as "the colour", "my size" as "your size"."""
    theirs = yours(what)
    return theirs if theirs.lower().startswith("your ") else f"the {bare(theirs)}"


def yours(text: str) -> str:
    """What is said of oneself, said to that person: "I like" as "you like"."""
    for mine, other in _MINE:
        text = re.sub(mine, other, text, flags=re.I)
    return text
