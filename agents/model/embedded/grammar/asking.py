"""The grammar of wanting to know: lists, single facts, counts, summaries."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.browser.extract_names import canonical, singular
from agents.model.embedded.grammar import inquiring, spoken, which, whole, whose
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
from agents.model.embedded.grammar.words import ordinal_in


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
        asks = re.match(r"what\b", m.group(), re.I)
        told = {"question": k.raw(clean(m.group()))} if asks else {}
        return {"do": "extract", **wish, **told}
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


# "Its shelf mark and its status at Northgate": only the second is said of Northgate.
_ITS_AND = re.compile(
    r"(?:me )?(?P<one>(?:its|their|his|her)(?: (?!(?:at|in|on|for|of|from)\b)[\w-]+){1,3}),? and "
    r"(?P<other>(?:its|their|his|her|the) (?:[\w-]+ ){1,3}(?:at|in|on|for|from) (?:the )?\S.*)",
    re.I,
)


# "The amounts of Profit, Sales and Payments": a figure for each of these labels.
_FIGURES = re.compile(
    r"(?:me )?(?:the )?(?:amounts|values|figures|numbers|totals|sums)(?: shown)? (?:of|for) "
    r"(?P<names>(?:the )?(?-i:[A-Z])[\w -]*(?:, (?:and )?(?-i:[A-Z])[\w -]*)*,? and "
    r"(?-i:[A-Z])[\w -]*)",
    re.I,
)
_ITS_TOO = re.compile(
    r"(?:me )?(?P<one>(?:the )?[\w -]{2,40}?) of (?P<s>[^,]{2,60}?)"
    r"(?P<more>(?:,? (?:and )?its [\w -]{2,30}?)+)",
    re.I,
)
# "How much is the adoption fee for a cat?": the fee, and not what a fee costs.
_HOW_MUCH_IS = re.compile(
    r"how much (?:is|are|was) (?:the )?(?P<f>(?:[a-z]+ ){0,2}(?:fee|fees|price|deposit|rent|fine"
    r"|charge|postage|shipping|delivery|tax|discount|fare|surcharge|membership|subscription))"
    r" (?:for|of|on|to|in|at) (?P<s>.+)",
    re.I,
)


# "The phone number of the lost property desk and the desk hours": two facts, one of the desk.
_OF_AND = re.compile(
    r"(?:me )?(?P<one>(?:the |its )?[\w -]{2,40}? (?:of|for|at) (?:the )?[^,]{2,40}?),? and "
    r"(?P<other>(?:the|its) (?:[\w-]+ ){0,3}(?:hours|numbers?|address(?:es)?|e-?mail|price|fee|time"
    r"|times|date|cost|deadline|status|author|owner|rating|size|weight|length|duration))",
    re.I,
)


def _details(what: str, k: Masked) -> Intent | list[Intent] | None:
    """Single facts: "the price of the blue backpack", "its title and rating"."""
    if its := _ITS_AND.fullmatch(clean(what)):
        both = [(_details(its.group(g), k), k.raw(its.group(g))) for g in ("one", "other")]
        return [{**told, "text": said} for told, said in both if told]
    if several := _FIGURES.fullmatch(clean(what)):
        names = [k.raw(n) for n in re.split(r",\s*(?:and\s+)?|\s+and\s+", several["names"])]
        return {"do": "details", "fields": names, "subject": None, "nth": None, "figures": True}
    if more := _ITS_TOO.fullmatch(clean(what)):  # "the price of the toner, its item number"
        told = _details(f"{more['one']} of {more['s']}", k)
        also = fields_of(re.sub(r"\bits ", "", more["more"].strip(" ,"), flags=re.I), k)
        whole = isinstance(told, dict) and also
        return {**told, "fields": [*told["fields"], *also]} if whole else told
    if both_of := _OF_AND.fullmatch(clean(what)):
        parts = [(_details(both_of.group(g), k), k.raw(both_of.group(g))) for g in ("one", "other")]
        if all(isinstance(told, dict) for told, _ in parts):
            return [{**told, "text": said} for told, said in parts if isinstance(told, dict)]
    text = clean(FORMAT.sub("", clean(what)))
    text = re.sub(r"^me\s+", "", text, flags=re.I)
    text = re.sub(r"^(?:about\s+)?(?:(?:what|who) (?:is|are|was|were)\s+)", "", text, flags=re.I)
    if match := _HOW_MUCH_IS.fullmatch(text):
        subject, field = _subject(match.group("s"), k), match.group("f")
        question = f"how much is the {k.raw(field)} for {k.raw(match.group('s'))}"
        return {
            "do": "details", "fields": [k.raw(field)], "subject": subject, "nth": None,
            "question": question,
        }  # fmt: skip
    text = re.sub(
        r"^(how much (?:does|do) .+?) costs? (?=(?:in|for|as|with) )", r"\1 ", text, flags=re.I
    )
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


# What stands after the things that are counted, and says no more than that they are there.
_THERE = re.compile(
    r"\s+(?:are|is) (?:there|listed|shown)(?: (?:here|in total|altogether))?(?=$|\s)"
    r"|\s+(?:are|is)? ?(?:on|in) (?:the|this) (?:page|list|shop|store|site|catalogue)$"
    r"|\s+(?:do|does|can) (?:you|the page|it|they|we) (?:see|have|show|list|sell|stock)\b"
    r"|\s+there are\b",
    re.I,
)
_AT = r"(?:in|on|at|from|by|under|over|below|above|between|since|after|before|for|with)\b"


_LEFT = re.compile(
    r"(?:of (?:it|them|these|those) )?(?:are|is) (?:there )?(?:still )?(?:left|in stock|available)"
    r"(?: in stock)?",
    re.I,
)
_LEFT_OF = re.compile(
    r"(?:pieces? |units? )?of the (?P<s>[^,]{2,60}?) (?:are|is) (?:there )?(?:still )?"
    r"(?:left|in stock|available)(?: in stock)?",
    re.I,
)
_SEVERAL_COUNTS = re.compile(r"(?:[a-z-]+ ){0,2}[a-z-]+s(?:,\s*(?:and )?|\s+and\s+|$)", re.I)


def _count(what: str, k: Masked) -> Intent:
    if _LEFT.fullmatch(clean(what)):  # "... and how many are in stock?", of what was asked about
        return {"do": "details", "fields": ["stock"], "subject": None, "nth": None, "left": True}
    if left := _LEFT_OF.fullmatch(clean(what)):
        subject = _subject(left["s"], k)
        return {"do": "details", "fields": ["stock"], "subject": subject, "nth": None}
    if len(_SEVERAL_COUNTS.findall(what)) > 2 and not _SEVERAL_COUNTS.sub("", what).strip():
        fields = fields_of(what, k)  # "the number of new orders, new tasks and tickets"
        if fields:
            told = {"fields": fields, "subject": None, "nth": None}
            return {"do": "details", **told, "figures": True}
    if ARE.search(clean(what)):
        return {"do": "count", **list_wish(what, k)}
    what = whose.made_by(_THERE.sub("", clean(what)))
    rated = list_wish(re.sub(r"\s+(?:is|are) (?=rated\b)", " ", what), k)
    if re.search(r"\b(?:rated|posted by)\b", what) and rated["filters"]:
        return {"do": "count", **rated}
    one = re.match(rf"(?P<f>[a-z]+s) (?:is|are) (?!{_AT})(?P<s>.*(?:[A-Z]|\d|{MASK}).*)$", what)
    if one:  # "how many credits is CS101"
        fields, subject = [one.group("f")], _subject(one.group("s"), k)
        asked = {"fields": fields, "subject": subject, "nth": None}
        return {"do": "details", **asked, "question": k.raw(f"how many {what}")}
    what = re.sub(rf"\s+(?:is|are) (?={_AT})", " ", what, flags=re.I)
    told = list_wish(re.sub(r"\s+(?:have|has|had|got)\s+", " with ", what, count=1), k)
    if told["filters"] and len(told["noun"].split()) < 3 and not told["fields"]:
        return {"do": "count", **told}  # "how many books have a rating above 4"
    if re.search(r"\b(?:did|does|do|has|have|had|was|were|will|can|takes?|needs?)\b", what, re.I):
        return {"do": "answer", "question": k.raw(f"how many {what}")}
    return {"do": "count", **list_wish(what, k)}


def mere_fields(text: str, k: Masked) -> list[str]:
    """ "Name, price and rating": nothing but what columns are called; else none."""
    fields = fields_of(text, k) or []
    return fields if len(fields) > 1 and all(canonical(f) for f in fields) else []


def bare_list(text: str, k: Masked) -> Intent | None:
    """ "Cars in Berlin, newest first": a list that is only named."""
    wish = list_wish(text, k)
    noun = wish["noun"].split()
    plural = bool(noun) and singular(noun[-1]) != noun[-1] and len(noun) <= 4
    told = wish["order"] or wish["filters"] or wish["fields"]
    if wish.get("one_page") and (plural or wish["fields"]):
        return {"do": "extract", **wish}
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
        lambda m, k: _details(m.group("what"), k),
    ),
    _rule(
        r"(?:pick|choose|select)\s+(?P<what>(?:the )?(?:" + LOW + "|" + HIGH + r")\b.*)$",
        lambda m, k: {"do": "open_best", "wish": list_wish(m.group("what"), k)},
    ),
]
