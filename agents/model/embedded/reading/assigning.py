"""Fields of a list that nothing on the page names, told by their kind and their place.

Cards say "Terrier cross · 2 years · Lewes" and never "breed", "age", "town". Which piece is which
is told by what such values look like (an age, a sum, a day, a place) and, among words alike, by the
order in which they were asked for. What only its place tells is a guess: it is said so, and proves
nothing.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from agents.browser.extract import find_lists, pick_all
from agents.browser.extract_leftover import columns_of
from agents.browser.extract_names import Record, canonical, plain, singular
from agents.browser.extract_values import DATE, MONTH, PRICE, by_content
from agents.model.embedded.grammar.superlatives import FAMILIES
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.reading.checks import is_person
from agents.model.embedded.reading.shaping import SHOWN_SHARE, rows_of
from agents.model.embedded.run import Run, Step

MAX_FIELDS, MAX_COLUMNS = 5, 8
_MAX_VALUE_CHARS = 60
_NO_VALUES = re.compile(r"url|image|datetime|rank|section|state")

_WHOLE_DAYS = r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?\b"
_WHEN = re.compile(
    rf"{MONTH}|{_WHOLE_DAYS}|\b(?:1[5-9]|20)\d\d\b|\b\d{{1,2}}[:.h]\d\d\b|\bnoon\b|\bmidnight\b"
    r"|\btoday\b|\btomorrow\b|\byesterday\b|\bago\b|\bdaily\b|\b\d{1,2} ?[ap]m\b|\bin \d+ \w+",
    re.I,
)
_DATED = re.compile(rf"{MONTH}|{_WHOLE_DAYS}|\d{{1,2}}[:./]\d\d|ago|today|yesterday|tomorrow", re.I)
_SUM = re.compile(rf"{PRICE.pattern}|^[+\-−]\s?\d[\d.,]*$", re.I)  # "+82.6" of an account
_AGED = re.compile(r"\b\d+(?:[.,]\d+)? ?(?:years?|yrs?|months?|mo|weeks?|y|days?)\b", re.I)
_LASTS = re.compile(r"\b\d+(?:[.,]\d+)? ?(?:h|hours?|hrs?|min(?:ute)?s?|m|days?|weeks?)\b", re.I)
_PLACE = re.compile(
    r"(?:(?:in|at|near|from) )?(?:the )?[A-ZÀ-Þ0-9][\w.'’-]*"
    r"(?:[ ,]+(?:[A-ZÀ-Þ0-9&][\w.'’-]*|of|the|and|upon|on|de|la|le|am|an|der|st\.?))*"
)
_PERSON = re.compile(
    r"(?:(?:with|by|from|for) )?@?[A-ZÀ-Þ][\w.'’-]*(?: (?:van|von|de|di|da|al|bin|&|and|,))*"
    r"(?:,? [A-ZÀ-Þ&][\w.'’-]*)*(?:,? \(?\d{4}\)?)?|@?[a-z][\w.-]{2,}"
)
_STREET = re.compile(
    r"\b(?:street|st|road|rd|lane|avenue|ave|square|way|drive|close|court|terrace|place|hill)$",
    re.I,
)
_NUMBER = re.compile(r"\d")
_CODE = re.compile(r"[#№]?\s?[A-Z]{0,5}[-/ ]?\d[\w./-]*")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+?\(?\d[\d ()/.–-]{5,}\d")

# What a field is called -> how its values look. The first that the field's words fit counts.
_KINDS: list[tuple[re.Pattern[str], re.Pattern[str]]] = [
    (re.compile(r"\be ?mails?\b"), _MAIL),
    (re.compile(r"\b(?:phone|telephone|tel|mobile|fax)\b"), _PHONE),
    (re.compile(r"\b(?:ages?|how old)\b"), _AGED),
    (re.compile(
        r"\b(?:prices?|costs?|fees?|sums?|amounts?|raised|totals?|salar\w+|pay|wages?|rents?|budget"
        r"|goal|target|balance|donat\w+|income|turnover|revenue|fares?|deposit|bid|offers?)\b"),
     _SUM),
    (re.compile(r"\b(?:durations?|lengths?|how long|runtime|running time|lasts)\b"), _LASTS),
    (re.compile(
        r"\b(?:dates?|days?|when|until|till|since|from|due|deadlines?|times?|hours?|months?|years?"
        r"|start\w*|ends?|ending|begin\w*|clos\w+|opened|founded|joined|expir\w+|depart\w*|arriv\w*"
        r"|updated|released?|published|sowing|harvest\w*|season|period)\b"),
     _WHEN),
    (re.compile(
        r"\b(?:number of|counts?|how many|how much|quantit\w+|percent\w*|scores?|points|votes"
        r"|size|weight|height|width|speed|power|capacity|distance|temperature|downloads|stars"
        r"|likes|views|members|seats|beds)\b"),
     _NUMBER),
    (re.compile(r"\b(?:numbers?|no|ids?|codes?|ref\w*|isbn|shelf ?marks?|call number)\b"), _CODE),
    (re.compile(
        r"\b(?:towns?|city|cities|count(?:y|ies)|countr(?:y|ies)|place|where|venues?|locations?"
        r"|regions?|states?|districts?|galler(?:y|ies)|halls?|stations?|areas?|stops?|branch(?:es)?"
        r"|offices?|villages?|neighbou?rhoods?|islands?|ports?|shops?)\b"),
     _PLACE),
    (re.compile(
        r"\b(?:who|persons?|authors?|teachers?|owners?|assignees?|directors?|contacts?|members?"
        r"|artists?|agents?|organi[sz]ers?|drivers?|hosts?|speakers?|leaders?|doctors?|sellers?|makers?"
        r"|reporters?|borrowers?|editors?|brewer\w*|growers?|producers?|presenters?)\b"),
     _PERSON),
]  # fmt: skip
_WORDY = re.compile(r"[A-Za-zÀ-ÿ]{2}")


@dataclass(frozen=True)
class Column:
    """What a list shows under one name, in each entry that has it."""

    name: str
    values: tuple[str, ...]
    share: float  # of the entries, in (0, 1]

    def like(self, look: re.Pattern[str], *, whole: bool = False) -> bool:
        """Whether nearly all of its values look so."""
        match = look.fullmatch if whole else look.search
        return sum(bool(match(v)) for v in self.values) >= 0.75 * len(self.values)


async def widened(run: Run, step: Step, rows: list[Record]) -> list[Record]:
    """The entries with all that the page shows of them, where a field of those read is nowhere."""
    fields = step.get("fields") or []
    if len(rows) < 2 or not set(rows[0]) <= set(fields) or not _absent(rows, fields):
        return rows
    near = step.get("near") or step.get("noun") or None
    told = [{str(v) for v in r.values() if v not in (None, "")} for r in rows]
    for listing in await find_lists(run.page, fields=fields, near=near):
        others = rows_of(listing.records, step)[: len(rows)]
        if len(others) == len(rows) and all(
            t <= {str(v) for v in o.values()} for t, o in zip(told, others, strict=True)
        ):
            return others
    return rows


def settle(step: Step, rows: list[Record]) -> list[Record]:
    """The rows with the fields that were asked for and that nothing names, as far as told."""
    names = _asked(step)
    absent = _absent(rows, names) if len(rows) > 1 else []
    if not absent or len(absent) > MAX_FIELDS:
        return rows
    for name in [n for n in absent if _PROSE.search(plain(n))]:
        absent.remove(name)
        if prose := _prose_of(rows):
            rows = [{**r, name: r.get(prose)} for r in rows]
    if not absent:
        return rows
    columns = _spare(rows, [n for n in names if n not in absent])
    if sum(map(is_person, rows)) * 2 > len(rows) or step.get("beside"):
        columns = [c for c in columns if c.name != "title"]  # who each is, not what of them
    told = assign(absent, columns)
    for name, (column, _) in told.items():
        look = _look(name) or _WORDY
        shown = [r.get(column.name) for r in rows]
        shown = [v if v is not None and look.search(str(v)) else None for v in shown]
        rows = [{**r, name: v} for r, v in zip(rows, shown, strict=True)]
    guessed = [n for n, (_, sure) in told.items() if not sure]
    step["st"]["placed"] = sorted({*step["st"].get("placed", ()), *guessed})
    return rows


_PROSE = re.compile(r"\b(?:descriptions?|explanations?|meanings?|what (?:it|they|each)\b.*)$")
_LEAST_PROSE_CHARS = 25


def _prose_of(rows: list[Record]) -> str | None:
    """The one unnamed column that explains: its texts are by far the longest."""
    sizes = {
        c: sum(len(str(r.get(c) or "")) for r in rows) / len(rows)
        for c in columns_of(rows)
        if re.fullmatch(r"text(?:_\d+)?|column \d+", c)
    }
    first, *rest = sorted(sizes, key=lambda c: -sizes[c]) or [""]
    long = bool(first) and sizes[first] >= _LEAST_PROSE_CHARS
    return first if long and not (rest and sizes[rest[0]] * 1.5 > sizes[first]) else None


def _absent(rows: list[Record], names: list[str]) -> list[str]:
    shown = pick_all(rows, names)
    return [
        n for n in names if sum(r[n] not in (None, "") for r in shown) < SHOWN_SHARE * len(rows)
    ]


def _asked(step: Step) -> list[str]:
    order = step.get("order") or {}
    by = order.get("by")
    more = [f["field"] for f in step.get("filters") or [] if f["field"]]
    more += [by] if by and by not in FAMILIES else []
    fields = step.get("fields") or []
    return [*fields, *(m for m in more if m not in fields)] if fields else []


def _spare(rows: list[Record], known: list[str]) -> list[Column]:
    """The columns that no known field uses and that tell the entries apart."""
    used = pick_all(rows, known) if known else [{} for _ in rows]
    taken = [{str(v) for v in r.values() if v is not None} for r in used]
    named = {singular(plain(n)) for n in known}
    out = []
    for name in columns_of(rows):
        shown = [(str(r[name]).strip(), t) for r, t in zip(rows, taken, strict=True) if r.get(name)]
        values = tuple(v for v, _ in shown)
        if re.search(r"[A-ZÀ-Þ]|^\w+ [a-z]", name):
            continue  # a table's own head: the page calls it something else
        if _NO_VALUES.fullmatch(name) or not values or singular(plain(name)) in named:
            continue
        if any(v in t for v, t in shown) or len(values) < SHOWN_SHARE * len(rows):
            continue
        if len(set(values)) == 1 and len(rows) > 2:
            continue  # "Read more" under each
        if sum(len(v) > _MAX_VALUE_CHARS for v in values) * 2 > len(values):
            continue
        out.append(Column(name, values, len(values) / len(rows)))
    return out[:MAX_COLUMNS]


def assign(fields: list[str], columns: list[Column]) -> dict[str, tuple[Column, bool]]:
    """Which column each field is, and whether more than its place tells so. Fields may be left."""
    scores = [[_score(f, c) for c in columns] for f in fields]
    slots: list[int | None] = [*range(len(columns)), *([None] * len(fields))]
    best: tuple[float, tuple[int | None, ...]] = (0.0, ())
    for pick in set(itertools.permutations(slots, len(fields))):
        told = [scores[f][c] for f, c in enumerate(pick) if c is not None]
        if not told or min(told) <= 0:
            continue
        taken = [c for c in pick if c is not None]
        in_order = sum(a < b for a, b in itertools.pairwise(taken))
        total = sum(told) + 0.5 * in_order - 0.05 * sum(taken)
        if total > best[0]:
            best = (total, pick)
    out: dict[str, tuple[Column, bool]] = {}
    plainly = [f for f in fields if not _look(f)]
    free = [
        i for i, c in enumerate(columns) if any(scores[fields.index(f)][i] > 0 for f in plainly)
    ]
    for f, c in enumerate(best[1]):
        if c is None:
            continue
        alike = sum(scores[f][i] >= scores[f][c] for i in range(len(columns)))
        sure = scores[f][c] >= _TELLING and alike == 1 and columns[c].share == 1
        kept = [i for i in free if i not in best[1] or i == c]
        if sure or _look(fields[f]) or len(kept) <= 2 or columns[c].name == "title":
            out[fields[f]] = (columns[c], sure)
    return out


_TELLING = 2.0


def _look(field: str) -> re.Pattern[str] | None:
    return next((look for words, look in _KINDS if words.search(plain(field))), None)


def _score(field: str, column: Column) -> float:
    """How well a column's values are what a field of that name holds; 0 when they cannot be."""
    words = {singular(w) for w in plain(field).split()} - STOPWORDS
    said = sum(
        bool(words & {singular(w) for w in plain(v).split()}) for v in column.values
    ) >= 0.75 * len(column.values)
    if said:
        return 3.0 * column.share  # "since 2014" for "since when"
    look = _look(field)
    if look is _WHEN and column.like(_WHEN) and not column.like(_DATED):
        return 1.2 * column.share  # a mere year
    if look is _PLACE or look is _PERSON:
        if look is _PERSON and (not column.like(look, whole=True) or column.like(_STREET)):
            return 0.0
        if look is _PERSON:
            return 1.5 * column.share
        if column.like(_NUMBER) or _typed(column) or not column.like(_WORDY):
            return 0.0
        return (1.5 if column.like(look, whole=True) else 0.6) * column.share
    if look is not None:
        return 2.0 * column.share if column.like(look, whole=look is _CODE) else 0.0
    if not column.like(_WORDY) or _typed(column):
        return 0.0
    if column.name == "title":
        return 1.2
    plainly = canonical(column.name) is None or bool(re.fullmatch(r"text(?:_\d+)?", column.name))
    digits = sum(bool(_NUMBER.search(v)) for v in column.values) > len(column.values) / 2
    return (1.0 if plainly else 0.6) * column.share * (0.5 if digits else 1.0)


def _typed(column: Column) -> bool:
    """Whether its values are prices, counts or days: no words about a thing."""
    return sum(bool(by_content(v) or DATE.search(v)) for v in column.values) * 2 > len(
        column.values
    )
