"""What a list as a whole tells of columns that nothing names: times in order, scores, companies."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import Record, canonical, plain

_CLOCK = re.compile(r"\d{1,2}[:.h]\d\d(?: ?[ap]\.?m\.?)?", re.I)
_SCORE = re.compile(r"(?:\d|10)(?:[.,]\d)?")
_VERSION = re.compile(r"v?\d+(?:\.\d+){1,3}(?:[-+.]?[a-z]+[\w.]*)?", re.I)
_STREET = re.compile(
    r"\d+\w?,? (?:[A-Z][\w.'’-]+,? ?)+"
    r"|[A-Z][\w.'’ -]+?(?:stra(?:ß|ss)e|str\.|weg|platz|allee) \d+\w?(?:,.*)?"
    r"|[A-Z].{2,40}, \d{4,5} [A-Z][\w-]+"
)
_NAMED_SO = re.compile(r"url|image|rank|section|datetime")


def by_list(rows: list[Record], name: str) -> list[Any] | None:
    """The values of a wanted field, one for each row, told by the looks of a whole column."""
    wanted = plain(name)
    if match := re.match(r"(depart|leav|start|arriv)", wanted):
        return _clock(rows, 1 if match.group() == "arriv" else 0)
    if wanted in ("time", "start time", "starting time"):
        return _only(rows, _OF_DAY)
    if canonical(name) in ("teacher", "author") or wanted in _PEOPLE:
        return _with_whom(rows)
    if canonical(name) == "rating":
        return _only(rows, _SCORE, lambda texts: any(re.search(r"[.,]", t) for t in texts))
    if wanted == "version":
        return _only(rows, _VERSION)
    if wanted in ("address", "street", "street address"):
        return _only(rows, _STREET)
    return _company(rows) if canonical(name) == "company" else None


_OF_DAY = re.compile(
    r"(?:[01]\d|2[0-3])[:.][0-5]\d(?:\s?[ap]\.?m\.?)?"
    r"|(?:0?[1-9]|1[0-2])(?:[:.][0-5]\d)? ?[ap]\.?m\.?",
    re.I,
)
_PEOPLE = frozenset(
    re.findall(r"\w+", "host guide speaker presenter leader therapist doctor stylist chef chair")
)
_WITH = re.compile(
    r"(?:with|by|from|(?:led|taught|held|hosted|given|run) by)\s+"
    r"(?P<who>(?:Dr\.? |Prof\.? |Mrs?\.? |Ms\.? )?"
    r"[A-ZÀ-Þ][\w.'’-]*"
    r"(?: (?:van|von|de|di|da|al|bin))?(?: [A-ZÀ-Þ][\w.'’-]*){0,2})(?:\s*[,·|(–-].*)?"
)


def _with_whom(rows: list[Record]) -> list[Any] | None:
    """ "with Bea, Eastgate": the person that the one such column of a list names."""
    if values := _only(rows, _WITH):
        return [m["who"] if v and (m := _WITH.fullmatch(v)) else None for v in values]
    return None


def _texts(rows: list[Record]) -> dict[str, list[str | None]]:
    """Columns of texts, as they stand in the rows."""
    columns = dict.fromkeys(k for r in rows for k in r if not _NAMED_SO.fullmatch(k))
    return {
        c: [str(r[c]).strip() if r.get(c) not in (None, "") else None for r in rows]
        for c in columns
    }


def _only(rows: list[Record], look: re.Pattern[str], also: Any = None) -> list[Any] | None:
    """The one column all of whose values look so."""
    fits = []
    for texts in _texts(rows).values():
        shown = [t for t in texts if t]
        told = len(shown) * 4 >= len(rows) * 3 and all(look.fullmatch(t) for t in shown)
        if told and (also is None or also(shown)):
            fits.append(texts)
    return fits[0] if len(fits) == 1 else None


def _clock(rows: list[Record], nth: int) -> list[Any] | None:
    """The earlier or the later of the two times that each row shows."""
    fits = [t for t in _texts(rows).values() if all(x and _CLOCK.fullmatch(x) for x in t)]
    if len(fits) != 2:
        return None
    # Whatever order they stand in; a night train is an exception among many.
    sooner = sum(_minutes(a) < _minutes(b) for a, b in zip(*fits, strict=True))
    return (fits if sooner * 2 >= len(rows) else fits[::-1])[nth]


def _minutes(clock: Any) -> int:
    hours, minutes = map(int, re.findall(r"\d+", str(clock))[:2])
    after_noon = re.search(r"p\.?m", str(clock), re.I) and hours < 12
    return (hours + (12 if after_noon else 0)) * 60 + minutes


_ORG = re.compile(
    r"&|['’]s\b|\b(?:Ltd|Inc|LLC|GmbH|AG|Corp|Group|Labs?|Sons|Bros|Studios?|Systems|Technolog\w+"
    r"|Analytics|Partners|Bank|Hotel|University|College|Cloud|Media|Logistics|Foods|Works|Solutions"
    r"|Consulting|Agency|Clinic|Hospital|School|Council|Trust|Foundation|Industries|Transit)\b"
)


def _company(rows: list[Record]) -> list[Any] | None:
    """The one unnamed column in which names of companies stand."""
    columns = {c: t for c, t in _texts(rows).items() if re.fullmatch(r"text(?:_\d+)?", c)}
    told = {c: sum(bool(t and _ORG.search(t)) for t in texts) for c, texts in columns.items()}
    fits = [c for c, n in told.items() if n]
    return columns[fits[0]] if len(fits) == 1 and told[fits[0]] > 1 else None
