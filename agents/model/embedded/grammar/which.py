"""The grammar of asking for some of a list: "Which hotel is the cheapest?", "Which are free?"."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agents.browser.extract_names import canonical, singular
from agents.model.embedded.grammar.conditions import MEASURED_BY, each_said
from agents.model.embedded.grammar.going import open_intent
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.superlatives import FAMILIES, FIELD_OF_SUPER, HIGH, LOW
from agents.model.embedded.grammar.wishes import Intent, fields_of, list_wish
from agents.model.embedded.grammar.words import count_of, ordinal_in

_WORD = rf"{LOW}|{HIGH}|best|most|fewest|least|worst|top"
_LOWEST = re.compile(LOW + r"|fewest|least|worst|shortest|earliest", re.I)
_AUX = (
    r"is|are|was|were|has|have|had|got|with|costs?|takes?(?! place)|lasts?"
    r"|(?:will|would|can|could) be|will have|offers?|contains?|includes?|comes?|needs?|weighs?"
)
_MANY = re.compile(
    r"\b(?:under|below|less than|cheaper than|at most|up to|over|above|more than|at least"
    r"|fewer than|between)\s+(?:\S*\d|" + MASK + ")",
    re.I,
)


def _best(m: re.Match[str], k: Masked) -> Intent:
    """ "Which product has the best rating?": the list by that measure, its first."""
    word = m.group("word").lower()
    low = bool(_LOWEST.fullmatch(word))
    said = clean(re.sub(r"^(?:number|amount) of\s+", "", (m.group("by") or "").strip()))
    verb = m.groupdict().get("verb") or ""
    if by_verb := next((f for w, f in MEASURED_BY.items() if verb.startswith(w)), ""):
        said = by_verb
    by = said or next((f for w, f in FIELD_OF_SUPER.items() if w in word), "")
    noun = re.sub(r"^(?:is|are|was|were)\s+(?:the\s+)?", "", m.group("noun"), flags=re.I)
    wish = list_wish(noun, k)
    wish = {**wish, "limit": wish["limit"] or 1, "fields": None}
    if by and by not in FAMILIES:
        wish["fields"] = ["title", by]
    order = {"by": by, "desc": not low, "word": word}
    if to := m.group("to"):
        order["to"] = k.raw(bare(to))
    found = {"do": "extract", **wish, "order": order}
    kind, things = singular(wish["noun"].lower()), said.lower()
    if word in ("most", "fewest", "least") and canonical(kind) in _TALLIED and is_item_noun(things):
        asked = {"noun": things, "of": kind, "desc": not low, "filters": wish["filters"]}
        return {"do": "tally", **asked, "near": wish["near"], "else": found}
    return found


_TALLIED = ("author", "category", "company", "location", "site")


def _who_most(m: re.Match[str], k: Masked) -> Intent | list[Intent]:
    """ "Who wrote the most stories?": counted by their authors."""
    wish = list_wish(m.group("noun"), k)
    asked = {"noun": wish["noun"], "of": "author", "desc": m.group("word").lower() == "most"}
    asked = {"do": "tally", **asked, "filters": wish["filters"], "near": wish["near"]}
    if (near := asked["near"]) and ordinal_in(near)[0]:  # "under the first story"
        return [{**open_intent(near, k), "text": f"open {near}"}, {**asked, "near": None}]
    return asked


def _most_often(m: re.Match[str], k: Masked) -> Intent:
    """ "Which sites appear most often": counted over the whole list."""
    few = m.group("word").lower() != "most"
    of = singular(m.group("noun").lower())
    return {"do": "tally", "noun": "entries", "of": of, "desc": not few}


def _first(m: re.Match[str], k: Masked) -> Intent:
    """ "Which exhibition closes first?": the list by date."""
    last = m.group("end").lower() == "last"
    wish = {**list_wish(m.group("noun"), k), "limit": 1, "fields": None}
    order = {"by": "date", "desc": last, "word": m.group("end").lower()}
    return {"do": "extract", **wish, "order": order}


def _some(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Which authors are online?": those of the list whose row says so."""
    noun, aux, rest = m.group("noun"), m.group("aux").lower(), bare(clean(m.group("rest")))
    asks = m.group("asks").lower()
    if asks == "what" and singular(noun.split()[-1]) == noun.split()[-1]:
        return None  # "what colour is the bag"
    if most := _MOST.fullmatch(rest):  # "which are read most": the box "Most read"
        many, _, things = noun.partition(" ")
        many, things = (many, things) if count_of(many) else ("", noun)
        return {"do": "extract", **list_wish(f"{many} {most['how']} {most['done']} {things}", k)}
    noun = re.sub(r"^of (?:the|these|those|your|all) (?=\w)", "", noun, flags=re.I)
    noun = re.sub(r"^top (?=[a-z])", "", noun, flags=re.I)
    if _MANY.search(rest):
        how = "costing" if aux.startswith("cost") else "with"
        return {"do": "extract", **list_wish(f"{noun} {how} {rest}", k)}
    told = list_wish(f"{noun} that {aux} {rest}", k)
    if told["filters"] and told["noun"] == k.raw(bare(noun)) and not _mere_words(told["filters"]):
        return {"do": "extract", **told}  # "which stories were published since May 2026"
    these = re.fullmatch(r"(?:ones?|of (?:these|those|them)|of (?:the )?(?P<of>.+))", noun, re.I)
    wish = list_wish((these.group("of") or "entries") if these else noun, k)
    rest = re.sub(r"^(?:still|currently|now|already)\s+", "", rest, flags=re.I)
    op = "lacks" if re.match(r"not\s", rest, re.I) else "has"
    if re.match(r"no\s", rest, re.I):
        op = "says"  # "no dogs" is what a row says; to say nothing of dogs is not the same
    words = re.sub(r"^not\s+|^(?:for|in|on|at|by|with)\s+|\s+only$|^only\s+", "", rest)
    if len(words.split()) > 5 or not wish["noun"]:
        return None
    return {"do": "extract", **wish, "filters": [*wish["filters"], *each_said(words, op, k)]}


