"""Whether the things of a list are what was asked for: their kind, their place, every condition.

A word of the request counts only when something on the page says it: the thing itself, the heading
above it, or what heads the whole list. A condition that nothing speaks of is not met.
"""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract import pick, pick_all
from agents.browser.extract_looks import by_list
from agents.browser.extract_names import Record, canonical, match_column, plain, singular
from agents.browser.extract_tables import SECTION
from agents.browser.extract_values import PRICE, money
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.likeness import likeness
from agents.model.embedded.reading.dated import within
from agents.model.embedded.reading.measures import amount, quantity
from agents.model.embedded.run import Step

GENERIC = frozenset(
    [
        "item",
        "product",
        "result",
        "entry",
        "row",
        "record",
        "thing",
        "story",
        "article",
        "post",
        "news",
        "listing",
        "table",
        "data",
        "everything",
        "object",
        "stuff",
        "list",
    ]
)


# These say how much of the list is meant, or where it stands, not what kind of things it holds.
_WHOLE = frozenset(
    re.findall(
        r"\w+",
        "search top available front main page home latest current listed shown visible displayed "
        "all different new recent popular first last other following found matching entire whole "
        "complete blog open line",
    )
)


def wanted_noun(step: Step) -> str:
    return singular((step.get("noun") or "").lower().split()[-1]) if step.get("noun") else ""


def narrowed(rows: list[Record], step: Step) -> list[Record]:
    """The rows of the wanted kind, at the wanted place, that pass all filters."""
    rows = _by_place(_by_noun(rows, step), step)
    for rule in step.get("filters") or []:
        rows = with_looks(rows, rule["field"])
        rows = [r for r in rows if passes(r, rule)]
    return rows


def with_looks(rows: list[Record], field: str) -> list[Record]:
    """The rows with a field that nothing names, where the list as a whole shows it."""
    if not rows or not field or any(pick(r, [field])[field] is not None for r in rows):
        return rows
    values = by_list(rows, field) or [r[field] for r in pick_all(rows, ["title", field])]
    return [r if v is None else {**r, field: v} for r, v in zip(rows, values, strict=True)]


def _by_noun(rows: list[Record], step: Step) -> list[Record]:
    """Rows that are what the noun says; none when neither they nor their heading say so."""
    if names := step.get("any"):
        each = [_by_noun(rows, {**step, "any": None, "noun": n}) for n in names]
        return [r for r in rows if any(r in some for some in each)] if all(each) else []
    words = [singular(w) for w in plain(step.get("noun") or "").split() if w not in STOPWORDS]
    if headed := [r for r in rows if words and _words(r.get(SECTION)) == set(words)]:
        return headed  # "the news" are what stands under "News"
    if (step.get("st") or {}).get("week"):
        words = words[:-1]  # what a week plan holds need not say its kind in each cell
    if _told_by_columns(rows, step) or _heads_rows(rows, words):
        return rows
    last = words[-1] if words else ""
    if last == "hour" and (timed := [r for r in rows if _is_day(r)]) and len(timed) > 1:
        return [_as_hours(r) for r in timed]  # what days head, whatever else is said of them
    groups = {"team", "staff", "board", "crew", "committee", "current", "our"}
    if (
        last in PEOPLE
        and set(words[:-1]) <= groups
        and (named := [r for r in rows if is_person(r)])
    ):
        return named
    around, heads = _around(step)
    kind = [r for r in rows if last and _is_kind(r, last)]
    rows = kind or rows  # "flats" where some rows say that they are houses
    words = [w for w in words if w not in GENERIC | _WHOLE and not (w == last and is_item_noun(w))]
    columns = {singular(w) for r in rows[:1] for c in r for w in plain(c).split()}
    said = [w for w in words if any(has_word(r, w) for r in rows)]
    words = [w for w in words if w in said or w not in columns]  # "sessions" under "Session"
    if last in words and any(_heads(h, last) for h in heads):
        words.remove(last)  # "Weeknight soups" heads soups only, whatever each is called
    told = [r for r in rows if all(has_word(r, w) for w in words)]
    if told or not words:
        return told if words else rows
    # "Backpacks" in a list that is headed so; "red backpacks" where none is red are none.
    return [r for r in rows if all(w in around or has_word(r, w) for w in words)]


_A_DAY = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?s?(?:\W.*)?", re.I | re.S
)


