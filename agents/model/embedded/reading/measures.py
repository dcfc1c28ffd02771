"""What makes one thing larger, newer or better than another: values of lists put in order.

A value has a dimension ("money", "bytes", "time", "date", ...); only values of one dimension are
compared. Where a list shows no measure of the kind that was asked for, or several, nothing is in
order: the caller says so instead of guessing.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any

from dateutil import parser as dates

from agents.browser.extract import pick
from agents.browser.extract_names import Record, canonical, match_column, plain, singular
from agents.browser.extract_values import PRICE, money, number
from agents.model.embedded.doing.formats import moment
from agents.model.embedded.grammar.superlatives import FAMILIES

Quantity = tuple[str, float]

_UNITS: dict[str, dict[str, float]] = {
    "bytes": {
        "b": 1, "byte": 1, "kb": 1e3, "kib": 1024, "mb": 1e6, "mib": 1024**2, "gb": 1e9,
        "gib": 1024**3, "tb": 1e12, "tib": 1024**4,
    },
    "time": {
        "ms": 0.001, "s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "m": 60, "h": 3600,
        "hr": 3600, "hour": 3600, "d": 86400, "day": 86400, "week": 604800, "month": 2.63e6,
        "year": 3.156e7, "yr": 3.156e7,
    },
    "mass": {"mg": 1e-6, "g": 0.001, "gram": 0.001, "kg": 1, "kilo": 1, "t": 1000, "lb": 0.4536,
             "oz": 0.02835},
    "length": {"mm": 0.001, "cm": 0.01, "m": 1, "metre": 1, "meter": 1, "km": 1000, "mi": 1609.3,
               "mile": 1609.3, "ft": 0.3048, "feet": 0.3048, "in": 0.0254, "inch": 0.0254},
    "area": {"m²": 1, "m2": 1, "sqm": 1, "sq m": 1, "sq ft": 0.0929, "ft²": 0.0929, "sqft": 0.0929,
             "ha": 10_000, "acre": 4046.9, "km²": 1e6},
    "volume": {"ml": 0.001, "cl": 0.01, "l": 1, "litre": 1, "liter": 1},
    "percent": {"%": 1},
    "speed": {"km/h": 1, "kmh": 1, "kph": 1, "mph": 1.609, "m/s": 3.6, "knot": 1.852, "kn": 1.852},
    "temperature": {"°": 1, "°c": 1, "°f": 1},
    "power": {"w": 1, "kw": 1000, "hp": 735.5},
    "charge": {"mah": 1, "ah": 1000},
}  # fmt: skip
_NUMBER = r"\d[\d.,'\u2009\u00a0 ]{0,30}"  # longer ones measure nothing
_PART = re.compile(rf"({_NUMBER})\s*(sq\.? ?(?:m|ft)|km/h|m/s|°[CF]?|[a-z]+[²2]?|%)(?![\w²])", re.I)
_CLOCK = re.compile(r"([01]?\d|2[0-4])[:.]([0-5]\d)\s*([ap])?\.?(?:m\b\.?)?", re.I)
_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})\.(\d{3})(?![\d.,])")
_AGO = re.compile(
    r"(an?|\d{1,9}|few)\s+(second|minute|min|hour|hr|day|week|month|year)s?\s+ago", re.I
)
_YEAR = re.compile(r"(?<![\d.,/-])(1[0-9]\d\d|20\d\d)(?![\d.,/-]\d|\d)")
_NO_MEASURES = frozenset(["rank", "url", "image", "title"])


def amount(value: Any) -> float | None:
    """A cell as a number: prices, counts, plain numbers."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    if found := money(str(value)):
        return found[0]
    found_number = number(str(value))
    return float(found_number) if found_number is not None else None


def quantity(value: Any) -> Quantity | None:
    """(dimension, value in its base unit) of what a cell shows; None when it is no measure."""
    if isinstance(value, bool) or value in (None, ""):
        return None
    if isinstance(value, int | float):
        return "number", float(value)
    text = str(value).strip()
    if PRICE.search(text) and (found := money(text)):
        return f"money {found[1] or ''}".strip(), found[0]
    if (stamp := _stamp(text)) is not None:
        return "date", stamp
    if clock := _CLOCK.fullmatch(text):
        half = 720 if (clock.group(3) or "").lower() == "p" and int(clock.group(1)) < 12 else 0
        return "clock", int(clock.group(1)) * 60.0 + int(clock.group(2)) + half
    if measured := _with_unit(text):
        return measured
    if rated := re.match(r"(\d(?:[.,]\d+)?)\s*(?:/|out of)\s*(?:5|10)\b", text):
        return "number", float(rated.group(1).replace(",", "."))
    if re.fullmatch(rf"[^\w%]*{_NUMBER}\D{{0,20}}", text) and (n := number(text)) is not None:
        return "number", float(n)
    return None


