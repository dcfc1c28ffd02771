"""What words mean beside others: "one" of the things counted, fields of several things, "who"."""

from __future__ import annotations

import re

from agents.browser.extract_names import singular
from agents.model.embedded.grammar.phrases import clean
from agents.model.embedded.grammar.superlatives import HIGH, LOW
from agents.model.embedded.grammar.wishes import Intent

_BEST = rf"(?:{LOW}|{HIGH})\b"
# "Who in this table is the oldest", "who is the oldest in the list": the list goes without saying.
_AMONG = r"(?:in|of|on|among) (?:(?:this|the|that|these|those|all)(?: of (?:the|these))? )?\w+"
_IS = rf"(?:is|was|are|were) (?:the )?(?P<best>{_BEST})"
_WHO = re.compile(rf"\bwho(?: {_AMONG})? {_IS}", re.I)
_OF_LIST = re.compile(
    rf"(?P<who>which person is the {_BEST}) (?:in|of|on|among) (?:this|the|that) "
    r"(?:list|table|page|group|team)\b",
    re.I,
)
# "I'd like to know which is the oldest house": tell me the oldest house.
_TOLD = re.compile(
    r"\b(?:i(?:['’]d| would)? (?:like|want|need|love) to know|tell me|let me know|find out) "
    rf"which(?P<what> person| one)? {_IS}",
    re.I,
)


def of_people(text: str) -> str:
    """The instruction, with the best of people, or of things, asked for in one way."""
    text = _WHO.sub(lambda m: f"which person is the {m['best']}", text)
    text = _OF_LIST.sub(lambda m: m["who"], text)
    return _TOLD.sub(lambda m: f"tell me the {m['best']}{m['what'] or ''}", text)


_LISTS = re.compile(r"(?:(?:and |then |please )*)(?:list|collect|extract|scrape)\b", re.I)
_SHOWN = re.compile(r"\s+(?:shown|displayed|visible|listed|found|left|here|there)$", re.I)


def as_list(intent: Intent, before: list[Intent]) -> Intent:
    """ "List first name and job title of the people shown": a list of them, with these fields."""
    subject = str(intent.get("subject") or "")
    noun = _SHOWN.sub("", subject)
    several = noun == noun.lower() and len(noun.split()) < 4 and _is_plural(noun)
    lists = _LISTS.match(intent.get("text", "")) or noun != subject
    if intent["do"] != "details" or len(intent.get("fields") or ()) < 2 or not (several and lists):
        return intent
    return {
        "do": "extract", "limit": None, "noun": noun, "fields": intent["fields"], "order": None,
        "filters": [], "near": None, "as": intent.get("as"), "text": intent["text"],
        **({"one_page": True} if noun != subject else {}),
    }  # fmt: skip


def _is_plural(noun: str) -> bool:
    last = noun.split()[-1] if noun else ""
    return last == "people" or (bool(last) and singular(last) != last)


_NUMBER_OF = re.compile(
    r"(?:.*\bthe )?number of (?:this|my|that) (?P<noun>[a-z]+(?: [a-z]+)?)", re.I
)
_OF_ONE = re.compile(
    r"(?:a single )?one(?: of (?:them|these|those))?", re.I
)  # `of_each` has "each"
# "Open it and tell me its points": a fact of it, though there may be several.
_ITS = re.compile(
    r"(?:tell me|get|give me|return|extract|show me|report|read) its (?P<field>[a-z]+(?: [a-z]+)?)",
    re.I,
)
_LIVING = re.compile(r"what (?:that|this|the) person does(?: for a living| for work)?", re.I)


def as_fact(intent: Intent, before: list[Intent]) -> Intent:
    """ "The number of this order" counts nothing; "what that person does" is a job."""
    said = clean(intent.get("text", ""))
    fact = {"do": "details", "subject": None, "nth": None, "text": said}
    numbered = _NUMBER_OF.fullmatch(said) if intent["do"] == "count" else None
    if numbered and not _is_plural(numbered["noun"]):
        return {**fact, "fields": [f"{numbered['noun']} number"]}
    its = _ITS.fullmatch(said) if intent["do"] == "extract" and not intent["fields"] else None
    if before and its:
        return {**fact, "fields": [its["field"].lower()]}
    if before and intent["do"] == "answer" and _LIVING.fullmatch(said):
        return {**fact, "fields": ["job title"]}
    return intent


_CODES_OF = re.compile(
    r"(?P<field>(?:[a-z]+ ){0,2}(?:codes|numbers)) of (?:the )?(?P<name>[^,]+)", re.I
)


def as_codes(intent: Intent, before: list[Intent]) -> Intent:
    """ "The two colour codes of grapefruit from the swatches": of one thing, and so many."""
    told = _CODES_OF.fullmatch(intent.get("noun") or "") if intent["do"] == "extract" else None
    if told is None or intent.get("order") or intent.get("filters") or not intent.get("limit"):
        return intent
    fact = {"do": "details", "fields": [told["field"]], "subject": told["name"], "nth": None}
    return {**fact, "many": intent["limit"], "text": intent["text"]}


def of_one(intent: Intent, before: list[Intent]) -> Intent:
    """ "How many lamps are there, and what does one cost?": one lamp."""
    last = before[-1] if before else {}
    noun = last.get("noun") if last.get("do") in ("count", "extract") else None
    if noun and intent["do"] == "details" and _OF_ONE.fullmatch(str(intent.get("subject") or "")):
        return {**intent, "subject": singular(str(noun))}
    return intent
