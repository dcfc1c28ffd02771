"""Deeds on one thing of a list: finding it, and the control in its row, its menu or on its page."""

from __future__ import annotations

import re

from agents.model.embedded import rows
from agents.model.embedded.ground import (
    LEAST,
    decide,
    describe,
    name_score,
    norm,
    rank,
)
from agents.model.embedded.items import next_link
from agents.model.embedded.run import Run, Step
from agents.model.embedded.searching import search, search_field
from agents.model.embedded.touch import (
    click_code,
    click_target,
    point,
)
from agents.model.embedded.view import Element, View, locate
from agents.ports import Decision


async def find(run: Run, step: Step) -> Decision | None:
    """Find something: later steps are about it. Bring it into view when it is known."""
    st, target = step["st"], step["target"]
    if st.get("phase") == "acted":
        return None
    view = await run.view()
    words = target.get("words") or target.get("in") or ""
    kind, found = decide(rank(view, target, texts=True))
    if found and kind != "none" and found[0].score >= 0.6:
        element = found[0].element
        run.saw(element.name)
        run.memory["focus"] = words or element.name
        return await run.act(
            step,
            f"await {await locate(element)}.scroll_into_view_if_needed()",
            f"Found {describe(element)}.",
            phase="acted",
        )
    if norm(words) and norm(words) in norm(view.body):
        run.memory["focus"] = words
        run.saw(words)
        return None
    link = next_link(view)
    if link is not None and st.get("turned", 0) < 10 and not st.get("searched"):
        why = f"“{words}” is not on this page of the list: go to the next."
        return await run.act(step, await click_code(link), why, turned=st.get("turned", 0) + 1)
    if not st.get("searched") and words:
        st["searched"] = True
        if search_field(view) is not None:
            step["value"] = {"text": words}
            return await search(run, step)
    pointed = await point(run, step, target)
    if isinstance(pointed, Element):
        run.memory["focus"] = pointed.name
        return None
    return pointed


async def act_on(run: Run, step: Step) -> Decision | None:
    """ "Delete the mail by Ann": the control called "delete" in the row of "Ann"."""
    st, verb, target = step["st"], step["verb"], step["target"]
    if st.get("phase"):
        return await click_target(run, step, st.get("goal") or target)
    view = await run.view()
    words = target.get("words") or ""
    if re.fullmatch(r"it|this|that|them|one", words, re.I):
        words = ""
    context = target.get("in") or words or run.memory.get("focus")
    if words and target.get("in") and (controls(view, verb, words) or rows.menu_of(view, words)):
        context = words  # "remove Per Holm from the contacts"
    goal = {
        "words": verb,
        "raw": verb,
        "kind": None,
        "nth": target.get("nth"),
        "in": context or None,
    }
    whole = {
        "words": f"{verb} {words}".strip(),
        "raw": step["text"],
        "kind": None,
        "nth": None,
        "in": target.get("in"),
    }
    matches = rank(view, whole, texts=False)
    if (
        matches
        and matches[0].score >= 0.72
        and name_score(whole["words"], matches[0].element) > 0.72
        and (rows.says(matches[0].element, verb) or not words)
    ):
        return await _goal(run, step, whole)
    if context and controls(view, verb, context, target.get("nth")):
        return await _goal(run, step, goal)
    name = rows.name_in(target.get("raw") or "")
    if context == words and name not in ("", words) and controls(view, verb, name):
        return await _goal(run, step, {**goal, "in": name})  # "the note Groceries"
    if verb == "confirm" and not words:
        yes = rows.affirms(view, _verb_before(run))
        if yes is not None:
            code, why = await click_code(yes), f"Confirm with {describe(yes)}."
            return await run.act(step, code, why, phase="acted", goal=whole, aim=yes.key)
        if not matches or matches[0].score < LEAST:
            run.note("Nothing asked to be confirmed.")
            return None
    if st.get("menu") and (item := rows.in_menu(view, verb, st["known"])):
        code, why = await click_code(item), f"Choose {describe(item)}."
        return await run.act(step, code, why, phase="acted", goal=goal, aim=item.key)
    if context and not st.get("menu") and (menu := rows.menu_of(view, context)):
        known = [e.key for e in view.elements]
        why = f"Open the menu of “{context}”."
        return await run.act(step, await click_code(menu), why, menu=True, known=known[-400:])
    if context and not st.get("opened"):
        names = [w for w in re.findall(r"[A-Z][\w'’-]+", target.get("raw") or "")] or [words]
        opener = rank(view, {"words": names[0], "raw": target.get("raw"), "kind": None}, texts=True)
        if opener and opener[0].score >= 0.6:
            return await run.act(
                step,
                await click_code(opener[0].element),
                f"Open {describe(opener[0].element)} to {verb} it.",
                opened=True,
            )
    if st.get("opened"):
        return await _goal(run, step, {"words": verb, "raw": verb, "kind": None})
    return await _goal(run, step, whole)


def controls(view: View, verb: str, context: str, nth: int | None = None) -> bool:
    """Whether the row that shows the context has a control for the verb."""
    goal = {"words": verb, "raw": verb, "kind": None, "nth": nth, "in": context}
    return any(m.score >= 0.5 and rows.says(m.element, verb) for m in rank(view, goal, texts=False))


def _verb_before(run: Run) -> str:
    """The verb of the step before: what a dialog may ask about."""
    at = run.memory["at"]
    return str(run.steps[at - 1].get("verb") or "") if at else ""


async def _goal(run: Run, step: Step, goal: dict[str, object]) -> Decision | None:
    step["st"]["goal"] = goal
    return await click_target(run, step, goal)
