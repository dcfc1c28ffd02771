"""In which order a list is wanted: "the cheapest", "by price, newest first"."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import canonical
from agents.model.embedded.grammar.phrases import bare, clean
from agents.model.embedded.grammar.words import ordinal_in

Intent = dict[str, Any]

LOW = (
    r"cheapest|least expensive|lowest[- ]rated|lowest[- ]priced|lowest price|lowest cost|lowest|"
    r"smallest|shortest|oldest|fewest|earliest|lightest|worst[- ]rated|quickest|nearest"
    r"|closest|coldest|coolest|slowest|(?:worst|lowest)[- ]paid|worst[- ]paying"
)


HIGH = (
    r"(?:best|highest)[- ](?:paid|paying)|latest(?! (?:\d|[a-z]+s\b))|"
    r"most expensive|dearest|costliest|priciest|highest[- ]priced|highest[- ]rated|best[- ]rated|"
    r"top[- ]rated|most reviewed|most commented|most discussed"
    r"|most upvoted|most popular|most viewed|most recent|newest|highest|largest|"
    r"biggest|longest|greatest|heaviest|tallest"
    r"|youngest|farthest|furthest|warmest|hottest|fastest"
)


SUPER = re.compile(rf"\b(?:(?P<low>{LOW})|(?P<high>{HIGH}))\b", re.I)


FIELD_OF_SUPER = {
    "paid": "salary",
    "paying": "salary",
    "latest": "date",
    "cheapest": "price",
    "expensive": "price",
    "priced": "price",
    "price": "price",
    "cost": "price",
    "priciest": "price",
    "dearest": "price",
    "costliest": "price",
    "rated": "rating",
    "reviewed": "reviews",
    "commented": "comments",
    "discussed": "comments",
    "upvoted": "points",
    "popular": "points",
    "viewed": "views",
    "recent": "date",
    "newest": "date",
    "oldest": "date",
    "earliest": "date",
    "largest": "size",
    "biggest": "size",
    "smallest": "size",
    "longest": "duration",
    "shortest": "duration",
    "heaviest": "weight",
    "lightest": "weight",
    "tallest": "height",
    "youngest": "date",
    "quickest": "duration",
    "nearest": "distance",
    "closest": "distance",
    "farthest": "distance",
    "furthest": "distance",
    "warmest": "temperature",
    "hottest": "temperature",
    "coldest": "temperature",
    "coolest": "temperature",
    "fastest": "speed",
    "slowest": "speed",
    "best": "rating",
    "worst": "rating",
}

# What a superlative measures, in the names that columns have, and by what their values look like.
FAMILIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "size": (("size", "area", "living space", "floor area", "file size", "capacity", "population"),
             ("bytes", "area", "volume")),
    "duration": (("duration", "length", "time", "runtime", "cooking time", "distance", "pages"),
                 ("time", "length")),
    "weight": (("weight", "mass"), ("mass",)),
    "height": (("height", "elevation", "altitude"), ("length",)),
    "date": (("date", "published", "year", "released", "built", "created", "modified", "updated",
              "added", "founded", "last seen", "deadline", "due"), ("date", "clock")),
    "distance": (("distance", "mileage"), ("length",)),
    "mileage": (("mileage", "odometer", "kilometres"), ("length",)),
    "speed": (("speed", "top speed"), ("speed",)),
    "temperature": (("temperature", "high", "temp"), ("temperature",)),
}  # fmt: skip


def measure_of(word: str, of: str = "") -> Intent | None:
    """The order that a comparative means: "cheaper", "more expensive", "more" of "reviews"."""
    word = word.lower()
    if word in ("more", "fewer", "less"):
        return {"by": of, "desc": word == "more", "word": f"{word} {of}"} if of else None
    irregular = {"better": "best rated", "worse": "worst rated", "dearer": "most expensive",
                 "costlier": "most expensive", "pricier": "most expensive",
                 "best paid": "best paid"}  # fmt: skip
    most = re.sub(r"^more ", "most ", re.sub(r"^less ", "least ", word))
    most = irregular.get(word) or re.sub(r"(?<=[a-z])er$", "est", most)
    found = SUPER.fullmatch(most)
    field = next((f for w, f in FIELD_OF_SUPER.items() if w in most), "")
    if found is None or not field:
        return None
    return {"by": field, "desc": bool(found.group("high")), "word": most}


_SORTED = re.compile(
    r"[,(]?\s+(?:(?:sorted|ordered|ranked|arranged|in order|listed)\s+)?by\s+(?:the\s+|their\s+)?"
    r"(?P<by>[a-z][a-z -]{2,24}?)(?P<how>,?\s*\(?(?:from\s+)?(?:[a-z-]+(?: [a-z]+)? first|ascending"
    r"|descending|(?:low|high)(?:est)? to (?:low|high)(?:est)?|[a-z]+est to [a-z]+est"
    r"|a to z|z to a)\)?)?(?=$|,|\s+(?:with|and|including)\b)",
    re.I,
)


_FIRST = re.compile(
    rf"[,(]\s*(?:the\s+)?(?P<word>{LOW}|{HIGH})\s+(?:ones? |(?P<by>[a-z]+(?: [a-z]+)?) )?first\)?"
    r"(?=$|,|\s+with\b)",
    re.I,
)


_FALL = frozenset(["rating", "points", "views", "comments", "reviews", "date"])  # best first


_FALLING = re.compile(r"descending|high(?:est)? (?:to|first)|z to a|best first|top first", re.I)


def take_sorting(text: str, wish: Intent) -> str:
    """ "by price, cheapest first", "sorted by name": all of them, in that order."""
    by = _SORTED.search(text)
    if by and (how := by.group("how")) and (named := SUPER.search(how)):
        field = next((f for w, f in FIELD_OF_SUPER.items() if w in named.group().lower()), "")
        made = field and not canonical(by.group("by")) and by.group("by")[0].isupper()
        order = {"by": field if made else by.group("by"), "word": ""}
        wish["order"] = {**order, "desc": bool(named.group("high"))}
        if made:  # "recipes by Joss Bell, highest rated first"
            return clean(f"{text[: by.start('how')]} {text[by.end() :]}")
    elif by and (canonical(by.group("by")) or re.search(r"sorted|ordered|rank", by.group(), re.I)):
        how, field = by.group("how") or "", by.group("by")
        falls = canonical(field) in _FALL and not re.search(
            r"asc|low(?:est)? (?:to|first)", how, re.I
        )
        falls = falls or bool(_FALLING.search(how) or re.match(r"top\b|best\b", bare(text), re.I))
        wish["order"] = {"by": field, "desc": falls, "word": ""}
    elif by is None and (first := _FIRST.search(text)):
        word = first.group("word").lower()
        named_by = first.group("by") or ""  # "largest amount first"
        field = named_by or next((f for w, f in FIELD_OF_SUPER.items() if w in word), "")
        low = re.fullmatch(LOW, word)
        wish["order"] = {"by": field, "desc": low is None, "word": ""}
        by = first
    else:
        return text
    if canonical(wish["order"]["by"]) == "author" and "sorted" not in by.group().lower():
        wish["order"] = None
        return text  # "books by Ann"
    return clean(f"{text[: by.start()]} {text[by.end() :]}")


_NTH = r"\b(?:\d+(?:st|nd|rd|th)|second|third|fourth|fifth)"


def take_order(text: str, wish: Intent) -> str:
    """ "cheapest", "most commented", "with the highest population"."""
    match = SUPER.search(text)
    if match is None or wish["order"]:
        return text
    word = match.group().lower()
    before, after = text[: match.start()], text[match.end() :]
    field = next((f for w, f in FIELD_OF_SUPER.items() if w in word), None)
    rest = clean(f"{before} {after}")
    if re.search(r"\bwith (?:the )?$", before, re.I):
        measure = re.match(r"\s*(number of \w+|\w+)", after)
        field = measure.group(1) if measure and field is None else field
        rest = clean(re.sub(r"\bwith (?:the )?$", "", before))
    low = bool(match.group("low"))
    wish["order"] = {"by": field or "", "desc": not low, "word": word}
    nth, said = ordinal_in(rest) if re.search(rf"(?:{_NTH})$", before.strip(), re.I) else (None, "")
    if nth is not None and nth > 1:
        wish["order"]["nth"], rest = nth, said  # "the second cheapest"
    return rest
