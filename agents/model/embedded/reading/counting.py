"""How many there are: rows of a list over all its pages, or the different names in a column."""

from __future__ import annotations

import re

from agents.browser.extract_names import Record, canonical, plain, singular
from agents.model.embedded.likeness import norm
from agents.model.embedded.reading import figures
from agents.model.embedded.reading.cells import Cell, asked_words, cell_for, said
from agents.model.embedded.reading.checks import wanted_noun
from agents.model.embedded.reading.lists import extract
from agents.model.embedded.reading.measures import amount
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import View
from agents.ports import Decision


async def count(run: Run, step: Step) -> Decision | None:
    """How many there are: rows of a list over all its pages, or controls of a kind."""
    wish: Step = step["st"].setdefault(
        "list", {**step, "do": "extract", "counted": True, "fields": None, "limit": None, "st": {}}
    )
    if not wish["st"].get("phase") and (figure := await _figure(run, step)):
        run.saw(figure.value)
        found = {"kind": "count", "value": _whole(figure.value), "of": figure.label}
        run.memory["results"].append(found)
        return None
    before = len(run.memory["results"])
    if not wish["st"].get("phase") and (told := _told(await run.view(), step)):
        line, many = told
        run.saw(line)
        found = {"kind": "count", "value": many, "of": step.get("noun") or "entries"}
        run.memory["results"].append(found)
        return None
    decision = await extract(run, wish)
    noun = step.get("noun") or "entries"
    rows = run.memory["results"].pop()["value"] if len(run.memory["results"]) > before else []
    if rows and wish.get("state") != "failed":
        many = _how_many(rows, step)
        run.memory["results"].append({"kind": "count", "value": many, "of": noun})
        named = (v for k, v in rows[0].items() if isinstance(v, str) and k not in ("url", "image"))
        if title := rows[0].get("title") or next(named, None):
            run.saw(str(title))
    elif decision is None and not rows and (cell := await cell_for(run.page, step["text"])):
        run.saw(cell.value)
        found = {"kind": "count", "value": _whole(cell.value), "of": cell.label}
        run.memory["results"].append(found)
    elif decision is None:
        found = wish.get("why", "") if rows else f"I found no {noun} to count"
        run.fail(step, f"{found} after {len(rows)} {noun}" if rows else found)
    return decision


def _told(view: View, step: Step) -> tuple[str, int] | None:
    return said_so(view, step) or figure_beside(view, step)


def said_so(view: View, step: Step) -> tuple[str, int] | None:
    """ "2 items left": a line that says just this of just these, and how many it says."""
    noun, rules = wanted_noun(step), step.get("filters") or []
    if not noun or len(rules) != 1 or rules[0]["op"] != "has" or rules[0].get("field"):
        return None
    state = re.escape(str(rules[0]["value"]))
    said = re.compile(rf"(\d[\d,]*)\s+(?:\w+\s+)?{re.escape(noun)}s?\s+{state}\W*", re.I)
    lines = [line.strip() for line in view.body.split("\n")]
    found = {m[1]: line for line in lines if (m := said.fullmatch(line))}
    if len(found) != 1:
        return None
    ((many, line),) = found.items()
    return line, int(many.replace(",", ""))


def figure_beside(view: View, step: Step) -> tuple[str, int] | None:
    """ "NEW USERS" over "2,356": a line that is just what is counted, and the number beside it."""
    noun = norm(step.get("noun") or "")
    if not noun or step.get("filters"):
        return None
    number = figures.beside(view, [noun]).get(noun, "")
    return (number, int(re.sub(r"\D", "", number))) if _NUMBER.fullmatch(number) else None


_NUMBER = re.compile(r"\d{1,3}(?:[,. ]\d{3})+|\d+")


async def _figure(run: Run, step: Step) -> Cell | None:
    """ "Moorings free" over "17": a figure of the page with the very words for its label."""
    cell = await cell_for(run.page, step["text"])
    if cell is None or cell.head or not re.fullmatch(r"\d[\d,.' ]*", cell.value.strip()):
        return None
    asked = asked_words(step["text"])
    return cell if asked and asked == said(asked, cell.label) else None


_QUANTITIES = frozenset(["quantity", "qty", "amount", "pieces", "units", "stock", "in stock"])


def _said_by_row(rows: list[Record], step: Step) -> int | None:
    """ "How many lamps are on the list?", where one row says "Lamp" and its quantity."""
    noun = singular(plain(wanted_noun(step)))
    if len(rows) != 1 or noun not in [singular(plain(str(v))) for v in rows[0].values()]:
        return None
    told = [amount(v) for c, v in rows[0].items() if plain(c) in _QUANTITIES]
    return int(told[0]) if len(told) == 1 and told[0] is not None else None


def _how_many(rows: list[Record], step: Step) -> int:
    """How many things the rows are; of authors or categories, how many different ones they name."""
    if (said_so := _said_by_row(rows, step)) is not None:
        return said_so
    kind = canonical(wanted_noun(step))
    named = [c for c in rows[0] if kind not in (None, "title") and canonical(c) == kind]
    shown = {plain(str(r[c])) for c in named for r in rows if r.get(c) not in (None, "")}
    return len(shown) if shown and "title" in rows[0] else len(rows)


def _whole(text: str) -> int | float | str:
    """A count as a number; what is none stays as it is shown."""
    n = amount(text)
    return text if n is None else int(n) if n == int(n) else n