def _is_day(row: Record) -> bool:
    """ "Sunday: closed", "Mon – Fri: 9 to 5": a row that begins with a day of the week."""
    return bool(_A_DAY.fullmatch(str(next(iter(row.values()), ""))))


def _as_hours(row: Record) -> Record:
    """The row's first two values by what they are; further ones stay as they are called."""
    (_, day), *rest = row.items()
    return {"day": day, **({"hours": rest[0][1]} if rest else {}), **dict(rest[1:])}


PEOPLE = frozenset(["people", "person", "member", "colleague", "employee", "contact", "staff"])
_FULL_NAME = re.compile(
    r"(?:(?:Dr|Prof|Mr|Mrs|Ms|Rev|Sir)\.? )?(?:[A-ZÀ-Þ][\w'’.-]*)"
    r"(?: (?:van|von|de|del|der|di|da|la|le|al|bin|ten))*(?: [A-ZÀ-Þ][\w'’.-]*){1,3}"
)


def is_person(row: Record) -> bool:
    """Whether what heads a row is a person's full name."""
    head = row.get("title") or row.get("name") or next(iter(row.values()), "")
    return isinstance(head, str) and bool(_FULL_NAME.fullmatch(head.strip()))


def _told_by_columns(rows: list[Record], step: Step) -> bool:
    """Whether a list has all that was asked for, three fields or more, under those very names.

    "All talks with time, title, speaker and room" are the rows of such a table, whatever it says.
    A noun of several words says more than which list it is.
    """
    fields, noun = step.get("fields") or [], plain(step.get("noun") or "")
    columns = {singular(plain(c)) for r in rows[:1] for c in r} - {"title", "text"}
    named = [f for f in fields if singular(plain(f)) in columns]
    wanted = [f for f in fields if canonical(f) != "title"]
    return " " not in noun and len(fields) >= 3 and len(named) >= max(2, len(wanted))


def _heads_rows(rows: list[Record], words: list[str]) -> bool:
    """Whether the first column says what the rows are: "Appliance" over the appliances."""
    first = next((k for k in (rows[0] if rows else {}) if k not in ("url", "title")), "")
    return len(words) == 1 and [singular(w) for w in plain(first).split()] == words


def _is_kind(row: Record, noun: str) -> bool:
    """Whether one of a row's values is just the noun."""
    shown = (v for k, v in row.items() if k not in ("url", "image", "title", SECTION))
    return any(isinstance(v, str) and singular(plain(v)) == noun for v in shown)


def unsaid(rows: list[Record], step: Step) -> list[str]:
    """Words of the noun that no row says, though something on the page does ("most read")."""
    words = [singular(w) for w in plain(step.get("noun") or "").split() if w not in STOPWORDS]
    own = [w for w in words if w not in GENERIC | _WHOLE and not is_item_noun(w)]
    return [w for w in own if not any(has_word(r, w) for r in rows)]


MAX_HEAD_WORDS = 4


def _around(step: Step) -> tuple[set[str], list[list[str]]]:
    """What stands around the list: all words, and the headings as words."""
    st = step.get("st") or {}
    return set(st.get("around", ())), [plain(h).split() for h in st.get("heads", ())]


def _heads(heading: list[str], noun: str) -> bool:
    """Whether a heading is about several of a kind: "Blue backpack" names one."""
    last = heading[-1] if heading else ""
    return singular(last) == noun != last and len(heading) <= MAX_HEAD_WORDS


def _by_place(rows: list[Record], step: Step) -> list[Record]:
    """Rows "in Berlin" or "in the Sales section": they say so, or what heads them does."""
    near = step.get("near")
    if near and " or " in near and rows:
        each = [_by_place(rows, {**step, "near": one}) for one in near.split(" or ")]
        return [r for r in rows if any(r in some for some in each)]
    words = [singular(w) for w in plain(near or "").split() if w not in STOPWORDS]
    if not words or not rows:
        return rows
    parts = [r for r in rows if all(w in _words(r.get(SECTION)) for w in words)]
    if parts:  # "from Tiree to Oban" is not "from Oban to Tiree"
        return [r for r in parts if _in_order(words, str(r[SECTION]))] or parts
    around, heads = _around(step)
    if any(sorted(map(singular, h)) == sorted(words) for h in heads):
        return rows
    told = [r for r in rows if _tells(r, words)]
    if told:
        return told
    return rows if all(w in around for w in words) else []


