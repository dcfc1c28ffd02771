"""Questions in free words: the cell or the sentence of a page that answers, quoted as it stands."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract import extract_text
from agents.browser.extract_fields import plain, singular
from agents.model.embedded.doing.touch import click_code, outcome_of
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.ground import describe, likeness
from agents.model.embedded.reading.cells import (
    ASKING,
    asked_words,
    cell_for,
    said,
    says_literals,
    suits,
)
from agents.model.embedded.reading.rows_told import cell_of_row
from agents.model.embedded.run import Run, Step
from agents.model.embedded.view import Element, View
from agents.ports import Decision

MAX_LINES = 12  # of an answer that was folded away
SAME_QUESTION = 0.9  # likeness of a question of the page to the one that is asked
MAX_WAYS = 2  # links followed for one question
_QUANTITY = re.compile(
    r"(?i)\s*how (?:many|much|long|old|far|often|deep|high|tall|wide|big|large|heavy|fast|hot|cold"
    r"|expensive|thick)\b"
)
_YES_NO = re.compile(r"(?i)\s*(?:is|are|was|were|do|does|did|has|have|can|will)\b")
_NUMBER = re.compile(
    r"(?i)\d|\b(?:no|none|nothing|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|"
    r"twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundred|thousand|"
    r"million|half|several|many|few)\b"
)


def _tells(question: str, sentence: str) -> bool:
    """Whether a sentence says more than the question itself, and a number where one is asked."""
    asked, said = plain(question), plain(sentence)
    if asked in said:
        return False
    if _QUANTITY.match(question) and not (_NUMBER.search(sentence) and suits(question, sentence)):
        return False
    words = {singular(w) for w in asked.split()}
    return bool(_YES_NO.match(question)) or not {singular(w) for w in said.split()} <= words


def _best_sentence(
    question: str, asked: set[str], own: set[str], blocks: list[dict[str, Any]]
) -> tuple[float, str]:
    """(share of the asked words, sentence); of a question on the page what follows it."""
    best: tuple[float, str] = (0.0, "")
    for at, block in enumerate(blocks):
        if re.fullmatch(r"h\d", block["tag"]) and not block["text"].endswith("?"):
            continue
        for sentence in re.split(r"(?<=[.!?])\s+", block["text"]):
            said = {singular(w) for w in plain(sentence).split()}
            if (own and not own & said) or not says_literals(question, sentence):
                continue
            share = len(asked & said) / len(asked) if asked else 0.0
            told = sentence
            if sentence.endswith("?") and sentence == block["text"]:
                after = blocks[at + 1] if at + 1 < len(blocks) else {"text": "?", "tag": ""}
                folded = after["text"].endswith("?") or re.fullmatch(r"h\d", after["tag"])
                told = sentence if folded else after["text"]
            elif not _tells(question, sentence):
                continue
            best = max(best, (share, told), key=lambda pair: pair[0])
    return best


def _fold(view: View, question: str, said: str) -> Element | None:
    """What folds the answer away: it asks what is asked, or is the sentence that does."""
    pool = [*view.elements, *view.texts]
    if found := next((e for e in pool if said and plain(e.name) == plain(said)), None):
        return found
    folds = [e for e in view.elements if e.open == 0 and e.name.strip().endswith("?")]
    alike = [e for e in folds if likeness(question, e.name) >= SAME_QUESTION]
    return alike[0] if len({plain(e.name) for e in alike}) == 1 else None


def _came(view: View, st: dict[str, Any]) -> str:
    """What the fold that was opened brought: a few lines that were not there before."""
    before = set(st.get("lines") or ())
    fresh = [line for line in view.body.split("\n") if line not in before and line.strip()]
    told = before and 0 < len(fresh) <= MAX_LINES and any(len(x.split()) > 1 for x in fresh)
    return "\n".join(fresh) if told else ""


async def answer(run: Run, step: Step) -> Decision | None:
    """A question in free words: a cell or a sentence of the page that tells it, quoted."""
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
    asked = {singular(w) for w in plain(question).split()} - STOPWORDS - ASKING
    # Words that every sentence of the page has about it say nothing: its title, its heading.
    view = await run.view()
    heads = [e.name for e in [*view.elements, *view.texts] if e.tag == "h1"]
    own = asked - {singular(w) for w in plain(" ".join([view.title, *heads])).split()}
    share, told = _best_sentence(question, asked, own, await extract_text(run.page, whole=True))
    if share >= 0.6 and not told.endswith("?"):
        return _told(run, step, told)
    return await _look_further(run, step, view, told if share >= 0.6 else "")


async def _look_further(run: Run, step: Step, view: View, said: str) -> Decision | None:
    """No sentence in sight tells it: open what folds it away, or follow a link to it.

    said: the sentence of the page that asks the same.
    """
    st, question = step["st"], step["question"]
    fold = _fold(view, question, said) if not st.get("opened") else None
    if fold is not None:
        code, lines = await click_code(fold), view.body.split("\n")
        why = f"Open “{fold.name[:60]}”."
        return await run.act(step, code, why, phase="", opened=True, lines=lines)
    if came := _came(view, st):
        return _told(run, step, came)
    if link := way_to(view, asked_words(question), st):
        st.setdefault("ways", []).append(link.href)
        why = f"The page does not tell it: open {describe(link)}."
        return await run.act(step, await click_code(link), why, phase="", lines=[])
    run.fail(step, step.get("why_not") or "I see no sentence on the page that answers it")
    return None


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
