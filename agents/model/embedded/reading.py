"""Reading lists off the page, counting, checking what it shows."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from agents.browser.extract import pick, pick_all
from agents.browser.extract_fields import Record, canonical, match_column, plain, singular
from agents.browser.extract_values import money, number
from agents.model.embedded import paging
from agents.model.embedded.ground import likeness, norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.touch import click_code, outcome_of
from agents.model.embedded.view import quote
from agents.model.embedded.wishes import is_item_noun
from agents.model.embedded.words import STOPWORDS
from agents.ports import Decision

_GENERIC = frozenset(
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
        "list",
    ]
)

_PARTS = {
    "link": "link",
    "heading": "heading",
    "headline": "heading",
    "button": "button",
    "image": "img",
}


def wanted_noun(step: Step) -> str:
    return singular((step.get("noun") or "").lower().split()[-1]) if step.get("noun") else ""


async def extract(run: Run, step: Step) -> Decision | None:
    """Read the list that is wanted, over several pages when one does not hold enough."""
    st = step["st"]
    if st.get("phase") == "read":
        return await _take_rows(run, step)
    if st.get("phase") == "home":
        return None
    if st.get("phase") == "entered":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            return await _end(run, step)
    if st.get("phase") == "turned":
        result = await outcome_of(run, step)
        if (result is not None and not result.ok) or not await paging.turned(run, step):
            return await _end(run, step)
    return await run.act(
        step, list_code(step), f"Read the list of {step.get('noun') or 'things'}.", phase="read"
    )


def list_code(step: Step) -> str:
    """The program that reads a list."""
    noun, near = wanted_noun(step), step.get("near")
    if noun in _PARTS and not step.get("fields"):
        return _parts_code(_PARTS[noun], step)
    table = noun == "table" or (step.get("as") == "table" and noun in ("row", "data"))
    if table and not step.get("fields"):
        return "await page.extract_tables()"
    arguments = []
    fields = step.get("fields")
    if fields:
        extra = [f["field"] for f in step.get("filters") or []] + (
            [step["order"]["by"]] if (step.get("order") or {}).get("by") else []
        )
        asked = [*fields, *[f for f in extra if f and match_column(f, fields) is None]]
        whole = step.get("order") or step.get("filters") or step.get("beside")
        if not whole and not _narrow(step):
            arguments.append(f"fields=[{', '.join(map(quote, asked))}]")
    hint = near or (step.get("noun") or "")
    whole = step.get("order") or step.get("filters") or step.get("tail") or _narrow(step)
    if step.get("limit") and not whole:
        arguments.append(f"limit={step['limit']}")
    if hint and norm(hint) not in ("list", "data", "everything", "items"):
        arguments.append(f"near={quote(hint)}")
    return f"await page.extract_list({', '.join(arguments)})"


def _narrow(step: Step) -> bool:
    """Whether the noun itself picks among the page's items ("backpacks" in a shop)."""
    noun = wanted_noun(step)
    words = (step.get("noun") or "").lower().split()
    return bool(noun) and (
        not is_item_noun(noun)
        or (
            len(words) > 1
            and noun in _GENERIC
            and words[0] not in ("search", "top", "latest", "news")
        )
    )


def _parts_code(role: str, step: Step) -> str:
    href = '\n    row["url"] = await part.get_attribute("href")' if role == "link" else ""
    text = 'await part.get_attribute("alt")' if role == "img" else "await part.inner_text()"
    end = f"\nrows[:{step['limit']}]" if step.get("limit") else "\nrows"
    return (
        f'rows = []\nfor part in await page.get_by_role("{role}").all():\n    row = '
        f'{{"title": {text}}}{href}\n    rows.append(row){end}'
    )


async def _take_rows(run: Run, step: Step) -> Decision | None:
    """Use what was read: go on to the next page, read again, or keep the rows."""
    st = step["st"]
    result = await outcome_of(run, step)
    if result is None or not result.ok:
        st["fails"] = st.get("fails", 0) + 1
        if st["fails"] < 2:
            return await run.act(step, list_code(step), "Read the list once more.", phase="read")
        message = result.error_message if result is not None else None
        run.fail(step, (message or "the page could not be read").splitlines()[0])
        return None
    kept: list[Record] = st.setdefault("rows", [])
    rows = rows_of(result.value, step)
    fresh = paging.fresh_rows(kept, rows) if kept else rows
    kept += fresh
    enough = shape_rows(kept, step)
    if fresh and (turned := await paging.turn(run, step, wanted_noun(step), len(enough))):
        return turned
    if not enough and not st.get("waited"):
        # Perhaps the list comes late, or what was asked stands in another table.
        wide = step.get("filters") or step.get("order")
        read_all = "[*(await page.extract_list()), *(await page.extract_tables())]"
        code = f"await page.wait_for_timeout(1200)\n{read_all if wide else list_code(step)}"
        why = "Nothing there yet: wait and read again."
        return await run.act(step, code, why, phase="read", waited=True)
    return await _end(run, step)


