"""Structured data out of a page nobody prepared for it: lists, tables, details, linked data.

All functions take a Playwright `Page` (every frame is read) and give plain JSON values. Only
visible content counts. The page is not touched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from rapidfuzz import fuzz

from agents.browser import extract_fields as fields_of
from agents.browser.as_text import as_text, from_text
from agents.browser.extract_leftover import columns_of
from agents.browser.extract_names import Record, canonical, match_column, plain, singular
from agents.browser.extract_pick import pick, pick_all
from agents.browser.extract_records import aliases_of, name_records, own_titles, without_ads
from agents.browser.extract_tables import looks_like_header, row_headers, shape_table
from agents.browser.extract_values import by_content, value_of
from agents.browser.unshadowed import unshadowed

MAX_RECORDS = 500
MAX_GROUPS = 18
MAX_FACTS = 40  # boxes of labels and values


@dataclass(frozen=True)
class Listing:
    """One list found on a page: its named records and how sure we are that it is the one."""

    records: list[Record]
    score: float
    near: str = ""
    kind: str = "list"  # list | table
    columns: list[str] = field(default_factory=list)
    aliases: list[Record] = field(default_factory=list)  # by markup words, one for each record


_HERE = Path(__file__).parent
_PARTS = (
    "dom", "pieces", "tables", "headings", "groups", "ranking", "lists", "pairs", "linked", "texts",
)  # fmt: skip


@cache
def _script() -> str:
    """The reader (`extract_*.js`, then `extract.js`) as one function of its options."""
    names = (*(f"extract_{part}.js" for part in _PARTS), "extract.js")
    source = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)
    script = f"(options) => {{\n'use strict';\n{source}\nreturn readPage(options);\n}}"
    return as_text(unshadowed(script))


async def read(page: Page, *, max_records: int = MAX_RECORDS) -> list[dict[str, Any]]:
    """Raw findings of every readable frame, main frame first."""
    found = []
    options = {"maxRecords": max_records, "maxGroups": MAX_GROUPS}
    for frame in page.frames:
        try:
            if (
                frame.parent_frame is not None
                and not await (await frame.frame_element()).is_visible()
            ):
                continue
            raw = from_text(await frame.evaluate(_script(), options))
        except (PlaywrightError, ValueError):
            continue  # a frame may navigate or detach while being read, or write no JSON
        raw["main"] = frame.parent_frame is None
        raw["about"] = "" if raw["main"] else f"{frame.name} {raw['title']}"
        found.append(raw)
    return found


async def extract_list(
    page: Page,
    *,
    fields: list[str] | None = None,
    limit: int | None = None,
    near: str | None = None,
) -> list[Record]:
    """The page's list of similar things (cards, rows, news items, search results).

    fields: names wanted, in the caller's words ("price", "comment count"); each record then has
    exactly these keys, None where the page shows nothing. Without it: all that was found.
    near: a heading or noun of the wanted list, when a page has several. limit: first N only.
    """
    listings = await find_lists(page, fields=fields, near=near)
    if not listings:
        return []
    rows = listings[0].records
    rows = rows[:limit] if limit is not None else rows
    return pick_all(rows, fields, listings[0].aliases) if fields else rows


async def find_lists(
    page: Page, *, fields: list[str] | None = None, near: str | None = None
) -> list[Listing]:
    """All lists of the page, the likeliest first."""
    listings: list[Listing] = []
    for raw in await read(page):
        share = 1.0 if raw["main"] else 0.8
        shaped_tables = [(table, shape_table(table)) for table in raw["tables"]]
        drawn = {table["loud"] for table, shaped in shaped_tables if shaped["sure"]} - {-1}
        for group in raw["groups"]:
            if group.get("table", -1) in drawn:
                continue  # cells of a table are no list of their own
            group["words"] += f" {raw['about']}"
            group["records"] = without_ads(group["records"])
            records = own_titles(name_records(group["records"]))
            if len(records) < (1 if group["how"] == "single" else 2):
                continue
            score = group["score"] * share * _fit(records, group, fields, near)
            aliases = [aliases_of(r["tokens"]) for r in group["records"]]
            aliases = aliases if len(aliases) == len(records) else []
            columns = columns_of(records)
            listings.append(Listing(records, score, group["near"], "list", columns, aliases))
        listings += _linked_lists(raw["jsonld"], near)
        for nth, (table, shaped) in enumerate(shaped_tables):
            table["words"] += f" {raw['about']}"
            if not shaped["rows"] or not shaped["sure"]:
                continue
            rows = shaped["rows"]
            weight = (
                _table_weight(table, rows)
                * share
                * max(0.5, 1 - 0.1 * nth)
                * _fit(rows, table, fields, near)
            )
            listings.append(Listing(rows, weight, table["near"], "table", shaped["headers"]))
    return sorted(listings, key=lambda item: -item.score)


def _linked_lists(blocks: list[Any], near: str | None) -> list[Listing]:
    """Lists of texts in linked data whose key is what was asked for ("recipeIngredient")."""
    wanted = {singular(w) for w in plain(near or "").split()}
    out = []
    for block in blocks:
        for item in block if isinstance(block, list) else [block]:
            for key, values in item.items() if isinstance(item, dict) else ():
                words = plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key)).split()
                texts = values if isinstance(values, list) else []
                if wanted & {singular(w) for w in words} and len(texts) > 1:
                    rows: list[Record] = [{"title": t} for t in texts if isinstance(t, str)]
                    out += [Listing(rows, 1e6, key)] if len(rows) == len(texts) else []
    return out


def _table_weight(table: dict[str, Any], rows: list[Record]) -> float:
    chars = sum(len(str(v)) for r in rows[:8] for v in r.values()) / len(rows[:8])
    size = min(len(rows), 60) ** 0.6 * min(300, chars) ** 0.35
    known = 4.0 if table["data"] else 3.0 if looks_like_header(table["rows"]) else 1.2
    place = 0.3 if table["where"] in ("nav", "header") else 1.0
    # Two columns, the first of them headings: facts about one thing, not a list.
    facts = 0.2 if row_headers(table["rows"]) and len(table["rows"][0]["cells"]) == 2 else 1.0
    return size * known * place * facts


def _fit(
    records: list[Record], source: dict[str, Any], fields: list[str] | None, near: str | None
) -> float:
    """How well a list answers the request: it has the fields and stands near the words."""
    factor = 1.0
    if fields:
        columns = columns_of(records)
        hits = sum(
            1.0 if any(r.get(column) not in (None, "") for r in records) else 0.0
            for name in fields
            if (column := match_column(name, columns))
        )
        factor *= 0.15 + 1.4 * hits / len(fields)
    if near:
        factor *= 1.0 + 3.0 * _nearness(near, source)
    return factor


MEANT = 10.0  # a list under a heading that is just what was asked for


def _stems(text: str) -> set[str]:
    return {singular(w) for w in text.split()}


def _nearness(near: str, source: dict[str, Any]) -> float:
    wanted = plain(near)
    heading = plain(source.get("near", ""))
    if heading and _stems(wanted) == _stems(heading):
        return MEANT
    if heading and (fuzz.token_set_ratio(wanted, heading) >= 90 or wanted in heading):
        return 1.0
    stems = {singular(w) for w in wanted.split() if len(w) > 2}
    marks = {singular(w) for w in re.split(r"[^a-z]+", plain(source.get("words", ""))) if w}
    shared = stems & marks
    return 0.7 * len(shared) / len(stems) if stems else 0.0


async def extract_tables(page: Page) -> list[dict[str, Any]]:
    """Every data table of the page: [{"caption", "headers", "rows": [{header: text}]}]."""
    out = []
    for raw in await read(page):
        for table in raw["tables"]:
            shaped = shape_table(table)
            if shaped["rows"] and shaped.pop("sure"):
                shaped["caption"] = shaped["caption"] or table["near"]
                out.append((not table["data"], not raw["main"], shaped))
    return [shaped for *_, shaped in sorted(out, key=lambda item: item[:2])]


# --- one thing --------------------------------------------------------------------------------


async def json_ld(page: Page) -> list[Any]:
    """The page's linked data: JSON-LD objects (graphs flattened), then microdata items."""
    out: list[Any] = []
    for raw in await read(page, max_records=1):
        for block in raw["jsonld"]:
            for item in block if isinstance(block, list) else [block]:
                graph = item.get("@graph") if isinstance(item, dict) else None
                out.extend(graph if isinstance(graph, list) else [item])
        out.extend(raw["items"])
    return out


