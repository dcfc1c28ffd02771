"""The grammar of what is put into a cart: things by name, the best of a list, and how many."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agents.browser.extract_names import singular
from agents.model.embedded.grammar import wishes
from agents.model.embedded.grammar.going import SUPERLATIVE
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.phrases import bare, clean, target_of
from agents.model.embedded.grammar.purchases import parted
from agents.model.embedded.grammar.words import ONE_TO_TEN, TWO_TO_TEN, count_of, ordinal_in

Intent = dict[str, Any]
_NUMBER = rf"\d{{1,2}}|{ONE_TO_TEN}"
OFTEN = rf"(?:\s+(?P<often>once|twice|thrice|(?:{_NUMBER}) times))?"
_WORDS = {"once": 1, "twice": 2, "thrice": 3}


def product_of(text: str, k: Masked) -> dict[str, Any]:
    """What is bought: its whole name, with the count before it ("two of the Oak Tray")."""
    text = re.sub(r"^both\s+(?:of\s+)?", "", clean(text), flags=re.I)
    quoted = [p for p in k.parts_in(text) if p["is"] in ("quote", "var")]
    if quoted or ordinal_in(text)[0] is not None or _BESIDE.search(text):
        return target_of(text, k)
    count = _COUNT.match(text)
    name = k.raw(bare(text[count.end() :] if count else text))
    target = {**target_of("it", k), "words": name, "raw": k.raw(text)}
    if count is None:
        return target
    return {**target, "words": singular(name), "count": count_of(count.group(1)) or 2}


_BESIDE = re.compile(r"\s(?:in|from|on|for|with|by)\s", re.I)
_COUNT = re.compile(
    rf"(\d{{1,3}}|{TWO_TO_TEN}|twelve|a dozen|a couple)"
    r"(?:\s+(?:(?:copies|pieces|units|packs|packets|boxes|bottles)\s+)?of(?:\s+the)?\b|\s*x\b|(?=\s+[a-z]))\s*",
    re.I,
)


_ONE_EACH = re.compile(rf"(?:the|an?|{_NUMBER})\s", re.I)


def put_intent(m: Mapping[str, str | None], k: Masked, verb: str) -> list[Intent]:
    """ "Two of the cheapest lamps", "the newest chair and the Oak Tray", "it twice"."""
    what, often = clean(m["what"] or ""), (m["often"] or "").lower()
    times = _WORDS.get(often) or count_of(often.split(" ")[0]) or 0
    parts = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", what)
    each = any(map(SUPERLATIVE.search, parts)) and all(map(_ONE_EACH.match, parts[1:]))
    return [_put(part, k, verb, times) for part in (parts if each else [what])]


def _put(what: str, k: Masked, verb: str, times: int) -> Intent:
    """One thing by name, or by what it is the best of."""
    quoted = any(p["is"] != "stamp" for p in k.parts_in(what))  # "rated at least 4.7" is none
    best = SUPERLATIVE.search(what) and not quoted
    count = _COUNT.match(what) if best else None
    rest = what[count.end() :] if count else what
    wish = wishes.list_wish(rest, k) if best else {}
    if not wish.get("order"):
        target = product_of(what, k)
        target = {**target, "count": times} if times else target
        return {"do": "add", "verb": verb, "target": target}
    # "Two of the cheapest lamps" is one lamp twice, "the two cheapest lamps" are two.
    several = re.match(rf"(?:the\s+)?(?:{_NUMBER})\s", rest, re.I)
    wish["limit"] = (wish.get("limit") or 1) if several else 1
    number = count_of(count.group(1)) if count else None
    target = {**target_of("it", k), "words": k.raw(bare(rest)), "raw": k.raw(what)}
    return {"do": "add", "verb": verb, "target": target, "wish": wish,
            "quantity": number or times or 1}  # fmt: skip


def _buy(m: re.Match[str], k: Masked) -> list[Intent]:
    """What is bought, and what was said of the order at once."""
    what, pieces = parted(m["what"], k)
    bought = {"what": what, "often": m["often"]}
    out = put_intent(bought, k, m["verb"].lower())
    if pieces:
        out[-1]["pieces"] = pieces
    return out


_CARTS = r"(?:the |my |your |this )?(?P<where>(?:shopping )?(?:cart|basket|bag|trolley))"
_A_CART = r"(?:the |my |your )?(?:shopping )?(?:cart|basket|bag|trolley)"
RULES: list[tuple[re.Pattern[str], Any]] = [
    (
        re.compile(
            rf"(?:empty|clear)(?: out)? {_A_CART}$|(?:remove|delete|take|clear) (?:everything|all"
            r"(?: of)?(?: the)?(?: items| products| things| articles)?)(?: out)? "
            rf"(?:from|in|of|out of) {_A_CART}$",
            re.I,
        ),
        lambda m, k: {"do": "empty_cart"},
    ),
    (
        re.compile(rf"(?:add|put|place)\s+(?P<what>.+?)\s+(?:to|in|into)\s+{_CARTS}{OFTEN}$", re.I),
        lambda m, k: put_intent(m.groupdict(), k, "add to " + m.group("where").lower()),
    ),
]
ORDERS: list[tuple[re.Pattern[str], Any]] = [
    (
        re.compile(
            r"(?:add|put)\s+(?P<what>.+?)\s+(?:to|in|into)\s+(?:the |my |your )?"
            rf"(?P<where>wish ?list|favou?rites){OFTEN}$",
            re.I,
        ),
        lambda m, k: put_intent(m.groupdict(), k, "add to " + m.group("where").lower()),
    ),
    (
        re.compile(rf"(?P<verb>buy|purchase|order)\s+(?P<what>.+?){OFTEN}$", re.I),
        _buy,
    ),
]


_ELSE = re.compile(rf"{MASK}|\b(?:to|into|called|named|saying|with|that)\b", re.I)
_ADDED = re.compile(
    rf"add\s+(?P<what>(?:the|an?|both|{_NUMBER})\s+[^:]{{2,80}}|(?-i:[A-Z])[\w'’ -]{{2,60}})", re.I
)


def added(text: str, k: Masked) -> Intent | None:
    """ "Add the lamp and two blankets": where to is said by the page's own buttons."""
    match = _ADDED.fullmatch(text)
    if match is None or re.search(
        rf"{MASK}|\b(?:to|into|called|named|saying|with|that)\b", text, re.I
    ):
        return None
    return {"do": "add", "verb": "add", "target": product_of(match["what"], k), "bare": True}
