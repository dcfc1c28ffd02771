"""Using a page's own search."""

from __future__ import annotations

import copy
import re
from typing import Any
from urllib.parse import urlsplit

from agents.model.embedded.doing.mixed import mixed_code
from agents.model.embedded.doing.placing import steps_for
from agents.model.embedded.doing.touch import (
    click_code,
    outcome_of,
    point,
    recover,
)
from agents.model.embedded.grammar.details import details_of
from agents.model.embedded.grammar.masking import mask
from agents.model.embedded.grammar.words import count_of
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate, value_code
from agents.ports import Decision

SEARCHY = re.compile(
    r"search|find|query|keyword|look ?up|looking for|such|suche|buscar|recherche", re.I
)


def search_field(view: View) -> Element | None:
    """The field that a page's search is typed into."""
    best: tuple[float, Element] | None = None
    for e in view.elements:
        if (
            e.role not in ("searchbox", "textbox", "combobox")
            or e.off
            or e.tag == "select"
            or e.type in ("password", "email")
        ):
            continue
        score = 3.0 if e.role == "searchbox" else 0.0
        score += 2.0 if any(SEARCHY.search(n) for n in e.names) else 0.0
        score += (
            1.5
            if SEARCHY.search(e.attr or "")
            # A short name in the markup says nothing of a field that a label calls otherwise.
            or (re.search(r"(?:^| )(?:q|s|query)(?: |$)", e.attr or "") and not e.label)
            else 0.0
        )
        score += (
            1.0 if e.place == "search" else 0.3 if e.place in ("header", "banner", "nav") else 0.0
        )
        # A field that filters the menu is not the page's search.
        score -= 2.5 * bool(re.search(r"filter", f"{e.name} {e.attr}", re.I)) * (e.place == "nav")
        score -= 0.5 * (not e.view) + (0.5 if e.tag == "textarea" else 0)
        if score > 1.2 and (best is None or score > best[0]):
            best = (score, e)
    if best:
        return best[1]
    # A page with one text field and a button that says search.
    fields = [
        e
        for e in view.elements
        if e.role in ("textbox", "combobox") and e.tag == "input" and not e.off and e.type == "text"
    ]
    says = any(e.role == "button" and SEARCHY.search(norm(e.name)) for e in view.elements)
    return fields[0] if len(fields) == 1 and says else None


_FILLED = ("textbox", "searchbox", "combobox", "checkbox", "radio", "spinbutton")


def sure_search_field(view: View) -> Element | None:
    """The page's search, for one who only reads: no field of a form that sends more than that."""
    field = search_field(view)
    if field is None or not field.post:
        return field
    same = [e for e in view.elements if e.form == field.form and e.role in _FILLED and not e.off]
    return field if len(same) == 1 else None


async def search(run: Run, step: Step) -> Decision | None:
    """Type into the page's search and send it off."""
    st = step["st"]
    if st.get("phase") == "typed":
        result = await outcome_of(run, step)
        if result is None or result.ok:
            return await _sent(run, step)
        st["phase"] = ""
        decision = await recover(run, step, result, "the search field")
        if decision is not None or step.get("state") == "failed":
            return decision
    view = await run.view()
    field = search_field(view)
    if not st.get("opened") and (dated := _dated(view, step)):
        step["splice"] = dated
        return None
    if not st.get("opened") and (pieces := _detailed(view, step)):
        step["splice"] = [
            {"do": "carry", "text": step["text"], "verb": "search", "noun": "", "pieces": pieces}
        ]
        return None
    if field is None:
        if trip := _between(view, step):
            step["splice"] = trip
            return None
        opener = next((e for e in view.elements if _opens_search(e)), None)
        if opener is not None and not st.get("opened"):
            code = await click_code(opener)
            return await run.act(step, code, "Open the search.", opened=True, phase="")
        home = _home(view)
        if home is not None and not st.get("home"):
            why = f"There is no search here: go to {describe_short(home)}."
            return await run.act(step, await click_code(home), why, home=True, phase="")
        target = {"words": "search", "kind": "field", "raw": "search field"}
        found = await point(run, step, target, editable=True)
        if not isinstance(found, Element):
            return found
        field = found
    where, text = await locate(field), step["value"].get("text") or ""
    typed = mixed_code(where, text, run.turn.variables or {})
    code = (
        f'{typed}\nawait field.press("Enter")'
        if typed
        else f'box = {where}\nawait box.fill({value_code(step["value"])})\nawait box.press("Enter")'
    )
    shown = step["value"].get("text") or "{{" + step["value"].get("var", "") + "}}"
    why = f"Search for “{shown}”."
    return await run.act(step, code, why, phase="typed", seen=view.text_mark, aim=field.key)


_TRIP = re.compile(r"\bfrom (?P<a>.+?) to (?P<b>.+?)(?:,? on (?P<day>.+))?$", re.I)


