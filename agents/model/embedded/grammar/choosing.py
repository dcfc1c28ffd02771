"""The grammar of choosing: options of a list, and boxes that are ticked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.phrases import bare, clean, target_of, values_of
from agents.model.embedded.grammar.superlatives import HIGH, LOW
from agents.model.embedded.grammar.wishes import list_wish
from agents.model.embedded.grammar.words import KIND_WORDS

Intent = dict[str, Any]

_ALSO = re.compile(
    rf"(?P<first>(?:the |my )?[a-z][a-z -]*) and (?P<rest>{MASK}|(?-i:[A-Z]).*|\d.*)"
)
_BEST = re.compile(rf"(?:the )?(?:{LOW}|{HIGH})\b", re.I)
# "Japanese under I am learning and B1" (as my level): a choice, its list, and the next choice.
_TWO_LISTS = re.compile(
    r"(?P<what>[^,]+?) (?:under|in|from|as) (?P<where>[^,]+?)(?:,| and|, and) (?P<last>[^,]+)", re.I
)
_NEXT_LIST = re.compile(
    r"(?P<first>.+?)(?:,| and|, and)\s+(?P<what>.+?)\s+(?:as|for|from|in)\s+(?P<where>.+)$", re.I
)


def select(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    """ "Choose Eye care as department"."""
    what = re.sub(r"\s+(?:instead|there|here)$", "", clean(m.group("what")), flags=re.I)
    where = m.groupdict().get("where")
    if where:  # "in the Status filter": what the page calls it is "Status"
        where = re.sub(r"(?<=\S)\s+filters?$", "", clean(where), flags=re.I)
    if re.fullmatch(r"(?:nothing|none|no (?:items?|options?|checkbox(?:es)?))", what, re.I):
        return {"do": "nothing"}
    if not where and (named := _placeless(what, k)):
        return named
    if ">" in what and not re.search(MASK, what):
        return {"do": "path", "names": [k.raw(p).strip() for p in what.split(">") if p.strip()]}
    if where and (several := _several(what, where, k)):
        return several
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
    values = values_of(what, k)
    pure = [re.sub(r"\s+(?:option|radio button|checkbox|item)$", "", v, flags=re.I) for v in values]
    part = k.only(bare(what))
    value = {"var": part["raw"]} if part and part["is"] == "var" else None
    return {"do": "select", "values": pure, "target": target, **({"value": value} if value else {})}


def _placeless(what: str, k: Masked) -> Intent | None:
    """ "The cheapest flight", "the theme “dark”": what is said tells where it is chosen."""
    if _BEST.match(what) and not re.search(MASK, what):
        return {"do": "open_best", "wish": list_wish(what, k)}
    named = re.fullmatch(rf"(?:the |a |my )?(?P<label>[a-z][a-z -]{{1,20}}) (?P<v>{MASK})", what)
    if named and named["label"] not in KIND_WORDS:
        return _choice([k.raw(named["v"])], named["label"], k)
    return None


def _several(what: str, where: str, k: Masked) -> list[Intent]:
    """Choices in lists of their own, said in one go; empty where it is one choice."""
    if both := _TWO_LISTS.fullmatch(what):
        first = _choice(values_of(both["what"], k), both["where"], k)
        return [first, _choice(values_of(both["last"], k), where, k)]
    if rest := _NEXT_LIST.match(where):
        more = select(rest, k)
        first = _choice(values_of(what, k), rest.group("first"), k)
        return [first, *(more if isinstance(more, list) else [more] if more else [])]
    if also := _ALSO.fullmatch(where):
        # "Eye care as department and First visit": a second choice, which names no list.
        first = _choice(values_of(what, k), also.group("first"), k)
        return [first, _choice([k.raw(also.group("rest"))], "", k)]
    return []


def _choice(values: list[str], where: str, k: Masked) -> Intent:
    return {"do": "select", "values": values, "target": target_of(where, k)}


def _box(name: str, target: dict[str, Any]) -> dict[str, Any]:
    """A box of several: "Makrona under Brand" has a heading of its own."""
    words, under, head = name.partition(" under ")
    if under:
        return {**target, "words": words, "raw": name, "kind": None, "in": head}
    own = None if " under " in (target.get("raw") or "") else target.get("in")
    return {**target, "words": name, "kind": None, "raw": name, "in": own}


# "The boxes for Milk and Eggs", "the checkboxes Milk and Eggs"
_BOXES_FOR = re.compile(
    r"^(?:the )?(?:check ?)?boxes (?:(?:for|of|named|called|labell?ed|next to|marked) (?:the )?)?"
    r"(?=\S)",
    re.I,
)


def check(on: bool) -> Callable[[re.Match[str], Masked], Intent | list[Intent] | None]:
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
        what = _BOXES_FOR.sub("", what)
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
