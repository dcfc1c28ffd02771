"""Whether a value that stands somewhere on a page is about the thing that was asked about."""

from __future__ import annotations

import re

from agents.browser.extract_names import Record, plain, singular
from agents.browser.extract_values import PRICE
from agents.model.embedded.grammar.nouns import is_item_noun
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.likeness import norm
from agents.model.embedded.reading.cells import says_literals
from agents.model.embedded.run import Step
from agents.model.embedded.view import View

# These say "what is shown" rather than which thing it is.
_ANY = frozenset(
    re.findall(
        r"\w+",
        "page site website item thing product article story post entry record result listing "
        "document form table list order invoice receipt bill statement account offer user "
        "person company customer",
    )
)


def name_of(subject: str) -> str:
    """The subject's own name: "story How it began", "Data Analyst job" without their kind."""
    kind, _, name = subject.partition(" ")
    named = len(name.split()) > 1 or bool(re.search(r"\d", name))
    if named and (singular(kind.lower()) in _ANY or (is_item_noun(kind) and kind.islower())):
        return name
    name, _, kind = subject.rpartition(" ")
    own = len(name.split()) > 1 or (name[:1].isupper() and kind.islower())  # "the Premium plan"
    return name if is_item_noun(kind) and own else subject


def is_named(subject: str) -> bool:
    """Whether a subject says more than what is shown: "the invoice" is the page's own."""
    return any(w not in _ANY and w not in STOPWORDS for w in map(singular, plain(subject).split()))


def kept(view: View, step: Step, record: Record) -> Record:
    """The record without values that are about something else."""
    return {k: v if is_about(view, step, v) else None for k, v in record.items()}


def is_about(view: View, step: Step, value: object) -> bool:
    """Whether a value that was found on the page can be the subject's.

    The page must name the subject; under a heading with its name the value must stand in that
    section, and a fact of a row stands in the row.
    """
    if not step.get("subject") or value in (None, ""):
        return True
    subject = name_of(step["subject"])
    shown = {singular(w) for w in plain(f"{view.title} {view.url} {view.body}").split()}
    words = [singular(w) for w in plain(subject).split()]
    if any(w not in shown for w in words if w not in _ANY and w not in STOPWORDS):
        return False
    sections = _sections(view, subject)
    said = norm(str(value))
    if any(_says(section, said) for section in sections):
        return True
    rows = {e.row for e in view.elements if e.row and not sections}
    beside = [x for x in [*view.body.split("\n"), *rows] if norm(subject) in norm(x)]
    beside = [x for x in beside if len(set(PRICE.findall(x))) < 2]  # the prices of several things
    if any(_says(line, said) for line in beside):
        return True
    if not says_literals(subject, f"{view.title} {' '.join(_heads(view))}"):
        return False
    whole = not sections or any(norm(subject) in norm(h) for h in _first_heads(view))
    return whole and not step["st"].get("in_row") and _is_of(view, words)


def _says(text: str, said: str) -> bool:
    """Whether a text says a value as it stands: "$0" is not said by "$10"."""
    return f" {said} " in f" {' '.join(norm(text).split())} "


def _first_heads(view: View) -> list[str]:
    return [e.name for e in [*view.elements, *view.texts] if e.tag == "h1"]


def _heads(view: View) -> list[str]:
    """The page's main heading, or its first."""
    heads = [e.name for e in [*view.elements, *view.texts] if e.tag == "h1"]
    return heads or [e.name for e in view.texts if e.role == "heading"][:1]


def _is_of(view: View, words: list[str]) -> bool:
    """Whether the whole page is about the subject: its title, address or first heading says so."""
    told = {singular(w) for w in plain(" ".join([view.title, view.url, *_heads(view)])).split()}
    return all(w in told for w in words if w not in _ANY and w not in STOPWORDS)


def _sections(view: View, subject: str) -> list[str]:
    """The texts below the headings that name the subject, unless it is the page's own heading."""
    heads = [e for e in [*view.elements, *view.texts] if re.fullmatch(r"h[1-6]", e.tag)]
    heads.sort(key=lambda e: e.y)
    lines = [norm(line) for line in view.body.split("\n")]
    out: list[str] = []
    for n, head in enumerate(heads):
        if norm(subject) not in norm(head.name) or head.tag == "h1":
            continue
        after = next((h for h in heads[n + 1 :] if h.tag <= head.tag), None)
        if norm(head.name) not in lines:
            continue
        begin = lines.index(norm(head.name))
        rest = lines[begin + 1 :]
        end = rest.index(norm(after.name)) if after and norm(after.name) in rest else len(rest)
        out.append("\n".join(rest[:end]))
    return out


def heads_column(match: re.Match[str], name: str) -> bool:
    """Whether a label is the last head of a table: what follows it is the first cell of a row."""
    gap = match.group()[len(name) : match.start(1) - match.start()]
    line = match.string[: match.start()].rpartition("\n")[2]
    return "\n" in gap and ":" not in gap and bool(line.strip())
