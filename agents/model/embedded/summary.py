"""A page's own leading and weightiest sentences."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from agents.browser.extract import extract_text
from agents.browser.extract_fields import plain, singular
from agents.model.embedded.run import Run, Step
from agents.model.embedded.touch import click_code, outcome_of
from agents.model.embedded.words import STOPWORDS
from agents.ports import Decision


async def summarise(run: Run, step: Step) -> Decision | None:
    """The page's own leading and weightiest sentences; nothing is made up."""
    if step["st"].get("phase") != "read":
        return await run.act(
            step, "await page.page_text(max_chars=20000)", "Read the page's text.", phase="read"
        )
    await outcome_of(run, step)
    blocks = await extract_text(run.page)
    view = await run.view()
    sentences = salient(blocks, view.title, step.get("sentences") or 4, step.get("about"))
    if not sentences:
        run.fail(step, "there is no running text on the page to summarise")
        return None
    if limit := step.get("words"):
        sentences = _within_words(sentences, limit)
    heading = next((b["text"] for b in blocks if b["tag"] == "h1"), "") or view.title
    run.memory["results"].append(
        {"kind": "summary", "value": " ".join(sentences), "title": heading, "of": step["text"]}
    )
    for sentence in sentences[:3]:
        run.saw(sentence)
    return None


def _within_words(sentences: list[str], limit: int) -> list[str]:
    out: list[str] = []
    used = 0
    for sentence in sentences:
        used += len(sentence.split())
        if out and used > limit:
            break
        out.append(sentence)
    return out


def salient(
    blocks: list[dict[str, Any]], title: str, n: int, about: str | None = None
) -> list[str]:
    """n sentences in reading order: the lead, then those with the text's most frequent words."""
    sentences: list[str] = []
    for block in blocks:
        if block["tag"] in ("h1", "h2", "h3", "h4", "h5", "h6", "pre", "td"):
            continue
        if len(block["text"].split()) < 12 and not re.search(r"[.!?][\"”')]?$", block["text"]):
            continue  # bylines, captions, labels
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý\"“'(\d])", block["text"]):
            sentence = sentence.strip()
            if 4 <= len(sentence.split()) <= 70 and sentence not in sentences:
                sentences.append(sentence)
    if not sentences:
        return [b["text"][:200] for b in blocks if len(b["text"].split()) >= 3][:n]
    tokens = [[w for w in plain(s).split() if w not in STOPWORDS and len(w) > 2] for s in sentences]
    frequency = Counter(w for ts in tokens for w in set(ts))
    heading = set(plain(f"{title} {about or ''}").split()) - STOPWORDS
    scores = []
    for i, words in enumerate(tokens):
        weight = sum(frequency[w] for w in set(words)) / (len(set(words)) or 1)
        weight += 1.5 * sum(w in heading for w in set(words)) / (len(set(words)) ** 0.5 or 1)
        weight += 3.0 if i == 0 else 1.0 if i == 1 else 0.0
        scores.append((weight, i))
    chosen = sorted(i for _, i in sorted(scores, reverse=True)[:n])
    return [sentences[i] for i in chosen]


_QUANTITY = re.compile(r"(?i)\s*how (?:many|much|long|old|far|often)\b")
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
    if _QUANTITY.match(question) and not _NUMBER.search(sentence):
        return False
    words = {singular(w) for w in asked.split()}
    return bool(_YES_NO.match(question)) or not {singular(w) for w in said.split()} <= words


def _best_sentence(
    question: str, asked: set[str], blocks: list[dict[str, Any]]
) -> tuple[float, str]:
    """(share of the asked words, sentence); of a question on the page what follows it."""
    best: tuple[float, str] = (0.0, "")
    for at, block in enumerate(blocks):
        for sentence in re.split(r"(?<=[.!?])\s+", block["text"]):
            said = {singular(w) for w in plain(sentence).split()}
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


async def answer(run: Run, step: Step) -> Decision | None:
    """A question in free words: the sentence of the page that speaks of the same, quoted."""
    if step["st"].get("phase") != "read":
        code = "await page.page_text(max_chars=20000)"
        return await run.act(step, code, "Read the page for the answer.", phase="read")
    st = step["st"]
    await outcome_of(run, step)
    asked = {singular(w) for w in plain(step["question"]).split()} - STOPWORDS - _ASKING
    best = _best_sentence(step["question"], asked, await extract_text(run.page, whole=True))
    if best[0] >= 0.6 and best[1].endswith("?") and not st.get("opened"):
        # A list of questions whose answers are folded: open the one that asks the same.
        view = await run.view()
        pool = [*view.elements, *view.texts]
        fold = next((e for e in pool if plain(e.name) == plain(best[1])), None)
        if fold is not None:
            code = await click_code(fold)
            return await run.act(step, code, f"Open “{best[1][:60]}”.", phase="", opened=True)
    if best[0] < 0.6 or best[1].endswith("?"):
        run.fail(step, "I see no sentence on the page that answers it")
        return None
    run.saw(best[1])
    found = {"kind": "summary", "value": best[1], "title": "", "of": step["text"]}
    run.memory["results"].append(found)
    return None


_ASKING = frozenset(
    [
        "i",
        "they",
        "we",
        "you",
        "my",
        "one",
        "should",
        "must",
        "need",
        "how",
        "when",
        "where",
        "why",
        "who",
        "what",
        "which",
        "is",
        "are",
        "does",
        "do",
        "can",
        "will",
        "much",
        "many",
        "long",
        "often",
        "it",
        "they",
        "did",
        "was",
        "were",
        "has",
        "have",
    ]
)
