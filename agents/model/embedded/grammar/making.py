"""The grammar of making something new: "add a todo "buy milk"", "create a user with name ...".

What goes into the new thing's form is kept in pieces. A piece whose label only the page knows
("boat name Aurora II") stays as it was said; `composing.py` reads it against the page's fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.model.embedded.grammar.details import DAY, details_of
from agents.model.embedded.grammar.filling import value_of
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.nouns import place_named
from agents.model.embedded.grammar.pairs import pairs_of
from agents.model.embedded.grammar.phrases import bare, clean, target_of, values_of

Intent = dict[str, Any]

_ELSEWHERE = re.compile(
    r"\b(?:to|into|in|on)\s+(?:the |my |your )?(?:shopping )?"
    r"(?:cart|basket|bag|trolley|wish ?list|favou?rites)\b",
    re.I,
)
_LISTED = re.compile(r"\s+(?:to|into|on)\s+(?:the |my |this )?(?:[\w-]+ )?list$", re.I)
_PLACE = re.compile(r"^\s*(?:to|into|in|on|at)\s+(?:the |my |your |this )?[\w -]{2,30}$", re.I)
_CUT = re.compile(
    r"\s*[,;]\s*(?:and\s+)?|\s+and\s+(?:the\s+|an?\s+)?|\s+with\s+(?:the\s+|an?\s+)?"
    r"|\s+for\s+(?:the\s+)?(?=[a-z]+\s+" + MASK + r")"
    r"|\s+(?=(?:assigned to|due|priority|tagged|under the name)\b)",
    re.I,
)


_BODY = re.compile(rf"\s*(?:the\s+)?(text|body|content|note)\s*:?\s+({MASK})", re.I)


def pieces_of(text: str, k: Masked) -> list[Intent]:
    """{"raw", "label", "value"} of each part of "name A, email B and priority high"."""
    out: list[Intent] = []
    text = re.sub(r"\s*\([^)]*\)", "", text)
    for part in _CUT.split(text):
        if body := re.fullmatch(
            rf"\s*(?:the\s+)?(text|body|content|note)\s*:?\s+({MASK})", part, re.I
        ):
            value = value_of(body.group(2), k)
            out.append({"raw": k.raw(part), "label": body.group(1).lower(), "value": value})
            continue
        part = clean(re.sub(r"^(?:with|using|the|an?)\s+", "", clean(part), flags=re.I))
        if not part:
            continue
        piece: Intent = {"raw": k.raw(part), "label": None, "value": None}
        pairs = pairs_of(part, k)
        if len(pairs) == 1:
            piece.update(label=pairs[0][0], value=value_of(pairs[0][1], k))
        elif only := k.only(bare(part)):
            piece["value"] = value_of(part, k)
            piece["label"] = "time" if only["is"] == "stamp" and ":" in only["raw"] else None
        out.append(piece)
    return out


def listed(text: str, k: Masked) -> list[Intent]:
    """Pieces of "From: Helsinki, To: Riga"; none when a part has no colon."""
    parts = [re.fullmatch(r"\s*([^:]{1,40}):\s*(.+?)\s*", p) for p in re.split(r"[,;]", text)]
    if not all(parts):
        return []
    pairs = [(clean(m.group(1)), m.group(2)) for m in parts if m]
    return [{"raw": k.raw(f"{a} {b}"), "label": k.raw(a), "value": k.value(b)} for a, b in pairs]


def _create(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    """One new thing, or one for each of several quoted names."""
    noun, rest = clean(m.groupdict().get("noun") or ""), clean(m.group("rest"))
    if _ELSEWHERE.search(m.group()):
        return None
    noun = re.sub(r"\s+(?:at|on|for|in)$", "", noun)
    called = re.fullmatch(r"(?P<noun>.+?)\s+(?:called|named|titled)\s+(?P<name>\S.*)", noun)
    noun, place = _placed(called["noun"] if called else noun)
    make: Intent = {"do": "create", "verb": m.group("verb").lower(), "noun": k.raw(bare(noun))}
    rest = _LISTED.sub("", rest)
    names = re.match(rf"(?:{MASK}(?:\s*,\s*(?:and\s+)?|\s+and\s+|$))+", rest)
    if names and names.end() == len(rest):
        return [
            {**make, "pieces": [{"raw": k.raw(c), "label": None, "value": value_of(c, k)}]}
            for c in re.findall(MASK, rest)
        ]
    if (more := _NAMED.match(rest)) and not _PLACE.match(rest[1:]):
        called = re.search(r"(?:called|named|titled)\s*$", m.group()[: -len(rest)], re.I)
        name = {"raw": k.raw(rest[0]), "label": "name" if called else None}
        details = details_of(_THAT.sub(_relative, more["rest"]), k, head=True)
        made = {**make, "pieces": [{**name, "value": value_of(rest[0], k)}, *details]}
        return [_there(place, k), made] if place else made
    if re.match(MASK, rest) and _PLACE.match(rest[1:]):
        named = re.search(r"(?:to|into|in|on|at)\s+(?P<place>(?:the|my|our)\s.*[A-Z].*)$", rest)
        rest, place = rest[0], place or (named["place"] if named else "")
    pieces = pieces_of(rest, k)
    if any(p["label"] is None and DAY.search(p["raw"]) for p in pieces):
        pieces = details_of(rest, k, head=True)
    if called:
        name = {"raw": k.raw(called["name"]), "label": "name"}
        pieces = [{**name, "value": value_of(called["name"], k)}, *pieces]
    made: Intent = {**make, "pieces": pieces}
    return ([_there(place, k), made] if place else made) if pieces else None


def _labelled(m: re.Match[str], k: Masked) -> Intent | list[Intent] | None:
    """ "Send a letter with subject “A” and message “B”": each detail is called by a name."""
    pieces = pieces_of(clean(m.group("rest")), k)
    return _create(m, k) if pieces and all(p["label"] and p["value"] for p in pieces) else None


# "... that turns off the device X": what it does is one detail, what it does it to another.
_NAMED = re.compile(rf"{MASK}\s+(?P<rest>(?:at|on|for|from|that|which)\s+\S.*)$", re.I)
_THAT = re.compile(
    r"\s*\b(?:that|which)\s+(?P<verb>turn|switch|show|send|open|close|start|stop|run|play|set)e?s\s+"
    r"(?P<way>(?:on|off|up|down)\s+)?(?:the\s+)?",
    re.I,
)


def _relative(m: re.Match[str]) -> str:
    return f", {m['verb']} {m['way'] or ''}".rstrip() + ", "


_IN = re.compile(
    r"(?P<noun>\S.*?)\s+(?:in|on|under|to|for)\s+(?P<place>(?:the|my|our)\s+\S.*)$", re.I
)

_CALLS = re.compile(r"\b(?:called|named|titled|saying|with)\b", re.I)


def _placed(noun: str) -> tuple[str, str]:
    """(noun, place) of "topic in the Equipment board"; the place is "" when none is said."""
    match = _IN.match(noun)
    if match and _CALLS.search(match["place"]):
        return noun, ""
    return (match["noun"], match["place"]) if match else (noun, "")


def _there(place: str, k: Masked) -> Intent:
    """The place that a new thing belongs to: gone to, or else chosen in its form."""
    name = k.raw(bare(clean(place)))
    said = {"raw": name, "label": None, "value": {"text": place_named(name)}, "choice": True}
    look = {"do": "visit", "name": name, "target": target_of(place, k), "soft": True}
    return {**look, "piece": {**said, "maybe": True}}


def _register(m: re.Match[str], k: Masked) -> Intent:
    """ "Register as Olga Petrova with email ...": the name is given without its label."""
    name = {"raw": k.raw(m.group("name")), "label": "name", "value": value_of(m.group("name"), k)}
    rest = m.groupdict().get("rest") or ""
    return {
        "do": "create",
        "verb": "register",
        "noun": "account",
        "pieces": [name, *pieces_of(rest, k)],
    }


def _rename(m: re.Match[str], k: Masked) -> Intent:
    piece = {"raw": k.raw(m.group("name")), "label": None, "value": value_of(m.group("name"), k)}
    return {"do": "create", "verb": m.group("verb").lower(), "noun": "", "pieces": [piece]}


def _rename_to(m: re.Match[str], k: Masked) -> list[Intent]:
    """ "Rename cv.pdf to cv-2027.pdf": the deed on its row, and the name that it then asks for."""
    return [
        {"do": "act_on", "verb": "rename", "target": target_of(m.group("what"), k)},
        {"do": "give", "verb": "rename", "value": value_of(m.group("name"), k)},
    ]


def _into_list(m: re.Match[str], k: Masked) -> Intent:
    """ "Add a card called X to the To do column": the control that adds, in that column."""
    name = m.group("name")
    piece_ = {"raw": k.raw(name), "label": None, "value": value_of(name, k)}
    where = k.raw(bare(m.group("where")))
    noun = k.raw(m.group("noun"))
    return {"do": "create", "verb": "add", "noun": noun, "where": where, "pieces": [piece_]}


def _form(m: re.Match[str], k: Masked) -> Intent | None:
    if pairs_of(m.group("rest"), k):
        return None  # every part says its label: the plain rules read them
    pieces = pieces_of(m.group("rest"), k)
    return {"do": "fill_form", "pieces": pieces} if pieces else None


def _series(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Fill in boat name "Curlew", harbour Wells": the page knows what each is."""
    parts = [clean(p) for p in _MORE.split(m.group("rest"))]
    if len(parts) < 2 or pairs_of(m.group("rest"), k) or not pairs_of(parts[0], k):
        return None
    if re.search(r"\sas\s", parts[0]) or not all(map(_LABELLED.match, parts[1:])):
        return None  # a comma or an "and" of the value itself
    pieces = pieces_of(m.group("rest"), k)
    return {"do": "fill_form", "pieces": pieces} if len(pieces) == len(parts) else None


