"""Compound deeds: clicking in a row, dragging, closing, finding."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.doing.acting import act_on, controls
from agents.model.embedded.doing.formats import moment
from agents.model.embedded.doing.touch import click_code, click_target, outcome_of, point
from agents.model.embedded.doing.ways import blocker
from agents.model.embedded.grammar.details import DAY, details_of
from agents.model.embedded.grammar.masking import mask
from agents.model.embedded.grammar.phrases import bare
from agents.model.embedded.grammar.words import same_as
from agents.model.embedded.ground import Match, describe, rank
from agents.model.embedded.likeness import BOXES, norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate
from agents.ports import Decision


async def click(run: Run, step: Step) -> Decision | None:
    """Click one thing, or each of all that fit."""
    target = step["target"]
    if target.get("all"):
        return await _click_all(run, step)
    said = _PRONOUN.fullmatch(target.get("raw") or "")
    if said and (meant := given_last(run, await run.view())):
        target.update(words=meant, raw=meant)
    if not step["st"].get("phase") and (name := _whole_name(await run.view(), step)):
        target.update(words=name, raw=name)
    if not step["st"].get("phase") and (day := _day_shown(await run.view(), target)):
        target.update(words=day, raw=day, quoted=True)
    if not step["st"].get("phase") and _is_field(await run.view(), step):
        target["kind"] = "field"
    if not step["st"].get("phase") and (parts := _each_named(await run.view(), step)):
        step["splice"] = parts
        return None
    method = "dblclick" if step.get("double") else "click"
    if step.get("right"):
        if step["st"].get("phase") == "acted":
            return None
        element = await point(run, step, target)
        if not isinstance(element, Element):
            return element
        return await run.act(
            step,
            f'await {await locate(element)}.click(button="right")',
            f"Right-click {describe(element)}.",
            phase="acted",
        )
    narrow = _no_boxes if step.get("double") else None
    return await click_target(run, step, target, method=method, narrow=narrow)


_INTO = re.compile(r"(?:click|tap)(?: in)?(?:to| in)\s", re.I)


def _is_field(view: View, step: Step) -> bool:
    """ "Click into Name": the field of that name, and no column's head that says it, too."""
    if not _INTO.match(step.get("text") or "") or step["target"].get("kind"):
        return False
    found = rank(view, {**step["target"], "kind": "field"}, editable=True)
    return bool(found and found[0].score >= 0.9)


_A_DAY = re.compile(r"(?:the )?(?:day (?P<n>\d{1,2})|(?P<nth>\d{1,2})(?:st|nd|rd|th))", re.I)


def _day_shown(view: View, target: dict[str, Any]) -> str:
    """ "Click day 6", where a month stands open and its cells are mere numbers."""
    said = _A_DAY.fullmatch(target.get("raw") or "")
    cells = [e for e in view.elements if re.fullmatch(r"\d{1,2}", e.text or "")]
    if said is None or len(cells) < DAYS_OF_A_MONTH:
        return ""
    return said["n"] or said["nth"]


DAYS_OF_A_MONTH = 15  # of those that can be pressed, at least
_PRESS = re.compile(r"(?:click|press|tap|hit|push)(?: on)?\s+(?:the )?(?P<name>\S.*)", re.I)


def _whole_name(view: View, step: Step) -> str:
    """ "Press Give now": a button's whole name, though "now" says nothing of other things."""
    said = _PRESS.fullmatch(step.get("text") or "")
    name = norm(said["name"]) if said else ""
    if not name or name == norm(step["target"].get("words") or "") or step["target"].get("nth"):
        return ""
    return name if any(name == norm(n) for e in view.elements if not e.off for n in e.names) else ""


def _no_boxes(found: list[Match]) -> list[Match]:
    """What is double-clicked is the thing that is called so, not the box beside it."""
    return [m for m in found if m.element.role not in BOXES] or found


_PRONOUN = re.compile(r"it|that|this|that one", re.I)


def given_last(run: Run, view: View) -> str:
    """What "it" is: what was typed last and stands on the page, or the first line that is new."""
    typed = str(run.memory.get("typed") or "")
    if typed and norm(typed) in norm(view.body):
        return typed
    before = set((run.memory.get("before") or "").split("\n"))
    fresh = [line for line in view.body.split("\n") if line not in before]
    return fresh[0] if typed == "" and "typed" in run.memory and 0 < len(fresh) < 8 else ""


