"""Giving stars: round buttons, drawn stars in a row, a list, whatever the page rates with."""

from __future__ import annotations

import re

from agents.model.embedded.doing.boxes import check_code
from agents.model.embedded.doing.fields import give_code
from agents.model.embedded.doing.touch import outcome_of, recover
from agents.model.embedded.ground import describe
from agents.model.embedded.likeness import BOXES, norm
from agents.model.embedded.run import Run, Step, answered
from agents.model.embedded.run import chosen as picked
from agents.model.embedded.view import Element, View
from agents.ports import Decision

_RATES = re.compile(r"\brat(?:e|ing)|\bstars?\b|\bscore|\bmarks?\b", re.I)
_STAR = re.compile(r"[★☆⭐✩✭]")
_PRESSED = BOXES | {"button", "generic", "link"}


async def rate(run: Run, step: Step) -> Decision | None:
    """Press the nth star, or what is called so."""
    st, n = step["st"], int(step["n"])
    if st.get("phase") == "rated":
        result = await outcome_of(run, step)
        if result is None or result.ok:
            return None
        st["phase"] = ""
        decision = await recover(run, step, result, "the rating")
        if decision is not None or step.get("state") == "failed":
            return decision
    if await answered(run, step):
        return None
    view = await run.view()
    one = picked(view, step)
    found = [one] if one else _named(view, n) or _by_value(view, n) or _in_line(view, n)
    if len(found) > 1:
        last = run.memory.get("form")
        found = [e for e in found if last == [e.doc.prefix, e.form]] or found
    if len(found) > 1:
        return run.ask_which(step, found[:8])
    if found:
        code = await check_code(found[0], True)
        why = f"Give {n} with {describe(found[0])}."
        return await run.act(step, code, why, on=found[0], phase="rated", aim=found[0].key)
    if field := _field(view):
        code = await give_code(field, {"text": str(n)})
        if code is not None:
            return await run.act(step, code, f"Set {describe(field)} to {n}.", on=field,
                                 phase="rated")  # fmt: skip
    return run.ask_takeover(step, f"I see nothing to rate with for “{step['text']}”.")


def _named(view: View, n: int) -> list[Element]:
    """What is called "4 stars", "4 out of 5"."""
    called = re.compile(rf"{n}(?: out of \d+)?[ -]?(?:stars?|points?)?(?: out of \d+)?", re.I)
    found = [
        e
        for e in view.elements
        if e.role in _PRESSED and not e.off
        and any(called.fullmatch(norm(name)) and not norm(name).isdigit() for name in e.names)
    ]  # fmt: skip
    boxes = [e for e in found if e.role in BOXES]
    return boxes or found


def _by_value(view: View, n: int) -> list[Element]:
    """The round button with this value, of those that rate."""
    return [
        e
        for e in view.elements
        if e.role == "radio" and not e.off and (e.value == str(n) or norm(e.name) == str(n))
        and _RATES.search(f"{e.field} {re.sub('[-_]', ' ', e.attr or '')} {e.group} {e.row}")
    ]  # fmt: skip


def _in_line(view: View, n: int) -> list[Element]:
    """The nth of each line of five or ten drawn stars, from the left."""
    stars = [
        e
        for e in view.elements
        if e.role in ("button", "generic", "radio") and not e.off
        and (_STAR.fullmatch((e.text or e.name).strip()) or _starry(e))
    ]  # fmt: skip
    lines: dict[tuple[str, str], list[Element]] = {}
    for e in stars:
        lines.setdefault((e.doc.prefix, e.path.rpartition(" > ")[0]), []).append(e)
    whole = [sorted(line, key=lambda e: e.x) for line in lines.values() if len(line) in (5, 10)]
    return [line[n - 1] for line in whole if 0 < n <= len(line)]


def _starry(e: Element) -> bool:
    return not e.name and bool(re.search(r"\bstar\b|fa-star|bi-star", e.attr or "", re.I))


def _field(view: View) -> Element | None:
    """The one list or number field that is called a rating."""
    roles = ("combobox", "slider", "spinbutton")
    found = [
        e for e in view.elements
        if e.role in roles and not e.off and e.name and _RATES.search(e.name)
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None
