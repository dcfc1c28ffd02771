"""A page's own leading and weightiest sentences."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from agents.browser.extract import extract_text
from agents.browser.extract_names import plain
from agents.model.embedded.doing.touch import outcome_of
from agents.model.embedded.grammar.parts import exact_of
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.reading.alike import tells_exactly
from agents.model.embedded.run import Run, Step
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
    named = section_named(blocks, step["about"]) if step.get("section") else []
    if step.get("section") and not named:
        run.fail(step, f"I see no heading “{step['about']}” with text below it")
        return None
    if part := named or section_of(blocks, step["text"]):
        run.saw(part[0])
        value = " ".join(part)
        found = {"kind": "summary", "value": value, "title": part[0], "of": step["text"]}
        run.memory["results"].append(found)
        return None
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


async def piece(run: Run, step: Step) -> Decision | None:
    """One paragraph, sentence or heading of the page's text, by its number."""
    if step["st"].get("phase") != "read":
        code = "await page.page_text(max_chars=20000)"
        return await run.act(step, code, "Read the page's text.", phase="read")
    await outcome_of(run, step)
    blocks = await extract_text(run.page)
    shown = [b["text"] for b in blocks if b["tag"] == "p" and _SENTENCE_END.search(b["text"])]
    if step["kind"] == "heading":
        shown = [b["text"] for b in blocks if re.fullmatch(r"h[1-6]", b["tag"])]
    elif step["kind"] == "sentence":
        shown = [s for text in shown for s in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ“\"'])", text)]
    n = step["nth"] - 1 if step["nth"] > 0 else step["nth"]
    if not -len(shown) <= n < len(shown):
        run.fail(step, f"the page has only {len(shown)} {step['kind']}s of text")
        return None
    run.saw(shown[n])
    found = {"kind": "summary", "value": shown[n], "title": "", "of": step["text"]}
    run.memory["results"].append(found)
    return None


_SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*$")  # a line of facts is no paragraph
MAX_SECTION_CHARS = 1500


def section_named(blocks: list[dict[str, Any]], name: str) -> list[str]:
    """A heading and all that stands below it, up to the next of its kind or a higher one."""
    for n, head in enumerate(blocks):
        if head["tag"][:1] != "h" or plain(head["text"]) != plain(name):
            continue
        rest = blocks[n + 1 :]
        end = next((i for i, b in enumerate(rest) if "h1" <= b["tag"] <= head["tag"]), len(rest))
        if end:
            return [head["text"], *(b["text"] for b in rest[:end])]
    return []


def section_of(blocks: list[dict[str, Any]], asked: str) -> list[str]:
    """The heading that says the number or code asked about, and all that stands below it.

    Nothing when no one heading says it, or when there is too much below it to be quoted whole.
    """
    codes = [t for t in exact_of(asked) if re.search(r"\d", t) and len(t) > 1]
    heads = [
        n
        for n, b in enumerate(blocks)
        if re.fullmatch(r"h[1-6]", b["tag"]) and all(tells_exactly(b["text"], c) for c in codes)
    ]
    if not codes or len(heads) != 1:
        return []
    level = blocks[heads[0]]["tag"]
    rest = blocks[heads[0] + 1 :]
    below = (n for n, b in enumerate(rest) if re.fullmatch(r"h[1-6]", b["tag"]))
    end = next((n for n in below if rest[n]["tag"] <= level), len(rest))
    part = [blocks[heads[0]]["text"], *(b["text"] for b in rest[:end])]
    return part if len(part) > 1 and sum(map(len, part)) <= MAX_SECTION_CHARS else []


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
    lead = [] if about or n < 2 else [0]  # says what the text is about
    rest = [i for _, i in sorted(scores, reverse=True) if i not in lead]
    chosen = sorted([*lead, *rest][:n])
    return [sentences[i] for i in chosen]