def _in_order(words: list[str], text: str) -> bool:
    return [w for w in map(singular, plain(text).split()) if w in words] == words


def _tells(row: Record, words: list[str]) -> bool:
    """Whether a row says all the words: "south shore" is South in the column Shore."""
    known = {w for w in words if has_word(row, w)}
    columns = {w for c, v in row.items() if known & _words(v) for w in _words(c)}
    return bool(known) and set(words) <= known | columns


def _words(value: Any) -> set[str]:
    return {singular(w) for w in plain(str(value)).split()} if value else set()


def has_word(row: Record, word: str) -> bool:
    """Whether a row says a word, whatever its number."""
    texts = (str(v) for k, v in row.items() if k not in ("url", "image"))
    return any(_like(word, singular(x)) for text in texts for x in plain(text).split())


def _denied(row: Record, word: str) -> bool:
    """Whether a row says "no dogs", or "dogs not allowed"."""
    stem = re.escape(word)
    no = rf"\b(?:no|not|without|never)\b[^.,;·|]{{0,16}}\b{stem}|\b{stem}\w* (?:are |is )?not\b"
    return any(re.search(no, v, re.I) for v in row.values() if isinstance(v, str))


_NONE = re.compile(r"(?:no|none|not .*|n/?a|false|0|without|[-–—✗✘✕×]*)", re.I)


def _column_tells(row: Record, words: list[str]) -> bool | None:
    """Whether a column that is called so says yes ("Toilets": "Yes", "2"); None without one."""
    named = [c for c in row if sorted(map(singular, plain(c).split())) == sorted(words)]
    return not _NONE.fullmatch(str(row[named[0]] or "").strip()) if len(named) == 1 else None


_MONTHS = frozenset(
    re.findall(
        r"\w+", "january february march april june july august september october november december"
    )
)


def _like(one: str, other: str) -> bool:
    """Whether two words are one: "allow" and "allowed", "October" and "Oct"."""
    if one == other or (one in _MONTHS and other in (one[:3], one[:4])):
        return True
    return any(a + end == b for a, b in ((one, other), (other, one)) for end in ("ed", "d", "ing"))


def passes(row: Record, rule: dict[str, Any]) -> bool:
    """Whether a row meets a condition; one that does not speak of it does not."""
    if rule["op"] in ("has", "lacks"):
        if " or " in rule["value"]:
            each = ({**rule, "op": "has", "value": v} for v in rule["value"].split(" or "))
            return any(passes(row, one) for one in each) == (rule["op"] == "has")
        words = [singular(w) for w in plain(rule["value"]).split() if w not in STOPWORDS]
        if (told := _column_tells(row, words)) is not None:
            return told == (rule["op"] == "has")
        if rule["op"] == "has" and any(_denied(row, w) for w in words):
            return False
        return all(has_word(row, w) for w in words) == (rule["op"] == "has")
    if rule["op"] == "says":
        said = [plain(str(v)) for k, v in row.items() if k not in ("url", "image")]
        return any(f" {plain(rule['value'])} " in f" {text} " for text in said)
    if rule["op"] == "starts":
        named = str(row.get("title") or row.get("name") or next(iter(row.values()), ""))
        return named.lower().startswith(str(rule["value"]).lower())
    if rule["op"] == "available":
        return availability(row) is rule["value"]
    if rule["op"] == "dates":
        return within(row, rule["value"])
    if rule["op"] == "years":
        year = _year(row)
        return year is not None and rule["value"][0] <= year <= rule["value"][1]
    if rule["op"] == "by":
        return _is_by(row, rule["value"]) is not bool(rule.get("not"))
    if rule["op"] == "of":
        return _is_of(row, rule)
    if rule["op"] == "=":
        shown = pick(row, [rule["field"]])[rule["field"]]
        return shown is not None and likeness(str(rule["value"]), str(shown)) >= 0.85
    return _compares(row, rule)


def _is_of(row: Record, rule: dict[str, Any]) -> bool:
    """Whether a row belongs to what is named: its field says just that, or else a cell."""
    wanted = plain(str(rule["value"]))
    column = match_column(rule["field"], list(row))
    if column is not None and plain(column) == plain(rule["field"]):
        return plain(str(row[column])) == wanted
    cells = [str(v) for k, v in row.items() if k not in ("url", "image") and v is not None]
    pieces = [p for cell in cells for p in re.split(r"\s*[·|•,]\s*", cell)]
    headed = has_words(str(row.get(SECTION) or ""), str(rule["value"]))
    return headed or any(plain(p) == wanted for p in pieces)