async def extract_details(page: Page, *, fields: list[str] | None = None) -> Record:
    """What the page says about its one subject: title, price, label/value pairs, linked data.

    fields: names wanted; the record then has exactly these keys, None where nothing was found.
    """
    record: Record = {}
    for raw in await read(page, max_records=MAX_FACTS):
        _details_of(raw, record)
    for item in await json_ld(page):
        _merge_linked(item, record)
    return pick(record, fields) if fields else record


_BY = re.compile(r"(?:written |posted |published )?by:? ([^\d:·|]{2,50})", re.I)


_META = re.compile(
    r"(?:\d[\d,]* [a-z]+ )?by [^\d,.:]{2,40},\s*(?:about )?"
    r"(?:\d+ [a-z]+ ago|yesterday|[^,]{3,20}\d)"
    r"(?:, ?[^,]{2,40}){0,3}",
    re.I,
)


def _facts_of(leaf: dict[str, Any]) -> list[str]:
    """ "By Kim · 3 March 2026": a short run of facts, cut."""
    if _META.fullmatch(leaf["t"]) and not leaf["hd"]:  # "121 points by ann, 3 hours ago, x.org"
        parts = re.split(r",\s*", leaf["t"])
        return [p for part in parts for p in re.split(r"\s+(?=by \S)", part, maxsplit=1)]
    pieces = [p.strip() for p in re.split(r"\s*[·|•]\s*", leaf["t"]) if p.strip()]
    return pieces if len(pieces) > 1 and len(leaf["t"]) < 160 else [leaf["t"]]


