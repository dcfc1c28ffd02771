"""Where a site may tell what a page does not: what to open next for a question, and then next.

The link that names the thing comes first, then the control of the row that names it, the part of
the site that is called like what it is, a choice that the question gives ("week 29"), the page's
own tabs. Nothing is opened twice, and nothing that does something.
"""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import plain
from agents.model.embedded.doing.searching import sure_search_field
from agents.model.embedded.doing.touch import click_code, freeing_code
from agents.model.embedded.doing.ways import next_link
from agents.model.embedded.grammar.words import OBJECT_VERBS, STOPWORDS, VERBS
from agents.model.embedded.ground import describe
from agents.model.embedded.reading.alike import forms, same, tells_exactly
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate, quote
from agents.ports import Decision

MAX_LEADS = 8
NAMED = 8.5  # the score of what is called like the thing itself
STRONG = 1.0  # the score of what a question names; the rest is only worth a look
_OPENS = re.compile(r"details?|view|open|show|more|(?:read|see) more|info(?:rmation)?", re.I)
_DEEDS = frozenset([*VERBS, *OBJECT_VERBS]) - {"view", "open", "show", "read", "contact", "order"}
_HELP = re.compile(r"\b(?:faqs?|help|questions?|support|good to know)\b", re.I)
_FIRST_PERSON = re.compile(r"\b(?:i|we|my|you|your)\b", re.I)
_MENUS = ("nav", "navigation", "aside", "header", "banner")
_ROLES = ("link", "tab", "generic", "button", "menuitem", "treeitem")


async def follow(run: Run, step: Step, wish: dict[str, Any]) -> Decision | None:
    """The next thing to open for a question; None when nothing on the page leads to it."""
    st, view = step["st"], await run.view()
    led: list[str] = st.setdefault("led", [])
    st.setdefault("begun", run.turn.page_url)
    if len(led) >= MAX_LEADS or run.turn.steps_left < 6:
        return None
    found = sorted(_leads(view, step, wish, led), key=lambda pair: -pair[0])
    if (not found or found[0][0] < NAMED) and (further := await _further(run, step, wish, view)):
        return further
    if found and found[0][0] >= STRONG:
        return await _open(run, step, found[0][1])
    if choice := await _choose(run, step, wish, view):
        return choice
    if found:
        return await _open(run, step, found[0][1])
    if view.url != st["begun"] and "back" not in led and len(led) < MAX_LEADS - 1:
        led.append("back")
        code = f"await page.goto({quote(st['begun'])})"
        return await run.act(step, code, "It is not there: go back.", phase="led")
    return None


async def _open(run: Run, step: Step, element: Element) -> Decision:
    step["st"]["led"].append(_mark(element))
    code = await freeing_code(await run.view(), element) + await click_code(element)
    why = f"The page does not tell it: open {describe(element)}."
    return await run.act(step, code, why, phase="led")


def _mark(e: Element) -> str:
    return e.href if e.href and not e.href.startswith(("#", "javascript:")) else e.key


def _leads(
    view: View, step: Step, wish: dict[str, Any], led: list[str]
) -> list[tuple[float, Element]]:
    found: dict[str, tuple[float, Element]] = {}
    drawn = {e.key for e in _drawn_tabs(view)}
    for e in [*view.elements, *view.texts]:
        if e.off or e.on or not e.name or _mark(e) in led or _leaves(e.href or "", view.url):
            continue
        score = _score(e, step, wish) or 0.8 * (e.key in drawn)
        mark = _mark(e)
        if score > 0 and (mark not in found or found[mark][0] < score):
            found[mark] = (score, e)
    return list(found.values())


def _drawn_tabs(view: View) -> list[Element]:
    """Words in a row that can be pressed and are no links: tabs without a role."""
    strips: dict[str, list[Element]] = {}
    for e in view.elements:
        if e.role == "generic" and not e.row and re.fullmatch(r"[A-Z][a-z&\s]{3,24}", e.name):
            strips.setdefault(f"{e.doc.prefix}{e.path.rpartition(' > ')[0]}", []).append(e)
    several = [s for s in strips.values() if 1 < len(s) < 9]
    return [e for s in several for e in s if not forms(e.name) & _DEEDS]