_MOST = re.compile(
    r"(?P<done>[a-z]+(?:ed|en)|read|bought|sold|sought|wanted) (?:the )?(?P<how>most|least)"
    r"(?: often)?(?: (?:at the moment|right now|now|today|currently|this (?:week|month|year)))?",
    re.I,
)


def _mere_words(rules: list[dict[str, Any]]) -> bool:
    return all(rule["op"] in ("has", "lacks", "says") for rule in rules)


def _for_money(m: re.Match[str], k: Masked) -> Intent:
    """ "What can I get for under £30?": all that costs so."""
    return {"do": "extract", **list_wish(f"everything priced {m.group('rest')}", k)}


def _for_use(m: re.Match[str], k: Masked) -> Intent:
    """ "What can I buy for the office?": all that stands there."""
    return {"do": "extract", **list_wish(f"everything in {m.group('rest')}", k)}


def _compare(m: re.Match[str], k: Masked) -> Intent:
    """ "Compare the Starter and Pro plans": both of them."""
    names = [k.raw(bare(clean(m.group(g)))) for g in ("one", "other")]
    head, _, kind = names[1].rpartition(" ")
    told: Intent = {"do": "compare", "names": names}
    if fields := m.group("fields") or m.group("first"):
        told["fields"] = fields_of(fields, k)
    if head and is_item_noun(kind) and singular(kind) != kind:
        names[1] = head
    elif head and singular(kind) != kind:
        told["bare"] = head  # "Basic and Pro memberships", if nothing is called so
    return told


def _rule(
    pattern: str, build: Callable[[re.Match[str], Masked], Any]
) -> tuple[re.Pattern[str], Any]:
    return re.compile(pattern, re.I), build


_NOUN = r"(?P<asks>which|what)\s+(?P<noun>[a-z][\w'’-]*(?: [\w'’-]+){0,6}?)"


def _doing(m: re.Match[str], k: Masked) -> Intent | None:
    """ "Which doctors speak Spanish?", "do any hotels allow pets?": those whose row says so."""
    noun, rest = m.group("noun"), bare(clean(m.group("rest")))
    last = noun.split()[-1]
    if singular(last) == last or len(rest.split()) > 4:
        return None
    rule = {"field": "", "op": "has", "value": k.raw(rest)}
    wish = list_wish(noun, k)
    question = k.raw(clean(m.group()))
    return {"do": "extract", **wish, "filters": [*wish["filters"], rule], "question": question}


def _on(m: re.Match[str], k: Masked) -> Intent:
    """ "What is on at the Ritz on Saturday?": the entries there and then."""
    there = [{"field": "", "op": "has", "value": k.raw(bare(m["at"]))}] if m["at"] else []
    day = k.raw(bare(m["day"])) if m["day"] else None
    return {"do": "extract", "limit": None, "noun": "", "fields": None, "order": None,
            "filters": there, "near": day}  # fmt: skip


