"""What the things of a list have to be: "under €50", "since 2020", "by Ada", "that are open".

Each condition becomes a filter, {"field", "op", "value"}. Ops: "has", "lacks" (words), "says" (just
so), "starts" (its title does), "=", "of" (that field, or a cell of its own, says just this), "by"
(who made it), "<", "<=", ">", ">=", "==", "years" and "dates" (the first and the last), "available"
(whether it is to be had). `checks.py` holds the rows against them.
"""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import canonical, plain
from agents.browser.extract_values import CURRENCIES
from agents.browser.field_names import is_known, same_words
from agents.model.embedded.grammar.dates import take_dates
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.rows_meant import take_marked, take_named, take_or_more
from agents.model.embedded.grammar.whose import take_maker, take_owner, take_site
from agents.model.embedded.grammar.words import ONE_TO_TEN, count_of

Intent = dict[str, Any]

_MORE_OR_LESS = (
    r"under|below|(?:no |not )?(?:less|more) than|cheaper than|at most|up to|over|above|at least"
    r"|greater than|higher than|lower than|fewer than"
    r"|(?:short|long|small|larg|bigg|heavi|light|old|young|new)er than"
)
# Verbs that say what is measured: "jobs that pay more than 40k".
MEASURED_BY = {
    "pay": "salary", "earn": "salary", "cost": "price", "priced": "price", "weigh": "weight",
    "last": "duration", "rated": "rating", "start": "price",
}  # fmt: skip
_MEASURING = r"(?P<verb>cost(?:s|ing)?|priced(?: at)?|pay(?:s|ing)?|earn(?:s|ing)?" + (
    r"|weigh(?:s|ing)?|last(?:s|ing)?|(?:are |is )?(?<!best )(?<!best-)(?<!top )(?<!highest )rated"
    r"|start(?:s|ing)? at)"
)
_COINS = r"dollars?|bucks|usd|euros?|eur|pounds?|quid|gbp"
_SIGN_OF = {"d": "USD", "b": "USD", "u": "USD", "e": "EUR", "p": "GBP", "q": "GBP", "g": "GBP"}
_TIMES = {"k": 1e3, "thousand": 1e3, "million": 1e6}
_BETWEEN = re.compile(
    r"\s+(?:that (?:are|cost) |costing |priced |with (?:a |the )?)?(?P<field>[a-z]+ )?(?:of )?"
    rf"(?P<op>between|from)\s+(?P<low>[$€£¥]?\s?(?:\d[\d.,]*|{MASK}))\s*(?:and|to|[-–])\s*"
    rf"(?P<high>[$€£¥]?\s?(?:\d[\d.,]*|{MASK}))(?:\s*(?P<unit>[a-z]+))?$",
    re.I,
)
_FILTER = re.compile(
    rf"(?P<head>.*?)(?:^|\s+)(?P<op>{_MORE_OR_LESS})\s+"
    rf"(?P<sign>[$€£¥])?\s?(?P<num>\d[\d.,]*|{MASK})(?P<times>\s?(?:k|thousand|million)\b)?"
    rf"(?:\s*(?P<coin>{_COINS})\b)?\s*(?P<unit>(?!with|including|"
    r"sorted|from|on|in\b|as\b|and\b|an?\b|per\b|that\b|which\b|who\b|for\b|to\b)[a-z]+[²³]?)?"
    r"\s*(?P<rest>.*)$",
    re.I,
)
# What stands before it: "houses" "with" "a rating", "jobs" "that pay".
_HEAD = re.compile(
    r"(?P<noun>.*)(?:^|\s+)(?:(?:that|which|who)\s+)?"
    rf"(?:are|is|have|has|with|having|where|for|at|{_MEASURING})"
    r"(?:\s+(?:an?|the))?(?P<measure>(?:\s+[a-z]+){0,3})",
    re.I,
)
_OF = re.compile(r"\s+(?:is|are|of)$|\s+(?:that|which|who)(?:\s+(?:is|are))?$", re.I)