async def _end(run: Run, step: Step) -> Decision | None:
    """Keep the rows that were read; go back to the first page when more is to be done there."""
    st = step["st"]
    kept: list[Record] = st.pop("rows", [])
    enough = shape_rows(kept, step)
    if not enough and (entered := await _enter_place(run, step)):
        return entered
    if not enough:
        text = f"I found no {step.get('noun') or 'list'} on the page"
        run.fail(step, text + (f" that fits “{step['text']}”" if kept else ""))
        return None
    _keep_rows(run, step, kept, enough)
    if lacking := paging.tell(run, step):
        run.fail(step, lacking)
    rest = run.steps[run.memory["at"] + 1 :]
    start = st.get("start") if step is run.steps[run.memory["at"]] else None
    acting = any(s["do"] not in ("nothing", "format", "amend", "details") for s in rest)
    if start and acting and run.turn.page_url != start:
        why = "Go back to the list's first page."
        return await run.act(step, f"await page.goto({quote(start)})", why, phase="home")
    return None


async def _enter_place(run: Run, step: Step) -> Decision | None:
    """ "The dearest product in the shop", and it is not here: follow the one link to the shop."""
    place, st = norm(step.get("place") or ""), step["st"]
    if not place or st.get("entered"):
        return None
    links = [
        e
        for e in (await run.view()).elements
        if e.role == "link"
        and e.href
        and not e.off
        and re.sub(r"^(?:the|an?|our) ", "", norm(e.name)) == place
    ]
    if len({e.href for e in links}) != 1:
        return None
    st.pop("waited", None)
    why = f"It is not on this page: open {step['place']}."
    return await run.act(step, await click_code(links[0]), why, phase="entered", entered=True)


def _keep_rows(run: Run, step: Step, kept: list[Record], enough: list[Record]) -> None:
    """Put the rows among the results, and say what is missing of what was asked."""
    noun = step.get("noun")
    if step.get("limit") and len(enough) < step["limit"] and not step.get("order"):
        run.note(f"The page shows only {len(enough)} {noun or 'entries'}.")
    fields = step.get("fields") or []
    absent = [f for f in fields if all(r.get(f) in (None, "") for r in enough)]
    if absent:
        run.note(f"The list shows no {', '.join(absent)}.")
        if len(absent) * 2 >= len(fields):
            step["state"], step["why"] = "failed", f"the list shows no {', '.join(absent)}"
    if step.get("order") or step.get("limit") == 1:
        run.memory["item"] = kept_for(kept, enough[0])
    found = {"kind": "list", "value": enough, "of": step["text"], "as": step.get("as")}
    run.memory["results"].append({**found, "noun": noun})


def kept_for(rows: list[Record], shaped: Record) -> Record:
    """The full record that a shaped one came from."""
    values = {str(v) for v in shaped.values() if v is not None}
    return max(rows, key=lambda r: len(values & {str(v) for v in r.values()}))


def rows_of(value: Any, step: Step) -> list[Record]:
    """Records out of what a program brought back: a list, or tables with their rows."""
    if not isinstance(value, list):
        return []
    tables = [v for v in value if isinstance(v, dict) and "rows" in v and "headers" in v]
    rows = [r for r in value if isinstance(r, dict) and r not in tables]
    if tables and not rows:
        if near := step.get("near"):
            tables = sorted(tables, key=lambda t: -likeness(near, t.get("caption") or ""))
        rows = tables[0]["rows"]
    elif tables:
        rows = [*rows, *(r for t in tables for r in t["rows"])]
    trimmed = [{k: v.strip() if isinstance(v, str) else v for k, v in r.items()} for r in rows]
    return [r for r in trimmed if any(v not in (None, "") for v in r.values())]


def shape_rows(rows: list[Record], step: Step) -> list[Record]:
    """Filter, sort, cut and name the rows as asked."""
    rows = _by_noun(rows, step)
    for rule in step.get("filters") or []:
        rows = [r for r in rows if _passes(r, rule)]
    order = step.get("order")
    if order:
        rows = order_rows(rows, order)
    if step.get("tail") and step.get("limit"):
        rows = rows[-step["limit"] :]
    elif step.get("limit"):
        rows = rows[: step["limit"]]
    if fields := step.get("fields"):
        if rows and step.get("beside"):
            return _with_names(rows, fields, step)
        if rows and step.get("implied"):
            # Fields were added to a list whose own were never named: keep what it shows.
            rows = [
                {**r, **{f: pick(r, [f])[f] for f in fields if match_column(f, list(r)) is None}}
                for r in rows
            ]
        else:
            rows = [pick(r, fields) for r in rows]
    return rows


