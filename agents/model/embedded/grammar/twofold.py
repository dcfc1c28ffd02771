"""Two wishes said in one: a second question about the same thing, a press without an "and"."""

from __future__ import annotations

import re

from agents.model.embedded.grammar.masking import MASK
from agents.model.embedded.grammar.words import ONE_TO_TEN

_MUCH = "how (?:much|many|long|old|big|far|large)"
_HEAD = rf"(?:{_MUCH}|what|when|where|who|which|is|are|was|does|do)"
_ABOUT = re.compile(
    rf"(?P<first>{_HEAD}\b.+?),?\s+and\s+"
    rf"(?P<head>(?:{_MUCH}|what|when|where|who|which|is|are|was|were|"
    r"does|do|did|can|has|have)(?:\s+(?:is|are|was|were|does|do|did|can|has|have))?)\s+"
    r"(?P<it>it|they|he|she|its|their)\b(?P<rest>.*)$",
    re.I,
)
_SUBJECT = re.compile(
    rf"{_HEAD}\s+(?:[a-z ]*?\b)?(?:is|are|was|were|does|do|did|has|have|of)?\s*"
    r"(?P<subject>(?:the |an? |my |your )\S.*?)"
    r"(?:\s+(?:cost|costs|have|has|weigh|last|take|open|close|available|in stock|made of))?$",
    re.I,
)
_EVERYONE = re.compile(r"\b(get|list|extract|return|show|find|collect|give)\s+(me\s+)?"
                       r"(?:everyone|everybody)\b(?! who)", re.I)  # fmt: skip
_THEIRS = re.compile(
    r"\b(get|list|extract|return|show|find|collect|give)\s+((?:me\s+)?)"
    r"(?:everyone|everybody|each person)['’]s\s+(\S)",
    re.I,
)
_EVERYBODY = re.compile(
    r"\b(?<=(?:.of|for) )(?:everyone|everybody)\b(?=\s+(?:in|of|at|from|on|with)\b)", re.I
)
_PRESS = re.compile(
    r"(?<=[a-z0-9])(?<!\band)(?<!\bthen)(?<!\bto)\s+"
    r"(?=(?:hit|press|click)(?: on)? (?:the )?(?:submit|enter|ok)(?: button)?\W*$)",
    re.I,
)


_WHO_IS = re.compile(r"^who(?:'s| is) the (\w+est|(?:most|least) \w+)(?= *\??$)", re.I)
# "A todo called A and another called B".
_ANOTHER = re.compile(
    rf"(?P<all>\b(?P<verb>add|create|make)\s+(?P<what>an?\s+[a-z]+(?:\s+[a-z]+)?\s+"
    rf"(?:called|named|titled))\s+{MASK}),?\s+and\s+another(?:\s+one)?\s+"
    rf"(?:(?:called|named|titled)\s+)?(?P<name>{MASK})",
    re.I,
)
# "Type A into the field and press Enter, do the same with B".
_THE_SAME = re.compile(
    rf"\b(?P<verb>type|enter|put|add|write|input)\s+(?P<old>{MASK})(?P<rest>[^.]*?)"
    rf"(?:,?\s*(?:and|then))*,?\s+do\s+(?:the\s+same|that|this)\s+(?:with|for)\s+(?P<new>{MASK})",
    re.I,
)


# "Enter A as email, and the same again to confirm it".
_THE_SAME_AGAIN = re.compile(
    rf"(?P<value>{MASK})\s+as\s+(?:the |my )?(?P<label>[a-z][a-z -]*?),?\s+and\s+"
    r"(?:(?:enter|type|put)\s+)?(?:the same|it)(?:\s+once more|\s+again)"
    r"(?:\s+(?:to confirm(?: it)?|as (?:a )?confirmation))?(?=\W|$)",
    re.I,
)


_IS_FINE = re.compile(
    r"(?<=\w)\s+(?:is|are|would be) (?:fine|ok(?:ay)?|all right)(?=\s*(?:,|and\b|but\b|[.!]|$))",
    re.I,
)
# "Go to the news, page three": two ways to go.
_ITS_PAGE = re.compile(
    r"(?P<go>\b(?:go|turn|switch|navigate) to (?:the |my |our )?[a-z]+(?: [a-z]+)?),?\s+"
    r"(?:on )?page "
    rf"(?P<n>\d{{1,3}}|{ONE_TO_TEN})\b",
    re.I,
)


def said_apart(sentence: str) -> str:
    """The sentence with a comma before a press that has none; "everyone" is all people."""
    sentence = _IS_FINE.sub("", _PRESS.sub(", ", sentence))
    sentence = _ITS_PAGE.sub(r"\g<go>, go to page \g<n>", sentence)
    sentence = _THE_SAME_AGAIN.sub(
        r"\g<value> as \g<label>, enter \g<value> as confirm \g<label>", sentence
    )
    sentence = _WHO_IS.sub(r"which person is the \1", sentence)
    sentence = _ANOTHER.sub(r"\g<all>, \g<verb> \g<what> \g<name>", sentence)
    if same := _THE_SAME.search(sentence):
        again = f"{same['verb']} {same['new']}{same['rest']}"
        sentence = (
            f"{sentence[: same.start()]}{same['verb']} {same['old']}{same['rest']}, then {again}"
            f"{sentence[same.end() :]}"
        )
    sentence = _THEIRS.sub(r"\1 \2all people with \3", sentence)
    sentence = _EVERYBODY.sub("all people", sentence)
    return _EVERYONE.sub(lambda m: f"{m[1]} {m[2] or ''}all people", sentence)


_OF_IT = re.compile(rf"{_HEAD}\b(?: (?:is|are|does|do))? (?:it|they|this|that)\b", re.I)


def questions(clause: str) -> list[str]:
    """ "How much is the lamp and is it in stock" as two questions about the lamp."""
    match = _ABOUT.fullmatch(clause.strip())
    subject = _SUBJECT.match(match["first"]) if match else None
    if match and subject is None and _OF_IT.match(match["first"]):
        return [match["first"], f"{match['head']} {match['it']}{match['rest']}"]
    if match is None or subject is None:
        return [clause]
    possessive = match["it"].lower() in ("its", "their")
    name = subject["subject"] + ("'s" if possessive else "")
    return [match["first"], f"{match['head']} {name}{match['rest']}"]
