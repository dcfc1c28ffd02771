"""Labels that all records of a list share ("Company", "Salary"), given to what follows them."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import Any

from agents.browser.extract_values import PRICE, by_content

Token = dict[str, Any]
# What a control in a record says; it is no data.
CONTROLS = re.compile(
    r"hide|reply|share|save|report|past|more|read more|view|details?|edit|delete|flag|upvote"
    r"|downvote|vote|add to \w+|buy(?: now)?|quick view|learn more|next|previous|permalink",
    re.I,
)


_TERM = re.compile(r">dt\b")


def take_labels(pieces: list[list[Token]]) -> list[list[Token]]:
    """Records whose labels ("Company", "Salary") are given to what follows them.

    A label is a `dt` that several records have, or one of at least two short texts that all
    records have in the same place, each before something that differs.
    """
    terms = Counter(
        t["t"] for tokens in pieces for t in tokens if _TERM.search(t["p"]) and not t.get("h")
    )
    shared = {text for text, n in terms.items() if n > 1 or len(pieces) == 1}
    return [
        [t for i, t in enumerate(tokens) if not _gives_label(tokens, i, same, shared)]
        for same in [_constants(pieces)]
        for tokens in pieces
    ]


def _gives_label(
    tokens: list[Token], i: int, constants: set[tuple[str, str]], terms: set[str]
) -> bool:
    """Whether a token is a label; then what stands after it carries its text."""
    token, after = tokens[i], tokens[i + 1] if i + 1 < len(tokens) else None
    if after is None or after.get("l") or not token["t"]:
        return False
    term = token["t"] in terms and re.search(r">dd\b", after["p"])
    if not term and (token["p"], token["t"]) not in constants:
        return False
    after["l"] = token["t"].rstrip(": ")
    return True


def _constants(pieces: list[list[Token]]) -> set[tuple[str, str]]:
    """(path, text) of what nearly all records say before something of their own."""
    seen: Counter[tuple[str, str]] = Counter()
    values: dict[tuple[str, str], set[str]] = {}
    for tokens in pieces:
        for token, after in pairwise(tokens):
            key, text = (token["p"], token["t"]), token["t"]
            plainly = re.fullmatch(r"[A-Za-z][A-Za-z /-]{1,28}:?", text) and not by_content(text)
            control = token.get("btn") or token.get("h") or CONTROLS.fullmatch(text)
            if not plainly or control or after.get("hd") or after.get("btn") or after.get("img"):
                continue
            seen[key] += 1
            values.setdefault(key, set()).add(after["t"])
    shared = {
        key
        for key, n in seen.items()
        if len(pieces) > 1 and n >= 0.8 * len(pieces) and len(values[key]) > 1
    }
    return shared if len(shared) > 1 else set()


_OF_PRICE = "was|now|from|only|price|sale|save|rrp|for|to|about|just|before|instead|reduced|our"
_WORDED = re.compile(
    rf"(?P<word>(?!(?:{_OF_PRICE})\b)[A-Z][a-z]+(?: [a-z]+)?):? (?:{PRICE.pattern})", re.I
)


def sums_of_kinds(tokens: list[Token]) -> dict[int, str]:
    """ "Delivery £2" beside "Minimum £10": sums of several kinds, each by its own word."""
    found = {i: m["word"] for i, t in enumerate(tokens) if (m := _WORDED.fullmatch(t["t"]))}
    return found if len({w.lower() for w in found.values()}) > 1 else {}
