"""The grammar of giving: what is typed or set, and into which field."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.model.embedded.grammar.choosing import check, select
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.pairs import LABELS, pairs_of, series_of, values_in_turn
from agents.model.embedded.grammar.phrases import clean, target_of
from agents.model.embedded.grammar.words import STOPWORDS

Intent = dict[str, Any]


def _fill(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    what, where = clean(m.group("what")), clean(m.groupdict().get("where") or "")
    named = re.search(r"\sas\s", m.group()) and _CALLED.match(what)
    if _DESCRIBED.match(what) and not named and not k.parts_in(what) and _WRITES.match(m.group()):
        return None  # "write a poem": what it is, not the words of it
    pairs = [] if re.match(r"(?:both|all|each|every)\b", where, re.I) else pairs_of(what, k)
    if pairs and (
        len(pairs) > 1
        or not where
        or re.search(r"\b(?:fields|form|inputs|boxes|details)$", where, re.I)
    ):
        return [one_field(label, value, k) for label, value in pairs]
    if pairs := _each_with_label(m.group(), k):
        return pairs
    turned = re.search(r"\sas\s", m.group()) and _CALLED.match(what) and not k.parts_in(what)
    if turned and not _CALLED.match(where):
        return one_field(what, where, k)  # "enter the name as Ada"
    if not where:
        return _lone(what, k)
    if rest := re.match(
        (
            rf"(?P<first>.+?)(?:,| and|, and)\s+(?P<what>{MASK}|[\w@.-]+|\+?\d[\d ()/.-]*|"
            r"(?-i:[A-Z])[\w'’-]*(?: (?-i:[A-Z])[\w'’-]*)+)\s+(?:in|into|"
            rf"to|as|for|on|under)\s+(?P<where>.+)$"
        ),
        where,
        re.I,
    ):
        more = _fill(rest, k)
        return [
            one_field(rest.group("first"), what, k),
            *(more if isinstance(more, list) else [more]),
        ]
    return one_field(where, what, k)


_DESCRIBED = re.compile(r"(?:an?|some|any|my|your|our|me|us)\s+[a-z]")
_CALLED = re.compile(r"(?:the|my|your|its)\s", re.I)
_WRITES = re.compile(r"write\b|(?:type|enter|input|insert|fill in)\s(?!.*\sin(?:to)?\s)", re.I)


# "{{key}}, and off after 4 hours": the words behind the value are no part of it.
_MORE_SAID = re.compile(rf"(?P<value>{MASK})\s*,\s*(?:and\s+|but\s+)?(?P<rest>\w+ \w.*)")


def _each_with_label(text: str, k: Masked) -> list[Intent]:
    """ "Enter X as name, Y in City and 5 as the number": a value and its field each; [] if not."""
    pairs = values_in_turn(clean(text))
    return [
        one_field(one, value, k)
        for label, value in pairs
        for one in re.split(r"\s+and (?:in|into|as) ", label, flags=re.I)  # twice the same
    ]


def one_field(label: str, value: str, k: Masked) -> Intent:
    """One value into one field."""
    label, _, rest = label.partition(",")
    target = target_of(label, k)
    if more := _MORE_SAID.fullmatch(value):
        value, rest = more["value"], f"{more['rest']}, {rest}"
    given = value_of(value, k)
    parts = k.parts_in(value)
    between = re.sub(rf"{MASK}|[\s,.;:/_@-]", "", value)
    if len(parts) > 1 and between and any(part["is"] == "var" for part in parts):
        return {"do": "unknown", "words": k.original(f"{value} into {label}")}
    if target["all"] or re.search(r"\bboth\b", label, re.I):
        target["all"] = True
    return {
        "do": "fill",
        "target": target,
        "value": given,
        **({"hint": _hint(value)} if _hint(value) and not _around(value) else {}),
        **({"rest": clean(rest)} if clean(rest) else {}),
    }


def value_of(text: str, k: Masked) -> dict[str, Any]:
    """The value of a phrase: a quote or variable in it, else its words."""
    parts = k.parts_in(text)
    variables = [p for p in parts if p["is"] == "var"]
    if variables and _around(text):
        return {"text": k.raw(text.strip(" ,;"))}
    if len(parts) == 1 and (variables or parts[0]["is"] == "quote"):
        value: dict[str, Any] = {"var": parts[0]["raw"]} if variables else {"text": parts[0]["raw"]}
        style = re.search(r"\b(?:in |all )*(upper|lower|capital)[- ]?(?:case)?\b", text, re.I)
        if style and "text" in value:
            value["text"] = (
                value["text"].lower()
                if style.group(1).lower() == "lower"
                else value["text"].upper()
            )
        return value
    words = re.sub(
        (
            r"^(?:the\s+)?(?:text|value|word|words|name|number|phrase|message|string|"
            r"code|amount|date|time|url|email(?: address)?)\s+(?=\S)"
        ),
        "",
        clean(text),
        flags=re.I,
    )
    return k.value(words or text)


# "Dear {{name}}, hello", "{{name}} and co": what stands around a variable is typed, too. A noun
# before it ("the code {{code}}") names the field.
_GREETS = re.compile(r"\s*(?:hello|hi|dear|thanks|thank you|good \w+|re:)(?:\s|,)", re.I)
_STYLED = re.compile(
    r"\s*(?:,|\b(?:in|all|as|again|there|here|please|now|first|too|instead|once|twice)\b.*)?\s*",
    re.I,
)


def _around(value: str) -> bool:
    """Whether words, or further variables, around a value's first variable are part of it."""
    part = re.search(MASK, value)
    if part is None:
        return False
    head, tail = value[: part.start()], value[part.end() :]
    return bool(_GREETS.match(head)) or not _STYLED.fullmatch(tail)


