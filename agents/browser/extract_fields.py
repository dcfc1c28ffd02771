"""What the pieces of a repeated item mean: which text is the title, the price, the author.

Input are the tokens that `extract.js` collects from one record; output is a flat dict with
plain names. Nothing here knows a site: it goes by markup (headings, `itemprop`, class words,
labels) and by what a value looks like (a currency, "3 hours ago", "45 comments").
"""

from __future__ import annotations

import re
from typing import Any

from rapidfuzz import fuzz

from agents.browser.extract_labels import CONTROLS, sums_of_kinds
from agents.browser.extract_values import (
    DATE,
    SEPARATOR,
    STARS,
    WORD_STARS,
    by_content,
    number,
    value_of,
)

Token = dict[str, Any]
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

_CLASS_NAMES = [
    (
        "old_price",
        r"old\b|was-?price|list-?price|original|regular-?price|strike|rrp|msrp|compare-at",
    ),
    ("price", r"price|amount\b|\bcost\b"),
    ("author", r"author|user|byline|poster|creator|submitter|writer|artist|\bby\b"),
    ("comments", r"comment|repl(y|ies)|discussion"),
    ("points", r"score|points|votes?\b|upvote|likes|karma"),
    ("rating", r"rating|stars?\b"),
    ("reviews", r"review"),
    ("date", r"date|time|\bage\b|published|posted|ago\b"),
    ("availability", r"avail|stock"),
    ("rank", r"rank|position|index"),
    ("category", r"categor|genre|topic|\btags?\b|badge|department"),
    ("description", r"desc|summary|snippet|excerpt|teaser|abstract|lead\b|blurb|body|content"),
    ("site", r"domain|\bsite|host|source|publisher"),
    ("company", r"company|employer|brand|vendor|manufacturer"),
    ("location", r"location|city|place"),
    ("title", r"title|\bname|headline|heading|subject|product-?link|storylink"),
]
CLASS_NAMES = [
    (name, re.compile(rf"(?:^|[\s_\-])(?:{pattern})", re.I)) for name, pattern in _CLASS_NAMES
]
ITEMPROPS = {
    "name": "title",
    "headline": "title",
    "url": "url",
    "price": "price",
    "author": "author",
    "datePublished": "date",
    "description": "description",
    "ratingValue": "rating",
    "reviewCount": "reviews",
    "commentCount": "comments",
    "image": "image",
    "text": "description",
    "availability": "availability",
    "brand": "company",
    "priceCurrency": "currency",
}
_FILLERS = re.compile(r"by|in|on|at|from|and|posted|submitted|\W*", re.I)
_BY = re.compile(r"(?:posted |written )?by:?", re.I)
_SAYS_WHO = re.compile(
    r"(?:^|\b(?:[a-z]+ed|written|made|sent|led|told|ago|today|yesterday|\d) )by$"
    r"|^.{0,12}\bby$|\bauthor:?$|\bfrom user$"
)
_COUNTED = ("comments", "points", "reviews", "views", "rating", "price")


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
    for candidate in (words, " ".join(singular(w) for w in words.split())):
        if candidate in SYNONYMS:
            return SYNONYMS[candidate]
    return None


def by_markup(token: Token) -> str | None:
    """The field a token's markup names: itemprop, label, class words."""
    if token.get("ip") in ITEMPROPS:
        return ITEMPROPS[token["ip"]]
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", token.get("k", ""))
    for name, pattern in CLASS_NAMES:
        if pattern.search(words):
            return name
    return None


def is_begun(text: str) -> bool:
    """Whether a text is the beginning of a longer one, shown beside what that is called."""
    return bool(re.match(r"[–—-]\s", text)) and text.endswith(("…", "..."))


