"""Tick boxes that are only drawn: a small bordered square before words, its state in a class."""

from __future__ import annotations

import re

from agents.browser.extract_names import plain, singular
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.view import Element, View

DENIES = re.compile(r"\b(?:no|not|never|without)\b|n['’]t\b", re.I)


def says(e: Element, words: str) -> bool:
    """Whether it has all that was said in its label, and denies it no more than that did."""
    wanted = {singular(w) for w in plain(words).split()} - STOPWORDS
    label = {singular(w) for w in plain(e.text or "").split()}
    denied = bool(DENIES.search(e.text or "")) != bool(DENIES.search(words))
    return bool(wanted) and wanted <= label and not denied


def drawn_box(view: View, words: str) -> Element | None:
    """The one drawn tick box that says the words."""
    found = [e for e in view.elements if e.role == "generic" and e.boxed and says(e, words)]
    return found[0] if len(found) == 1 else None
