"""The grammar of giving: typing, choosing, ticking, signing in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.pairs import LABELS, pairs_of, series_of, values_in_turn
from agents.model.embedded.grammar.phrases import bare, clean, target_of, values_of
from agents.model.embedded.grammar.superlatives import HIGH, LOW
from agents.model.embedded.grammar.wishes import list_wish
from agents.model.embedded.grammar.words import KIND_WORDS, STOPWORDS

Intent = dict[str, Any]


def _fill(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    what, where = clean(m.group("what")), clean(m.groupdict().get("where") or "")
    if _DESCRIBED.match(what) and not k.parts_in(what) and _WRITES.match(m.group()):
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
    if len(parts) > 1 and any(part["is"] == "var" for part in parts):
        return {"do": "unknown", "words": k.original(f"{value} into {label}")}
    if target["all"] or re.search(r"\bboth\b", label, re.I):
        target["all"] = True
    return {
        "do": "fill",
        "target": target,
        "value": given,
        **({"hint": _hint(value)} if _hint(value) else {}),
        **({"rest": clean(rest)} if clean(rest) else {}),
    }


def value_of(text: str, k: Masked) -> dict[str, Any]:
    """The value of a phrase: a quote or variable in it, else its words."""
    parts = k.parts_in(text)
    variables = [p for p in parts if p["is"] == "var"]
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
_ALSO = re.compile(
    rf"(?P<first>(?:the |my )?[a-z][a-z -]*) and (?P<rest>{MASK}|(?-i:[A-Z]).*|\d.*)"
)
BEST = re.compile(rf"(?:the )?(?:{LOW}|{HIGH})\b", re.I)


# "Japanese under I am learning and B1" (as my level): a choice, its list, and the next choice.
_TWO_LISTS = re.compile(
    r"(?P<what>[^,]+?) (?:under|in|from|as) (?P<where>[^,]+?)(?:,| and|, and) (?P<last>[^,]+)", re.I
)


def _select(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    what = re.sub(r"\s+instead$", "", clean(m.group("what")), flags=re.I)
    where = m.groupdict().get("where")
    if where:  # "in the Status filter": what the page calls it is "Status"
        where = re.sub(r"(?<=\S)\s+filters?$", "", clean(where), flags=re.I)
    if re.fullmatch(r"(?:nothing|none|no (?:items?|options?|checkbox(?:es)?))", what, re.I):
        return {"do": "nothing"}
    if BEST.match(what) and not re.search(MASK, what) and not where:
        return {"do": "open_best", "wish": list_wish(what, k)}
    named = re.fullmatch(rf"(?:the |a |my )?(?P<label>[a-z][a-z -]{{1,20}}) (?P<v>{MASK})", what)
    if named and not where and named["label"] not in KIND_WORDS:  # "the theme “dark”"
        return {"do": "select", "values": [k.raw(named["v"])],
                "target": target_of(named["label"], k)}  # fmt: skip
    if ">" in what and not re.search(MASK, what):
        return {"do": "path", "names": [k.raw(p).strip() for p in what.split(">") if p.strip()]}
    if where and (both := _TWO_LISTS.fullmatch(what)):
        first = {"do": "select", "values": values_of(both["what"], k)}
        last = {"do": "select", "values": values_of(both["last"], k), "target": target_of(where, k)}
        return [{**first, "target": target_of(both["where"], k)}, last]
    if where and (
        rest := re.match(
            r"(?P<first>.+?)(?:,| and|, and)\s+(?P<what>.+?)\s+(?:as|for|from|in)\s+(?P<where>.+)$",
            where,
            re.I,
        )
    ):
        more = _select(rest, k)
        first = {
            "do": "select",
            "values": values_of(what, k),
            "target": target_of(rest.group("first"), k),
        }
        return [first, *(more if isinstance(more, list) else [more] if more else [])]
    if where and (also := _ALSO.fullmatch(where)):
        # "Eye care as department and First visit": a second choice, which names no list.
        first = {**m.groupdict(), "where": also.group("first")}
        chosen = {
            "do": "select",
            "values": values_of(what, k),
            "target": target_of(first["where"], k),
        }
        return [
            chosen,
            {"do": "select", "values": [k.raw(also.group("rest"))], "target": target_of("", k)},
        ]
    values = values_of(what, k)
    if not where and re.search(
        r"\b(?:button|link|tab|checkbox|radio button|radio|icon|row|card|product|item)\b",
        what,
        re.I,
    ):
        return {"do": "click", "target": target_of(what, k)}
    target = target_of(where or "", k)
    if re.search(r"\s(?:from|in|at|by)\s+(?:an?|the)\s", m.group()):
        # "Collection from a branch" may be what the choice itself is called
        target["whole"] = k.raw(bare(clean(m.group().split(" ", 1)[1])))
    pure = [re.sub(r"\s+(?:option|radio button|checkbox|item)$", "", v, flags=re.I) for v in values]
    part = k.only(bare(what))
    value = {"var": part["raw"]} if part and part["is"] == "var" else None
    return {"do": "select", "values": pure, "target": target, **({"value": value} if value else {})}


def _box(name: str, target: dict[str, Any]) -> dict[str, Any]:
    """A box of several: "Makrona under Brand" has a heading of its own."""
    words, under, head = name.partition(" under ")
    if under:
        return {**target, "words": words, "raw": name, "kind": None, "in": head}
    own = None if " under " in (target.get("raw") or "") else target.get("in")
    return {**target, "words": name, "kind": None, "raw": name, "in": own}


def _check(on: bool) -> Callable[[re.Match[str], Masked], Intent | list[Intent] | None]:
    def build(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
        what = clean(m.group("what"))
        if said := re.match(r"that\s+(.+)", what, re.I):
            if not re.match(r"(?:un)?tick|untick|mark|uncheck", m.group(), re.I):
                return None
            what = said.group(1)
            return {"do": "check" if on else "uncheck", "target": {
                **target_of("it", k), "words": k.raw(what), "raw": k.raw(what)}}  # fmt: skip
        if re.match(r"(?:if|whether|out|for|in|the (?:price|weather|status))\b", what, re.I):
            return None
        if re.match(r"\S.*\s+as\s+\S", what) and not on:
            return None
        do = "check" if on else "uncheck"
        target = target_of(what, k)
        if target["all"] or target["nth"] is not None:
            return {"do": do, "target": target}
        names = values_of(
            re.sub(r"\s+(?:check ?boxe?s?|options?|boxe?s)$", "", what, flags=re.I), k
        )
        if len(names) > 1 and not re.search(r"\bterms and conditions\b", what, re.I):
            return [{"do": do, "target": _box(n, target)} for n in names]
        return {"do": do, "target": target}

    return build


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


_FIELDISH = "|".join(sorted(map(re.escape, KIND_WORDS), key=len, reverse=True))


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
    rule(r"(?:turn|switch)\s+(?P<what>(?:the |my )?[a-z].*?)\s+on$", _check(True)),
    rule(r"(?:turn|switch)\s+(?P<what>(?:the |my )?[a-z].*?)\s+off$", _check(False)),
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
        _select,
    ),
    rule(
        (
            r"(?:select|choose|pick)\s+(?P<what>.+?)\s+(?:from|in|on|under|with|"
            r"using)\s+(?P<where>(?:the |a )?[A-Za-z"
        )
        + MASK[1:-1]
        + r"].*)$",
        _select,
    ),
    rule(r"(?:unselect|deselect)\s+(?P<what>.+)$", _check(False)),
    rule(
        (
            r"(?:select|choose|pick)\s+(?P<what>(?!(?:the )?(?:first|last|second|"
            r"third|fourth|fifth|\d+(?:st|nd|rd|th))\b).+)$"
        ),
        _select,
    ),
    rule(
        r"(?:select|choose|pick)\s+(?P<what>.+)$",
        lambda m, k: {"do": "click", "target": target_of(m.group("what"), k)},
    ),
    rule(
        r"(?:uncheck|untick|unmark|disable|turn off|switch off|deactivate)\s+(?P<what>.+)$",
        _check(False),
    ),
    rule(r"(?:check|tick|enable|turn on|switch on|activate)\s+(?P<what>.+)$", _check(True)),
    rule(
        (
            r"(?:agree to|accept)\s+(?P<what>(?:the )?(?:terms|conditions|(?:house )?rules|privacy|"
            r"licen[cs]e|agreement|policy).*)$"
        ),
        _check(True),
    ),
]