def title_token(tokens: list[Token]) -> int | None:
    """Index of the piece that reads like the item's title."""
    best, best_score = None, 0.0
    for i, token in enumerate(tokens):
        text = token["t"]
        if token.get("hid") or token.get("form") or token.get("btn") or len(text) < 2:
            continue
        if SEPARATOR.match(text) or CONTROLS.fullmatch(text):
            continue
        words = token.get("k", "")
        bold = bool(token.get("b") or re.search(r"\bbold\b|\bstrong\b", words))
        score = min(len(text), 80) / 80 + token.get("fs", 12) / 16 + bold * 0.6
        score += 2.5 if token.get("hd") else 0
        score += 0.4 if i == 0 and bold else 0  # what begins a card in bold heads it
        score += 2.5 if re.search(r">dt\b", token.get("p", "")) else 0  # a term
        link = token.get("h") or ""
        score += 1.2 if link and not link.startswith(("javascript:", "mailto:", "tel:")) else 0
        score -= 1.0 if link.startswith(("mailto:", "tel:")) else 0  # a way to reach it
        score += 1.5 if re.search(r"title|\bname|headline|subject", words, re.I) else 0
        minor = re.search(r"desc|summary|meta|sub|tag|badge|date|author|user", words, re.I)
        score -= 1.2 if minor else 0
        score -= 1.5 if by_content(text) else 0
        score -= 1.0 if len(text) > 200 else 0
        score -= 1.0 if is_begun(text) and not token.get("h") else 0
        score -= 1.0 if "img" in token else 0
        score -= i * 0.03
        if score > best_score:
            best, best_score = i, score
    return best


def _is_plain(token: Token) -> bool:
    """Text that is neither heading, link nor a title by its class: may hold several facts."""
    named = re.search(r"title|\bname|headline", token.get("k", ""), re.I)
    return not (token.get("hd") or token.get("h") or token.get("img") or named)


def split_facts(tokens: list[Token]) -> list[Token]:
    """Short runs of facts ("by Kim · 3 March 2026 | Oslo") cut into one token a fact."""
    out: list[Token] = []
    for token in tokens:
        text = token["t"]
        pieces = [text]
        if _is_plain(token) and len(text) < 160:
            cut = r"\s*[·|•]\s*|(?<=[^\W\d])\s+[–—/]\s+(?=[^\W\d])"
            pieces = [p for p in re.split(cut, text) if p.strip()]
            pieces = [q for p in pieces for q in _by_author(p)]
        # "Ann Lee ·" before a date of its own says no more than Ann Lee.
        cut_off = len(pieces) == 1 and len(pieces[0].strip()) < len(text)
        many = len(pieces) > 1 or cut_off
        out += [{**token, "t": p.strip()} for p in pieces] if many else [token]
    return out


def _by_author(text: str) -> list[str]:
    match = re.match(r"(.+?)\s+(by\s+\S.*)$", text)
    return [match.group(1), match.group(2)] if match and DATE.search(match.group(1)) else [text]


def _labelled(tokens: list[Token]) -> dict[int, str]:
    """Token index -> the label a neighbour or attribute gives it ("Size:" then "XL")."""
    labels: dict[int, str] = sums_of_kinds(tokens)
    for i, token in enumerate(tokens):
        text = token["t"]
        if i in labels:
            continue
        if token.get("l"):
            labels[i] = token["l"]
        elif re.fullmatch(r"[A-Za-z][A-Za-z ]{2,19}", token.get("tip", "")) and re.fullmatch(
            r"\W?\d[\d.,]*\W{0,2}[CF%]?", text
        ):
            labels[i] = token["tip"]
        elif i and re.fullmatch(r"[A-Za-z][\w /-]{1,30}:", tokens[i - 1]["t"]):
            labels[i] = tokens[i - 1]["t"].rstrip(":")
        elif (
            _is_plain(token)
            and len(text) < 120
            and not re.match(r"(?:re|fwd?|aw|ps|https?):", text, re.I)
            and (match := re.match(r"([A-Za-z][\w /-]{1,24}):\s+(?=\S)", text))
        ):
            labels[i] = match.group(1)
    return labels


