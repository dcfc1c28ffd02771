"""Two things of a page side by side: their rows, or their columns."""

from __future__ import annotations

import re

from agents.browser.extract import Listing, find_lists, pick
from agents.browser.extract_leftover import columns_of
from agents.browser.extract_names import Record, match_column
from agents.model.embedded.doing.touch import outcome_of
from agents.model.embedded.reading import crosswise
from agents.model.embedded.reading.checks import has_words
from agents.model.embedded.reading.measures import amount, column_of, order_rows
from agents.model.embedded.reading.named import row_about
from agents.model.embedded.reading.paging import MAX_SOUGHT, more_link, turning_code
from agents.model.embedded.run import Run, Step
from agents.ports import Decision


async def compare(run: Run, step: Step) -> Decision | None:
    """What a list or a table shows of both; a difference is shown, not put into words."""
    names: list[str] = step["names"]
    either = [names, [*names[:-1], step["bare"]]] if step.get("bare") else [names]
    st = step["st"]
    if st.get("phase") != "read":
        code = "[*(await page.extract_list()), *(await page.extract_tables())]"
        return await run.act(step, code, f"Read about {' and '.join(names)}.", phase="read")
    await outcome_of(run, step)
    fields = step.get("fields") or []
    if fields and (across := await crosswise.of_things(run.page, either, fields)):
        crosswise.tell(run, step, across, fields)
        return None
    lists = await find_lists(run.page)
    kept: list[Record] = st.setdefault("rows", [])
    if lists and (st.get("pages") or more_link(await run.view(), 1)):
        kept += [r for r in lists[0].records if r not in kept]
        lists.append(Listing(kept, 0.0, columns=columns_of(kept)))
    for listing in lists:
        if rows := next((r for n in either if (r := _beside(listing, n))), []):
            if (order := step.get("order")) and not (rows := order_rows(rows, order)[:2]):
                continue
            if order and len(rows) < len(names):
                continue  # one of the two does not show it
            if fields:
                crosswise.tell(run, step, [_narrowed(r, fields) for r in rows], fields)
                return None
            value = {"kind": "list", "value": rows, "of": step["text"], "as": None}
            run.memory["results"].append({**value, "noun": "comparison"})
            if step.get("difference"):
                _tell_difference(run, step, rows)
            return None
    pages = st.get("pages", 1)
    link = more_link(await run.view(), pages)
    if link is not None and pages < MAX_SOUGHT:
        code = await turning_code(await run.view(), link)
        why = f"Not both of {' and '.join(names)} are on this page: go to the next."
        return await run.act(step, code, why, phase="", pages=pages + 1)
    shown = f" by which to tell the {step['order']['word']}" if step.get("order") else ""
    run.fail(step, f"no list on the page shows both {' and '.join(names)}{shown}")
    return None


def _narrowed(row: Record, fields: list[str]) -> Record:
    """A row's name and the asked fields; one that nothing is called is the piece that says it."""
    told = pick(row, fields)
    for field in [f for f in fields if told[f] is None]:
        said = [v for k, v in row.items() if k not in ("url", "image", "title")
                and isinstance(v, str) and has_words(v, field)]  # fmt: skip
        told[field] = said[0] if len(said) == 1 else None
    return {"title": row.get("title") or next(iter(row.values())), **told}


def _tell_difference(run: Run, step: Step, rows: list[Record]) -> None:
    """ "… and by how much": what the two measures differ by, in the unit that both are shown in."""
    column = column_of(rows, step["order"])
    shown = [str(r.get(column, "")) for r in rows] if column else []
    values = [amount(v) for v in shown]
    shapes = {_FIGURE.sub("#", v, count=1).strip() for v in shown}
    if len(values) < 2 or None in values or len(shapes) > 1:
        run.fail(step, "what the two show cannot be subtracted")
        return
    decimals = max(len(m[1]) if (m := _DECIMALS.search(v)) else 0 for v in shown)
    by = f"{abs(float(values[0] or 0) - float(values[1] or 0)):,.{decimals}f}"
    told = _FIGURE.sub(by, shown[0], count=1)
    found = {"kind": "details", "value": {"difference": told}, "of": step["text"]}
    run.memory["results"].append(found)


_FIGURE = re.compile(r"\d[\d,.]*\d|\d")
_DECIMALS = re.compile(r"\.(\d{1,2})(?!\d)")


def _beside(listing: Listing, names: list[str]) -> list[Record]:
    """The rows of both things, or the columns of both with what each row is about."""
    rows = [row_about(listing.records, name) for name in names]
    found = [r for r in rows if r is not None]
    if len(found) == len(names) and found[0] is not found[-1]:
        return found
    columns = [match_column(name, listing.columns) for name in names]
    if listing.kind == "table" and None not in columns and len(set(columns)) == len(columns):
        first = listing.columns[0]
        kept = [first, *(c for c in columns if c)]
        return [{c: r.get(c) for c in kept} for r in listing.records]
    return []
