"""Fields that nothing names, told by what is left of a list once the others are known."""

from __future__ import annotations

import re

from agents.browser.extract_fields import is_begun
from agents.browser.extract_names import Record, canonical, plain
from agents.browser.extract_values import by_content

PROSE = frozenset(["text", "content", "message", "body", "post", "comment"])


def columns_of(records: list[Record]) -> list[str]:
    """All columns of a list, in the order in which they turn up."""
    seen: dict[str, None] = {}
    for record in records:
        seen.update(dict.fromkeys(record))
    return list(seen)


def without_echoes(out: list[Record], names: list[str]) -> None:
    """One value in all rows under two names is one field: what it is called first."""
    for i, name in enumerate(names):
        shown = [r[name] for r in out]
        if len(out) < 2 or len(set(map(str, shown))) < 2:
            continue
        if any(all(r[name] == r[other] for r in out) for other in names[:i]):
            for row in out:
                row[name] = None


def authors_by_title(rows: list[Record], names: list[str], out: list[Record]) -> None:
    """What heads a comment is who wrote it, where nothing else is and the comment follows."""
    author = next((n for n in names if canonical(n) == "author"), None)
    prose = next((n for n in names if plain(n) in PROSE), None)
    if not author or not prose or not out:
        return
    heads = [str(r.get("title") or next(iter(r.values()), "")) for r in rows]
    if any(r[author] not in (None, head) for r, head in zip(out, heads, strict=True)):
        return  # somebody else is named
    short = all(h and len(h.split()) <= 3 and not h[0].isdigit() for h in heads)
    if short and all(str(r[prose] or "") not in ("", h) for r, h in zip(out, heads, strict=True)):
        for shaped, head in zip(out, heads, strict=True):
            shaped[author] = head


# Plain words about a thing: one of them that nothing names is the one text that nothing else is.
_SAID = frozenset(
    re.findall(
        r"\w+",
        "subject topic role position job post function team department specialty speciality "
        "specialism interest "
        "company employer organisation organization location city country venue room breed kind "
        "type artist band composer singer performer category owner assignee instructor teacher "
        "speaker host status state",
    )
)


_MEANS = frozenset(["meaning", "explanation", "definition", "purpose", "description", "effect"])


def _take_meanings(rows: list[Record], name: str, out: list[Record]) -> None:
    """What each thing of a list means is the one text beside what it is called."""
    shown = [
        c
        for c in columns_of(rows)
        if c not in ("url", "image", "datetime", "section", "title")
        and any(isinstance(r.get(c), str) and re.search(r"[A-Za-z]{2}", r[c]) for r in rows)
    ]
    if len(shown) == 1 and all(r.get("title") and r.get(shown[0]) for r in rows):
        for row, shaped in zip(rows, out, strict=True):
            shaped[name] = row[shown[0]]


def by_elimination(rows: list[Record], names: list[str], out: list[Record]) -> None:
    """The one field that nothing names is the one text of the list that nothing else is."""
    absent = [n for n in names if out and all(r[n] is None for r in out)]
    if len(absent) == 1 and set(plain(absent[0]).split()) & _MEANS:
        _take_meanings(rows, absent[0], out)
    if len(absent) != 1 or len(names) < 2 or not set(plain(absent[0]).split()) & _SAID:
        return
    taken = {str(v) for r in out for v in r.values()}
    spare = [
        c
        for c in columns_of(rows)
        if c not in ("url", "image", "datetime", "section")
        and (canonical(c) is None or re.fullmatch(r"text(?:_\d+)?", c))
        and all(isinstance(r.get(c), str) and 0 < len(r[c]) <= 60 for r in rows)
        and not any(r[c] in taken or re.search(r"\d", r[c]) or by_content(r[c]) for r in rows)
    ]  # fmt: skip
    spare = [c for c in spare if len({r[c] for r in rows}) > 1 or len(rows) == 1]
    spare = [c for c in spare if not all(is_begun(r[c]) for r in rows)]
    if len(spare) == 1:
        for row, shaped in zip(rows, out, strict=True):
            shaped[absent[0]] = row[spare[0]]


_COUNT = re.compile(
    r"(?:number|count|amount) of \w+|\w+ counts?|repl(?:y|ies)|likes|views|votes|comments"
)


def counts_by_elimination(rows: list[Record], names: list[str], out: list[Record]) -> None:
    """The one count that is asked for and not named is the one bare number that each row shows."""
    absent = [n for n in names if out and all(r[n] is None for r in out)]
    if len(absent) != 1 or len(rows) < 2 or not _COUNT.fullmatch(plain(absent[0])):
        return
    bare = [
        c for c in columns_of(rows)
        if re.fullmatch(r"text(?:_\d+)?|figure", c)
        and all(re.fullmatch(r"\d[\d,.]*k?", str(r.get(c) or "")) for r in rows)
    ]  # fmt: skip
    if len(bare) == 1:
        for row, shaped in zip(rows, out, strict=True):
            shaped[absent[0]] = row[bare[0]]