def _with_unit(text: str) -> Quantity | None:
    """ "1 h 20 min", "1.2 GB": parts of one dimension are added up."""
    total, dimension = 0.0, ""
    for figure, unit in _PART.findall(text):
        name = re.sub(r"\s+", " ", unit.lower().replace(".", ""))
        known = [
            d for d, units in _UNITS.items() if name in units or singular(name) in units
        ]  # "m" is a minute beside hours, a metre else
        if len(known) > 1:
            known = [dimension or ("time" if re.search(r"\d\s*h", text) else "length")]
        n = number(figure.strip())
        if not known or n is None or (dimension and known[0] != dimension):
            continue
        dimension = known[0]
        total += n * (_UNITS[dimension].get(name) or _UNITS[dimension][singular(name)])
    return (dimension, total) if dimension else None


def _stamp(text: str) -> float | None:
    """Seconds of a date, of "3 hours ago", of the one year that a text names."""
    if match := _AGO.search(text):
        count = 1.0 if not match.group(1).isdigit() else float(match.group(1))
        return datetime.now().timestamp() - count * _UNITS["time"][match.group(2).lower()]
    if len(text) > 60 or not re.search(r"\d|today|yesterday", text, re.I):
        return None
    if re.search(r"today|just now", text, re.I):
        return datetime.now().timestamp()
    if re.fullmatch(r"yesterday.*", text, re.I) and (day := moment("yesterday")):
        return day.timestamp()
    shown = re.search(
        r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d)?|(?<![\d./])\d{1,2}/\d{4}|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
        r"|\d{1,2}(?:st|nd|rd|th)?\.? (?:of )?[a-z]{3,9}\.?,? \d{4}"
        r"|[a-z]{3,9}\.?,? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|[a-z]{3,9}\.? \d{4}",
        text,
        re.I,
    )
    if shown:
        try:
            dotted = bool(re.match(r"\d{1,2}\.\d", shown.group()))
            return dates.parse(shown.group(), dayfirst=dotted).timestamp()
        except (ValueError, OverflowError):
            pass
    years = set(_YEAR.findall(text))
    named = re.fullmatch(r"(?:\D*\b)?\d{4}\b\D*", text)
    return datetime(int(years.pop()), 1, 1).timestamp() if len(years) == 1 and named else None


def column_of(rows: list[Record], order: dict[str, Any]) -> str | None:
    """The column that a superlative or "by ..." means; None without one, or with several."""
    columns = list({k: None for r in rows for k in r})
    by = order.get("by") or ""
    if by and by not in FAMILIES:
        return match_column(by, columns) or by
    measured = {c: d for c in columns if c not in _NO_MEASURES and (d := _dimension(rows, c))}
    if not by:
        numbers = [c for c, d in measured.items() if d != "date"]
        return numbers[0] if len(numbers) == 1 else None
    names, dimensions = FAMILIES[by]
    if by == "date" and "age" in map(plain, columns):
        return next(c for c in columns if plain(c) == "age")
    for name in names:
        column = match_column(name, columns)
        if measured.get(column or "") == "date" and by != "date":
            continue  # "time" may be the name of either
        if column in measured and (plain(column) == name or canonical(column) == canonical(name)):
            return column
    fits = [c for c, d in measured.items() if d in dimensions]
    if not fits and by == "date" and _dimension(rows, "title") == "date":
        return "title"
    return fits[0] if len(fits) == 1 else None


def _dimension(rows: list[Record], column: str) -> str | None:
    """What most of a column's values are measured in."""
    found = [q[0].split()[0] for r in rows if (q := quantity(r.get(column)))]
    if len(found) * 2 <= len(rows):
        return None
    return Counter(found).most_common(1)[0][0]


def _whole_numbers(values: list[tuple[Any, int, Record]]) -> list[tuple[Any, int, Record]]:
    """ "48.200 km" beside "121.000 km": the points part thousands, where all are written so."""
    texts = [v for v, *_ in values if isinstance(v, str) and re.search(r"\d", v)]
    dotted = [v for v in texts if _THOUSANDS.search(v)]
    if len(dotted) < 2 or any("." in _THOUSANDS.sub("", v) for v in texts):
        return values
    return [(_THOUSANDS.sub(r"\1\2", v) if isinstance(v, str) else v, i, r) for v, i, r in values]


def _value(row: Record, column: str) -> Any:
    return row[column] if column in row else pick(row, [column])[column]


