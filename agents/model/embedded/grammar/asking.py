"""The grammar of wanting to know: lists, single facts, counts, summaries."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.browser.extract_names import canonical, singular
from agents.model.embedded.grammar import inquiring, spoken, which, whole
from agents.model.embedded.grammar.amounts import count
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.single import AND_HOW_MANY, details, subject_of
from agents.model.embedded.grammar.superlatives import HIGH, LOW
from agents.model.embedded.grammar.wishes import (
    Intent,
    fields_of,
    format_of,
    list_wish,
)


def _extract(m: re.Match[str], k: Masked) -> Intent | None:
    what = re.sub(r"^(?:is|are|was|were)\s+(?=the\b)", "", m.group("what"), flags=re.I)
    if re.match(r"(?:me\s+)?(?:how many|the (?:number|count|total number) of)\b", what, re.I):
        return count(
            re.sub(
                r"^(?:me\s+)?(?:how many|the (?:number|count|total number) of)\s+",
                "",
                what,
                flags=re.I,
            ),
            k,
        )
    if re.fullmatch(
        (
            r"(?:them|it|this|these|those|the (?:results?|list|data|output))(?: "
            r"all)?(?: back)?(?: (?:as|in) .+)?"
        ),
        clean(what),
        re.I,
    ):
        return {"do": "format", "as": format_of(what) or "list"}
    if re.match(r"(?:me )?(?:if|whether)\b", what, re.I):
        asked = clean(re.sub(r"^me ", "", what, flags=re.I))
        turned = re.sub(r"^(?:if|whether)\s+(.+?)\s+(is|are)\b", r"\2 \1", asked, flags=re.I)
        stock = _IN_STOCK.fullmatch(turned)
        return _stock(stock, k) if stock else {"do": "answer", "question": k.raw(asked)}
    if said := _SAID.fullmatch(clean(what)):
        return {"do": "extract", **list_wish(said.group("noun"), k)}
    if AND_HOW_MANY.fullmatch(clean(what)):
        return details(what, k)
    wish = list_wish(what, k)
    if _is_list(what, wish):
        asks = re.match(r"what\b", m.group(), re.I)
        told = {"question": k.raw(clean(m.group()))} if asks else {}
        return {"do": "extract", **wish, **told}
    return details(what, k)


_IN_STOCK = re.compile(
    r"(?:is|are)\s+(?P<s>(?!there\b).+?)\s+(?:still |currently |now )?(?:in stock|available"
    r"|sold out|out of stock)(?: (?:now|today|right now|there|here))?",
    re.I,
)


def _stock(m: re.Match[str], k: Masked) -> Intent:
    """ "Is the blue bag in stock?": what its page, or its row, says of it."""
    subject = subject_of(m.group("s"), k)
    return {"do": "details", "fields": ["availability"], "subject": subject, "nth": None}


_MEASURES = {
    "large": "size", "big": "size", "heavy": "weight", "tall": "height", "high": "height",
    "deep": "depth", "fast": "speed", "old": "age", "wide": "width",
    "long": "duration", "far": "distance", "expensive": "price",
}  # fmt: skip


def _how(m: re.Match[str], k: Masked) -> Intent:
    """ "How large is the file?": its size, or what a sentence says of it."""
    field, subject = _MEASURES[m.group("how").lower()], subject_of(m.group("s"), k)
    return {
        "do": "details", "fields": [field], "subject": subject, "nth": None,
        "question": k.raw(clean(m.group())),
    }  # fmt: skip


# "What people say in the comments": the comments themselves, not how many there are.
_SAID = re.compile(
    r"(?:me\s+)?what\s+(?:\w+\s+){1,2}(?:say|said|think|wrote|write)\s+in\s+(?:the\s+)?"
    r"(?P<noun>\w+s)",
    re.I,
)


# "The titles and prices of the results": plural fields of plural things.
_SEVERAL = re.compile(
    r"(?:all )?(?:the )?(?:[\w-]+ ){0,2}[\w-]{2,}(?<!s)s"
    r"(?:(?:, | and |, and )(?:the )?(?:[\w-]+ )?[\w-]{2,}(?<!s)s)*"
    r" (?:of|for|from) (?:the |these |those )?(?:[\w-]+ )?[\w-]{2,}(?<!s)s\b"
)


def _is_list(what: str, wish: Intent) -> bool:
    text = bare(clean(what)).lower()
    if wish.get("as") in ("list", "table", "csv", "array") or wish.get("whatever"):
        return True
    if (wish["limit"] is not None and wish["limit"] > 1) or wish["order"]:
        return True
    noun = wish["noun"].lower().split()
    # "The price of the Moon lamp" is one fact; "lamps of the Moon series" are some.
    several = bool(noun) and noun[-1] != singular(noun[-1])
    filters = [f for f in wish["filters"] if f["op"] != "of" or several]
    if re.match(r"(?:all|every|each)\b", clean(what), re.I) or filters:
        return True
    if several and wish["fields"] and wish.get("beside"):
        return True
    if re.search(r"\b(?:of|for) (?:each|every|all)\b", text):
        return True
    if noun and noun[-1] in ("table", "data", "news", "list", "everything"):
        return True
    if wish.get("one_page") and text.split()[0] != singular(text.split()[0]):
        return True  # "the titles on page 2"
    if wish.get("either") or _SEVERAL.match(text):
        return True
    if noun and noun[-1] != singular(noun[-1]) and not re.search(r"\bof the \w+$", text):
        return is_item_noun(wish["noun"]) or len(noun) <= 2
    if wish["fields"] and wish["near"] and not noun:
        return bool(re.match(r"(?:the |all )*\w+s\b", text))
    plural_fields = re.split(r",\s*|\s+and\s+", text)
    return (
        bool(wish["fields"])
        and not noun
        and all(p.split()[-1] != singular(p.split()[-1]) for p in plural_fields if p.split())
    )


def mere_fields(text: str, k: Masked) -> list[str]:
    """ "Name, price and rating": nothing but what columns are called; else none."""
    fields = fields_of(text, k) or []
    return fields if len(fields) > 1 and all(canonical(f) for f in fields) else []


def bare_list(text: str, k: Masked) -> list[Intent]:
    """ "Cars in Berlin, newest first": what is only named, a list or facts."""
    wish = list_wish(text, k)
    noun = wish["noun"].split()
    several = bool(noun) and (singular(noun[-1]) != noun[-1] or noun[-1].lower() == "stuff")
    plural = several and len(noun) <= 4
    told = wish["order"] or wish["filters"] or wish["fields"]
    if wish.get("one_page") and (plural or wish["fields"]):
        return [{"do": "extract", **wish}]
    if (plural and told) or (wish["fields"] and wish["near"] and not noun):
        return [{"do": "extract", **wish}]
    fact = re.match(r"(?:the )?(?P<field>(?:[\w-]+ )?[\w-]+) (?:of|for) (?:the )?\S", text, re.I)
    named = fact and re.search(
        r"\b(?:number|address|hours|size|capacity)$", fact.group("field"), re.I
    )
    known = fact and canonical(fact.group("field").lower())
    if not (named or known):
        return []
    found = details(text, k)
    return found if isinstance(found, list) else [found]


def _rule(
    pattern: str, build: Callable[[re.Match[str], Masked], Any]
) -> tuple[re.Pattern[str], Any]:
    return re.compile(pattern, re.I), build


_TELL = (
    r"(?:(?:get|list|extract|return|collect|scrape|fetch|give|show|tell|print|bring|grab"
    r"|retrieve|gather|output)(?: (?:me|us))?|report(?: back)?|note(?: down)?|copy(?: down)?"
    r"|(?:find out|know|let me know)(?= (?:who|what|which|whether|if|how)\b)"
    r"|find out(?= the\b)|what(?: is|'s| are| were| was)|which|read(?: me| out)?|record|write down)"
)


RULES_BEFORE = [
    _rule(
        r"(?:make|draw up|compile|prepare|create|build)(?: me)? (?P<what>an? (?:[a-z]+ )?table "
        r"(?:of|with|listing|showing) (?:.+ of )?(?:all|every|each|the) .+)$",
        _extract,
    ),
    _rule(
        r"(?:make|draw up|compile|prepare|put together)(?: me| us)? (?P<what>an? (?:[a-z]+ )?list "
        r"(?:of|with) (?:all |every |each |the )?.+)$",
        _extract,
    ),
    _rule(
        r"(?:show|display|view)\s+(?P<what>(?:all|every)\s.+?\s(?:with|including)\s.+)$", _extract
    ),
    _rule(
        r"(?:show|display|view)(?: me)?\s+(?P<what>(?:the )?(?:names?|titles?|prices?|headlines?)"
        r" (?:and [a-z]+ )?of (?:everything|all|every|each|the)\b.+)$",
        _extract,
    ),
    _rule(
        r"(?:get|give|read|return|copy|extract|show|tell|list)(?: me)? (?:all |every )?(?:of )?"
        r"(?:the |its )?(?:details?|facts|information|data|attributes|specifications|specs)"
        r"(?: (?:of|about|on|for) (?:it|(?:this|the) (?:[a-z]+ )?(?:product|item|page|article|book"
        r"|job|event|recipe|order|person|thing|house|car|hotel|film|movie)))?"
        r"(?: (?:on|from) (?:this|the) page)?$",
        whole.record,
    ),
    _rule(
        r"(?:get|give|read|return|copy|extract|show|tell)(?: me)? (?:all )?(?:the )?"
        r"(?:whole |full )?"
        r"(?:texts?|contents?|words|paragraphs?) (?:under|below|of|in) (?:the )?"
        rf"(?:(?:heading|section) )?(?P<head>{MASK}|(?-i:[A-Z])[^,]+?)(?: section| heading)?$",
        whole.section,
    ),
    *spoken.RULES,
    *inquiring.RULES,
    *which.RULES,
    _rule(r"(?:summari[sz]e|sum up|tl;?dr|recap)\b\s*(?P<what>.*)$", whole.summarise),
    _rule(
        (
            r"(?:give|write|make|get|provide|return|show)(?: me)? (?:a |the "
            r")?(?:short |brief |quick )?summary(?P<what>.*)$"
        ),
        whole.summarise,
    ),
    _rule(
        r"(?:tell me )?what(?:['’]s| is| can i (?:see|find|do|read)| does it say)"
        r"(?: shown| written)?(?: on)?(?: (?:this|the) (?:page|site)| here)(?: about)?(?P<what>)$",
        whole.summarise,
    ),
    _rule(
        (
            r"(?:tell me |describe |explain )(?:what )?(?:it|this|(?:the|this) (?:page|article|"
            r"post|story)) is about(?P<what>)$"
        ),
        whole.summarise,
    ),
    _rule(
        (
            r"(?:also |and )?(?:include|add|show|with|and)\s+(?P<what>(?:the |its |"
            r"their |each )?[\w ,]+?(?: (?:for|of|to|in) (?:each|every|all|them)\b.*| "
            r"too| as well| also))$"
        ),
        whole.amend,
    ),
    _rule(r"(?:also )?include\s+(?P<what>.+)$", whole.amend),
    _rule(r"(?:only|just) (?:the )?(?:first|top) (?P<n>\d+)$", whole.only),
    _rule(
        r"(?:return|give|show|output|format|present|list|get|print|report)\s+(?:me\s+)?(?:all\s+)?"
        r"(?P<what>(?:them|these|those|the (?:results?|output)|results?|everything)(?: all| back)?"
        r"(?:\s+(?:as|in|into)\s+(?:an?\s+)?\w+)?\s+(?:with|including|showing)\s+.+)$",
        whole.with_fields,
    ),
    _rule(
        (
            r"(?:return|give|show|output|format|present|list|put|print|"
            r"report)\s+(?:me\s+)?(?:them|it|these|those|this|the results?|results?|"
            r"everything|the output)(?: all| back)?"
            r"(?:\s+(?:as|in|into)\s+(?!the\b|this\b|my\b|your\b).+)?$"
        ),
        lambda m, k: {"do": "format", "as": format_of(m.group()) or "list"},
    ),
    _rule(rf"{_IN_STOCK.pattern}$", _stock),
    _rule(
        rf"how (?P<how>{'|'.join(_MEASURES)})\s+(?:is|are)\s+(?:the\s+)?(?P<s>[^,]+)$",
        _how,
    ),
    _rule(r"how many\s+(?P<what>.+)$", lambda m, k: count(m.group("what"), k)),
    _rule(r"count\s+(?P<what>.+)$", lambda m, k: count(m.group("what"), k)),
    _rule(r"how much\s+.+$", lambda m, k: details(m.group(), k)),
    _rule(
        r"what\s+(?:does|do)\s+(?P<s>.+?)\s+cost$",
        lambda m, k: details(f"how much is {m.group('s')}", k),
    ),
    _rule(r"who\s+.+$", lambda m, k: details(m.group(), k)),
    _rule(
        (
            r"(?:get|list|extract|return|scrape|show(?: me)?|give(?: me)?|read|copy|"
            r"fetch)\s+(?:all\s+)?(?:the\s+)?(?:data\s+(?:of|from|"
            r"in)\s+)?(?:the\s+)?(?:whole\s+)?table(?P<rest>\s+.+)?$"
        ),
        whole.table,
    ),
]

_TRIPS = (
    r"trains?|flights?|ferr(?:y|ies)|bus(?:es)?|coach(?:es)?|connections?|trips?|rides?|routes?"
)

RULES = [
    _rule(rf"(?:also )?{_TELL}\s+{whole.OF_EACH}", whole.of_each),
    _rule(
        rf"(?:find|show|get|look for|check|list)(?: me)?\s+(?P<what>(?:[a-z]+ )?(?:{_TRIPS}) "
        r"from .+? to .+)$",
        lambda m, k: {"do": "search", "value": {"text": k.raw(clean(m.group("what")))}},
    ),
    _rule(
        r"(?:i|we)(?:['’]d| would)? (?:also )?(?:need|want|like)(?: to know)?\s+"
        r"(?P<what>(?:their|its|his|her)\s.+)$",
        _extract,
    ),
    _rule(rf"{_TELL}\s+(?P<what>.+)$", _extract),
    _rule(
        (
            r"(?:find|look up|look for|locate)\s+(?P<what>(?:all|every|the (?:top|"
            r"first|latest|last) (?:\d+|\w+)\s+\w+s\b|(?:the )?(?:\w+ ){0,1}(?:"
        )
        + LOW
        + "|"
        + HIGH
        + r")).*)$",
        _extract,
    ),
    _rule(
        (
            r"find\s+(?:out\s+)?(?P<what>(?:the\s+)?(?:price|cost|number|title|author|"
            r"date|rating|name|address|phone|email)\b.* of .*|its \w+.*)$"
        ),
        lambda m, k: details(m.group("what"), k),
    ),
    _rule(
        r"(?:pick|choose|select)\s+(?P<what>(?:the )?(?:" + LOW + "|" + HIGH + r")\b.*)$",
        lambda m, k: {"do": "open_best", "wish": list_wish(m.group("what"), k)},
    ),
]