def _each_named(view: View, step: Step) -> list[Step]:
    """ "Press A and B" where each is a control of its own, and none is called "A and B"."""
    raw = step["target"].get("raw") or ""
    names = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", raw)
    controls_ = [e for e in view.elements if not e.off]
    called = {norm(n) for e in controls_ for n in e.names}
    if len(names) < 2 or step["target"].get("quoted") or norm(raw) in called:
        return []
    if not all(norm(name) and norm(name) in called for name in names):
        return []
    again = {k: v for k, v in step.items() if k not in ("st", "state")}
    plain_ = {"kind": None, "nth": None, "in": step["target"].get("in")}
    return [{**again, "target": {**plain_, "words": n, "raw": n}} for n in names]


async def _click_all(run: Run, step: Step) -> Decision | None:
    st = step["st"]
    if st.get("phase") == "acted":
        return None
    view = await run.view()
    matches = rank(view, step["target"])
    best = matches[0].score if matches else 0.0
    same = sorted(
        (m.element for m in matches if m.score >= max(0.42, best - 0.04)), key=lambda e: e.order
    )
    same = same[: step["target"].get("count") or len(same)]
    if not same:
        return await click_target(run, step, {**step["target"], "all": False})
    # From the last to the first: a click may take its element off the page.
    lines = [await click_code(e) for e in reversed(same[:40])]
    return await run.act(step, "\n".join(lines), f"Click all {len(lines)} that fit.", phase="acted")


async def open_form(run: Run, step: Step) -> Decision | None:
    """Get to the form for a new account, unless it is there already."""
    view = await run.view()
    if any(e.type == "password" for e in view.elements):
        return None
    return await click_target(run, step, step["target"])


async def hover(run: Run, step: Step) -> Decision | None:
    return await click_target(run, step, step["target"], method="hover")


def _called_so(view: View, target: dict[str, Any]) -> bool:
    """Whether a control's name holds the kind of part that is named without a name of its own."""
    word = (norm(target.get("raw") or "").split() or [""])[-1]
    pressed = ("link", "button", "tab", "menuitem")
    return len(word) > 3 and any(
        e.role in pressed and word in norm(e.name).split() for e in view.elements
    )


async def expand(run: Run, step: Step) -> Decision | None:
    """Open (or close) a folded part of the page."""
    view = await run.view()
    target = dict(step["target"])
    closing = bool(step.get("close"))
    if target.get("nth") and not step["st"].get("phase") and not target.get("quoted"):
        folds = [
            e
            for e in view.elements
            if e.open is not None and e.place not in ("nav", "header", "banner", "aside")
        ]
        n = target["nth"]
        if len(folds) >= abs(n):
            element = folds[n - 1 if n > 0 else n]
            return await run.act(
                step,
                await click_code(element),
                f"Open {describe(element)}.",
                on=element,
                phase="acted",
                aim=element.key,
            )
    if not step["st"].get("phase") and not target.get("words") and _called_so(view, target):
        # "Open the panel", and links are called “Left panel” and “Right panel”.
        step.update(do="click", target={**target, "words": bare(target["raw"]), "kind": None})
        return await click_target(run, step, step["target"])
    if not step["st"].get("phase") and not target.get("words"):
        folded = [e for e in view.elements if e.open == (1 if closing else 0)] or [
            e
            for e in view.elements
            if re.search(r"accordion|collaps|expand", e.attr or "", re.I)
            and e.role in ("tab", "heading", "button", "generic")
        ]
        if folded:
            return await run.act(
                step,
                await click_code(folded[0]),
                f"Open {describe(folded[0])}.",
                phase="acted",
                aim=folded[0].key,
            )
        target = {**target, "words": "", "kind": "section", "nth": target.get("nth") or 1}
        heads = [
            e
            for e in [*view.elements, *view.texts]
            if e.role == "heading" or re.search(r"header|title", e.attr or "", re.I)
        ]
        if heads:
            return await run.act(
                step,
                await click_code(heads[0]),
                f"Open {describe(heads[0])}.",
                phase="acted",
                aim=heads[0].key,
            )
    return await click_target(run, step, target)


