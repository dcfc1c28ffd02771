"""What is bought, parted from what the order needs: "two mugs, ship to Ada Byron, 12 Mill Lane"."""

from __future__ import annotations

import re

from agents.model.embedded.grammar.details import details_of, is_person, is_street
from agents.model.embedded.grammar.masking import MASK, Masked
from agents.model.embedded.grammar.pairs import LABELS

_NAME = r"(?-i:[A-Z])[\w'’-]+ (?-i:[A-Z])"
_SHIPS = (
    r"(?:please\s+)?(?:(?:have|get) (?:it|them) )?(?:ship|send|sent|deliver|post|mail|dispatch)"
    r"(?:p?ed|s|ing)?(?:\s+(?:it|them|this|everything))?"
)
_TO = re.compile(
    rf"\s*[,;]?\s+(?:and\s+|to be\s+)?{_SHIPS}\s+(?:to|at)\s+"  # ", and ship it to ..."
    rf"|\s*[,;]?\s+(?:for|to)\s+(?={_NAME})"  # " for Ada Byron"
    r"|\s+(?:with|by|using)\s+(?=(?:[a-z]+\s+){1,2}(?:delivery|shipping|post|courier)\b)",
    re.I,
)
_PART = re.compile(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+(?=my\s)")
_LABELLED = re.compile(
    rf"(?:my\s+|the\s+)?(?:{LABELS}|card(?: number)?)(?:\s+is|\s*:)?\s+(?:{MASK}|(?-i:[A-Z])|[\d+])"
    r"|(?:the |by |with )?(?:[a-z-]+ )?(?:delivery|shipping|post|courier)$"
    r"|(?:express|standard|economy|(?:next|same)[- ]day)$",
    re.I,
)


_SENT_TO = re.compile(rf"{_SHIPS}\s+(?:to|at)\s+(?P<to>\S.*)", re.I)


def sent_to(text: str) -> str:
    """Whom and where to, of "have it delivered to 12 Mill Lane"; else ""."""
    match = _SENT_TO.fullmatch(text)
    return match["to"] if match else ""


def parted(text: str, k: Masked) -> tuple[str, list[dict[str, object]]]:
    """(what is bought, details of the order); no details when none are said."""
    at = _start(text, k)
    if at is None:
        return text, []
    cut, goes_on = at
    return text[:cut], details_of(_SENT.sub(", ", text[goes_on:]), k)


# "… email ada@example.org, and ship it to Oslo": said once more, further on.
_SENT = re.compile(rf",?\s+(?:and\s+)?{_SHIPS}\s+(?:to|at)\s+", re.I)


def _start(text: str, k: Masked) -> tuple[int, int] | None:
    """Where what is bought ends, and where the details begin."""
    found = [(m.start(), m.end()) for m in [_TO.search(text)] if m]
    cuts = [(m.start(), m.end()) for m in _PART.finditer(text)]
    parts = _PART.split(text)[1:]
    sure = [i for i, part in enumerate(parts) if _is_detail(part, k)]
    if sure:  # a person's name before them belongs to them, too
        named = sure[0] > 0 and is_person(parts[sure[0] - 1])
        found.append(cuts[sure[0] - named])
    return min(found, default=None)


def _is_detail(part: str, k: Masked) -> bool:
    sent = k.only(part)
    return bool(
        _LABELLED.match(part) or (sent and sent["is"] in ("email", "var")) or is_street(part)
    )
