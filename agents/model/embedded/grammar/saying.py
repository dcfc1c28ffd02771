"""Wishes said as statements: "the fuel is diesel", "mark it as paid", "make it two of them"."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar.details import details_of
from agents.model.embedded.grammar.filling import rule as _rule
from agents.model.embedded.grammar.filling import value_of
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.phrases import clean, target_of
from agents.model.embedded.grammar.words import ONE_TO_TEN, count_of

Intent = dict[str, Any]

_AND = re.compile(r"\s*,\s*(?:and\s+)?(?=the |my )|\s+and\s+(?=the |my )", re.I)
_IS = re.compile(
    r"(?:the|my)\s+(?P<label>[a-z][\w -]{1,30}?)\s+"
    r"(?:is|are|should be|will be|has to be|must be)\s+"
    rf"(?P<value>{MASK}|(?!(?:on|in|at|under|over|below|above|behind|near|beside)\s)\S.*)$",
    re.I,
)
_WHERE = re.compile(  # "the login is at the top": where it is, or what it is like
    r"(?:at|on|in|under|below|above|behind|beside|next|near|here|there|not|very|too|so|only|"
    r"important|required|optional|already|still|now|shown|listed|called)\b",
    re.I,
)
_SHOULD = re.compile(
    r"(?:the|my)\s+[a-z][\w -]{1,24}?\s+(?:should|shall|must|has to|is to|will)\s+"
    r"(?P<label>start|begin|end|arrive|depart|leave|finish)\s+(?P<rest>(?:on|at|in|from)\s+\S.*)$",
    re.I,
)


def _states(m: re.Match[str], k: Masked) -> Intent | None:
    """ "The registration number is KT19 XWB and the fuel is diesel": fields and their values."""
    pieces = []
    for part in _AND.split(m.group()):
        said = _IS.match(clean(part))
        if said is None or _WHERE.match(said["value"]):
            return None
        if "," in said["value"] or len(k.parts_in(said["value"])) > 1:
            return None  # several details in one: "my name is Ada, e-mail ..."
        label = k.raw(said["label"])
        value = value_of(said["value"], k)
        shown = value.get("text") or value.get("var")
        pieces.append({"raw": f"{label} {shown}", "label": label, "value": value})
    return {"do": "fill_form", "pieces": pieces}


def _starts(m: re.Match[str], k: Masked) -> Intent | None:
    """ "The permit should start on 5 February, for 12 months"."""
    said = _SHOULD.match(m.group())
    pieces = details_of(said["rest"], k, head=True) if said else []
    if not pieces:
        return None
    pieces[0]["label"] = said["label"].lower() if said else None
    return {"do": "fill_form", "pieces": pieces}


def _marks(m: re.Match[str], k: Masked) -> Intent:
    """ "Mark invoice 7 as paid": the control of that name in its row."""
    state = re.sub(r"^(?:an?|the|my)\s+", "", m.group("state").lower())
    verb = "favourite" if re.match(r"favou?rite", state) else f"mark as {state}"
    return {"do": "act_on", "verb": verb, "target": target_of(m.group("what"), k)}


def _was(m: re.Match[str], k: Masked) -> Intent:
    """ "Say it was Good": one of the answers that the page offers."""
    return {"do": "select", "values": [k.raw(m.group("what"))], "target": target_of("", k)}


def _given_it(m: re.Match[str], k: Masked) -> Intent:
    """ "Give it the label bug"."""
    target = target_of(m.group("label"), k)
    return {"do": "set", "target": target, "value": value_of(m.group("value"), k)}


def _in_style(m: re.Match[str], k: Masked) -> Intent:
    """ "Give them the Sky theme": the choice that is called so, among themes."""
    value, target = k.raw(m.group("value")), target_of(m.group("label"), k)
    return {"do": "select", "values": [value], "target": target}


def _taken_off(m: re.Match[str], k: Masked) -> Intent:
    """ "Take that row off the list": it is removed."""
    return {"do": "act_on", "verb": "remove", "target": target_of(m.group("what"), k)}


def _says_of_me(m: re.Match[str], k: Masked) -> Intent:
    """ "Say that I am a student": the box that says so."""
    words = k.raw(m.group("what"))
    return {"do": "check", "target": {**target_of("it", k), "words": words, "raw": words}}


def _each_in_its_own(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Enter {{name}} and {{phone}}": each where the page asks for what it is called."""
    parts = k.parts_in(m.group("all"))
    if not all(part["is"] == "var" for part in parts):
        return None
    pieces = [
        {"raw": part["raw"], "label": part["raw"].replace("_", " "), "value": {"var": part["raw"]}}
        for part in parts
    ]
    return {"do": "fill_form", "pieces": pieces}


