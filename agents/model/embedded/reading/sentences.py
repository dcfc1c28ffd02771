"""Sentences of a page that answer a question, and the folds that hide them."""

from __future__ import annotations

import re
from typing import Any

from agents.browser.extract import extract_text
from agents.browser.extract_names import plain, singular
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.likeness import likeness
from agents.model.embedded.reading.cells import ASKING, says_literals, suits
from agents.model.embedded.run import Run
from agents.model.embedded.view import Element, View

MAX_LINES = 12  # of an answer that was folded away
SAME_QUESTION = 0.9  # likeness of a question of the page to the one that is asked
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


def best_sentence(
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


def fold_of(view: View, question: str, said: str) -> Element | None:
    """What folds the answer away: it asks what is asked, or is the sentence that does."""
    pool = [*view.elements, *view.texts]
    if found := next((e for e in pool if said and plain(e.name) == plain(said)), None):
        return found
    folds = [e for e in view.elements if e.open == 0 and e.name.strip().endswith("?")]
    alike = [e for e in folds if likeness(question, e.name) >= SAME_QUESTION]
    return alike[0] if len({plain(e.name) for e in alike}) == 1 else None


def came(view: View, st: dict[str, Any]) -> str:
    """What the fold that was opened brought: a few lines that were not there before."""
    before = set(st.get("lines") or ())
    fresh = [line for line in view.body.split("\n") if line not in before and line.strip()]
    told = before and 0 < len(fresh) <= MAX_LINES and any(len(x.split()) > 1 for x in fresh)
    return "\n".join(fresh) if told else ""


async def sentence_for(run: Run, question: str) -> tuple[float, str]:
    """The sentence of the page that says most of a question, and its share of the words."""
    asked = {singular(w) for w in plain(question).split()} - STOPWORDS - ASKING
    # Words that every sentence of the page has about it say nothing: its title, its heading.
    view = await run.view()
    heads = [e.name for e in [*view.elements, *view.texts] if e.tag == "h1"]
    own = asked - {singular(w) for w in plain(" ".join([view.title, *heads])).split()}
    return best_sentence(question, asked, own, await extract_text(run.page, whole=True))
