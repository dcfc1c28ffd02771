"""What a single value looks like: prices, counts, ratings, dates, and numbers in any spelling."""

from __future__ import annotations

import re
from typing import Any

CURRENCIES = {
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW",
    "zł": "PLN", "kr": "SEK", "US$": "USD", "A$": "AUD", "C$": "CAD",
}  # fmt: skip
_CODE = r"USD|EUR|GBP|JPY|CHF|AUD|CAD|INR|SEK|NOK|DKK|PLN|CZK|CNY|BRL|MXN"
_SIGN = rf"(?:US\$|A\$|C\$|[$€£¥₹₽₩]|zł|\bkr\b|\b(?:{_CODE})\b)"
_AMOUNT = r"\d{1,3}(?:[ ,.'\u2009]\d{3})+(?:[.,]\d{1,2})?|\d{1,15}(?:[.,]\d{1,2})?"
PRICE = re.compile(rf"-?{_SIGN}\s?(?:{_AMOUNT})(?:,-)?|(?<!\d)(?:{_AMOUNT})(?:,-)?\s?{_SIGN}", re.I)
_COUNT = r"(\d[\d,.\s]*\s?[kKmM]?)\+?"


def _counted(nouns: str) -> re.Pattern[str]:
    return re.compile(rf"^\W*{_COUNT}\s*(?:{nouns})\b", re.I)


COUNTS = {
    "comments": _counted(r"comments?|repl(?:y|ies)|responses?|answers?"),
    "points": _counted(r"points?|pts|upvotes?|votes?|likes?|stars?|claps"),
    "reviews": _counted(r"(?:customer )?(?:reviews?|ratings?)"),
    "views": _counted(r"views?|reads?|plays?|downloads?"),
}
NO_COMMENTS = re.compile(r"discuss|no comments(?: yet)?|be the first to comment", re.I)
RATING = re.compile(
    r"(?:rat(?:ed|ing)\D{0,4})?(\d(?:[.,]\d+)?)\s*(?:/|out of|of)\s*(?:5|10)\b"
    r"|^(\d[.,]\d)\s*(?:stars?|★)|^[★⭐]\s*(\d(?:[.,]\d)?)(?: \([\d.,]+k?\))?$"
    r"|\b(?:score|rating)[:\s]+(\d{1,2}(?:[.,]\d{1,2})?)$",
    re.I,
)
STARS = re.compile(r"^[★⭐✭✮☆✩½\s]{3,}$")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
DATE = re.compile(
    r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"
    rf"|\b{MONTH},? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b"
    rf"|\b\d{{1,2}}\.? {MONTH},? \d{{4}}\b|^{MONTH} \d{{1,2}}$"
    r"|\b(?:an?|\d+|few) (?:second|minute|min|hour|hr|day|week|month|year)s? ago\b"
    r"|^(?:yesterday|today|just now)\b|^\d+ ?(?:m|h|d|w|y|mo) ago$",
    re.I,
)
STOCK = re.compile(
    r"^\W*(?:(?:temporarily|currently) )?(?:in stock|out of stock|sold out|available|unavailable"
    r"|only \d+ left|backorder\w*"
    r"|pre-?order)\b",
    re.I,
)
SEPARATOR = re.compile(r"^[\W_]*$")
WORD_STARS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


def number(text: str) -> int | float | None:
    """First number in a text, thousands separators and a k/m suffix read; None without one."""
    match = re.search(r"[-−]?\d[\d.,'\u2009\u00a0 ]*", text)
    if not match:
        return None
    raw = re.sub(r"[\s'\u2009\u00a0]", "", match.group()).replace("−", "-").rstrip(".,")
    if "," in raw and "." in raw:
        thousands = "," if raw.rfind(",") < raw.rfind(".") else "."
        raw = raw.replace(thousands, "").replace(",", ".")
    elif raw.count(",") == 1 and len(raw) - raw.find(",") - 1 != 3:
        raw = raw.replace(",", ".")
    elif raw.count(".") > 1 or (
        raw.count(".") == 1 and re.fullmatch(r"-?\d{1,3}\.\d{3}", raw) and "€" in text
    ):
        raw = raw.replace(".", "")
    else:
        raw = raw.replace(",", "")
    try:
        value = float(raw)
    except ValueError:
        return None
    suffix = text[match.end() :].lstrip()[:2].lower()
    if re.match(r"k\b", suffix):
        value *= 1000
    elif re.match(r"m\b", suffix):
        value *= 1_000_000
    return int(value) if value == int(value) and ("." not in raw or value > 1000) else value


def money(text: str) -> tuple[float, str | None] | None:
    """(amount, ISO code or None) of the first price in a text."""
    match = PRICE.search(text)
    value = number(match.group() if match else text)
    if value is None:
        return None
    sign = re.search(_SIGN, match.group(), re.I) if match else None
    code = None
    if sign:
        text = sign.group()
        known = CURRENCIES.get(text) or CURRENCIES.get(text.lower())
        code = known or (text.upper() if re.fullmatch(_CODE, text, re.I) else None)
    return float(value), code


_DIGIT = re.compile(r"\d")


def _by_words(text: str) -> str | None:
    """The same for a text without a figure: it is no price, count or score."""
    if len(text) < 40 and NO_COMMENTS.fullmatch(text):
        return "comments"
    if STARS.match(text):
        return "rating"
    if STOCK.match(text):
        return "availability"
    return "date" if len(text) < 40 and DATE.search(text) else None


def by_content(text: str) -> str | None:
    """The field a value looks like, from the value alone."""
    if len(text) >= 60:
        return None
    if not _DIGIT.search(text):
        return _by_words(text)
    if len(text) < 40:
        if PRICE.search(text):
            return "price"
        for name, pattern in COUNTS.items():
            if pattern.match(text):
                return name
        if NO_COMMENTS.fullmatch(text):
            return "comments"
    if STARS.match(text) or RATING.search(text):
        return "rating"
    if STOCK.match(text):
        return "availability"
    return "date" if DATE.search(text) and len(text) < 40 else None


_BOUND = re.compile(
    r"(?:open |valid |closes? |closed )?(?:until|till|through|since|before|after|up to)", re.I
)
FREE = re.compile(r"(?:free(?: (?:entry|admission|of charge))?|gratis|kostenlos|gratuit)\W*", re.I)


def value_of(name: str, text: str) -> Any:
    """A field's value as a caller wants it: counts as numbers, prices and dates as shown."""
    if name in ("points", "comments", "reviews", "views", "rank"):
        value = number(text)
        return value if value is not None else (0 if NO_COMMENTS.match(text) else text)
    if name == "rating":
        if STARS.match(text) and re.search(r"[★⭐✭]", text):
            return len(re.findall(r"[★⭐✭✮]", text)) + (0.5 if "½" in text else 0)
        match = RATING.search(text)
        return number(next(g for g in match.groups() if g)) if match else (number(text) or text)
    if name in ("price", "old_price"):
        match = PRICE.search(text)
        if match and re.match(r"\s*(?:[-–—]|to)\s*", text[match.end() :]):
            return text.strip()  # a range is shown whole
        return match.group().strip() if match else text
    if name == "date" and (match := DATE.search(text)) and match.start() > 0:
        # "Until 11 April" is more than a day.
        return text if _BOUND.fullmatch(text[: match.start()].strip()) else match.group()
    if name == "site":
        return text.strip("() ")
    if name == "author":
        return re.sub(r"^(?:posted |written )?by:? ", "", text, flags=re.I)
    return text