_MORE = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")
_LABELLED = re.compile(rf"[a-z][a-z' -]*\s+(?:[A-Z0-9£$€]|{MASK})")  # "harbour Wells", "berth 3"


def _offer(m: re.Match[str], k: Masked) -> list[Intent]:
    """ "Place a bid of 50": the amount goes where the page asks for the bid."""
    noun = m.group("noun").lower()
    piece = {
        "raw": k.raw(f"{noun} {m.group('sum')}"),
        "label": noun,
        "value": k.value(m.group("sum")),
    }
    return [
        {"do": "fill_form", "pieces": [piece]},
        {"do": "act_on", "verb": m.group("verb").lower(), "target": target_of(noun, k)},
    ]


def _tags(m: re.Match[str], k: Masked) -> Intent:
    """ "Add the tags cold and express": options of a field that takes several."""
    target = target_of(m.group("noun"), k)
    return {"do": "select", "values": values_of(m.group("rest"), k), "target": target}


def _done(m: re.Match[str], k: Masked) -> Intent:
    """ "Mark "call mum" as done": the box in that row."""
    undone = re.match(r"(?:not|un|in)", m.group("state"), re.I) or m.group("verb")[:2] == "un"
    return {"do": "uncheck" if undone else "check", "target": target_of(m.group("what"), k)}


