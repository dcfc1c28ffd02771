"""Reading lists off the page, counting, checking what it shows."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from agents.browser.extract import find_lists, pick, pick_all, read
from agents.browser.extract_names import Record, canonical, match_column, plain, singular
from agents.model.embedded.doing.touch import click_code, freeing_code, outcome_of
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.superlatives import FAMILIES
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import describe
from agents.model.embedded.likeness import norm
from agents.model.embedded.reading import (
    answers,
    assigning,
    clocks,
    facets,
    found,
    headed,
    outside,
    paging,
    panels,
    rolling,
    untold,
)
from agents.model.embedded.reading.checks import (
    GENERIC,
    PEOPLE,
    has_word,
    is_person,
    narrowed,
    unsaid,
    wanted_noun,
)
from agents.model.embedded.reading.measures import is_measured
from agents.model.embedded.reading.offered import is_offered, offered
from agents.model.embedded.reading.shaping import (
    absent,
    honoured,
    kept_for,
    rows_of,
    shape_rows,
    together,
)
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import quote
from agents.ports import Decision

_PARTS = {
    "link": "link",
    "heading": "heading",
    "button": "button",
    "image": "img",
}


async def extract(run: Run, step: Step) -> Decision | None:
    """Read the list that is wanted, over several pages when one does not hold enough."""
    st = step["st"]
    if names := step.pop("either", None):
        await _settle_either(run, step, names)
    if not st.get("phase"):
        headed.settle_kind(run, step)
    if not st.get("phase") and is_offered(await run.view(), step):
        step.update(do="offered", words=wanted_noun(step), st={})
        return await offered(run, step)
    if not st.get("phase") and wanted_noun(step) in PEOPLE:
        await _settle_people(run, step)
    if not st.get("phase") and step.get("fields") and "beside" in step:
        await _settle_with(run, step)
    if st.get("phase") == "read":
        return await _take_rows(run, step)
    if st.get("phase") == "home":
        return None
    if st.get("phase") == "faceted":
        applied = await facets.applied(run, step)
        if not isinstance(applied, bool):
            return applied
        if not applied:
            run.fail(step, f"the page did not take “{st['facet']['option']}”")
            return None
    if st.get("phase") == "entered":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            return await _end(run, step)
    if st.get("phase") == "turned":
        result = await outcome_of(run, step)
        if (result is not None and not result.ok) or not await paging.turned(run, step):
            return await _end(run, step)
    if not st.get("phase") and (part := found.closed_part(await run.view(), step)):
        why = f"Open {describe(part)}."
        code = await freeing_code(await run.view(), part) + await click_code(part)
        return await run.act(step, code, why, phase="entered", entered=True)
    return await run.act(
        step, list_code(step), f"Read the list of {step.get('noun') or 'things'}.", phase="read"
    )


async def _settle_with(run: Run, step: Step) -> None:
    """ "Hotels with breakfast": no column of any list, but what some of the rows say."""
    (name, *more) = step["fields"]
    if more or canonical(name):
        return
    lists = [x for x in await find_lists(run.page) if len(x.records) > 1]
    if any(pick(r, [name])[name] is not None for x in lists for r in x.records):
        return
    words = [singular(w) for w in plain(name).split() if w not in STOPWORDS]
    if words and any(all(has_word(r, w) for w in words) for x in lists[:2] for r in x.records):
        rule = {"field": "", "op": "has", "value": name}
        step.update(fields=None, beside=False, filters=[*(step.get("filters") or []), rule])


async def _settle_people(run: Run, step: Step) -> None:
    """Who they are is wanted, too; the oldest is told by age where a list shows that."""
    fields, order = step.get("fields"), step.get("order") or {}
    told = [f for f in fields or [] if canonical(f) == "title" or "name" in plain(f).split()]
    if fields and not told:
        step["fields"] = ["name", *fields]
    if order.get("word") in ("oldest", "youngest") and order.get("by") != "age":
        lists = await find_lists(run.page)
        if any("age" in map(plain, x.columns) for x in lists):
            step["order"] = {**order, "by": "age", "desc": order["word"] == "oldest"}


async def _settle_either(run: Run, step: Step, names: list[str]) -> None:
    """ "The codes and lecturers": columns of a list here, or else things of either kind."""
    lists = await find_lists(run.page, fields=names)
    if lists and all(match_column(n, lists[0].columns) for n in names):
        step.update(fields=names, noun="")
    else:
        step["any"] = names


def list_code(step: Step) -> str:
    """The program that reads a list."""
    noun, near = wanted_noun(step), step.get("near")
    if noun in _PARTS and not step.get("fields") and not near:
        return _parts_code(_PARTS[noun], step)
    table = noun == "table" or (step.get("as") == "table" and noun in ("row", "data"))
    if table and not step.get("fields"):
        return "await page.extract_tables()"
    arguments = []
    fields = step.get("fields")
    if fields:
        extra = [f["field"] for f in step.get("filters") or []] + (
            [step["order"]["by"]]
            if (step.get("order") or {}).get("by") and step["order"]["by"] not in FAMILIES
            else []
        )
        asked = [*fields, *[f for f in extra if f and match_column(f, fields) is None]]
        whole = step.get("order") or step.get("filters") or step.get("beside") or near
        if not whole and not _narrow(step):
            arguments.append(f"fields=[{', '.join(map(quote, asked))}]")
    hint = (step.get("st") or {}).get("hint") or near or (step.get("noun") or "")
    whole = step.get("order") or step.get("filters") or step.get("tail") or _narrow(step) or near
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
            and noun in GENERIC
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
    await _look_around(run, st)
    st["unnamed"] = await untold.unnamed(run, step)
    rows = await assigning.widened(run, step, rows_of(result.value, step))
    if not kept and (chosen := await facets.choose(run, step, rows)):
        return chosen
    if not kept:
        rows = await found.brought(run, step, rows)
        fitting = await _fitting(run, step, rows)
        if (hint := st.get("hint")) and not st.get("hinted") and fitting and fitting != rows:
            why = f"Read the list under “{hint}”."
            return await run.act(step, list_code(step), why, phase="read", hinted=True)
        rows = await panels.within(run, wanted_noun(step), fitting)
    if kept and paging.is_other(kept, rows):
        rows = await _same_kind(run, step, kept)
    fresh = paging.fresh_rows(kept, rows) if kept else rows
    if st.get("rolled"):
        fresh = rolling.fresh(kept, rows, fresh)
    kept += fresh
    enough = shape_rows(kept, step)
    await outside.notice(run, step, kept)
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


async def _same_kind(run: Run, step: Step, kept: list[Record]) -> list[Record]:
    """The rows of a further page that are like those before, though another list stands out more.

    A last page with a single entry is one; without any the list counts as cut.
    """
    lists = await find_lists(run.page, near=step.get("noun") or None)
    rows = next((x.records for x in lists if not paging.is_other(kept, x.records)), [])
    rows = rows_of(rows, step)
    fields = list(kept[0]) if step.get("fields") and not any("url" in r for r in kept) else None
    if not rows:
        step["st"]["cut"] = True
    return pick_all(rows, fields) if fields else rows


async def _end(run: Run, step: Step) -> Decision | None:
    """Keep the rows that were read; go back to the first page when more is to be done there."""
    st = step["st"]
    kept: list[Record] = st.pop("rows", [])
    enough = shape_rows(kept, step)
    lacking = not enough or (step.get("noun") and absent(enough, step))
    if lacking and (entered := await found.enter_place(run, step, some=bool(enough))):
        return entered
    if absent(enough, step) or (kept and not enough):
        kept = assigning.settle(step, kept)
        enough = shape_rows(kept, step)
    only = [] if enough else await untold.only_table(run, step)
    if only and honoured(shaped := shape_rows(only, {**step, "noun": ""}), step):
        kept, enough = only, shaped
        untold.tell(run, step)
    if not enough and step.get("question") and not step.get("counted"):
        why = _lacking(kept, step)
        step.update({"do": "answer", "st": {}, "why_not": why})
        return await answers.answer(run, step)
    if not enough:
        run.fail(step, _lacking(kept, step))
        return None
    _keep_rows(run, step, kept, enough)
    if lacking := paging.tell(run, step) or outside.lacking(step):
        run.fail(step, lacking)
    rest = run.steps[run.memory["at"] + 1 :]
    start = st.get("start") if step is run.steps[run.memory["at"]] else None
    acting = any(s["do"] not in ("nothing", "format", "amend", "details") for s in rest)
    if start and acting and run.turn.page_url != start:
        why = "Go back to the list's first page."
        return await run.act(step, f"await page.goto({quote(start)})", why, phase="home")
    return None


_ANY = ("list", "everything", "thing")


def _lacking(kept: list[Record], step: Step) -> str:
    """Why no row is left of those that were read."""
    noun, order = step.get("noun") or "list", step.get("order")
    if order and narrowed(kept, step):
        by = order.get("by") or "measure"
        told = f"the list shows no {by}" if by != "measure" else "the list shows no one measure"
        return f"{told} by which to tell the {order['word']}" if order.get("word") else told
    if kept and step.get("filters") and (meant := narrowed(kept, {**step, "filters": []})):
        these = f"{len(meant)} {noun}" if norm(noun) not in _ANY else f"{len(meant)} entries"
        return f"none of the {these} that I read says that it meets the condition"
    if kept:
        return f"none of the {len(kept)} entries that I read says that it is “{noun}”"
    return f"I found no {noun} on the page"


def _keep_rows(run: Run, step: Step, kept: list[Record], enough: list[Record]) -> None:
    """Put the rows among the results, and say what is missing of what was asked."""
    noun = step.get("noun")
    if step.get("limit") and len(enough) < step["limit"] and not step.get("order"):
        run.note(f"The page shows only {len(enough)} {noun or 'entries'}.")
    if missing := absent(enough, step):
        run.fail(step, f"the list does not show the {', '.join(missing)}")
    elif not together(enough, step):
        run.fail(step, f"nothing in the list shows {' and '.join(step['fields'])} together")
    if not missing and (guessed := step["st"].get("placed") or untold.left_over(step)):
        run.memory["unheard"] = True
        told = ", ".join(f"“{f}”" for f in guessed)
        run.note(f"The page calls nothing {told}: it is what is left beside the rest.")
    lead = (step.get("fields") or [""])[0]
    nameless = sum(r.get(lead) in (None, "") for r in enough) if lead and not missing else 0
    if nameless:
        run.memory["unheard"] = True
        run.note(
            f"{nameless} of the {len(enough)} entries show no {lead}: they may be cut wrongly."
        )
    if step.get("order") or step.get("limit") == 1:
        run.memory["item"] = kept_for(kept, enough[0])
    found = {"kind": "list", "value": enough, "of": step["text"], "as": step.get("as")}
    asked = step.get("fields") or []
    run.memory["results"].append({**found, "noun": noun, "fields": asked})


async def _look_around(run: Run, st: Step) -> None:
    """Keep what says which things the page's lists hold: title, headings, names in the markup."""
    view = await run.view()
    heads = [e.name for e in [*view.elements, *view.texts] if e.role == "heading"]
    heads += [e.name for e in view.elements if e.role == "tab" and e.on]  # it heads what it shows
    heads += re.split(r"\s+[|·•–—-]\s+", view.title)
    texts = [view.title, urlsplit(view.url).path, *heads]
    for raw in await read(run.page, max_records=1):
        for group in [*raw["groups"], *raw["tables"]]:
            texts += [group["near"], group["words"]]
            heads.append(group["near"])
        for block in raw["jsonld"]:
            for item in block if isinstance(block, list) else [block]:
                texts += list(item) if isinstance(item, dict) else []
    words = {singular(w) for text in texts for w in plain(text).split()}
    st["around"] = sorted({*st.get("around", ()), *words})
    st["heads"] = sorted({*st.get("heads", ()), *(norm(h) for h in heads if h)})


