"""The list that a heading names: "what stays" is what stands under "Stays", "Most read" a box."""

from __future__ import annotations

import re

from agents.browser.extract import Listing, find_lists
from agents.browser.extract_names import Record, plain, singular
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.reading.checks import has_words
from agents.model.embedded.reading.shaping import honoured, rows_of, shape_rows
from agents.model.embedded.run import Run, Step

_ASKS = frozenset(["what", "which", "who", "your", "our"])


async def under(run: Run, step: Step) -> list[Record] | None:
    """The rows of the list whose heading is meant; [] without one, None when none is meant.

    A heading that says more than what was asked for is one only when no other says that, too.
    """
    if not (words := step.get("headed")):
        return None
    lists = await find_lists(run.page)
    # "Working (try me)" is headed "Working".
    heads = [(x, _words(re.sub(r"\([^()]*\)", "", x.near)), _words(x.near)) for x in lists]
    just = [x for x, short, whole in heads if _words(words) in (short, whole)]
    wide = [x for x in lists if _words(words) and _words(words) <= _words(x.near)]
    wide = wide if len({x.near for x in wide}) == 1 else []
    rows = rows_of((just or wide)[0].records, step) if just or wide else []
    if rows:
        step["st"]["hint"] = (just or wide)[0].near
        step["noun"] = ""  # the heading says what they are
    return rows


_PARTS = frozenset(["board", "column", "lane", "list", "section", "group", "stage", "tab", "box"])


async def of_part(run: Run, step: Step) -> list[Record]:
    """ "The cards of the Working board": the list that is headed by the board's name."""
    rules = step.get("filters") or []
    part = next((r for r in rules if r["op"] == "of" and r["field"] in _PARTS), None)
    if part is None:
        return []
    meant = {**step, "headed": part["value"], "st": dict(step["st"])}
    rows = await under(run, meant)
    if rows:
        step.update(filters=[r for r in rules if r is not part], noun="", st=meant["st"])
    return rows or []


_GOES = frozenset(["click", "visit", "scroll", "on_site", "expand"])
_ANY_LIST = frozenset(["", "table", "list", "row", "data"])


async def of_visited(run: Run, step: Step) -> list[Record]:
    """ "Go to Customize and list … of the table": the one that stands under that heading."""
    before = run.steps[run.memory["at"] - 1] if run.memory["at"] else {}
    words = (before.get("target") or {}).get("words") or before.get("name") or ""
    noun = (step.get("noun") or "").lower()
    if before.get("do") not in _GOES or noun not in _ANY_LIST or step.get("near") or not words:
        return []
    lists = [x for x in await find_lists(run.page) if _words(x.near) == _words(words)]
    for listing in lists:
        rows = rows_of(listing.records, step)
        if rows and honoured(shape_rows(rows, step), step):
            step["st"]["hint"] = listing.near
            return rows
    return []


_NARROWS = frozenset(["check", "select", "only", "filter"])


def settle_kind(run: Run, step: Step) -> None:
    """After "tick Tents" the page lists tents, whatever each is called ("Trail tarp")."""
    noun = _words(step.get("noun") or "")
    before = run.steps[: run.memory["at"]]
    chosen = [s for s in before if s["do"] in _NARROWS and s.get("state") == "done"]
    kinds = [(s["do"], _words(_called(s))) for s in chosen]
    several = [k for do, k in kinds if do == "check"]  # with two boxes ticked it lists either
    if noun in [k for _, k in kinds] and len(several) < 2:
        step["noun"] = ""


def _called(step: Step) -> str:
    return " ".join(step.get("values") or [(step.get("target") or {}).get("words") or ""])


async def called_so(run: Run, step: Step) -> list[Record]:
    """The rows of the list that is headed by the superlative itself: "Most viewed", "Latest"."""
    word = (step.get("order") or {}).get("word") or ""
    lists: list[Listing] = [x for x in await find_lists(run.page) if word]
    noun = _words(step.get("noun") or "")
    fits = [x for x in lists if _words(word) <= _words(x.near) <= _words(word) | noun]
    if len({x.near for x in fits}) != 1:
        return []
    step["st"]["hint"] = fits[0].near
    step["order"] = None  # the page has put them in order
    return rows_of(fits[0].records, step)


async def saying(run: Run, step: Step, words: list[str]) -> list[Record]:
    """The rows of the list that is headed by words which the chosen one's rows do not say.

    Or of the list whose things are called so.
    """
    if not words:
        return []
    for listing in meant_by(await find_lists(run.page), " ".join(words)):
        rows = rows_of(listing.records, step)
        if honoured(shape_rows(rows, step), step):
            step["st"]["hint"] = listing.near
            return rows
    return []


def _words(text: str) -> set[str]:
    skipped = STOPWORDS | _ASKS
    return {singular(w) for w in plain(text).split() if w not in skipped}


def meant_by(lists: list[Listing], noun: str) -> list[Listing]:
    """Lists of things that are called by the noun, then those whose heading says it.

    A heading that is what one thing of a list is called has only that thing's parts under it.
    """
    called = [x for x in lists if _is_kind(x.records, noun)]
    titles = {plain(_title(r)) for x in called for r in x.records}
    under_it = [x for x in lists if has_words(x.near, noun) and plain(x.near) not in titles]
    return [*called, *(x for x in under_it if x not in called)]


def _title(record: Record) -> str:
    return str(record.get("title") or next(iter(record.values()), ""))


def _is_kind(records: list[Record], noun: str) -> bool:
    """ "Moon lamp", "Desk lamp": most of several rows are lamps by their names."""
    named = [r for r in records if has_words(_title(r), noun)]
    return len(records) > 1 and len(named) * 2 > len(records)
