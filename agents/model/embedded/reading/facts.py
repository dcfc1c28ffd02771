"""Single facts about one thing: in the row that names it, on the page about it, in the text."""

from __future__ import annotations

import re

from agents.browser.extract import extract_text, find_lists, pick, pick_all
from agents.browser.extract_names import Record, canonical, match_column, plain
from agents.browser.extract_values import PRICE
from agents.model.embedded.doing.searching import sure_search_field
from agents.model.embedded.doing.touch import click_code, freeing_code, outcome_of
from agents.model.embedded.doing.ways import unopened
from agents.model.embedded.ground import decide, describe, rank
from agents.model.embedded.likeness import norm
from agents.model.embedded.reading import (
    about,
    answers,
    by_kind,
    coded,
    crosswise,
    figures,
    holders,
    inquiry,
    panels,
)
from agents.model.embedded.reading.cells import asked_words, cell_for
from agents.model.embedded.reading.lists import rows_of
from agents.model.embedded.reading.named import row_about
from agents.model.embedded.reading.paging import MAX_SOUGHT, more_link, turning_code
from agents.model.embedded.reading.rows_told import cell_of_row
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate, quote
from agents.ports import Decision


async def details(run: Run, step: Step) -> Decision | None:
    """Facts about one thing: in the list's row that names it, else on the page about it."""
    st = step["st"]
    if not st.get("phase") and (opened := panels.answered_in(await run.view(), step["text"])):
        step["splice"] = opened
        return None
    for reader in (crosswise, coded):
        if (told := await reader.at_hand(run, step)) is not False:
            return told if told is not True else None
    if (sure := await inquiry.at_hand(run, step)) is not False:
        return sure if sure is not True else None
    subject, fields = step.get("subject"), step["fields"] or ["title"]
    if step.get("figures") and (told := figures.beside(await run.view(), fields)):
        return await _read_figures(run, step, told)
    if st.get("phase") == "list":
        result = await outcome_of(run, step)
        rows = rows_of(result.value, {}) if result is not None and result.ok else []
        if subject:
            for listing in await find_lists(run.page):
                rows += _with_left_over(listing.records, fields)
        record = (
            row_about(rows, subject, fields)
            if subject
            else rows[step["nth"] - 1 if step["nth"] > 0 else step["nth"]]
            if step.get("nth") and len(rows) >= abs(step["nth"])
            else None
        )
        named = not subject or about.is_named(subject)
        step["st"]["in_row"] = record is not None and len(rows) > 1 and named
        told = pick(record, fields) if record is not None else {}
        told = {f: None if _goes_on(str(v), f) else v for f, v in told.items()}
        if any(v is not None for v in told.values()):
            run.memory["item"] = record
            _found(run, step, told)
            return None
    elif st.get("phase") == "page":
        result = await outcome_of(run, step)
        found = (
            result.value
            if result is not None and result.ok and isinstance(result.value, dict)
            else {}
        )
        shaped = _believed(await run.view(), step, _named(found, fields, subject))
        shaped = about.kept(await run.view(), step, shaped)
        if any(v not in (None, "") for v in shaped.values()):
            _found(run, step, shaped)
            return None
        return await _by_words(run, step, fields)
    elif item := _item_in_hand(run, step, fields):
        _found(run, step, item)
        return None
    elif subject or step.get("nth"):
        code = "[*(await page.extract_list()), *(await page.extract_tables())]"
        why = f"Look for “{subject or step['text']}” in the page's lists."
        return await run.act(step, code, why, phase="list")
    return await run.act(
        step,
        "await page.extract_details()",
        f"Read {', '.join(fields)} off the page.",
        phase="page",
    )


async def _read_figures(run: Run, step: Step, told: dict[str, str]) -> Decision | None:
    """The figures beside their labels; the page is read first, as others do."""
    if step["st"].get("phase") != "read":
        code = "await page.page_text(max_chars=20000)"
        return await run.act(step, code, "Read the figures off the page.", phase="read")
    await outcome_of(run, step)
    _found(run, step, dict(told))
    return None


