"""Which list is meant where the page at hand has several, or none: what a search brought, a menu.

After a search the list that came with it is meant, not one that stood there before; a list that is
not here may be in the part of the site that is called like its things.
"""

from __future__ import annotations

import re

from agents.browser.extract import find_lists
from agents.browser.extract_names import Record, plain, singular
from agents.model.embedded.doing.opening import searched
from agents.model.embedded.doing.touch import click_code
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.likeness import norm
from agents.model.embedded.reading.checks import GENERIC, PEOPLE, wanted_noun
from agents.model.embedded.reading.shaping import rows_of
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View
from agents.ports import Decision

_FOUND = frozenset(["result", "hit", "match", "find", "page", "title", "link", "article", "entry"])
_MANY_PEOPLE = PEOPLE | {"team", "staff", "directory", "member", "user"}


async def brought(run: Run, step: Step, rows: list[Record]) -> list[Record]:
    """The rows, or those of the list that a search just before brought, when these are older."""
    noun = wanted_noun(step)
    if not searched(run) or (noun and noun not in _FOUND):
        return rows
    before = norm(run.memory.get("before") or "")
    if not before or _fresh(rows, before):
        return rows
    for listing in await find_lists(run.page):
        others = rows_of(listing.records, step)
        if others and _fresh(others, before):
            return others
    return rows


def _fresh(rows: list[Record], before: str) -> bool:
    """Whether most rows say something that did not stand on the page before."""
    told = [[norm(str(v)) for k, v in r.items() if k not in ("url", "image")] for r in rows]
    new = [t for t in told if any(v and v not in before for v in t)]
    return bool(rows) and len(new) * 2 > len(rows)


def way_in(view: View, step: Step) -> Element | None:
    """The one link or tab that is called just like the things that are wanted."""
    noun = {singular(w) for w in plain(step.get("noun") or "").split()} - STOPWORDS
    people = wanted_noun(step) in PEOPLE
    noun = noun | _MANY_PEOPLE if people else noun - GENERIC
    found: dict[str, Element] = {}
    for e in view.elements:
        if e.role not in ("link", "tab", "generic") or e.off or e.on:
            continue
        if e.row and e.role != "link":
            continue
        words = {singular(w) for w in plain(e.name).split()} - STOPWORDS - {"our", "all", "my"}
        if words and words <= noun:
            found.setdefault(e.href or e.key, e)
    return next(iter(found.values())) if len(found) == 1 else None


def closed_part(view: View, step: Step) -> Element | None:
    """The tab or link of the section that is named, when no heading says that it is open."""
    near = norm(step.get("near") or "")
    heads = [norm(e.name) for e in [*view.elements, *view.texts] if e.role == "heading"]
    if not near or any(near in h for h in heads) or near in norm(view.title):
        return None
    parts = [e for e in view.elements if e.role in ("tab", "link") and not e.off]
    found = {
        (e.role, e.href, norm(e.name)): e
        for e in parts
        if (e.role == "link" or not e.on) and norm(e.name) == near
    }
    # "On Saturday", and a tab says "Saturday 6 March".
    days = [e for e in parts if e.role == "tab" and re.match(rf"{re.escape(near)}\b", norm(e.name))]
    if not found and len(days) == 1 and not days[0].on:
        return days[0]
    return next(iter(found.values())) if len(found) == 1 else None


async def enter_place(run: Run, step: Step, *, some: bool) -> Decision | None:
    """ "The dearest product in the shop", and it is not here: follow the one link to the shop.

    some: rows were read here, though without all that was asked for.
    """
    place, st = norm(step.get("place") or ""), step["st"]
    if st.get("entered"):
        return None
    view = await run.view()
    links = [e for e in view.elements if e.role == "link" and e.href and not e.off]
    links = [e for e in links if place and _bare(e.name) == place]
    # "The closed tickets", and none here is: they are behind the tab "Closed".
    kinds = set(norm(step.get("noun") or "").split()[:-1])
    tabs = [e for e in view.elements if e.role == "tab" and not e.on and norm(e.name) in kinds]
    links = [] if some else links or tabs
    if not links and (named := way_in(view, step)):
        links = [named]
    if len({e.href or e.key for e in links}) != 1:
        return None
    st.pop("rows", None)
    st["around"] = sorted({*st.get("around", ()), *(kinds if links is tabs else ())})
    st.pop("waited", None)
    why = f"It is not on this page: open {links[0].name}."
    return await run.act(step, await click_code(links[0]), why, phase="entered", entered=True)


def _bare(name: str) -> str:
    return re.sub(r"^(?:the|an?|our) ", "", norm(name))