def _hint(value: str) -> str:
    """The noun before a quoted value ("the username X") names the field when nothing else does."""
    match = re.match(
        (
            rf"(?:the|my|your|a|an)?\s*((?:[a-z-]+\s?){{1,3}}?)\s*(?:as\s+|to\s+|is\s+|"
            rf":\s*|=\s*|of\s+)?{MASK}"
        ),
        value,
        re.I,
    )
    noun = match.group(1).strip() if match else ""
    return (
        ""
        if noun.lower() in STOPWORDS | {"text", "value", "word", "phrase", "string", "number"}
        else noun
    )


def _lone(what: str, k: Masked) -> Intent | None:
    """A value without a place: into the field in focus or the only one there is."""
    if not re.search(MASK, what) and re.search(r"\b(?:form|fields?|details)\b", what, re.I):
        return None
    return {
        "do": "fill",
        "target": {**target_of("", k), "kind": "field"},
        "value": value_of(what, k),
    }


def _fill_with(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    where, what = clean(m.group("where")), clean(m.group("what"))
    whole = re.search(
        r"\b(?:form|fields|fieldset|details|it|everything|inputs|boxes|following)$|^(?:in|out)$",
        where,
        re.I,
    )
    if whole and (pairs := pairs_of(what, k)):
        return [one_field(label, value, k) for label, value in pairs]
    if len(series := series_of(where, what, k)) > 1:
        return [one_field(label, value, k) for label, value in series]
    if len(k.parts_in(what)) > 1:
        return None  # which part goes where was not understood: never type the words between
    return one_field(where, what, k)


def _given_as(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    """ "Fill in York as From": the value comes first, unless it is called as fields are."""
    where, what = clean(m.group("where")), clean(m.group("what"))
    if re.match(r"(?:the|my|your)\s", where, re.I) or re.fullmatch(LABELS, where, re.I):
        return _fill_with(m, k)
    turned = re.match(r"(?P<what>.+?) as (?P<where>.+)$", f"{where} as {what}", re.I)
    return _fill(turned, k) if turned else None


def _set_to(m: re.Match[str], k: Masked) -> Intent | list[Intent]:
    label, value = clean(m.group("where")), clean(m.group("what"))
    if re.match(r"(?:from|to)\s", value) and not re.search(r"\sto\s", value[3:]):
        label, value = f"{label} {value.split(' ', 1)[0]}", value.split(" ", 1)[1]  # "Issued to"
    if re.fullmatch(r"(?:on|checked|enabled|true|ticked)", value, re.I):
        return {"do": "check", "target": target_of(label, k)}
    if re.fullmatch(r"(?:off|unchecked|disabled|false|unticked)", value, re.I):
        return {"do": "uncheck", "target": target_of(label, k)}
    if place := _WITHIN.match(value):
        there = {"do": "act_on", "verb": place["place"].lower(), "its": True,
                 "target": target_of("it", k)}  # fmt: skip
        return [there, {**one_field(label, place["value"], k), "do": "set"}]
    pairs = pairs_of(f"{label} to {value}", k)
    if len(pairs) > 1:
        return [{**one_field(a, b, k), "do": "set"} for a, b in pairs]
    return {**one_field(label, value, k), "do": "set"}


# "Set its brightness to 40 in its settings": they are opened first.
_WITHIN = re.compile(
    rf"(?P<value>{MASK}|\d[\d.,]*\s?\S?|[A-Z]\w*)\s+(?:in|on|under)\s+(?:its|their|his|her)\s+"
    r"(?P<place>[a-z]+)$"
)


def _make(m: re.Match[str], k: Masked) -> Intent:
    """ "Make it public": the option that is called so."""
    return {"do": "select", "values": [m.group("what")], "target": target_of("", k)}


def _replace(m: re.Match[str], k: Masked) -> Intent:
    """ "Replace the word cat with dog in the note"."""
    target = target_of(m.group("where") or "", k)
    return {
        "do": "replace",
        "old": k.raw(m.group("old")),
        "new": k.raw(m.group("new")),
        "target": target,
    }


def _focus(m: re.Match[str], k: Masked) -> Intent:
    return {"do": "focus", "target": target_of(m.group("what"), k)}


def rule(
    pattern: str, build: Callable[[re.Match[str], Masked], Any]
) -> tuple[re.Pattern[str], Any]:
    return re.compile(pattern, re.I), build


RULES = [
    rule(
        (
            r"fill (?:in |out |up )?(?:the |this |a )?(?P<where>[\w\s-]*?(?:form|"
            r"fields|fieldset|inputs|boxes|following|details))\s*(?:with|using|as follows|like "
            r"this)?\s*[:,-]?\s+(?:with\s+|using\s+)?(?P<what>\S.*)$"
        ),
        _fill_with,
    ),
    rule(r"fill (?:in |out |up )?(?P<where>[^,]+?)\s+(?:with|using)\s+(?P<what>.+)$", _fill_with),
    rule(r"fill (?:in |out |up )?(?P<where>.+?)\s+as\s+(?P<what>.+)$", _given_as),
    rule(
        r"replace\s+(?:the\s+)?(?:words?|text|phrase|name)\s+"
        rf"(?P<old>{MASK}|\S+)\s+(?:with|by)\s+(?P<new>{MASK}|\S+)(?:\s+in\s+(?P<where>.+))?$",
        _replace,
    ),
    rule(
        r"replace\s+(?P<where>(?:the |my |your )?[a-z].*?)\s+(?:with|by)\s+(?P<what>.+)$",
        _set_to,
    ),
    rule(
        (
            r"(?:type|enter|input|write|put|paste|insert|fill(?: in)?|add|provide|key "
            r"in)\s+(?P<what>.+?)\s+(?:in(?:to)?|on(?:to)?|inside(?: of)?|"
            r"to)\s+(?P<where>(?!total\b|all (?:upper|lower|caps)|(?:upper|lower)).+)$"
        ),
        lambda m, k: (
            None
            if re.match(r"(?:add|put)", m.group(), re.I)
            and re.search(
                r"\b(?:cart|basket|bag|(?:wish|watch) ?list|favou?rites)$",
                clean(m.group("where")),
                re.I,
            )
            else _fill(m, k)
        ),
    ),
    rule(
        (
            r"(?:type|enter|input|write|put|provide|set|"
            r"use)\s+(?P<what>\S.*?)\s+(?:as|for)\s+(?P<where>(?:the |my |your |a "
            r")?[A-Za-z].*)$"
        ),
        _fill,
    ),
    rule(r"(?:turn|switch)\s+(?P<what>(?:the |my )?[a-z].*?)\s+on$", check(True)),
    rule(r"(?:turn|switch)\s+(?P<what>(?:the |my )?[a-z].*?)\s+off$", check(False)),
    rule(
        r"(?:set|change|update|adjust|edit|switch)\s+(?P<where>.+?)\s+to\s+(?P<what>.+)$", _set_to
    ),
    rule(r"(?:type|enter|input|write|key in|insert)\s+(?:in\s+)?(?P<what>.+)$", _fill),
    rule(r"fill (?:in |out )?(?P<what>.+)$", _fill),
    rule(
        (
            r"(?:make|mark|set)\s+(?:it|this|that|the "
            r"[a-z]+)\s+(?:as\s+)?(?P<what>(?!sure\b)[A-Za-z]+)$"
        ),
        _make,
    ),
    rule(
        r"(?:clear|empty|erase)\s+(?P<what>.+)$",
        lambda m, k: {"do": "fill", "target": target_of(m.group("what"), k), "value": {"text": ""}},
    ),
    rule(r"focus(?: (?:on|into|in))?\s+(?P<what>.+)$", _focus),
    rule(
        (
            r"(?:select|choose|pick)\s+(?P<what>.+?)\s+(?:as|for)\s+(?P<where>(?:the |"
            r"my |your )?[A-Za-z].*)$"
        ),
        select,
    ),
    rule(
        (
            r"(?:select|choose|pick)\s+(?P<what>.+?)\s+(?:from|in|on|under|with|"
            r"using)\s+(?P<where>(?:the |a )?[A-Za-z"
        )
        + MASK[1:-1]
        + r"].*)$",
        select,
    ),
    rule(r"(?:unselect|deselect)\s+(?P<what>.+)$", check(False)),
    rule(
        (
            r"(?:select|choose|pick)\s+(?P<what>(?!(?:the )?(?:first|last|second|"
            r"third|fourth|fifth|\d+(?:st|nd|rd|th))\b).+)$"
        ),
        select,
    ),
    rule(
        r"(?:select|choose|pick)\s+(?P<what>.+)$",
        lambda m, k: {"do": "click", "target": target_of(m.group("what"), k)},
    ),
    rule(
        r"(?:uncheck|untick|unmark|disable|turn off|switch off|deactivate)\s+(?P<what>.+)$",
        check(False),
    ),
    rule(r"(?:check|tick|enable|turn on|switch on|activate)\s+(?P<what>.+)$", check(True)),
    rule(
        (
            r"(?:agree to|accept)\s+(?P<what>(?:the )?(?:terms|conditions|(?:house )?rules|privacy|"
            r"licen[cs]e|agreement|policy).*)$"
        ),
        check(True),
    ),
]