_EQUAL = re.compile(
    r"\s+(?:whose|where(?: the)?|with(?: a| the)?)\s+(?P<field>[a-z][\w ]{1,24}?)"
    r"\s+(?:is|are|equals?|=|of)\s+"
    rf"(?P<value>(?!(?:{_MORE_OR_LESS})\b)[^,]+)$",
    re.I,
)
_BELONGS = re.compile(
    r"\s+(?:of|for|by|from|with|in)\s+(?:the )?(?P<field>customer|client|author|user|seller|brand"
    r"|company|status|department|team|office|city|country|category|type|priority|owner|rank)"
    r"\s+(?P<value>(?!and\b|or\b|is\b|are\b)[^\s,]"
    r"(?:(?!\s(?:which|that|who|with|including|showing)\s)[^,]){0,40}?)"
    r"(?=$|\s(?:with|including|showing)\s)",
    re.I,
)
# "With the post code 5003": a name, and a code or number.
_CODED = re.compile(
    r"\s+(?:with|of|for|in)\s+(?:the )?(?P<field>(?!(?:and|or|of|in|page|top|first|last|line)\b)"
    r"[a-z]{2,}(?: (?!(?:and|or|of|in|at|on|to|than|from|over|under|above|below|between|since|page"
    rf"|{ONE_TO_TEN})\b)[a-z]{{2,}}){{0,2}})"
    r"\s+(?P<value>(?=[\w-]*\d)[A-Z\d][A-Z\d-]*)$",
    re.I,
)
_NUMBERED = re.compile(
    r"\s+(?:with|having|that have|which have)\s+(?:exactly\s+)?"
    rf"(?P<n>\d{{1,4}}|{ONE_TO_TEN})"
    r"(?P<more>\+| or more)?\s+(?P<field>[a-z]+(?: [a-z]+)?)$",
    re.I,
)
_LESS = re.compile(
    r"under|below|no(?:t)? more|less|cheaper|at most|up to|lower|fewer|shorter|smaller|lighter"
    r"|younger",
    re.I,
)
# "Flights to Lisbon", "campsites that allow dogs": what their rows have to say.
_SAYING = re.compile(
    r"^(?P<noun>(?:[\w'’-]+ ){0,3}?[\w'’-]*s)\s+(?:a night |per night )?(?:"
    r"(?:that|which|who)\s+(?:(?:are|is|have|has|do|can|offer|go|run|include|contain|speak|sell"
    r"|serve|accept|teach|use|support|need|require|come with"
    r"|take place|happen|work (?:in|for|at)|live in)"
    r"\s+)?(?P<not>not\s+)?"
    r"|(?:(?:go|run|fly|depart|leave|come|lead)(?:ing)?\s+)?(?:to|for|about|near|at)\s+"
    r"|available\s+(?:at|in|on|for)\s+|(?P<no>without)\s+)(?P<rest>(?!each\b|every\b|all\b|me\b)[^,]+)$",
    re.I,
)
_BY = re.compile(
    r"\s+(?:(?:that|which)\s+(?:was|were|are|is)\s+)?"
    r"(?P<verb>(?:written|posted|opened|started|made|sent|directed|created|published|recorded"
    r"|submitted|asked|painted|reported|taught|led|given|held|sold|built|designed|run|sent|organi[sz]ed"
    r"|hosted|played|sung|composed|signed|owned)\s+)?by\s+(?:the\s+)?(?P<value>"
    + MASK
    + r"|[^\s,](?:(?! (?:with|including|showing) )[^,]){0,40})$",
    re.I,
)
_EXCEPT = re.compile(
    r",?\s+(?:except(?: for| the)?|excluding|other than|but not|apart from)"
    r"\s+(?P<value>[^,]{2,40})$",
    re.I,
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_YEARS = re.compile(
    r"\s+(?:(?:that|which)\s+(?:was|were|are|is)\s+)?(?:[a-z]+ed\s+|from\s+)?"
    rf"(?:(?P<op>since|after|before|until|in|during|from)\s+(?P<year>{_YEAR})"
    rf"(?P<on>\s+on(?:wards?)?)?|between\s+(?P<first>{_YEAR})\s+and\s+(?P<last>{_YEAR}))$",
    re.I,
)


_STARTS = re.compile(
    r"\s+(?:that|which|whose (?:titles?|names?)"
    r"|(?:with|having) (?:a |the )?(?:titles?|names?) that)\s+"
    rf"(?:starts?|begins?)\s+with\s+(?:the (?:word|letter|letters) )?(?P<value>{MASK}|[\w:]+)$"
    rf"|\s+(?:starting|beginning)\s+with\s+(?P<other>{MASK}|[A-Z][\w:]*)$",
    re.I,
)


def _take_start(text: str, wish: Intent, k: Masked) -> str:
    """ "stories that start with “Ask:”"."""
    match = _STARTS.search(text)
    if match is None:
        return text
    value = k.raw(match["value"] or match["other"])
    wish["filters"].append({"field": "title", "op": "starts", "value": value})
    return clean(text[: match.start()])


ARE = re.compile(
    r"\s+(?:(?:that|who|which)\s+)?(?:are|is)\s+(?:currently |still |now |already )?"
    r"(?P<not>not )?(?P<state>in stock|out of stock|sold out|on sale|"
    r"(?!there\b|listed|shown|on\b|in\b|at\b|of\b|from\b|the\b|you\b|available\b|under\b|over\b"
    r"|below\b|above\b|more\b|less\b|visible|displayed)[a-z][a-z-]+)$",
    re.I,
)


# "Out of stock" says "stock", too: whether a thing is to be had is more than a word.
_STOCK = re.compile(
    r"\s+(?:(?:(?:that|who|which)\s+)?(?:are|is)\s+)?(?:currently |still |now |already )?"
    r"(?P<not>not )?(?:(?P<in>in stock|available)|out of stock|sold out|unavailable)$",
    re.I,
)


def _take_state(text: str, wish: Intent, k: Masked) -> str:
    """ "members who are inactive": those whose row says so."""
    if stock := _STOCK.search(text):
        there = bool(stock.group("in")) != bool(stock.group("not"))
        wish["filters"].append({"field": "availability", "op": "available", "value": there})
        return clean(text[: stock.start()])
    match = ARE.search(text)
    if match is None:
        return text
    op = "lacks" if match.group("not") else "has"
    wish["filters"].append({"field": "", "op": op, "value": match.group("state")})
    return re.sub(r"\s+and$", "", clean(text[: match.start()]))


def _take_equal(text: str, wish: Intent, k: Masked) -> str:
    """ "whose department is Sales", "where status equals paid"."""
    match = _EQUAL.search(text) or _BELONGS.search(text) or _coded(text)
    if match is None:
        return text
    if re.search(r"\b(?:number|count|amount|total)$", match.group("field"), re.I):
        return text  # "with title and number of replies": two fields
    value = k.raw(match.group("value"))
    wish["filters"].append({"field": k.raw(match.group("field")), "op": "=", "value": value})
    return clean(text[: match.start()] + text[match.end() :])


def _coded(text: str) -> re.Match[str] | None:
    """A known name before a code: "with ZIP 5003", and not "in May 2026" or "with size 4"."""
    match = _CODED.search(text)
    return match if match and is_known(same_words(plain(match["field"]))) else None


def _take_filter(text: str, wish: Intent, k: Masked) -> str:
    """ "under $50", "with more than 100 points"."""
    match = _FILTER.match(text)  # its head begins the text
    amount = re.sub(r"[^\d.]", "", k.raw(match.group("num")).replace(",", "")) if match else ""
    if match is None or not amount:
        return text
    noun, measure, verb = _head_of(match.group("head"))
    unit = (match.group("unit") or "").strip()
    by_verb = next((f for w, f in MEASURED_BY.items() if verb.startswith(w)), "")
    known = (f for f in (unit, measure) if canonical(f) not in (None, "title"))
    field = next(known, unit or measure or by_verb or "price")
    said = match.group("op").lower()
    op = "<" if _LESS.match(said) and not re.match(r"not? less", said) else ">"
    op += "=" if re.match(r"at (?:most|least)|up to|not? ", said) else ""
    times = _TIMES.get((match.group("times") or "").strip().lower(), 1)
    rule: dict[str, Any] = {"field": field, "op": op, "value": float(amount) * times}
    coin = match.group("coin")
    if sign := match.group("sign"):
        rule.update(field="price", currency=CURRENCIES[sign])
    elif coin and canonical(field) == "price":
        rule["currency"] = _SIGN_OF[coin[0].lower()]
    wish["filters"].append(rule)
    return clean(f"{noun} {match.group('rest') or ''}")


def _head_of(head: str) -> tuple[str, str, str]:
    """Noun, measure and verb of what stands before a comparison."""
    head = _OF.sub("", _OF.sub("", head.strip()))
    if match := _HEAD.fullmatch(head):
        verb = re.sub(r"^(?:are|is) ", "", (match.group("verb") or "").lower())
        noun = _OF.sub("", match.group("noun"))
        return noun, match.group("measure").strip(), verb
    before, _, last = head.rpartition(" ")
    if canonical(last) not in (None, "title"):
        return before, last, ""  # "hotels, price under 90"
    return head, "", ""


def _take_between(text: str, wish: Intent, k: Masked) -> str:
    """ "between £20 and £50", "with a rating from 4 to 5"."""
    match = _BETWEEN.search(text)
    if match is None:
        return text
    ends = [k.raw(match.group(g)) for g in ("low", "high")]
    sign = next((x[0] for x in ends if x[0] in CURRENCIES), None)
    field, unit = (match.group("field") or "").strip(), match.group("unit") or ""
    known = next((f for f in (unit, field) if f and canonical(f) not in (None, "title")), "")
    if not (known or sign or unit) and match.group("op").lower() == "from":
        return text
    figures = [float(re.sub(r"[^\d.]", "", x.replace(",", ""))) for x in ends]
    if re.fullmatch(_COINS, unit, re.I):
        sign, unit = None, ""
    if all(1500 <= x < 2100 for x in figures) and not (known or sign or unit):
        return text  # years
    for op, value in zip((">=", "<="), figures, strict=True):
        rule: dict[str, Any] = {"field": known or unit or "price", "op": op, "value": value}
        if sign:
            rule.update(field="price", currency=CURRENCIES[sign])
        wish["filters"].append(rule)
    noun = field if field and not known else ""
    return clean(f"{text[: match.start()]} {noun}")


def _take_by(text: str, wish: Intent, k: Masked) -> str:
    """ "topics started by Nils", "recipes by Joss Bell"."""
    match = _BY.search(text)
    if match is None:
        return text
    value = k.raw(match.group("value"))
    named = re.match(rf"[A-Z]|{MASK}", match.group("value"))
    if not (named or match.group("verb")) or canonical(value):
        return text
    before = text[: match.start()]
    rule: dict[str, Any] = {"field": "author", "op": "by", "value": value}
    if others := re.search(r"\s+(?:(?:that|which) (?:are|were|is|was) )?not$", before, re.I):
        rule["not"], before = True, before[: others.start()]
    wish["filters"].append(rule)
    return clean(before)


def _take_except(text: str, wish: Intent, k: Masked) -> str:
    """ "All products except Kite": those that do not say so."""
    match = _EXCEPT.search(text)
    if match is None or len(match.group("value").split()) > 4:
        return text
    value = k.raw(bare(match.group("value")))
    wish["filters"].append({"field": "", "op": "lacks", "value": value})
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
    wish["filters"] += each_said(match.group("rest"), op, k)
    return match.group("noun")


_AND = re.compile(
    r",?\s+and\s+(?:(?:that|which|who)\s+)?(?P<verb>are|is|have|has|with|without|offer|allow|accept"
    r"|include)\s+(?=\S)",
    re.I,
)


def each_said(text: str, op: str, k: Masked) -> list[dict[str, Any]]:
    """ "step-free and have toilets": a condition each."""
    first, *more = _AND.split(text)
    rules = [{"field": "", "op": op, "value": k.raw(clean(first))}]
    for verb, words in zip(more[::2], more[1::2], strict=True):
        no = re.match(r"(?:not|no)\s+", words, re.I)
        lacks = bool(no) or verb.lower() == "without"
        value = k.raw(clean(words[no.end() :] if no else words))
        rules.append({"field": "", "op": "lacks" if lacks else "has", "value": value})
    return rules


def _take_number(text: str, wish: Intent, k: Masked) -> str:
    """ "Houses with 4 bedrooms": just so many."""
    match = _NUMBERED.search(text)
    if match is None:
        return text
    least = ">=" if match.group("more") else "=="
    count = count_of(match.group("n"))
    rule = {"field": k.raw(match.group("field")), "op": least, "value": float(count or 0)}
    wish["filters"].append(rule)
    return clean(text[: match.start()])


_TAKING = (
    _take_except,
    _take_start,
    take_named,
    take_marked,
    take_or_more,
    _take_number,
    _take_equal, _take_state, _take_between, _take_filter, take_dates, _take_years, _take_by,
    take_maker, take_site, take_owner
)  # fmt: skip


def take(text: str, wish: Intent, k: Masked) -> str:
    """The text without its conditions; they are among the wish's filters then."""
    for _ in range(4):
        before = text
        for one in _TAKING:
            text = one(text, wish, k)
        if text == before:
            break
    return text
