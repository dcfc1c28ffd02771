"""Who said something, and how much of it one entry has: "who commented and what they wrote"."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.grammar import whole
from agents.model.embedded.grammar.going import open_intent
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.wishes import fields_of, list_wish
from agents.model.embedded.grammar.words import ordinal_in

Intent = dict[str, Any]

_SPOKEN = {
    "comment": "comments", "repl": "replies", "answer": "answers", "review": "reviews",
    "respond": "replies",
}  # fmt: skip
_NTH = r"(?:the )?(?:first|second|third|fourth|fifth|last|\d+(?:st|nd|rd|th))"
_NAMED = (
    r"(?:the )?(?:story|article|post|topic|thread|question|video)"
    r"(?: (?:about|on|called|titled|named))?"
    rf" (?:{MASK}|(?<=about )(?:the )?[\w-]+(?: [\w-]+)?)"
)
_WHO_SPOKE = re.compile(
    r"(?:me )?who(?: has| have| all)? (?P<verb>comment|repl|answer|review|respond)(?:ed|ied|d)"
    r"(?: there| here| (?:on|to) (?:it|this|that|(?:this|the) (?:story|article|post|topic|page)))?"
    rf"(?: (?:on|to|under) (?P<on>{_NTH} (?:story|article|post|topic|entry|item|one)))?"
    r"(?P<said>,? and what (?:they|each|he|she|people|everyone)(?: of them| one)?"
    r"(?: have| has| had)? (?:wrote|written|said|say|thinks?|thought|answered|replied)"
    r"(?: there| in it)?)?",
    re.I,
)


def who_spoke(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    """ "Who commented, and what they wrote": the comments with their authors."""
    said = _WHO_SPOKE.fullmatch(clean(m.group("what")))
    if said is None:
        return None
    fields = ["author", *(["text"] if said["said"] else [])]
    noun = _SPOKEN[said["verb"].lower()]
    wish = {"do": "extract", "limit": None, "noun": noun, "fields": fields, "order": None,
            "filters": [], "near": None, "beside": True}  # fmt: skip
    return _opened(said["on"], wish, k) if said["on"] else wish


def _opened(on: str, wish: Intent, k: Masked) -> list[Intent]:
    return [{**open_intent(on, k), "text": f"open {on}"}, wish]


_LIST_OF = re.compile(
    r"(?P<list>(?:get|list|show|give|read|extract|return|tell)(?: me| us)? (?:all )?"
    r"(?:of )?(?:the )?(?:comments|replies|answers|reviews|paragraphs|text))"
    rf" (?:on|of|to|under|for|in|from) (?P<on>{_NTH} (?!comment|reply|page)[a-z]+|{_NAMED})"
    r"(?P<rest> .+)?$",
    re.I,
)


def of_nth(m: re.Match[str], k: Masked) -> list[Intent] | None:
    """ "List the comments on the first story": open it, then read them."""
    what = re.sub(r"^\w+(?: me| us)? ", "", m["list"], flags=re.I)
    wish = {"do": "extract", **list_wish(f"{what}{m['rest'] or ''}", k)}
    return _opened(m["on"], wish, k)


_HAS = re.compile(
    r"how many (?P<field>[a-z]+(?: [a-z]+)?) (?:does|do|has|have) the "
    r"(?P<nth>first|second|third|fourth|fifth|last|\d+(?:st|nd|rd|th)) (?P<noun>[a-z]+)"
    r"(?: have| got| get)?"
    rf"|how many (?P<of>[a-z]+(?: [a-z]+)?) (?:does|did|has|have) (?P<named>{_NAMED})"
    r"(?: have| got| get)?"
    rf"|who (?:posted|wrote|started|made|submitted|added) (?P<by>{_NTH}) (?P<what>[a-z]+)",
    re.I,
)


def nth_has(m: re.Match[str], k: Masked) -> Intent | None:
    """ "How many comments does the first story have": what its row says."""
    said = _HAS.fullmatch(clean(m.group()))
    if said is None:
        return None
    if said["named"]:
        subject = k.raw(re.sub(r" (?:have|get|got)$", "", bare(said["named"])))
        return {"do": "details", "fields": [said["of"].lower()], "subject": subject, "nth": None}
    nth, _ = ordinal_in(bare(f"{said['nth'] or said['by']} {said['noun'] or said['what']}"))
    field = (said["field"] or "author").lower()
    asked = {"do": "details", "fields": [field], "subject": None, "nth": nth}
    return asked if nth is not None else None


_SAYING = re.compile(
    r"(?:tell me |show me )?what (?:are|do|did|have|is) (?:people|others|readers|users|commenters"
    r"|they|everyone|everybody)(?: all)? (?:saying|say|said|think|thinking|writing|write|wrote"
    r"|written|commented|comment)(?: here| there)?"
    r"(?: (?:about|on|to|under|of) (?:it|this|(?:the|this) (?:story|article|post|topic)"
    rf"|(?P<on>{_NTH} [a-z]+)))?$",
    re.I,
)
_SAID_BY = re.compile(
    rf"(?:tell me |show me )?what did (?P<who>{MASK}|[\w.-]+(?: (?-i:[A-Z])[\w.-]*)?) "
    r"(?:comment|reply|answer|say|write)(?: (?:about|on|to|under|in) (?:it|this|(?:the|this) "
    rf"(?:story|article|post|topic)|(?P<on>{_NTH} [a-z]+|{_NAMED}|(?:the )?[\w-]+(?: [\w-]+)? "
    r"(?:story|article|post|topic|thread))))$",
    re.I,
)
_SUM_UP = re.compile(
    rf"(?:please )?(?:summari[sz]e|sum up) (?P<on>{_NTH} "
    r"(?!paragraph|sentence|section|page)[a-z]+)(?P<rest> (?:in|with) .+)?$",
    re.I,
)
_SAYS = re.compile(
    rf"(?:tell me )?what does (?P<on>{_NTH} [a-z]+|{_NAMED}) say$|(?:tell me )?what (?:is|['’]s) "
    rf"(?P<about>{_NTH} (?:story|article|post|topic)|{_NAMED}) about$",
    re.I,
)
_PIECE = re.compile(
    rf"(?:(?:get|give|tell|read|show|return|copy|extract)(?: me| us)? )?(?P<nth>{_NTH}) "
    r"(?P<kind>paragraph|sentence|heading)(?: (?:of|from|in|on) (?:(?:the|this) )?"
    r"(?:text|article|story|page|post|it))?$",
    re.I,
)
_ROW = re.compile(
    rf"(?:(?:get|give|tell|read|show|return|copy|extract|list)(?: me| us)? )?(?P<nth>{_NTH}) "
    r"(?:table )?row(?: (?:of|from|in) (?:the |this )?"
    rf"(?:table(?: (?:of |called |named )?(?P<named>{MASK}|[A-Z]\w*))?"
    rf"|(?P<called>{MASK}|[\w ]+?) table|page))?$",
    re.I,
)
_TOP = re.compile(
    r"(?:tell me |show me )?(?:what(?:['’]s| is) )?(?:the )(?P<nth>top|first|second|third|last) "
    r"(?P<noun>story|article|post|topic|entry|item|product|result|question|headline|event|job)"
    r"(?: (?:on|of|in) (?:the |this )?(?:page|list|news|site))?$",
    re.I,
)
_WHEN_MADE = re.compile(
    r"(?:(?:tell|show) me )?when (?:was|were) (?:the )?"
    r"(?P<s>(?:story|article|post|topic|thread|item|question"
    r"|entry|page) (?:about|on|called|titled|named) .+?) (?:posted|published|written"
    r"|submitted|added|created|started|opened|asked|updated|released)$",
    re.I,
)


def saying(m: re.Match[str], k: Masked) -> Intent | list[Intent]:
    """ "What are people saying about the first story": the comments under it."""
    wish = {"do": "extract", **list_wish("comments with author and text", k)}
    return _opened(m["on"], wish, k) if m["on"] else wish


def said_by(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    """ "What did ines comment on the first story": her comments under it."""
    if m["who"].lower() in ("people", "others", "they", "it", "you", "he", "she", "everyone"):
        return None
    wish = {"do": "extract", **list_wish(f"comments posted by {m['who']} with text", k)}
    return _opened(m["on"], wish, k) if m["on"] else wish


def sum_up(m: re.Match[str], k: Masked) -> list[Intent]:
    """ "Summarise the second story": open it first."""
    return _opened(m["on"], whole.summarise(_mere(m["rest"] or ""), k), k)


def _mere(text: str) -> re.Match[str]:
    match = re.match(r"(?P<what>.*)$", text.strip())
    assert match is not None  # any text fits
    return match


def when_made(m: re.Match[str], k: Masked) -> Intent:
    """ "When was the story about X posted": the date in its row, or on its page."""
    subject, question = k.raw(m["s"]), k.raw(clean(m.group()))
    asked = {"do": "details", "fields": ["date"], "subject": subject, "nth": None}
    return {**asked, "question": question}


def says(m: re.Match[str], k: Masked) -> list[Intent]:
    """ "What does the story about the lighthouse say": open it, and sum it up."""
    return _opened(m["on"] or m["about"], whole.summarise(_mere(""), k), k)


def top(m: re.Match[str], k: Masked) -> Intent:
    """ "What's the top story": what stands first."""
    nth, _ = ordinal_in(re.sub(r"^top$", "first", m["nth"], flags=re.I))
    return {"do": "details", "fields": ["title"], "subject": None, "nth": nth}


def piece(m: re.Match[str], k: Masked) -> Intent | None:
    """ "The first paragraph of the article"."""
    nth, _ = ordinal_in(bare(m["nth"]))
    return {"do": "piece", "nth": nth, "kind": m["kind"].lower()} if nth else None


# "Get the table under “Films” with name and year", "name and year from the “Films” table". An oak
# table is no table: one that is called so without quotes has to be said to be.
_A_TABLE = (
    r"(?:the )?(?:table (?:(?:under |below |called |named |titled )(?P<{0}>{mask}|(?-i:[A-Z])\w*)"
    r"|(?P<{1}>{mask}))|(?P<{2}>{mask}) table)"
)
_FIRST = _A_TABLE.format("a", "b", "c", mask=MASK)
_LAST = _A_TABLE.format("d", "e", "f", mask=MASK)
_TABLE = re.compile(
    rf"(?:get|give|return|extract|list|show|read)(?: me)? (?:{_FIRST} with (?:the )?"
    r"(?P<with>[a-z].+)|(?P<from>[a-z][^:]*?) (?:of all (?:the )?rows (?:of|in|from)|from|in) "
    rf"{_LAST})$",
    re.I,
)


def table(m: re.Match[str], k: Masked) -> Intent | None:
    """Some fields of the rows of one table, which is told by its heading."""
    fields = fields_of(m["with"] or m["from"] or "", k)
    near = k.raw(next(m[g] for g in "abcdef" if m[g]))
    if not fields or any(len(field.split()) > 3 for field in fields):
        return None
    wish = {"limit": None, "noun": "", "order": None, "filters": [], "near": near, "as": "table"}
    return {"do": "extract", **wish, "fields": fields}


def row(m: re.Match[str], k: Masked) -> Intent | None:
    """ "The last row of the Members table": one row with all that it shows."""
    nth, _ = ordinal_in(bare(m["nth"]))
    if nth is None or nth < -1:
        return None
    near = k.raw(bare(m["named"] or m["called"] or "")) or None
    wish = {"noun": "row", "fields": None, "order": None, "filters": [], "near": near, "limit": 1}
    place = {"tail": True} if nth < 0 else {"skip": nth - 1}
    return {"do": "extract", **wish, **place, "as": "table", "one_page": True}


_OF_PAGE = re.compile(
    r"(?:(?:tell me |show me )?what(?:['’]s| is) |(?:tell|show|give|get)(?: me)? )"
    rf"(?P<page>{_NTH}) "
    rf"page['’]s (?P<nth>{_NTH.removeprefix('(?:the )?')}) (?P<noun>[a-z]+)$",
    re.I,
)


def of_page(m: re.Match[str], k: Masked) -> list[Intent] | None:
    """ "What is the second page's first story": that page, and what stands there."""
    page, nth = (ordinal_in(bare(m[g]))[0] for g in ("page", "nth"))
    if page is None or nth is None:
        return None
    told = {"do": "details", "fields": ["title"], "subject": None, "nth": nth}
    return [{"do": "to_page", "n": page, "text": f"go to page {page}"}, told]


RULES = [
    (_OF_PAGE, of_page),
    (_PIECE, piece),
    (_ROW, row),
    (_TABLE, table),
    (_SAYS, says),
    (_TOP, top),
    (_SAYING, saying),
    (_SAID_BY, said_by),
    (_SUM_UP, sum_up),
    (_WHEN_MADE, when_made),
    (re.compile(r"(?:how many|who) .+$", re.I), nth_has),
    (_LIST_OF, of_nth),
    (
        re.compile(
            r"(?:(?:tell|show|give|list|get|find out|report|see|say)(?: me| us)? )?"
            r"(?P<what>who .+)$",
            re.I,
        ),
        who_spoke,
    ),
]
