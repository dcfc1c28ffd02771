"""A group of records as a list: one naming for all of them, without advertisements."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Any

from agents.browser import extract_bylines
from agents.browser.extract_fields import Token, name_tokens, split_facts, title_token
from agents.browser.extract_labels import take_labels
from agents.browser.extract_names import COMMON, Record, canonical, plain, singular
from agents.browser.extract_tables import SECTION
from agents.browser.extract_values import FREE, SEPARATOR

_AD = re.compile(
    r"(?:ads?|advert(?:s|isements?)?|sponsored(?: by .*)?|promoted(?: by .*)?)\W*", re.I
)


def _title_path(records: list[list[Token]]) -> str | None:
    """Where most records have what reads like their title; ties go to what stands first."""
    votes: Counter[str] = Counter()
    for tokens in records[:30]:
        index = title_token(tokens)
        if index is not None:
            votes[tokens[index]["p"]] += 1
    if not votes:
        return None
    most = max(votes.values())
    if most < 0.8 * sum(votes.values()) and records:
        # No clear winner: the first place that all have and whose texts differ.
        order = [t["p"] for t in records[0]]
        shared = [p for p in votes if all(any(t["p"] == p for t in r) for r in records[:30])]
        if shared:
            return min(shared, key=order.index)
    return votes.most_common(1)[0][0]


def aliases_of(tokens: list[Token]) -> Record:
    """Texts by the markup's own words ("mailbox-subject"), for fields no rule knows."""
    out: Record = {}
    for token in tokens:
        if token["t"] and not SEPARATOR.match(token["t"]):
            for word in _words_of(token.get("k", "")):
                out.setdefault(word, token["t"])
    return out


@lru_cache(maxsize=4096)
def _words_of(markup: str) -> tuple[str, ...]:
    """Words of a token's markup, which the records of a list share."""
    words = re.findall(r"[A-Za-z][\w-]+", markup)
    parts = (part for word in words for part in plain(word).split() if len(part) > 2)
    return tuple(singular(part) for part in parts)


def name_records(records: list[dict[str, Any]]) -> list[Record]:
    """All records of a group named alike; a column that hardly any record has is dropped.

    One for each record. `section` is what heads the part of the list that a record stands in.
    """
    pieces = take_labels([split_facts([dict(t) for t in r["tokens"]]) for r in records])
    choices = all(len(t) == 1 and _is_choice(t[0]) for t in pieces)
    if choices and (len(pieces) > 2 or all(_CLOCK.fullmatch(t[0]["t"]) for t in pieces)):
        pieces = [[{**t[0], "btn": 0}] for t in pieces]  # free times, sizes: buttons to pick from
    pieces = extract_bylines.cut(pieces)
    path = _title_path(pieces)
    rows = [name_tokens(tokens, path) for tokens in pieces]
    for row, tokens in zip(rows, pieces, strict=True):
        if choices and tokens[0].get("off"):
            row["availability"] = "unavailable"
    for row, raw in zip(rows, records, strict=True):
        if raw.get("sec") and row:
            row.setdefault(SECTION, raw["sec"])
    rows = [r for r in rows if r]
    if any(r.get("price") for r in rows):
        rows = [_free(r) for r in rows]
    count = Counter(key for row in rows for key in row)
    least = max(1, len(rows) * 0.15)
    keep = {key for key, n in count.items() if n >= least or key in COMMON or key == "state"}
    return [{k: v for k, v in row.items() if k in keep} for row in rows]


def _is_choice(token: Token) -> bool:
    return bool(token.get("btn")) and bool(re.search(r"\d", token["t"])) and len(token["t"]) < 30


def _free(row: Record) -> Record:
    """ "Free" beside things that cost something is a price."""
    told = [k for k, v in row.items() if isinstance(v, str) and FREE.fullmatch(v)]
    if row.get("price") or len(told) != 1:
        return row
    return {("price" if k == told[0] else k): v for k, v in row.items()}


def without_ads(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records that are what the list is of: not those that say that they are advertisements."""
    own = [r for r in records if not any(_AD.fullmatch(t["t"].strip()) for t in r["tokens"])]
    return own if len(own) >= len(records) / 2 else records


_CLOCK = re.compile(r"\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?", re.I)
_SAME_SHARE = 0.75  # of the records; so many with one title have a control's words for it
_FIGURES = re.compile(r"[\d\W_]+")
_COUNTED = re.compile(r"(?:\d[\d.,]*|unlimited|no) (?P<noun>[A-Za-z]+)", re.I)
_LENGTH = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
_WORDS = re.compile(r"text(?:_\d+)?|description|category|heading|name")


def own_titles(records: list[Record]) -> list[Record]:
    """The records by their own words, where what stood for their titles says nothing of them.

    That is a control's text that most have ("Choose plan"), or mere figures ("3:42", "10 users").
    """
    if len(records) < 3:
        return records
    plainly = [r for r in records if not _is_prose(r)]
    if 2 <= len(plainly) == len(records) - 1 and all(len(r) > 2 for r in plainly):
        records = plainly
    if not _titles_say_nothing([str(r.get("title") or "") for r in records]):
        return records
    column = next((c for c in dict.fromkeys(k for r in records for k in r)
                   if _may_head(c) and _tells_apart(records, c)), None)  # fmt: skip
    return [_retitled(r, column) for r in records] if column else records


def _may_head(column: str) -> bool:
    """Whether a column may hold what things are called: nothing says that it is something else."""
    other = column in ("url", "image", "datetime", SECTION)
    return bool(_WORDS.fullmatch(column)) or (canonical(column) is None and not other)


def _titles_say_nothing(titles: list[str]) -> bool:
    most = _SAME_SHARE * len(titles)
    figures = [t for t in titles if t and _FIGURES.fullmatch(t)]
    counted = [m["noun"].lower().rstrip("s") for t in titles if (m := _COUNTED.fullmatch(t))]
    same = max((counted.count(n) for n in counted), default=0)
    return max(map(titles.count, titles)) >= most or len(figures) >= most or same >= most


def _is_prose(record: Record) -> bool:
    """Whether all that a record says is a sentence: a call to action among the cards of a list."""
    said = [v for k, v in record.items() if k not in ("url", "image")]
    long = [
        v for v in said if isinstance(v, str) and len(v.split()) > 6 and v.rstrip().endswith(".")
    ]
    facts = [k for k in record if k not in ("title", "url", "image", "description")
             and not re.fullmatch(r"text(?:_\d+)?", k)]  # fmt: skip
    return bool(long) and not facts and len(said) <= 3


def _tells_apart(records: list[Record], column: str) -> bool:
    values = [r.get(column) for r in records]
    words = {v for v in values if isinstance(v, str) and re.search(r"[^\W\d_]{2}", v)}
    return len(words) >= _SAME_SHARE * len(records)


def _retitled(record: Record, column: str) -> Record:
    if not isinstance(record.get(column), str):
        return record
    rest = {k: v for k, v in record.items() if k not in ("title", column)}
    was = str(record.get("title") or "")
    if _LENGTH.fullmatch(was):
        rest.setdefault("duration", was)
    elif _FIGURES.fullmatch(was) or _COUNTED.fullmatch(was):
        rest.setdefault("figure", was)
    return {"title": record[column], **rest}
