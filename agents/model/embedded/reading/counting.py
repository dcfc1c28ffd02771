"""How many there are: rows of a list over all its pages, or the different names in a column."""

from __future__ import annotations

from agents.browser.extract_fields import Record, canonical, plain
from agents.model.embedded.reading.cells import cell_for
from agents.model.embedded.reading.checks import wanted_noun
from agents.model.embedded.reading.lists import extract
from agents.model.embedded.reading.measures import amount
from agents.model.embedded.run import Run, Step
from agents.ports import Decision


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


def _how_many(rows: list[Record], step: Step) -> int:
    """How many things the rows are; of authors or categories, how many different ones they name."""
    kind = canonical(wanted_noun(step))
    named = [c for c in rows[0] if kind not in (None, "title") and canonical(c) == kind]
    shown = {plain(str(r[c])) for c in named for r in rows if r.get(c) not in (None, "")}
    return len(shown) if shown and "title" in rows[0] else len(rows)


def _whole(text: str) -> int | float | str:
    """A count as a number; what is none stays as it is shown."""
    n = amount(text)
    return text if n is None else int(n) if n == int(n) else n
