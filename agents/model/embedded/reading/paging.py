"""Lists over several pages: when to go on, how, and which rows of a further page are new."""

from __future__ import annotations

import re

from agents.browser.extract_names import Record
from agents.model.embedded.doing.touch import click_code, freeing_code, outcome_of
from agents.model.embedded.doing.waiting import wheel_code
from agents.model.embedded.doing.ways import next_link
from agents.model.embedded.ground import describe
from agents.model.embedded.likeness import norm
from agents.model.embedded.reading.measures import in_order
from agents.model.embedded.reading.rolling import box_of, lacks
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, settle
from agents.ports import Decision

MAX_PAGES = 50
MAX_SOUGHT = 10  # pages of a list that are looked through for one thing
SLOW_MS = 1000  # of rest before a page that did not change counts as unchanged

_ALL = re.compile(r"\b(?:all|every|each|complete|entire|whole|full)\b", re.I)
_HERE = re.compile(
    r"\b(?:(?:this|current|first|visible|shown|displayed|front|main)\s+(?:web ?)?page|visible|"
    r"on (?:the )?(?:page|screen)|displayed|here)\b",
    re.I,
)
_PARTS = frozenset({"link", "heading", "headline", "button", "image", "table"})
_PAGER = re.compile(r"pag(?:er|es|inat|ing)|\bpage\b", re.I)


def walks(step: Step, noun: str) -> bool:
    """Whether the whole list is needed, however many pages it takes."""
    if step.get("all_pages"):
        return True
    if (noun in _PARTS and not step.get("filters")) or _HERE.search(step["text"]):
        return False
    order = step.get("order")
    rows = step["st"].get("rows") or []
    best = bool(order) and not (order.get("by") == "date" and in_order(rows, order))
    counted = step["do"] == "count" or step.get("counted")
    every = not step.get("limit") and bool(
        _ALL.search(step["text"]) or step.get("filters") or step.get("question")
    )
    return bool(best or counted or every)


def more_link(view: View, page: int) -> Element | None:
    """What leads on from page number `page` of a list."""
    link = next_link(view)
    if link is not None and not link.popup and link.open is None and link.place != "header":
        return link
    return next((e for e in pager(view, page + 1) if not e.off), None)


def pager(view: View, page: int | None = None) -> list[Element]:
    """The pager's links and buttons: all of them, or those of one page number."""
    called = re.compile(rf"(?:go to |page |to )*{r'[0-9]{1,4}' if page is None else page}")
    out = []
    for e in view.elements:
        if e.role not in ("link", "button") or not called.fullmatch(norm(e.name)):
            continue
        line = [x for x in [*view.elements, *view.texts] if abs(x.y - e.y) < 12 and x.doc is e.doc]
        numbers = {int(norm(x.name)) for x in line if norm(x.name).isdigit()}
        own = int(norm(e.name).split()[-1])
        if {own - 1, own + 1} & numbers or _PAGER.search(f"{e.attr} {e.path} {e.name}"):
            out.append(e)
    return out


async def to_page(run: Run, step: Step) -> Decision | None:
    """Go to a page of the list by its number: the pager's own link, else "next" so many times."""
    st = step["st"]
    if st.get("phase") == "turned":
        result = await outcome_of(run, step)
        if (result is not None and not result.ok) or not await turned(run, step):
            run.fail(step, "the page did not change")
            return None
        if st["at"] == step["n"]:
            return None
    view = await run.view()
    shown = pager(view)
    numbers = [int(norm(e.name).split()[-1]) for e in shown]
    n = max(numbers, default=0) if step["n"] < 0 else step["n"]
    at = st.get("at", 1)
    link = next((e for e in pager(view, n) if not e.off), None)
    if link is None and _is_current(view, shown, numbers, n):
        return None
    to = n
    if link is None and n > at:
        link, to = next_link(view), at + 1
    if link is None or st.get("pages", 0) >= MAX_PAGES:
        run.fail(step, f"I see no page {step['n']} of a list" if n else "I see no last page")
        return None
    st.setdefault("pages", 0)
    return await run.act(
        step,
        await turning_code(view, link),
        f"Go to page {to} with {describe(link)}.",
        phase="turned",
        at=to,
        pages=st["pages"] + 1,
        mark=view.text_mark,
    )


def _is_current(view: View, shown: list[Element], numbers: list[int], n: int) -> bool:
    """Whether page n is the one that is open: its number stands among the links, and is none."""
    here = any(norm(e.name).split()[-1] == str(n) and e.off for e in shown)
    lines = {e.y for e in shown}
    texts = [e for e in view.texts if norm(e.name) == str(n)]
    return here or (bool(numbers) and any(abs(e.y - y) < 12 for e in texts for y in lines))


