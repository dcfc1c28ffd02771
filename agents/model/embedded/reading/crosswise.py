"""Comparison tables: the things head the columns, and each row is one measure of all of them.

"What is the weight of the Lumia 920?" is where its column meets the row "Weight (lbs.)". A column
or a row that only may be meant, or two that fit alike, tell nothing.
"""

from __future__ import annotations

import re

from playwright.async_api import Page

from agents.browser.extract import read, shape_table
from agents.browser.extract_names import Record, canonical, plain, singular
from agents.browser.field_names import same_words
from agents.model.embedded.doing.touch import outcome_of
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.run import Run, Step
from agents.ports import Decision

_LEAST_HEADS, _LEAST_ROWS, _MAX_ROWS = 3, 2, 200
_AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s+&\s+", re.I)
_READ = "await page.extract_tables()"


async def at_hand(run: Run, step: Step) -> Decision | bool:
    """Tell the asked fields of the step's subject off such a table; the page is read first.

    True when the step is over, False when no table of the page tells.
    """
    st, subject, fields = step["st"], step.get("subject"), step.get("fields")
    if not subject or not fields or st.get("phase") not in (None, "", "across"):
        return False
    rows = await of_things(run.page, named(subject), fields)
    if rows is None:
        return False
    if st.get("phase") != "across":
        why = f"Read {', '.join(fields)} off the table."
        return await run.act(step, _READ, why, phase="across")
    await outcome_of(run, step)
    tell(run, step, rows, fields)
    return True


def tell(run: Run, step: Step, rows: list[Record], fields: list[str]) -> None:
    """Add what a table tells of one thing or several; a field that it lacks is said."""
    missing = [f for f in fields if any(r[f] is None for r in rows)]
    if missing:
        run.fail(step, f"the table shows no {', '.join(missing)}")
    found = {"kind": "list", "value": rows, "noun": "comparison", "as": None, "fields": fields}
    if len(rows) == 1:
        found = {"kind": "details", "value": {f: rows[0][f] for f in fields}}
    run.memory["results"].append({**found, "of": step["text"]})


def named(subject: str) -> list[list[str]]:
    """The ways to read a subject: as one thing, or as several."""
    parts = [re.sub(r"^(?:the|an?) ", "", p, flags=re.I) for p in _AND.split(subject) if p]
    return [[subject], *([parts] if len(parts) > 1 else [])]


async def of_things(page: Page, ways: list[list[str]], fields: list[str]) -> list[Record] | None:
    """{"title", field: value} of each thing; a field that its column lacks is None.

    None when no table has a column for each thing and a row for a field, or when two tell
    different things.
    """
    found: list[list[Record]] = []
    for raw in await read(page, max_records=_MAX_ROWS):
        for table in raw["tables"]:
            shaped = shape_table(table)
            told = [t for names in ways if (t := _of_table(shaped, names, fields))]
            found += [t for t in told[:1] if t not in found]
    return found[0] if len(found) == 1 else None


def _of_table(shaped: Record, names: list[str], fields: list[str]) -> list[Record] | None:
    heads, rows = shaped["headers"], shaped["rows"]
    if len(heads) < _LEAST_HEADS or len(rows) < _LEAST_ROWS:
        return None
    columns = [_one(name, heads[1:]) for name in names]
    if None in columns or len(set(columns)) < len(columns):
        return None
    labels = [str(r.get(heads[0]) or "") for r in rows]
    lines = {f: _one(f, labels) for f in fields}
    if not any(lines.values()) or any(_one(f, heads[1:]) for f in fields):
        return None  # a table of things by rows, whose columns are the fields
    out = []
    for column in columns:
        value = {f: rows[labels.index(x)].get(column) if x else None for f, x in lines.items()}
        out.append({"title": column, **{f: v or None for f, v in value.items()}})
    return out


def _one(name: str, labels: list[str]) -> str | None:
    """The one label that a name means: it says just that, or all of its words."""
    asked = _words(name)
    if not asked:
        return None
    shown = [(x, _words(re.sub(r"\([^()]*\)", " ", x)), _words(x)) for x in labels if x]
    for fits in (
        [x for x, bare, whole in shown if asked in (bare, whole)],
        [x for x, _, whole in shown if asked <= whole],
        [x for x, bare, _ in shown if bare and bare == {w for w in asked if not is_item_noun(w)}],
        [x for x, _, _ in shown if canonical(name) not in (None, "title")
         and canonical(x) == canonical(name)],
    ):  # fmt: skip
        if fits:
            return fits[0] if len(fits) == 1 else None
    return None


def _words(text: str) -> set[str]:
    return {singular(w) for w in same_words(plain(text)).split() if w not in STOPWORDS}


__all__ = ["at_hand", "named", "of_things", "tell"]
