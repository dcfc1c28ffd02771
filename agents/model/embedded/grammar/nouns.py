"""Nouns that mean the repeated things of a page."""

from __future__ import annotations

import re

from agents.browser.extract_names import singular

ITEM_NOUNS = frozenset(
    re.findall(
        r"\w+",
        "story article post item product result entry row record book movie film song album "
        "job listing offer deal quote review comment repository repo project package event "
        "headline news link image photo video question answer topic thread message email mail "
        "contact person user employee member customer order invoice country city hotel flight "
        "ticket restaurant recipe dish card option category heading paper notification task "
        "issue commit release version section page file document course lesson name price "
        "title author tag company stock search paragraph number value feature plan table cell "
        "transaction service treatment publication exhibition car sailing town place house "
        "home room model device vehicle animal player team school station train bus ship tour "
        "trip class workshop concert show game day soup site venue festival artist museum ferry "
        "phone laptop bike camera shop object artwork painting plant thread record client contract "
        "appointment slot vacancy apartment flat villa lesson podcast episode station drink meal ",
    )
)


def is_item_noun(noun: str) -> bool:
    """Whether a noun means one of the page's repeated things ("story", "search results")."""
    words = noun.lower().split()
    return bool(words) and singular(words[-1]) in ITEM_NOUNS


# These are deeds as often as things ("what did Ann answer").
_DEEDS = frozenset(
    re.findall(
        r"\w+",
        "answer comment review post rank show search file order book plan release stock quote",
    )
)


def is_mere_kind(noun: str) -> bool:
    """Whether a word only says what kind of thing is meant ("ticket"), so that no page need."""
    return is_item_noun(noun) and singular(noun.lower()) not in _DEEDS


# What people call a part of a site by; its own name need not say so.
_PLACES = frozenset(
    re.findall(
        r"\w+",
        "page tab section board forum area screen view panel menu category department module "
        "chapter guide room channel overview directory list folder site form space group team "
        "part book catalogue catalog settings dialog demo example widget tutorial",
    )
)


def is_place(noun: str) -> bool:
    """Whether a word only says what kind of place is meant ("board", "page")."""
    return singular(noun.lower()) in _PLACES


def place_named(words: str) -> str:
    """The name in "the Sourdough board", "page about refunds"; the words when there is no other."""
    about = re.sub(r"^(?:\w+ )?(\w+) (?:about|on|for|called|named|with) (?:the )?(?=\S)",
                   lambda m: "" if is_place(m[1]) else m[0], words)  # fmt: skip
    rest = about.split()
    while len(rest) > 1 and is_place(rest[-1]):
        rest = rest[:-1]
    while len(rest) > 1 and is_place(rest[0]):
        rest = rest[1:]
    return " ".join(rest)