async def close(run: Run, step: Step) -> Decision | None:
    """Close a dialog, a banner, a tab."""
    st, target = step["st"], step["target"]
    raw = (target.get("raw") or "").lower()
    if st.get("phase") == "acted":
        return await click_target(run, step, target)
    if re.search(r"\b(?:browser )?tab$", raw) and not target.get("words"):
        return await run.act(
            step,
            "open_tabs = await tabs.list()\nawait tabs.close(len(open_tabs) - 1)",
            "Close the tab.",
            phase="acted",
        )
    view = await run.view()
    named = target.get("words") or ""
    if named and controls(view, "close", named):
        step.update(do="act_on", verb="close")  # a ticket, an issue: what its row can close
        return await act_on(run, step)
    if named and not re.search(r"\b(?:dialog|popup|pop-up|modal|overlay|banner|tab|menu)\b", raw):
        step.update(do="act_on", verb="close")
        return await act_on(run, step)
    said = {"words": step["text"], "raw": step["text"], "kind": None, "quoted": True}
    whole = rank(view, said, roles=FILTERS)
    if whole and whole[0].score >= 0.93:
        return await click_target(run, step, said, roles=FILTERS)
    closers = [
        e
        for e in view.elements
        if e.role in ("button", "link", "generic")
        and norm(e.name)
        in ({"close", "x", "dismiss", "cancel", "no thanks", "got it"} | same_as("close"))
    ]
    topmost = (
        [e for e in closers if e.top]
        or [
            e
            for e in closers
            if re.search(r"dialog|modal|popup|overlay|close", f"{e.attr} {e.path} {e.place}", re.I)
        ]
        or closers
    )
    pick = blocker(view) if not topmost else topmost[0]
    if pick is not None:
        return await run.act(
            step,
            await click_code(pick),
            f"Close with {describe(pick)}.",
            phase="acted",
            aim=pick.key,
        )
    if re.search(r"dialog|popup|modal|overlay|banner", raw):
        return await run.act(
            step, 'await page.keyboard.press("Escape")', "Close it with Escape.", phase="acted"
        )
    return await click_target(
        run, step, {**target, "words": f"close {target.get('words', '')}".strip()}
    )


async def drag(run: Run, step: Step) -> Decision | None:
    """Drag what can be dragged; what cannot is moved by its own controls."""
    st = step["st"]
    if st.get("phase") == "acted":
        result = await outcome_of(run, step)
        if result is not None and not result.ok:
            run.fail(step, (result.error_message or "it could not be dragged").splitlines()[0])
        elif (await run.view()).mark == run.mark_before:
            run.fail(step, "nothing on the page moved")
        return None
    if step.get("moves") and not st.get("phase") and not await _can_drag(run, step):
        step["splice"] = moving(step)
        return None
    if st.get("phase") != "onto":
        element = await point(run, step, step["target"])
        if not isinstance(element, Element):
            return element
        st.update(phase="onto", source=await locate(element), chosen=None)
    other = await point(run, step, step["onto"])
    if not isinstance(other, Element):
        return other
    code = f"await {st['source']}.drag_to({await locate(other)})"
    return await run.act(step, code, f"Drag it onto {describe(other)}.", phase="acted")


async def _can_drag(run: Run, step: Step) -> bool:
    """Whether the page marks what is meant as something to drag."""
    view = await run.view()
    words = norm(step["target"].get("words") or "")
    return any(e.drag and words and words in norm(e.text or e.name) for e in view.elements)


def moving(step: Step) -> list[Step]:
    """ "Move X to Y" without dragging: X's own "Move", and Y from what it offers."""
    onto = step["onto"].get("words") or step["onto"].get("raw") or ""
    if re.search(r"\d", step["onto"].get("raw") or ""):
        onto = step["onto"]["raw"]
    value = {"text": onto}
    masked = mask(("" if DAY.search(onto) else "from ") + re.sub(r"\s*[–—-]\s*", " to ", onto))
    when = details_of(masked.text, masked, head=True)
    if any(p.get("day") or p.get("time") for p in when) and moment(onto.split("–")[0]):
        edit = {"do": "act_on", "verb": "edit", "target": step["target"], "text": step["text"]}
        form = {"do": "carry", "verb": "save", "noun": "", "pieces": when, "text": step["text"]}
        return [edit, form]
    return [
        {
            "do": "act_on",
            "verb": "move",
            "target": step["target"],
            "to": onto,
            "text": step["text"],
        },
        {"do": "give", "verb": "move", "value": value, "choose": True, "text": step["text"]},
    ]


FILTERS = BOXES | {"link", "button", "tab", "generic", "menuitem"}
