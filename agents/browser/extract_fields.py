"""What the pieces of a repeated item mean: which text is the title, the price, the author.

Input are the tokens that `extract_pieces.js` collects from one record; output is a flat dict with
plain names. Nothing here knows a site: it goes by markup (headings, `itemprop`, class words,
labels) and by what a value looks like (a currency, "3 hours ago", "45 comments").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from agents.browser.extract_labels import CONTROLS, sums_of_kinds
from agents.browser.extract_names import Record, canonical, plain
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


def by_markup(token: Token) -> str | None:
    """The field a token's markup names: itemprop, label, class words."""
    if token.get("ip") in ITEMPROPS:
        return ITEMPROPS[token["ip"]]
    return _by_words(token.get("k", ""))


# The records of a list share the words of their markup.
_remembered = lru_cache(maxsize=4096)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_TITLE_WORDS = re.compile(r"title|\bname|headline|subject", re.I)
_MINOR_WORDS = re.compile(r"desc|summary|meta|sub|tag|badge|date|author|user", re.I)
_BOLD_WORDS = re.compile(r"\bbold\b|\bstrong\b")


@_remembered
def _by_words(words: str) -> str | None:
    words = _CAMEL.sub("-", words)
    return next((name for name, pattern in CLASS_NAMES if pattern.search(words)), None)


@_remembered
def _marks(words: str) -> tuple[bool, bool, bool]:
    """Whether the markup's words call a piece bold, a title, something minor."""
    return (
        _BOLD_WORDS.search(words) is not None,
        _TITLE_WORDS.search(words) is not None,
        _MINOR_WORDS.search(words) is not None,
    )


def is_begun(text: str) -> bool:
    """Whether a text is the beginning of a longer one, shown beside what that is called."""
    return text.endswith(("…", "...")) and bool(re.match(r"[–—-]\s", text))


_WORDED = re.compile(r"[^\W\d_]{2}")
_TERM = re.compile(r">dt\b")


def title_token(tokens: list[Token]) -> int | None:
    """Index of the piece that reads like the item's title."""
    best, best_score = None, 0.0
    for i, token in enumerate(tokens):
        text = token["t"]
        if token.get("hid") or token.get("form") or token.get("btn") or len(text) < 2:
            continue
        if SEPARATOR.match(text) or CONTROLS.fullmatch(text):
            continue
        called_bold, called_title, minor = _marks(token.get("k", ""))
        bold = bool(token.get("b") or called_bold)
        score = min(len(text), 80) / 80 + token.get("fs", 12) / 16 + bold * 0.6
        score += 2.5 if token.get("hd") else 0
        worded = i == 0 and bold and _WORDED.search(text)  # "07:05" heads nothing
        score += 0.4 if worded else 0  # what begins a card in bold heads it
        score += 2.5 if _TERM.search(token.get("p", "")) else 0
        link = token.get("h") or ""
        score += 1.2 if link and not link.startswith(("javascript:", "mailto:", "tel:")) else 0
        score -= 1.0 if link.startswith(("mailto:", "tel:")) else 0  # a way to reach it
        score += 1.5 if called_title else 0
        score -= 1.2 if minor else 0
        score -= 1.5 if by_content(text) else 0
        score -= 1.0 if len(text) > 200 else 0
        score -= 1.0 if is_begun(text) and not token.get("h") else 0
        score -= 1.0 if "img" in token else 0
        score -= i * 0.03
        if score > best_score:
            best, best_score = i, score
    return best


_NAMED = re.compile(r"title|\bname|headline", re.I)


def _is_plain(token: Token) -> bool:
    """Text that is neither heading, link nor a title by its class: may hold several facts."""
    if token.get("hd") or token.get("h") or token.get("img"):
        return False
    return not _NAMED.search(token.get("k", ""))


_BETWEEN_FACTS = re.compile(r"\s*[·|•]\s*|(?<=[^\W\d])\s+[–—/]\s+(?=[^\W\d])")


def split_facts(tokens: list[Token]) -> list[Token]:
    """Short runs of facts ("by Kim · 3 March 2026 | Oslo") cut into one token a fact."""
    out: list[Token] = []
    for token in tokens:
        text = token["t"]
        pieces = [text]
        if _is_plain(token) and len(text) < 160:
            pieces = [p for p in _BETWEEN_FACTS.split(text) if p.strip()]
            pieces = [q for p in pieces for q in _by_author(p)]
        # "Ann Lee ·" before a date of its own says no more than Ann Lee.
        cut_off = len(pieces) == 1 and len(pieces[0].strip()) < len(text)
        many = len(pieces) > 1 or cut_off
        out += [{**token, "t": p.strip()} for p in pieces] if many else [token]
    return out


def _by_author(text: str) -> list[str]:
    match = re.match(r"(.+?)\s+(by\s+\S.*)$", text)
    return [match.group(1), match.group(2)] if match and DATE.search(match.group(1)) else [text]


_LABEL = re.compile(r"[A-Za-z][\w /-]{1,30}:")


def _labelled(tokens: list[Token]) -> dict[int, str]:
    """Token index -> the label a neighbour or attribute gives it ("Size:" then "XL")."""
    labels: dict[int, str] = sums_of_kinds(tokens)
    for i, token in enumerate(tokens):
        text = token["t"]
        if i in labels:
            continue
        if token.get("l"):
            labels[i] = token["l"]
        elif (
            token.get("tip")
            and re.fullmatch(r"[A-Za-z][A-Za-z ]{2,19}", token["tip"])
            and re.fullmatch(r"\W?\d[\d.,]*\W{0,2}[CF%]?", text)
        ):
            labels[i] = token["tip"]
        elif i and tokens[i - 1]["t"].endswith(":") and _LABEL.fullmatch(tokens[i - 1]["t"]):
            labels[i] = tokens[i - 1]["t"].rstrip(":")
        elif (
            _is_plain(token)
            and not token.get("said")
            and len(text) < 120
            and ":" in text
            and not re.match(r"(?:re|fwd?|aw|ps|https?):", text, re.I)
            and (match := re.match(r"([A-Za-z][\w /-]{1,24}):\s+(?=\S)", text))
        ):
            labels[i] = match.group(1)
    return labels


def _own_name(token: Token) -> str:
    """A key out of the token's own class words; `text` when they only describe looks."""
    return _key_of(token.get("k", ""))


@_remembered
def _key_of(words: str) -> str:
    for word in reversed(re.findall(r"[A-Za-z][\w-]+", words)):
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


_RANK = re.compile(r"#?\d{1,4}[.)]?")
_BY_WHOM = re.compile(r"(?:posted |written )?by \S.{0,50}$", re.I)


def _guess(token: Token, tokens: list[Token], i: int) -> str | None:
    """The field of one token by looks, by markup and by what stands before it."""
    text = token["t"]
    if i == 0 and _RANK.fullmatch(text):
        return "rank"
    previous = tokens[i - 1]["t"].lower() if i else ""
    marked, looks = by_markup(token), by_content(text)
    if token.get("tip") and re.fullmatch(r"[\d.,]+k?", text):
        looks = by_content(token["tip"]) or looks  # a bare number, and what it counts
    if looks in _COUNTED and token.get("hd") and len(text.split()) > 2:
        looks = None  # "Fund passes £40,000" is a headline
    if looks and looks != "date":
        return "old_price" if looks == "price" and marked == "old_price" else looks
    if _SAYS_WHO.search(previous) and len(text) < 60 and looks != "date":
        return "author"  # a title like "Stars to Steer By" says nothing of who follows
    if not token.get("hd") and _BY_WHOM.match(text):
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