async def record(run: Run, step: Step) -> Decision | None:
    """All that the page says of the one thing it is about."""
    if step["st"].get("phase") != "read":
        code = "await page.extract_details()"
        return await run.act(step, code, "Read what the page is about.", phase="read")
    result = await outcome_of(run, step)
    found = result.value if result is not None and isinstance(result.value, dict) else {}
    shown = {k: v for k, v in found.items() if k not in ("url", "image") and v not in (None, "")}
    if len(shown) < 2:
        run.fail(step, "the page tells no details of one thing")
        return None
    run.memory["results"].append({"kind": "details", "value": shown, "of": step["text"]})
    return None


def _with_left_over(rows: list[Record], fields: list[str]) -> list[Record]:
    """The rows of a list, with what the list as a whole tells of the fields."""
    shaped = pick_all(rows, ["title", *[f for f in fields if f != "title"]])
    told = [f for f in fields if all(pick(r, [f])[f] in (None, r.get("title")) for r in rows)]
    return [
        {**r, **{f: s[f] for f in told if s.get(f) is not None}}
        for r, s in zip(rows, shaped, strict=True)
    ]


def _item_in_hand(run: Run, step: Step, fields: list[str]) -> Record | None:
    """ "Tell me its price" right after a thing of a list was picked."""
    item = run.memory.get("item")
    if (
        not item
        or step.get("subject")
        or step.get("nth")
        or run.memory.get("item_url") not in (None, run.turn.page_url)
    ):
        return None
    shaped = pick(item, fields)
    return shaped if all(v is not None for v in shaped.values()) else None


def _named(found: Record, fields: list[str], subject: str | None) -> Record:
    shaped = pick(found, fields)
    if (
        subject
        and all(v is None for v in shaped.values())
        and (column := match_column(subject, list(found)))
        and set(plain(column).split()) == set(plain(subject).split())
    ):
        return {subject: found[column]}
    return shaped


_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?i)\b(?:phone|telephone|tel|mobile|fax)\b")
_NUMBERS = re.compile(r"(?<![\d.,-])\+?\(?\d[\d ()/.-]{5,}\d(?![\d.,-]\d)")
_AGGREGATE = re.compile(r"(?i)(?:average|mean|median|total|combined|sum)\b")
_COST = re.compile(r"(?i)\s*(?:[\d.,' ]+|\W*(?:free|gratis|included)\b.{0,40})\s*")
_REACH = re.compile(r"(?i)\b(?:phone|telephone|e-?mail|address|opening|hours)\b")
_TELLS = re.compile(r"(?i)\b(?:you|your|yourself|please|click|choose|try|press)\b")
_NAMES = re.compile(r"(?i)title|name|heading|page|article|story|product")


_CODE = re.compile(r"(?i)(?:the )?(?:[\w-]+ )?(?:command|snippet|code (?:block|example|sample))")


async def _code_blocks(run: Run) -> list[str]:
    """The texts that the page shows as they are to be typed."""
    return [b["text"] for b in await extract_text(run.page, whole=True) if b["tag"] == "pre"]


def _believed(view: View, step: Step, record: Record) -> Record:
    """The record without values that are no facts: words of buttons, headings and advice."""
    places = ("nav", "navigation", "header", "banner", "footer", "contentinfo")
    labels = {norm(view.title), norm(step.get("subject") or "")} | {
        norm(e.name)
        for e in [*view.elements, *view.texts]
        if e.role in ("button", "heading") or (e.role == "link" and e.place in places)
    }
    out = dict(record)
    for field, value in record.items():
        if not isinstance(value, str) or _NAMES.search(field):
            continue
        worked_out = _AGGREGATE.match(field)
        if worked_out and norm(worked_out.group()) not in norm(view.body):
            out[field] = None  # one price is no average
        if f"({field.lower()})" in value.lower():
            out[field] = None  # the field's own name in brackets: a sentence about it
        if norm(re.sub(r"\([^()]*\)", "", value)) == norm(field):
            out[field] = None  # its label: "Weight (lbs.)"
        if canonical(field) == "price" and not (PRICE.search(value) or _COST.fullmatch(value)):
            out[field] = None
        advice = _TELLS.search(value) and not re.search(r"\d", value)
        if advice or norm(value) in labels:
            out[field] = None
    return out