def _so_many(m: re.Match[str], k: Masked) -> Intent:
    """ "Make it two of them", "change the number to 3": how many are wanted."""
    many = count_of(m.group("n")) or 1
    return {"do": "set", "target": target_of("quantity", k), "value": {"text": str(many)}}


def _sends_to(m: re.Match[str], k: Masked) -> Intent:
    """ "Send to ann@x.org" in a form: its field of that name."""
    return {"do": "set", "target": target_of("send to", k), "value": value_of(m.group("to"), k)}


def _sign_up(m: re.Match[str], k: Masked) -> Intent:
    """ "Sign ann@x.org up for The Friday read": an address, and what is ticked for it."""
    what = k.raw(clean(m.group("what")))
    address = {"raw": k.raw(m.group("who")), "label": "email", "value": value_of(m.group("who"), k)}
    wished = {"raw": what, "label": None, "value": None, "letter": True}
    return {"do": "carry", "verb": "sign up", "noun": "", "pieces": [address, wished]}


def _with_plan(m: re.Match[str], k: Masked) -> list[Intent]:
    """ "Join with the Flex plan: first name A, ...": its control, then the form it brings up."""
    verb = m.group("verb").lower()
    deed = {"do": "act_on", "verb": verb, "target": target_of(m.group("what"), k), "plain": True}
    form = {"do": "carry", "verb": verb, "noun": "", "row": True}
    return [deed, {**form, "pieces": details_of(m.group("rest"), k)}]


def _in_form(m: re.Match[str], k: Masked) -> Intent:
    return {"do": "submit", "verb": m.group("verb").lower()}


def _favourite(m: re.Match[str], k: Masked) -> Intent:
    """ "Put the flat in Mill Lane 21 on my favourites": the heart in its row."""
    return {"do": "act_on", "verb": "favourite", "target": target_of(m.group("what"), k)}


