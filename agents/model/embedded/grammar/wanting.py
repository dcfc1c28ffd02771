"""Wishes in prose that are details of a form: "I'd like to travel to Oslo for three nights"."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar.details import details_of
from agents.model.embedded.grammar.filling import rule as _rule
from agents.model.embedded.grammar.masking import Masked
from agents.model.embedded.grammar.phrases import bare

Intent = dict[str, Any]
_I_AM = (
    r"(?:(?:i|we)(?:['’](?:m|re|ll|d)|\s+(?:am|are|will|would like to|want to|plan to|need to))\s+"
    r"(?:be\s+)?)?"
)
_GOING = (
    r"(?:travel(?:l?ing)?|fly(?:ing)?|stay(?:ing)?|arriv(?:e|ing)|depart(?:ing)?|leav(?:e|ing))"
)
SENDS = re.compile(
    r"(?:submit|send|post|save|apply|enrol|register|book|order|place|confirm|create|sign up|pay|"
    r"finish|done|ask)\b",
    re.I,
)
_FORMS = frozenset({"fill_form", "carry", "create"})


def _trip(m: re.Match[str], k: Masked) -> Intent | None:
    """Where to, when and how long, of somebody who fills in a form for it."""
    pieces = details_of(m["rest"], k, head=True)
    timed = any(p.get("day") or p.get("time") or p.get("count") for p in pieces)
    return {"do": "fill_form", "pieces": pieces} if timed else None


_NEED = re.compile(
    r"(?:i|we)(?:['’]d| would)? (?:also )?(?:need|want|like|prefer)\s+"
    r"(?P<rest>(?!to\b|you\b|it\b|that\b|this\b|all\b|their\b)\S.+)",
    re.I,
)


def unclear(text: str, k: Masked) -> Intent:
    """What no rule understands; "we need a double room" are details, where a form is filled in."""
    need = _NEED.fullmatch(text)
    needs = {"needs": details_of(need["rest"], k, head=True)} if need else {}
    return {"do": "unknown", "words": k.original(text), **needs}


def _form(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Fill this in for me: Tom Hart, to Vienna on 2 June": the page knows what each is."""
    pieces = details_of(m["rest"], k, head=True)
    return {"do": "fill_form", "pieces": pieces} if pieces else None


RULES = [
    _rule(
        r"(?:fill|complete)\s+(?:(?:in|out)\s+)?(?:this|it|the form|this form)(?:\s+(?:in|out))?"
        r"(?:\s+for (?:me|us))?\s*[:,-]\s*(?P<rest>\S.+)$",
        _form,
    ),
    _rule(
        rf"{_I_AM}{_GOING}\s+(?P<rest>(?:(?:to|in|from|at|on|for|with|one|two|three|four|five|six"
        r"|seven)\s|\d).+)$",
        _trip,
    ),
]


def as_details(intents: list[Intent]) -> list[Intent]:
    """What somebody needs is what a form is to hold, where the task fills in or sends one."""
    filled = any(
        one["do"] in _FORMS
        or (one["do"] in ("act_on", "submit", "click") and SENDS.match(one.get("text", "")))
        for one in intents
    )
    out: list[Intent] = []
    for one in intents:
        if (put := _as_needed(one, out)) is not None:
            out[-1:] = [put]
            continue
        needs = one.get("needs")
        form = {"do": "fill_form", "pieces": needs, "text": one.get("text", "")}
        out.append(form if needs and filled else one)
    for one in out:
        one.pop("needs", None)
    return out


_FOR = re.compile(r"\s+(?:for|to|that|which)\s.*$", re.I)


def _as_needed(intent: Intent, before: list[Intent]) -> Intent | None:
    """ "I need a lamp for my desk, put it in the cart": a lamp is put into the cart."""
    target = intent.get("target") or {}
    need = _NEED.fullmatch(before[-1].get("words") or "") if before else None
    if intent["do"] != "add" or need is None or target.get("words") not in ("it", "one", "them"):
        return None
    name = bare(_FOR.sub("", need["rest"]))
    return {**intent, "target": {**target, "words": name, "raw": name}}
