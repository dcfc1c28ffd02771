"""Ticking and unticking boxes, drawn ones too."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract_names import plain, singular
from agents.model.embedded.doing import acting
from agents.model.embedded.doing.drawn import DENIES, says
from agents.model.embedded.doing.nearby import nearest
from agents.model.embedded.doing.touch import (
    click_code,
    outcome_of,
    point,
    recover,
)
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import LEAST, SURE, describe, rank
from agents.model.embedded.likeness import BOXES, likeness, norm
from agents.model.embedded.run import Run, Step, chosen
from agents.model.embedded.view import Element, View, locate, quote
from agents.ports import Decision


async def check_code(element: Element, on: bool) -> str:
    """Code that brings a box into a state; custom boxes are clicked."""
    where = await locate(element)
    native = element.tag == "input" and element.type in ("checkbox", "radio")
    if native and element.proxy:
        # The real box hides behind its drawn label.
        return f"await {element.doc.prefix}.locator({quote(element.proxy)}).click()"
    if native:
        return f"await {where}.{'check' if on else 'uncheck'}()"
    return await click_code(element)


async def check(run: Run, step: Step) -> Decision | None:
    """Tick or untick what is meant, and see that it is so."""
    st, on = step["st"], step["do"] == "check"
    if st.get("phase") == "acted":
        result = await outcome_of(run, step)
        view = await run.view()
        now = next((e for e in view.elements if e.key == st.get("aim")), None)
        settled = result is None or result.ok
        if settled and (now is None or now.on is None or bool(now.on) == on or st.get("all")):
            return None
        if settled and not st.get("label_tried"):
            st["label_tried"] = True
            if now is not None and now.name:
                code = f"await {now.doc.prefix}.get_by_text({quote(now.name)}).first.click()"
                why = f"The box did not change: click its label “{now.name[:40]}”."
                return await run.act(step, code, why)
        st["phase"] = ""
        if result is not None and not result.ok:
            decision = await recover(run, step, result, st.get("label", "the box"))
            if decision is not None or step.get("state") == "failed":
                return decision
        elif st.get("label_tried"):
            run.fail(step, f"{st.get('label')} did not change")
            return None
    target = dict(step["target"])
    if target.get("kind") not in ("radio", "switch"):
        target["kind"] = None
    roles = {"radio"} if target.get("kind") == "radio" else BOXES | {"button"}
    if target.get("all"):
        return await _check_all(run, step, target, on)
    if not target.get("words"):
        roles = {"radio"} if target.get("kind") == "radio" else {"checkbox", "switch"}
    view = await run.view()
    if (verb := _verb_of(step)) and _is_deed(view, target, verb, roles):
        step.update(do="act_on", verb=verb)
        return await acting.act_on(run, step)
    picked = chosen(view, step)
    if not picked and (toggle := _drawn(view, target, roles)):
        return await _flip(run, step, toggle, on)
    element = picked or _row_first(view, target, roles) or _akin(view, target, roles)
    element = element or _same_form(run, view, target, roles)
    element = element or await point(run, step, target, roles=roles, texts=False)
    if not isinstance(element, Element):
        return element
    if element.on is not None and bool(element.on) == on:
        return None
    return await run.act(
        step,
        await check_code(element, on),
        f"{'Tick' if on else 'Untick'} {describe(element)}.",
        phase="acted",
        aim=element.key,
        label=describe(element),
    )


def _same_form(run: Run, view: View, target: dict[str, Any], roles: set[str]) -> Element | None:
    """The box that fits and stands in the form that was worked on last."""
    last = run.memory.get("form")
    named = rank(view, target, roles=roles) if last and target.get("words") else []
    own = [
        m.element
        for m in named
        if m.score >= LEAST and [m.element.doc.prefix, m.element.form] == last
    ]
    return own[0] if len(own) == 1 else nearest(run, own)


def _akin(view: View, target: dict[str, Any], roles: set[str]) -> Element | None:
    """ "The reminders" for “Remind me before …”: the one box with a word of the same stem."""
    words = target.get("words") or ""
    named = rank(view, target, roles=roles) if words else []
    if not words or target.get("in") or (named and named[0].score >= LEAST):
        return None
    if said := _told(view, words):
        return said
    stems = {w[:6] for w in plain(words).split() if len(w) > 6}
    boxes = [e for e in view.elements if e.role in ("checkbox", "switch") and not e.off]
    akin = [e for e in boxes if stems & {w[:6] for w in plain(e.name).split() if len(w) > 5}]
    return akin[0] if len(akin) == 1 else None


def _told(view: View, words: str) -> Element | None:
    """ "That I get a mail when somebody answers": the one box with most of its label's words."""
    wanted = {singular(w) for w in plain(words).split()} - STOPWORDS
    ranked: list[tuple[float, Element]] = []
    for e in view.elements:
        label = {singular(w) for w in plain(e.name).split()} - STOPWORDS
        if bool(DENIES.search(e.name)) != bool(DENIES.search(words)):
            continue  # "Do not send me mail" is the contrary of what was said
        if e.role in ("checkbox", "switch") and not e.off and len(label & wanted) >= 2:
            ranked.append((len(label & wanted) / len(label), e))
    ranked.sort(key=lambda one: -one[0])
    sure = ranked and ranked[0][0] >= 0.6
    alone = len(ranked) == 1 or (sure and ranked[1][0] < ranked[0][0] - 0.2)
    return ranked[0][1] if sure and alone else None


