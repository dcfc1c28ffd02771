"""Finding one thing that later steps are about: in sight, on a further page, by the search."""

from __future__ import annotations

import re

from agents.model.embedded.doing import composing
from agents.model.embedded.doing.searching import search, search_field
from agents.model.embedded.doing.touch import click_code, point
from agents.model.embedded.doing.ways import next_link
from agents.model.embedded.grammar.making import pieces_of
from agents.model.embedded.grammar.masking import mask
from agents.model.embedded.ground import decide, describe, rank
from agents.model.embedded.likeness import norm
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View, locate
from agents.ports import Decision


async def find(run: Run, step: Step) -> Decision | None:
    """Find something: later steps are about it. Bring it into view when it is known."""
    st, target = step["st"], step["target"]
    if st.get("phase") == "acted":
        return None
    view = await run.view()
    words = target.get("words") or target.get("in") or ""
    raw = target.get("raw") or ""
    if form := _asked_for(view, raw):
        step["splice"] = [{"text": step["text"], **s} for s in form]
        return None
    if re.search(r"\d", raw) and norm(raw) not in norm(view.body):
        # Days and numbers are wishes that a form takes, no name of something in sight.
        step.update(do="search", value={"text": raw})
        return await search(run, step)
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


def _asked_for(view: View, raw: str) -> list[Step]:
    """ "The booking with reference X and last name Y" where the page has fields for both."""
    told = re.search(r"\s(?:with|by|using|for)\s+(?:the\s+)?(?P<rest>\S.*)$", raw)
    if told is None:
        return []
    masked = mask(told["rest"])
    pieces = pieces_of(masked.text, masked)
    if not pieces or any(composing.place(view, piece) is None for piece in pieces):
        return []
    return [{"do": "fill_form", "pieces": pieces}, {"do": "submit", "verb": "find"}]