async def _headed_just_so(run: Run, step: Step) -> list[Record]:
    """The rows of the list that is headed by just the place named, if they are what is asked."""
    if not (near := norm(step.get("near") or "")):
        return []
    if wanted_noun(step) == "link" and not step.get("fields"):
        links = [e for e in (await run.view()).elements if e.role == "link" and e.href]
        if own := [e for e in links if norm(e.head or "") == near]:
            step["noun"] = ""
            return [{"title": e.name, "url": urljoin(e.doc.url, e.href)} for e in own]
    for listing in await find_lists(run.page, fields=step.get("fields"), near=near):
        rows = rows_of(listing.records, step) if norm(listing.near) == near else []
        if rows and honoured(shape_rows(rows, step), step):
            return rows
    return []


async def _fitting(run: Run, step: Step, rows: list[Record]) -> list[Record]:
    """The rows of the page's first list that can honour the whole request, else those given."""
    if (meant := await headed.under(run, step)) is not None:
        return meant
    if part := await headed.of_part(run, step) or await headed.of_visited(run, step):
        return part
    if under := await _headed_just_so(run, step):
        return under
    if (times := await clocks.of_day(run, step)) is not None:
        return times
    elsewhere = await headed.saying(run, step, unsaid(rows, step)) if wanted_noun(step) else []
    if elsewhere:
        return elsewhere
    if wanted_noun(step) in PEOPLE and not any(map(is_person, rows)):
        named = [x.records for x in await find_lists(run.page) if all(map(is_person, x.records))]
        if named and honoured(shape_rows(named[0], step), step):
            return named[0]
    if honoured(shape_rows(rows, step), step) or wanted_noun(step) == "table":
        return rows
    if step.get("order") and is_measured(narrowed(rows, step), step["order"]):
        return rows  # it shows the measure, though not one to compare by
    if (step.get("order") or {}).get("word") and (called := await headed.called_so(run, step)):
        return called
    noun = step.get("near") or step.get("noun") or None
    lists = await find_lists(run.page, fields=step.get("fields"), near=noun)
    meant = headed.meant_by(lists, noun) if noun else []
    asked = [f for f in step.get("fields") or [] if canonical(f) != "title"]
    headed_so = [x for x in meant if step.get("near") and norm(x.near) == norm(step["near"])]
    wide = [] if headed_so else lists[:8] if not meant or len(asked) > 1 else []
    for listing in [*meant[:8], *wide]:
        others = rows_of(listing.records, step)
        if honoured(shape_rows(others, step), step):
            return others
    return rows_of(headed_so[0].records, step) if headed_so else rows
