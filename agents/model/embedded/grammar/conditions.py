"""What the things of a list have to be: "under €50", "since 2020", "by Ada", "that are open".

Each condition becomes a filter, {"field", "op", "value"}. Ops: "has", "lacks" (words), "says" (just
so), "=", "by" (who made it), "<", "<=", ">", ">=", "years" (the first and the last). `checks.py`
holds the rows against them.
"""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_fields import canonical
from agents.browser.extract_values import CURRENCIES
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.phrases import clean

Intent = dict[str, Any]

_MORE_OR_LESS = (
    r"under|below|less than|cheaper than|at most|up to|over|above|more than|at least|greater than"
    r"|higher than|lower than|fewer than"
    r"|(?:short|long|small|larg|bigg|heavi|light|old|young|new)er than"
)
_FILTER = re.compile(
    r"\s+(?:(?:which|that|who)\s+(?:are|is|have|has|costs?)|with|having|priced|"
    r"costing|where)?\s*(?:an?\s+|the\s+)?(?P<field>[a-z ]{2,24}?)?\s*"
    rf"(?:is\s+|are\s+|of\s+)?(?P<op>{_MORE_OR_LESS})\s+"
    rf"(?P<sign>[$€£¥])?\s?(?P<num>\d[\d.,]*|{MASK})"
    r"(?:\s*(?:dollars|euros|pounds|usd|eur|gbp))?\s*(?P<unit>(?!with|including|"
    r"sorted|from|on|in\b|as\b|and\b|an?\b|per\b|that\b|which\b|who\b|for\b|to\b)[a-z]+)?"
    r"\s*(?P<rest>.*)$",
    re.I,
)