_WHAT_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|today|tonight|tomorrow"
_DOING = (
    r"(?:speak|allow|accept|serve|sell|teach|have|include|offer|use|contain|support|need|require"
    r"|mention|go to|run to|stop at|come with"
    r"|(?:take place|happen|start|meet|run|are held) (?:in|on|at)|work (?:in|for|at)|live in)"
)

RULES = [
    _rule(
        r"(?:which|what) (?P<noun>[a-z]+) (?:appears?|occurs?|comes? up|shows? up|is|are)"
        r"(?: the)? (?P<word>most|least) (?:often|frequent(?:ly)?|common(?:ly)?)$",
        _most_often,
    ),
    _rule(
        r"(?:which (?:author|user|person|member)|who)(?: has| have)? (?:posted|wrote|written"
        r"|started|made|submitted|published|opened|has|have) (?:the )?(?P<word>most|fewest|least) "
        r"(?P<noun>[a-z]+s(?: .+)?)$",
        _who_most,
    ),
    _rule(
        r"what(?:['’]s| is| are| films? (?:is|are)| films?) (?:on|showing|playing)"
        r"(?: (?:at|in) (?P<at>(?!(?:the )?moment)(?:the )?[^,?]+?))?"
        rf"(?: on)?(?: (?P<day>{_WHAT_DAY}))?$",
        _on,
    ),
    _rule(
        r"(?:compare|what(?:'s| is| are) the differences? between"
        r"|how (?:do|does)(?=.* (?:differ|compare)$))\s+"
        r"(?:the (?P<first>[a-z][a-z ,]*?) of (?=(?:the )?(?-i:[A-Z])))?"
        r"(?P<one>[^:]+?)\s+(?:and|with|to|vs\.?|versus)\s+(?P<other>[^:]+?)"
        r"(?:\s+(?:differ|compare|side by side))?"
        r"(?:(?:\s*:|,? (?:by|in terms of|as to|with regard to)(?: their)?)\s+(?P<fields>\S.*))?$",
        _compare,
    ),
    _rule(
        rf"{_NOUN}\s+(?P<verb>pays?|earns?|costs?|weighs?|lasts?)\s+(?:the\s+)?"
        r"(?P<word>most|least)(?P<by>)(?P<to>)$",
        _best,
    ),
    _rule(
        rf"{_NOUN}\s+(?:{_AUX})\s+(?:the\s+)?(?P<word>{_WORD})\b\s*"
        r"(?P<by>(?:number of )?(?!to\b)[a-z]*(?: [a-z]+)?)(?: ?to (?P<to>.+))?$",
        _best,
    ),
    _rule(
        rf"{_NOUN}\s+(?:closes?|ends?|opens?|starts?|begins?|finish(?:es)?|leaves?|departs?"
        r"|arrives?|expires?|(?:is|are|was|were) (?:\w+ed|due|on))\s+(?P<end>first|last)$",
        _first,
    ),
    _rule(
        r"what (?:can|could) (?:i|we|you|one) (?:get|buy|have|order|book|do|eat) (?:for )?"
        r"(?P<rest>(?:under|below|less than|up to|at most)\s.+)$",
        _for_money,
    ),
    _rule(
        r"what (?:can|could) (?:i|we|you|one) (?:get|buy|have|order|book) (?:for|in) "
        r"(?P<rest>(?:the )?(?!under\b|below\b|less\b|up\b|at\b)[^,\d£$€]{2,30})$",
        _for_use,
    ),
    _rule(rf"{_NOUN}\s+(?P<aux>{_AUX})\s+(?P<rest>(?!the\b|called\b|there\b).+)$", _some),
    _rule(
        rf"(?:(?:which|what)|do any(?: of)?|does any(?: of)?)(?: the| your)? (?P<noun>[a-z][\w'’-]*"
        rf"(?: [\w'’-]+){{0,2}}?) {_DOING} (?P<rest>(?!the (?:{_WORD})\b)\D+)$",
        _doing,
    ),
    _rule(  # "which crews train on Wednesdays"
        r"which (?P<noun>[a-z][\w'’-]*(?: [\w'’-]+)?s) (?!is|are|was|were|have|has|had|did|do)"
        rf"[a-z]{{3,}}(?<!s)(?<!ed) (?:on|in|at) (?P<rest>(?!the (?:{_WORD})\b)\D+)$",
        _doing,
    ),
]
