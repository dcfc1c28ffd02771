"""Conditions that the page's own choices meet: "kitchen products" where Category offers Kitchen.

What is chosen has to be called just like the condition, in a list of choices that sends nothing but
a search. Rows that say it themselves need no choice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from agents.browser.extract_names import Record, plain, singular
from agents.model.embedded.doing.touch import click_code, freeing_code, outcome_of
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import describe
from agents.model.embedded.likeness import norm
from agents.model.embedded.reading.checks import GENERIC
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate, quote
from agents.ports import Decision

_SORTS = re.compile(r"\b(?:sort|order|per page|language|currency)\b", re.I)
# What narrows a list can also show all of it; a list that a thing's own state is set by cannot.
_ALL = re.compile(r"(?:show )?(?:all|any|every)\b|[-–— ]*$", re.I)
_APPLIES = re.compile(r"search|find|filter|apply|show|go|update|refresh|submit|ok", re.I)
_WORDS = ("has", "of", "=", "says")


@dataclass(frozen=True)
class Choice:
    """An option of the page that says a condition. rule: the filter it meets, if it is one."""

    element: Element
    option: str
    part: str  # "noun", "near" or "filter"
    rule: dict[str, Any] | None = None


async def choose(run: Run, step: Step, rows: list[Record]) -> Decision | None:
    """Choose what the condition is called; None when the page offers no such choice."""
    st, view = step["st"], await run.view()
    if len(st.get("chosen", [])) >= 2:
        return None
    found = _offered(view, step, rows)
    if found is None or found.option in st.get("chosen", []):
        return None
    st.setdefault("chosen", []).append(found.option)
    st["facet"] = {"key": found.element.key, "option": found.option, "form": found.element.form}
    _met(step, found)
    code = f"await {await locate(found.element)}.select_option(label={quote(found.option)})"
    code += "\nawait page.wait_for_timeout(300)"
    why = f"Choose {found.option} in {describe(found.element)}."
    st.pop("rows", None)
    return await run.act(step, code, why, phase="faceted", mark=view.text_mark)


async def applied(run: Run, step: Step) -> Decision | bool:
    """After a choice: send it off where the page waits for that. False when it did not come."""
    st = step["st"]
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        return False
    view = await run.view()
    facet = st["facet"]
    if view.text_mark == st["mark"] and not facet.get("sent"):
        facet["sent"] = True
        button = next((e for e in view.elements if _sends(e, facet["form"])), None)
        if button is None:
            return True  # it lists the same things, chosen so
        code = await freeing_code(view, button) + await click_code(button)
        return await run.act(step, code, f"Press {describe(button)}.", phase="faceted")
    kept = [e for e in view.elements if e.tag == "select" and facet["option"] in (e.options or [])]
    return not kept or any(facet["option"] in (e.picked or []) for e in kept)


def _sends(e: Element, form: int) -> bool:
    sends = e.role == "button" and not e.off and e.form == form and form >= 0 and not e.post
    return bool(sends and _APPLIES.search(norm(e.name)))


def _offered(view: View, step: Step, rows: list[Record]) -> Choice | None:
    """The one choice that is called like a condition which the rows do not tell."""
    lists = [
        e for e in view.elements
        if e.tag == "select" and not e.off and not e.post and not e.multiple
        and not _SORTS.search(f"{e.name} {e.attr}") and any(map(_ALL.match, e.options or []))
    ]  # fmt: skip
    for part, words, rule in _conditions(step):
        wanted = _stems(words)
        if not wanted or any(_stems(str(v)) == wanted for r in rows for v in r.values() if v):
            continue
        fits = [(e, o) for e in lists for o in e.options or [] if _stems(_bare(o)) == wanted]
        fits = [(e, o) for e, o in fits if o not in (e.picked or [])]
        if len(fits) == 1:
            return Choice(fits[0][0], fits[0][1], part, rule)
    return None


def _conditions(step: Step) -> list[tuple[str, str, dict[str, Any] | None]]:
    noun = plain(step.get("noun") or "").split()
    out: list[tuple[str, str, dict[str, Any] | None]] = []
    if len(noun) > 1 and (is_item_noun(noun[-1]) or singular(noun[-1]) in GENERIC):
        out.append(("noun", " ".join(noun[:-1]), None))
    elif noun:
        out.append(("noun", " ".join(noun), None))
    if step.get("near"):
        out.append(("near", step["near"], None))
    for rule in step.get("filters") or []:
        if rule["op"] in _WORDS and isinstance(rule["value"], str) and not rule.get("site"):
            out.append(("filter", rule["value"], rule))
    return out


def _met(step: Step, choice: Choice) -> None:
    """What was chosen is no condition any more: the page lists only what meets it."""
    if choice.part == "near":
        step["near"] = step["place"] = None
    elif choice.part == "noun":
        last = (step.get("noun") or "").split()[-1]
        step["noun"] = last if is_item_noun(last) or singular(last.lower()) in GENERIC else ""
    else:
        step["filters"] = [r for r in step["filters"] if r is not choice.rule]


def _stems(text: str) -> list[str]:
    return [singular(w) for w in plain(text).split() if w not in STOPWORDS]


def _bare(option: str) -> str:
    """ "Kitchen (12)": without the count."""
    return re.sub(r"\s*[(\[]\d+[)\]]$", "", option)
