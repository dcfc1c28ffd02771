"""What the fields of records are called: common names, synonyms, and which column is meant."""

from __future__ import annotations

import re
from typing import Any

from rapidfuzz import fuzz

from agents.browser.field_names import same_words

Record = dict[str, Any]


COMMON = {
    "title": "title, name, headline, heading, product, item, story, article, post, subject, label, "
    "book, movie, film, song, product name, item name, article title, story title, post title",
    "url": "url, link, href, uri, website, web address, permalink, product link",
    "price": (
        "price, cost, amount, salary, pay, wage, fee, fare, rent, unit price, sale "
        "price, current price, pricing"
    ),
    "old_price": "old price, original price, list price, regular price, was price, rrp, msrp",
    "points": "points, score, upvotes, votes, likes, karma, point count, vote count, pts",
    "comments": "comments, comment count, number of comments, comments count, replies, "
    "reply count, discussion",
    "reviews": "reviews, review count, number of reviews, ratings count, number of ratings",
    "rating": "rating, stars, star rating, average rating, review score",
    "author": "author, sender, from, user, username, writer, posted by, by, submitter, "
    "poster, creator, byline, maker, started by, created by, opened by, written by, "
    "sent by, made by, "
    "author name, seller",
    "date": "date, time, age, published, published date, publish date, posted, posted date, when, "
    "date posted, created, created at, timestamp",
    "image": "image, picture, thumbnail, photo, image url, img",
    "description": "description, summary, text, snippet, body, excerpt, abstract, teaser, content",
    "availability": "availability, stock, in stock, stock status",
    "rank": "rank, position, number, #, no, place",
    "category": "category, tag, section, topic, type, genre, department",
    "teacher": "teacher, lecturer, instructor, tutor, professor, trainer, coach, taught by",
    "level": "level, difficulty, difficulty level, skill level, niveau, schwierigkeit, dificultad",
    "views": "views, view count, downloads, plays",
    "site": "site, domain, source, host, publisher",
    "location": "location, city, place, job location",
    "company": "company, employer, brand, organization, organisation, org, firm, manufacturer, "
    "vendor, affiliation",
}


SYNONYMS = {word: name for name, words in COMMON.items() for word in words.split(", ")}


def singular(word: str) -> str:
    """A rough singular, good enough to compare nouns."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and re.search(r"(ss|sh|ch|x)es$", word):
        return word[:-2]
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


def plain(name: str) -> str:
    """Lower-case words of a field name: `commentCount` and `Comment count` agree."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[^a-z0-9#%]+", " ", name.lower()).strip()


_WHO_MADE = re.compile(
    r"who (?:(?:has |had )?(?:opened|wrote|written|posted|made|created|started|reported|submitted"
    r"|sent|published|asked)|it is by)(?: (?:it|them|each|each one))?"
)


def canonical(name: str) -> str | None:
    """The common name a field goes by (`cost` is `price`); None for a word of its own."""
    words = re.sub(r"^(?:the|its|their|each|every) ", "", plain(name))
    if _WHO_MADE.fullmatch(words):
        return "author"
    words = re.sub(
        r" (?:per|a|each|every) (?:month|year|week|day|hour|person|user|page)$", "", words
    )
    for candidate in (words, " ".join(singular(w) for w in words.split())):
        if candidate in SYNONYMS:
            return SYNONYMS[candidate]
    return None


_SHORT = {
    "yr": "year", "qty": "quantity", "qnt": "quantity", "qnty": "quantity", "qté": "quantity",
    "amt": "amount", "dept": "department", "tel": "phone",
    "addr": "address", "dob": "date of birth", "est": "estimate", "avg": "average",
}  # fmt: skip


_HOW_MANY = re.compile(
    r"^how (?:many|much|long|far)(?: \w+)* (?:it|they|people|each|one) (?:can )?"
)


def _singulars(name: str) -> str:
    return " ".join(singular(w) for w in name.split())


_NUMBERED = "room|house|seat|track|page|flight|model|account|floor|platform|bus|line|gate"


MAX_MORE_WORDS = 3  # of what is asked for than of a column's name: "sites appear most often"


def match_column(field: str, columns: list[str]) -> str | None:
    """The column a requested field means, or None. Exact words, then common name, then likeness."""
    field = _HOW_MANY.sub("", field)  # "how many they sleep"
    want, name = plain(field), canonical(field)
    want = re.sub(r"^(e ?mail|(?:tele)?phone|mobile|fax|web) (?:address|number)$", r"\1", want)
    by_plain = {_SHORT.get(plain(c), plain(c)): c for c in reversed(columns)}
    if want in by_plain:
        return by_plain[want]
    known = {c: same_words(t) for t, c in by_plain.items()}
    just = [c for c, words in known.items() if words == same_words(want)]
    if len(just) == 1:
        return just[0]
    if name:
        for column in columns:
            if column == name or canonical(column) == name:
                return column
    if want in ("star", "stars") and "points" in columns:
        return "points"  # "5 stars", like "12 likes", is a count of points
    # "Number of replies" is what "Replies" tells.
    counted = _singulars(re.sub(r"^(?:number|count|amount) of ", "", want))
    if many := [c for t, c in by_plain.items() if _singulars(t) == counted]:
        return many[0]
    # "Catalogue number" is what "No." tells, if no column tells the room of a "room number".
    if re.fullmatch(rf"(?!(?:{_NUMBERED})\b).* (?:numbers?|no|nr|ids?)", want):
        plainly = [c for t, c in by_plain.items() if t in ("no", "nr", "number", "#", "ref", "id")]
        if len(plainly) == 1:
            return plainly[0]
    best, score = None, 0.0
    for text, column in by_plain.items():
        near = len(want.split()) - len(text.split()) < MAX_MORE_WORDS
        likeness = fuzz.token_set_ratio(want, text) if len(text) > 2 and near else 0
        likeness = max(likeness, fuzz.ratio(want, text))
        if likeness > score:
            best, score = column, likeness
    if score >= 84:
        return best
    said = set(same_words(want).split())  # "phone" is what "Work telephone" tells, if alone
    wider = [c for c, words in known.items() if said <= set(words.split())]
    if len(wider) == 1:
        return wider[0]
    # "Licence" is what "lic" is short for; "check-in time" what "Check-in from" tells.
    short = [c for t, c in by_plain.items() if len(t) > 2 and " " not in t and want.startswith(t)]
    if len(short) == 1:
        return short[0]
    core = _core(want)
    same = [c for t, c in by_plain.items() if core and core != t and core == _core(t)]
    if len(same) == 1:
        return same[0]
    # "Departure" is what "Departs" tells.
    like = [c for text, c in by_plain.items() if _same_stem(want, text)]
    return like[0] if len(like) == 1 else None


def _core(name: str) -> str:
    """A name without the words that only say what kind of value it has."""
    return re.sub(r" (?:time|date|hours?|number|name|from|until|till|at|by)$", "", name)


def _same_stem(one: str, other: str) -> bool:
    return " " not in one + other and min(len(one), len(other)) > 5 and one[:5] == other[:5]