def _goes_on(value: str, name: str) -> bool:
    """Whether what follows a name is the rest of a sentence about it, and no value."""
    return len(value) > 40 and (
        bool(re.match(r"\s*[(),;]", value)) or f"({name.lower()})" in value.lower()
    )


def _found(run: Run, step: Step, record: Record) -> None:
    missing = [k for k, v in record.items() if v in (None, "")]
    if missing:
        run.fail(step, f"the page shows no {', '.join(missing)}")
    run.memory["results"].append({"kind": "details", "value": record, "of": step["text"]})


async def _by_words(run: Run, step: Step, fields: list[str]) -> Decision | None:
    """Last resort: "Order number: 1234" somewhere in the text, or what stands after the words."""
    view = await run.view()
    if person := await holders.holder(run.page, step):
        _found(run, step, {fields[0]: person})
        return None
    found: Record = {}
    for field in fields:
        found.update(await _said(run, step, view, field))
    for field in [f for f in fields if f not in found]:
        if told := await _of_kind(run, step, view, field):
            _found(run, step, {f: told if f == field else found.get(f) for f in fields})
            return None
    found = about.kept(view, step, _believed(view, step, found))
    if holders.asks_who(step):
        found = {k: v if holders.is_name(v) else None for k, v in found.items()}
    found = {k: v for k, v in found.items() if v is not None}
    if found:
        _found(run, step, {f: found.get(f) for f in fields})
        return None
    element = _control_value(view, fields[0])
    if element and about.is_about(view, step, element):
        _found(run, step, {fields[0]: element})
        return None
    return await _behind(run, step, view, fields)


async def _said(run: Run, step: Step, view: View, field: str) -> Record:
    """What the text says of one field: of the form that its values have, or behind its name."""
    if re.match(r"(?i)e-?mail\b", field) and (mails := _MAIL.findall(view.body)):
        return {field: next((m for m in mails if about.is_about(view, step, m)), None)}
    if _CODE.fullmatch(field) and len(shown := await _code_blocks(run)) == 1:
        return {field: shown[0]}
    if _PHONE.search(field) and (dialled := _NUMBERS.findall(view.body)):
        own = list(dict.fromkeys(n for n in dialled if about.is_about(view, step, n)))
        if len(own) == 1:
            return {field: own[0]}
    for name in _names_of(step, field):
        # What stands below a mere name is not what was asked about it.
        # A value follows a sign or stands on its own; it is no rest of a sentence.
        gap = r"[^\S\n]*" if name == step.get("subject") else r"\s*"
        below = "" if name == step.get("subject") else r"|\n"
        sign = rf"{gap}(?:(?:is|are)\b|[:=#–-]{below}|(?=[$€£#\d])){gap}:?{gap}"
        # A point or comma within a word or number ends nothing: "ann@x.org", "£1,200.50".
        said = rf"\b{re.escape(name)}\b{sign}((?:[^\n.;,]|[.,](?=\w)){{1,80}})"
        match = re.search(said, view.body, re.I)
        if match and not about.heads_column(match, name) and not _goes_on(match[1], name):
            return {field: match.group(1).strip()}
    return {}


def _names_of(step: Step, field: str) -> list[str]:
    """What may stand before the value: the subject, the field of it, the field alone."""
    subject, names = step.get("subject"), [field, field.removeprefix("the ")]
    if not subject:
        return names
    of_it = [f"{subject} {field}", f"{field} of {subject}", *names]
    # In the subject's row, what follows its name is the next cell.
    return of_it if step["st"].get("in_row") else [subject, *of_it]


