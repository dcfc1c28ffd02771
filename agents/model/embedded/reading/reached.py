"""The one number to ring, or the one address to write to, that a page shows without a label."""

from __future__ import annotations

import re

from agents.model.embedded.reading.cells import asked_words, said
from agents.model.embedded.view import View

_RING = re.compile(
    r"\b(?:(?:tele)?phone|mobile) numbers?\b|\bnumbers?\b(?=.* (?:ring|call|phone|dial)\b)", re.I
)
_WRITE = re.compile(r"\be-?mail address\b|\baddress\b(?=.* e-?mail\b)", re.I)
_DIALLED = re.compile(r"(?<![\d.,#/-])\+?\(?\d[\d ()/.-]{6,}\d(?![\d/-]|[.,]\d)")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LEAST_DIGITS, _MOST_DIGITS = 7, 15
_DAY = re.compile(r"\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{4}")
_RINGING = frozenset(
    re.findall(r"\w+", "phone telephone mobile number call ring dial reach address email mail "
               "e write contact send use best")
)  # fmt: skip


def reached(view: View, question: str) -> str | None:
    """What the question asks to reach somebody by, if the page shows just one such thing.

    What else the question names must head the page, or stand beside it: a number of somebody else
    is no answer.
    """
    body = view.body
    if _RING.search(question):
        shown = [m.group().strip() for m in _DIALLED.finditer(body) if _is_number(m.group())]
    elif _WRITE.search(question):
        shown = _MAIL.findall(body)
    else:
        return None
    others = {w for w in asked_words(question) if w not in _RINGING}
    alike = {re.sub(r"[^\w@.+]|(?<=\d)\.(?=\d)", "", s) for s in shown}
    if len(alike) != 1:
        return None
    heads = [e.name for e in [*view.elements, *view.texts] if e.role == "heading"]
    lines = [line for line in body.split("\n") if line.strip()]
    at = next((n for n, line in enumerate(lines) if shown[0] in line), 0)
    near = "\n".join([view.title, *heads, *lines[max(at - 1, 0) : at + 1]])
    return shown[0] if said(others, near) == others else None


def _is_number(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    parted = re.search(r"[ ()/.-]", text.strip()) or text.startswith("+")
    return (
        bool(parted)
        and _LEAST_DIGITS <= len(digits) <= _MOST_DIGITS
        and not _DAY.fullmatch(text.strip())
    )
