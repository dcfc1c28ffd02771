"""The fields a caller names, out of records: by name, by the list as a whole, by their look."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_leftover import (
    PROSE,
    authors_by_title,
    by_elimination,
    columns_of,
    counts_by_elimination,
    without_echoes,
)
from agents.browser.extract_looks import by_list
from agents.browser.extract_names import Record, canonical, match_column, plain, singular
from agents.browser.extract_values import by_content, value_of


def pick(record: Record, names: list[str]) -> Record:
    """The record under the caller's own field names; None where it has no such thing."""
    columns = list(record)
    out: Record = {}
    for name in names:
        column = match_column(name, columns)
        if plain(name) in PROSE and (column is None or re.fullmatch(r"text(_\d+)?", column)):
            column = _longest(record)  # `text` is also the name of what nothing named
        out[name] = record.get(column) if column else _by_look(name, record)
    return out


_PERSON = re.compile(r"[A-Z][\w.'’-]*(?: (?:van|von|de|di|da|al|bin))?(?: [A-Z][\w.'’-]*){1,2}")


_NO_PROSE = ("url", "image", "author", "date", "datetime", "rank")


def _longest(record: Record) -> str | None:
    texts = {k: v for k, v in record.items() if isinstance(v, str) and k not in _NO_PROSE}
    return max(texts, key=lambda k: len(texts[k]), default=None)


def pick_all(
    rows: list[Record], names: list[str], aliases: list[Record] | None = None
) -> list[Record]:
    """`pick` for a whole list, with what the list as a whole says about its columns.

    A field that the markup names so ("mailbox-subject") is that. Unnamed texts go, in order, to
    the fields that nothing named; only when there are as many of the one as of the other
    ("Crumb & Co · Lisbon" for company and location), and the caller's order is the best evidence.
    """
    out = [pick(row, names) for row in rows]
    for name in names if aliases else []:
        word = singular(plain(name))
        if (
            plain(name) not in map(plain, columns_of(rows))
            and all(word in a for a in aliases or [])
            and (len(aliases or []) < 3 or len({a[word] for a in aliases or []}) > 1)
        ):
            for shaped, alias in zip(out, aliases or [], strict=False):
                shaped[name] = alias[word]
    without_echoes(out, names)
    for name in names:
        if out and all(r[name] is None for r in out) and (values := by_list(rows, name)):
            for shaped, value in zip(out, values, strict=True):
                shaped[name] = value
    authors_by_title(rows, names, out)
    by_elimination(rows, names, out)
    counts_by_elimination(rows, names, out)
    absent = [n for n in names if all(r[n] is None for r in out)]
    spare = [c for c in columns_of(rows) if re.fullmatch(r"text(?:_\d+)?|title", c)]
    taken = {str(v) for r in out for v in r.values()}
    spare = [c for c in spare if all(len(str(r.get(c, ""))) <= 60 for r in rows)]
    spare = [c for c in spare if not any(str(r.get(c)) in taken for r in rows)]
    # Only what has no look of its own (no count, size or e-mail) can be filled by position.
    absent = [n for n in absent if canonical(n) in ("company", "location", "category", "title")]
    spare = [c for c in spare if not any(re.search(r"\d", str(r.get(c) or "")) for r in rows)]
    if absent and len(absent) == len(spare):
        for row, shaped in zip(rows, out, strict=True):
            shaped.update({n: row.get(c) for n, c in zip(absent, spare, strict=True)})
    return out


_AT = re.compile(r"\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?|\d{1,2} ?[ap]\.?m\.?", re.I)
_CLOCK = r"\d{1,2}[:.]\d\d(?: ?[ap]m)?"