def _with_names(rows: list[Record], fields: list[str], step: Step) -> list[Record]:
    """The wanted fields of each, led by what it is called when none of them says so."""
    shaped = pick_all(rows, fields)
    noun = wanted_noun(step)
    columns = list(dict.fromkeys(k for r in rows for k in r))
    used = {str(v) for r in shaped for v in r.values() if v is not None}
    named = [match_column(noun, columns), "title", "name", *columns]
    for column in named:
        shown = [r.get(column) for r in rows] if column else []
        texts = [v for v in shown if isinstance(v, str) and re.search(r"[A-Za-z]", v)]
        if column in _NO_NAMES or len(texts) * 2 <= len(rows):
            continue
        if any(str(v) in used for v in texts):
            return shaped  # one of the fields is the name
        return [{noun or "name": v, **r} for v, r in zip(shown, shaped, strict=True)]
    return shaped


_NO_NAMES = frozenset(["url", "image", "rank", "datetime"])


def _by_noun(rows: list[Record], step: Step) -> list[Record]:
    """Rows that mention the noun's own words, when some do."""
    words = [singular(w) for w in plain(step.get("noun") or "").split() if w not in STOPWORDS]
    words = [
        w
        for w in words
        if w not in _GENERIC
        and not (is_item_noun(w) and len(words) == 1)
        and w not in ("search", "top", "available")
    ]
    if not words:
        return rows
    hit = [
        r
        for r in rows
        if all(
            any(w == singular(x) for v in r.values() for x in plain(str(v)).split()) for w in words
        )
    ]
    return hit or rows


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


def _passes(row: Record, rule: dict[str, Any]) -> bool:
    shown = pick(row, [rule["field"]])[rule["field"]]
    if rule["op"] == "=":
        return shown is not None and likeness(str(rule["value"]), str(shown)) >= 0.85
    value = amount(shown)
    if value is None:
        return False
    return value < rule["value"] if rule["op"] == "<" else value > rule["value"]


def order_rows(rows: list[Record], order: dict[str, Any]) -> list[Record]:
    """Rows by a column; without a named one by the column that is a number in all rows."""
    field = order.get("by") or ""
    column = match_column(field, list({k for r in rows for k in r})) if field else None
    if column is None and not field:
        counts = Counter(
            k
            for r in rows
            for k, v in r.items()
            if amount(v) is not None and k not in ("rank", "url")
        )
        column = counts.most_common(1)[0][0] if counts else None
    name = column or field
    known = [(amount(pick(r, [name])[name]), i, r) for i, r in enumerate(rows)] if name else []
    valued = [(v, i, r) for v, i, r in known if v is not None]
    if not valued:
        # Nothing shows a price: none of these is the cheapest.
        return [] if canonical(field) == "price" else rows
    return [r for _, _, r in sorted(valued, key=lambda t: (-t[0] if order["desc"] else t[0], t[1]))]


async def count(run: Run, step: Step) -> Decision | None:
    """How many there are: rows of a list over all its pages, or controls of a kind."""
    wish: Step = step["st"].setdefault(
        "list", {**step, "do": "extract", "counted": True, "fields": None, "limit": None, "st": {}}
    )
    before = len(run.memory["results"])
    decision = await extract(run, wish)
    noun = step.get("noun") or "entries"
    rows = run.memory["results"].pop()["value"] if len(run.memory["results"]) > before else []
    if rows and wish.get("state") != "failed":
        run.memory["results"].append({"kind": "count", "value": len(rows), "of": noun})
        if title := rows[0].get("title"):
            run.saw(str(title))
    elif decision is None:
        found = wish.get("why", "") if rows else f"I found no {noun} to count"
        run.fail(step, f"{found} after {len(rows)} {noun}" if rows else found)
    return decision


async def verify(run: Run, step: Step) -> Decision | None:
    """Whether the page shows what it should."""
    view = await run.view()
    for words in step["words"]:
        fits = norm(words) in norm(view.body) or any(
            likeness(words, n) > 0.85 for e in view.elements for n in e.names
        )
        if fits:
            run.saw(words)
            run.memory["results"].append({"kind": "check", "value": True, "of": words})
        else:
            run.fail(step, f"the page does not show “{words}”")
    return None
