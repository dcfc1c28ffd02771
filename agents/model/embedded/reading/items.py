"""Lists on a page: turning pages, opening the nth item."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from agents.browser.extract import Listing, find_lists
from agents.browser.extract_names import Record, plain, singular
from agents.model.embedded.doing.opening import hits, lists_hits, searched
from agents.model.embedded.doing.searching import describe_short
from agents.model.embedded.doing.touch import (
    after_click,
    click_code,
    click_target,
    freeing_code,
    outcome_of,
    recover,
)
from agents.model.embedded.doing.ways import next_link
from agents.model.embedded.likeness import likeness, norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View
from agents.ports import Decision

RESULT_WAITS = 3


async def next_page(run: Run, step: Step) -> Decision | None:
    st = step["st"]
    if st.get("phase") == "acted":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            run.fail(step, (result.error_message or "no next page").splitlines()[0])
        return None
    view = await run.view()
    link = next_link(view)
    if link is None:
        return await click_target(run, step, {"words": "next", "raw": "next page", "kind": "link"})
    code = await freeing_code(view, link) + await click_code(link)
    return await run.act(step, code, "Go to the next page.", phase="acted")


async def listing_for(run: Run, noun: str, *, fields: list[str] | None = None) -> Listing | None:
    """The page's list that a noun means."""
    lists = await find_lists(run.page, fields=fields, near=noun or None)
    linked = [x for x in lists if sum("url" in r for r in x.records) >= len(x.records) / 2]
    # Things one opens have links; a list without any wins only when it stands out.
    if linked and lists[0] is not linked[0] and linked[0].score > 0.2 * lists[0].score:
        return linked[0]
    return lists[0] if lists else None


def element_of(view: View, record: Record) -> Element | None:
    """The element to click to open a list's record."""
    url, title = record.get("url"), str(record.get("title") or next(iter(record.values()), ""))
    links = [e for e in view.elements if e.href and url and urljoin(e.doc.url, e.href) == url]
    named = [e for e in links if e.name]
    if links:
        # Links that lead nowhere of their own ("#", "Select") are told apart by their rows.
        def fit(e: Element) -> tuple[float, bool]:
            return likeness(title, e.name), norm(title) in norm(e.row or "")

        return max(named or links, key=fit)
    pool = [*view.elements, *view.texts]
    scored = sorted(((likeness(title, e.name), e) for e in pool), key=lambda p: -p[0])
    return scored[0][1] if scored and scored[0][0] > 0.75 else None


async def open_nth(run: Run, step: Step) -> Decision | None:
    """Open the nth thing of the page's list."""
    st = step["st"]
    if st.get("phase"):
        return await opened_item(run, step)
    view = await run.view()
    noun = step["noun"]
    kind = step["target"].get("kind")
    listing = None if _is_control(step) else await listing_for(run, noun)
    n = step["nth"]
    query = searched(run) if kind in (None, "item", "link", "option") and n > 0 else ""
    before = st.setdefault("before", run.memory.get("before") or "")
    if listing is not None and _is_other_kind(listing, noun):
        listing = None  # an article's comments, where a story was meant
        if (back := await _back_to_list(run, step)) is not None:
            return back
    records = listing.records if listing is not None else []
    if query and not lists_hits(records, query, n, before):
        waits = st.get("waited", 0) < RESULT_WAITS
        found = hits(view, query, before if waits else "")
        if not found and waits:
            code, why = "await page.wait_for_timeout(700)", "Wait for what the search finds."
            return await run.act(step, code, why, waited=st.get("waited", 0) + 1, phase="")
        if len(found) >= n:
            return await _open_number(run, step, found[n - 1])
    if listing is not None and len(listing.records) >= (n if n > 0 else -n):
        record = listing.records[n - 1 if n > 0 else n]
        if element := element_of(view, record):
            run.memory["item"] = record
            return await _open_number(run, step, element)
    if wanted := await _nth_on_later_page(run, step, listing):
        return wanted
    return await click_target(run, step, step["target"])


# What stands below a thing, and is no list of such things.
_BELOW = frozenset(["comment", "review", "reply", "answer", "response", "tag", "reaction"])


def _is_other_kind(listing: Listing, noun: str) -> bool:
    headed = {singular(w) for w in plain(listing.near).split()}
    own = singular(noun.lower().split()[-1]) if noun else ""
    return bool(headed & _BELOW) and own not in headed


async def _back_to_list(run: Run, step: Step) -> Decision | None:
    """The page before may be the list that this thing was opened from: looked at once."""
    st = step["st"]
    before = await run.page.evaluate("history.length > 1")
    if st.get("back") or not before or step["nth"] < 1:
        return None
    why = "These are no such things: go back to the page before."
    return await run.act(step, "await page.go_back()", why, back=True, phase="")


_CONTROL = re.compile(r"(?:link|button|image|picture|icon)s?(?: .*)?", re.I)


def _is_control(step: Step) -> bool:
    """ "The second link under Guides": what is counted are links there, and no list's things."""
    target = step["target"]
    if target.get("kind") == "section" or target.get("region"):
        return True
    return bool(target.get("in") and _CONTROL.fullmatch(step["noun"]))


async def _open_number(run: Run, step: Step, element: Element) -> Decision:
    return await run.act(
        step,
        await click_code(element, "dblclick" if step.get("double") else "click"),
        f"Open number {step['nth']}: {describe_short(element)}.",
        phase="acted",
        aim=element.key,
        label=describe_short(element),
    )


async def _nth_on_later_page(run: Run, step: Step, listing: Listing | None) -> Decision | None:
    """A list of 3 a page and "the 5th": turn pages until it is there."""
    st = step["st"]
    n = step["nth"]
    link = next_link(await run.view())
    if listing is None or n <= len(listing.records) or link is None or st.get("turned", 0) >= 10:
        return None
    step["nth"] = n - len(listing.records)
    return await run.act(
        step,
        await click_code(link),
        f"Only {len(listing.records)} here: go to the next page.",
        turned=st.get("turned", 0) + 1,
        phase="",
    )


async def opened_item(run: Run, step: Step) -> Decision | None:
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        decision = await recover(run, step, result, step["st"].get("label", "it"))
        if decision is not None or step.get("state") == "failed":
            return decision
        step["st"]["phase"] = ""
        return await click_target(run, step, step["target"]) if step.get("target") else None
    if step["st"].get("phase") in ("choice", "takeover"):
        return await click_target(run, step, step["target"])
    decision = await after_click(run, step, step.get("target") or {"words": ""})
    view = await run.view()
    same = view.mark == run.mark_before and view.url == run.turn.page_url
    if decision is None and same and not (result is not None and result.downloads):
        run.fail(step, "the page showed no reaction to it")
    return decision