def _between(view: View, step: Step) -> list[Step]:
    """ "Search ferries from A to B" on a page with a field for either."""
    match = _TRIP.search(step["value"].get("text") or "")
    names = {norm(n) for e in view.elements if e.role in _TYPED for n in e.names}
    if match is None or not {"from", "to"} <= names:
        return []
    pairs = [("from", match.group("a")), ("to", match.group("b")), ("date", match.group("day"))]
    keep = {"kind": None, "nth": None, "in": None}
    steps: list[Step] = [
        {"do": "fill", "target": {"words": n, "raw": n, **keep}, "value": {"text": v}, "st": {}}
        for n, v in pairs
        if v
    ]
    return [{"text": step["text"], **s} for s in [*steps, {"do": "submit", "st": {}}]]


_DATES = re.compile(
    r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8} \d{4}"
    r"|[A-Z][a-z]{2,8} \d{1,2}(?:st|nd|rd|th)?,? \d{4}"
)
_WHERE = re.compile(r"\b(?:in|at|near|to)\s+(?P<w>[A-Z][\w'’ -]*?)(?=\s+(?:from|on|for)\b|,|$)")
_HOW_MANY = re.compile(r"\bfor\s+(?P<n>\d+|one|two|three|four|five|six)\s+(?P<who>[a-z]+)", re.I)


def _dated(view: View, step: Step) -> list[Step]:
    """ "A stay in Lisbon from 3 May 2027 to 6 May 2027 for 2 guests" where days have fields."""
    text = step["value"].get("text") or ""
    days = _DATES.findall(text)
    own = [e for e in view.elements if e.type == "date" and not e.off]
    places = [e for e in view.elements if e.role in _TYPED and e.type in ("text", "search", "")]
    where = _WHERE.search(text)
    if not days or len(own) < len(days) or where is None or len(places) != 1:
        return []
    given = [(places[0], where.group("w")), *zip(own, days, strict=False)]
    steps: list[Step] = [
        {"do": "fill", "target": _called(e.name), "value": {"text": v}, "st": {"chosen": e.key}}
        for e, v in given
    ]
    if many := _HOW_MANY.search(text):
        value = {"text": str(count_of(many.group("n")) or 1)}
        steps.append({"do": "set", "target": _called(many.group("who")), "value": value, "st": {}})
    return [{"text": step["text"], **s} for s in [*steps, {"do": "submit", "st": {}}]]


def _detailed(view: View, step: Step) -> list[dict[str, Any]]:
    """Pieces of a search that names days or numbers, where the page has places for them."""
    masked = mask(step["value"].get("text") or "")
    pieces = details_of(masked.text, masked, head=True)
    if not any(p.get("day") or p.get("count") for p in pieces) or len(pieces) < 2:
        return []
    placed_at = any(p.get("place") or (p["label"] == "from" and not p.get("day")) for p in pieces)
    if placed_at and not pieces[0]["label"] and not pieces[0].get("place"):
        pieces = pieces[1:]  # "a stay in Lisbon", "trains from Oslo": the noun is no value
    for one in pieces:
        one["choice"] = one.get("choice") or not one["label"]
    placed = copy.deepcopy(pieces)
    steps_for(view, placed)
    return pieces if sum(bool(p.get("done")) for p in placed) >= 2 else []


def _called(name: str) -> dict[str, Any]:
    return {"words": name, "raw": name, "kind": None, "nth": None, "in": None}


_TYPED = ("textbox", "searchbox", "combobox", "date")


async def _sent(run: Run, step: Step) -> Decision | None:
    """See that the search did something; press its button when Enter did not."""
    st, view = step["st"], await run.view()
    if view.text_mark != st.get("seen"):
        run.saw(view.title)
        return None
    if st.get("pushed"):
        run.note("The page looks the same after the search.")
        return None
    button = next((e for e in view.elements if _sends_search(e)), None)
    if button is None:
        return None
    why = f"The page did not react to Enter: click {describe_short(button)}."
    return await run.act(step, await click_code(button), why, pushed=True)


def _home(view: View) -> Element | None:
    """The link to the site's front page: called so, or to the folder that this page is in."""
    links = [e for e in view.elements if e.role == "link" and not e.row]
    here = urlsplit(view.url).path
    named = [e for e in links if norm(e.name) in ("home", "start", "home page")]
    roots = [
        e
        for e in links
        if (e.href or "").startswith("/") and e.href.endswith("/")
        and here.startswith(e.href) and here != e.href
    ]  # fmt: skip
    return next(iter([*named, *roots]), None)


def _opens_search(e: Element) -> bool:
    named = norm(e.name) in ("search", "find") or re.search(r"\bsearch", e.attr or "", re.I)
    return bool(named) and e.role in ("button", "link", "generic") and not e.off


def _sends_search(e: Element) -> bool:
    if e.role not in ("button", "link") or e.off:
        return False
    marked = e.role == "button" and SEARCHY.search(e.attr or "")
    return bool(SEARCHY.search(norm(e.name)) or marked or norm(e.name) in ("go", "submit", "ok"))


def describe_short(e: Element) -> str:
    return f"“{e.name[:60]}”" if e.name else "the button"