def _own_name(token: Token) -> str:
    """A key out of the token's own class words; `text` when they only describe looks."""
    for word in reversed(re.findall(r"[A-Za-z][\w-]+", token.get("k", ""))):
        bare = re.sub(r"^(?:item|card|product|post|story|entry|list|row|js|col)[-_]+", "", word)
        if re.search(r"^(?:col|row|text|font|m[btlrxy]?|p[btlrxy]?|d|w|h|flex|btn)(?:-|$)", bare):
            continue
        if re.search(r"\d|small|muted|bold|left|right|inline|block|gr[ae]y", bare):
            continue
        return plain(bare).replace(" ", "_")[:30] or "text"
    return "text"


def name_tokens(tokens: list[Token], title_path: str | None = None) -> Record:
    """One record as a dict: known names first, then what markup calls the rest.

    title_path: where the group's titles stand; the record's own guess without it.
    """
    out: Record = {}
    labels = _labelled(tokens)
    used = {i - 1 for i in labels if i and tokens[i - 1]["t"].rstrip(":") == labels[i]}
    deferred: list[int] = []
    for i, token in enumerate(tokens):
        text = token["t"]
        if image := token.get("img"):
            if not image.startswith("data:"):
                out.setdefault("image", image)
            continue
        if token.get("form") == 2:
            continue  # a box to tick says nothing about the item
        if i in used or not text or (SEPARATOR.match(text) and not STARS.match(text)):
            continue
        if _FILLERS.fullmatch(text) and i not in labels:
            continue  # "by" before an author's link is no author
        if i in labels:
            body = re.sub(rf"^{re.escape(labels[i])}(?::|(?= \D?\d))", "", text).strip()
            key = canonical(labels[i]) or ""
            if not key or (key == "title" and re.fullmatch(r"[\d.,]+", body)):
                key = plain(labels[i]).replace(" ", "_")  # "Posts: 12" is no title
            out.setdefault(key, value_of(key, body))
            if key == "title" and token.get("h"):
                out.setdefault("url", token["h"])
            continue
        name = _guess(token, tokens, i)
        if name == "price" and token.get("del"):
            name = "old_price"
        if name in (None, "title", "description", "category") or name in out:
            deferred.append(i)
            continue
        out[name] = value_of(name, token["t"])
        if name == "date" and (code := re.match(r"#[A-Z]{0,4}-?\d+\b", text)):
            out.setdefault("number", code.group())  # "#213 opened 2 days ago"
        if name == "date" and token.get("d"):
            out["datetime"] = token["d"]
    _place_rest(out, tokens, deferred, title_path)
    return out


def _guess(token: Token, tokens: list[Token], i: int) -> str | None:
    """The field of one token by looks, by markup and by what stands before it."""
    text = token["t"]
    if i == 0 and re.fullmatch(r"#?\d{1,4}[.)]?", text):
        return "rank"
    previous = tokens[i - 1]["t"].lower() if i else ""
    marked, looks = by_markup(token), by_content(text)
    if re.fullmatch(r"[\d.,]+k?", text) and token.get("tip"):
        looks = by_content(token["tip"]) or looks  # a bare number, and what it counts
    if looks and looks != "date":
        return "old_price" if looks == "price" and marked == "old_price" else looks
    if _SAYS_WHO.search(previous) and len(text) < 60 and looks != "date":
        return "author"  # a title like "Stars to Steer By" says nothing of who follows
    if re.match(r"(?:posted |written )?by \S.{0,50}$", text, re.I) and not token.get("hd"):
        return "author"
    if marked == "rating" and i and re.fullmatch(r"\(\d[\d.,]*k?\)", text):
        return "reviews"
    if marked == "rating":
        words = (v for w, v in WORD_STARS.items() if re.search(rf"\b{w}\b", token["k"], re.I))
        if stars := next(words, None):
            token["t"] = f"{stars} out of 5"
            return "rating"
    if looks == "date" and not token.get("hd") and marked != "title":
        return "date"
    if marked in _COUNTED and (number(text) is None or len(text) > 30):
        return None
    if marked == "author" and (len(text) > 60 or token.get("hd")):
        return None
    if marked == "author" and any(_BY.fullmatch(t["t"]) for t in tokens[i + 1 : i + 3]):
        return None  # "Post by Ann": who it is comes after
    if token.get("d") and len(text) < 40:
        return "date"
    return marked


