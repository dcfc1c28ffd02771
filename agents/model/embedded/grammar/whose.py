"""Whose things are meant, and from where: "yuki's stories", "from fields.example", "on page 2".

Names need no capital here: people on the web are called "yuki" and "dev_null".
"""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import canonical, singular
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.words import ONE_TO_TEN, count_of

Intent = dict[str, Any]

# Possessives that tell which kind, or when, and not whose.
_NO_OWNER = frozenset(
    re.findall(
        r"\w+",
        "men women children kids boys girls baby ladies people today tomorrow yesterday week month "
        "year day it let that what who here there customer customers user users company one "
        "everyone site page shop store author seller",
    )
)
_OWNED = re.compile(
    rf"^(?P<all>(?:all(?: of)? |the )*)(?P<who>{MASK}|[\w.-]+)['’]s?\s+"
    r"(?P<noun>(?:[\w-]+ ){0,2}[\w-]+(?<!s)s)(?=$|\s+(?:with|on|in|from|since|under|over)\b)",
    re.I,
)
_FIELD = re.compile(r"(?:.* )?(?:names?|titles?|headings?|headlines?)", re.I)
# "by size", "by default": no one who makes things.
_NO_MAKER = frozenset(
    re.findall(
        r"\w+",
        "size weight colour color default hand far popularity relevance votes quality type kind "
        "date price name rating number amount age distance length height alphabet letter month "
        "year week day mail email post phone bus train car air sea land law",
    )
)
_BY_WHOM = re.compile(r"\s+by\s+(?P<who>@?[a-z][\w.-]*)$")
_FROM_SITE = re.compile(
    rf"\s+(?:from|on|at|of)\s+(?:the site |the domain )?(?P<site>{MASK})$", re.I
)
_ON_PAGE = re.compile(
    r"\s+(?:on|from|of|in)\s+(?:(?P<this>(?:this|the (?:current|first)) page)"
    rf"|page\s+(?P<n>\d{{1,3}}|{ONE_TO_TEN}))(?=$|\s+(?:with|including|showing|by|from)\b)",
    re.I,
)


def take_owner(text: str, wish: Intent, k: Masked) -> str:
    """ "yuki's stories": those that yuki made."""
    match = _OWNED.match(text)
    if match is None or match["who"].lower() in _NO_OWNER or _FIELD.fullmatch(match["noun"]):
        return text
    if "the" in match["all"].lower() or not is_item_noun(match["noun"]):
        return text  # "the museum's opening hours"
    wish["filters"].append({"field": "author", "op": "by", "value": k.raw(match["who"])})
    return f"{match['all']}{match['noun']}{text[match.end() :]}"


def _are_several(what: str) -> bool:
    """Whether a phrase ends on several things ("the stories")."""
    last = (bare(what).split() or [""])[-1].lower()
    return singular(last) != last


def take_maker(text: str, wish: Intent, k: Masked) -> str:
    """ "Stories by yuki": a name in small letters, after several things."""
    match = _BY_WHOM.search(text)
    if match is None or match["who"] in _NO_MAKER or canonical(match["who"]):
        return text
    before = clean(text[: match.start()])
    if not _are_several(before):
        return text
    wish["filters"].append({"field": "author", "op": "by", "value": match["who"]})
    return before


def take_site(text: str, wish: Intent, k: Masked) -> str:
    """ "The stories from fields.example": those whose row names it."""
    match = _FROM_SITE.search(text)
    part = k.only(match["site"]) if match else None
    if match is None or part is None or part["is"] != "domain":
        return text
    before = clean(text[: match.start()])
    if not _are_several(before):
        return text
    wish["filters"].append({"field": "", "op": "says", "value": part["raw"], "site": True})
    return before


def take_page(text: str, wish: Intent) -> str:
    """ "On page 2": that page of the list alone."""
    match = _ON_PAGE.search(text)
    if match is None:
        return text
    wish["one_page"] = True
    number = count_of(match["n"] or "") or 1
    if number > 1:
        wish["page"] = number
    return clean(text[: match.start()] + text[match.end() :])


_MADE = r"(?:write|post|make|start|open|create|submit|publish|report|add|send|share|ask)"
_MADE_BY = re.compile(
    rf"(?P<noun>(?:[\w-]+ )?[\w-]+(?<!s)s)\s+(?:did|has|have|was|were)\s+(?P<who>{MASK}|[\w.-]+"
    r"(?: (?-i:[A-Z])[\w.-]*)?)\s+"
    rf"(?:{_MADE}|written|posted|made|started|opened|created|submitted|published|reported|added|sent"
    r"|shared|asked)(?P<rest>\s+.*)?$",
    re.I,
)


def made_by(text: str) -> str:
    """ "Stories did yuki write": "stories by yuki", for a count or a list; else the text."""
    match = _MADE_BY.fullmatch(text)
    if match is None or match["who"].lower() in ("they", "you", "it", "he", "she", "we", "i"):
        return text
    return f"{match['noun']} posted by {match['who']}{match['rest'] or ''}"
