"""The grammar of wanting to know: lists, single facts, counts, summaries."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.browser.extract_fields import canonical, singular
from agents.model.embedded.grammar import which
from agents.model.embedded.grammar.conditions import ARE
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.superlatives import HIGH, LOW
from agents.model.embedded.grammar.wishes import (
    FORMAT,
    VAGUE,
    Intent,
    fields_of,
    format_of,
    list_wish,
)
from agents.model.embedded.grammar.words import count_of, ordinal_in


def _extract(m: re.Match[str], k: Masked) -> Intent | None:
    what = re.sub(r"^(?:is|are|was|were)\s+(?=the\b)", "", m.group("what"), flags=re.I)
    if re.match(r"(?:me\s+)?(?:how many|the (?:number|count|total number) of)\b", what, re.I):
        return _count(
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
    wish = list_wish(what, k)
    if _is_list(what, wish):
        return {"do": "extract", **wish}
    return _details(what, k)


_IN_STOCK = re.compile(
    r"(?:is|are)\s+(?P<s>(?!there\b).+?)\s+(?:still |currently |now )?(?:in stock|available"
    r"|sold out|out of stock)(?: (?:now|today|right now|there|here))?",
    re.I,
)


def _stock(m: re.Match[str], k: Masked) -> Intent:
    """ "Is the blue bag in stock?": what its page, or its row, says of it."""
    subject = _subject(m.group("s"), k)
    return {"do": "details", "fields": ["availability"], "subject": subject, "nth": None}


_MEASURES = {
    "large": "size", "big": "size", "heavy": "weight", "tall": "height", "high": "height",
    "deep": "depth", "fast": "speed", "old": "age", "wide": "width",
    "long": "duration", "far": "distance", "expensive": "price",
}  # fmt: skip


def _how(m: re.Match[str], k: Masked) -> Intent:
    """ "How large is the file?": its size, or what a sentence says of it."""
    field, subject = _MEASURES[m.group("how").lower()], _subject(m.group("s"), k)
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


def _is_list(what: str, wish: Intent) -> bool:
    text = bare(clean(what)).lower()
    if wish.get("as") in ("list", "table", "csv", "array"):
        return True
    if (wish["limit"] is not None and wish["limit"] > 1) or wish["order"]:
        return True
    noun = wish["noun"].lower().split()
    if re.match(r"(?:all|every|each)\b", clean(what), re.I) or wish["filters"]:
        return True
    if re.search(r"\b(?:of|for) (?:each|every|all)\b", text):
        return True
    if noun and noun[-1] in ("table", "data", "news", "list", "everything"):
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


def _details(what: str, k: Masked) -> Intent | None:
    """Single facts: "the price of the blue backpack", "its title and rating"."""
    text = clean(FORMAT.sub("", clean(what)))
    text = re.sub(r"^me\s+", "", text, flags=re.I)
    text = re.sub(r"^(?:about\s+)?(?:(?:what|who) (?:is|are|was|were)\s+)", "", text, flags=re.I)
    if match := re.match(
        r"how much (?:does |is |do |are )?(?:the )?(?P<s>.+?)(?: costs?| is| are)?$", text, re.I
    ):
        return {
            "do": "details",
            "fields": ["price"],
            "subject": _subject(match.group("s"), k),
            "nth": None,
            "question": f"how much does {k.raw(match.group('s'))} cost",
        }
    if match := re.match(
        r"who (?:wrote|posted|opened|started|reported|is the author of)\s+(?P<s>.+)$", text, re.I
    ):
        return {
            "do": "details",
            "fields": ["author"],
            "subject": _subject(match.group("s"), k),
            "nth": None,
        }
    if re.match(r"who (?!is\b|are\b|was\b|were\b)\w+\s", text, re.I):
        return {"do": "answer", "question": k.raw(text)}
    if re.search(r"\b(?:do|does|did|can|will|should)\s+(?:you|they|we|i|it|the)\b", text, re.I):
        return {"do": "answer", "question": k.raw(f"which {text}")}
    match = re.match(r"(?P<f>.+?)\s+(?:of|for|from|in|on)\s+(?P<s>.+)$", bare(text), re.I)
    owned = re.match(r"(?P<s>(?:[A-Z][\w.-]*\s)*[A-Z][\w.-]*)['’]s\s+(?P<f>.+)$", bare(text))
    match = owned or match  # "Omar Said's e-mail address"
    fields = fields_of(match.group("f") if match else text, k)
    if not fields:
        return None
    subject, nth = None, None
    if match:
        subject = _subject(match.group("s"), k)
        nth, noun = ordinal_in(bare(match.group("s")))
        if (
            nth is not None
            and is_item_noun(re.sub(r"^(?:of )?(?:the )?", "", noun))
            and not re.search(MASK, match.group("s"))
        ):
            subject = None
        else:
            nth = None
    fields = [re.sub(r"^(?:its|their|his|her)\s+", "", f, flags=re.I) for f in fields]
    return {"do": "details", "fields": fields, "subject": subject, "nth": nth}


def _subject(text: str, k: Masked) -> str | None:
    text = clean(text)
    if VAGUE.fullmatch(text) or re.fullmatch(
        (
            r"(?:it|this|that|them|this (?:product|article|item|story|post|book|"
            r"movie)|the (?:product|article|item|page|story|post|current page))(?: "
            r"costs?)?"
        ),
        text,
        re.I,
    ):
        return None
    return k.raw(bare(text)) or None


def _count(what: str, k: Masked) -> Intent:
    if ARE.search(clean(what)):
        return {"do": "count", **list_wish(what, k)}
    what = re.sub(
        (
            r"\s+(?:are|is) (?:there|listed|shown|on the page|in .*|on .*)$|\s+(?:do|"
            r"does|can) (?:you|the page|it) (?:see|have|show|list).*$|\s+there are.*$"
        ),
        "",
        clean(what),
        flags=re.I,
    )
    if re.search(r"\b(?:did|does|do|has|have|had|was|were|will|can|takes?|needs?)\b", what, re.I):
        return {"do": "answer", "question": k.raw(f"how many {what}")}
    return {"do": "count", **list_wish(what, k)}


def _amend(m: re.Match[str], k: Masked) -> Intent | None:
    what = re.sub(
        r"\s+(?:for|of|in|to) (?:each|every|all|them|it|the)\b.*$|\s+(?:as well|too|also)$",
        "",
        clean(m.group("what")),
        flags=re.I,
    )
    fields = fields_of(what, k)
    return {"do": "amend", "fields": fields} if fields else None


def _only(m: re.Match[str], k: Masked) -> Intent:
    return {"do": "amend", "limit": int(m.group("n"))}


def _summarise(m: re.Match[str], k: Masked) -> Intent:
    what = clean(m.group("what") or "")
    size = re.search(r"\bin (\w+) (sentences?|words|bullet points|lines|points)\b", what, re.I)
    sentences = (count_of(size.group(1)) or 3) if size and size.group(2)[0] in "sblp" else None
    words = count_of(size.group(1)) if size and size.group(2).startswith("word") else None
    about = re.sub(r"\bin \w+ (?:sentences?|words|bullet points|lines|points)\b", "", what)
    about = re.sub(
        (
            r"^(?:of\s+)?(?:it|this|that|them|the (?:page|article|post|story|content|"
            r"text|website|site|whole page)|what (?:it|the page) says)?$"
        ),
        "",
        clean(about),
        flags=re.I,
    )
    return {
        "do": "summarise",
        "sentences": sentences,
        "words": words,
        "about": k.raw(bare(re.sub(r"^of\s+", "", about))) or None,
    }


def _table(m: re.Match[str], k: Masked) -> Intent:
    rest = m.groupdict().get("rest") or ""
    near = re.sub(
        r"^(?:of|with|about|for|on|under|named|called|titled)\s+(?:the\s+)?",
        "",
        clean(rest),
        flags=re.I,
    )
    return {
        "do": "extract",
        "limit": None,
        "noun": "table",
        "fields": None,
        "order": None,
        "filters": [],
        "near": k.raw(near) or None,
        "as": "table",
    }


def bare_list(text: str, k: Masked) -> Intent | None:
    """ "Cars in Berlin, newest first": a list that is only named."""
    wish = list_wish(text, k)
    noun = wish["noun"].split()
    plural = bool(noun) and singular(noun[-1]) != noun[-1] and len(noun) <= 4
    told = wish["order"] or wish["filters"] or wish["fields"]
    if (plural and told) or (wish["fields"] and wish["near"] and not noun):
        return {"do": "extract", **wish}
    fact = re.match(r"(?:the )?(?P<field>(?:[\w-]+ )?[\w-]+) (?:of|for) (?:the )?\S", text, re.I)
    named = fact and re.search(
        r"\b(?:number|address|hours|size|capacity)$", fact.group("field"), re.I
    )
    known = fact and canonical(fact.group("field").lower())
    return _details(text, k) if named or known else None


def _rule(
    pattern: str, build: Callable[[re.Match[str], Masked], Any]
) -> tuple[re.Pattern[str], Any]:
    return re.compile(pattern, re.I), build


_TELL = (
    r"(?:get|list|extract|return|collect|scrape|fetch|give(?: me)?|show(?: me)?|"
    r"report(?: back)?|tell(?: me)?|print|note(?: down)?|copy(?: down)?|find out|"
    r"what(?: is|'s| are| were| was)|which|read(?: me| out)?|record|write down|grab|"
    r"retrieve|gather|output)"
)


RULES_BEFORE = [
    _rule(
        r"(?:show|display|view)\s+(?P<what>(?:all|every)\s.+?\s(?:with|including)\s.+)$", _extract
    ),
    *which.RULES,
    _rule(r"(?:summari[sz]e|sum up|tl;?dr|recap)\b\s*(?P<what>.*)$", _summarise),
    _rule(
        (
            r"(?:give|write|make|get|provide|return|show)(?: me)? (?:a |the "
            r")?(?:short |brief |quick )?summary(?P<what>.*)$"
        ),
        _summarise,
    ),
    _rule(
        (
            r"(?:tell me |describe |explain )(?:what )?(?:it|this|the (?:page|article|"
            r"post|story)) is about(?P<what>)$"
        ),
        _summarise,
    ),
    _rule(
        (
            r"(?:also |and )?(?:include|add|show|with|and)\s+(?P<what>(?:the |its |"
            r"their |each )?[\w ,]+?(?: (?:for|of|to|in) (?:each|every|all|them)\b.*| "
            r"too| as well| also))$"
        ),
        _amend,
    ),
    _rule(r"(?:also )?include\s+(?P<what>.+)$", _amend),
    _rule(r"(?:only|just) (?:the )?(?:first|top) (?P<n>\d+)$", _only),
    _rule(
        (
            r"(?:return|give|show|output|format|present|list|put|print|"
            r"report)\s+(?:me\s+)?(?:them|it|these|those|this|the results?|results?|"
            r"everything|the output)(?: all| back)?(?:\s+(?:as|in|into)\s+.+)?$"
        ),
        lambda m, k: {"do": "format", "as": format_of(m.group()) or "list"},
    ),
    _rule(rf"{_IN_STOCK.pattern}$", _stock),
    _rule(
        rf"how (?P<how>{'|'.join(_MEASURES)})\s+(?:is|are)\s+(?:the\s+)?(?P<s>[^,]+)$",
        _how,
    ),
    _rule(r"how many\s+(?P<what>.+)$", lambda m, k: _count(m.group("what"), k)),
    _rule(r"count\s+(?P<what>.+)$", lambda m, k: _count(m.group("what"), k)),
    _rule(r"how much\s+.+$", lambda m, k: _details(m.group(), k)),
    _rule(
        r"what\s+(?:does|do)\s+(?P<s>.+?)\s+cost$",
        lambda m, k: _details(f"how much is {m.group('s')}", k),
    ),
    _rule(r"who\s+.+$", lambda m, k: _details(m.group(), k)),
    _rule(
        (
            r"(?:get|list|extract|return|scrape|show(?: me)?|give(?: me)?|read|copy|"
            r"fetch)\s+(?:all\s+)?(?:the\s+)?(?:data\s+(?:of|from|"
            r"in)\s+)?(?:the\s+)?(?:whole\s+)?table(?P<rest>\s+.+)?$"
        ),
        _table,
    ),
]

_TRIPS = (
    r"trains?|flights?|ferr(?:y|ies)|bus(?:es)?|coach(?:es)?|connections?|trips?|rides?|routes?"
)

RULES = [
    _rule(
        rf"(?:find|show|get|look for|check|list)(?: me)?\s+(?P<what>(?:[a-z]+ )?(?:{_TRIPS}) "
        r"from .+? to .+)$",
        lambda m, k: {"do": "search", "value": {"text": k.raw(clean(m.group("what")))}},
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
        lambda m, k: _details(m.group("what"), k),
    ),
    _rule(
        r"(?:pick|choose|select)\s+(?P<what>(?:the )?(?:" + LOW + "|" + HIGH + r")\b.*)$",
        lambda m, k: {"do": "open_best", "wish": list_wish(m.group("what"), k)},
    ),
]