# Fields whose values are told by their look; of several such values in one record none is taken.
_LOOKS = [
    (re.compile(r"\b(?:area|living space|floor space|square)\b"),
     re.compile(r"\d[\d.,]* ?(?:m²|m2|sqm|sq\.? ?(?:m|ft)|ft²|ha\b|acres?\b)", re.I)),
    (re.compile(r"\b(?:duration|length|runtime"
                r"|(?:playing|cook\w*|prep\w*|baking|reading|travel) time)\b"),
     re.compile(r"\d+ ?h(?:ours?|rs?)?\b\.?(?: ?\d{1,2}(?!\d)(?: ?m(?:in(?:ute)?s?)?\b)?)?"
                r"|\d+ ?m(?:in(?:ute)?s?)?\b|^\d{1,2}:\d\d(?::\d\d)?$", re.I)),
    (re.compile(r"\bdepart"), re.compile(rf"^{_CLOCK}(?=\s*(?:[–—→-]|to\b|$))")),
    (re.compile(r"\barriv"), re.compile(rf"(?<=[–—→ -]){_CLOCK}$")),
    (re.compile(r"\b(?:phone|telephone|tel|mobile|fax)\b"),
     re.compile(r"\+?\(?\d[\d ()/.–-]{5,}\d")),
    (re.compile(r"\b(?:file )?size\b"),
     re.compile(r"\d[\d.,]* ?(?:(?:[kmgt]i?b|bytes?|ha)\b|m²|m2\b|sq\.? ?(?:m|ft)\b)", re.I)),
    (re.compile(r"\b(?:mileage|odometer|distance)\b"),
     re.compile(r"\d[\d.,']* ?(?:km|mi|miles?|metres|meters)\b(?! ?/)", re.I)),
    (re.compile(r"\byear\b"), re.compile(r"(?<![\d.,–-])(?:1[5-9]|20)\d\d(?![\d.,–-]\d|\d)")),
    (re.compile(r"^(?:issue |ticket |order |invoice |case |request )?(?:number|no|id)$"),
     re.compile(r"#[A-Z]{0,4}-?\d+", re.I)),
    (re.compile(r"\b(?:calor(?:y|ies)|kcal|energy)\b"),
     re.compile(r"\d[\d.,]* ?(?:k?cals?|calories|kj)\b", re.I)),
    (re.compile(r"\bweight\b"), re.compile(r"\d[\d.,]* ?(?:kg|g|lbs?|oz|t)\b", re.I)),
]  # fmt: skip


_LASTS = re.compile(
    r"(?:about |approx\.? |~)?\d+ ?(?:h(?:ours?|rs?)?\b\.?(?: ?\d{1,2} ?(?:m(?:in(?:ute)?s?)?)?)?"
    r"|m(?:in(?:ute)?s?)?)\b",
    re.I,
)


def _by_look(name: str, record: Record) -> Any:
    """A value that looks like the field, when no column is called so."""
    if re.match(r"e-?mail\b", name, re.I):
        found = (re.search(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", str(v)) for v in record.values())
        return next((m.group() for m in found if m), None)
    if look := next((look for named, look in _LOOKS if named.search(plain(name))), None):
        shown = (look.search(v) for k, v in record.items() if isinstance(v, str) and k != "url")
        found = list(dict.fromkeys(m.group().strip() for m in shown if m))
        return found[0] if len(found) == 1 else None
    wanted = canonical(name)
    if wanted is None:
        return _counted(name, record)
    if wanted == "title":
        return next(
            (v for v in record.values() if isinstance(v, str) and re.search(r"[A-Za-z]", v)), None
        )
    if wanted == "author":
        people = (v for v in record.values() if isinstance(v, str) and _PERSON.fullmatch(v))
        return next(people, None)
    for value in record.values():
        if isinstance(value, str) and by_content(value) == wanted:
            return value_of(wanted, value)
    if plain(name) == "time":
        clocks = [v for v in record.values() if isinstance(v, str) and _AT.fullmatch(v.strip())]
        if clocks:
            return clocks[0] if len(clocks) == 1 else None
        # Neither a day nor a clock: how long it takes.
        lasts = [v for v in record.values() if isinstance(v, str) and _LASTS.fullmatch(v.strip())]
        return lasts[0] if len(lasts) == 1 else None
    return None


def _counted(name: str, record: Record) -> str | None:
    """ "306 pages" for the pages; None when several texts count them."""
    name = re.sub(r"^how (?:many|much)(?: \w+)* (?:it|they|people|each|one) (?:can )?", "", name)
    name = re.sub(r" (?:per|a|each|every) (?:month|year|week|day|hour|person|user|page)$", "", name)
    noun = singular(re.sub(r"^(?:number|count|amount) of |(?: count|s)$", "", plain(name)))
    begun = noun[: max(3, len(noun) // 2)]  # "3 bed" counts bedrooms
    said = re.compile(
        rf"\d[\d.,]*k?\s+(?:{re.escape(noun)}(?:s|es)?|(?=[a-z]+s?\b){re.escape(begun)}[a-z]*)\b",
        re.I,
    )
    turned = re.compile(rf"\b{re.escape(noun)}s?:? (?:up to )?\d[\d.,]*(?:\s?[-–]\s?\d+)?", re.I)
    texts = [v for k, v in record.items() if isinstance(v, str) and k != "url"]
    shown = [said.search(v) or turned.fullmatch(v.strip()) for v in texts]  # "Sleeps 4"
    found = {m.group() for m in shown if m}
    return found.pop() if len(found) == 1 else None
