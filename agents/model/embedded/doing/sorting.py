"""Sorting and filtering what a page lists, by the page's own controls."""

from __future__ import annotations

import re

from agents.browser.extract_names import singular
from agents.model.embedded.doing.column_filters import by_column
from agents.model.embedded.doing.deeds import FILTERS, click
from agents.model.embedded.doing.touch import (
    click_code,
    click_target,
    outcome_of,
)
from agents.model.embedded.grammar.superlatives import take_sorting
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import SURE, decide, describe, rank
from agents.model.embedded.likeness import likeness, norm
from agents.model.embedded.run import Run, Step, answered
from agents.model.embedded.view import Element, View, locate, quote
from agents.ports import Decision


async def sort(run: Run, step: Step) -> Decision | None:
    """Sort with a select that offers it, else with the column's head or a button."""
    st = step["st"]
    if st.get("phase") == "sorted":
        return await _send_choice(run, step)
    if await answered(run, step):
        return None
    if st.get("phase") == "opened":
        return await _from_open(run, step)
    if st.get("phase"):
        return await click_target(run, step, {"words": step["by"], "raw": step["by"], "kind": None})
    view = await run.view()
    by = re.sub(
        r"\b(?:ascending|low(?:est)? to high(?:est)?|cheapest first|lowest first)\b",
        "low to high",
        step["by"],
        flags=re.I,
    )
    by = re.sub(
        r"\b(?:descending|high(?:est)? to low(?:est)?|highest first|most expensive first)\b",
        "high to low",
        by,
        flags=re.I,
    )
    best: tuple[float, Element, str] | None = None
    for e in view.elements:
        if e.tag != "select":
            continue
        for option in e.d.get("options") or []:
            score = max(likeness(by, option), likeness(step["by"], option), _akin(by, option))
            score += 0.1 * bool(re.search(r"sort|order", f"{e.name} {e.attr}", re.I))
            if best is None or score > best[0]:
                best = (score, e, option)
    if best and best[0] > 0.6:
        code = f"await {await locate(best[1])}.select_option(label={quote(best[2])})"
        return await run.act(
            step,
            code,
            f"Sort by “{best[2]}”.",
            phase="sorted",
            seen=view.text_mark,
            order=best[1].order,
        )
    target = {"words": by, "raw": step["by"], "kind": None}
    named = rank(view, target)
    opener = next((e for e in view.elements if _opens_orders(e)), None)
    if opener is not None and (not named or named[0].score < 0.85 or named[0].element is opener):
        known = [e.key for e in view.elements][-600:]
        why = f"Open {describe(opener)}."
        return await run.act(step, await click_code(opener), why, phase="opened", known=known)
    if (not named or named[0].score < SURE) and (listed := _then_listed(run)):
        listed["order"] = _order_of(step["by"])
        return None  # the page has no control for it: what is listed next is put in order
    return await click_target(run, step, target)


def _then_listed(run: Run) -> Step | None:
    """The list that the next step reads, when nothing else tells its order."""
    rest = run.steps[run.memory["at"] + 1 :]
    found = rest[0] if rest and rest[0]["do"] == "extract" else None
    return found if found is not None and not found.get("order") else None


def _order_of(by: str) -> dict[str, object]:
    """ "age, newest first": by which field, and which way."""
    wish: Step = {"order": None}
    take_sorting(f"all by {by}", wish)
    return wish["order"] or {"by": by, "desc": False, "word": ""}


def _akin(by: str, option: str) -> float:
    """ "Best rated" sorts by rating: a word of the option comes from that of the measure."""
    stem = re.sub(r"(?:ing|ed|s)$", "", norm(by))
    worded = [re.sub(r"(?:ing|ed|s)$", "", w) for w in norm(option).split()]
    return 0.7 if len(stem) > 2 and stem in worded else 0.0


_ORDERS = re.compile(r"\b(?:sort(?:ed|ing)?|order(?:ed)? by|arrange)\b", re.I)


def _opens_orders(e: Element) -> bool:
    """Whether a drawn control opens the orders of a list ("Sort by: Relevance")."""
    arrow = re.search(r"[▾▼⌄▿˅]\s*$", e.text or "") and len(e.text or "") <= 60
    drawn = e.role in ("combobox", "button") or (e.role == "generic" and (e.popup or arrow))
    said = f"{e.label or ''} {e.name} {e.near or ''}"
    return bool(drawn and e.tag not in ("select", "input") and not e.off and _ORDERS.search(said))


async def _from_open(run: Run, step: Step) -> Decision | None:
    """The orders stand open: the one that fits best, or a question that names them."""
    view, known = await run.view(), set(step["st"]["known"])
    listed = ("option", "menuitem", "menuitemradio", "radio")
    offers = [e for e in view.elements if e.role in listed and e.tag != "option"]
    offers = [e for e in offers if e.key not in known] or [
        e for e in [*view.elements, *view.texts] if e.key not in known and e.name
    ]
    found = max(offers, key=lambda e: _fits_order(step["by"], e.name), default=None)
    if found is None or _fits_order(step["by"], found.name) < 0.6:
        names = ", ".join(f"“{e.name[:40]}”" for e in offers[:8]) or "nothing"
        return run.ask_takeover(step, f"I see no order “{step['by']}” there, only {names}.")
    code, why = await click_code(found), f"Sort by “{found.name[:60]}”."
    return await run.act(step, code, why, phase="acted", aim=found.key)


