"""What people say before or after a request: a reason, an opinion. It asks for nothing.

Only what bears no name, number or quoted word is taken for a remark: those may be wanted somewhere.
"""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar.masking import MASK
from agents.model.embedded.grammar.words import OBJECT_VERBS, VERBS

Intent = dict[str, Any]

_HOW = (
    r"(?:(?:just|really|also|always|never|still|simply|often|hardly) |do not |don['’]t |can ?not "
    r"|can['’]t |could not |couldn['’]t )*"
)
_FEELS = (
    r"(?:find|think|feel|believe|guess|suppose|hope|love|like|hate|dislike|enjoy|stand|see|read|hear"
    r"|understand|know|remember|forgot|lost)"
)
_LOOKS = r"(?:is|are|was|were|looks?|seems?|feels?|gets?|got)"
_MUCH = (
    r"(?:(?:far|much|way|a bit|a little|really|just|rather) )*(?:too|very|so|quite|rather|really"
    r"|hard to|difficult to|a bit|a little)\b"
)
_REMARK = re.compile(
    rf"(?:(?:i|we) {_HOW}{_FEELS}\b(?! (?:to|a|an)\b).*"
    rf"|(?:it|this|that|these|those|they|(?:the|my|our) [a-z]+(?: [a-z]+)?) {_LOOKS} {_MUCH}.*"
    r"|(?:it|this|that|they|these)(?:['’]s| is|['’]re| are) (?:all )?(?:for|because of)"
    r" (?:an? |my |our |the )?[a-z]+(?: [a-z]+)?)$",
    re.I,
)
_TELLING = re.compile(rf"\d|{MASK}|(?<=\s)(?!I\b)[A-ZÀ-Þ]|[:,]")
_ASKS = re.compile(r"\b(?:want|need|would like|['’]d like|please|how|what|which|where|when|why)\b")
MAX_CHARS = 120


def is_remark(text: str) -> bool:
    """Whether a clause is a mere remark, as far as its words tell."""
    text = text.strip(" .!")
    if len(text) > MAX_CHARS or _TELLING.search(text) or _ASKS.search(text):
        return False
    return bool(_REMARK.fullmatch(text))


_LED = re.compile(r"^(?P<said>[^:.!?]{5,80}):\s+(?P<rest>\S.*)$", re.S)
_VERB = re.compile(rf"(?:please )?(?:{'|'.join([*VERBS, *OBJECT_VERBS])})\b", re.I)


def apart(text: str) -> str:
    """A remark before a colon as a sentence of its own: "It's for a gift: tick …"."""
    led = _LED.match(text)
    if led and is_remark(led["said"]) and _VERB.match(led["rest"]):
        return f"{led['said']}. {led['rest'][0].upper()}{led['rest'][1:]}"
    return text


# "Search for Ann Lee, who has left us, and ...": it says more of her, and asks nothing.
_ASIDE = re.compile(
    r"(?P<name>(?<![\w'’-])(?-i:[A-ZÀ-Þ])[\w'’-]{0,40}| it| them), (?:who|which) "
    r"(?:has|have|had|is|was|are|were"
    rf"|left|works|lives)\b(?:(?!{MASK})[^,?.!\d]){{2,60}},(?= (?:and |then |so )?(?:please )?"
    rf"(?:{'|'.join([*VERBS, *OBJECT_VERBS])})\b)",
    re.I,
)


# What an aside says may tell two of one name apart: where one is acted on, it stays.
_ACTS = re.compile(r"\b(?:delete|remove|cancel|suspend|ban|pay|buy|order|send|edit|change)\b", re.I)


def without_asides(text: str) -> str:
    """The text without clauses that only say more of a name."""

    def shorter(m: re.Match[str]) -> str:
        sentence = text[text.rfind(".", 0, m.start()) + 1 : m.start()]
        return m.group() if _ACTS.search(sentence) else m["name"]

    return _ASIDE.sub(shorter, text)


_BACK = re.compile(
    r"(?:(?:fill|enter|type|put|write|use)(?: in)? (?:that|this|it|these|those|all (?:of )?(?:that"
    r"|this)|the above)(?: all)?(?: in(?:to)?)?(?: (?:the|this|that) form)?"
    r"|(?:fill (?:in|out)|complete|answer) (?:it|the [a-z]+(?: [a-z]+)?) with (?:that|this|these"
    r"|those)(?: details?| data)?)",
    re.I,
)
_GIVES = frozenset({"fill_form", "carry"})
_MISREAD = frozenset({"unknown", "fill_form", "extract", "answer"})  # what remarks look like


def settle(intents: list[Intent]) -> list[Intent]:
    """The intents with remarks as such, where something else is asked for."""
    out: list[Intent] = []
    for one in intents:
        text = one.get("text", "")
        told = bool(out) and out[-1]["do"] in _GIVES
        if told and _BACK.fullmatch(text.strip(" .!")):
            continue  # what was said is filled in by then
        out.append(one)
    asked = [one for one in out if one["do"] not in ("unknown", "format")]
    for n, one in enumerate(out):
        if one["do"] in _MISREAD and asked and is_remark(one.get("text", "")):
            rest = [x for x in asked if x is not one]
            if rest:
                out[n] = {"do": "nothing", "remark": True, "text": one["text"]}
    return out


__all__ = ["apart", "is_remark", "settle", "without_asides"]