def is_other(kept: list[Record], rows: list[Record]) -> bool:
    """Whether a further page's rows are of another kind: most lack what all had before."""
    shared = [
        c
        for c in ("title", "url", *kept[0])
        if all(r.get(c) not in (None, "") for r in kept) and c not in ("image", "rank")
    ]
    lacking = [r for r in rows if any(r.get(c) in (None, "") for c in shared[:3])]
    return len(lacking) * 2 > len(rows)


def fresh_rows(kept: list[Record], rows: list[Record]) -> list[Record]:
    """The rows of a further page that were not there before; equal ones may be two things.

    A list that grows shows the old ones first; a page shown again brings nothing.
    """
    if all(row in kept for row in rows):
        return rows[len(kept) :] if rows[: len(kept)] == kept else []
    for size in range(min(len(kept), len(rows)), 0, -1):
        if kept[-size:] == rows[:size]:
            return rows[size:]
    return rows


async def turn(run: Run, step: Step, noun: str, have: int) -> Decision | None:
    """Go to the next page of a list that is not whole yet; None at its end, or the limit's."""
    st = step["st"]
    if step.get("one_page"):
        return None
    short = bool(step.get("limit")) and not step.get("order") and have < step["limit"]
    pages = st.get("pages", 1)
    view = await run.view()
    link = more_link(view, pages)
    box = await box_of(run, st.get("rows") or []) if link is None else None
    st["goes_on"] = link is not None or lacks(box, len(st.get("rows") or ()))
    picked = not step.get("limit") and have < len(st.get("rows") or ()) and noun not in _PARTS
    if not (short or walks(step, noun) or (picked and not _HERE.search(step["text"]))):
        return None
    to_come = 2 * (len(run.steps) - run.memory["at"] - 1)
    if pages >= MAX_PAGES or run.turn.steps_left - to_come < 4:
        st["cut"] = st["goes_on"]
        return None
    far = f"{len(st['rows'])} so far"
    start = st.get("start") or view.url
    if link is not None:
        code = await turning_code(view, link)
        why = f"{far}: go to the next page."
    elif box is not None and box.more > 5:
        code, why = box.code, f"{far}: scroll the list on."
        st["rolled"] = True
    elif view.scroll + view.height < view.tall - 5:
        code, why = wheel_code(30000), f"{far}: scroll for more."
    else:
        st["cut"] = st.get("rolled") and st["goes_on"]
        return None
    return await run.act(
        step, code, why, phase="turned", pages=pages + 1, start=start, mark=view.text_mark
    )


async def turning_code(view: View, link: Element) -> str:
    """Code that turns to the next page of a list, whatever lies over its link."""
    free = await freeing_code(view, link)
    return f"{free}{await click_code(link)}\nawait page.wait_for_timeout(300)"


async def turned(run: Run, step: Step) -> bool:
    """Whether the page shows something else after it was turned; it may take a moment."""
    st = step["st"]
    if (await run.view()).text_mark != st["mark"]:
        return True
    await settle(run.page, quiet_ms=SLOW_MS)
    if (await run.view(fresh=True)).text_mark != st["mark"]:
        return True
    st["pages"] -= 1
    if st.get("rolled"):
        box, many = await box_of(run, st.get("rows") or []), len(st.get("rows") or ())
        st["cut"] = box is not None and box.rows >= 0 and lacks(box, many)
    return False


def tell(run: Run, step: Step) -> str | None:
    """Note how far the list was read; gives what makes the result incomplete, if anything."""
    st, limit = step["st"], step.get("limit")
    pages = st.get("pages", 1)
    if st.get("rolled"):
        return "the list shows its rows bit by bit, and not all came" if st.get("cut") else None
    if st.get("cut"):
        return f"{pages} pages were read, and the list goes on, or the last could not be read"
    if pages > 1:
        run.note(f"Read {pages} pages of the list.")
    elif any(s["do"] in ("to_page", "next_page") for s in run.steps):
        return None  # that page was asked for
    elif st.get("goes_on") and not limit and not _HERE.search(step["text"]):
        body = run._view.body if run._view is not None else ""
        total = re.search(r"(?i)\bpage\s+1\s+(?:of|/)\s+(\d+)", body)
        which = f"page 1 of {total.group(1)}" if total else "the first page"
        run.note(f"Only {which} was read.")
    return None