def _leaves(href: str, url: str) -> bool:
    """Whether a link leads off the site, to a mail program or to a file."""
    if re.match(r"(?:mailto|tel):", href) or re.search(r"\.(?:pdf|zip|xlsx?|docx?|csv)$", href):
        return True
    host = re.match(r"https?://([^/]+)", href)
    own = re.match(r"https?://([^/]+)", url)
    return bool(host and own and host[1] != own[1])


def _score(e: Element, step: Step, wish: dict[str, Any]) -> float:
    """How likely what is asked stands behind an element; 0 when nothing says so."""
    name, row = e.name, e.row or ""
    exact = wish["exact"]
    words = forms(name) - STOPWORDS
    does = plain(name).split()[:1] and plain(name).split()[0] in _DEEDS
    clickable = e.role in _ROLES and (e.role != "button" or not words & _DEEDS)
    short = len(name) < 120
    named = exact and short and all(tells_exactly(name, t) for t in exact)
    coded = any(len(t) > 2 and re.search(r"\d", t) for t in exact)
    if named and (e.role in ("link", "tab", "generic", "row", "option") or coded):
        return 10.0 - 0.1 * len(words)
    if exact and row and e.doc.main and not any(tells_exactly(row, t) for t in exact):
        return 0.0  # the control of another row
    if exact and clickable and row and all(tells_exactly(row, t) for t in exact):
        if _OPENS.fullmatch(name.strip()):
            return 9.0
        if e.role == "link" and any(tells_exactly(name, t) for t in exact):
            return 8.5
    if not clickable or not short or does or (e.role == "button" and not e.place):
        return 0.0
    about = {*wish["kinds"], *(w for p in wish["parts"] for w in [*p["rest"], *p["attr"]])}
    names = {plain(t) for t in exact}
    hits = [w for w in words if w in names or any(same(w, a) for a in about)]
    if hits:
        return 3.0 * len(hits) / max(1, len(words)) + 0.5 * len(hits) + 0.2 * (e.place != "main")
    if _HELP.search(name) and _FIRST_PERSON.search(step["text"]) and e.role == "link":
        return 0.9
    if e.role == "tab" and not e.on:
        return 0.8
    # A thing that can be told when it is seen may be in any part of the site.
    menu = e.place in _MENUS or not e.doc.main
    return 0.2 if exact and e.role == "link" and menu and len(words) < 4 else 0.0


async def _choose(run: Run, step: Step, wish: dict[str, Any], view: View) -> Decision | None:
    """ "Of week 29", where a list called Week offers 29."""
    led = step["st"]["led"]
    for e in view.elements:
        if e.tag != "select" or e.off:
            continue
        fits = [o for o in e.options or [] if any(plain(o) == plain(t) for t in wish["exact"])]
        fits = [o for o in fits if o not in (e.picked or []) and f"{e.key}={o}" not in led]
        if len(fits) == 1:
            led.append(f"{e.key}={fits[0]}")
            code = f"await {await locate(e)}.select_option(label={quote(fits[0])})"
            return await run.act(step, code, f"Choose {fits[0]} in {describe(e)}.", phase="led")
    return None


async def _further(run: Run, step: Step, wish: dict[str, Any], view: View) -> Decision | None:
    """What is named is not in sight: search for it, or go on in the list, before anything else."""
    led, exact = step["st"]["led"], wish["exact"]
    if not exact or all(tells_exactly(view.body, t) for t in exact):
        return None
    field = sure_search_field(view)
    mark = f"search {field.key}" if field is not None else ""
    if field is not None and mark not in led:
        led.append(mark)
        wanted = " ".join(exact)
        code = f"box = {await locate(field)}\nawait box.fill({quote(wanted)})\n"
        code += 'await box.press("Enter")\nawait page.wait_for_timeout(700)'
        return await run.act(step, code, f"Search for “{wanted}”.", phase="led")
    link = next_link(view)
    if link is not None and f"next {view.text_mark}" not in led:
        led.append(f"next {view.text_mark}")
        code = await freeing_code(view, link) + await click_code(link)
        return await run.act(step, code, "Go on in the list.", phase="led")
    return None
