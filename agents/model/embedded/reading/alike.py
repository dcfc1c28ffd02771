"""Whether words mean the same thing on a page: their forms, and the other words for a thing."""

from __future__ import annotations

import re

from agents.browser.extract_names import plain, singular
from agents.browser.extract_values import DATE, MONTH, PRICE
from agents.browser.field_names import same_words
from agents.model.embedded.reading.cells import said

# What people say, and what pages call it.
_SAME = [
    "join joined since registered registration enrolled",
    "write written wrote author by writer",
    "assigned assign assignee owner responsible",
    "due deadline",
    "cost price fee charge fare rate amount",
    "guarantee warranty",
    "phone telephone tel",
    "mail email e-mail",
    "plate registration",
    "mileage odometer miles kilometres",
    "live lives home city residence",
    "brand maker manufacturer make",
    "day date when",
    "begin start starts begins opens from",
    "end ends finish until to",
    "boss manager supervisor head",
    "job role position title",
    "buy bought purchased",
    "reported reporter opened raised",
    "born birthday birth",
    "made produced built",
    "leave departure depart",
    "arrive arrival",
    "stay nights",
    "duration length time",
    "tall height high",
    "heavy weight weigh",
    "wide width",
    "deep depth",
    "number no nr id",
    "state status condition",
    "sent dispatched shipped shipping",
    "mean explanation meaning description",
]
_GROUPS: dict[str, set[str]] = {}
for _line in _SAME:
    for _word in _line.split():
        _GROUPS.setdefault(_word, set()).update(_line.split())
LEAST_STEM = 5


def forms(text: str) -> set[str]:
    """The words of a text in their plain form, a known name also by its other words."""
    words = plain(text)
    return {singular(w) for w in f"{words} {same_words(words)}".split()}


def same(word: str, other: str) -> bool:
    """Whether two words are forms of one, or names of one thing."""
    if word == other or other in _GROUPS.get(word, ()) or _root(word) == _root(other):
        return True
    short = min(len(word), len(other))
    return short >= LEAST_STEM and word[:LEAST_STEM] == other[:LEAST_STEM] and _stem(word, other)


def _root(word: str) -> str:
    """A word without the ending that makes a verb of it, or the one who does it."""
    bare = re.sub(r"(?:ing|ers?|ors?|ed|s)$", "", word)
    if bare != word:
        bare = re.sub(r"([bdgmnprt])\1$", r"\1", bare)  # "humming" comes of "hum"
    return bare if len(bare) > 2 else word


def _stem(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    shared = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b),
                  len(short))  # fmt: skip
    return shared >= len(short) - 2 and len(long) - shared <= 4


def tells(text: str, word: str) -> bool:
    """Whether a text says a word, in any of its forms."""
    return any(same(word, w) for w in forms(text)) or bool(said({word}, text))


def tells_exactly(text: str, token: str) -> bool:
    """Whether a text says a name, code or number just so; a day also by a range of days."""
    if re.search(rf"(?<![\w.,]){re.escape(token)}(?!\w|[.,]\d|-\w)", text, re.I):
        return True
    return token[:1].isupper() and bool(said({singular(token.lower())}, text))


_DAY = re.compile(
    rf"{DATE.pattern}|\b\d{{1,2}}(?:st|nd|rd|th)?(?:\s*[-–]\s*\d{{1,2}})?\.? {MONTH}|\b{MONTH} "
    r"\d{1,2}\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
    r"|\b(?:today|yesterday|tomorrow)\b|\b\d+ (?:hours?|days?|weeks?|months?) (?:before|after)\b"
    rf"|\b{MONTH},? \d{{4}}\b|\b(?:19|20)\d\d\b",
    re.I,
)
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d|\b\d{1,2} ?[ap]\.?m\b|noon|midnight|closed", re.I)
_PERSON = re.compile(
    r"\(?(?:(?:Dr|Prof|Mr|Mrs|Ms)\.? )?[A-ZÀ-Þ][\w'’.-]+(?:,? (?:van|von|de|del|der|di|da|la|al))*"
    r"(?:,? [A-ZÀ-Þ][\w'’.-]*){0,3}\)?|[a-z]\w*(?:[._]\w+)+|nobody|no one|unassigned|[—–-]",
)
_MEASURE = re.compile(r"\d|\b(?:none|one|two|three|four|five|six|seven|eight|nine|ten)\b", re.I)
_MONEY = re.compile(r"\W*\d[\d.,' ]*\W*|.*\b(?:free|gratis|included|no charge)\b.*", re.I)


def suits(kind: str, value: str) -> bool:
    """Whether a value is of the kind that is asked for."""
    if kind == "email":
        return bool(re.fullmatch(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", value.strip()))
    if kind == "date":
        return bool(_DAY.search(value) or _CLOCK.search(value))
    if kind == "clock":
        return bool(_CLOCK.search(value))
    if kind == "person":
        return bool(_PERSON.fullmatch(value.strip()))
    if kind in ("number", "measure"):
        return bool(_MEASURE.search(value))
    if kind == "money":
        return bool(PRICE.search(value) or _MONEY.fullmatch(value))
    return bool(value.strip())


_KIND_LABELS = {
    "date": re.compile(r"when|dates?|days?|on", re.I),
    "clock": re.compile(r"times?|when|hours?", re.I),
    "person": re.compile(r"who|by|person|names?", re.I),
    "place": re.compile(r"where|place|location|venue|address|city|room", re.I),
    "money": re.compile(r"price|cost|fee|amount|total|charge", re.I),
}


def names_kind(kind: str, label: str) -> bool:
    """Whether a label says no more than the kind of its values: "When", "Price"."""
    pattern = _KIND_LABELS.get(kind)
    return bool(pattern and pattern.fullmatch(label.strip()))