def _place_rest(
    out: Record, tokens: list[Token], rest: list[int], title_path: str | None = None
) -> None:
    """Title, address and the pieces that no rule named."""
    if "title" not in out:
        index = next((n for n, i in enumerate(rest) if tokens[i]["p"] == title_path), None)
        if index is None:
            index = title_token([tokens[i] for i in rest])
        if index is not None:
            title = tokens[rest[index]]
            out["title"] = _full_title(title)
            if title.get("h"):
                out["url"] = title["h"]
            rest = rest[:index] + rest[index + 1 :]
    if "url" not in out:
        addresses = (t["h"] for t in tokens if t.get("h"))
        if href := next((h for h in addresses if not h.startswith("javascript:")), None):
            out["url"] = href
    for i in rest:
        token = tokens[i]
        text = token["t"]
        if token.get("btn") or token.get("hid") or _FILLERS.fullmatch(text):
            continue
        if text == out.get("title"):
            continue  # a picture's description, the same title again
        if CONTROLS.fullmatch(text) and (token.get("h") or token.get("tip") or len(text) < 9):
            continue
        out[_free_name(out, token)] = text


def _full_title(token: Token) -> str:
    """A title cut off with dots carries its full text in the tooltip."""
    shown, tip = token["t"].rstrip("….").strip(), token.get("tip", "")
    return tip if shown and tip.startswith(shown[:20]) and len(tip) > len(shown) else token["t"]


def _free_name(out: Record, token: Token) -> str:
    """A key not used yet: the one markup gives, else `text`, else one with a number."""
    name = by_markup(token) or _own_name(token)
    if name in out or name in (*_COUNTED, "author", "date"):
        name = "text"
    if name in out:
        name += next(f"_{k}" for k in range(2, 999) if f"{name}_{k}" not in out)
    return name


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


def match_column(field: str, columns: list[str]) -> str | None:
    """The column a requested field means, or None. Exact words, then common name, then likeness."""
    field = _HOW_MANY.sub("", field)  # "how many they sleep"
    want, name = plain(field), canonical(field)
    want = re.sub(r"^(e ?mail|(?:tele)?phone|mobile|fax|web) (?:address|number)$", r"\1", want)
    by_plain = {_SHORT.get(plain(c), plain(c)): c for c in reversed(columns)}
    if want in by_plain:
        return by_plain[want]
    if name:
        for column in columns:
            if column == name or canonical(column) == name:
                return column
    # "Number of replies" is what "Replies" tells.
    counted = _singulars(re.sub(r"^(?:number|count|amount) of ", "", want))
    if many := [c for t, c in by_plain.items() if _singulars(t) == counted]:
        return many[0]
    # "Catalogue number" is what "No." tells, if no column tells the room of a "room number".
    if re.fullmatch(rf"(?!(?:{_NUMBERED})\b).* (?:numbers?|no|nr)", want):
        plainly = [c for t, c in by_plain.items() if t in ("no", "nr", "number", "#", "ref")]
        if len(plainly) == 1:
            return plainly[0]
    best, score = None, 0.0
    for text, column in by_plain.items():
        likeness = fuzz.token_set_ratio(want, text) if len(text) > 2 else 0
        likeness = max(likeness, fuzz.ratio(want, text))
        if likeness > score:
            best, score = column, likeness
    if score >= 84:
        return best
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
