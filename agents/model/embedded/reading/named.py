"""The row of a list that a name means."""

from __future__ import annotations

import re

from agents.browser.extract import pick
from agents.browser.extract_names import Record, plain, singular
from agents.model.embedded.grammar.words import STOPWORDS
from agents.model.embedded.likeness import likeness
from agents.model.embedded.reading import about
from agents.model.embedded.reading.alike import same
from agents.model.embedded.reading.checks import several_prices

MAX_OTHERS = 8
_LIKE = 0.7
_SAYS = 0.85  # all words of the name, in a text that is hardly longer


def row_about(rows: list[Record], subject: str, fields: list[str] | None = None) -> Record | None:
    """The row that is about the subject; the least one that shows the fields. None without one.

    None, too, when rows of different names fit alike.
    """
    if topic := re.match(r"\w+ (?:about|on) (?:the |an? )?(?P<of>.+)", subject):
        return _titled(rows, topic.group("of"))
    subject = about.name_of(subject)
    scored = [(s, r) for r in rows if (s := _score(r, subject)) >= _LIKE]
    if not scored:
        return None
    best = max(s for s, _ in scored)
    fits = [r for s, r in scored if s >= best - 0.01]
    if fields:
        telling = [r for r in fits if any(v is not None for v in pick(r, fields).values())]
        if "price" in fields:
            telling = [r for r in telling if not several_prices(r)]
        fits = telling or [r for r in fits if not several_prices(r)]
        answers = {str(pick(r, fields)) for r in telling}
        if best < 1 and len({str(r.get("title")) for r in telling}) > 1 and len(answers) > 1:
            return None
    return min(fits, key=len, default=None)


def _titled(rows: list[Record], topic: str) -> Record | None:
    """ "The story about the ferry": the one row whose title says so."""
    words = {singular(w) for w in plain(topic).split() if w not in STOPWORDS}
    fits: dict[str, list[Record]] = {}
    for row in rows:
        title = str(row.get("title") or next(iter(row.values())))
        said = {singular(w) for w in plain(title).split()}
        if words and all(any(same(w, s) for s in said) for w in words):
            fits.setdefault(title, []).append(row)
    return min(next(iter(fits.values())), key=len) if len(fits) == 1 else None


def _score(row: Record, subject: str) -> float:
    texts = [str(v) for k, v in row.items() if isinstance(v, str) and k not in ("url", "image")]
    if "title" in row and len(texts) > MAX_OTHERS:
        texts = [str(row["title"])]  # it holds several things: only its name says which it is
    like = max((likeness(subject, t) for t in texts), default=0.0)
    words = {singular(w) for w in plain(subject).split() if w not in STOPWORDS}
    for text in texts:
        told = [singular(w) for w in plain(text).split()]
        if words and words <= set(told) and len(told) <= len(words) + 5:
            like = max(like, _SAYS)
    return like