def _verb_of(step: Step) -> str:
    words = step["text"].lower().split()
    return words[0] if words and words[0] in ("activate", "deactivate", "enable", "disable") else ""


def _is_deed(view: View, target: dict[str, Any], verb: str, roles: set[str]) -> bool:
    """ "Deactivate Ben": a deed of Ben's row, where no box is called so."""
    words = target.get("words") or ""
    named = rank(view, target, roles=roles)
    return (
        bool(words) and (not named or named[0].score < SURE) and acting.controls(view, verb, words)
    )


def _drawn(view: View, target: dict[str, Any], roles: set[str]) -> Element | None:
    """The drawn switch or tick box without a role that stands beside the words."""
    words = target.get("words") or ""
    named = rank(view, target, roles=roles) if words else []
    if not words or (named and named[0].score >= SURE):
        return None
    found = [
        e
        for e in view.elements
        if e.role == "generic" and e.lit is not None
        and (likeness(words, e.near or "") >= 0.6 if not e.text else e.boxed and says(e, words))
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


async def _flip(run: Run, step: Step, toggle: Element, on: bool) -> Decision | None:
    """A drawn switch shows its state by its marks alone; pressed, these have to change."""
    st = step["st"]
    if bool(toggle.lit) == on:
        if st.get("flipped"):
            run.saw(toggle.near or toggle.text or "")
        return None
    name = toggle.near or toggle.text
    if st.get("flipped"):
        run.fail(step, f"“{name}” does not show whether it is on")
        return None
    why = f"{'Switch on' if on else 'Switch off'} “{name}”."
    return await run.act(step, await click_code(toggle), why, on=toggle, flipped=True)


def row_box(view: View, words: str) -> Element | None:
    """The box of the row that shows the words: the row with the least else in it."""
    marks = [w for w in words.split() if re.search(r"\d", w)]
    for wanted in [norm(words), *map(norm, marks)]:
        if not wanted:
            continue
        inside = re.compile(rf"(?:^|\W){re.escape(wanted)}(?:\W|$)")
        boxes = [
            e
            for e in view.elements
            if e.role in ("checkbox", "switch") and not e.off and inside.search(norm(e.row or ""))
        ]
        if boxes:
            shortest = min(len(e.row) for e in boxes)
            near = [e for e in boxes if len(e.row) == shortest]
            return near[0] if len(near) == 1 else None
    return None


def _row_first(view: View, target: dict[str, Any], roles: set[str]) -> Element | None:
    """A row's own box, when no box is called so itself."""
    words = target.get("words") or ""
    if not words or target.get("in"):
        return None
    named = rank(view, target, roles=roles)
    if named and named[0].score >= SURE:
        return None
    return row_box(view, words)


async def _check_all(run: Run, step: Step, target: dict[str, Any], on: bool) -> Decision | None:
    view = await run.view()
    words = target.get("words")
    boxes = [
        e
        for e in view.elements
        if e.role in ("checkbox", "switch") and not e.off and bool(e.on) != on
    ]
    if words and not re.fullmatch(r"boxes|checkboxes|options|items|of them", words):
        boxes = [
            m.element
            for m in rank(view, target, roles={"checkbox", "switch"})
            if m.score >= LEAST and bool(m.element.on) != on
        ]
    boxes = boxes[: target.get("count") or len(boxes)]
    if not boxes:
        return None
    code = "\n".join([await check_code(e, on) for e in boxes[:40]])
    return await run.act(
        step, code, f"{'Tick' if on else 'Untick'} {len(boxes)} boxes.", phase="acted", all=True
    )


def may_be_meant(view: View, remark: str) -> bool:
    """Whether a box that is not ticked says a word of a remark: "it's for a gift", “Gift wrap”."""
    said = {singular(w) for w in plain(remark).split() if len(w) > 3} - STOPWORDS
    names = [e.name for e in view.elements if e.role in BOXES and not e.on]
    names += [o for e in view.elements for o in e.d.get("options") or []]
    return any(said & {singular(w) for w in plain(name).split()} for name in names)