def _from_to(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Enter from 10.08. to 21.08.": the two ends of a time, each with its own field."""
    ends = [("from", m.group("a")), ("to", m.group("b"))]
    if not all(re.search(r"\d", k.raw(value)) for _, value in ends):
        return None
    pieces = [{"raw": k.raw(f"{a} {v}"), "label": a, "value": value_of(v, k)} for a, v in ends]
    return {"do": "fill_form", "pieces": pieces}


def _given_for(m: re.Match[str], k: Masked) -> list[Intent]:
    """ "Send "X" as what is missing": into the field that is called so, and off."""
    field = {**target_of("it", k), "words": k.raw(m.group("label")), "raw": k.raw(m.group("label"))}
    given = {"do": "fill", "value": value_of(m.group("say"), k), "target": field}
    return [given, {"do": "submit", "verb": "send"}]


def _helpful(m: re.Match[str], k: Masked) -> Intent:
    """ "Say that it was not helpful": the answer to the page's own question."""
    word = "No" if m.group("no") else "Yes"
    asked = {**target_of("it", k), "words": word, "raw": word, "in": m.group("what")}
    return {"do": "click", "target": asked}


_NUMBER = rf"(?P<n>\d{{1,3}}|{ONE_TO_TEN}|twelve)"

RULES = [
    _rule(
        rf"(?:send|submit|post)\s+(?P<say>{MASK})\s+as\s+(?:the |my |your )?(?P<label>[a-z][^,]*)$",
        _given_for,
    ),
    _rule(
        r"(?:say|answer|vote|tell them|report|mark)\s+(?:that\s+)?(?:it|this|the \w+)\s+"
        r"(?:was|is|as)\s+(?P<no>not\s+|un)?(?P<what>helpful|useful)$",
        _helpful,
    ),
    _rule(
        r"(?:enter|type|put|fill in|set|give|choose|select)\s+(?:the (?:dates?|times?|period)\s+)?"
        r"from\s+(?P<a>\S.*?)\s+(?:to|until|till)\s+(?P<b>\S[^,]*)$",
        _from_to,
    ),
    _rule(
        r"(?P<verb>mark|set|flag)\s+(?P<what>(?:the |my |all )?\S.*?)\s+as\s+"
        r"(?P<state>(?!done\b|complete|finished|selected|checked|not\b|un)[a-z]+(?: [a-z]+)?)$",
        lambda m, k: None if re.match(r"set\b", m.group(), re.I) else _marks(m, k),
    ),
    _rule(
        r"say\s+(?:that\s+)?(?:it|this)\s+(?:was|is)\s+(?P<what>"
        rf"{MASK}|(?-i:[A-Z])[\w ]*)$",
        _was,
    ),
    _rule(
        r"(?:make\s+(?:it|that|this)|(?:change|set|make)\s+the (?:number|quantity|amount))\s+"
        rf"(?:to\s+)?{_NUMBER}"
        r"(?:\s+(?:of (?:them|it)|pieces|items|copies))?$",
        _so_many,
    ),
    _rule(
        r"(?:give|assign|add)\s+it\s+(?:the|a)\s+(?P<label>label|tag|category|priority|status|type|topic|severity|section|stage)"
        rf"\s+(?P<value>{MASK}|\S+)$",
        _given_it,
    ),
    _rule(
        r"take\s+(?P<what>(?!off\b|out\b)\S[^,]*?)\s+off\s+(?:of\s+)?(?:the|this|my|your)\s+"
        r"(?:list|board|register|roll)$",
        _taken_off,
    ),
    _rule(
        r"give\s+(?:it|them|the (?:page|site|slides|app|window))\s+the\s+"
        rf"(?P<value>{MASK}|(?-i:[A-Z])[\w-]*)\s+(?P<label>[a-z]+)$",
        _in_style,
    ),
    _rule(r"say\s+that\s+(?P<what>i (?:am|have|do|own|live|want|agree)\b.+)$", _says_of_me),
    _rule(
        rf"(?:enter|type|fill in|give|provide)\s+(?P<all>{MASK}(?:(?:\s*,\s*|\s+and\s+)+{MASK})+)$",
        _each_in_its_own,
    ),
    _rule(
        rf"subscribe\s+(?P<who>{MASK}|me)\s+to\s+(?P<what>.+)$",
        _sign_up,
    ),
    _rule(rf"send\s+(?:it\s+)?to\s+(?P<to>{MASK})$", _sends_to),
    _rule(rf"sign\s+(?P<who>{MASK}|me)\s+up\s+(?:for|to)\s+(?P<what>.+)$", _sign_up),
    _rule(
        r"(?P<verb>join|subscribe|start|sign up|register|apply)\s+with\s+"
        r"(?P<what>(?:the |a )\S[^:,]{1,40}):\s+(?P<rest>.+)$",
        _with_plan,
    ),
    _rule(r"(?P<verb>sign up|sign me up|register|enrol|enroll)$", _in_form),
    _rule(
        r"(?P<verb>sign)\s+(?:the |this )(?:guest ?book|book|form|petition|letter)$",
        _in_form,
    ),
    _rule(
        r"(?:add|put|save)\s+(?P<what>\S.*)\s+(?:to|on|in|among|into)\s+(?:the |my |your )"
        r"(?:favou?rites)(?: list)?$",
        _favourite,
    ),
    _rule(_SHOULD.pattern, _starts),
    _rule(_IS.pattern, _states),
]
