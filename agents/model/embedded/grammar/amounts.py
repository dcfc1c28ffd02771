"""The grammar of how many there are: rows of a list, what is left of a thing, figures of a page."""

from __future__ import annotations

import re

from agents.browser.extract_names import singular
from agents.model.embedded.grammar import whose
from agents.model.embedded.grammar.conditions import ARE
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.single import subject_of
from agents.model.embedded.grammar.wishes import Intent, fields_of, list_wish

# What stands after the things that are counted, and says no more than that they are there.
_THERE = re.compile(
    r"\s+(?:are|is) (?:there|listed|shown)(?: (?:here|in total|altogether))?(?=$|\s)"
    r"|\s+(?:are|is)? ?(?:on|in) (?:the|this) (?:page|list|shop|store|site|catalogue)$"
    r"|\s+(?:do|does|can) (?:you|(?:the|this) (?:page|shop|store|site|list)|it|they|we) "
    r"(?:see|have|show|list|sell|stock)\b"
    r"|\s+there are\b",
    re.I,
)
_AT = r"(?:in|on|at|from|by|under|over|below|above|between|since|after|before|for|with)\b"


_IS_LEFT = r"(?:are|is) (?:there )?(?:still )?(?:left|in stock|available)(?: in stock)?"
_LEFT = re.compile(rf"(?:of (?:it|them|these|those) )?{_IS_LEFT}", re.I)
_LEFT_OF = re.compile(rf"(?:pieces? |units? )?of the (?P<s>[^,]{{2,60}}?) {_IS_LEFT}", re.I)
_SEVERAL_COUNTS = re.compile(r"(?:[a-z-]+ ){0,2}[a-z-]+s(?:,\s*(?:and )?|\s+and\s+|$)", re.I)


_ARE_LEFT = re.compile(
    r"(?P<s>(?:[a-z-]+ )?[a-z-]+s) (?:are|is) (?:there )?(?:still )?(?:left|in stock)", re.I
)
# "Products does the shop have in the Home category": those in the shop.
_IN_SHOP = re.compile(
    r"\s+(?:do|does) the (?P<shop>shop|store|site) (?:have|sell|stock|offer|list)\b(?P<rest>.*)$",
    re.I,
)
_COUNTING = re.compile(
    r",? (?:counting|over|across|on|from) all (?:of )?(?:the )?(?:\w+ )?pages$", re.I
)


def count(what: str, k: Masked) -> Intent:
    if _LEFT.fullmatch(clean(what)):  # "... and how many are in stock?", of what was asked about
        return {"do": "details", "fields": ["stock"], "subject": None, "nth": None, "left": True}
    if left := _LEFT_OF.fullmatch(clean(what)):
        subject = subject_of(left["s"], k)
        return {"do": "details", "fields": ["stock"], "subject": subject, "nth": None}
    if len(_SEVERAL_COUNTS.findall(what)) > 2 and not _SEVERAL_COUNTS.sub("", what).strip():
        fields = fields_of(what, k)  # "the number of new orders, new tasks and tickets"
        if fields:
            told = {"fields": fields, "subject": None, "nth": None}
            return {"do": "details", **told, "figures": True}
    what = _IN_SHOP.sub(r" in the \g<shop>\g<rest>", _COUNTING.sub("", clean(what)))
    if left := _ARE_LEFT.fullmatch(what):
        last = singular(left["s"].split()[-1].lower())
        if not is_item_noun(last):  # "how many desk lamps are left": of that one
            name = " ".join([*left["s"].split()[:-1], last])
            told = {"fields": ["stock"], "subject": k.raw(bare(name)), "nth": None}
            return {"do": "details", **told, "question": k.raw(f"how many {what}")}
    if ARE.search(clean(what)):
        return {"do": "count", **list_wish(what, k)}
    what = whose.made_by(_THERE.sub("", clean(what)))
    rated = list_wish(re.sub(r"\s+(?:is|are) (?=rated\b)", " ", what), k)
    if re.search(r"\b(?:rated|posted by)\b", what) and rated["filters"]:
        return {"do": "count", **rated}
    one = re.match(rf"(?P<f>[a-z]+s) (?:is|are) (?!{_AT})(?P<s>.*(?:[A-Z]|\d|{MASK}).*)$", what)
    if one:  # "how many credits is CS101"
        fields, subject = [one.group("f")], subject_of(one.group("s"), k)
        asked = {"fields": fields, "subject": subject, "nth": None}
        return {"do": "details", **asked, "question": k.raw(f"how many {what}")}
    what = re.sub(rf"\s+(?:is|are) (?={_AT})", " ", what, flags=re.I)
    told = list_wish(re.sub(r"\s+(?:have|has|had|got)\s+", " with ", what, count=1), k)
    if told["filters"] and len(told["noun"].split()) < 3 and not told["fields"]:
        return {"do": "count", **told}  # "how many books have a rating above 4"
    if re.search(r"\b(?:did|does|do|has|have|had|was|were|will|can|takes?|needs?)\b", what, re.I):
        return {"do": "answer", "question": k.raw(f"how many {what}")}
    return {"do": "count", **list_wish(what, k)}