def _laid_out(groups: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Labels and values that stand side by side in boxes ("Check-in from", "15:00")."""
    for group in groups:
        shown = [[t["t"] for t in r["tokens"] if t["t"]] for r in group["records"]]
        if len(shown) < 3 or any(len(x) != 2 for x in shown) or group["where"] == "nav":
            continue
        labels = [x[0].rstrip(":") for x in shown]
        plainly = all(len(x) < 40 and not re.search(r"\d|[.?!]$", x) for x in labels)
        measured = sum(bool(re.search(r"\d", x[1])) or len(x[1]) < 20 for x in shown)
        heads = any(t.get("hd") or t.get("h") for r in group["records"] for t in r["tokens"][:1])
        if plainly and not heads and len(set(labels)) == len(labels) and measured == len(shown):
            return list(zip(labels, (x[1] for x in shown), strict=True))
    return []


def _details_of(raw: dict[str, Any], record: Record) -> None:
    leaves = raw["leaves"]
    heads = [x for x in leaves if x["hd"] == 1] or [x for x in leaves if x["hd"]]
    if raw["main"]:
        record["title"] = heads[0]["t"] if heads else raw["title"]
        record["url"] = raw["url"]
    for pair in raw["pairs"]:
        key = canonical(pair["k"]) or pair["k"]
        if key == "rank" and not re.search(r"\d", pair["v"]):
            key = pair["k"]  # "Position: part shade"
        if key in record:
            key = pair["k"]  # "Subject: history" beside the title
        record.setdefault(key, pair["v"])
    for table in raw["tables"]:
        for label, value in shape_table(table)["totals"].items():
            record.setdefault(label, value)
    for label, value in _laid_out(raw["groups"]):
        record.setdefault(canonical(label) or label, value)
    # The subject stands under the main heading, in the largest type.
    top = heads[0]["top"] if heads else 0
    own = [x for x in leaves if x["where"] not in ("nav", "header")]  # a site's brand is no fact
    split = [{**x, "t": t} for x in own for t in _facts_of(x)]
    for leaf in sorted(split, key=lambda x: (x["top"] < top - 40, -x["fs"], x["top"])):
        if (by := _BY.fullmatch(leaf["t"])) and leaf["top"] >= top - 40 and not leaf["hd"]:
            record.setdefault("author", by.group(1))
            continue
        name = by_content(leaf["t"]) or fields_of.by_markup(leaf)
        if name == "price" and leaf["del"]:
            name = "old_price"
        if name in (None, "title", "url", "category") or (
            name == "description" and len(leaf["t"]) < 20
        ):
            continue
        if name in ("price", "points", "comments", "reviews", "rating") and not re.search(
            r"[\d★]", leaf["t"]
        ):
            continue
        if name == "rating" and re.fullmatch(r"\(\d[\d.,]*k?\)", leaf["t"]):
            name = "reviews"  # "(84)" beside the stars
        record.setdefault(name, value_of(name, leaf["t"]))
    if description := raw["meta"].get("description") or raw["meta"].get("og:description"):
        record.setdefault("description", description)


def _merge_linked(item: Any, record: Record) -> None:
    if not isinstance(item, dict):
        return
    flat: Record = {}
    for key, value in item.items():
        if key in ("offers", "aggregateRating") and isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict):
            flat.update({k: v for k, v in value.items() if not isinstance(v, (dict, list))})
            if "name" in value:
                flat[key] = value["name"]
        elif not isinstance(value, list):
            flat[key] = value
    for key, value in flat.items():
        if isinstance(value, str) and (known := re.fullmatch(r"https?://schema\.org/(\w+)", value)):
            value = plain(known.group(1)).capitalize()  # "InStock"
        if not key.startswith("@") and value not in (None, ""):
            record.setdefault(fields_of.ITEMPROPS.get(key, canonical(key) or key), value)


async def extract_text(page: Page, *, whole: bool = False) -> list[dict[str, Any]]:
    """The page's readable blocks in order ({"tag", "text", "main"}), without menus.

    whole: what stands beside the main text, too.
    """
    out = []
    for raw in await read(page, max_records=1):
        blocks = [b for b in raw["blocks"] if not b["where"] and b["links"] < len(b["t"]) * 0.7]
        # What readers wrote under a text is not the text, unless there is nothing else.
        blocks = [b for b in blocks if not b["talk"]] or blocks
        main = [b for b in blocks if b["main"]]
        if not whole and sum(len(b["t"]) for b in main) > 0.3 * sum(len(b["t"]) for b in blocks):
            blocks = main
        kept: list[str] = []
        for block in blocks:
            head = block["tag"][:1] == "h"  # "Edition 2.1" is no part of "Edition 2.10"
            if any(block["t"] == x if head else block["t"] in x for x in kept[-6:]):
                continue
            kept.append(block["t"])
            out.append({"tag": block["tag"], "text": block["t"], "main": bool(block["main"])})
    return out