def _order(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Print a label for recipient "A", street "B"": a form that is sent with its verb."""
    pieces = pieces_of(m.group("rest"), k)
    labelled = [p for p in pieces if p["label"]]
    if len(pieces) < 2 or not labelled:
        return None
    noun = k.raw(bare(clean(m.group("noun"))))
    return {"do": "create", "verb": m.group("verb").lower(), "noun": noun, "pieces": pieces}


def _booking(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Book a table for 4 people on 3 May at 19:00": each part by the word before it."""
    pieces = details_of(m.group("rest"), k, head=True)
    if not any(p.get("day") or p.get("time") for p in pieces):
        return None
    noun = k.raw(bare(clean(m.group("noun"))))
    return {"do": "create", "verb": m.group("verb").lower(), "noun": noun, "pieces": pieces}


def _rule(
    pattern: str, build: Callable[[re.Match[str], Masked], Any]
) -> tuple[re.Pattern[str], Any]:
    return re.compile(pattern, re.I), build


_A_NEW = r"(?:(?:an?(?:other)?|one more|the|some)\s+)?(?:new\s+)?"
_NOUN = r"(?P<noun>(?!new\b|to\b|as\b|account\b)[a-z][a-z -]{1,30}?)s?"
_CALLED = r"(?:\s+(?:called|named|titled|saying|with (?:the )?(?:name|title|text)))?\s*:?\s*"


def _add_to_place(m: re.Match[str], k: Masked) -> list[Intent] | None:
    """ "Add a new address to my profile": its details are said next."""
    if _ELSEWHERE.search(m.group()) or _LISTED.search(m.group()) or _CALLS.search(m["place"]):
        return None
    noun = k.raw(m.group("noun"))
    made = {"do": "create", "verb": m.group("verb").lower(), "noun": noun, "pieces": []}
    return [_there(m.group("place"), k), made]


def _sign(m: re.Match[str], k: Masked) -> list[Intent]:
    """ "Sign the guestbook as "Nuria" from Spain": the form on its page."""
    name = {"raw": k.raw(m.group("name")), "label": "name", "value": value_of(m.group("name"), k)}
    pieces = [name, *(details_of(m.group("rest"), k, head=True) if m.group("rest") else [])]
    noun = k.raw(m.group("noun"))
    look = {"do": "visit", "name": noun, "target": target_of(noun, k), "soft": True}
    return [look, {"do": "carry", "verb": "sign", "noun": noun, "pieces": pieces}]


RULES = [
    _rule(
        r"(?P<verb>add|create)\s+(?:an?|another)\s+(?:new\s+)?(?P<noun>[a-z]+(?: [a-z]+)?)\s+"
        r"(?:to|in|on|under)\s+(?P<place>(?:the|my|our)\s+[\w -]+)$",
        _add_to_place,
    ),
    _rule(
        r"sign\s+(?:the|this|your|our)\s+"
        r"(?P<noun>[a-z]+(?: [a-z]+)?(?: (?:to|for|against|about) \S.*?)?)\s+"
        r"(?:as|with the name)\s+"
        rf"(?P<name>{MASK}|(?-i:[A-Z])[^\s,]+(?: (?-i:[A-Z])[^\s,]+)*)(?:,?\s+(?P<rest>\S.*))?$",
        _sign,
    ),
    _rule(
        rf"(?P<verb>add|create|make|register|file|start)\s+{_A_NEW}{_NOUN}{_CALLED}"
        rf"(?P<rest>{MASK}.*)$",
        _create,
    ),
    _rule(
        rf"(?P<verb>submit|raise|lodge)\s+{_A_NEW}{_NOUN}\s+(?:called|named|titled)\s+"
        rf"(?P<rest>{MASK}.*)$",
        _create,
    ),
    _rule(
        r"(?P<verb>send|submit|raise|lodge|post|leave)\s+(?:an?|another|one more|the|this|my)"
        rf"\s+(?:new\s+)?{_NOUN}(?:\s+with|\s*:)\s+(?P<rest>.+)$",
        _labelled,
    ),
    _rule(
        rf"(?P<verb>add)\s+(?P<rest>{MASK}(?:(?:\s*,\s*|\s+and\s+)+{MASK})*"
        r"(?:\s+(?:to|on)\s+(?:the |my )?(?:[\w-]+ )?list)?)$",
        _create,
    ),
    _rule(
        rf"(?P<verb>add|create|make|register|file)\s+(?:an?|another|one more)\s+(?:new\s+)?{_NOUN}"
        r"(?:\s+(?:with|using|from|for)|\s*:)\s+(?P<rest>.+)$",
        _create,
    ),
    _rule(
        r"add\s+(?:the\s+)?(?P<noun>tags?|labels?|categor(?:y|ies)|topics?|skills?|keywords?)\s+"
        r"(?P<rest>(?!to\b|for\b|in\b)\S.*)$",
        _tags,
    ),
    _rule(
        r"(?P<verb>place|make|enter|submit)\s+(?:an?|my)\s+(?P<noun>bid|offer)\s+of\s+"
        rf"(?P<sum>{MASK}|[£$€]?\d\S*)$",
        _offer,
    ),
    _rule(
        r"(?P<verb>mark|set|tick|check)\s+(?P<what>.+?)\s+(?:off )?as\s+"
        r"(?P<state>(?:not |un|in)?(?:done|completed?|finished|selected|checked))$",
        _done,
    ),
    _rule(
        r"(?P<verb>tick|check|cross)\s+off\s+(?P<what>.+?)(?P<state>)$",
        _done,
    ),
    _rule(
        r"(?:register|sign up)\s+as\s+(?P<name>.+?)(?:\s+(?:with|using)\s+(?P<rest>.+))?$",
        _register,
    ),
    _rule(
        rf"rename\s+(?P<what>(?!it\b|this\b|that\b).+?)\s+(?:to|into|as)\s+(?P<name>{MASK}|\S.*)$",
        _rename_to,
    ),
    _rule(
        rf"(?:add|create|put)\s+{_A_NEW}(?P<noun>[a-z]+)\s+(?:called|named|titled)\s+"
        rf"(?P<name>{MASK}|\S.*?)\s+(?:to|in|into|under)\s+(?:the\s+)?(?P<where>.+?)\s+"
        r"(?:column|list|section|lane|board|group)$",
        _into_list,
    ),
    _rule(
        rf"(?P<verb>rename)(?:\s+(?:it|this|that))?\s+(?:to|as)\s+(?P<name>{MASK}|[\w .-]+)$",
        _rename,
    ),
    _rule(
        r"(?P<verb>book|reserve|schedule|arrange|make|request)\s+(?:me\s+)?(?:an?|the)\s+(?P<noun>"
        r"(?:[a-z]+ )?(?:appointment|table|visit|meeting|reservation|booking|call|session|room|"
        r"seat|slot|viewing|court|consultation|lesson|class|demo|tour))\s+"
        r"(?P<rest>(?:on|at|for|with|from|under)\s+.+)$",
        _booking,
    ),
    _rule(
        r"(?P<verb>send|post|leave|write|submit)\s+(?:an?|the|this)?\s*(?:new )?"
        r"(?P<noun>message|comment|note|reply|review|feedback|question|request)"
        rf"(?:\s+(?:saying|that says|with (?:the )?text))?\s*:?\s*(?P<rest>{MASK})$",
        _create,
    ),
    _rule(
        r"(?P<verb>print|request|order|book|reserve|post|report)\s+(?:an?|the)\s+"
        r"(?P<noun>[a-z]+(?: [a-z]+)?)\s+(?:for|with|using)\s+(?P<rest>.+)$",
        _order,
    ),
    _rule(
        r"(?:fill|complete)\s*(?:in |out |up )?(?:the |this |a )?[\w\s-]*?"
        r"(?:form|fields|details)\s*(?:with|using|as follows)?\s*[:,-]?\s*(?P<rest>\S.*)$",
        _form,
    ),
    _rule(r"(?:fill in|fill out|fill|enter|provide|complete)\s+(?P<rest>.+)$", _series),
]