_UP = re.compile(r"ascending|low(?:est)? (?:to|first)|cheapest|a (?:to|[-–]) ?z|smallest", re.I)
_DOWN = re.compile(
    r"descending|high(?:est)? (?:to|first)|most expensive|z (?:to|[-–]) ?a|largest", re.I
)


def _fits_order(by: str, offer: str) -> float:
    """How well an order that a page offers fits the one that was said, in [0, 1.1]."""
    said = [by, *re.split(r"\s*,\s*|\s+first\b", by)]
    score = max(likeness(part, offer) for part in said if part.strip())
    opposed = (_UP.search(by) and _DOWN.search(offer)) or (_DOWN.search(by) and _UP.search(offer))
    agreed = (_UP.search(by) and _UP.search(offer)) or (_DOWN.search(by) and _DOWN.search(offer))
    return score + (0.1 if agreed else 0.0) - (0.5 if opposed else 0.0)


async def _send_choice(run: Run, step: Step) -> Decision | None:
    """A choice that changes nothing by itself is sent with the button beside it."""
    result = await outcome_of(run, step)
    if result is not None and not result.ok:
        run.fail(step, (result.error_message or "the choice was refused").splitlines()[0])
        return None
    view = await run.view()
    if view.text_mark != step["st"].get("seen") or step["st"].get("sent"):
        return None
    after = [
        e
        for e in view.elements
        if e.role == "button" and not e.off and e.order > step["st"]["order"]
    ]
    button = next(
        (
            e
            for e in after
            if re.fullmatch(r"go|apply|sort|update|show|filter|ok|submit|search", norm(e.name))
        ),
        None,
    )
    if button is None:
        return None
    return await run.act(
        step, await click_code(button), f"Send the choice with {describe(button)}.", sent=True
    )


async def only(run: Run, step: Step) -> Decision | None:
    """ "Show only desk lamps": a filter called so, or by one of the words ("Desk")."""
    st, target = step["st"], step["target"]
    if not st.get("phase"):
        view = await run.view()
        if choices := by_column(view, step) or _chosen_in(view, step):
            step["splice"] = choices
            return None
        matches = rank(view, target)
        *field, value = (target.get("words") or "").split() or [""]
        within = {"words": value, "raw": value, "kind": None, "in": " ".join(field)}
        inside = rank(view, within, roles=FILTERS) if field else []
        typed = [e for e in view.elements if e.role in ("textbox", "searchbox") and not e.off]
        box = [e for e in typed if re.search(r"filter", f"{e.name} {e.attr}", re.I)]
        if inside and inside[0].score >= 0.85:
            step["target"] = within
        elif box and not target.get("in") and (not matches or decide(matches)[0] != "one"):
            step["splice"] = [
                {"do": "fill", "text": step["text"], "target": {"words": box[0].name},
                 "value": {"text": target.get("words") or ""}, "st": {"chosen": box[0].key}}
            ]  # fmt: skip
            return None
        elif not matches or matches[0].score < SURE:
            words = [w for w in (target.get("words") or "").split() if w not in STOPWORDS]
            named = [
                e
                for w in words
                for e in view.elements
                if norm(e.name) == norm(w) and e.role in FILTERS and not e.off
            ]
            if named:
                step["target"] = {"words": named[0].name, "raw": named[0].name, "kind": None}
    return await click(run, step)


def _chosen_in(view: View, step: Step) -> list[Step]:
    """ "Only open tickets with high priority": each word is an option, a list's name, or the title.

    Nothing when a word is left over or denied, or when one list would have to show two.
    """
    target = step["target"]
    said = f"{target.get('words') or ''} {target.get('in') or ''}"
    words = [w for w in norm(said).split() if w not in STOPWORDS]
    if re.search(r"\b(?:not|no|non|or|but|without|except|other)\b", said, re.I):
        return []
    lists = [e for e in view.elements if e.tag == "select" and not e.off]
    heads = [e.name for e in [*view.elements, *view.texts] if e.role == "heading"]
    around = {singular(w) for text in (view.title, *heads) for w in norm(text).split()}
    out: list[Step] = []
    left: list[str] = []
    for word in words:
        offers = [(e, o) for e in lists for o in e.d.get("options") or [] if norm(o) == word]
        if len(offers) == 1:
            (e, option) = offers[0]
            to = {"words": e.name, "raw": e.name, "kind": None}
            out.append({"do": "select", "values": [option], "target": to, "text": step["text"]})
            around |= {singular(w) for w in norm(e.name).split()}
        else:
            left.append(word)
    once = len({s["target"]["words"] for s in out}) == len(out)
    return out if once and all(singular(w) in around for w in left) else []