_EQUAL = re.compile(
    r"\s+(?:whose|where(?: the)?|with(?: a| the)?)\s+(?P<field>[a-z][\w ]{1,24}?)"
    r"\s+(?:is|are|equals?|=|of)\s+(?P<value>[^,]+)$",
    re.I,
)
_BELONGS = re.compile(
    r"\s+(?:of|for|by|from|with|in)\s+(?:the )?(?P<field>customer|client|author|user|seller|brand"
    r"|company|status|department|team|office|city|country|category|type|priority|owner|rank)"
    r"\s+(?P<value>(?!and\b|or\b|is\b|are\b)[^\s,][^,]{0,40})$",
    re.I,
)
_LESS = re.compile(
    r"under|below|less|cheaper|at most|up to|lower|fewer|shorter|smaller|lighter|younger", re.I
)
# "Flights to Lisbon", "campsites that allow dogs": what their rows have to say.
_SAYING = re.compile(
    r"^(?P<noun>(?:[\w'’-]+ ){0,3}?[\w'’-]*s)\s+(?:a night |per night )?(?:"
    r"(?:that|which|who)\s+(?:(?:are|is|have|has|do|can|offer|go|run|include|contain)\s+)?(?P<not>not\s+)?"
    r"|(?:(?:go|run|fly|depart|leave|come|lead)(?:ing)?\s+)?(?:to|for|about|near|at)\s+"
    r"|available\s+(?:at|in|on|for)\s+|(?P<no>without)\s+)(?P<rest>(?!each\b|every\b|all\b|me\b)[^,]+)$",
    re.I,
)
_BY = re.compile(
    r"\s+(?:(?:that|which)\s+(?:was|were|are|is)\s+)?"
    r"(?P<verb>(?:written|posted|opened|started|made|sent|directed|created|published|recorded"
    r"|submitted|asked|painted|reported)\s+)?by\s+(?:the\s+)?(?P<value>"
    + MASK
    + r"|[^\s,][^,]{0,40})$",
    re.I,
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_YEARS = re.compile(
    r"\s+(?:(?:that|which)\s+(?:was|were|are|is)\s+)?(?:[a-z]+ed\s+|from\s+)?"
    rf"(?:(?P<op>since|after|before|until|in|during|from)\s+(?P<year>{_YEAR})"
    rf"(?P<on>\s+on(?:wards?)?)?|between\s+(?P<first>{_YEAR})\s+and\s+(?P<last>{_YEAR}))$",
    re.I,
)


ARE = re.compile(
    r"\s+(?:(?:that|who|which)\s+)?(?:are|is)\s+(?:currently |still |now |already )?"
    r"(?P<not>not )?(?P<state>in stock|out of stock|sold out|on sale|"
    r"(?!there\b|listed|shown|on\b|in\b|at\b|of\b|from\b|the\b|you\b|available\b|under\b|over\b"
    r"|below\b|above\b|more\b|less\b|visible|displayed)[a-z][a-z-]+)$",
    re.I,
)


def _take_state(text: str, wish: Intent, k: Masked) -> str:
    """ "members who are inactive": those whose row says so."""
    match = ARE.search(text)
    if match is None:
        return text
    op = "lacks" if match.group("not") else "has"
    wish["filters"].append({"field": "", "op": op, "value": match.group("state")})
    return clean(text[: match.start()])


def _take_equal(text: str, wish: Intent, k: Masked) -> str:
    """ "whose department is Sales", "where status equals paid"."""
    match = _EQUAL.search(text) or _BELONGS.search(text)
    if match is None:
        return text
    value = k.raw(match.group("value"))
    wish["filters"].append({"field": k.raw(match.group("field")), "op": "=", "value": value})
    return clean(text[: match.start()])


def _take_filter(text: str, wish: Intent, k: Masked) -> str:
    """ "under $50", "with more than 100 points"."""
    match = _FILTER.search(text)
    amount = re.sub(r"[^\d.]", "", k.raw(match.group("num")).replace(",", "")) if match else ""
    if match is None or not amount:
        return text
    head = (match.group("field") or "").strip()
    unit = (match.group("unit") or "").strip()
    field = next((f for f in (unit, head) if canonical(f) not in (None, "title")), unit or "price")
    op = "<" if _LESS.match(match.group("op")) else ">"
    op += "=" if re.match(r"at (?:most|least)|up to", match.group("op"), re.I) else ""
    rule: dict[str, Any] = {"field": field, "op": op, "value": float(amount)}
    if sign := match.group("sign"):
        rule.update(field="price", currency=CURRENCIES[sign])
    wish["filters"].append(rule)
    # "products under $50": the words before the comparison are the noun, no field.
    noun = head if canonical(head) in (None, "title") else ""
    return clean(f"{text[: match.start()]} {noun} {match.group('rest') or ''}")


def _take_by(text: str, wish: Intent, k: Masked) -> str:
    """ "topics started by Nils", "recipes by Joss Bell"."""
    match = _BY.search(text)
    if match is None:
        return text
    value = k.raw(match.group("value"))
    named = re.match(rf"[A-Z]|{MASK}", match.group("value"))
    if not (named or match.group("verb")) or canonical(value):
        return text
    wish["filters"].append({"field": "author", "op": "by", "value": value})
    return clean(text[: match.start()])


def _take_years(text: str, wish: Intent, k: Masked) -> str:
    """ "since 2023", "released in 2022", "between 1990 and 1999"."""
    match = _YEARS.search(text)
    if match is None:
        return text
    if match.group("first"):
        span = [int(match.group("first")), int(match.group("last"))]
    else:
        year, op = int(match.group("year")), match.group("op").lower()
        op = "since" if match.group("on") else op
        span = {
            "since": [year, 9999],
            "after": [year + 1, 9999],
            "before": [0, year - 1],
            "until": [0, year],
        }.get(op, [year, year])
    wish["filters"].append({"field": "date", "op": "years", "value": span})
    return clean(text[: match.start()])


def take_saying(text: str, wish: Intent, k: Masked) -> str:
    """ "flights to Lisbon", "campsites that allow dogs": the words that their rows must say."""
    match = _SAYING.match(text)
    if match is None or len(match.group("rest").split()) > 5:
        return text
    op = "lacks" if match.group("not") or match.group("no") else "has"
    wish["filters"].append({"field": "", "op": op, "value": k.raw(match.group("rest"))})
    return match.group("noun")


def take(text: str, wish: Intent, k: Masked) -> str:
    """The text without its conditions; they are among the wish's filters then."""
    for _ in range(4):
        before = text
        for one in (_take_equal, _take_state, _take_filter, _take_years, _take_by):
            text = one(text, wish, k)
        if text == before:
            break
    return text