async def _of_kind(run: Run, step: Step, view: View, field: str) -> str | None:
    """The one value on the page of the kind that the field's values are of."""
    subject = step.get("subject")
    told = by_kind.labelled(view.body, field) if not subject else None
    size = by_kind.measured(view.body, field)
    told = told or (size if size and about.is_about(view, step, size) else None)
    return told or (await by_kind.of_column(run.page, field, subject) if subject else None)


async def _behind(run: Run, step: Step, view: View, fields: list[str]) -> Decision | None:
    """It does not show in the text: in what is folded, in a table's cell, on another page."""
    folded = unopened(view, step["st"])
    if folded is not None and len(step["st"].setdefault("unfolded", [])) < 8:
        step["st"]["unfolded"].append(folded.key)
        why = f"It does not show yet: look behind {describe(folded)}."
        return await run.act(step, await click_code(folded), why, phase="folded")
    if (value := await _in_cell(run, step, fields)) is not None:
        _found(run, step, {fields[0]: value})
        return None
    if sought := await _seek(run, step, view):
        return sought
    asked = asked_words(step.get("question") or f"{' '.join(fields)} {step.get('subject') or ''}")
    reach = not step.get("subject") or any(_REACH.search(f) for f in fields)
    if reach and (link := answers.way_to(view, asked, step["st"])):
        step["st"].setdefault("ways", []).append(link.href)
        why = f"The page does not tell it: open {describe(link)}."
        return await run.act(step, await click_code(link), why, phase="")
    if step.get("question"):
        step["do"], step["st"] = "answer", {}
        return await answers.answer(run, step)
    wanted = ", ".join(fields) + (f" of “{step['subject']}”" if step.get("subject") else "")
    return await inquiry.go_on(run, step, f"I do not see the {wanted} on the page")


async def _in_cell(run: Run, step: Step, fields: list[str]) -> str | None:
    """The cell of a table where what was asked about meets what was asked."""
    subject, question = step.get("subject"), step.get("question") or step["text"]
    asked_for = " ".join([*(f for f in fields if f != "price"), subject or ""])
    cell = await cell_for(run.page, asked_for if subject else step["text"])
    if cell is None and subject:
        cell = await cell_of_row(run.page, question, asked_words(question))
    if cell is None or _goes_on(cell.value, fields[0]):
        return None
    return cell.value if fields != ["price"] or PRICE.search(cell.value) else None


async def _seek(run: Run, step: Step, view: View) -> Decision | None:
    """What is asked about has a page of its own, or stands further on in the list: go there."""
    st, subject = step["st"], step.get("subject")
    if not subject or st.get("opened"):
        return None
    name = about.name_of(subject)
    target = {"words": name, "raw": name, "kind": None}
    kind, found = decide([m for m in rank(view, target, roles={"link"}) if m.score >= 0.8])
    if kind == "one":
        link = found[0].element
        code = await freeing_code(view, link) + await click_code(link)
        why = f"It does not say here: open {describe(link)}."
        return await run.act(step, code, why, phase="", opened=True)
    if norm(name) in norm(view.body):
        return None
    link, pages = more_link(view, st.get("pages", 1)), st.get("pages", 1)
    if link is not None and pages < MAX_SOUGHT:
        code = await turning_code(view, link)
        why = f"“{name}” is not on this page of the list: go to the next."
        return await run.act(step, code, why, phase="", pages=pages + 1)
    field = sure_search_field(view)
    if field is None or st.get("searched"):
        return None
    code = f'box = {await locate(field)}\nawait box.fill({quote(name)})\nawait box.press("Enter")'
    return await run.act(step, code, f"Search for “{name}”.", phase="", searched=True)


def _control_value(view: View, field: str) -> str | None:
    """The value of a control called like the field."""
    for match in rank(view, {"words": field, "raw": field, "kind": None}, texts=True)[:3]:
        element: Element = match.element
        if match.score >= 0.7 and element.value:
            return str(element.value)
    return None
