"""Questions in free words: the cell or the sentence of a page that answers, quoted as it stands."""

from __future__ import annotations

import re
from typing import Any

from agents.model.embedded.doing.touch import click_code, outcome_of
from agents.model.embedded.ground import describe
from agents.model.embedded.reading import inquiry, panels
from agents.model.embedded.reading.cells import asked_words, cell_for, said
from agents.model.embedded.reading.reached import reached
from agents.model.embedded.reading.rows_told import cell_of_row
from agents.model.embedded.reading.sentences import came, fold_of, sentence_for
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View
from agents.ports import Decision

MAX_WAYS = 2  # links followed for one question


async def answer(run: Run, step: Step) -> Decision | None:
    """A question in free words: a cell or a sentence of the page that tells it, quoted."""
    begins = not step["st"].get("phase")
    if begins and (opened := panels.answered_in(await run.view(), step["question"])):
        step["splice"] = opened
        return None
    if (sure := await inquiry.at_hand(run, step)) is not False:
        return sure if sure is not True else None
    if step["st"].get("phase") != "read":
        code = "await page.page_text(max_chars=20000)"
        return await run.act(step, code, "Read the page for the answer.", phase="read")
    await outcome_of(run, step)
    question = step["question"]
    cell = await cell_for(run.page, question)
    cell = cell or await cell_of_row(run.page, question, asked_words(question))
    if cell:
        title = " – ".join(t for t in (cell.label, cell.head) if t)
        return _told(run, step, cell.value, title)
    view = await run.view()
    if way := reached(view, question):
        return _told(run, step, way)
    share, told = await sentence_for(run, question)
    if share >= 0.6 and not told.endswith("?"):
        return _told(run, step, told)
    return await _look_further(run, step, view, told if share >= 0.6 else "")


async def _look_further(run: Run, step: Step, view: View, said: str) -> Decision | None:
    """No sentence in sight tells it: open what folds it away, or follow a link to it.

    said: the sentence of the page that asks the same.
    """
    st, question = step["st"], step["question"]
    fold = fold_of(view, question, said) if not st.get("opened") else None
    if fold is not None:
        code, lines = await click_code(fold), view.body.split("\n")
        why = f"Open “{fold.name[:60]}”."
        return await run.act(step, code, why, phase="", opened=True, lines=lines)
    if brought := came(view, st):
        return _told(run, step, brought)
    if link := way_to(view, asked_words(question), st):
        st.setdefault("ways", []).append(link.href)
        why = f"The page does not tell it: open {describe(link)}."
        return await run.act(step, await click_code(link), why, phase="", lines=[])
    why = step.get("why_not") or "I see no sentence on the page that answers it"
    return await inquiry.go_on(run, step, why)


def _told(run: Run, step: Step, value: str, title: str = "") -> None:
    run.saw(value)
    found = {"kind": "summary", "value": value, "title": title, "of": step["text"]}
    run.memory["results"].append(found)


# Where sites usually tell what: the words of a question, and the names of such links.
_PLACES = (
    (
        ("open", "close", "hour", "opening", "time", "closed"),
        r"opening|hours|visit|contact|find us",
    ),
    (("price", "cost", "fee", "ticket", "plan"), r"pric|ticket|fees|rates|plans|visit"),
    (("phone", "email", "address", "number", "mail"), r"contact|about|imprint|visit"),
    (("return", "refund", "delivery", "shipping"), r"help|faq|delivery|shipping|returns"),
)


def way_to(view: View, asked: set[str], st: dict[str, Any]) -> Element | None:
    """The one link whose name is about what is asked ("Opening hours"); at most two in a row."""
    if len(st.get("ways", ())) >= MAX_WAYS:
        return None
    scored: dict[str, tuple[float, Element]] = {}
    for e in view.elements:
        if e.role != "link" or e.off or not e.href or e.href.startswith(("#", "javascript:")):
            continue
        words = asked_words(e.name)
        shared = len(said(asked, e.name)) or 0.5 * any(
            asked & set(about) and re.search(told, e.name, re.I) for about, told in _PLACES
        )
        if shared and e.href not in st.get("ways", ()) and e.href not in scored:
            scored[e.href] = (shared - 0.1 * len(words), e)
    best = sorted(scored.values(), key=lambda pair: -pair[0])[:2]
    if len(best) == 2 and best[0][0] == best[1][0]:
        return None
    return best[0][1] if best else None