def _compares(row: Record, rule: dict[str, Any]) -> bool:
    wanted, value = rule["value"], _measured(row, rule)
    if value is None or (canonical(rule["field"]) == "price" and several_prices(row)):
        return False
    known = {"<": value < wanted, "<=": value <= wanted, ">": value > wanted, ">=": value >= wanted,
             "==": value == wanted}  # fmt: skip
    return known[rule["op"]]


def several_prices(row: Record) -> bool:
    """Whether it cannot be told which of a row's prices is the one: it holds several things."""
    shown = [v for k, v in row.items() if isinstance(v, str) and canonical(k) != "old_price"]
    return len({m.group() for v in shown if len(v) < 40 and (m := PRICE.search(v))}) > 1


_COUNTED_AS = {"people": "population", "inhabitant": "population", "resident": "population"}
_FREE = re.compile(r"(?:free(?: of charge)?|no charge|gratis)\W*", re.I)


def _measured(row: Record, rule: dict[str, Any]) -> float | None:
    """What a row shows of the measure that a condition is about."""
    field = rule["field"]
    unit = quantity(f"1 {field}")
    if unit and unit[0] != "number":  # "under 30 minutes"
        found = {q[1] for v in row.values() if (q := quantity(v)) and q[0] == unit[0]}
        return found.pop() / unit[1] if len(found) == 1 else None
    name = _COUNTED_AS.get(singular(field.lower()), field)
    column = match_column(name, list(row)) or match_column(name, [plain(c) for c in row])
    shown = row[column] if column in row else pick(row, [name])[name]
    if shown is None:
        shown = next((v for c, v in row.items() if has_words(c, name)), None)
    if canonical(name) == "price":
        if isinstance(shown, str) and _FREE.fullmatch(shown.strip()):
            return 0.0
        cost = money(str(shown)) if shown is not None else None
        if rule.get("currency") and cost and cost[1] not in (None, rule["currency"]):
            return None
    return amount(shown)


def has_words(text: str, name: str) -> bool:
    """Whether a text says all words of a name."""
    return {singular(w) for w in plain(name).split()} <= _words(text)


_GONE = re.compile(
    r"\b(?:sold out|out of stock|unavailable|not (?:in stock|available)|no longer available"
    r"|none left|0 (?:left|in stock|available)|on loan)\b",
    re.I,
)
_THERE = re.compile(r"\b(?:in stock|available(?! (?:from|in|as|on|until))|[1-9]\d* left)\b", re.I)


def availability(row: Record) -> bool | None:
    """Whether a row says that the thing is to be had; None when it says nothing of it."""
    shown = [str(v) for k, v in row.items() if k not in ("url", "image", "title")]
    shown = [v for k, v in row.items() if canonical(k) == "availability"] or shown
    texts = [str(v) for v in shown if len(str(v)) < 80]
    if any(_GONE.search(t) for t in texts):
        return False
    return True if any(_THERE.search(t) for t in texts) else None


_YEAR = re.compile(r"(?<![\d.,-])((?:1[5-9]|20)\d\d)(?!\d)")


def _year(row: Record) -> int | None:
    """The year that a row tells: of its date, of the heading above it, or the one it names."""
    dated = [v for k, v in row.items() if canonical(k) == "date" or k in ("datetime", "year")]
    texts = [str(v) for k, v in row.items() if k not in ("url", "image")]
    for group in (dated, [str(row.get(SECTION) or "")], texts):
        years = {
            int(y)
            for v in group
            for y in re.findall(r"(?<![\d.,-])((?:1[5-9]|20)\d\d)(?!\d)", str(v))
        }
        if len(years) == 1:
            return years.pop()
        if years:
            return None
    return None


def _is_by(row: Record, name: str) -> bool:
    """Whether a row says who made it, and it is the one."""
    wanted = _words(name)
    maker = next((v for k, v in row.items() if canonical(k) == "author"), None)
    if maker is not None:
        return wanted <= _words(maker)
    texts = [str(v) for k, v in row.items() if k not in ("url", "image", "title")]
    return any(wanted <= _words(v) and len(_words(v)) <= len(wanted) + 3 for v in texts)
