"""What is taken of what a page offers: an option, so many stars, a place on a waiting list."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar.details import DAY, details_of
from agents.model.embedded.grammar.filling import one_field, value_of
from agents.model.embedded.grammar.filling import rule as _rule
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.pairs import pairs_of
from agents.model.embedded.grammar.phrases import bare, clean, target_of
from agents.model.embedded.grammar.words import ONE_TO_TEN, count_of

Intent = dict[str, Any]


def _about(m: re.Match[str], k: Masked) -> Intent:
    """ "Write "..." about my home": into the field for texts that asks for that."""
    return {**one_field(m.group("where"), m.group("what"), k), "long": True}


_NUMBER = rf"(?P<n>\d{{1,2}}|{ONE_TO_TEN})"


def _waits(m: re.Match[str], k: Masked) -> Intent | list[Intent]:
    """ "Put ada@x.org on the waiting list for A in B": its control, then the address."""
    kind, what = m.group("list").lower(), clean(m.group("what") or "")
    who = m.group("who")
    pieces = [] if who.lower() == "me" else [
        {"raw": k.raw(who), "label": "email", "value": value_of(who, k)}
    ]  # fmt: skip
    form: Intent = {"do": "carry", "verb": "join", "noun": "" if what else kind, "pieces": pieces}
    if not what:
        return form
    deed = {"do": "act_on", "verb": kind, "target": target_of(what, k), "plain": True}
    return [deed, {**form, "row": True}]


def _rates(m: re.Match[str], k: Masked) -> Intent:
    """ "Give it 4 stars"."""
    return {"do": "rate", "n": count_of(m.group("n")) or 1, "target": target_of(m.group("what"), k)}


def _takes(m: re.Match[str], k: Masked) -> Intent:
    """ "Take the e-ticket": one of the choices that the page offers."""
    return {"do": "select", "values": [k.raw(bare(m.group("what")))], "target": target_of("", k)}


def _has_done(m: re.Match[str], k: Masked) -> Intent:
    """ "Have it gift wrapped": the box or choice that says so."""
    words = k.raw(m.group("what"))
    return {"do": "check", "target": {**target_of("it", k), "words": words, "raw": words}}


def _sets_more(m: re.Match[str], k: Masked) -> list[Intent] | None:
    """ "Set the date to 3 May, 4 nights, a suite": a whole value, then further details."""
    head, *rest = _PARTS.split(m.group("value"))
    whole = DAY.fullmatch(clean(head)) or re.fullmatch(rf"{MASK}|\d[\d.,:]*(?: [a-z]+)?", head)
    labelled = any(re.match(r"the [a-z ]{2,24} to \S", part) for part in rest)
    said = f"{m.group('where')} to {m.group('value')}"
    if not rest or not (whole or labelled) or len(pairs_of(said, k)) > 1:
        return None
    out = [{**one_field(clean(m.group("where")), head, k), "do": "set"}]
    pieces: list[Intent] = []
    for part in rest:
        said = re.fullmatch(r"(?:and )?(?P<label>the [a-z ]{2,24}) to (?P<value>\S.*)", part)
        if said:
            out.append({**one_field(said["label"], said["value"], k), "do": "set"})
        else:
            pieces += details_of(part, k, head=True)
    return [*out, {"do": "fill_form", "pieces": pieces}] if pieces else out


# The commas of "3 May, 2027" and "1,200" are the value's own.
_PARTS = re.compile(r"\s*,\s+(?!\d{4}\b)(?:and\s+)?|\s+and\s+(?=the\s|an?\s|\d)", re.I)


def _has_it(m: re.Match[str], k: Masked) -> Intent:
    """ "Have it switch off after 4 hours": the field that is called so, and its value."""
    label = k.raw(m.group("label"))
    target = {**target_of("it", k), "words": label, "raw": label}
    return {"do": "set", "target": target, "value": value_of(m.group("value"), k)}


RULES = [
    _rule(r"(?:set|change|update)\s+(?P<where>[^,]+?)\s+to\s+(?P<value>\S.*)$", _sets_more),
    _rule(
        rf"(?:write|type|enter|say|put|tell them)\s+(?P<what>{MASK})\s+about\s+(?P<where>\S.*)$",
        _about,
    ),
    _rule(
        rf"(?:put|add|sign|enter|place)\s+(?P<who>{MASK}|me)\s+(?:up\s+)?(?:on(?:to)?|to|in|for)\s+"
        r"(?:the|your|their)\s+(?P<list>(?:waiting|wait|guest|reserve) ?list)"
        r"(?:\s+(?:for|of)\s+(?P<what>\S.*))?$",
        _waits,
    ),
    _rule(
        rf"(?:give|award|rate)\s+(?P<what>it|this|that|(?:the|this|that)\s\S.*?)\s+(?:with\s+)?"
        rf"{_NUMBER}(?:\s+out of\s+(?:\d+|five|ten))?[ -]?"
        r"(?:stars?|out of (?:\d+|five|ten)|points)$",
        _rates,
    ),
    _rule(
        r"(?:take|opt for|go for|go with)\s+(?P<what>(?:the|an?)\s+(?!look\b|note\b|moment\b|"
        r"quiz\b|test\b|survey\b|tour\b|poll\b|course\b|screen|picture\b|photo\b|first\b|last\b)[^,]{2,40})$",
        _takes,
    ),
    _rule(
        r"have\s+(?:it|them|this|that)\s+(?P<label>[a-z]+(?:\s+[a-z]+){0,3}?\s+"
        r"(?:after|for|at|every|until|to|by|in|on))\s+"
        rf"(?P<value>{MASK}|(?:an?\s+)?\d\S*(?:\s\S+){{0,2}}|(?-i:[A-Z])\S*(?:\s\S+){{0,2}})$",
        _has_it,
    ),
    _rule(
        r"have\s+(?:it|them|this|that)\s+(?P<what>[a-z-]+(?:\s[a-z-]+){0,2}ed)$",
        _has_done,
    ),
]