def order_rows(rows: list[Record], order: dict[str, Any]) -> list[Record]:
    """Rows by the wanted measure; those that show none are left out. Empty when none fits.

    Empty, too, when it depends on whether "3/9" is in March or in September, and no date says.
    """
    column = column_of(rows, order)
    if column is None:
        return []
    shown = [(_value(r, column), i, r) for i, r in enumerate(rows)]
    if (to := order.get("to")) and not any(_says(str(v), to) for v, *_ in shown):
        return []
    readings = [_in_order(rows, v, column, order) for v in _readings(shown)]
    return readings[0] if all(r == readings[0] for r in readings) else []


def is_measured(rows: list[Record], order: dict[str, Any]) -> bool:
    """Whether rows show the measure of an order, be it one that can be compared or not."""
    column = column_of(rows, order)
    return column is not None and sum(_value(r, column) is not None for r in rows) * 2 > len(rows)


def _says(text: str, words: str) -> bool:
    return bool(set(plain(text).split()) & set(plain(words).split()))


SLASHED = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4}|\d\d)(?!\d)")
Shown = list[tuple[Any, int, Record]]


def _readings(values: Shown) -> list[Shown]:
    """The values with their dates written out: once, or twice when day and month may be either."""
    dated = [m for v, *_ in values if isinstance(v, str) and (m := SLASHED.search(v))]
    if not dated:
        return [values]
    day_first = any(int(m.group(1)) > 12 for m in dated)
    month_first = any(int(m.group(2)) > 12 for m in dated)
    forms = [r"\3-\2-\1", r"\3-\1-\2"]
    forms = forms[:1] if day_first and not month_first else forms[1:] if month_first else forms
    return [
        [(_iso(form, v) if isinstance(v, str) else v, i, r) for v, i, r in values] for form in forms
    ]


def _iso(form: str, text: str) -> str:
    def written(m: re.Match[str]) -> str:
        year, *rest = m.expand(form).split("-")
        year = f"20{year}" if len(year) == 2 else year
        return "-".join([year, *(part.zfill(2) for part in rest)])

    return SLASHED.sub(written, text)


def _in_order(rows: list[Record], shown: Shown, column: str, order: dict[str, Any]) -> list[Record]:
    values = _whole_numbers(shown)
    desc = bool(order["desc"])
    if order.get("by") == "date" and plain(column) == "age":
        desc = not desc  # the oldest has the highest age, but the earliest date
    known = [(q, i, r) for v, i, r in values if (q := quantity(v))]
    if any(q[0] == "number" for q, *_ in known):  # then 1912 is no year, but a number, too
        plainly = [(amount(v), i, r) for v, i, r in values if re.fullmatch(r"\d{4}", str(v))]
        known = [k for k in known if k[0][0] != "date" or k[1] not in {i for _, i, _ in plainly}]
        known += [(("number", n), i, r) for n, i, r in plainly if n is not None]
    alike = _alike(values)
    known = alike if len(alike) > len(known) else known  # "Rs. 1900" is no year
    if not known:
        texts = [(v.casefold(), i, r) for v, i, r in values if isinstance(v, str) and v]
        if order.get("word") or len(texts) < len(rows):
            return []
        return [r for *_, r in sorted(texts, key=lambda t: t[0], reverse=desc)]
    if len({q[0] for q, *_ in known}) > 1:
        common = Counter(q[0] for q, *_ in known).most_common(1)[0]
        if common[1] < len(known) and common[0].startswith("money"):
            return []  # prices in several currencies cannot be compared
        known = [k for k in known if k[0][0] == common[0]]
    sign = -1 if desc else 1
    return [r for *_, r in sorted(known, key=lambda k: (sign * k[0][1], k[1]))]


def _alike(values: Shown) -> list[tuple[Quantity, int, Record]]:
    """ "Rs. 45", "Rs. 120": numbers that all stand in the same words can be compared."""
    shown = [(v, i, r) for v, i, r in values if isinstance(v, str) and v]
    around = {re.sub(r"\d[\d.,' \u2009\u00a0]*", "#", v).strip() for v, *_ in shown}
    if len(around) != 1 or around.pop().count("#") != 1:
        return []
    return [(("number", n), i, r) for v, i, r in shown if (n := amount(v)) is not None]


def in_order(rows: list[Record], order: dict[str, Any]) -> bool:
    """Whether a list comes in the wanted order already, as news do by their date."""
    column = column_of(rows, order)
    found = [q[1] for r in rows if column and (q := quantity(_value(r, column)))]
    return len(found) > 1 and found == sorted(found, reverse=bool(order["desc"]))
